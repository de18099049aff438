// Looks for a text within another one, in time proportional to the lengths of both whatever they
// are made of: std::string's own find takes their product at worst.

#ifndef PAWL_QUERY_JSONATA_TEXT_FIND_TEXT_H_
#define PAWL_QUERY_JSONATA_TEXT_FIND_TEXT_H_

#include <cstddef>
#include <string_view>

namespace pawl::jsonata {

// The first place of `part` at `from` or behind; npos when there is none.
size_t FindText(std::string_view text, std::string_view part, size_t from = 0);
size_t FindText(std::u16string_view text, std::u16string_view part, size_t from = 0);

}  // namespace pawl::jsonata

#endif  // PAWL_QUERY_JSONATA_TEXT_FIND_TEXT_H_
