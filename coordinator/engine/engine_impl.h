// The parts of an engine, and how they tell each other things. For the files of the engine alone.

#ifndef PAWL_ENGINE_ENGINE_IMPL_H_
#define PAWL_ENGINE_ENGINE_IMPL_H_

#include <atomic>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

#include "coordinator/engine/backlog_gauge.h"
#include "coordinator/engine/call_maker.h"
#include "coordinator/engine/call_runner.h"
#include "coordinator/engine/chain.h"
#include "coordinator/engine/chain_table.h"
#include "coordinator/engine/child_ends.h"
#include "coordinator/engine/claimer.h"
#include "coordinator/engine/confirmations.h"
#include "coordinator/engine/dispatcher.h"
#include "coordinator/engine/engine.h"
#include "coordinator/engine/forker.h"
#include "coordinator/engine/housekeeper.h"
#include "coordinator/engine/job_watch.h"
#include "coordinator/engine/lone_call.h"
#include "coordinator/engine/machine_cache.h"
#include "coordinator/engine/redriver.h"
#include "coordinator/engine/starter.h"

namespace pawl::engine {

class Engine::Impl : public std::enable_shared_from_this<Impl> {
 public:
  Impl(Options options, store::Store* store, const Clock* clock, Scheduler* scheduler)
      : options_(std::move(options)),
        store_(store),
        clock_(clock),
        scheduler_(scheduler),
        machines_(std::make_shared<MachineCache>(store, options_.compile)),
        activities_(std::make_shared<ActivityDirectory>(store, clock)),
        chains_(std::make_shared<ChainTable>(options_.cached_executions)) {}

  void Run(store::DoneCallback ready);
  void Drain(absl::AnyInvocable<void()> done);
  void StopExecution(std::string machine_name, std::string name, std::optional<Text> error,
                     std::optional<Text> cause, store::Callback<absl::Time> done);
  void PostTask(const std::string& token, absl::AnyInvocable<Work(const TaskToken&)> make,
                store::DoneCallback done);

  void ConfirmTask(const std::string& token, store::DoneCallback done);
  void ReturnTask(const TaskId& task);

  bool draining() const { return draining_; }
  bool built() const { return built_; }
  // OK while calls are taken: after Run has built the parts, and before Drain.
  absl::Status Open() const {
    if (draining_) return absl::UnavailableError("this coordinator is going down");
    if (!built_) return absl::UnavailableError("this coordinator is starting");
    return absl::OkStatus();
  }
  Dispatcher& dispatcher() { return *dispatcher_; }
  Starter& starter() { return *starter_; }
  Redriver& redriver() { return *redriver_; }
  Forker& forker() { return *forker_; }
  ChainTable& chains() { return *chains_; }
  const Clock& clock() const { return *clock_; }
  const std::shared_ptr<const core::World>& world() const { return world_; }
  const Options& options() const { return options_; }
  Scheduler& scheduler() { return *scheduler_; }
  LoneCallParts MakeLoneCallParts();

 private:
  void Build(std::string secret);
  void BuildDispatcher(std::string secret);
  void BuildChildren();
  ChainParts MakeChainParts();
  void BuildClaimer();
  void BuildCallRunners();
  std::shared_ptr<CallRunner> MakeRunner(std::string_view queue, std::shared_ptr<LeasedWork> work,
                                         int64_t most);
  std::shared_ptr<CallMaker> MakeCallMaker();
  void CreateEventMachine(store::DoneCallback done);
  std::function<Fence(const core::Execution&)> DrawFence() const {
    if (options_.draw_fence) return options_.draw_fence;
    return [random = options_.random](const core::Execution&) { return Fence(random()); };
  }
  void WaitForRest(absl::AnyInvocable<void()> done);

  const Options options_;
  store::Store* const store_;
  const Clock* const clock_;
  Scheduler* const scheduler_;
  std::atomic<bool> draining_{false};
  std::atomic<bool> built_{false};
  // Shared with what is under way, which may outlive the engine.
  const std::shared_ptr<MachineCache> machines_;
  const std::shared_ptr<ActivityDirectory> activities_;
  const std::shared_ptr<ChainTable> chains_;
  std::shared_ptr<Confirmations> confirmations_;
  std::shared_ptr<Dispatcher> dispatcher_;
  std::shared_ptr<const core::World> world_;
  std::shared_ptr<Claimer> claimer_;
  // Null: this node makes no calls.
  std::shared_ptr<CallRunner> call_runner_;
  std::shared_ptr<CallRunner> job_runner_;
  std::shared_ptr<JobWatch> job_watch_;
  std::shared_ptr<Starter> starter_;
  std::shared_ptr<Redriver> redriver_;
  std::shared_ptr<Forker> forker_;
  std::shared_ptr<ChildEnds> children_;
  std::shared_ptr<Housekeeper> housekeeper_;
  std::shared_ptr<BacklogGauge> backlog_gauge_;
};

}  // namespace pawl::engine

#endif  // PAWL_ENGINE_ENGINE_IMPL_H_
