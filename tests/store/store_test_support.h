// What tests of a store need: calls that wait for their answer, and executions to write.

#ifndef PAWL_TESTS_STORE_STORE_TEST_SUPPORT_H_
#define PAWL_TESTS_STORE_STORE_TEST_SUPPORT_H_

#include <gtest/gtest.h>

#include <chrono>
#include <future>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "coordinator/store/store.h"

namespace pawl::store {

// An answer that comes on another thread.
template <typename Answer>
class Pending {
 public:
  // A callback for one call; this must outlive it.
  auto Done() {
    return [this](Answer answer) { promise_.set_value(std::move(answer)); };
  }
  bool answered() const {
    return future_.wait_for(std::chrono::seconds(0)) == std::future_status::ready;
  }
  // Waits for it. Once.
  Answer Get() { return future_.get(); }

 private:
  std::promise<Answer> promise_;
  std::future<Answer> future_ = promise_.get_future();
};

// Calls `call(done)` and waits for the answer.
template <typename T, typename Call>
absl::StatusOr<T> Await(Call call) {
  Pending<absl::StatusOr<T>> pending;
  call(pending.Done());
  return pending.Get();
}

template <typename Call>
absl::Status AwaitDone(Call call) {
  Pending<absl::Status> pending;
  call(pending.Done());
  return pending.Get();
}

// Waits until what returned in `epoch` is on disk.
inline absl::Status Flush(Store* store, FlushEpoch epoch) {
  return AwaitDone([&](auto done) { store->AwaitFlush(epoch, std::move(done)); });
}

// An execution and the step that led to it.
struct Step {
  core::Execution execution;
  core::Transition transition;
  Fence before;  // the fence it was decided on
};

// A moment that all tests share: within the partitions of now, with a fraction of a second.
absl::Time TestTime();

Machine NewMachine(const std::string& name);

// A start of `machine` at `at`, in state "First", ready to go on.
Step NewStart(const Machine& machine, const std::string& name, absl::Time at = TestTime(),
              std::string_view input = R"({"n":1})");

// The step after `execution`: one more event, a fence of its own. Tests change it before they
// commit it.
Step NextStep(const core::Execution& execution);
// The one that ends it with success.
Step LastStep(const core::Execution& execution, std::string_view output = R"({"done":true})");

// Puts a task of `activity` into the branch.
void Schedule(core::Execution* execution, BranchId branch, const std::string& activity,
              absl::Time at);
// Adds a branch under the root.
void AddBranch(Step* step, BranchId id);
// Hands the task of the branch out, as the engine does.
absl::StatusOr<core::Transition> StartTaskOf(core::Execution& execution, BranchId branch);

// Each waits for the answer.
absl::StatusOr<Machine> Create(Store* store, const Machine& machine);
absl::StatusOr<StartResult> Start(Store* store, const Step& step,
                                  absl::Time claimable_at = absl::InfiniteFuture());
absl::Status Commit(Store* store, const Step& step,
                    std::optional<absl::Time> claimable_at = std::nullopt);
absl::StatusOr<core::Execution> Load(Store* store, ExecutionId id);
absl::StatusOr<std::vector<core::Execution>> Claim(Store* store, absl::Time now, absl::Time until,
                                                   int64_t limit);
absl::StatusOr<std::vector<HandedOut>> HandOut(Store* store, const std::string& activity,
                                               int64_t limit);
absl::StatusOr<ExecutionRecord> Find(Store* store, const std::string& machine,
                                     const std::string& name);
absl::StatusOr<Page<core::HistoryEvent>> History(Store* store, const HistoryQuery& query);

// Fails the test where they differ in anything that is stored.
void ExpectSame(const core::Execution& stored, const core::Execution& wanted);
void ExpectSame(const core::HistoryEvent& stored, const core::HistoryEvent& wanted);

}  // namespace pawl::store

#endif  // PAWL_TESTS_STORE_STORE_TEST_SUPPORT_H_
