// The fixture of what every store promises of versions and aliases.

#ifndef PAWL_TESTS_STORE_VERSIONS_CONTRACT_H_
#define PAWL_TESTS_STORE_VERSIONS_CONTRACT_H_

#include <gtest/gtest.h>

#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "coordinator/base/strings.h"
#include "tests/store/store_contract.h"

namespace pawl::store {

class VersionsContract : public StoreContractTest {
 protected:
  absl::StatusOr<Revision> Publish(RevisionId expected, const std::string& description = "",
                                   const std::string& machine = "machine") {
    return Await<Revision>([&](auto done) {
      store_->PublishVersion(machine, expected,
                             {.created_at = TestTime(), .description = description},
                             std::move(done));
    });
  }
  absl::StatusOr<Revision> Update(const Revision& current, std::optional<Version> version = {}) {
    Revision next = current;
    next.id = RevisionId(Uuid::Random());
    next.definition = StrCat("{\"Comment\": \"", next.id.value().ToString(), "\"}");
    next.initial = false;
    next.version = std::move(version);
    return Await<Revision>(
        [&](auto done) { store_->AddRevision(next, current.id, std::move(done)); });
  }
  absl::StatusOr<Machine> Get() {
    return Await<Machine>([&](auto done) { store_->GetMachine("machine", std::move(done)); });
  }
  absl::StatusOr<Machine> GetVersion(int64_t number) {
    return Await<Machine>(
        [&](auto done) { store_->GetVersion("machine", number, std::move(done)); });
  }
  absl::StatusOr<std::vector<std::string>> DeleteVersion(int64_t number) {
    return Await<std::vector<std::string>>(
        [&](auto done) { store_->DeleteVersion("machine", number, std::move(done)); });
  }
  absl::Status CreateAlias(const std::string& name, std::vector<Route> routes,
                           const std::string& machine = "machine") {
    const Alias alias{.machine_name = machine,
                      .name = name,
                      .description = "of " + name,
                      .routes = std::move(routes),
                      .created_at = TestTime()};
    return AwaitDone([&](auto done) { store_->CreateAlias(alias, std::move(done)); });
  }
  absl::Status UpdateAlias(const AliasChange& change) {
    return AwaitDone([&](auto done) { store_->UpdateAlias(change, std::move(done)); });
  }
  absl::StatusOr<Alias> GetAlias(const std::string& name) {
    return Await<Alias>([&](auto done) { store_->GetAlias("machine", name, std::move(done)); });
  }
  std::vector<std::string> Aliases(AliasQuery query) {
    query.machine_name = "machine";
    std::vector<std::string> names;
    do {
      const auto page =
          *Await<Page<Alias>>([&](auto done) { store_->ListAliases(query, std::move(done)); });
      EXPECT_LE(std::ssize(page.items), query.limit);
      for (const Alias& alias : page.items) names.push_back(alias.name);
      query.after = page.next;
    } while (!query.after.empty());
    return names;
  }
  std::vector<int64_t> Versions(int64_t limit) {
    std::vector<int64_t> numbers;
    std::string before;
    do {
      const auto page = *Await<Page<Version>>(
          [&](auto done) { store_->ListVersions("machine", before, limit, std::move(done)); });
      EXPECT_LE(std::ssize(page.items), limit);
      for (const Version& version : page.items) numbers.push_back(version.number);
      before = page.next;
    } while (!before.empty());
    return numbers;
  }

  // A start of the version, as a node that has read the machine so makes it.
  Step StartOf(const Machine& version, const std::string& name, const std::string& alias = "") {
    Step step = NewStart(version, name);
    auto facts = std::make_shared<core::ExecutionFacts>(*step.execution.facts);
    facts->origin = std::make_shared<core::Origin>(
        core::Origin{.version = version.current.version->number, .alias = alias});
    step.execution.facts = facts;
    step.transition.history[0].origin = facts->origin;
    return step;
  }
  StartResult::Kind StartThrough(const Step& step, std::vector<Route> routes = {}) {
    const auto result = Await<StartResult>([&](auto done) {
      store_->StartExecution({.execution = step.execution,
                              .transition = step.transition,
                              .claimable_at = absl::InfiniteFuture(),
                              .routes = std::move(routes)},
                             std::move(done));
    });
    EXPECT_TRUE(result.ok()) << result.status();
    return result->kind;
  }
  Page<ExecutionRecord> List(const ExecutionQuery& query) {
    const auto page = Await<Page<ExecutionRecord>>(
        [&](auto done) { store_->ListExecutions(query, std::move(done)); });
    EXPECT_TRUE(page.ok()) << page.status();
    return *page;
  }
  std::vector<std::string> Listed(ExecutionQuery query) {
    query.machine_name = "machine";
    query.limit = 2;
    std::vector<std::string> names;
    do {
      const auto page = List(query);
      for (const ExecutionRecord& record : page.items) names.push_back(record.name);
      query.after = page.next;
    } while (!query.after.empty());
    return names;
  }
};

}  // namespace pawl::store

#endif  // PAWL_TESTS_STORE_VERSIONS_CONTRACT_H_
