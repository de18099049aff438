#include "cli/history_view.h"

#include <array>
#include <string_view>

#include "absl/strings/str_format.h"
#include "cli/print.h"
#include "coordinator/base/strings.h"

namespace pawl::cli {
namespace {

constexpr size_t kEventColumns = 24;
constexpr size_t kStateColumns = 16;
// Before the payload: time, id, event and state with what stands between them.
constexpr size_t kColumnsBeforePayload = 12 + 2 + 4 + 2 + kEventColumns + 2 + kStateColumns + 2;
constexpr size_t kLeastPayloadColumns = 20;

// What is worth a place on the line, in this order.
constexpr std::array<std::string_view, 11> kShownDetails = {
    "error",      "cause",     "forkedFrom", "input",  "output",      "parameters",
    "workerName", "mapRunArn", "index",      "length", "redriveCount"};

Json DetailsOf(Json event) {
  for (const JsonMember& member : event.members()) {
    if (member.key.ends_with("EventDetails")) return member.value;
  }
  return Json();
}

std::string Payload(Json details) {
  std::string payload;
  for (const std::string_view key : kShownDetails) {
    const Json value = details.Find(key);
    if (value.is_undefined()) continue;
    if (!payload.empty()) payload.push_back(' ');
    StrAppend(&payload, key, "=",
              value.is_string() ? std::string(value.as_string()) : WriteJson(value));
  }
  return payload;
}

Colour ColourOf(std::string_view type) {
  if (type.ends_with("Failed") || type.ends_with("TimedOut") || type.ends_with("Aborted")) {
    return Colour::kRed;
  }
  if (type.ends_with("Succeeded")) return Colour::kGreen;
  if (type.ends_with("StateEntered")) return Colour::kBlue;
  return Colour::kNone;
}

std::string Padded(std::string_view text, size_t columns) {
  return text.size() >= columns ? std::string(text)
                                : std::string(text) + std::string(columns - text.size(), ' ');
}

// What belongs to the execution as a whole, and the end of a Parallel or Map, which follows from
// the last event of a branch but is not of that branch's state.
bool IsNamedByNoState(std::string_view type) {
  if (type.starts_with("Execution")) return true;
  return (type.starts_with("ParallelState") || type.starts_with("MapState")) &&
         (type.ends_with("Succeeded") || type.ends_with("Failed"));
}

int64_t IntOf(Json value) { return value.is_int() ? value.as_int() : 0; }

}  // namespace

std::string HistoryView::StateOf(Json event) {
  const Json type = event.Find("type");
  const Json name = DetailsOf(event).Find("name");
  // MapIteration events name their Map; a child's start names a child.
  std::string state;
  if (name.is_string() && type.is_string()) {
    state = std::string(name.as_string());
  } else if (const auto before = states_.find(IntOf(event.Find("previousEventId")));
             before != states_.end()) {
    state = before->second;
  }
  states_[IntOf(event.Find("id"))] = state;
  return type.is_string() && IsNamedByNoState(type.as_string()) ? std::string() : state;
}

std::string HistoryView::Line(Json event) {
  const std::string type(event.Find("type").is_string() ? event.Find("type").as_string() : "?");
  const std::string state = StateOf(event);
  std::string payload = Payload(DetailsOf(event));
  if (width_ > 0) {
    const size_t taken = kColumnsBeforePayload +
                         (type.size() > kEventColumns ? type.size() - kEventColumns : 0) +
                         (state.size() > kStateColumns ? state.size() - kStateColumns : 0);
    payload = OneLine(
        payload, width_ > taken + kLeastPayloadColumns ? width_ - taken : kLeastPayloadColumns);
  } else {
    payload = OneLine(payload, payload.size());
  }
  std::string line = StrCat(Coloured(Colour::kDim, LocalTimeOfDay(event.Find("timestamp"))), "  ",
                            absl::StrFormat("%4d", IntOf(event.Find("id"))), "  ",
                            Coloured(ColourOf(type), Padded(type, kEventColumns)), "  ",
                            Padded(state, kStateColumns), "  ", Coloured(Colour::kDim, payload));
  while (line.ends_with(' ')) line.pop_back();
  return line;
}

bool HistoryView::IsEnd(Json event) {
  const Json type = event.Find("type");
  if (!type.is_string()) return false;
  const std::string_view name = type.as_string();
  return name == "ExecutionSucceeded" || name == "ExecutionFailed" || name == "ExecutionTimedOut" ||
         name == "ExecutionAborted";
}

}  // namespace pawl::cli
