// A Map that is tested by itself: what its iterations would get, and how many of them may fail. The
// only place where a distributed Map is known.

#include <algorithm>
#include <span>
#include <utility>

#include "absl/strings/numbers.h"
#include "absl/strings/str_replace.h"
#include "absl/strings/str_split.h"
#include "coordinator/base/strings.h"
#include "coordinator/core/number_fields.h"
#include "coordinator/core/states/containers.h"
#include "coordinator/core/states/states.h"
#include "coordinator/core/trial.h"

namespace pawl::core {
namespace {

// What is worked out of the items of one Map at once, in memory or as text. An execution would take
// many steps for them; of a Map with more their number alone counts here.
constexpr size_t kMostBytes = 64u << 20;

// What a JSON Pointer (RFC 6901) names in `document`; undefined: nothing.
Json AtPointer(Json document, std::string_view pointer) {
  Json at = document;
  for (absl::string_view part : absl::StrSplit(ToAbsl(pointer), '/')) {
    if (part.data() == pointer.data()) continue;  // what stands before the first slash
    const std::string name = absl::StrReplaceAll(part, {{"~1", "/"}, {"~0", "~"}});
    size_t index = 0;
    if (at.is_array()) {
      const bool found = absl::SimpleAtoi(name, &index) && index < at.size();
      at = found ? at.items()[index] : Json();
    } else {
      at = at.Find(name);
    }
  }
  return at;
}

// As AWS shows the items that a path has found (recorded): a space behind each comma and colon.
std::string Spaced(Json value) {
  std::string spaced;
  bool quoted = false;
  const std::string text = WriteJson(value);
  for (size_t i = 0; i < text.size(); ++i) {
    spaced += text[i];
    if (quoted && text[i] == '\\') {
      spaced += text[++i];
    } else if (text[i] == '"') {
      quoted = !quoted;
    } else if (!quoted && (text[i] == ',' || text[i] == ':')) {
      spaced += ' ';
    }
  }
  return spaced;
}

// Each member of an object is an item of its own.
std::vector<Json> ItemsOf(Json value, JsonArena* arena) {
  if (value.is_array()) return {value.items().begin(), value.items().end()};
  std::vector<Json> items;
  for (const JsonMember& member : value.members()) {
    const JsonMember pair[] = {{"Key", Json::String(member.key)}, {"Value", member.value}};
    items.push_back(Json::Object(pair, arena));
  }
  return items;
}

// What an iteration gets in the place of an item. `input`: BatchInput, or undefined.
Json Batch(Json input, std::span<const Json> items, JsonArena* arena) {
  std::vector<JsonMember> members;
  if (!input.is_undefined()) members.push_back({"BatchInput", input});
  members.push_back({"Items", Json::Array(items, arena)});
  return Json::Object(members, arena);
}

// How many of `items` are in the next batch. An item that is too large by itself is one of its own.
// Adds to `written` what was looked through for it.
size_t BatchLength(std::span<const Json> items, Json input, std::optional<int64_t> max_items,
                   std::optional<int64_t> max_bytes, size_t* written, JsonArena* arena) {
  const size_t most =
      max_items ? std::min(items.size(), static_cast<size_t>(*max_items)) : items.size();
  if (!max_bytes) return std::max<size_t>(most, 1);
  size_t size = WriteJson(Batch(input, items.first(1), arena)).size();
  size_t length = 1;
  for (; length < most; ++length) {
    const size_t added = WriteJson(items[length]).size() + 1;  // a comma
    *written += added;
    if (size + added > static_cast<size_t>(*max_bytes)) break;
    size += added;
  }
  *written += size;
  return length;
}

asl::WorkflowError ReaderFailed(std::string cause) {
  return {"States.ItemReaderFailed", std::move(cause)};
}

}  // namespace

std::optional<int64_t> Trial::CountIterations(Step& step) {
  const auto& detail = state_->as<asl::MapDetail>();
  Json effective;
  std::optional<std::vector<Json>> items =
      detail.reads_items ? ReadGivenItems(step, &effective) : FindItems(step, &effective);
  if (!items || !NoteNumbers(step, effective)) return std::nullopt;
  if (detail.reads_items && !options_.read_items) {
    // Nobody knows what would be read: as many as there are results of.
    const Json results =
        options_.mock->result ? Payload(*options_.mock->result).json(step.arena()) : Json();
    const auto count = results.is_array() ? static_cast<int64_t>(results.size()) : 0;
    return std::max(count, options_.failed_iterations);
  }
  items = SelectItems(step, effective, *std::move(items));
  if (items) items = MakeBatches(step, effective, *std::move(items));
  if (!items) return std::nullopt;
  return static_cast<int64_t>(items->size());
}

std::optional<std::vector<Json>> Trial::FindItems(Step& step, Json* effective) {
  const auto& detail = state_->as<asl::MapDetail>();
  auto found = ReadMapItems(step, branch(), *state_,
                            {step.now(), detail.items ? step.Random() : uint64_t{0}});
  if (!found.ok()) {
    FailState(step, branch(), found.error());
    return std::nullopt;
  }
  *effective = (*found)->effective;
  const std::span<const Json> items = (*found)->items;
  if (detail.items_path) {
    const Payload array(Json::ArrayView(items));
    if (array.FitsWithin(step.max_payload_bytes())) {
      seen_.after_items_path = Text(Spaced(array.json(step.arena())));
    }
  }
  return std::vector<Json>(items.begin(), items.end());
}

std::optional<std::vector<Json>> Trial::ReadGivenItems(Step& step, Json* effective) {
  const auto& detail = state_->as<asl::MapDetail>();
  const auto fail = [&](asl::WorkflowError error) {
    FailState(step, branch(), std::move(error));
    return std::nullopt;
  };
  asl::Result<Payload> input = ApplyInputPath(step, branch(), *state_);
  if (!input.ok()) return fail(input.error());
  *effective = input->json(step.arena());
  if (!options_.read_items) return std::vector<Json>();
  Json found = Payload(*options_.read_items).json(step.arena());
  if (detail.items_pointer) {
    found = AtPointer(found, *detail.items_pointer);
    if (found.is_undefined()) {
      return fail(
          ReaderFailed(StrCat("The ItemsPointer '", *detail.items_pointer, "' leads to nothing")));
    }
    step.Note(&Observation::after_items_pointer, Payload(found));
  }
  if (!found.is_array() && !found.is_object()) {
    return fail(ReaderFailed("Attempting to map over non-iterable node."));
  }
  std::vector<Json> items = ItemsOf(found, step.arena());
  auto most = EvaluateCount(step, branch(), detail.max_items, "MaxItems", *input);
  if (!most.ok()) return fail(most.error());
  const auto limit = static_cast<size_t>(most->value_or(0));
  if (limit > 0 && items.size() > limit) items.resize(limit);
  return items;
}

bool Trial::NoteNumbers(Step& step, Json effective) {
  const auto& detail = state_->as<asl::MapDetail>();
  auto concurrency = EvaluateConcurrency(step, branch(), detail, Payload(effective));
  if (!concurrency.ok()) {
    FailState(step, branch(), concurrency.error());
    return false;
  }
  seen_.max_concurrency = *concurrency;
  auto tolerance = EvaluateTolerance(step, branch(), detail, Payload(effective));
  if (!tolerance.ok()) {
    FailState(step, branch(), tolerance.error());
    return false;
  }
  seen_.tolerated_failure_count = tolerance->count;
  seen_.tolerated_failure_percentage = tolerance->percentage;
  return true;
}

std::optional<std::vector<Json>> Trial::SelectItems(Step& step, Json effective,
                                                    std::vector<Json> items) {
  if (!state_->as<asl::MapDetail>().item_selector) return items;
  size_t written = 0;
  for (size_t i = 0; i < items.size(); ++i) {
    if (std::max(step.arena()->bytes_used(), written) > kMostBytes) return items;
    const MapItem item{static_cast<int64_t>(i), items[i]};
    asl::Result<Payload> selected = SelectItem(step, branch(), *state_, effective, item);
    if (!selected.ok()) {
      FailState(step, branch(), selected.error());
      return std::nullopt;
    }
    items[i] = selected->json(step.arena());
    written += selected->text().size();
  }
  step.Note(&Observation::after_item_selector, Payload(Json::Array(items, step.arena())));
  return items;
}

std::optional<std::vector<Json>> Trial::MakeBatches(Step& step, Json effective,
                                                    std::vector<Json> items) {
  const auto& batcher = state_->as<asl::MapDetail>().batcher;
  if (!batcher) return items;
  const Payload input(effective);
  auto most = EvaluateCount(step, branch(), batcher->max_items, "MaxItemsPerBatch", input);
  auto bytes = EvaluateCount(step, branch(), batcher->max_bytes, "MaxInputBytesPerBatch", input);
  asl::Result<Payload> common = ApplyTemplate(step, branch(), batcher->input, input);
  for (const asl::WorkflowError* error :
       {most.ok() ? nullptr : &most.error(), bytes.ok() ? nullptr : &bytes.error(),
        common.ok() ? nullptr : &common.error()}) {
    if (error == nullptr) continue;
    FailState(step, branch(), *error);
    return std::nullopt;
  }
  const Json batch_input = batcher->input ? common->json(step.arena()) : Json();
  size_t written = 0;
  std::vector<Json> batches;
  for (std::span<const Json> left(items); !left.empty();) {
    if (written > kMostBytes) return items;
    const size_t length = BatchLength(left, batch_input, *most, *bytes, &written, step.arena());
    batches.push_back(Batch(batch_input, left.first(length), step.arena()));
    left = left.subspan(length);
  }
  step.Note(&Observation::after_item_batcher, Payload(Json::Array(batches, step.arena())));
  return batches;
}

bool Trial::ExceedsTolerance(int64_t iterations) const {
  const auto failed = static_cast<double>(options_.failed_iterations);
  if (seen_.tolerated_failure_count &&
      options_.failed_iterations > *seen_.tolerated_failure_count) {
    return true;
  }
  return seen_.tolerated_failure_percentage && iterations > 0 &&
         failed * 100 > *seen_.tolerated_failure_percentage * static_cast<double>(iterations);
}

}  // namespace pawl::core
