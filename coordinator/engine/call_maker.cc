#include "coordinator/engine/call_maker.h"

#include <utility>

namespace pawl::engine {

using integrations::CallResult;

std::optional<LeasedWork::Id> CallMaker::Begin(LeasedCall leased, Done done) {
  // The execution is moved on by a thread of ours, not by one that makes calls.
  auto on_ours = [scheduler = parts_.scheduler, done = std::move(done)](CallResult result) mutable {
    scheduler->Run([done = std::move(done), result = std::move(result)]() mutable {
      done(std::move(result));
    });
  };
  if (leased.call.service == "states") {
    CallStartExecution(parts_.account, leased.call, leased.starter, parts_.clock, parts_.scheduler,
                       parts_.start, std::move(on_ours));
    return std::nullopt;
  }
  if (const auto own = OwnInvocation(leased.call, parts_.served_function)) {
    CallWorkerFunction(leased.call, *own, leased.starter,
                       {parts_.clock, parts_.scheduler, parts_.start, parts_.create_event_machine},
                       std::move(on_ours));
    return std::nullopt;
  }
  if (leased.submits_job) return Submit(std::move(leased.call), std::move(on_ours));
  return parts_.caller->Start(std::move(leased.call), std::move(on_ours));
}

LeasedWork::Id CallMaker::Submit(integrations::Call call, Done done) {
  struct Submission {
    integrations::Call call;
    Done done;
    Id id = 0;
  };
  auto submission = std::make_shared<Submission>(Submission{call, std::move(done)});
  // Held until the id is known: the answer may come first.
  absl::MutexLock lock(&mu_);
  submission->id = parts_.caller->Start(std::move(call),
                                        [self = shared_from_this(), submission](CallResult result) {
                                          bool given_up = false;
                                          {
                                            absl::MutexLock lock(&self->mu_);
                                            const auto at = self->submitting_.find(submission->id);
                                            if (at == self->submitting_.end()) return;
                                            given_up = at->second;
                                            self->submitting_.erase(at);
                                          }
                                          if (!given_up) return submission->done(std::move(result));
                                          if (!result.ok()) return;
                                          submission->call.job = *std::move(result);
                                          self->parts_.stop_job(std::move(submission->call));
                                        });
  submitting_.emplace(submission->id, false);
  return submission->id;
}

void CallMaker::Cancel(Id id) {
  {
    absl::MutexLock lock(&mu_);
    submitting_.erase(id);
  }
  parts_.caller->Cancel(id);
}

void CallMaker::GiveUp(Id id) {
  {
    absl::MutexLock lock(&mu_);
    if (const auto at = submitting_.find(id); at != submitting_.end()) {
      at->second = true;
      return;
    }
  }
  parts_.caller->Cancel(id);
}

decltype(Work::what) CallMaker::EndOf(const TaskId& task, const CallResult& result) const {
  if (result.ok()) return core::CallReturned{task.branch, task.nonce, Text(*result)};
  const integrations::CallFailure& failure = result.error();
  std::optional<Text> cause;
  if (failure.cause) cause = Text(*failure.cause);
  return core::CallFailed{task.branch, task.nonce, Text(failure.error), std::move(cause)};
}

void CallMaker::ShowUnderWay(size_t count) {
  parts_.metrics->calls_under_way.Set(static_cast<double>(count));
}

}  // namespace pawl::engine
