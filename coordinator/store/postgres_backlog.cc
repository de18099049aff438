// How much work waits for workers.

#include <algorithm>
#include <utility>

#include "coordinator/store/postgres_store.h"
#include "coordinator/store/sql_values.h"
#include "coordinator/store/store_job.h"

namespace pawl::store {
namespace {

// Both indexes of ready tasks begin with the activity. The oldest task is the oldest of each
// activity's first: one step down the index for each activity that has tasks, whatever their
// number.
constexpr Statement kReadyBacklog{"ready_backlog", R"(
  with recursive
  oldest as (
    (select ready_activity, ready_at from execution where ready_activity is not null
      order by ready_activity, ready_at limit 1)
    union all
    select following.* from oldest, lateral (
      select e.ready_activity, e.ready_at from execution e
       where e.ready_activity is not null and e.ready_activity > oldest.ready_activity
       order by e.ready_activity, e.ready_at limit 1) following),
  oldest_in_branch as (
    (select ready_activity, ready_at from branch where ready_activity is not null
      order by ready_activity, ready_at limit 1)
    union all
    select following.* from oldest_in_branch, lateral (
      select b.ready_activity, b.ready_at from branch b
       where b.ready_activity is not null and b.ready_activity > oldest_in_branch.ready_activity
       order by b.ready_activity, b.ready_at limit 1) following)
  select (select count(*) from (
            (select from execution where ready_activity is not null limit $1)
            union all
            (select from branch where ready_activity is not null limit $1)) ready),
         least((select min(ready_at) from oldest), (select min(ready_at) from oldest_in_branch)))"};

}  // namespace

void PostgresStore::ReadyBacklog(int64_t limit, Callback<Backlog> done) {
  RunJob(
      &reads_, Effect::kRead, "ReadyBacklog", "",
      [limit](Session& session) -> absl::StatusOr<Backlog> {
        const pqxx::result rows = session.Run(kReadyBacklog, limit);
        Backlog backlog{.count = std::min(GetInt64(rows[0][0]), limit)};
        if (!rows[0][1].is_null()) backlog.oldest_ready_at = GetTime(rows[0][1]);
        return backlog;
      },
      std::move(done));
}

}  // namespace pawl::store
