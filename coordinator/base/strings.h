// Bridges between std::string_view, which our code uses, and absl's own string_view: in Debian's
// build of Abseil the two are different types.

#ifndef PAWL_BASE_STRINGS_H_
#define PAWL_BASE_STRINGS_H_

#include <string>
#include <string_view>

#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"

namespace pawl {

inline absl::string_view ToAbsl(std::string_view text) { return {text.data(), text.size()}; }
inline std::string_view FromAbsl(absl::string_view text) { return {text.data(), text.size()}; }

namespace internal {
template <typename T>
const T& StrCatPiece(const T& value) {
  return value;
}
inline absl::string_view StrCatPiece(std::string_view text) { return ToAbsl(text); }
inline absl::string_view StrCatPiece(const std::string& text) { return text; }
inline absl::string_view StrCatPiece(const char* text) { return text; }
}  // namespace internal

// absl::StrCat that takes std::string_view as well.
template <typename... Pieces>
std::string StrCat(const Pieces&... pieces) {
  return absl::StrCat(internal::StrCatPiece(pieces)...);
}

template <typename... Pieces>
void StrAppend(std::string* out, const Pieces&... pieces) {
  absl::StrAppend(out, internal::StrCatPiece(pieces)...);
}

}  // namespace pawl

#endif  // PAWL_BASE_STRINGS_H_
