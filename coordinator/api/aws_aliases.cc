#include <algorithm>
#include <utility>

#include "absl/strings/ascii.h"
#include "coordinator/api/alias_routes.h"
#include "coordinator/api/aws_arn.h"
#include "coordinator/api/aws_operations.h"
#include "coordinator/base/strings.h"

namespace pawl::api {
namespace {

// Letters, digits, "_-.", and not digits alone: those are versions.
bool IsAliasName(std::string_view name) {
  const auto is_other = [](char c) { return c == '_' || c == '-' || c == '.'; };
  const auto is_alpha = [](char c) { return absl::ascii_isalpha(static_cast<unsigned char>(c)); };
  const auto is_digit = [](char c) { return absl::ascii_isdigit(static_cast<unsigned char>(c)); };
  return std::all_of(name.begin(), name.end(),
                     [&](char c) { return is_other(c) || is_alpha(c) || is_digit(c); }) &&
         !std::all_of(name.begin(), name.end(), is_digit);
}

constexpr Pattern kAliasName = {R"(^(?=.*[a-zA-Z_\-\.])[a-zA-Z0-9_\-\.]+$)", IsAliasName};

constexpr Member kAliasArn[] = {ArnMember("stateMachineAliasArn")};

constexpr Member kCreateAlias[] = {
    DescriptionMember("description"),
    {.name = "name",
     .required = true,
     .least = 1,
     .most = kMaxNameCharacters,
     .pattern = kAliasName},
    RoutingMember(true),
};

void AnswerAliasCreated(const Services& services, const store::Alias& alias, Call* call) {
  std::string out;
  ObjectWriter(&out)
      .Text("stateMachineAliasArn", services.account.QualifiedArn(alias.machine_name, alias.name))
      .Time("creationDate", alias.created_at)
      .Close();
  call->Succeed(std::move(out));
}

// There is an alias of the name already: the same again, or another one?
void CompareWithExistingAlias(Services& services, const store::Alias& wanted, const CallPtr& call) {
  services.store->GetAlias(
      wanted.machine_name, wanted.name,
      [&services, wanted, call](const absl::StatusOr<store::Alias>& existing) {
        const bool same = existing.ok() && existing->routes == wanted.routes &&
                          existing->description == wanted.description;
        if (same) return AnswerAliasCreated(services, *existing, call.get());
        // Deleted between the two calls, it was another one too.
        if (!existing.ok() && !absl::IsNotFound(existing.status())) {
          return call->Fail(existing.status());
        }
        call->Fail(ConflictException(
            "Failed to create alias because an alias with the same name and a different routing "
            "configuration already exists."));
      });
}

// Neither the machine nor the versions need be there for it.
void FailForMissing(Services& services, const std::string& machine, const CallPtr& call) {
  services.store->GetMachine(machine, [arn = services.account.StateMachineArn(machine),
                                       call](const absl::StatusOr<store::Machine>& found) {
    if (found.ok() && found->deleting) return call->Fail(StateMachineDeleting(arn));
    if (found.ok() || absl::IsNotFound(found.status())) {
      return call->Fail(ReferencedResourceNotFound(arn));
    }
    call->Fail(found.status());
  });
}

void CreateStateMachineAlias(Services& services, CallPtr call) {
  auto routing = ReadRouting(services.account, call->Member("routingConfiguration"));
  if (!routing.ok()) return call->Fail(routing.error());
  const absl::Time now = services.clock->Now();
  const store::Alias alias{.machine_name = routing->machine_name,
                           .name = std::string(call->Text("name")),
                           .description = std::string(call->Text("description")),
                           .routes = std::move(routing->routes),
                           .created_at = now,
                           .updated_at = now};
  services.store->CreateAlias(alias, [&services, alias, call](const absl::Status& created) {
    if (created.ok()) return AnswerAliasCreated(services, alias, call.get());
    if (absl::IsAlreadyExists(created)) return CompareWithExistingAlias(services, alias, call);
    if (absl::IsNotFound(created)) return FailForMissing(services, alias.machine_name, call);
    if (absl::IsResourceExhausted(created)) {
      return call->Fail(TooManyAliases(services.account.StateMachineArn(alias.machine_name)));
    }
    call->Fail(created);
  });
}

constexpr Member kUpdateAlias[] = {
    ArnMember("stateMachineAliasArn"),
    DescriptionMember("description"),
    RoutingMember(false),
};

void UpdateStateMachineAlias(Services& services, CallPtr call) {
  const auto arn = ReadAliasArn(services.account, call->Text("stateMachineAliasArn"));
  if (!arn.ok()) return call->Fail(arn.error());
  store::AliasChange change{
      .machine_name = arn->name, .name = arn->qualifier, .updated_at = services.clock->Now()};
  if (call->Has("description")) change.description = std::string(call->Text("description"));
  if (call->Has("routingConfiguration")) {
    auto routing = ReadRouting(services.account, call->Member("routingConfiguration"));
    if (!routing.ok()) return call->Fail(routing.error());
    if (routing->machine_name != arn->name) {
      return call->Fail(
          ValidationException("Routing configuration must contain versions of the alias's own "
                              "state machine. Received: " +
                                  routing->machine_name,
                              "INVALID_ROUTING_CONFIGURATION"));
    }
    change.routes = std::move(routing->routes);
  }
  if (!change.description && !change.routes) {
    return call->Fail(
        ValidationException("Either the description or the routing configuration must be specified",
                            "MISSING_REQUIRED_PARAMETER"));
  }
  services.store->UpdateAlias(change, [&services, change, call](const absl::Status& updated) {
    if (absl::IsNotFound(updated) || absl::IsFailedPrecondition(updated)) {
      return FailForMissing(services, change.machine_name, call);
    }
    if (!updated.ok()) return call->Fail(updated);
    std::string out;
    ObjectWriter(&out).Time("updateDate", change.updated_at).Close();
    call->Succeed(std::move(out));
  });
}

void DescribeStateMachineAlias(Services& services, CallPtr call) {
  const auto arn = ReadAliasArn(services.account, call->Text("stateMachineAliasArn"));
  if (!arn.ok()) return call->Fail(arn.error());
  services.store->GetAlias(
      arn->name, arn->qualifier, [&services, call](const absl::StatusOr<store::Alias>& alias) {
        const std::string_view text = call->Text("stateMachineAliasArn");
        if (absl::IsNotFound(alias.status())) return call->Fail(ReferencedResourceNotFound(text));
        if (!alias.ok()) return call->Fail(alias.status());
        std::string out;
        ObjectWriter body(&out);
        body.Text("stateMachineAliasArn", text).Text("name", alias->name);
        if (!alias->description.empty()) body.Text("description", alias->description);
        AppendRouting(services.account, *alias, body.Key("routingConfiguration"));
        body.Time("creationDate", alias->created_at).Time("updateDate", alias->updated_at).Close();
        call->Succeed(std::move(out));
      });
}

void DeleteStateMachineAlias(Services& services, CallPtr call) {
  const auto arn = ReadAliasArn(services.account, call->Text("stateMachineAliasArn"));
  if (!arn.ok()) return call->Fail(arn.error());
  services.store->DeleteAlias(arn->name, arn->qualifier, [call](const absl::Status& deleted) {
    // What is not there need not be deleted (recorded).
    if (!deleted.ok() && !absl::IsNotFound(deleted)) return call->Fail(deleted);
    call->Succeed();
  });
}

constexpr Member kListAliases[] = {
    ArnMember("stateMachineArn"),
    NextTokenMember(),
    MaxResultsMember(),
};

void ListAliasesOf(Services& services, store::AliasQuery query, const CallPtr& call) {
  const std::string request = StrCat("ListStateMachineAliases ", call->Text("stateMachineArn"));
  auto after = PagePosition(services, *call, request);
  if (!after.ok()) return call->Fail(after.error());
  query.after = *std::move(after);
  query.limit = PageSize(*call);
  services.store->ListAliases(
      query, [&services, call, request](const absl::StatusOr<store::Page<store::Alias>>& page) {
        if (!page.ok()) return call->Fail(page.status());
        std::string out;
        ObjectWriter body(&out);
        std::string* list = body.Key("stateMachineAliases");
        *list += '[';
        for (const store::Alias& alias : page->items) {
          if (&alias != &page->items.front()) *list += ',';
          ObjectWriter(list)
              .Text("stateMachineAliasArn",
                    services.account.QualifiedArn(alias.machine_name, alias.name))
              .Time("creationDate", alias.created_at)
              .Close();
        }
        *list += ']';
        WriteNextToken(services, request, page->next, &body);
        body.Close();
        call->Succeed(std::move(out));
      });
}

void ListStateMachineAliases(Services& services, CallPtr call) {
  const std::string_view text = call->Text("stateMachineArn");
  const auto arn = ReadMachineArn(services.account, text);
  if (!arn.ok()) return call->Fail(arn.error());
  const store::AliasQuery query{.machine_name = arn->name,
                                .version = VersionNumber(arn->qualifier)};
  if (!arn->qualifier.empty() && !query.version) {
    return call->Fail(InvalidArn(StrCat("Not the ARN of a state machine or a version: ", text)));
  }
  const auto missing = query.version ? ReferencedResourceNotFound : StateMachineDoesNotExist;
  auto list = [&services, query, call, missing](const absl::StatusOr<store::Machine>& machine) {
    const std::string_view arn = call->Text("stateMachineArn");
    if (absl::IsNotFound(machine.status())) return call->Fail(missing(arn));
    if (!machine.ok()) return call->Fail(machine.status());
    if (machine->deleting) return call->Fail(StateMachineDeleting(arn));
    ListAliasesOf(services, query, call);
  };
  if (query.version) return services.store->GetVersion(arn->name, *query.version, list);
  services.store->GetMachine(arn->name, list);
}

}  // namespace

std::span<const Operation> AliasOperations() {
  static constexpr Operation kOperations[] = {
      {"CreateStateMachineAlias", kCreateAlias, CreateStateMachineAlias},
      {"DeleteStateMachineAlias", kAliasArn, DeleteStateMachineAlias},
      {"DescribeStateMachineAlias", kAliasArn, DescribeStateMachineAlias},
      {"ListStateMachineAliases", kListAliases, ListStateMachineAliases},
      {"UpdateStateMachineAlias", kUpdateAlias, UpdateStateMachineAlias},
  };
  return kOperations;
}

}  // namespace pawl::api
