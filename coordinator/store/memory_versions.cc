#include <algorithm>
#include <limits>
#include <utility>

#include "absl/strings/numbers.h"
#include "coordinator/base/strings.h"
#include "coordinator/store/memory_store.h"

namespace pawl::store {
namespace {

absl::Status TooManyVersions(std::string_view machine) {
  return absl::ResourceExhaustedError(
      StrCat("state machine ", machine, " has ", kMaxVersions, " versions"));
}

std::string AliasText(std::string_view machine, std::string_view name) {
  return StrCat(machine, ":", name);
}

}  // namespace

bool MemoryStore::Publish(std::string_view machine, const Version& version) {
  const Revision& current = machines_.find(machine)->second.current;
  Published& published = published_[std::string(machine)];
  for (const auto& [number, revision] : published.versions) {
    if (revision.id == current.id) return true;
  }
  if (std::ssize(published.versions) >= kMaxVersions) return false;
  const int64_t number = ++published.last_version;
  Revision& revision = published.versions[number];
  revision = current;
  revision.version = version;
  revision.version->number = number;
  return true;
}

Machine MemoryStore::WithVersion(Machine machine) const {
  const auto published = published_.find(machine.name);
  if (published == published_.end()) return machine;
  for (const auto& [number, revision] : published->second.versions) {
    if (revision.id == machine.current.id) machine.current.version = revision.version;
  }
  return machine;
}

bool MemoryStore::HasVersions(std::string_view machine, const std::vector<Route>& routes) const {
  const auto published = published_.find(machine);
  return std::all_of(routes.begin(), routes.end(), [&](const Route& route) {
    return published != published_.end() && published->second.versions.contains(route.version);
  });
}

void MemoryStore::PublishVersion(std::string_view machine_name, RevisionId expected,
                                 const Version& version, Callback<Revision> done) {
  absl::StatusOr<Revision> answer = NotFound("state machine", machine_name);
  {
    std::lock_guard lock(mu_);
    const auto it = machines_.find(machine_name);
    if (it != machines_.end() && !it->second.deleting) {
      if (it->second.current.id != expected) {
        answer =
            absl::AbortedError(StrCat("state machine ", machine_name, " is no longer at revision ",
                                      expected.value().ToString()));
      } else if (!Publish(machine_name, version)) {
        answer = TooManyVersions(machine_name);
      } else {
        answer = WithVersion(it->second).current;
      }
    }
  }
  Reply(std::move(done), std::move(answer));
}

void MemoryStore::GetVersion(std::string_view machine_name, int64_t number,
                             Callback<Machine> done) {
  absl::StatusOr<Machine> answer =
      NotFound("version", AliasText(machine_name, std::to_string(number)));
  {
    std::lock_guard lock(mu_);
    const auto published = published_.find(machine_name);
    if (published != published_.end()) {
      const auto version = published->second.versions.find(number);
      if (version != published->second.versions.end()) {
        answer = machines_.find(machine_name)->second;
        answer->current = version->second;
      }
    }
  }
  Reply(std::move(done), std::move(answer));
}

void MemoryStore::DeleteVersion(std::string_view machine_name, int64_t number,
                                Callback<std::vector<std::string>> done) {
  std::vector<std::string> aliases;
  {
    std::lock_guard lock(mu_);
    if (const auto published = published_.find(machine_name); published != published_.end()) {
      for (const auto& [name, alias] : published->second.aliases) {
        const bool leads_there =
            std::any_of(alias.routes.begin(), alias.routes.end(),
                        [&](const Route& route) { return route.version == number; });
        if (leads_there) aliases.push_back(name);
      }
      if (aliases.empty()) published->second.versions.erase(number);
    }
  }
  Reply(std::move(done), absl::StatusOr<std::vector<std::string>>(std::move(aliases)));
}

void MemoryStore::ListVersions(std::string_view machine_name, std::string_view before,
                               int64_t limit, Callback<Page<Version>> done) {
  int64_t number = std::numeric_limits<int64_t>::max();
  if (!before.empty() && !absl::SimpleAtoi(ToAbsl(before), &number)) {
    return Reply(std::move(done), absl::StatusOr<Page<Version>>(absl::InvalidArgumentError(
                                      "ListVersions: not a place to go on from")));
  }
  Page<Version> page;
  {
    std::lock_guard lock(mu_);
    const Published& published = published_[std::string(machine_name)];
    auto at = published.versions.lower_bound(number);
    while (at != published.versions.begin()) {
      --at;
      if (std::ssize(page.items) == limit) {
        page.next = std::to_string(page.items.back().number);
        break;
      }
      page.items.push_back(*at->second.version);
    }
  }
  Reply(std::move(done), absl::StatusOr<Page<Version>>(std::move(page)));
}

void MemoryStore::CreateAlias(const Alias& alias, DoneCallback done) {
  absl::Status answer;
  {
    std::lock_guard lock(mu_);
    const auto machine = machines_.find(alias.machine_name);
    Published& published = published_[alias.machine_name];
    if (machine == machines_.end() || machine->second.deleting) {
      answer = NotFound("state machine", alias.machine_name);
    } else if (published.aliases.contains(alias.name)) {
      answer = absl::AlreadyExistsError(
          StrCat("there is an alias ", AliasText(alias.machine_name, alias.name)));
    } else if (!HasVersions(alias.machine_name, alias.routes)) {
      answer = NotFound("version of", alias.machine_name);
    } else if (std::ssize(published.aliases) >= kMaxAliases) {
      answer = absl::ResourceExhaustedError(
          StrCat("state machine ", alias.machine_name, " has ", kMaxAliases, " aliases"));
    } else {
      Alias& stored = published.aliases[alias.name];
      stored = alias;
      stored.updated_at = alias.created_at;
    }
  }
  Reply(std::move(done), std::move(answer));
}

void MemoryStore::GetAlias(std::string_view machine_name, std::string_view name,
                           Callback<Alias> done) {
  absl::StatusOr<Alias> answer = NotFound("alias", AliasText(machine_name, name));
  {
    std::lock_guard lock(mu_);
    if (const auto published = published_.find(machine_name); published != published_.end()) {
      const auto alias = published->second.aliases.find(name);
      if (alias != published->second.aliases.end()) answer = alias->second;
    }
  }
  Reply(std::move(done), std::move(answer));
}

void MemoryStore::UpdateAlias(const AliasChange& change, DoneCallback done) {
  absl::Status answer;
  {
    std::lock_guard lock(mu_);
    Published& published = published_[change.machine_name];
    const auto alias = published.aliases.find(change.name);
    if (alias == published.aliases.end()) {
      answer = NotFound("alias", AliasText(change.machine_name, change.name));
    } else if (change.routes && !HasVersions(change.machine_name, *change.routes)) {
      answer = absl::FailedPreconditionError(
          StrCat("state machine ", change.machine_name, " has no such version"));
    } else {
      if (change.description) alias->second.description = *change.description;
      if (change.routes) alias->second.routes = *change.routes;
      alias->second.updated_at = change.updated_at;
    }
  }
  Reply(std::move(done), std::move(answer));
}

void MemoryStore::DeleteAlias(std::string_view machine_name, std::string_view name,
                              DoneCallback done) {
  absl::Status answer;
  {
    std::lock_guard lock(mu_);
    if (published_[std::string(machine_name)].aliases.erase(std::string(name)) == 0) {
      answer = NotFound("alias", AliasText(machine_name, name));
    }
  }
  Reply(std::move(done), std::move(answer));
}

void MemoryStore::ListAliases(const AliasQuery& query, Callback<Page<Alias>> done) {
  Page<Alias> page;
  {
    std::lock_guard lock(mu_);
    const auto& aliases = published_[query.machine_name].aliases;
    for (auto at = aliases.upper_bound(query.after); at != aliases.end(); ++at) {
      const std::vector<Route>& routes = at->second.routes;
      const bool wanted =
          !query.version || std::any_of(routes.begin(), routes.end(), [&](const Route& route) {
            return route.version == *query.version;
          });
      if (!wanted) continue;
      if (std::ssize(page.items) == query.limit) {
        page.next = page.items.back().name;
        break;
      }
      page.items.push_back(at->second);
    }
  }
  Reply(std::move(done), absl::StatusOr<Page<Alias>>(std::move(page)));
}

// ---------------------------------------------------------------- tags

Tags* MemoryStore::TagsOf(const Taggable& thing) {
  if (thing.kind == Taggable::Kind::kMachine) {
    const auto machine = machines_.find(thing.name);
    return machine == machines_.end() ? nullptr : &machine->second.tags;
  }
  const auto activity = activities_.find(thing.name);
  return activity == activities_.end() ? nullptr : &activity->second.tags;
}

void MemoryStore::GetTags(const Taggable& thing, Callback<Tags> done) {
  absl::StatusOr<Tags> answer = NotFound("tagged thing", thing.name);
  {
    std::lock_guard lock(mu_);
    if (const Tags* tags = TagsOf(thing)) answer = *tags;
  }
  Reply(std::move(done), std::move(answer));
}

void MemoryStore::ChangeTags(const Taggable& thing, const TagChange& change, DoneCallback done) {
  absl::Status answer;
  {
    std::lock_guard lock(mu_);
    if (Tags* tags = TagsOf(thing)) {
      Tags changed = *tags;
      for (const auto& [key, value] : change.set) changed[key] = value;
      for (const std::string& key : change.removed) changed.erase(key);
      if (std::ssize(changed) > kMaxTags) {
        answer = absl::ResourceExhaustedError(
            StrCat(thing.name, " has ", tags->size(), " tags and may have ", kMaxTags));
      } else {
        *tags = std::move(changed);
      }
    } else {
      answer = NotFound("tagged thing", thing.name);
    }
  }
  Reply(std::move(done), std::move(answer));
}

}  // namespace pawl::store
