// A store that fails the calls it is told to: before anything was written, or after all of it was,
// with the reply lost. The second finds the bugs.

#ifndef PAWL_TESTS_SUPPORT_FAULTY_STORE_H_
#define PAWL_TESTS_SUPPORT_FAULTY_STORE_H_

#include <set>
#include <utility>
#include <vector>

#include "coordinator/store/store.h"

namespace pawl::testing_support {

// Counts the calls that write (starts, commits, hand-outs, redrives) from 1. For one thread.
class FaultyStore : public store::Store {
 public:
  explicit FaultyStore(store::Store* inner) : inner_(*inner) {}

  void FailBefore(int64_t call) { before_.insert(call); }
  void FailAfter(int64_t call) { after_.insert(call); }
  int64_t calls() const { return calls_; }
  int64_t loads() const { return loads_; }

  void StartExecution(const store::StartRequest& request,
                      store::Callback<store::StartResult> done) override {
    switch (Next()) {
      case Fault::kNone:
        return inner_.StartExecution(request, std::move(done));
      case Fault::kBefore:
        return done(absl::UnavailableError("injected before"));
      case Fault::kAfter:
        return inner_.StartExecution(
            request, [done = std::move(done)](absl::StatusOr<store::StartResult>) mutable {
              done(absl::UnknownError("injected after"));
            });
    }
  }

  void CommitTransition(const store::CommitRequest& request, store::DoneCallback done) override {
    switch (Next()) {
      case Fault::kNone:
        return inner_.CommitTransition(request, std::move(done));
      case Fault::kBefore:
        return done(absl::UnavailableError("injected before"));
      case Fault::kAfter:
        return inner_.CommitTransition(request, [done = std::move(done)](absl::Status) mutable {
          done(absl::UnknownError("injected after"));
        });
    }
  }

  void HandOut(std::string_view activity, int64_t limit, Decide decide,
               store::Callback<std::vector<store::HandedOut>> done) override {
    switch (Next()) {
      case Fault::kNone:
        return inner_.HandOut(activity, limit, std::move(decide), std::move(done));
      case Fault::kBefore:
        return done(absl::UnavailableError("injected before"));
      case Fault::kAfter:
        return inner_.HandOut(
            activity, limit, std::move(decide),
            [done = std::move(done)](auto) mutable { done(absl::UnknownError("injected after")); });
    }
  }

  void RedriveExecution(const store::RedriveRequest& request, store::DoneCallback done) override {
    switch (Next()) {
      case Fault::kNone:
        return inner_.RedriveExecution(request, std::move(done));
      case Fault::kBefore:
        return done(absl::UnavailableError("injected before"));
      case Fault::kAfter:
        return inner_.RedriveExecution(request, [done = std::move(done)](absl::Status) mutable {
          done(absl::UnknownError("injected after"));
        });
    }
  }
  void FindRedrive(ExecutionId id, std::string_view client_token, absl::Time since,
                   store::Callback<absl::Time> done) override {
    inner_.FindRedrive(id, client_token, since, std::move(done));
  }

  void CreateMachine(const store::Machine& machine, store::Callback<store::Machine> done) override {
    inner_.CreateMachine(machine, std::move(done));
  }
  void GetMachine(std::string_view name, store::Callback<store::Machine> done) override {
    inner_.GetMachine(name, std::move(done));
  }
  void GetRevision(RevisionId id, store::Callback<store::Revision> done) override {
    inner_.GetRevision(id, std::move(done));
  }
  void AddRevision(const store::Revision& revision, RevisionId expected,
                   store::DoneCallback done) override {
    inner_.AddRevision(revision, expected, std::move(done));
  }
  void DeleteMachine(std::string_view name, store::DoneCallback done) override {
    inner_.DeleteMachine(name, std::move(done));
  }
  void ListMachines(std::string_view after, int64_t limit,
                    store::Callback<store::Page<store::Machine>> done) override {
    inner_.ListMachines(after, limit, std::move(done));
  }
  void CreateActivity(const store::Activity& activity,
                      store::Callback<store::Activity> done) override {
    inner_.CreateActivity(activity, std::move(done));
  }
  void GetActivity(std::string_view name, store::Callback<store::Activity> done) override {
    inner_.GetActivity(name, std::move(done));
  }
  void DeleteActivity(std::string_view name, store::DoneCallback done) override {
    inner_.DeleteActivity(name, std::move(done));
  }
  void ListActivities(std::string_view after, int64_t limit,
                      store::Callback<store::Page<store::Activity>> done) override {
    inner_.ListActivities(after, limit, std::move(done));
  }
  void LoadExecution(ExecutionId id, store::Callback<core::Execution> done) override {
    ++loads_;
    inner_.LoadExecution(id, std::move(done));
  }
  void ClaimDue(absl::Time now, absl::Time until, int64_t limit,
                store::Callback<std::vector<core::Execution>> done) override {
    inner_.ClaimDue(now, until, limit, std::move(done));
  }
  void NextClaimableAt(absl::Time now, store::Callback<absl::Time> done) override {
    inner_.NextClaimableAt(now, std::move(done));
  }
  void AwaitChild(const store::ChildWait& wait, store::DoneCallback done) override {
    inner_.AwaitChild(wait, std::move(done));
  }
  void EndedWaits(int64_t limit, store::Callback<std::vector<store::WaitedFor>> done) override {
    inner_.EndedWaits(limit, std::move(done));
  }
  void OrphanedWaits(int64_t limit, store::Callback<std::vector<store::WaitedFor>> done) override {
    inner_.OrphanedWaits(limit, std::move(done));
  }
  void ForgetWait(const store::ChildWait& wait, store::DoneCallback done) override {
    inner_.ForgetWait(wait, std::move(done));
  }
  void FindExecution(std::string_view machine_name, std::string_view name,
                     store::Callback<store::ExecutionRecord> done) override {
    inner_.FindExecution(machine_name, name, std::move(done));
  }
  void ListExecutions(const store::ExecutionQuery& query,
                      store::Callback<store::Page<store::ExecutionRecord>> done) override {
    inner_.ListExecutions(query, std::move(done));
  }
  void GetHistory(const store::HistoryQuery& query,
                  store::Callback<store::Page<core::HistoryEvent>> done) override {
    inner_.GetHistory(query, std::move(done));
  }
  void ReadyBacklog(int64_t limit, store::Callback<store::Backlog> done) override {
    inner_.ReadyBacklog(limit, std::move(done));
  }
  void DatabaseTime(store::Callback<absl::Time> done) override {
    inner_.DatabaseTime(std::move(done));
  }
  void ClusterSecret(store::Callback<std::string> done) override {
    inner_.ClusterSecret(std::move(done));
  }
  void FinishDeletions(store::DoneCallback done) override {
    inner_.FinishDeletions(std::move(done));
  }
  void MaintainPartitions(absl::Time now, absl::Duration retention,
                          store::DoneCallback done) override {
    inner_.MaintainPartitions(now, retention, std::move(done));
  }
  void NotifyReady(const std::vector<std::string>& activities, store::DoneCallback done) override {
    inner_.NotifyReady(activities, std::move(done));
  }
  void ListenReady(std::function<void(const std::string&)> on_ready) override {
    inner_.ListenReady(std::move(on_ready));
  }
  bool Healthy() const override { return inner_.Healthy(); }

  // The flush barrier loses its session: what has not been flushed is in doubt.
  void EndEpoch() { epoch_ = FlushEpoch(epoch_.value() + 1); }
  // From now on flushes take until FinishFlushes.
  void HoldFlushes() { hold_flushes_ = true; }
  void FinishFlushes() {
    hold_flushes_ = false;
    for (auto& [epoch, done] : std::exchange(flushes_, {})) AwaitFlush(epoch, std::move(done));
  }
  FlushEpoch Epoch() const override { return epoch_; }
  void AwaitFlush(FlushEpoch epoch, store::DoneCallback done) override {
    if (epoch != epoch_) return done(absl::UnavailableError("the epoch has ended"));
    if (!hold_flushes_) return done(absl::OkStatus());
    flushes_.emplace_back(epoch, std::move(done));
  }

 private:
  enum class Fault { kNone, kBefore, kAfter };
  Fault Next() {
    ++calls_;
    if (before_.contains(calls_)) return Fault::kBefore;
    if (after_.contains(calls_)) return Fault::kAfter;
    return Fault::kNone;
  }

  store::Store& inner_;
  int64_t calls_ = 0;
  int64_t loads_ = 0;
  std::set<int64_t> before_;
  std::set<int64_t> after_;
  FlushEpoch epoch_{1};
  bool hold_flushes_ = false;
  std::vector<std::pair<FlushEpoch, store::DoneCallback>> flushes_;
};

}  // namespace pawl::testing_support

#endif  // PAWL_TESTS_SUPPORT_FAULTY_STORE_H_
