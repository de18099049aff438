#include "coordinator/store/codec.h"

#include <limits>
#include <optional>
#include <utility>

#include "coordinator/base/strings.h"
#include "pawl/storage/v1/storage.pb.h"

namespace pawl::store {
namespace {

namespace pb = ::pawl::storage::v1;

constexpr int64_t kInfiniteMicros = std::numeric_limits<int64_t>::max();

int64_t ToMicros(absl::Time time) {
  return time == absl::InfiniteFuture() ? kInfiniteMicros : absl::ToUnixMicros(time);
}

// A deadline: rounded up, for one that is stored too early would fire early.
int64_t ToMicrosUp(absl::Time time) {
  const int64_t micros = ToMicros(time);
  return micros != kInfiniteMicros && absl::FromUnixMicros(micros) < time ? micros + 1 : micros;
}

absl::Time FromMicros(int64_t micros) {
  return micros == kInfiniteMicros ? absl::InfiniteFuture() : absl::FromUnixMicros(micros);
}

std::string Bytes(const Text& text) { return std::string(text.view()); }

void EncodeEarly(const core::EarlyEnd& early, pb::EarlyEnd* out) {
  out->set_succeeded(early.succeeded);
  out->set_output(Bytes(early.output));
  if (early.error) out->set_error(Bytes(*early.error));
  if (early.cause) out->set_cause(Bytes(*early.cause));
}

void EncodeTask(const core::TaskAttempt& task, const Text& data, pb::Task* out) {
  out->set_kind(static_cast<uint32_t>(task.kind));
  out->set_queue(task.queue);
  out->set_resource(task.resource);
  out->set_role_arn(task.role_arn);
  out->set_nonce(task.nonce);
  if (task.input == data) {
    out->set_input_is_data(true);
  } else {
    out->set_input(Bytes(task.input));
  }
  out->set_scheduled_at(ToMicros(task.scheduled_at));
  if (task.timeout_seconds) out->set_timeout_seconds(*task.timeout_seconds);
  if (task.heartbeat_seconds) out->set_heartbeat_seconds(*task.heartbeat_seconds);
  out->set_given(task.given);
  if (task.started_at) out->set_started_at(ToMicros(*task.started_at));
  if (task.early) EncodeEarly(*task.early, out->mutable_early());
  if (task.has_job()) out->set_job(Bytes(task.job));
}

core::EarlyEnd DecodeEarly(const pb::EarlyEnd& in) {
  core::EarlyEnd early{.succeeded = in.succeeded(), .output = Text(in.output())};
  if (in.has_error()) early.error = Text(in.error());
  if (in.has_cause()) early.cause = Text(in.cause());
  return early;
}

core::TaskAttempt DecodeTask(const pb::Task& in, const Text& data) {
  core::TaskAttempt task;
  task.kind = static_cast<asl::ResourceKind>(in.kind());
  task.queue = in.queue();
  task.resource = in.resource();
  task.role_arn = in.role_arn();
  task.nonce = in.nonce();
  task.input = in.input_is_data() ? data : Text(in.input());
  task.scheduled_at = FromMicros(in.scheduled_at());
  if (in.has_timeout_seconds()) task.timeout_seconds = in.timeout_seconds();
  if (in.has_heartbeat_seconds()) task.heartbeat_seconds = in.heartbeat_seconds();
  task.given = in.given();
  if (in.has_started_at()) task.started_at = FromMicros(in.started_at());
  if (in.has_early()) task.early = DecodeEarly(in.early());
  task.job = Text(in.job());
  return task;
}

// The event whose payload the branch's data is: until it ends, what its state was entered with;
// then, what it left with.
int64_t DataEventId(const core::Branch& branch) {
  return branch.phase == core::Phase::kEnded ? branch.last_event_id : branch.entered_event_id;
}

void EncodeTexts(const core::Execution& execution, const core::Branch& branch, pb::Position* out) {
  out->set_state(Bytes(branch.state));
  if (branch.data == execution.facts->input) {
    out->set_data_is_input(true);
  } else if (branch.data.size() > kMaxInlineData) {
    out->set_data_event_id(DataEventId(branch));
  } else {
    out->set_data(Bytes(branch.data));
  }
  if (!branch.item.empty() && branch.item == branch.data) {
    out->set_item_is_data(true);
  } else {
    out->set_item(Bytes(branch.item));
  }
  out->set_variables(Bytes(branch.variables));
}

void EncodeRoot(const core::Execution& execution, pb::Root* out) {
  out->set_next_branch_id(execution.next_branch_id);
  if (execution.timeout_at) out->set_timeout_at(ToMicrosUp(*execution.timeout_at));
  out->set_last_event_at(ToMicros(execution.last_event_at));
  if (execution.redrive_count > 0) {
    out->set_redrive_count(execution.redrive_count);
    out->set_redriven_at(ToMicros(execution.redriven_at));
  }
}

absl::StatusOr<Text> DecodeData(const pb::Position& in, PayloadLookup payload,
                                const core::Execution& execution) {
  if (in.data_is_input()) return execution.facts->input;
  if (in.data_event_id() != 0) return payload(in.data_event_id());
  return Text(in.data());
}

core::Branch DecodeBranch(const pb::Position& in, BranchId id, Text data) {
  core::Branch branch;
  branch.id = id;
  branch.parent = BranchId(in.parent());
  branch.index = in.index();
  branch.phase = static_cast<core::Phase>(in.phase());
  branch.state = Text(in.state());
  branch.data = std::move(data);
  branch.item = in.item_is_data() ? branch.data : Text(in.item());
  branch.variables = Text(in.variables());
  branch.entered_event_id = in.entered_event_id();
  if (in.has_entered_previous_id()) branch.entered_previous_id = in.entered_previous_id();
  branch.entered_at = FromMicros(in.entered_at());
  branch.last_event_id = in.last_event_id();
  branch.retries.assign(in.retries().begin(), in.retries().end());
  if (in.has_due_at()) branch.due_at = FromMicros(in.due_at());
  if (in.has_heartbeat_due_at()) branch.heartbeat_due_at = FromMicros(in.heartbeat_due_at());
  if (in.has_confirm_by()) branch.confirm_by = FromMicros(in.confirm_by());
  if (in.has_task()) branch.task = DecodeTask(in.task(), branch.data);
  if (in.has_join()) {
    branch.join = core::Join{in.join().length(), in.join().next_index(), in.join().ended(),
                             in.join().max_concurrency()};
    if (in.join().has_items_seed()) {
      branch.join->items_seed = in.join().items_seed();
      branch.join->items_at = FromMicros(in.join().items_at());
    }
  }
  return branch;
}

}  // namespace

std::string EncodePosition(const core::Execution& execution, const core::Branch& branch) {
  pb::Position out;
  out.set_parent(branch.parent.value());
  out.set_index(branch.index);
  out.set_phase(static_cast<uint32_t>(branch.phase));
  EncodeTexts(execution, branch, &out);
  out.set_entered_event_id(branch.entered_event_id);
  if (branch.entered_previous_id) out.set_entered_previous_id(*branch.entered_previous_id);
  out.set_entered_at(ToMicros(branch.entered_at));
  out.set_last_event_id(branch.last_event_id);
  out.mutable_retries()->Assign(branch.retries.begin(), branch.retries.end());
  if (branch.due_at) out.set_due_at(ToMicrosUp(*branch.due_at));
  if (branch.heartbeat_due_at) out.set_heartbeat_due_at(ToMicrosUp(*branch.heartbeat_due_at));
  if (branch.confirm_by) out.set_confirm_by(ToMicrosUp(*branch.confirm_by));
  if (branch.task) EncodeTask(*branch.task, branch.data, out.mutable_task());
  if (branch.join) {
    out.mutable_join()->set_length(branch.join->length);
    out.mutable_join()->set_next_index(branch.join->next_index);
    out.mutable_join()->set_ended(branch.join->ended);
    out.mutable_join()->set_max_concurrency(branch.join->max_concurrency);
    if (branch.join->items_at != absl::Time()) {
      out.mutable_join()->set_items_seed(branch.join->items_seed);
      out.mutable_join()->set_items_at(ToMicros(branch.join->items_at));
    }
  }
  if (branch.id == BranchId(0)) EncodeRoot(execution, out.mutable_root());
  return out.SerializeAsString();
}

absl::Status DecodePosition(std::string_view bytes, BranchId id, PayloadLookup payload,
                            core::Execution* execution) {
  pb::Position in;
  const bool parsed = in.ParseFromArray(bytes.data(), static_cast<int>(bytes.size()));
  if (!parsed || in.has_root() != (id == BranchId(0))) {
    return absl::DataLossError(StrCat("position of branch ", id.value(), " of execution ",
                                      execution->facts->id.value().ToString(), " cannot be read"));
  }
  if (in.has_root()) {
    execution->next_branch_id = in.root().next_branch_id();
    if (in.root().has_timeout_at()) execution->timeout_at = FromMicros(in.root().timeout_at());
    execution->last_event_at = FromMicros(in.root().last_event_at());
    execution->redrive_count = in.root().redrive_count();
    execution->redriven_at = FromMicros(in.root().redriven_at());
  }
  absl::StatusOr<Text> data = DecodeData(in, payload, *execution);
  if (!data.ok()) return data.status();
  execution->branches.insert_or_assign(id, DecodeBranch(in, id, *std::move(data)));
  return absl::OkStatus();
}

}  // namespace pawl::store
