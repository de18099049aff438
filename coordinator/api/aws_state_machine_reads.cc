// What shows state machines: as they are, as their versions are, as an execution runs them; and
// whether a definition is one.

#include <optional>
#include <utility>

#include "coordinator/api/aws_arn.h"
#include "coordinator/api/aws_configuration.h"
#include "coordinator/api/aws_operations.h"
#include "coordinator/api/variable_references.h"
#include "coordinator/asl/compile.h"

namespace pawl::api {
namespace {

constexpr std::string_view kSeverities[] = {"ERROR", "WARNING"};

std::string_view Or(const std::string& text, std::string_view otherwise) {
  return text.empty() ? otherwise : std::string_view(text);
}

// What both Describe operations tell of a revision.
void WriteRevision(const store::Revision& revision, bool with_data, ObjectWriter* body) {
  body->Text("definition", with_data ? std::string_view(revision.definition) : "")
      .Text("roleArn", revision.role_arn)
      .Raw("loggingConfiguration", Or(revision.logging_configuration, kDefaultLogging))
      .Raw("tracingConfiguration", Or(revision.tracing_configuration, kDefaultTracing))
      .Raw("encryptionConfiguration", Or(revision.encryption_configuration, kDefaultEncryption));
  if (!revision.initial) body->Text("revisionId", revision.id.value().ToString());
  const auto references = VariableReferences(revision.definition);
  if (!with_data || references.empty()) return;
  ObjectWriter by_state(body->Key("variableReferences"));
  for (const auto& [state, names] : references) {
    std::string* list = by_state.Key(state);
    *list += '[';
    for (const std::string& name : names) {
      if (&name != &*names.begin()) *list += ',';
      AppendJsonString(name, list);
    }
    *list += ']';
  }
  by_state.Close();
}

bool WithData(const Call& call) { return call.Text("includedData") != "METADATA_ONLY"; }

constexpr Member kDescribeStateMachine[] = {ArnMember("stateMachineArn"), IncludedDataMember()};

void DescribeStateMachine(Services& services, CallPtr call) {
  const auto arn = ReadMachineArn(services.account, call->Text("stateMachineArn"));
  if (!arn.ok()) return call->Fail(arn.error());
  const std::string text(call->Text("stateMachineArn"));
  auto describe = [text, call, of_version = !arn->qualifier.empty()](
                      const absl::StatusOr<store::Machine>& machine) {
    if (absl::IsNotFound(machine.status())) return call->Fail(StateMachineDoesNotExist(text));
    if (!machine.ok()) return call->Fail(machine.status());
    const std::optional<store::Version>& version = machine->current.version;
    std::string out;
    ObjectWriter body(&out);
    body.Text("stateMachineArn", text)
        .Text("name", machine->name)
        .Text("status", machine->deleting ? "DELETING" : "ACTIVE")
        .Text("type", machine->type)
        .Time("creationDate", of_version ? version->created_at : machine->created_at);
    if (of_version && WithData(*call) && !version->description.empty()) {
      body.Text("description", version->description);
    }
    WriteRevision(machine->current, WithData(*call), &body);
    body.Close();
    call->Succeed(std::move(out));
  };
  if (arn->qualifier.empty()) return services.store->GetMachine(arn->name, describe);
  const std::optional<int64_t> number = VersionNumber(arn->qualifier);
  // Aliases are for DescribeStateMachineAlias.
  if (!number) return call->Fail(StateMachineDoesNotExist(text));
  services.store->GetVersion(arn->name, *number, describe);
}

constexpr Member kDescribeForExecution[] = {ArnMember("executionArn"), IncludedDataMember()};

void DescribeStateMachineForExecution(Services& services, CallPtr call) {
  const auto arn = ReadExecutionArn(services.account, call->Text("executionArn"));
  if (!arn.ok()) return call->Fail(arn.error());
  auto describe = [&services, call](absl::StatusOr<store::Revision> revision) {
    if (!revision.ok()) return call->Fail(revision.status());
    std::string out;
    ObjectWriter body(&out);
    body.Text("stateMachineArn", services.account.StateMachineArn(revision->machine_name))
        .Text("name", revision->machine_name)
        .Time("updateDate", revision->created_at);
    WriteRevision(*revision, WithData(*call), &body);
    body.Close();
    call->Succeed(std::move(out));
  };
  services.store->FindExecution(
      arn->name, arn->qualifier,
      [&services, call, describe](absl::StatusOr<store::ExecutionRecord> record) {
        if (absl::IsNotFound(record.status())) {
          return call->Fail(ExecutionDoesNotExist(call->Text("executionArn")));
        }
        if (!record.ok()) return call->Fail(record.status());
        services.store->GetRevision(record->revision_id, describe);
      });
}

constexpr Member kListStateMachines[] = {MaxResultsMember(), NextTokenMember()};

void ListStateMachines(Services& services, CallPtr call) {
  static constexpr std::string_view kRequest = "ListStateMachines";
  const auto after = PagePosition(services, *call, kRequest);
  if (!after.ok()) return call->Fail(after.error());
  services.store->ListMachines(
      *after, PageSize(*call), [&services, call](absl::StatusOr<store::Page<store::Machine>> page) {
        if (!page.ok()) return call->Fail(page.status());
        std::string out;
        ObjectWriter body(&out);
        std::string* list = body.Key("stateMachines");
        *list += '[';
        for (const store::Machine& machine : page->items) {
          if (&machine != &page->items.front()) *list += ',';
          ObjectWriter(list)
              .Text("stateMachineArn", services.account.StateMachineArn(machine.name))
              .Text("name", machine.name)
              .Text("type", machine.type)
              .Time("creationDate", machine.created_at)
              .Close();
        }
        *list += ']';
        WriteNextToken(services, kRequest, page->next, &body);
        body.Close();
        call->Succeed(std::move(out));
      });
}

constexpr Member kValidateDefinition[] = {
    DefinitionMember(true),
    {.name = "type", .values = kMachineTypes},
    {.name = "severity", .values = kSeverities},
    {.name = "maxResults", .type = MemberType::kInteger, .most = 100},
};

void ValidateStateMachineDefinition(Services& services, CallPtr call) {
  const auto compiled = asl::CompileMachine(
      call->Text("definition"), MachineTypeOf(call->Text("type")), services.sdk_actions);
  const bool with_warnings = call->Text("severity") == "WARNING";
  const auto most = static_cast<size_t>(PageSize(*call));
  std::string out;
  ObjectWriter body(&out);
  body.Text("result", compiled.ok() ? "OK" : "FAIL");
  std::string* list = body.Key("diagnostics");
  *list += '[';
  size_t found = 0;
  for (const asl::Diagnostic& diagnostic : compiled.diagnostics) {
    const bool is_error = diagnostic.severity == asl::Diagnostic::Severity::kError;
    if ((!is_error && !with_warnings) || ++found > most) continue;
    if (found > 1) *list += ',';
    ObjectWriter item(list);
    item.Text("severity", is_error ? "ERROR" : "WARNING")
        .Text("code", diagnostic.code)
        .Text("message", diagnostic.message);
    if (diagnostic.location.has_value()) item.Text("location", *diagnostic.location);
    item.Close();
  }
  *list += ']';
  body.Bool("truncated", found > most);
  body.Close();
  call->Succeed(std::move(out));
}

}  // namespace

std::span<const Operation> StateMachineReadOperations() {
  static constexpr Operation kOperations[] = {
      {"DescribeStateMachine", kDescribeStateMachine, DescribeStateMachine},
      {"DescribeStateMachineForExecution", kDescribeForExecution, DescribeStateMachineForExecution},
      {"ListStateMachines", kListStateMachines, ListStateMachines},
      {"ValidateStateMachineDefinition", kValidateDefinition, ValidateStateMachineDefinition},
  };
  return kOperations;
}

}  // namespace pawl::api
