#include <charconv>
#include <utility>

#include "coordinator/api/aws_arn.h"
#include "coordinator/api/aws_operations.h"
#include "coordinator/api/history_json.h"
#include "coordinator/base/strings.h"

namespace pawl::api {
namespace {

constexpr Member kGetExecutionHistory[] = {
    ArnMember("executionArn"),
    MaxResultsMember(),
    {.name = "reverseOrder", .type = MemberType::kBoolean},
    NextTokenMember(),
    {.name = "includeExecutionData", .type = MemberType::kBoolean},
};

std::string Written(const Services& services, const store::Page<core::HistoryEvent>& page,
                    const std::string& request, bool execution_data,
                    const std::string& machine_arn) {
  std::string out;
  ObjectWriter body(&out);
  std::string* list = body.Key("events");
  *list += '[';
  for (const auto& event : page.items) {
    if (&event != &page.items.front()) *list += ',';
    AppendHistoryEvent(event, execution_data, machine_arn, list);
  }
  *list += ']';
  // The next page begins behind the last event, whatever the store calls that place.
  if (!page.next.empty() && !page.items.empty()) {
    WriteNextToken(services, request, StrCat(page.items.back().id), &body);
  }
  body.Close();
  return out;
}

// The execution is found: reads the page.
void ReadPage(Services& services, const store::ExecutionRecord& record, const CallPtr& call) {
  const bool reverse = call->Bool("reverseOrder", false);
  const bool execution_data = call->Bool("includeExecutionData", true);
  std::string request = StrCat("GetExecutionHistory ", record.id.value().ToString(),
                               reverse ? " r" : "", execution_data ? "" : " -");
  const auto position = PagePosition(services, *call, request);
  if (!position.ok()) return call->Fail(position.error());
  store::HistoryQuery query{.execution = record.id, .reverse = reverse, .limit = PageSize(*call)};
  std::from_chars(position->data(), position->data() + position->size(), query.after);
  services.store->GetHistory(
      query, [&services, call, request = std::move(request), execution_data,
              machine_arn = services.account.StateMachineArn(record.machine_name)](
                 absl::StatusOr<store::Page<core::HistoryEvent>> page) {
        if (!page.ok()) return call->Fail(page.status());
        call->Succeed(Written(services, *page, request, execution_data, machine_arn));
      });
}

void GetExecutionHistory(Services& services, CallPtr call) {
  const auto arn = ReadExecutionArn(services.account, call->Text("executionArn"));
  if (!arn.ok()) return call->Fail(arn.error());
  services.store->FindExecution(
      arn->name, arn->qualifier, [&services, call](absl::StatusOr<store::ExecutionRecord> record) {
        if (absl::IsNotFound(record.status())) {
          return call->Fail(ExecutionDoesNotExist(call->Text("executionArn")));
        }
        if (!record.ok()) return call->Fail(record.status());
        ReadPage(services, *record, call);
      });
}

}  // namespace

std::span<const Operation> HistoryOperations() {
  static constexpr Operation kOperations[] = {
      {"GetExecutionHistory", kGetExecutionHistory, GetExecutionHistory},
  };
  return kOperations;
}

}  // namespace pawl::api
