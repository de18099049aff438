#include "tests/simulation/simulated_node.h"

#include <utility>

#include "tests/simulation/machines.h"

namespace pawl::simulation {
namespace {

class ProcessScheduler : public engine::Scheduler {
 public:
  ProcessScheduler(Loop* loop, ProcessPtr process) : loop_(loop), process_(std::move(process)) {}

  void RunAfter(absl::Duration delay, absl::AnyInvocable<void()> function) override {
    loop_->Post(delay, process_, std::move(function));
  }

 private:
  Loop* const loop_;
  const ProcessPtr process_;
};

// The count of steps in place of a number that never comes twice.
Fence FenceOfVersion(const core::Execution& execution) { return Fence(execution.version); }

}  // namespace

// Destroyed from the bottom up: the engine first.
struct SimulatedNode::Life {
  Life(const Surroundings& around, ProcessPtr process_in)
      : process(std::move(process_in)),
        scheduler(around.loop, process),
        started_at(around.loop->Now()),
        drift(around.loop->chance().Between(absl::Microseconds(-90), absl::Microseconds(90))),
        clock([this, loop = around.loop] { return Steady(*loop); }),
        store(around.loop, around.database, around.hints, process, around.faults, around.breakage),
        keeper(&clock, &store, &scheduler),
        caller(around.loop, process, around.calls, around.token_sent) {}

  // Steady time of a machine whose quartz is a little off.
  absl::Duration Steady(const Loop& loop) const {
    const absl::Duration since = loop.Now() - started_at;
    return absl::Hours(1) + since + drift * absl::ToDoubleSeconds(since);
  }

  const ProcessPtr process;
  ProcessScheduler scheduler;
  const absl::Time started_at;
  const absl::Duration drift;  // in a second
  DatabaseClock clock;
  SimulatedStore store;
  node::ClockKeeper keeper;
  SimulatedCaller caller;
  std::unique_ptr<engine::Engine> engine;
  bool serves = false;
  bool draining = false;
};

void SimulatedNode::Boot() {
  if (life_ != nullptr && life_->draining) Kill();  // it had its time
  if (life_ != nullptr) return;
  life_ = std::make_shared<Life>(around_, std::make_shared<Process>());
  life_->store.OnCall([this](int64_t) {
    if (kill_at_call_ > 0 && --kill_at_call_ == 0) Kill();
  });
  Serve(life_);
}

void SimulatedNode::Serve(const std::shared_ptr<Life>& life) {
  Life* const at = life.get();  // what runs in its process finds it alive
  at->keeper.Sample([this, at](const absl::Status& sampled) {
    if (!sampled.ok()) {
      return at->scheduler.RunAfter(absl::Milliseconds(100), [this] { Serve(life_); });
    }
    at->keeper.Run();
    RunEngine(life_);
  });
}

void SimulatedNode::RunEngine(const std::shared_ptr<Life>& life) {
  Life* const at = life.get();
  engine::Options options;
  options.metrics = around_.metrics;
  options.caller = &at->caller;
  options.served_function = [](std::string_view function) {
    return function == kServedFunction ? std::string(function) : "";
  };
  options.random = [loop = around_.loop] { return loop->chance().NonZero(); };
  options.compile = CompiledSample;
  if (around_.breakage == Breakage::kFenceReused) options.draw_fence = FenceOfVersion;
  at->engine =
      std::make_unique<engine::Engine>(std::move(options), &at->store, &at->clock, &at->scheduler);
  at->engine->Run([this, at](const absl::Status& ready) {
    if (ready.ok()) {
      at->serves = true;
      return;
    }
    at->scheduler.RunAfter(absl::Milliseconds(100), [this] { RunEngine(life_); });
  });
}

void SimulatedNode::Kill() {
  if (life_ == nullptr) return;
  life_->process->alive = false;
  // Not here and now: the engine may be on the stack.
  around_.loop->Post(absl::ZeroDuration(), nullptr, [life = std::move(life_)] {});
  life_ = nullptr;
}

void SimulatedNode::Terminate() {
  if (engine() == nullptr) return Kill();
  life_->serves = false;
  life_->draining = true;
  life_->engine->Drain([this, life = std::weak_ptr(life_)] {
    if (!life.expired() && life.lock() == life_) Kill();
  });
}

void SimulatedNode::Stop(absl::Duration duration) {
  if (life_ != nullptr) life_->process->stopped_until = around_.loop->Now() + duration;
}

void SimulatedNode::CutLink(absl::Duration duration) {
  if (life_ != nullptr) life_->store.CutLink(duration);
}

engine::Engine* SimulatedNode::engine() const {
  return life_ != nullptr && life_->serves ? life_->engine.get() : nullptr;
}

store::Store* SimulatedNode::store() const { return engine() == nullptr ? nullptr : &life_->store; }

ProcessPtr SimulatedNode::process() const { return life_ == nullptr ? nullptr : life_->process; }

}  // namespace pawl::simulation
