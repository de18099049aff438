#include <fmt/format.h>

#include <optional>
#include <utility>

#include "coordinator/api/aws_arn.h"
#include "coordinator/api/aws_configuration.h"
#include "coordinator/api/aws_operations.h"
#include "coordinator/asl/compile.h"
#include "coordinator/base/ids.h"

namespace pawl::api {
namespace {

// How often an update is decided again because another one came first.
constexpr int kMaxUpdateAttempts = 5;

constexpr Member kPublish = {.name = "publish", .type = MemberType::kBoolean};

std::optional<AwsError> CheckDefinition(const Services& services, std::string_view definition,
                                        std::string_view type) {
  const auto compiled = asl::CompileMachine(definition, MachineTypeOf(type), services.sdk_actions);
  if (compiled.ok()) return std::nullopt;
  return InvalidDefinition(compiled.ErrorText());
}

std::optional<AwsError> CheckPublish(const Call& call) {
  if (!call.Has("versionDescription") || call.Bool("publish", false)) return std::nullopt;
  return ValidationException("Version description can only be set when publish is true");
}

// The version that the call wants of what it writes; nothing when it wants none.
std::optional<store::Version> WantedVersion(const Call& call, absl::Time now) {
  if (!call.Bool("publish", false)) return std::nullopt;
  return store::Version{.created_at = now,
                        .description = std::string(call.Text("versionDescription"))};
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
    {.name = "type", .values = kMachineTypes},
    LoggingMember(),
    TagsMember(),
    TracingMember(),
    kPublish,
    DescriptionMember("versionDescription"),
    EncryptionMember(),
};

bool HaveSameSettings(const store::Revision& a, const store::Revision& b) {
  return a.definition == b.definition && a.logging_configuration == b.logging_configuration &&
         a.tracing_configuration == b.tracing_configuration &&
         a.encryption_configuration == b.encryption_configuration;
}

// Whether a repeat of a creation asks for what is there already; the role does not count (AWS 4.2).
// One that does not publish cannot tell what was published with the creation from what was later.
bool IsSameCreation(const store::Machine& existing, const store::Machine& wanted) {
  const std::optional<store::Version>& version = wanted.current.version;
  if (version && (!existing.current.version ||
                  existing.current.version->description != version->description)) {
    return false;
  }
  return existing.type == wanted.type && HaveSameSettings(existing.current, wanted.current);
}

// `"stateMachineVersionArn": ...` of a revision that is published.
void WriteVersionArn(const Services& services, const store::Revision& revision,
                     ObjectWriter* body) {
  if (!revision.version) return;
  body->Text("stateMachineVersionArn",
             services.account.QualifiedArn(revision.machine_name,
                                           std::to_string(revision.version->number)));
}

void AnswerCreated(const Services& services, const store::Machine& machine, Call* call) {
  std::string out;
  ObjectWriter body(&out);
  body.Text("stateMachineArn", services.account.StateMachineArn(machine.name))
      .Time("creationDate", machine.created_at);
  if (call->Bool("publish", false)) WriteVersionArn(services, machine.current, &body);
  body.Close();
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
        if (!IsSameCreation(*existing, wanted)) return call->Fail(StateMachineAlreadyExists(arn));
        AnswerCreated(services, *existing, call.get());
      });
}

void CreateStateMachine(Services& services, CallPtr call) {
  if (const auto error = CheckName(call->Text("name"))) return call->Fail(*error);
  store::Machine machine;
  machine.name = std::string(call->Text("name"));
  auto tags = ReadTags(call->Member("tags"), services.account.StateMachineArn(machine.name));
  if (!tags.ok()) return call->Fail(tags.error());
  machine.tags = *std::move(tags);
  if (const auto error = CheckPublish(*call)) return call->Fail(*error);
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
  revision.version = WantedVersion(*call, machine.created_at);
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
    DescriptionMember("versionDescription"),
    EncryptionMember(),
};

void UpdateMachine(Services& services, const std::string& name, CallPtr call, int attempt);

void AnswerUpdated(const Services& services, const store::Revision& revision, absl::Time updated_at,
                   Call* call) {
  std::string out;
  ObjectWriter body(&out);
  body.Time("updateDate", updated_at);
  if (!revision.initial) body.Text("revisionId", revision.id.value().ToString());
  if (call->Bool("publish", false)) WriteVersionArn(services, revision, &body);
  body.Close();
  call->Succeed(std::move(out));
}

// The answer to the write of an update, or to the publication of what stands.
void Updated(Services& services, const std::string& name, const CallPtr& call, int attempt,
             const absl::StatusOr<store::Revision>& written, absl::Time updated_at) {
  if (absl::IsNotFound(written.status())) {
    return call->Fail(StateMachineDoesNotExist(call->Text("stateMachineArn")));
  }
  if (absl::IsResourceExhausted(written.status())) {
    return call->Fail(TooManyVersions(services.account.StateMachineArn(name)));
  }
  if (absl::IsAborted(written.status()) && attempt < kMaxUpdateAttempts) {
    return UpdateMachine(services, name, call, attempt + 1);
  }
  if (!written.ok()) return call->Fail(written.status());
  AnswerUpdated(services, *written, updated_at, call.get());
}

// Decides the new revision of the machine as it was read, and writes it. What changes nothing makes
// no revision (recorded); it can still be published.
void AddRevision(Services& services, const store::Machine& machine, const CallPtr& call,
                 int attempt) {
  if (machine.deleting) return call->Fail(StateMachineDeleting(call->Text("stateMachineArn")));
  const absl::Time now = services.clock->Now();
  store::Revision revision = machine.current;
  if (const auto error = ReadRevision(*call, &revision)) return call->Fail(*error);
  if (call->Has("definition")) {
    if (const auto error = CheckDefinition(services, revision.definition, machine.type)) {
      return call->Fail(*error);
    }
  }
  auto written = [&services, name = machine.name, call, attempt,
                  now](const absl::StatusOr<store::Revision>& stored) {
    Updated(services, name, call, attempt, stored, now);
  };
  const std::optional<store::Version> version = WantedVersion(*call, now);
  if (revision.role_arn == machine.current.role_arn &&
      HaveSameSettings(revision, machine.current)) {
    if (!version) return written(machine.current);
    return services.store->PublishVersion(machine.name, revision.id, *version, written);
  }
  revision.id = RevisionId(Uuid::Random());
  revision.machine_id = machine.id;
  revision.machine_name = machine.name;
  revision.created_at = now;
  revision.initial = false;
  revision.version = version;
  services.store->AddRevision(revision, machine.current.id, written);
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

constexpr Member kDeleteStateMachine[] = {ArnMember("stateMachineArn")};

void DeleteStateMachine(Services& services, CallPtr call) {
  const auto arn = ReadPlainMachineArn(services.account, call->Text("stateMachineArn"));
  if (!arn.ok()) return call->Fail(arn.error());
  services.store->DeleteMachine(arn->name, [call](absl::Status deleted) {
    if (!deleted.ok() && !absl::IsNotFound(deleted)) return call->Fail(deleted);
    call->Succeed();
  });
}

}  // namespace

std::span<const Operation> StateMachineOperations() {
  static constexpr Operation kOperations[] = {
      {"CreateStateMachine", kCreateStateMachine, CreateStateMachine},
      {"DeleteStateMachine", kDeleteStateMachine, DeleteStateMachine},
      {"UpdateStateMachine", kUpdateStateMachine, UpdateStateMachine},
  };
  return kOperations;
}

}  // namespace pawl::api
