// A caller whose calls a test answers itself.

#ifndef PAWL_TESTS_SUPPORT_FAKE_CALLER_H_
#define PAWL_TESTS_SUPPORT_FAKE_CALLER_H_

#include <functional>
#include <map>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "coordinator/integrations/call.h"

namespace pawl::testing_support {

// For one thread.
class FakeCaller : public integrations::Caller {
 public:
  using Done = absl::AnyInvocable<void(integrations::CallResult)>;
  using LookDone = absl::AnyInvocable<void(std::optional<integrations::CallResult>)>;

  CallId Start(integrations::Call call, Done done) override {
    begun.push_back(std::move(call));
    under_way_.emplace(static_cast<CallId>(begun.size()), std::move(done));
    return static_cast<CallId>(begun.size());
  }
  bool RunsJobs(std::string_view service, std::string_view /*action*/) const override {
    return service == "batch";
  }
  // Each look asks `job`.
  CallId Look(integrations::Call call, LookDone done) override {
    ++looks;
    done(job(call));
    return 0;
  }
  CallId StopJob(integrations::Call call, Done done) override {
    stopped.push_back(std::move(call));
    done(stop(stopped.back()));
    return 0;
  }
  void Cancel(CallId id) override {
    if (under_way_.erase(id) > 0) ++cancelled;
  }

  // Answers the call that began as number `index`, from 0. False when nobody waits for it any more.
  bool Answer(size_t index, integrations::CallResult result) {
    const auto at = under_way_.find(static_cast<CallId>(index) + 1);
    if (at == under_way_.end()) return false;
    Done done = std::move(at->second);
    under_way_.erase(at);
    done(std::move(result));
    return true;
  }
  size_t under_way() const { return under_way_.size(); }

  std::vector<integrations::Call> begun;
  std::vector<integrations::Call> stopped;
  // How the job of such a call stands: by default it goes on.
  std::function<std::optional<integrations::CallResult>(const integrations::Call&)> job =
      [](const integrations::Call&) { return std::nullopt; };
  std::function<integrations::CallResult(const integrations::Call&)> stop =
      [](const integrations::Call&) { return integrations::CallResult(std::string("{}")); };
  int looks = 0;
  int cancelled = 0;

 private:
  std::map<CallId, Done> under_way_;
};

}  // namespace pawl::testing_support

#endif  // PAWL_TESTS_SUPPORT_FAKE_CALLER_H_
