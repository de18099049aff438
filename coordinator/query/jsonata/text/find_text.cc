#include "coordinator/query/jsonata/text/find_text.h"

#include <string.h>  // memmem

#include <algorithm>
#include <functional>

namespace pawl::jsonata {
namespace {

// Below it std::string's find is as good.
constexpr size_t kLongUnits = 16;

}  // namespace

size_t FindText(std::string_view text, std::string_view part, size_t from) {
  if (part.size() < kLongUnits || from > text.size()) return text.find(part, from);
  // The C library's is the two-way algorithm.
  const void* found = memmem(text.data() + from, text.size() - from, part.data(), part.size());
  if (found == nullptr) return std::string_view::npos;
  return static_cast<size_t>(static_cast<const char*>(found) - text.data());
}

size_t FindText(std::u16string_view text, std::u16string_view part, size_t from) {
  if (part.size() < kLongUnits || from > text.size()) return text.find(part, from);
  const std::boyer_moore_searcher searcher(part.begin(), part.end());
  const auto found = std::search(text.begin() + static_cast<ptrdiff_t>(from), text.end(), searcher);
  return found == text.end() ? std::u16string_view::npos
                             : static_cast<size_t>(found - text.begin());
}

}  // namespace pawl::jsonata
