// What a SimulatedStore passes on but for executions' steps: reading, the waits for children, state
// machines, activities, the cluster.

#include <utility>

#include "tests/simulation/simulated_call.h"

namespace pawl::simulation {

// ---------------------------------------------------------------- reading

void SimulatedStore::FindExecution(std::string_view machine_name, std::string_view name,
                                   Callback<store::ExecutionRecord> done) {
  HeldRead<store::ExecutionRecord>(
      [machine = std::string(machine_name), name = std::string(name)](store::MemoryStore& tables,
                                                                      auto reply) {
        tables.FindExecution(machine, name, std::move(reply));
      },
      std::move(done));
}

void SimulatedStore::ListExecutions(const store::ExecutionQuery& query,
                                    Callback<store::Page<store::ExecutionRecord>> done) {
  HeldRead<store::Page<store::ExecutionRecord>>(
      [query](store::MemoryStore& tables, auto reply) {
        tables.ListExecutions(query, std::move(reply));
      },
      std::move(done));
}

void SimulatedStore::GetHistory(const store::HistoryQuery& query,
                                Callback<store::Page<core::HistoryEvent>> done) {
  HeldRead<store::Page<core::HistoryEvent>>(
      [query](store::MemoryStore& tables, auto reply) {
        tables.GetHistory(query, std::move(reply));
      },
      std::move(done));
}

void SimulatedStore::ReadyBacklog(int64_t limit, Callback<store::Backlog> done) {
  Call<absl::StatusOr<store::Backlog>>(
      Kind::kRead,
      [limit](store::MemoryStore& tables, auto reply) {
        tables.ReadyBacklog(limit, std::move(reply));
      },
      std::move(done));
}

// ---------------------------------------------------------------- machines and activities

void SimulatedStore::CreateMachine(const store::Machine& machine, Callback<store::Machine> done) {
  Call<absl::StatusOr<store::Machine>>(
      Kind::kWrite,
      [machine](store::MemoryStore& tables, auto reply) {
        tables.CreateMachine(machine, std::move(reply));
        tables.Flush();
      },
      std::move(done));
}

void SimulatedStore::GetMachine(std::string_view name, Callback<store::Machine> done) {
  Call<absl::StatusOr<store::Machine>>(
      Kind::kRead,
      [name = std::string(name)](store::MemoryStore& tables, auto reply) {
        tables.GetMachine(name, std::move(reply));
      },
      std::move(done));
}

void SimulatedStore::GetRevision(RevisionId id, Callback<store::Revision> done) {
  Call<absl::StatusOr<store::Revision>>(
      Kind::kRead,
      [id](store::MemoryStore& tables, auto reply) { tables.GetRevision(id, std::move(reply)); },
      std::move(done));
}

void SimulatedStore::AddRevision(const store::Revision& revision, RevisionId expected,
                                 store::DoneCallback done) {
  Call<absl::Status>(
      Kind::kWrite,
      [revision, expected](store::MemoryStore& tables, auto reply) {
        tables.AddRevision(revision, expected, std::move(reply));
        tables.Flush();
      },
      std::move(done));
}

void SimulatedStore::DeleteMachine(std::string_view name, store::DoneCallback done) {
  Call<absl::Status>(
      Kind::kWrite,
      [name = std::string(name)](store::MemoryStore& tables, auto reply) {
        tables.DeleteMachine(name, std::move(reply));
        tables.Flush();
      },
      std::move(done));
}

void SimulatedStore::ListMachines(std::string_view after, int64_t limit,
                                  Callback<store::Page<store::Machine>> done) {
  Call<absl::StatusOr<store::Page<store::Machine>>>(
      Kind::kRead,
      [after = std::string(after), limit](store::MemoryStore& tables, auto reply) {
        tables.ListMachines(after, limit, std::move(reply));
      },
      std::move(done));
}

void SimulatedStore::CreateActivity(const store::Activity& activity,
                                    Callback<store::Activity> done) {
  Call<absl::StatusOr<store::Activity>>(
      Kind::kWrite,
      [activity](store::MemoryStore& tables, auto reply) {
        tables.CreateActivity(activity, std::move(reply));
        tables.Flush();
      },
      std::move(done));
}

void SimulatedStore::GetActivity(std::string_view name, Callback<store::Activity> done) {
  Call<absl::StatusOr<store::Activity>>(
      Kind::kRead,
      [name = std::string(name)](store::MemoryStore& tables, auto reply) {
        tables.GetActivity(name, std::move(reply));
      },
      std::move(done));
}

void SimulatedStore::DeleteActivity(std::string_view name, store::DoneCallback done) {
  Call<absl::Status>(
      Kind::kWrite,
      [name = std::string(name)](store::MemoryStore& tables, auto reply) {
        tables.DeleteActivity(name, std::move(reply));
        tables.Flush();
      },
      std::move(done));
}

void SimulatedStore::ListActivities(std::string_view after, int64_t limit,
                                    Callback<store::Page<store::Activity>> done) {
  Call<absl::StatusOr<store::Page<store::Activity>>>(
      Kind::kRead,
      [after = std::string(after), limit](store::MemoryStore& tables, auto reply) {
        tables.ListActivities(after, limit, std::move(reply));
      },
      std::move(done));
}

// ---------------------------------------------------------------- waits for children

void SimulatedStore::AwaitChild(const store::ChildWait& wait, store::DoneCallback done) {
  Call<absl::Status>(
      Kind::kWrite,
      [wait](store::MemoryStore& tables, auto reply) {
        tables.AwaitChild(wait, std::move(reply));
        tables.Flush();
      },
      std::move(done));
}

void SimulatedStore::EndedWaits(int64_t limit, Callback<std::vector<store::WaitedFor>> done) {
  HeldRead<std::vector<store::WaitedFor>>(
      [limit, forgets = breakage_ == Breakage::kUntoldEnd](store::MemoryStore& tables, auto reply) {
        tables.EndedWaits(limit, [&](absl::StatusOr<std::vector<store::WaitedFor>> ended) {
          for (const store::WaitedFor& waited : *ended) {
            if (forgets) tables.ForgetWait(waited.wait, [](const absl::Status&) {});
          }
          reply(std::move(ended));
        });
      },
      std::move(done));
}

void SimulatedStore::OrphanedWaits(int64_t limit, Callback<std::vector<store::WaitedFor>> done) {
  if (breakage_ == Breakage::kUnstoppedChild) limit = 0;
  HeldRead<std::vector<store::WaitedFor>>(
      [limit](store::MemoryStore& tables, auto reply) {
        tables.OrphanedWaits(limit, std::move(reply));
      },
      std::move(done));
}

void SimulatedStore::ForgetWait(const store::ChildWait& wait, store::DoneCallback done) {
  Call<absl::Status>(
      Kind::kWrite,
      [wait](store::MemoryStore& tables, auto reply) {
        tables.ForgetWait(wait, std::move(reply));
        tables.Flush();
      },
      std::move(done));
}

// ---------------------------------------------------------------- redrives

void SimulatedStore::RedriveExecution(const store::RedriveRequest& request,
                                      store::DoneCallback done) {
  Call<absl::Status>(
      Kind::kWrite,
      [database = database_, request](store::MemoryStore& tables, auto reply) {
        database->SawTime(request.execution.last_event_at);
        tables.RedriveExecution(request, std::move(reply));
        tables.Flush();
      },
      std::move(done));
}

void SimulatedStore::FindRedrive(ExecutionId id, std::string_view client_token, absl::Time since,
                                 Callback<absl::Time> done) {
  Call<absl::StatusOr<absl::Time>>(
      Kind::kRead,
      [id, token = std::string(client_token), since](store::MemoryStore& tables, auto reply) {
        tables.FindRedrive(id, token, since, std::move(reply));
      },
      std::move(done));
}

// ---------------------------------------------------------------- the cluster

void SimulatedStore::DatabaseTime(Callback<absl::Time> done) {
  Call<absl::StatusOr<absl::Time>>(
      Kind::kRead,
      [](store::MemoryStore& tables, auto reply) { tables.DatabaseTime(std::move(reply)); },
      std::move(done));
}

void SimulatedStore::ClusterSecret(Callback<std::string> done) {
  Call<absl::StatusOr<std::string>>(
      Kind::kRead,
      [](store::MemoryStore& tables, auto reply) { tables.ClusterSecret(std::move(reply)); },
      std::move(done));
}

void SimulatedStore::FinishDeletions(store::DoneCallback done) {
  Call<absl::Status>(
      Kind::kWrite,
      [](store::MemoryStore& tables, auto reply) {
        tables.FinishDeletions(std::move(reply));
        tables.Flush();
      },
      std::move(done));
}

void SimulatedStore::MaintainPartitions(absl::Time now, absl::Duration retention,
                                        store::DoneCallback done) {
  Call<absl::Status>(
      Kind::kWrite,
      [now, retention](store::MemoryStore& tables, auto reply) {
        tables.MaintainPartitions(now, retention, std::move(reply));
      },
      std::move(done));
}

void SimulatedStore::NotifyReady(const std::vector<std::string>& activities,
                                 store::DoneCallback done) {
  for (auto& [process, on_ready] : *hints_) {
    if (process == process_ || !process->alive || loop_->chance().Happens(0.2)) continue;
    for (const std::string& activity : activities) {
      loop_->Post(Way(), process, [on_ready, activity] { on_ready(activity); });
    }
  }
  loop_->Post(Way(), process_, [done = std::move(done)]() mutable { done(absl::OkStatus()); });
}

void SimulatedStore::ListenReady(std::function<void(const std::string& activity)> on_ready) {
  hints_->emplace_back(process_, std::move(on_ready));
}

}  // namespace pawl::simulation
