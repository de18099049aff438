#include "coordinator/engine/redriver.h"

#include <utility>

#include "coordinator/base/clock.h"
#include "coordinator/base/log.h"
#include "coordinator/core/redrive.h"
#include "coordinator/engine/read_history.h"
#include "coordinator/store/execution_record.h"

namespace pawl::engine {
namespace {

// An execution that is redriven and ends again and again while a redrive of it is written.
constexpr int kMaxRedriveAttempts = 10;

std::shared_ptr<const core::ExecutionFacts> FactsOf(const store::ExecutionRecord& record,
                                                    const store::Revision& revision,
                                                    const Account& account) {
  auto facts = std::make_shared<core::ExecutionFacts>();
  facts->id = record.id;
  facts->machine_id = record.machine_id;
  facts->revision_id = record.revision_id;
  facts->execution_arn = account.ExecutionArn(record.machine_name, record.name);
  facts->name = record.name;
  facts->state_machine_arn = account.StateMachineArn(record.machine_name);
  facts->machine_name = record.machine_name;
  facts->role_arn = revision.role_arn;
  facts->started_at = record.started_at;
  facts->input = record.input;
  facts->limits = record.limits;
  facts->fork = record.fork;
  facts->origin = record.origin;
  return facts;
}

// The execution as it was closed.
core::Execution ClosedExecution(const store::ExecutionRecord& record,
                                std::shared_ptr<const core::ExecutionFacts> facts,
                                absl::Time last_event_at) {
  core::Execution execution;
  execution.facts = std::move(facts);
  execution.status = record.status;
  execution.fence = record.fence;
  execution.last_event_id = record.last_event_id;
  execution.last_event_at = last_event_at;
  execution.redrive_count = record.redrive_count;
  execution.redriven_at = record.redriven_at;
  execution.closed_at = record.closed_at;
  return execution;
}

}  // namespace

void Redriver::Redrive(std::string machine_name, std::string name, std::string client_token,
                       store::Callback<absl::Time> done) {
  auto request = std::make_shared<Request>();
  request->machine_name = std::move(machine_name);
  request->name = std::move(name);
  request->client_token = std::move(client_token);
  request->done = std::move(done);
  Attempt(request);
}

void Redriver::Attempt(const RequestPtr& request) {
  if (++request->attempts > kMaxRedriveAttempts) {
    return request->done(absl::UnavailableError("the execution changes too often"));
  }
  parts_->store->FindExecution(
      request->machine_name, request->name,
      [self = shared_from_this(), request](absl::StatusOr<store::ExecutionRecord> record) {
        if (!record.ok()) return request->done(record.status());
        request->record = *std::move(record);
        if (request->client_token.empty()) return self->CheckRedrivable(request);
        self->LookForToken(request);
      });
}

void Redriver::LookForToken(const RequestPtr& request) {
  parts_->store->FindRedrive(
      request->record.id, request->client_token, parts_->clock->Now() - store::kRedriveTokenLife,
      [self = shared_from_this(), request](const absl::StatusOr<absl::Time>& redriven_at) {
        if (absl::IsNotFound(redriven_at.status())) return self->CheckRedrivable(request);
        request->done(redriven_at);
      });
}

void Redriver::CheckRedrivable(const RequestPtr& request) {
  const auto why_not =
      core::WhyNotRedrivable(store::CandidateOf(request->record), parts_->clock->Now());
  if (why_not) return request->done(absl::FailedPreconditionError(*why_not));
  const auto refreshed = [self = shared_from_this(), request](const absl::Status& status) {
    if (!status.ok()) return request->done(status);
    self->Trace(request);
  };
  parts_->machines->Get(
      request->record.revision_id,
      [self = shared_from_this(), request, refreshed](absl::StatusOr<CompiledPtr> revision) {
        if (!revision.ok()) return request->done(revision.status());
        request->revision = *revision;
        const std::vector<std::string>& activities = request->revision->activities;
        if (self->parts_->activities->Fresh(activities)) return refreshed(absl::OkStatus());
        self->parts_->activities->Refresh(activities, refreshed);
      });
}

void Redriver::Trace(const RequestPtr& request) {
  request->stood = std::make_unique<core::Retrace>(request->revision->machine());
  ReadHistory(
      parts_->store, request->record.id,
      [request](const core::HistoryEvent& event) {
        request->last_event_at = event.timestamp;
        return request->stood->Add(event);
      },
      [self = shared_from_this(), request](const absl::Status& status) {
        if (!status.ok()) return request->done(status);
        self->Write(request);
      });
}

void Redriver::Write(const RequestPtr& request) {
  // Somebody else has redriven it since it was found.
  if (request->stood->last_event_id() != request->record.last_event_id) return Attempt(request);
  const absl::Time now = parts_->clock->Now();
  core::Execution execution = ClosedExecution(
      request->record, FactsOf(request->record, request->revision->revision, account_),
      request->last_event_at);
  absl::StatusOr<core::Transition> transition =
      core::Redrive(request->revision->machine(), *parts_->world, now,
                    static_cast<uint64_t>(parts_->random()), *request->stood, execution);
  if (!transition.ok()) return request->done(transition.status());
  request->given = GiveTasks(*parts_, execution, *transition);
  execution.fence = parts_->draw_fence(execution);
  const bool goes_on = core::NextReady(execution) != nullptr || core::NextDue(execution) <= now;
  const absl::Time claimable_at = goes_on ? now + parts_->claim_hint : core::NextDue(execution);
  request->redrive = {std::move(execution), *std::move(transition), request->record.fence,
                      claimable_at, request->client_token};
  request->sent_at = DatabaseClock::SteadyNow();
  request->epoch = parts_->store->Epoch();
  parts_->store->RedriveExecution(request->redrive,
                                  [self = shared_from_this(), request](const absl::Status& status) {
                                    self->Written(request, status);
                                  });
}

void Redriver::Written(const RequestPtr& request, const absl::Status& status) {
  parts_->metrics->CommitReturned(status, DatabaseClock::SteadyNow() - request->sent_at);
  if (status.ok()) return Redriven(*request);
  if (absl::IsUnknown(status)) return Settle(request);
  GiveBack(*request);
  if (absl::IsAborted(status)) return Attempt(request);
  request->done(status);
}

void Redriver::Redriven(Request& request) {
  const core::Execution& execution = request.redrive.execution;
  const ExecutionId id = execution.facts->id;
  log::Info("execution_redriven",
            {{"execution", id.value().ToString()}, {"count", execution.redrive_count}});
  request.done(execution.redriven_at);
  chains_->Get(id)->Begin(std::move(request.redrive.execution), request.redrive.claimable_at,
                          std::move(request.redrive.transition), std::move(request.given),
                          request.epoch, metrics::TransitionKind::kRedrive);
}

void Redriver::GiveBack(Request& request) {
  for (Given& given : request.given) parts_->dispatcher->GiveBack(std::move(given.poller));
  request.given.clear();
}

void Redriver::Settle(const RequestPtr& request) {
  // Whoever claims it goes on with it, and gives its tasks.
  GiveBack(*request);
  parts_->store->FindExecution(
      request->machine_name, request->name,
      [request](const absl::StatusOr<store::ExecutionRecord>& record) {
        const core::Execution& execution = request->redrive.execution;
        if (record.ok() && record->id == execution.facts->id &&
            record->redrive_count >= execution.redrive_count &&
            record->redriven_at == execution.redriven_at) {
          return request->done(record->redriven_at);
        }
        request->done(absl::UnavailableError("whether the execution was redriven is not known"));
      });
}

}  // namespace pawl::engine
