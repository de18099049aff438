// Lengths of names as AWS counts them.

#ifndef PAWL_ASL_TEXT_LENGTH_H_
#define PAWL_ASL_TEXT_LENGTH_H_

#include <algorithm>
#include <cstddef>
#include <string_view>

namespace pawl::asl {

// Unicode characters in valid UTF-8.
inline size_t CountCharacters(std::string_view text) {
  return static_cast<size_t>(std::count_if(text.begin(), text.end(), [](char c) {
    return (static_cast<unsigned char>(c) & 0xC0) != 0x80;
  }));
}

}  // namespace pawl::asl

#endif  // PAWL_ASL_TEXT_LENGTH_H_
