// Activities, and the tags of what can have them.

#include <utility>

#include "coordinator/base/strings.h"
#include "coordinator/store/machine_rows.h"
#include "coordinator/store/postgres_store.h"
#include "coordinator/store/sql_values.h"
#include "coordinator/store/store_job.h"
#include "coordinator/store/tags_json.h"

namespace pawl::store {
namespace {

// The insert sees nothing of a concurrent one; who loses reads again.
constexpr Statement kCreateActivity{"create_activity", R"(
  insert into activity (name, created_at, encryption_configuration, tags)
  values ($1, $2, $3, $4::jsonb)
  on conflict do nothing
  returning name, created_at, encryption_configuration)"};
constexpr Statement kGetActivity{"get_activity", R"(
  select name, created_at, encryption_configuration from activity where name = $1)"};
constexpr Statement kDeleteActivity{"delete_activity", "delete from activity where name = $1"};
constexpr Statement kListActivities{"list_activities", R"(
  select name, created_at, encryption_configuration from activity where name > $1
   order by name limit $2)"};

constexpr Statement kMachineTags{"machine_tags", R"(
  select tags from state_machine where name = $1 and deleted_at is null)"};
constexpr Statement kActivityTags{"activity_tags", "select tags from activity where name = $1"};
// No row: there is no such thing, or it would have more than $4 tags.
constexpr Statement kChangeMachineTags{"change_machine_tags", R"(
  update state_machine set tags = (tags || $2::jsonb) - $3::text[]
   where name = $1 and deleted_at is null
     and (select count(*) from jsonb_object_keys((tags || $2::jsonb) - $3::text[])) <= $4)"};
constexpr Statement kChangeActivityTags{"change_activity_tags", R"(
  update activity set tags = (tags || $2::jsonb) - $3::text[]
   where name = $1
     and (select count(*) from jsonb_object_keys((tags || $2::jsonb) - $3::text[])) <= $4)"};

Activity ReadActivity(const pqxx::row& row) {
  return {.name = std::string(GetText(row["name"])),
          .created_at = GetTime(row["created_at"]),
          .encryption_configuration = std::string(GetText(row["encryption_configuration"]))};
}

absl::Status Untaggable(const Taggable& thing) {
  if (thing.kind == Taggable::Kind::kMachine) return NoMachine(thing.name);
  return absl::NotFoundError(StrCat("there is no activity ", thing.name));
}

absl::StatusOr<Tags> ReadTags(Session* session, const Taggable& thing) {
  const bool machine = thing.kind == Taggable::Kind::kMachine;
  const pqxx::result rows = session->Run(machine ? kMachineTags : kActivityTags, thing.name);
  if (rows.empty()) return Untaggable(thing);
  return TagsOfJson(GetText(rows[0][0]));
}

absl::Status ChangeTagsOn(Session* session, const Taggable& thing, const TagChange& change) {
  ArrayParameter removed(ArrayParameter::Type::kText);
  for (const std::string& key : change.removed) removed.Add(key);
  const bool machine = thing.kind == Taggable::Kind::kMachine;
  const pqxx::result changed =
      session->Run(machine ? kChangeMachineTags : kChangeActivityTags, thing.name,
                   TagsJson(change.set), removed.Finish(), kMaxTags);
  if (changed.affected_rows() == 1) return absl::OkStatus();
  const absl::StatusOr<Tags> tags = ReadTags(session, thing);
  if (!tags.ok()) return tags.status();
  return absl::ResourceExhaustedError(
      StrCat(thing.name, " has ", tags->size(), " tags and may have ", kMaxTags));
}

}  // namespace

void PostgresStore::CreateActivity(const Activity& activity, Callback<Activity> done) {
  RunJob(
      &reads_, Effect::kWrite, "CreateActivity", activity.name,
      [activity](Session& session) -> absl::StatusOr<Activity> {
        pqxx::result rows =
            session.Run(kCreateActivity, activity.name, TimeText(activity.created_at),
                        activity.encryption_configuration, TagsJson(activity.tags));
        if (rows.empty()) rows = session.Run(kGetActivity, activity.name);
        if (!rows.empty()) return ReadActivity(rows[0]);
        return absl::UnavailableError(StrCat("activity ", activity.name, " was deleted meanwhile"));
      },
      std::move(done));
}

void PostgresStore::GetActivity(std::string_view name, Callback<Activity> done) {
  RunJob(
      &reads_, Effect::kRead, "GetActivity", std::string(name),
      [name = std::string(name)](Session& session) -> absl::StatusOr<Activity> {
        const pqxx::result rows = session.Run(kGetActivity, name);
        if (!rows.empty()) return ReadActivity(rows[0]);
        return absl::NotFoundError(StrCat("there is no activity ", name));
      },
      std::move(done));
}

void PostgresStore::DeleteActivity(std::string_view name, DoneCallback done) {
  RunJob(
      &reads_, Effect::kWrite, "DeleteActivity", std::string(name),
      [name = std::string(name)](Session& session) -> absl::Status {
        if (session.Run(kDeleteActivity, name).affected_rows() == 1) return absl::OkStatus();
        return absl::NotFoundError(StrCat("there is no activity ", name));
      },
      std::move(done));
}

void PostgresStore::ListActivities(std::string_view after, int64_t limit,
                                   Callback<Page<Activity>> done) {
  RunJob(
      &reads_, Effect::kRead, "ListActivities", "",
      [after = std::string(after), limit](Session& session) -> absl::StatusOr<Page<Activity>> {
        return ReadPage(session.Run(kListActivities, after, limit + 1), limit, ReadActivity);
      },
      std::move(done));
}

void PostgresStore::GetTags(const Taggable& thing, Callback<Tags> done) {
  RunJob(
      &reads_, Effect::kRead, "GetTags", thing.name,
      [thing](Session& session) { return ReadTags(&session, thing); }, std::move(done));
}

void PostgresStore::ChangeTags(const Taggable& thing, const TagChange& change, DoneCallback done) {
  RunJob(
      &reads_, Effect::kWrite, "ChangeTags", thing.name,
      [thing, change](Session& session) { return ChangeTagsOn(&session, thing, change); },
      std::move(done));
}

}  // namespace pawl::store
