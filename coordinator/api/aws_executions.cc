#include <fmt/format.h>

#include <optional>
#include <utility>

#include "coordinator/api/aws_arn.h"
#include "coordinator/api/aws_operations.h"
#include "coordinator/asl/json_diagnosis.h"
#include "coordinator/base/ids.h"
#include "coordinator/base/strings.h"

namespace pawl::api {
namespace {

constexpr std::string_view kStatuses[] = {"RUNNING",   "SUCCEEDED", "FAILED",
                                          "TIMED_OUT", "ABORTED",   "PENDING_REDRIVE"};
constexpr std::string_view kRedriveFilters[] = {"REDRIVEN", "NOT_REDRIVEN"};
constexpr std::string_view kIncluded = R"({"included":true})";

constexpr Member kStartExecution[] = {
    ArnMember("stateMachineArn"),
    {.name = "name", .least = 1, .most = kMaxNameCharacters},
    {.name = "input", .sensitive = true, .payload = PayloadLength::kCharacters},
    {.name = "traceHeader", .most = 256, .ascii = true},
};

}  // namespace

std::optional<AwsError> CheckInput(std::string_view input, int64_t max_bytes) {
  if (input.empty()) return InvalidExecutionInput("Invalid execution input.");
  if (static_cast<int64_t>(input.size()) > max_bytes) {
    return InvalidExecutionInput(
        fmt::format("Input is longer than the maximum of {} bytes in UTF-8.", max_bytes));
  }
  const absl::Status checked = CheckJson(input);
  if (checked.ok()) return std::nullopt;
  return InvalidExecutionInput(asl::DiagnoseJson(input, FromAbsl(checked.message())).message);
}

namespace {

void StartExecution(Services& services, CallPtr call) {
  const auto arn = ReadPlainMachineArn(services.account, call->Text("stateMachineArn"));
  if (!arn.ok()) return call->Fail(arn.error());
  if (const auto error = CheckName(call->Text("name"))) return call->Fail(*error);
  const std::string_view input = call->Has("input") ? call->Text("input") : "{}";
  if (const auto error = CheckInput(input, services.max_payload_bytes)) return call->Fail(*error);

  const std::string name =
      call->Has("name") ? std::string(call->Text("name")) : Uuid::Random().ToString();
  const std::string execution_arn = services.account.ExecutionArn(arn->name, name);
  services.engine->StartExecution(
      arn->name, name, Text(input), [call, execution_arn](absl::StatusOr<engine::Started> started) {
        const std::string_view machine_arn = call->Text("stateMachineArn");
        switch (started.status().code()) {
          case absl::StatusCode::kOk:
            break;
          case absl::StatusCode::kNotFound:
            return call->Fail(StateMachineDoesNotExist(machine_arn));
          case absl::StatusCode::kAlreadyExists:
            return call->Fail(ExecutionAlreadyExists(execution_arn));
          case absl::StatusCode::kFailedPrecondition:
            return call->Fail(StateMachineDeleting(machine_arn));
          case absl::StatusCode::kUnimplemented:
            return call->Fail(StateMachineTypeNotSupported());
          default:
            return call->Fail(started.status());
        }
        std::string out;
        ObjectWriter(&out)
            .Text("executionArn", execution_arn)
            .Time("startDate", started->started_at)
            .Close();
        call->Succeed(std::move(out));
      });
}

constexpr Member kStopExecution[] = {
    ArnMember("executionArn"),
    {.name = "error", .sensitive = true, .most = kMaxErrorCharacters},
    {.name = "cause", .sensitive = true, .most = kMaxCauseCharacters},
};

void StopExecution(Services& services, CallPtr call) {
  const auto arn = ReadExecutionArn(services.account, call->Text("executionArn"));
  if (!arn.ok()) return call->Fail(arn.error());
  services.engine->StopExecution(
      arn->name, arn->qualifier, call->OptionalText("error"), call->OptionalText("cause"),
      [call](absl::StatusOr<absl::Time> stopped_at) {
        if (absl::IsNotFound(stopped_at.status())) {
          return call->Fail(ExecutionDoesNotExist(call->Text("executionArn")));
        }
        if (!stopped_at.ok()) return call->Fail(stopped_at.status());
        std::string out;
        ObjectWriter(&out).Time("stopDate", *stopped_at).Close();
        call->Succeed(std::move(out));
      });
}

constexpr Member kDescribeExecution[] = {ArnMember("executionArn"), IncludedDataMember()};

// What Describe tells of a redrive that has not happened (reference/api.md 4.6).
void WriteRedrive(core::Status status, ObjectWriter* body) {
  body->Int("redriveCount", 0);
  if (status != core::Status::kRunning && status != core::Status::kSucceeded) {
    body->Text("redriveStatus", "REDRIVABLE");
    return;
  }
  body->Text("redriveStatus", "NOT_REDRIVABLE")
      .Text("redriveStatusReason",
            fmt::format("Execution is {} and cannot be redriven", core::StatusName(status)));
}

// What Describe and the lists have in common.
void WriteSummary(const Services& services, const store::ExecutionRecord& record,
                  ObjectWriter* body) {
  body->Text("executionArn", services.account.ExecutionArn(record.machine_name, record.name))
      .Text("stateMachineArn", services.account.StateMachineArn(record.machine_name))
      .Text("name", record.name)
      .Text("status", core::StatusName(record.status))
      .Time("startDate", record.started_at);
  if (record.status != core::Status::kRunning) body->Time("stopDate", record.closed_at);
}

std::string Described(const Services& services, const store::ExecutionRecord& record,
                      bool with_data) {
  std::string out;
  ObjectWriter body(&out);
  WriteSummary(services, record, &body);
  if (with_data) {
    body.Text("input", record.input.view()).Raw("inputDetails", kIncluded);
    if (record.status == core::Status::kSucceeded) {
      body.Text("output", record.output.view()).Raw("outputDetails", kIncluded);
    }
    // DescribeExecution has no error for an execution that ran out of time (recorded).
    if (record.error.has_value() && record.status != core::Status::kTimedOut) {
      body.Text("error", record.error->view());
    }
    if (record.cause.has_value()) body.Text("cause", record.cause->view());
  }
  WriteRedrive(record.status, &body);
  body.Close();
  return out;
}

void DescribeExecution(Services& services, CallPtr call) {
  const auto arn = ReadExecutionArn(services.account, call->Text("executionArn"));
  if (!arn.ok()) return call->Fail(arn.error());
  services.store->FindExecution(
      arn->name, arn->qualifier, [&services, call](absl::StatusOr<store::ExecutionRecord> record) {
        if (absl::IsNotFound(record.status())) {
          return call->Fail(ExecutionDoesNotExist(call->Text("executionArn")));
        }
        if (!record.ok()) return call->Fail(record.status());
        call->Succeed(Described(services, *record, call->Text("includedData") != "METADATA_ONLY"));
      });
}

constexpr Member kListExecutions[] = {
    {.name = "stateMachineArn", .least = 1, .most = kMaxArnCharacters},
    {.name = "statusFilter", .values = kStatuses},
    MaxResultsMember(),
    NextTokenMember(3096),
    {.name = "mapRunArn", .least = 1, .most = 2000},
    {.name = "redriveFilter", .values = kRedriveFilters},
};

std::optional<core::Status> StatusNamed(std::string_view name) {
  for (const auto status : {core::Status::kRunning, core::Status::kSucceeded, core::Status::kFailed,
                            core::Status::kTimedOut, core::Status::kAborted}) {
    if (core::StatusName(status) == name) return status;
  }
  return std::nullopt;
}

void WritePage(const Services& services, const std::string& request,
               const store::Page<store::ExecutionRecord>& page, Call* call) {
  std::string out;
  ObjectWriter body(&out);
  std::string* list = body.Key("executions");
  *list += '[';
  for (const auto& record : page.items) {
    if (&record != &page.items.front()) *list += ',';
    ObjectWriter item(list);
    WriteSummary(services, record, &item);
    item.Int("redriveCount", 0).Close();
  }
  *list += ']';
  WriteNextToken(services, request, page.next, &body);
  body.Close();
  call->Succeed(std::move(out));
}

std::optional<AwsError> CheckListRequest(const Call& call) {
  const bool machine = call.Has("stateMachineArn");
  const bool map_run = call.Has("mapRunArn");
  if (machine == map_run) {
    return ValidationException("Exactly one of stateMachineArn and mapRunArn must be specified");
  }
  if (map_run) return ResourceNotFound(call.Text("mapRunArn"));  // there are no Map Runs here
  if (call.Has("redriveFilter")) {
    return ValidationException(
        "RedriveFilter cannot be applied to ListExecutions call with StateMachine ARN");
  }
  return std::nullopt;
}

// The machine is there and keeps its executions: reads the page.
void ListOf(Services& services, const store::Machine& machine, const CallPtr& call) {
  const std::string request =
      StrCat("ListExecutions ", machine.name, " ", call->Text("statusFilter"));
  auto after = PagePosition(services, *call, request);
  if (!after.ok()) return call->Fail(after.error());
  store::ExecutionQuery query{.machine_name = machine.name, .limit = PageSize(*call)};
  query.after = *std::move(after);
  if (call->Has("statusFilter")) {
    query.status = StatusNamed(call->Text("statusFilter"));
    if (!query.status.has_value()) return WritePage(services, request, {}, call.get());
  }
  services.store->ListExecutions(
      query, [&services, call, request](absl::StatusOr<store::Page<store::ExecutionRecord>> page) {
        if (!page.ok()) return call->Fail(page.status());
        WritePage(services, request, *page, call.get());
      });
}

void ListExecutions(Services& services, CallPtr call) {
  if (const auto error = CheckListRequest(*call)) return call->Fail(*error);
  const auto arn = ReadPlainMachineArn(services.account, call->Text("stateMachineArn"));
  if (!arn.ok()) return call->Fail(arn.error());
  services.store->GetMachine(arn->name, [&services, call](absl::StatusOr<store::Machine> machine) {
    if (absl::IsNotFound(machine.status())) {
      return call->Fail(StateMachineDoesNotExist(call->Text("stateMachineArn")));
    }
    if (!machine.ok()) return call->Fail(machine.status());
    if (machine->type == "EXPRESS") return call->Fail(StateMachineTypeNotSupported());
    ListOf(services, *machine, call);
  });
}

}  // namespace

std::span<const Operation> ExecutionOperations() {
  static constexpr Operation kOperations[] = {
      {"DescribeExecution", kDescribeExecution, DescribeExecution},
      {"ListExecutions", kListExecutions, ListExecutions},
      {"StartExecution", kStartExecution, StartExecution},
      {"StopExecution", kStopExecution, StopExecution},
  };
  return kOperations;
}

}  // namespace pawl::api
