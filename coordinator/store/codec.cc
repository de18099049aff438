#include "coordinator/store/codec.h"

#include <limits>
#include <optional>
#include <utility>

#include "absl/container/flat_hash_map.h"
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

void EncodeTask(const core::TaskAttempt& task, const Text& data, pb::Task* out) {
  out->set_activity_name(task.activity_name);
  out->set_activity_arn(task.activity_arn);
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
}

core::TaskAttempt DecodeTask(const pb::Task& in, const Text& data) {
  core::TaskAttempt task;
  task.activity_name = in.activity_name();
  task.activity_arn = in.activity_arn();
  task.nonce = in.nonce();
  task.input = in.input_is_data() ? data : Text(in.input());
  task.scheduled_at = FromMicros(in.scheduled_at());
  if (in.has_timeout_seconds()) task.timeout_seconds = in.timeout_seconds();
  if (in.has_heartbeat_seconds()) task.heartbeat_seconds = in.heartbeat_seconds();
  task.given = in.given();
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

// The texts of one history row, each once.
class TextTable {
 public:
  explicit TextTable(pb::HistoryRow* row) : row_(row) {}

  // The place of `text`, counted from 1.
  uint32_t Add(std::string_view text) {
    auto [it, is_new] = places_.try_emplace(text, row_->text_size() + 1);
    if (is_new) row_->add_text(std::string(text));
    return it->second;
  }
  uint32_t Add(const Text& text) { return text.empty() ? 0 : Add(text.view()); }
  // An absent text and an empty one are not the same here.
  uint32_t Add(const std::optional<Text>& text) { return text ? Add(text->view()) : 0; }

 private:
  pb::HistoryRow* row_;
  absl::flat_hash_map<std::string_view, uint32_t> places_;  // views of the caller's events
};

void EncodeEvent(const core::HistoryEvent& event, absl::Time first_at, TextTable* texts,
                 pb::Event* out) {
  out->set_type(static_cast<uint32_t>(event.type));
  out->set_previous_id(event.previous_id);
  out->set_later_ms(absl::ToUnixMillis(event.timestamp) - absl::ToUnixMillis(first_at));
  out->set_name(texts->Add(event.name));
  out->set_payload(texts->Add(event.payload));
  out->set_error(texts->Add(event.error));
  out->set_cause(texts->Add(event.cause));
  out->set_resource(texts->Add(event.resource));
  out->set_worker_name(texts->Add(event.worker_name));
  out->set_role_arn(texts->Add(event.role_arn));
  out->set_location(texts->Add(event.location));
  if (event.timeout_seconds) out->set_timeout_seconds(*event.timeout_seconds);
  if (event.heartbeat_seconds) out->set_heartbeat_seconds(*event.heartbeat_seconds);
  if (event.length) out->set_length(*event.length);
  if (event.index) out->set_index(*event.index);
  if (event.limits != core::Limits()) {
    out->mutable_limits()->set_payload_bytes(event.limits.payload_bytes);
    out->mutable_limits()->set_history_events(event.limits.history_events);
  }
  for (const auto& [name, value] : event.assigned) {
    pb::Assignment* assignment = out->add_assigned();
    assignment->set_name(texts->Add(std::string_view(name)));
    assignment->set_value(texts->Add(value));
  }
}

// Reads texts by their place; notes a place that does not exist instead of failing at each.
class TextReader {
 public:
  explicit TextReader(const pb::HistoryRow& row) {
    texts_.reserve(row.text_size());
    for (const std::string& text : row.text()) texts_.emplace_back(text);
  }
  Text Get(uint32_t place) {
    if (place == 0) return Text();
    if (place > texts_.size()) {
      bad_ = true;
      return Text();
    }
    return texts_[place - 1];
  }
  std::optional<Text> GetOptional(uint32_t place) {
    if (place == 0) return std::nullopt;
    return Get(place);
  }
  bool bad() const { return bad_; }

 private:
  std::vector<Text> texts_;
  bool bad_ = false;
};

core::HistoryEvent DecodeEvent(const pb::Event& in, int64_t first_at_ms, TextReader* texts) {
  core::HistoryEvent event;
  event.type = static_cast<core::EventType>(in.type());
  event.previous_id = in.previous_id();
  event.timestamp = absl::FromUnixMillis(first_at_ms + in.later_ms());
  event.name = texts->Get(in.name());
  event.payload = texts->Get(in.payload());
  event.error = texts->GetOptional(in.error());
  event.cause = texts->GetOptional(in.cause());
  event.resource = texts->Get(in.resource());
  event.worker_name = texts->Get(in.worker_name());
  event.role_arn = texts->Get(in.role_arn());
  event.location = texts->Get(in.location());
  if (in.has_timeout_seconds()) event.timeout_seconds = in.timeout_seconds();
  if (in.has_heartbeat_seconds()) event.heartbeat_seconds = in.heartbeat_seconds();
  if (in.has_length()) event.length = in.length();
  if (in.has_index()) event.index = in.index();
  if (in.has_limits()) {
    event.limits = {in.limits().payload_bytes(), in.limits().history_events()};
  }
  for (const pb::Assignment& assignment : in.assigned()) {
    event.assigned.emplace_back(texts->Get(assignment.name()).str(),
                                texts->Get(assignment.value()));
  }
  return event;
}

bool Parse(std::string_view bytes, google::protobuf::MessageLite* out) {
  return out->ParseFromArray(bytes.data(), static_cast<int>(bytes.size()));
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
  if (!Parse(bytes, &in) || in.has_root() != (id == BranchId(0))) {
    return absl::DataLossError(StrCat("position of branch ", id.value(), " of execution ",
                                      execution->facts->id.value().ToString(), " cannot be read"));
  }
  if (in.has_root()) {
    execution->next_branch_id = in.root().next_branch_id();
    if (in.root().has_timeout_at()) execution->timeout_at = FromMicros(in.root().timeout_at());
    execution->last_event_at = FromMicros(in.root().last_event_at());
  }
  absl::StatusOr<Text> data = DecodeData(in, payload, *execution);
  if (!data.ok()) return data.status();
  execution->branches.insert_or_assign(id, DecodeBranch(in, id, *std::move(data)));
  return absl::OkStatus();
}

std::string EncodeHistory(absl::Span<const core::HistoryEvent> events) {
  pb::HistoryRow row;
  TextTable texts(&row);
  const absl::Time first_at = events.front().timestamp;
  row.set_first_at_ms(absl::ToUnixMillis(first_at));
  for (const core::HistoryEvent& event : events) {
    EncodeEvent(event, first_at, &texts, row.add_event());
  }
  return row.SerializeAsString();
}

absl::Status DecodeHistory(std::string_view bytes, int64_t first_event_id,
                           std::vector<core::HistoryEvent>* out) {
  pb::HistoryRow row;
  if (!Parse(bytes, &row)) {
    return absl::DataLossError(
        StrCat("history row from event ", first_event_id, " cannot be read"));
  }
  TextReader texts(row);
  int64_t id = first_event_id;
  for (const pb::Event& in : row.event()) {
    out->push_back(DecodeEvent(in, row.first_at_ms(), &texts));
    out->back().id = id++;
  }
  if (texts.bad()) {
    return absl::DataLossError(
        StrCat("history row from event ", first_event_id, " refers to a text it lacks"));
  }
  return absl::OkStatus();
}

}  // namespace pawl::store
