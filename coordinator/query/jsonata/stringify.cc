#include "coordinator/query/jsonata/stringify.h"

#include <algorithm>
#include <charconv>
#include <cmath>
#include <vector>

#include "coordinator/query/jsonata/text/js_number.h"

namespace pawl::jsonata {
namespace {

// A canonical array index: no sign, no leading zero, below 2^32 - 1.
bool IsIndex(std::string_view key, uint32_t* index) {
  if (key.empty() || key.size() > 10 || key[0] < '0' || key[0] > '9') return false;
  if (key[0] == '0' && key.size() > 1) return false;
  uint64_t number = 0;
  const auto result = std::from_chars(key.data(), key.data() + key.size(), number);
  if (result.ptr != key.data() + key.size() || number >= 0xFFFFFFFFu) return false;
  *index = static_cast<uint32_t>(number);
  return true;
}

void AppendPlainNumber(Json value, std::string* out) {
  if (value.is_int() && std::abs(value.as_double()) <= 9007199254740992.0) {
    AppendJson(value, out, NumberStyle::kJavaScript);
  } else if (std::isfinite(value.as_double())) {
    AppendNumber(At15Digits(value.as_double()), out, NumberStyle::kJavaScript);
  } else {
    out->append("null");
  }
}

// An array or object on the way down, and how far it has been written.
struct Level {
  Json container;
  std::span<const JsonMember> members;
  size_t next = 0;
  bool empty = true;
};

class Writer {
 public:
  Writer(size_t max_bytes, std::string* out, bool pretty, Json* infinite)
      : max_bytes_(max_bytes), out_(out), pretty_(pretty), infinite_(infinite) {}

  bool Write(Json root) {
    Put(root);
    while (!levels_.empty()) {
      if (out_->size() > max_bytes_) return false;
      Step();
    }
    return out_->size() <= max_bytes_;
  }

 private:
  void Put(Json value) {
    if (value.is_array() || value.is_object()) {
      out_->push_back(value.is_array() ? '[' : '{');
      Level level;
      level.container = value;
      if (value.is_object()) level.members = InOrder(value.members(), &arena_);
      levels_.push_back(level);
    } else if (value.is_string()) {
      AppendJsonString(value.as_string(), out_, NumberStyle::kJavaScript);
    } else if (value.is_number()) {
      if (infinite_ != nullptr && std::isinf(value.as_double())) *infinite_ = value;
      AppendPlainNumber(value, out_);
    } else if (value.is_opaque()) {
      out_->append("\"\"");
    } else if (value.is_bool()) {
      out_->append(value.as_bool() ? "true" : "false");
    } else {
      out_->append("null");
    }
  }

  void Break(size_t depth) {
    if (!pretty_) return;
    out_->push_back('\n');
    out_->append(2 * depth, ' ');
  }

  void Step() {
    Level& level = levels_.back();
    const bool array = level.container.is_array();
    const size_t size = array ? level.container.size() : level.members.size();
    if (!array) {
      while (level.next < size && level.members[level.next].value.is_undefined()) ++level.next;
    }
    if (level.next == size) {
      const bool empty = level.empty;
      levels_.pop_back();
      if (!empty) Break(levels_.size());
      out_->push_back(array ? ']' : '}');
      return;
    }
    if (!level.empty) out_->push_back(',');
    level.empty = false;
    Break(levels_.size());
    const size_t at = level.next++;
    if (array) return Put(level.container.items()[at]);
    AppendJsonString(level.members[at].key, out_, NumberStyle::kJavaScript);
    out_->append(pretty_ ? ": " : ":");
    Put(level.members[at].value);
  }

  const size_t max_bytes_;
  std::string* const out_;
  const bool pretty_;
  Json* const infinite_;
  std::vector<Level> levels_;
  JsonArena arena_;
};

}  // namespace

std::span<const JsonMember> InOrder(std::span<const JsonMember> members, JsonArena* arena) {
  uint32_t index = 0;
  const bool any = std::any_of(members.begin(), members.end(), [&](const JsonMember& member) {
    return IsIndex(member.key, &index);
  });
  if (!any) return members;
  auto* sorted = static_cast<JsonMember*>(arena->Allocate(members.size_bytes()));
  std::uninitialized_copy(members.begin(), members.end(), sorted);
  std::stable_sort(sorted, sorted + members.size(), [](const JsonMember& a, const JsonMember& b) {
    uint32_t left = 0;
    uint32_t right = 0;
    if (!IsIndex(a.key, &left)) return false;
    return !IsIndex(b.key, &right) || left < right;
  });
  return {sorted, members.size()};
}

bool AppendStringified(Json value, size_t max_bytes, std::string* out, bool pretty,
                       Json* infinite) {
  if (value.is_undefined()) return true;
  return Writer(max_bytes, out, pretty, infinite).Write(value);
}

}  // namespace pawl::jsonata
