// What a search has written so far, and how to take it back: the slots of the groups, the registers
// of the loops, and the ways that are left.

#ifndef PAWL_QUERY_JSONATA_TEXT_REGEX_TRAIL_H_
#define PAWL_QUERY_JSONATA_TEXT_REGEX_TRAIL_H_

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <vector>

namespace pawl::jsonata {

class RegexTrail {
 public:
  static constexpr uint32_t kUnset = UINT32_MAX;  // a slot of a group that took no part

  enum class Kind : uint8_t { kChoice, kRun, kSlot, kRegister };
  // What to do when a way fails: go on elsewhere, or take back what was written.
  struct Entry {
    Kind kind;
    uint32_t pc;        // kSlot, kRegister: its index
    uint32_t position;  // kSlot, kRegister: what it was
    uint32_t limit;     // kRun: where it may shrink or grow to
  };

  RegexTrail(size_t slot_count, size_t register_count)
      : slots_(slot_count, kUnset), registers_(register_count, 0) {}

  // Forgets the ways and unsets the slots.
  void Clear() {
    std::fill(slots_.begin(), slots_.end(), kUnset);
    entries_.clear();
  }

  size_t size() const { return entries_.size(); }
  // False when there is no room for another way.
  bool Push(Kind kind, uint32_t pc, uint32_t position, uint32_t limit = 0) {
    if (entries_.size() >= kMaxEntries) return false;
    entries_.push_back({kind, pc, position, limit});
    return true;
  }
  // Takes the last entry off, and back what it had written.
  Entry Pop() {
    const Entry entry = entries_.back();
    entries_.pop_back();
    if (entry.kind == Kind::kSlot) slots_[entry.pc] = entry.position;
    if (entry.kind == Kind::kRegister) registers_[entry.pc] = entry.position;
    return entry;
  }
  // Drops the ways above the first `base` entries; what was written can still be taken back.
  void DropWays(size_t base) {
    const auto is_way = [](const Entry& entry) {
      return entry.kind == Kind::kChoice || entry.kind == Kind::kRun;
    };
    const auto begin = entries_.begin() + static_cast<ptrdiff_t>(base);
    entries_.erase(std::remove_if(begin, entries_.end(), is_way), entries_.end());
  }

  // Where each group began and ended, that of the whole match first.
  const std::vector<uint32_t>& slots() const { return slots_; }
  const std::vector<uint32_t>& registers() const { return registers_; }
  // False when there is no room to note what was there.
  bool SetSlot(uint32_t slot, uint32_t value) { return Set(&slots_, Kind::kSlot, slot, value); }
  bool SetRegister(uint32_t index, uint32_t value) {
    return Set(&registers_, Kind::kRegister, index, value);
  }
  // Without a way back.
  void FixSlot(uint32_t slot, uint32_t value) { slots_[slot] = value; }

 private:
  static constexpr size_t kMaxEntries = 6u << 20;  // 96 MB

  bool Set(std::vector<uint32_t>* values, Kind kind, uint32_t index, uint32_t value) {
    uint32_t& place = (*values)[index];
    if (place == value) return true;
    const bool noted = Push(kind, index, place);
    place = value;
    return noted;
  }

  std::vector<uint32_t> slots_;
  std::vector<uint32_t> registers_;
  std::vector<Entry> entries_;
};

}  // namespace pawl::jsonata

#endif  // PAWL_QUERY_JSONATA_TEXT_REGEX_TRAIL_H_
