#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "absl/container/flat_hash_map.h"
#include "coordinator/base/strings.h"
#include "coordinator/store/codec.h"
#include "pawl/storage/v1/storage.pb.h"

namespace pawl::store {
namespace {

namespace pb = ::pawl::storage::v1;

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

void EncodeFork(const core::ForkOrigin& fork, TextTable* texts, pb::Fork* out) {
  out->set_execution_arn(texts->Add(std::string_view(fork.execution_arn)));
  out->set_event_id(fork.event_id);
  out->set_state(texts->Add(fork.state));
  out->set_input(texts->Add(fork.input));
  out->set_variables(texts->Add(fork.variables));
}

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
  out->set_region(texts->Add(event.region));
  out->set_task_token(texts->Add(event.task_token));
  out->set_location(texts->Add(event.location));
  if (event.timeout_seconds) out->set_timeout_seconds(*event.timeout_seconds);
  if (event.heartbeat_seconds) out->set_heartbeat_seconds(*event.heartbeat_seconds);
  if (event.length) out->set_length(*event.length);
  if (event.index) out->set_index(*event.index);
  if (event.redrive_count) out->set_redrive_count(*event.redrive_count);
  if (event.items_seed) out->set_items_seed(*event.items_seed);
  if (event.limits != core::Limits()) {
    out->mutable_limits()->set_payload_bytes(event.limits.payload_bytes);
    out->mutable_limits()->set_history_events(event.limits.history_events);
  }
  if (event.fork != nullptr) EncodeFork(*event.fork, texts, out->mutable_fork());
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

std::shared_ptr<const core::ForkOrigin> DecodeFork(const pb::Fork& in, TextReader* texts) {
  return std::make_shared<const core::ForkOrigin>(
      core::ForkOrigin{.execution_arn = texts->Get(in.execution_arn()).str(),
                       .event_id = in.event_id(),
                       .state = texts->Get(in.state()),
                       .input = texts->Get(in.input()),
                       .variables = texts->Get(in.variables())});
}

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
  event.region = texts->Get(in.region());
  event.task_token = texts->Get(in.task_token());
  event.location = texts->Get(in.location());
  if (in.has_timeout_seconds()) event.timeout_seconds = in.timeout_seconds();
  if (in.has_heartbeat_seconds()) event.heartbeat_seconds = in.heartbeat_seconds();
  if (in.has_length()) event.length = in.length();
  if (in.has_index()) event.index = in.index();
  if (in.has_redrive_count()) event.redrive_count = in.redrive_count();
  if (in.has_items_seed()) event.items_seed = in.items_seed();
  if (in.has_limits()) {
    event.limits = {in.limits().payload_bytes(), in.limits().history_events()};
  }
  if (in.has_fork()) event.fork = DecodeFork(in.fork(), texts);
  for (const pb::Assignment& assignment : in.assigned()) {
    event.assigned.emplace_back(texts->Get(assignment.name()).str(),
                                texts->Get(assignment.value()));
  }
  return event;
}

}  // namespace

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
  if (!row.ParseFromArray(bytes.data(), static_cast<int>(bytes.size()))) {
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
