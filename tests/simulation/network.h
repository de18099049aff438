// Between clients or workers and coordinators: requests and answers that take time, get lost, or
// meet a node that is dead or stopped.

#ifndef PAWL_TESTS_SIMULATION_NETWORK_H_
#define PAWL_TESTS_SIMULATION_NETWORK_H_

#include <memory>
#include <utility>

#include "tests/simulation/simulated_node.h"

namespace pawl::simulation {

struct NetworkFaults {
  double lost_request = 0;
  double lost_reply = 0;
  absl::Duration longest_way = absl::Milliseconds(20);
};

class Network {
 public:
  Network(Loop* loop, const NetworkFaults* faults) : loop_(loop), faults_(*faults) {}

  // Has `request(node, answer)` called in the node's process, and `done` in the caller's: with what
  // was answered, or, when nothing came for `timeout`, UNKNOWN. UNAVAILABLE: no node was there.
  // `request` may be called although `done` says UNKNOWN.
  template <typename T, typename Request>
  void Ask(SimulatedNode* node, const ProcessPtr& caller, absl::Duration timeout, Request request,
           store::Callback<T> done) {
    auto once = std::make_shared<Once<T>>(std::move(done));
    loop_->Post(timeout, caller, [once] { once->Answer(absl::UnknownError("no answer")); });
    if (loop_->chance().Happens(faults_.lost_request)) return;
    loop_->Post(Way(), nullptr, [this, node, caller, once, request = std::move(request)]() mutable {
      const ProcessPtr server = node->process();
      if (server == nullptr || node->engine() == nullptr) {
        return loop_->Post(Way(), caller,
                           [once] { once->Answer(absl::UnavailableError("refused")); });
      }
      loop_->Post(absl::ZeroDuration(), server,
                  [this, node, caller, once, request = std::move(request)]() mutable {
                    if (node->engine() == nullptr) return;
                    request(*node, Answer<T>(caller, once));
                  });
    });
  }

  absl::Duration Way() {
    return loop_->chance().Delay(absl::Microseconds(100), faults_.longest_way);
  }
  bool Loses() { return loop_->chance().Happens(faults_.lost_reply); }

 private:
  template <typename T>
  struct Once {
    explicit Once(store::Callback<T> done_in) : done(std::move(done_in)) {}
    void Answer(absl::StatusOr<T> answer) {
      if (done != nullptr) std::exchange(done, nullptr)(std::move(answer));
    }
    store::Callback<T> done;
  };

  template <typename T>
  store::Callback<T> Answer(const ProcessPtr& caller, const std::shared_ptr<Once<T>>& once) {
    return [this, caller, once](absl::StatusOr<T> answer) {
      if (Loses()) return;
      loop_->Post(Way(), caller, [once, answer = std::move(answer)]() mutable {
        once->Answer(std::move(answer));
      });
    };
  }

  Loop* const loop_;
  const NetworkFaults& faults_;
};

}  // namespace pawl::simulation

#endif  // PAWL_TESTS_SIMULATION_NETWORK_H_
