// Which choices of a search have been made at which positions: what failed once fails again.

#ifndef PAWL_QUERY_JSONATA_TEXT_REGEX_MEMORY_H_
#define PAWL_QUERY_JSONATA_TEXT_REGEX_MEMORY_H_

#include <cstddef>
#include <cstdint>
#include <vector>

#include "coordinator/query/jsonata/text/regex_program.h"

namespace pawl::jsonata {

class RegexMemory {
 public:
  // For texts of `text_size` units. False, and it stays off, when it would take too much memory.
  bool TurnOn(const RegexProgram& program, size_t text_size);
  bool is_on() const { return !seen_.empty(); }

  // False when this choice was made at this position before, with as many of the open rounds having
  // got anywhere.
  bool FirstTime(const RegexInstruction& in, uint32_t position,
                 const std::vector<uint32_t>& registers) {
    // Of the open rounds the outer ones have begun earlier: those that have got anywhere are the
    // first ones, and their number says all.
    uint64_t moved = 0;
    const auto& rounds = program_->rounds[in.choice];
    while (moved < rounds.size() && registers[rounds[moved]] != position) ++moved;
    const uint64_t bit =
        (uint64_t{in.choice} * (program_->open_rounds_max + 1) + moved) * places_ + position;
    const uint64_t mask = uint64_t{1} << (bit & 63);
    const bool first = (seen_[bit >> 6] & mask) == 0;
    seen_[bit >> 6] |= mask;
    return first;
  }

 private:
  const RegexProgram* program_ = nullptr;
  uint64_t places_ = 0;  // positions in the text, its end included
  std::vector<uint64_t> seen_;
};

}  // namespace pawl::jsonata

#endif  // PAWL_QUERY_JSONATA_TEXT_REGEX_MEMORY_H_
