#include "coordinator/engine/forker.h"

#include <utility>

#include "coordinator/base/strings.h"
#include "coordinator/engine/read_history.h"

namespace pawl::engine {
namespace {

constexpr std::string_view kCurrentRevision = "current";

absl::Status NoSuchState(std::string_view state, const asl::Machine& machine) {
  if (machine.Find(state) == nullptr) {
    return absl::InvalidArgumentError(
        StrCat("The state machine has no state '", state, "' in the revision that is to run"));
  }
  return absl::InvalidArgumentError(
      StrCat("The state '", state,
             "' lies within a Parallel or Map state; a fork begins at a state of the top level"));
}

}  // namespace

void Forker::Fork(ForkRequest request, store::Callback<Started> done) {
  auto job = std::make_shared<Job>();
  job->request = std::move(request);
  job->done = std::move(done);
  parts_->store->FindExecution(
      job->request.machine_name, job->request.name,
      [self = shared_from_this(), job](absl::StatusOr<store::ExecutionRecord> record) {
        if (!record.ok()) return job->done(record.status());
        job->record = *std::move(record);
        if (job->record.status == core::Status::kRunning) {
          return job->done(absl::InvalidArgumentError(
              "The execution is RUNNING; one that has ended can be forked"));
        }
        self->parts_->machines->Get(job->record.revision_id,
                                    [self, job](absl::StatusOr<CompiledPtr> own) {
                                      if (!own.ok()) return job->done(own.status());
                                      job->own = *std::move(own);
                                      self->Search(job);
                                    });
      });
}

void Forker::Search(const JobPtr& job) {
  job->search = std::make_unique<core::ForkSearch>(job->own->machine(), Text(job->request.state));
  ReadHistory(
      parts_->store, job->record.id,
      [job](const core::HistoryEvent& event) { return job->search->Add(event); },
      [self = shared_from_this(), job](const absl::Status& status) {
        if (!status.ok()) return job->done(status);
        self->FindRevision(job);
      });
}

void Forker::FindRevision(const JobPtr& job) {
  const std::string& wanted = job->request.revision;
  if (wanted.empty()) return Start(job, job->own);
  auto found = [self = shared_from_this(), job](absl::StatusOr<CompiledPtr> revision) {
    if (absl::IsNotFound(revision.status())) {
      return job->done(absl::InvalidArgumentError(
          StrCat("There is no revision '", job->request.revision, "' of the state machine")));
    }
    if (!revision.ok()) return job->done(revision.status());
    self->Start(job, *revision);
  };
  if (wanted == kCurrentRevision) {
    // No start checks it in its transaction.
    parts_->machines->Forget(job->record.machine_name);
    return parts_->machines->GetCurrent(job->record.machine_name, std::move(found));
  }
  const absl::StatusOr<Uuid> id = Uuid::Parse(wanted);
  if (!id.ok()) return found(absl::NotFoundError("not an id"));
  parts_->machines->Get(RevisionId(*id), std::move(found));
}

void Forker::Start(const JobPtr& job, const CompiledPtr& revision) {
  const ForkRequest& request = job->request;
  if (revision->revision.machine_id != job->record.machine_id) {
    return job->done(absl::InvalidArgumentError(
        StrCat("The revision is of another state machine than the execution was: '",
               request.machine_name, "' has been deleted and created anew, or it is not its own")));
  }
  if (core::ForkState(revision->machine(), request.state) == nullptr) {
    return job->done(NoSuchState(request.state, revision->machine()));
  }
  core::ForkOrigin origin = job->search->Found();
  if (request.input) origin.input = *request.input;
  if (origin.event_id == 0 && !request.input) {
    return job->done(absl::InvalidArgumentError(
        StrCat("The execution has never entered the state '", request.state,
               "'; a fork that begins there needs an input")));
  }
  origin.execution_arn = account_.ExecutionArn(job->record.machine_name, job->record.name);
  starter_->StartFork({.machine_name = job->record.machine_name,
                       .name = request.new_name,
                       .input = job->record.input,
                       .revision = revision,
                       .origin = std::make_shared<const core::ForkOrigin>(std::move(origin))},
                      std::move(job->done));
}

}  // namespace pawl::engine
