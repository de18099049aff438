// A text as a search sees it: units, and what its positions are.

#ifndef PAWL_QUERY_JSONATA_TEXT_REGEX_TEXT_H_
#define PAWL_QUERY_JSONATA_TEXT_REGEX_TEXT_H_

#include <cstdint>
#include <span>

namespace pawl::jsonata {

// `Unit` is char for ASCII texts, char16_t for all others.
template <typename Unit>
class RegexText {
 public:
  explicit RegexText(std::span<const Unit> units)
      : units_(units), size_(static_cast<uint32_t>(units.size())) {}

  uint32_t size() const { return size_; }
  uint32_t At(uint32_t index) const {
    return sizeof(Unit) == 1 ? static_cast<unsigned char>(units_[index])
                             : static_cast<uint32_t>(units_[index]);
  }
  // The unit behind `position`, or before it, if there is one.
  bool Read(uint32_t position, bool backward, uint32_t* unit) const {
    if (backward ? position == 0 : position == size_) return false;
    *unit = At(backward ? position - 1 : position);
    return true;
  }

  bool AtStart(uint32_t position, bool multiline) const {
    return position == 0 || (multiline && IsLineEnd(At(position - 1)));
  }
  bool AtEnd(uint32_t position, bool multiline) const {
    return position == size_ || (multiline && IsLineEnd(At(position)));
  }
  bool AtWordEdge(uint32_t position) const {
    const bool before = position > 0 && IsWordUnit(At(position - 1));
    const bool after = position < size_ && IsWordUnit(At(position));
    return before != after;
  }

 private:
  static bool IsWordUnit(uint32_t unit) {
    return (unit >= '0' && unit <= '9') || (unit >= 'a' && unit <= 'z') ||
           (unit >= 'A' && unit <= 'Z') || unit == '_';
  }
  static bool IsLineEnd(uint32_t unit) {
    return unit == '\n' || unit == '\r' || unit == 0x2028 || unit == 0x2029;
  }

  const std::span<const Unit> units_;
  const uint32_t size_;
};

}  // namespace pawl::jsonata

#endif  // PAWL_QUERY_JSONATA_TEXT_REGEX_TEXT_H_
