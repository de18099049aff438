#include "coordinator/query/jsonata/text/unit_set.h"

#include <unicode/uchar.h>
#include <unicode/ustring.h>

#include <algorithm>
#include <bitset>
#include <memory>

#include "coordinator/query/jsonata/text/utf16.h"

namespace pawl::jsonata {
namespace {

constexpr uint32_t kUnits = 0x10000;

using CaseTable = std::array<char16_t, kUnits>;

char16_t UpperOfUnit(char16_t unit) {
  if (!u_hasBinaryProperty(unit, UCHAR_CHANGES_WHEN_UPPERCASED)) return unit;
  UChar upper[8];
  UErrorCode status = U_ZERO_ERROR;
  const int32_t length = u_strToUpper(upper, 8, &unit, 1, "", &status);
  return length != 1 || (unit >= 0x80 && upper[0] < 0x80) ? unit : upper[0];
}

const CaseTable& Cases() {
  static const CaseTable* const kTable = [] {
    auto* table = new CaseTable();
    for (uint32_t unit = 0; unit < kUnits; ++unit) {
      (*table)[unit] = UpperOfUnit(static_cast<char16_t>(unit));
    }
    return table;
  }();
  return *kTable;
}

}  // namespace

char16_t Canonicalize(char16_t unit) {
  if (unit < 0x80) return unit >= 'a' && unit <= 'z' ? static_cast<char16_t>(unit - 0x20) : unit;
  return Cases()[unit];
}

void UnitSet::Add(const UnitSet& other) {
  ranges_.insert(ranges_.end(), other.ranges_.begin(), other.ranges_.end());
}

void UnitSet::Seal() {
  std::sort(ranges_.begin(), ranges_.end(),
            [](const Range& a, const Range& b) { return a.first < b.first; });
  std::vector<Range> joined;
  for (const Range& range : ranges_) {
    if (!joined.empty() && range.first <= joined.back().last + 1) {
      joined.back().last = std::max(joined.back().last, range.last);
    } else {
      joined.push_back(range);
    }
  }
  ranges_ = std::move(joined);
  low_ = {};
  for (const Range& range : ranges_) {
    for (uint32_t unit = range.first; unit <= range.last && unit < 256; ++unit) {
      low_[unit >> 6] |= uint64_t{1} << (unit & 63);
    }
  }
}

void UnitSet::Invert() {
  Seal();
  std::vector<Range> inverted;
  uint32_t next = 0;
  for (const Range& range : ranges_) {
    if (range.first > next) inverted.push_back({next, range.first - 1});
    next = range.last + 1;
  }
  if (next < kUnits) inverted.push_back({next, kUnits - 1});
  ranges_ = std::move(inverted);
  Seal();
}

void UnitSet::AddOtherCases() {
  Seal();
  std::vector<Range> added;
  // Within ASCII, and never out of it.
  for (uint32_t letter = 'a'; letter <= 'z'; ++letter) {
    const uint32_t upper = letter - 0x20;
    if (Contains(letter) != Contains(upper)) added.push_back({letter, letter});
    if (Contains(letter) != Contains(upper)) added.push_back({upper, upper});
  }
  const bool all_beyond =
      !ranges_.empty() && ranges_.back().first <= 0x80 && ranges_.back().last == kUnits - 1;
  if (!ranges_.empty() && ranges_.back().last >= 0x80 && !all_beyond) {
    auto wanted = std::make_unique<std::bitset<kUnits>>();
    for (const Range& range : ranges_) {
      for (uint32_t unit = range.first; unit <= range.last; ++unit) wanted->set(Cases()[unit]);
    }
    for (uint32_t unit = 0x80; unit < kUnits; ++unit) {
      if (wanted->test(Cases()[unit])) added.push_back({unit, unit});
    }
  }
  ranges_.insert(ranges_.end(), added.begin(), added.end());
  Seal();
}

bool UnitSet::ContainsHigh(uint32_t unit) const {
  const auto above =
      std::upper_bound(ranges_.begin(), ranges_.end(), unit,
                       [](uint32_t u, const Range& range) { return u < range.first; });
  return above != ranges_.begin() && unit <= std::prev(above)->last;
}

int32_t UnitSet::only() const {
  const bool one = ranges_.size() == 1 && ranges_[0].first == ranges_[0].last;
  return one ? static_cast<int32_t>(ranges_[0].first) : -1;
}

UnitSet UnitSet::Of(std::initializer_list<std::pair<uint32_t, uint32_t>> ranges) {
  UnitSet set;
  for (const auto& [first, last] : ranges) set.Add(first, last);
  return set;
}

UnitSet UnitSet::Digits() { return Of({{'0', '9'}}); }

UnitSet UnitSet::WordUnits() { return Of({{'0', '9'}, {'A', 'Z'}, {'_', '_'}, {'a', 'z'}}); }

UnitSet UnitSet::Spaces() {
  return Of({{'\t', '\r'},
             {' ', ' '},
             {0xA0, 0xA0},
             {0x1680, 0x1680},
             {0x2000, 0x200A},
             {0x2028, 0x2029},
             {0x202F, 0x202F},
             {0x205F, 0x205F},
             {0x3000, 0x3000},
             {0xFEFF, 0xFEFF}});
}

UnitSet UnitSet::LineEnds() { return Of({{'\n', '\n'}, {'\r', '\r'}, {0x2028, 0x2029}}); }

}  // namespace pawl::jsonata
