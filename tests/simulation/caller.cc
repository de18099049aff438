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

// What a new job's submission is answered.
std::string NewJob(Loop& loop) {
  const absl::Duration runs = loop.chance().Between(absl::ZeroDuration(), absl::Seconds(20));
  const char* how = loop.chance().Happens(0.8) ? "SUCCEEDED" : "FAILED";
  return StrCat(R"({"EndsAt":)", absl::ToUnixMicros(loop.Now() + runs), R"(,"Status":")", how,
                R"("})");
}

std::optional<integrations::CallResult> EndOf(const std::string& job, absl::Time now) {
  JsonArena arena;
  const absl::StatusOr<Json> json = ParseJson(job, &arena);
  if (absl::FromUnixMicros(json->Find("EndsAt").as_int()) > now) return std::nullopt;
  if (json->Find("Status").as_string() == "SUCCEEDED") return integrations::CallResult(job);
  return integrations::CallResult(integrations::CallFailure{"States.TaskFailed", job});
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
  std::string result = R"({"StatusCode":200})";
  if (RunsJobs(call.service, call.action)) result = NewJob(*loop_);
  loop_->Post(takes, process_, [this, id, fails, result, done = std::move(done)]() mutable {
    if (under_way_.erase(id) == 0) return;
    if (fails) {
      return done(
          integrations::CallResult(integrations::CallFailure{"Service.Down", "by the simulation"}));
    }
    done(integrations::CallResult(std::move(result)));
  });
  return id;
}

integrations::Caller::CallId SimulatedCaller::Look(
    integrations::Call call,
    absl::AnyInvocable<void(std::optional<integrations::CallResult>)> done) {
  return Answer([this, job = std::move(call.job), done = std::move(done)]() mutable {
    if (loop_->chance().Happens(habits_.fails)) return done(std::nullopt);  // nobody can tell
    done(EndOf(job, loop_->Now()));
  });
}

integrations::Caller::CallId SimulatedCaller::StopJob(
    integrations::Call /*call*/, absl::AnyInvocable<void(integrations::CallResult)> done) {
  return Answer([this, done = std::move(done)]() mutable {
    if (loop_->chance().Happens(habits_.fails)) {
      return done(
          integrations::CallResult(integrations::CallFailure{"Service.Down", "by the simulation"}));
    }
    done(integrations::CallResult(std::string("{}")));
  });
}

integrations::Caller::CallId SimulatedCaller::Answer(absl::AnyInvocable<void()> answer) {
  const CallId id = next_id_++;
  under_way_.insert(id);
  loop_->Post(loop_->chance().Delay(absl::Milliseconds(2), habits_.longest), process_,
              [this, id, answer = std::move(answer)]() mutable {
                if (under_way_.erase(id) > 0) answer();
              });
  return id;
}

}  // namespace pawl::simulation
