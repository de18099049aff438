#include <fmt/format.h>

#include <utility>

#include "coordinator/api/aws_arn.h"
#include "coordinator/api/aws_operations.h"

namespace pawl::api {
namespace {

// How often a publication is decided again because an update came in between.
constexpr int kMaxPublishAttempts = 5;
// What names a revision that no update has replaced.
constexpr std::string_view kInitialRevision = "INITIAL";

constexpr Member kPublishVersion[] = {
    ArnMember("stateMachineArn"),
    {.name = "revisionId"},
    DescriptionMember("description"),
};

std::string RevisionName(const store::Revision& revision) {
  return revision.initial ? std::string(kInitialRevision) : revision.id.value().ToString();
}

void PublishCurrent(Services& services, const std::string& name, const CallPtr& call, int attempt);

// Publishes the machine's revision as it was read.
void PublishRead(Services& services, const store::Machine& machine, const CallPtr& call,
                 int attempt) {
  if (machine.deleting) return call->Fail(StateMachineDeleting(call->Text("stateMachineArn")));
  const std::string current = RevisionName(machine.current);
  if (call->Has("revisionId") && call->Text("revisionId") != current) {
    return call->Fail(ConflictException(
        fmt::format("Failed to publish the State Machine version for revision {}. The current "
                    "State Machine revision is {}.",
                    call->Text("revisionId"), current)));
  }
  const store::Version version{.created_at = services.clock->Now(),
                               .description = std::string(call->Text("description"))};
  services.store->PublishVersion(
      machine.name, machine.current.id, version,
      [&services, name = machine.name, call,
       attempt](const absl::StatusOr<store::Revision>& published) {
        const std::string_view arn = call->Text("stateMachineArn");
        if (absl::IsNotFound(published.status())) return call->Fail(StateMachineDoesNotExist(arn));
        if (absl::IsResourceExhausted(published.status())) return call->Fail(TooManyVersions(arn));
        if (absl::IsAborted(published.status()) && attempt < kMaxPublishAttempts) {
          return PublishCurrent(services, name, call, attempt + 1);
        }
        if (!published.ok()) return call->Fail(published.status());
        const std::string number = std::to_string(published->version->number);
        std::string out;
        ObjectWriter(&out)
            .Time("creationDate", published->version->created_at)
            .Text("stateMachineVersionArn", services.account.QualifiedArn(name, number))
            .Close();
        call->Succeed(std::move(out));
      });
}

void PublishCurrent(Services& services, const std::string& name, const CallPtr& call, int attempt) {
  services.store->GetMachine(
      name, [&services, call, attempt](const absl::StatusOr<store::Machine>& machine) {
        if (absl::IsNotFound(machine.status())) {
          return call->Fail(StateMachineDoesNotExist(call->Text("stateMachineArn")));
        }
        if (!machine.ok()) return call->Fail(machine.status());
        PublishRead(services, *machine, call, attempt);
      });
}

void PublishStateMachineVersion(Services& services, CallPtr call) {
  const std::string_view text = call->Text("stateMachineArn");
  const auto arn = ReadArn(services.account, text, "stateMachine");
  if (!arn.ok()) return call->Fail(arn.error());
  // As an update: a version is not found here, whether it exists or not.
  if (!arn->qualifier.empty()) return call->Fail(StateMachineDoesNotExist(text));
  PublishCurrent(services, arn->name, call, 1);
}

constexpr Member kListVersions[] = {
    ArnMember("stateMachineArn"),
    NextTokenMember(),
    MaxResultsMember(),
};

// Of a machine that is not there the list is empty: AWS's model has no error for that.
void ListStateMachineVersions(Services& services, CallPtr call) {
  const auto arn = ReadPlainMachineArn(services.account, call->Text("stateMachineArn"));
  if (!arn.ok()) return call->Fail(arn.error());
  const std::string request = "ListStateMachineVersions " + arn->name;
  const auto before = PagePosition(services, *call, request);
  if (!before.ok()) return call->Fail(before.error());
  services.store->ListVersions(
      arn->name, *before, PageSize(*call),
      [&services, call, request,
       name = arn->name](const absl::StatusOr<store::Page<store::Version>>& page) {
        if (!page.ok()) return call->Fail(page.status());
        std::string out;
        ObjectWriter body(&out);
        std::string* list = body.Key("stateMachineVersions");
        *list += '[';
        for (const store::Version& version : page->items) {
          if (&version != &page->items.front()) *list += ',';
          ObjectWriter(list)
              .Text("stateMachineVersionArn",
                    services.account.QualifiedArn(name, std::to_string(version.number)))
              .Time("creationDate", version.created_at)
              .Close();
        }
        *list += ']';
        WriteNextToken(services, request, page->next, &body);
        body.Close();
        call->Succeed(std::move(out));
      });
}

constexpr Member kDeleteVersion[] = {ArnMember("stateMachineVersionArn", kMaxLongArnCharacters)};

void DeleteStateMachineVersion(Services& services, CallPtr call) {
  const auto arn = ReadVersionArn(services.account, call->Text("stateMachineVersionArn"));
  if (!arn.ok()) return call->Fail(arn.error());
  services.store->DeleteVersion(
      arn->name, *VersionNumber(arn->qualifier),
      [call](const absl::StatusOr<std::vector<std::string>>& aliases) {
        if (!aliases.ok()) return call->Fail(aliases.status());
        if (aliases->empty()) return call->Succeed();
        call->Fail(ConflictException(
            fmt::format("Version to be deleted must not be referenced by an alias. Current list of "
                        "aliases referencing this version: [{}]",
                        fmt::join(*aliases, ", "))));
      });
}

}  // namespace

std::span<const Operation> VersionOperations() {
  static constexpr Operation kOperations[] = {
      {"DeleteStateMachineVersion", kDeleteVersion, DeleteStateMachineVersion},
      {"ListStateMachineVersions", kListVersions, ListStateMachineVersions},
      {"PublishStateMachineVersion", kPublishVersion, PublishStateMachineVersion},
  };
  return kOperations;
}

}  // namespace pawl::api
