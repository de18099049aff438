#include "tests/simulation/caller.h"

#include <utility>

#include "coordinator/base/json.h"
#include "coordinator/base/strings.h"

namespace pawl::simulation {
namespace {

// The Payload of a call that hands out its token; empty: it hands out none.
std::string TokenIn(const integrations::Call& call) {
  JsonArena arena;
  const absl::StatusOr<Json> parameters = ParseJson(call.parameters, &arena);
  if (!parameters.ok() || !parameters->is_object()) return "";
  const Json token = parameters->Find("Payload");
  return token.is_string() ? std::string(token.as_string()) : "";
}

}  // namespace

integrations::Caller::CallId SimulatedCaller::Start(
    integrations::Call call, absl::AnyInvocable<void(integrations::CallResult)> done) {
  Chance& chance = loop_->chance();
  const CallId id = next_id_++;
  under_way_.insert(id);
  const absl::Duration takes = chance.Delay(absl::Milliseconds(2), habits_.longest);
  const bool fails = chance.Happens(habits_.fails);
  // Also a call whose answer is lost may have reached somebody.
  if (const std::string token = TokenIn(call); !token.empty() && chance.Happens(fails ? 0.5 : 1)) {
    loop_->Post(chance.Between(absl::ZeroDuration(), takes), nullptr,
                [this_token = token, sent = token_sent_] { sent(this_token); });
  }
  if (chance.Happens(habits_.hangs)) return id;
  loop_->Post(takes, process_, [this, id, fails, done = std::move(done)]() mutable {
    if (under_way_.erase(id) == 0) return;
    if (fails) {
      return done(
          integrations::CallResult(integrations::CallFailure{"Service.Down", "by the simulation"}));
    }
    done(integrations::CallResult(std::string(R"({"StatusCode":200})")));
  });
  return id;
}

}  // namespace pawl::simulation
