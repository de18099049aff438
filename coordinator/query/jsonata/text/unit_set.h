// Sets of UTF-16 units, and which units are the same when case is ignored.

#ifndef PAWL_QUERY_JSONATA_TEXT_UNIT_SET_H_
#define PAWL_QUERY_JSONATA_TEXT_UNIT_SET_H_

#include <array>
#include <cstdint>
#include <initializer_list>
#include <utility>
#include <vector>

namespace pawl::jsonata {

// Built range by range, then sealed, then asked.
class UnitSet {
 public:
  struct Range {
    uint32_t first;
    uint32_t last;
  };

  void Add(uint32_t first, uint32_t last) { ranges_.push_back({first, last}); }
  void Add(const UnitSet& other);
  void Invert();
  // Adds every unit that is the same as a member when case is ignored.
  void AddOtherCases();
  // Sorts and joins the ranges. Contains may be asked from now on.
  void Seal();

  bool Contains(uint32_t unit) const {
    return unit < 256 ? (low_[unit >> 6] >> (unit & 63) & 1) != 0 : ContainsHigh(unit);
  }
  const std::vector<Range>& ranges() const { return ranges_; }
  // The unit when it is the only member, else -1.
  int32_t only() const;

  static UnitSet Digits();
  static UnitSet WordUnits();
  static UnitSet Spaces();
  static UnitSet LineEnds();

 private:
  // From the first to the last of each.
  static UnitSet Of(std::initializer_list<std::pair<uint32_t, uint32_t>> ranges);

  bool ContainsHigh(uint32_t unit) const;

  std::vector<Range> ranges_;
  std::array<uint64_t, 4> low_ = {};
};

// ECMA-262's Canonicalize without the flag `u`: upper case, where that is one unit, and never from
// beyond ASCII into it.
char16_t Canonicalize(char16_t unit);

}  // namespace pawl::jsonata

#endif  // PAWL_QUERY_JSONATA_TEXT_UNIT_SET_H_
