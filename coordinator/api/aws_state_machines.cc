#include <fmt/format.h>

#include <optional>
#include <utility>

#include "coordinator/api/aws_arn.h"
#include "coordinator/api/aws_configuration.h"
#include "coordinator/api/aws_operations.h"
#include "coordinator/api/variable_references.h"
#include "coordinator/asl/compile.h"
#include "coordinator/base/ids.h"

namespace pawl::api {
namespace {

constexpr int64_t kMaxDefinitionCharacters = 1'048'576;
constexpr std::string_view kTypes[] = {"STANDARD", "EXPRESS"};
constexpr std::string_view kSeverities[] = {"ERROR", "WARNING"};
// How often an update is decided again because another one came first.
constexpr int kMaxUpdateAttempts = 5;

constexpr Member DefinitionMember(bool required) {
  return {.name = "definition",
          .required = required,
          .sensitive = true,
          .least = 1,
          .most = kMaxDefinitionCharacters};
}
constexpr Member kPublish = {.name = "publish", .type = MemberType::kBoolean};
constexpr Member kVersionDescription = {
    .name = "versionDescription", .sensitive = true, .most = 256};

asl::MachineType TypeOf(std::string_view type) {
  return type == "EXPRESS" ? asl::MachineType::kExpress : asl::MachineType::kStandard;
}

std::optional<AwsError> CheckDefinition(const Services& services, std::string_view definition,
                                        std::string_view type) {
  const auto compiled = asl::CompileMachine(definition, TypeOf(type), services.sdk_actions);
  if (compiled.ok()) return std::nullopt;
  return InvalidDefinition(compiled.ErrorText());
}

std::optional<AwsError> CheckPublish(const Call& call) {
  if (call.Bool("publish", false)) return VersionsNotSupported("publish must be false");
  if (call.Has("versionDescription")) {
    return ValidationException("Version description can only be set when publish is true");
  }
  return std::nullopt;
}

// Takes over what the call says about a revision; members that are absent are left as they are.
std::optional<AwsError> ReadRevision(const Call& call, store::Revision* revision) {
  if (call.Has("roleArn")) {
    revision->role_arn = std::string(call.Text("roleArn"));
    if (!IsRoleArn(revision->role_arn)) return InvalidRoleArn(revision->role_arn);
  }
  if (call.Has("loggingConfiguration")) {
    auto logging = ReadLogging(call.Member("loggingConfiguration"));
    if (!logging.ok()) return logging.error();
    revision->logging_configuration = *std::move(logging);
  }
  if (call.Has("tracingConfiguration")) {
    revision->tracing_configuration = ReadTracing(call.Member("tracingConfiguration"));
  }
  if (call.Has("encryptionConfiguration")) {
    auto encryption = ReadEncryption(call.Member("encryptionConfiguration"));
    if (!encryption.ok()) return encryption.error();
    revision->encryption_configuration = *std::move(encryption);
  }
  if (call.Has("definition")) revision->definition = std::string(call.Text("definition"));
  return std::nullopt;
}

constexpr Member kCreateStateMachine[] = {
    {.name = "name", .required = true, .least = 1, .most = kMaxNameCharacters},
    DefinitionMember(true),
    {.name = "roleArn", .required = true, .least = 1, .most = kMaxArnCharacters},
    {.name = "type", .values = kTypes},
    LoggingMember(),
    TagsMember(),
    TracingMember(),
    kPublish,
    kVersionDescription,
    EncryptionMember(),
};

// Whether a repeat of a creation asks for what is there already; the role does not count (AWS 4.2).
bool IsSame(const store::Machine& a, const store::Machine& b) {
  return a.type == b.type && a.current.definition == b.current.definition &&
         a.current.logging_configuration == b.current.logging_configuration &&
         a.current.tracing_configuration == b.current.tracing_configuration &&
         a.current.encryption_configuration == b.current.encryption_configuration;
}

void AnswerCreated(const Services& services, const store::Machine& machine, Call* call) {
  std::string out;
  ObjectWriter(&out)
      .Text("stateMachineArn", services.account.StateMachineArn(machine.name))
      .Time("creationDate", machine.created_at)
      .Close();
  call->Succeed(std::move(out));
}

// There is a machine of the name already.
void CompareWithExisting(Services& services, const store::Machine& wanted, const CallPtr& call) {
  services.store->GetMachine(
      wanted.name, [&services, wanted, call](absl::StatusOr<store::Machine> existing) {
        const std::string arn = services.account.StateMachineArn(wanted.name);
        // Deleted between the two calls: the client's repeat will find the name free.
        if (absl::IsNotFound(existing.status())) return call->Fail(StateMachineDeleting(arn));
        if (!existing.ok()) return call->Fail(existing.status());
        if (existing->deleting) return call->Fail(StateMachineDeleting(arn));
        if (!IsSame(*existing, wanted)) return call->Fail(StateMachineAlreadyExists(arn));
        AnswerCreated(services, *existing, call.get());
      });
}

void CreateStateMachine(Services& services, CallPtr call) {
  if (const auto error = CheckName(call->Text("name"))) return call->Fail(*error);
  if (const auto error = CheckTags(call->Member("tags"))) return call->Fail(*error);
  if (const auto error = CheckPublish(*call)) return call->Fail(*error);
  store::Machine machine;
  machine.name = std::string(call->Text("name"));
  machine.type = call->Has("type") ? std::string(call->Text("type")) : "STANDARD";
  machine.created_at = services.clock->Now();
  store::Revision& revision = machine.current;
  if (const auto error = ReadRevision(*call, &revision)) return call->Fail(*error);
  if (const auto error = CheckDefinition(services, revision.definition, machine.type)) {
    return call->Fail(*error);
  }
  revision.id = RevisionId(Uuid::Random());
  revision.machine_name = machine.name;
  revision.created_at = machine.created_at;
  services.store->CreateMachine(machine,
                                [&services, call, machine](absl::StatusOr<store::Machine> created) {
                                  if (absl::IsAlreadyExists(created.status())) {
                                    return CompareWithExisting(services, machine, call);
                                  }
                                  if (!created.ok()) return call->Fail(created.status());
                                  AnswerCreated(services, *created, call.get());
                                });
}

constexpr Member kUpdateStateMachine[] = {
    ArnMember("stateMachineArn"),
    DefinitionMember(false),
    {.name = "roleArn", .least = 1, .most = kMaxArnCharacters},
    LoggingMember(),
    TracingMember(),
    kPublish,
    kVersionDescription,
    EncryptionMember(),
};

void UpdateMachine(Services& services, const std::string& name, CallPtr call, int attempt);

// Decides the new revision of the machine as it was read, and writes it.
void AddRevision(Services& services, const store::Machine& machine, const CallPtr& call,
                 int attempt) {
  const std::string_view arn = call->Text("stateMachineArn");
  if (machine.deleting) return call->Fail(StateMachineDeleting(arn));
  store::Revision revision = machine.current;
  if (const auto error = ReadRevision(*call, &revision)) return call->Fail(*error);
  if (call->Has("definition")) {
    if (const auto error = CheckDefinition(services, revision.definition, machine.type)) {
      return call->Fail(*error);
    }
  }
  revision.id = RevisionId(Uuid::Random());
  revision.machine_id = machine.id;
  revision.machine_name = machine.name;
  revision.created_at = services.clock->Now();
  revision.initial = false;
  services.store->AddRevision(
      revision, machine.current.id, [&services, call, revision, attempt](absl::Status added) {
        if (absl::IsNotFound(added)) {
          return call->Fail(StateMachineDoesNotExist(call->Text("stateMachineArn")));
        }
        if (absl::IsAborted(added) && attempt < kMaxUpdateAttempts) {
          return UpdateMachine(services, revision.machine_name, call, attempt + 1);
        }
        if (!added.ok()) return call->Fail(added);
        std::string out;
        ObjectWriter(&out)
            .Time("updateDate", revision.created_at)
            .Text("revisionId", revision.id.value().ToString())
            .Close();
        call->Succeed(std::move(out));
      });
}

void UpdateMachine(Services& services, const std::string& name, CallPtr call, int attempt) {
  services.store->GetMachine(
      name, [&services, call, attempt](absl::StatusOr<store::Machine> machine) {
        if (absl::IsNotFound(machine.status())) {
          return call->Fail(StateMachineDoesNotExist(call->Text("stateMachineArn")));
        }
        if (!machine.ok()) return call->Fail(machine.status());
        AddRevision(services, *machine, call, attempt);
      });
}

void UpdateStateMachine(Services& services, CallPtr call) {
  const std::string_view text = call->Text("stateMachineArn");
  const auto arn = ReadArn(services.account, text, "stateMachine");
  if (!arn.ok()) return call->Fail(arn.error());
  // A version is not found here, whether it exists or not (recorded).
  if (!arn->qualifier.empty()) return call->Fail(StateMachineDoesNotExist(text));
  if (const auto error = CheckPublish(*call)) return call->Fail(*error);
  if (!call->Has("definition") && !call->Has("roleArn") && !call->Has("loggingConfiguration") &&
      !call->Has("tracingConfiguration") && !call->Has("encryptionConfiguration")) {
    return call->Fail(MissingRequiredParameter());
  }
  UpdateMachine(services, arn->name, std::move(call), 1);
}

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
  const auto arn = ReadPlainMachineArn(services.account, call->Text("stateMachineArn"));
  if (!arn.ok()) return call->Fail(arn.error());
  services.store->GetMachine(arn->name, [&services, call](absl::StatusOr<store::Machine> machine) {
    if (absl::IsNotFound(machine.status())) {
      return call->Fail(StateMachineDoesNotExist(call->Text("stateMachineArn")));
    }
    if (!machine.ok()) return call->Fail(machine.status());
    std::string out;
    ObjectWriter body(&out);
    body.Text("stateMachineArn", services.account.StateMachineArn(machine->name))
        .Text("name", machine->name)
        .Text("status", machine->deleting ? "DELETING" : "ACTIVE")
        .Text("type", machine->type)
        .Time("creationDate", machine->created_at);
    WriteRevision(machine->current, WithData(*call), &body);
    body.Close();
    call->Succeed(std::move(out));
  });
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

constexpr Member kDeleteStateMachine[] = {ArnMember("stateMachineArn")};

void DeleteStateMachine(Services& services, CallPtr call) {
  const auto arn = ReadPlainMachineArn(services.account, call->Text("stateMachineArn"));
  if (!arn.ok()) return call->Fail(arn.error());
  services.store->DeleteMachine(arn->name, [call](absl::Status deleted) {
    if (!deleted.ok() && !absl::IsNotFound(deleted)) return call->Fail(deleted);
    call->Succeed();
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
    {.name = "type", .values = kTypes},
    {.name = "severity", .values = kSeverities},
    {.name = "maxResults", .type = MemberType::kInteger, .most = 100},
};

void ValidateStateMachineDefinition(Services& services, CallPtr call) {
  const auto compiled = asl::CompileMachine(call->Text("definition"), TypeOf(call->Text("type")),
                                            services.sdk_actions);
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

std::span<const Operation> StateMachineOperations() {
  static constexpr Operation kOperations[] = {
      {"CreateStateMachine", kCreateStateMachine, CreateStateMachine},
      {"DeleteStateMachine", kDeleteStateMachine, DeleteStateMachine},
      {"DescribeStateMachine", kDescribeStateMachine, DescribeStateMachine},
      {"DescribeStateMachineForExecution", kDescribeForExecution, DescribeStateMachineForExecution},
      {"ListStateMachines", kListStateMachines, ListStateMachines},
      {"UpdateStateMachine", kUpdateStateMachine, UpdateStateMachine},
      {"ValidateStateMachineDefinition", kValidateDefinition, ValidateStateMachineDefinition},
  };
  return kOperations;
}

}  // namespace pawl::api
