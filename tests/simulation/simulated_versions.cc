// Versions, aliases and tags, as SimulatedStore gives them.

#include <utility>

#include "tests/simulation/simulated_call.h"

namespace pawl::simulation {

void SimulatedStore::PublishVersion(std::string_view machine_name, RevisionId expected,
                                    const store::Version& version, Callback<store::Revision> done) {
  Call<absl::StatusOr<store::Revision>>(
      Kind::kWrite,
      [machine_name = std::string(machine_name), expected, version](store::MemoryStore& tables,
                                                                    auto reply) {
        tables.PublishVersion(machine_name, expected, version, std::move(reply));
        tables.Flush();
      },
      std::move(done));
}

void SimulatedStore::GetVersion(std::string_view machine_name, int64_t number,
                                Callback<store::Machine> done) {
  Call<absl::StatusOr<store::Machine>>(
      Kind::kRead,
      [machine_name = std::string(machine_name), number](store::MemoryStore& tables, auto reply) {
        tables.GetVersion(machine_name, number, std::move(reply));
      },
      std::move(done));
}

void SimulatedStore::DeleteVersion(std::string_view machine_name, int64_t number,
                                   Callback<std::vector<std::string>> done) {
  Call<absl::StatusOr<std::vector<std::string>>>(
      Kind::kWrite,
      [machine_name = std::string(machine_name), number](store::MemoryStore& tables, auto reply) {
        tables.DeleteVersion(machine_name, number, std::move(reply));
        tables.Flush();
      },
      std::move(done));
}

void SimulatedStore::ListVersions(std::string_view machine_name, std::string_view before,
                                  int64_t limit, Callback<store::Page<store::Version>> done) {
  Call<absl::StatusOr<store::Page<store::Version>>>(
      Kind::kRead,
      [machine_name = std::string(machine_name), before = std::string(before), limit](
          store::MemoryStore& tables, auto reply) {
        tables.ListVersions(machine_name, before, limit, std::move(reply));
      },
      std::move(done));
}

void SimulatedStore::CreateAlias(const store::Alias& alias, store::DoneCallback done) {
  Call<absl::Status>(
      Kind::kWrite,
      [alias](store::MemoryStore& tables, auto reply) {
        tables.CreateAlias(alias, std::move(reply));
        tables.Flush();
      },
      std::move(done));
}

void SimulatedStore::GetAlias(std::string_view machine_name, std::string_view name,
                              Callback<store::Alias> done) {
  Call<absl::StatusOr<store::Alias>>(
      Kind::kRead,
      [machine_name = std::string(machine_name), name = std::string(name)](
          store::MemoryStore& tables, auto reply) {
        tables.GetAlias(machine_name, name, std::move(reply));
      },
      std::move(done));
}

void SimulatedStore::UpdateAlias(const store::AliasChange& change, store::DoneCallback done) {
  Call<absl::Status>(
      Kind::kWrite,
      [change](store::MemoryStore& tables, auto reply) {
        tables.UpdateAlias(change, std::move(reply));
        tables.Flush();
      },
      std::move(done));
}

void SimulatedStore::DeleteAlias(std::string_view machine_name, std::string_view name,
                                 store::DoneCallback done) {
  Call<absl::Status>(
      Kind::kWrite,
      [machine_name = std::string(machine_name), name = std::string(name)](
          store::MemoryStore& tables, auto reply) {
        tables.DeleteAlias(machine_name, name, std::move(reply));
        tables.Flush();
      },
      std::move(done));
}

void SimulatedStore::ListAliases(const store::AliasQuery& query,
                                 Callback<store::Page<store::Alias>> done) {
  Call<absl::StatusOr<store::Page<store::Alias>>>(
      Kind::kRead,
      [query](store::MemoryStore& tables, auto reply) {
        tables.ListAliases(query, std::move(reply));
      },
      std::move(done));
}

void SimulatedStore::GetTags(const store::Taggable& thing, Callback<store::Tags> done) {
  Call<absl::StatusOr<store::Tags>>(
      Kind::kRead,
      [thing](store::MemoryStore& tables, auto reply) { tables.GetTags(thing, std::move(reply)); },
      std::move(done));
}

void SimulatedStore::ChangeTags(const store::Taggable& thing, const store::TagChange& change,
                                store::DoneCallback done) {
  Call<absl::Status>(
      Kind::kWrite,
      [thing, change](store::MemoryStore& tables, auto reply) {
        tables.ChangeTags(thing, change, std::move(reply));
        tables.Flush();
      },
      std::move(done));
}

}  // namespace pawl::simulation
