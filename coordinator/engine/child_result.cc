#include "coordinator/engine/child_result.h"

#include <string>
#include <string_view>

#include "coordinator/base/json.h"
#include "coordinator/base/strings.h"

namespace pawl::engine {
namespace {

// An object's text, member by member.
class ObjectText {
 public:
  void AddText(std::string_view name, std::string_view value) {
    Begin(name);
    AppendJsonString(value, &text_);
  }
  void AddJson(std::string_view name, std::string_view json) {
    Begin(name);
    text_ += json;
  }
  std::string Finish() { return text_ += text_.empty() ? "{}" : "}"; }

 private:
  void Begin(std::string_view name) {
    text_ += text_.empty() ? '{' : ',';
    AppendJsonString(name, &text_);
    text_ += ':';
  }

  std::string text_;
};

constexpr std::string_view kIncluded = R"({"Included":true})";

std::string Millis(absl::Time time) { return StrCat(absl::ToUnixMillis(time)); }

// The members in the order that AWS has them in: of the alphabet.
std::string Describe(const store::ExecutionRecord& child, const Account& account, bool parsed) {
  ObjectText object;
  const auto add_data = [&](std::string_view name, std::string_view json) {
    if (parsed) {
      object.AddJson(name, json);
    } else {
      object.AddText(name, json);
    }
    object.AddJson(StrCat(name, "Details"), kIncluded);
  };
  if (child.cause) object.AddText("Cause", child.cause->view());
  if (child.error) object.AddText("Error", child.error->view());
  object.AddText("ExecutionArn", account.ExecutionArn(child.machine_name, child.name));
  add_data("Input", child.input.view());
  object.AddText("Name", child.name);
  if (child.status == core::Status::kSucceeded) add_data("Output", child.output.view());
  object.AddJson("StartDate", Millis(child.started_at));
  const core::Origin origin = child.origin ? *child.origin : core::Origin();
  if (!origin.alias.empty()) {
    object.AddText("StateMachineAliasArn", account.QualifiedArn(child.machine_name, origin.alias));
  }
  object.AddText("StateMachineArn", account.StateMachineArn(child.machine_name));
  if (origin.version != 0) {
    object.AddText("StateMachineVersionArn",
                   account.QualifiedArn(child.machine_name, StrCat(origin.version)));
  }
  object.AddText("Status", core::StatusName(child.status));
  object.AddJson("StopDate", Millis(child.closed_at));
  if (!origin.trace_header.empty()) object.AddText("TraceHeader", origin.trace_header);
  return object.Finish();
}

}  // namespace

TaskResult ChildResult(const store::ExecutionRecord& child, const Account& account, bool parsed) {
  TaskResult result;
  result.succeeded = child.status == core::Status::kSucceeded;
  if (result.succeeded) {
    result.output = Text(Describe(child, account, parsed));
  } else {
    result.error = Text("States.TaskFailed");
    result.cause = Text(Describe(child, account, /*parsed=*/false));
  }
  return result;
}

}  // namespace pawl::engine
