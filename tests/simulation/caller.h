// The services outside of the simulated world, as a node calls them: they answer late, fail, hang,
// or answer nobody because the node has died. A token that they are sent comes back through a
// worker, sooner or later than the call's answer.

#ifndef PAWL_TESTS_SIMULATION_CALLER_H_
#define PAWL_TESTS_SIMULATION_CALLER_H_

#include <functional>
#include <optional>
#include <set>
#include <string>
#include <string_view>

#include "coordinator/integrations/call.h"
#include "tests/simulation/loop.h"

namespace pawl::simulation {

struct CallHabits {
  double fails = 0.1;
  double hangs = 0.02;  // never answers
  absl::Duration longest = absl::Seconds(6);
};

// Of one life of a node.
class SimulatedCaller : public integrations::Caller {
 public:
  // `token_sent`: somebody outside has got that token.
  SimulatedCaller(Loop* loop, ProcessPtr process, const CallHabits* habits,
                  std::function<void(const std::string& token)> token_sent)
      : loop_(loop),
        process_(std::move(process)),
        habits_(*habits),
        token_sent_(std::move(token_sent)) {}

  CallId Start(integrations::Call call,
               absl::AnyInvocable<void(integrations::CallResult)> done) override;
  // Jobs of Batch: when and how each ends its id tells, so that any node can be asked.
  bool RunsJobs(std::string_view service, std::string_view /*action*/) const override {
    return service == "batch";
  }
  CallId Look(integrations::Call call,
              absl::AnyInvocable<void(std::optional<integrations::CallResult>)> done) override;
  CallId StopJob(integrations::Call call,
                 absl::AnyInvocable<void(integrations::CallResult)> done) override;
  void Cancel(CallId id) override { under_way_.erase(id); }

 private:
  // Calls `answer` after a while, unless that is cancelled.
  CallId Answer(absl::AnyInvocable<void()> answer);

  Loop* const loop_;
  const ProcessPtr process_;
  const CallHabits& habits_;
  const std::function<void(const std::string&)> token_sent_;
  CallId next_id_ = 1;
  std::set<CallId> under_way_;
};

}  // namespace pawl::simulation

#endif  // PAWL_TESTS_SIMULATION_CALLER_H_
