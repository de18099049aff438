#include "coordinator/base/json.h"

#include <algorithm>
#include <bit>
#include <cmath>
#include <cstring>
#include <new>
#include <utility>

#include "absl/hash/hash.h"
#include "coordinator/base/strings.h"

namespace pawl {
namespace {

constexpr size_t kFirstBlockBytes = 1024;
constexpr size_t kMaxBlockBytes = 256 * 1024;

// Objects with more members than this carry a hash table behind their members; in smaller ones
// comparing the keys one by one is faster than hashing.
constexpr size_t kMaxLinearMembers = 12;

size_t TableSlots(size_t members) { return std::bit_ceil(members * 2); }

size_t KeyHash(std::string_view key) { return absl::Hash<absl::string_view>()(ToAbsl(key)); }

// Open addressing with linear probing; a slot holds the member's position plus one, or 0.
struct MemberTable {
  uint32_t* slots;
  size_t mask;

  // The table of an object stands right behind its members.
  static MemberTable Behind(const JsonMember* members, size_t count) {
    auto* slots = reinterpret_cast<const uint32_t*>(members + count);
    return {const_cast<uint32_t*>(slots), TableSlots(count) - 1};
  }
  void Clear() { std::memset(slots, 0, (mask + 1) * sizeof(uint32_t)); }
  // The slot that holds `key`, or the empty one where it belongs.
  uint32_t& SlotOf(std::string_view key, const JsonMember* members) const {
    size_t at = KeyHash(key) & mask;
    while (slots[at] != 0 && members[slots[at] - 1].key != key) at = (at + 1) & mask;
    return slots[at];
  }
};

// Both move the members of distinct keys to the front and return how many there are.
size_t DropDuplicatesLinear(JsonMember* members, size_t count) {
  size_t kept = 0;
  for (size_t i = 0; i < count; ++i) {
    JsonMember* end = members + kept;
    JsonMember* same =
        std::find_if(members, end, [&](const JsonMember& m) { return m.key == members[i].key; });
    if (same != end) {
      same->value = members[i].value;
    } else {
      members[kept++] = members[i];
    }
  }
  return kept;
}

size_t DropDuplicatesHashed(JsonMember* members, size_t count) {
  MemberTable table = MemberTable::Behind(members, count);
  table.Clear();
  size_t kept = 0;
  for (size_t i = 0; i < count; ++i) {
    uint32_t& slot = table.SlotOf(members[i].key, members);
    if (slot != 0) {
      members[slot - 1].value = members[i].value;
    } else {
      members[kept++] = members[i];
      slot = static_cast<uint32_t>(kept);
    }
  }
  return kept;
}

void FillTable(JsonMember* members, size_t count) {
  MemberTable table = MemberTable::Behind(members, count);
  table.Clear();
  for (size_t i = 0; i < count; ++i) {
    table.SlotOf(members[i].key, members) = static_cast<uint32_t>(i + 1);
  }
}

// Memory for elements, behind a view of what they are written as if there is any.
void* AllocateBehind(std::string_view written, size_t bytes, JsonArena* arena) {
  if (written.empty()) return arena->Allocate(bytes);
  return new (arena->Allocate(sizeof(written) + bytes)) std::string_view(written) + 1;
}

bool IntEqualsDouble(int64_t integer, double number) {
  constexpr double kTwoTo63 = 9223372036854775808.0;
  return number >= -kTwoTo63 && number < kTwoTo63 && static_cast<int64_t>(number) == integer &&
         std::trunc(number) == number;
}

bool NumbersEqual(Json a, Json b) {
  if (a.is_int() && b.is_int()) return a.as_int() == b.as_int();
  if (a.is_int()) return IntEqualsDouble(a.as_int(), b.as_double());
  if (b.is_int()) return IntEqualsDouble(b.as_int(), a.as_double());
  return a.as_double() == b.as_double();
}

using Pairs = std::vector<std::pair<Json, Json>>;

// Compares all but what is inside; that is put into `inside`, to be compared later.
bool ShallowEquals(Json a, Json b, Pairs* inside) {
  if (a.is_number() && b.is_number()) return NumbersEqual(a, b);
  if (a.type() != b.type() || a.size() != b.size() || a.is_opaque()) return false;
  switch (a.type()) {
    case Json::Type::kBool:
      return a.as_bool() == b.as_bool();
    case Json::Type::kString:
      return a.as_string() == b.as_string();
    case Json::Type::kArray:
      for (size_t i = 0; i < a.size(); ++i) inside->emplace_back(a.items()[i], b.items()[i]);
      return true;
    case Json::Type::kObject:
      for (const JsonMember& member : a.members()) {
        Json other = b.Find(member.key);
        if (other.is_undefined()) return false;
        inside->emplace_back(member.value, other);
      }
      return true;
    default:
      return true;
  }
}

}  // namespace

void* JsonArena::Allocate(size_t bytes) {
  bytes = std::max<size_t>(8, (bytes + 7) & ~size_t{7});
  used_ += bytes;
  if (bytes > left_) {
    const size_t grown = std::clamp(used_, kFirstBlockBytes, kMaxBlockBytes);
    if (bytes > grown / 2) {  // a block of its own; the current one stays in use
      blocks_.push_back(std::make_unique_for_overwrite<char[]>(bytes));
      return blocks_.back().get();
    }
    blocks_.push_back(std::make_unique_for_overwrite<char[]>(grown));
    next_ = blocks_.back().get();
    left_ = grown;
  }
  char* result = next_;
  next_ += bytes;
  left_ -= bytes;
  return result;
}

std::string_view JsonArena::Copy(std::string_view text) {
  if (text.empty()) return {};
  char* copy = static_cast<char*>(Allocate(text.size()));
  std::memcpy(copy, text.data(), text.size());
  return {copy, text.size()};
}

Json Json::Null() {
  Json json;
  json.type_ = Type::kNull;
  return json;
}

Json Json::Bool(bool value) {
  Json json;
  json.type_ = Type::kBool;
  json.value_.integer = value ? 1 : 0;
  return json;
}

Json Json::Int(int64_t value) {
  Json json;
  json.type_ = Type::kInt;
  json.value_.integer = value;
  return json;
}

Json Json::Double(double value) {
  Json json;
  json.type_ = Type::kDouble;
  json.value_.number = value;
  return json;
}

Json Json::String(std::string_view text) {
  Json json;
  json.type_ = Type::kString;
  json.size_ = static_cast<uint32_t>(text.size());
  json.value_.text = text.data();
  return json;
}

Json Json::Array(std::span<const Json> items, JsonArena* arena, std::string_view written) {
  auto* copy = static_cast<Json*>(AllocateBehind(written, items.size_bytes(), arena));
  std::uninitialized_copy(items.begin(), items.end(), copy);
  Json json = ArrayView({copy, items.size()});
  json.has_written_ = !written.empty();
  return json;
}

Json Json::ArrayView(std::span<const Json> items) {
  Json json;
  json.type_ = Type::kArray;
  json.size_ = static_cast<uint32_t>(items.size());
  json.value_.items = items.data();
  return json;
}

Json Json::Opaque(const void* thing) {
  Json json;
  json.type_ = Type::kOpaque;
  json.value_.opaque = thing;
  return json;
}

Json Json::Object(std::span<const JsonMember> members, JsonArena* arena, std::string_view written) {
  const size_t count = members.size();
  const bool big = count > kMaxLinearMembers;
  const size_t table_bytes = big ? TableSlots(count) * sizeof(uint32_t) : 0;
  auto* copy =
      static_cast<JsonMember*>(AllocateBehind(written, members.size_bytes() + table_bytes, arena));
  std::uninitialized_copy(members.begin(), members.end(), copy);
  const size_t kept = big ? DropDuplicatesHashed(copy, count) : DropDuplicatesLinear(copy, count);
  if (kept != count && kept > kMaxLinearMembers) FillTable(copy, kept);  // its place has moved

  Json json;
  json.type_ = Type::kObject;
  json.has_written_ = !written.empty() && kept == count;
  json.size_ = static_cast<uint32_t>(kept);
  json.value_.members = copy;
  return json;
}

std::span<const JsonMember> Json::members() const { return {value_.members, size_}; }

Json Json::Find(std::string_view key) const {
  if (type_ != Type::kObject) return Json();
  if (size_ > kMaxLinearMembers) {
    const uint32_t slot = MemberTable::Behind(value_.members, size_).SlotOf(key, value_.members);
    return slot == 0 ? Json() : value_.members[slot - 1].value;
  }
  for (const JsonMember& member : members()) {
    if (member.key == key) return member.value;
  }
  return Json();
}

bool JsonEquals(Json a, Json b) {
  Pairs to_compare = {{a, b}};
  while (!to_compare.empty()) {
    auto [left, right] = to_compare.back();
    to_compare.pop_back();
    if (!ShallowEquals(left, right, &to_compare)) return false;
  }
  return true;
}

// Sums up what each value and its place contribute, so that the order of members does not matter.
size_t JsonHash(Json value) {
  size_t sum = 0;
  std::vector<std::pair<size_t, Json>> to_hash = {{0, value}};  // the place's own hash first
  while (!to_hash.empty()) {
    const auto [place, json] = to_hash.back();
    to_hash.pop_back();
    if (json.is_number()) {
      sum += absl::HashOf(place, 'n', json.as_double());
    } else if (json.is_string()) {
      sum += absl::HashOf(place, 's', ToAbsl(json.as_string()));
    } else {
      sum += absl::HashOf(place, static_cast<int>(json.type()), json.size(),
                          json.is_bool() && json.as_bool());
    }
    for (size_t i = 0; json.is_array() && i < json.size(); ++i) {
      to_hash.emplace_back(absl::HashOf(place, i), json.items()[i]);
    }
    for (size_t i = 0; json.is_object() && i < json.size(); ++i) {
      const JsonMember& member = json.members()[i];
      to_hash.emplace_back(absl::HashOf(place, ToAbsl(member.key)), member.value);
    }
  }
  return sum;
}

}  // namespace pawl
