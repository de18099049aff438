// $encodeUrl and its kin, and base64.

#ifndef PAWL_QUERY_JSONATA_TEXT_URI_TEXT_H_
#define PAWL_QUERY_JSONATA_TEXT_URI_TEXT_H_

#include <string>
#include <string_view>

#include "coordinator/query/jsonata/error.h"

namespace pawl::jsonata {

// D3140 with half a surrogate pair in the text. The error's token is the function's name.
Result<std::string> EncodeUrl(std::string_view text);
Result<std::string> EncodeUrlComponent(std::string_view text);
// D3140 when a `%` is not followed by two hexadecimal digits, or what these say is not UTF-8.
Result<std::string> DecodeUrl(std::string_view text);
Result<std::string> DecodeUrlComponent(std::string_view text);

// Of each UTF-16 unit the low byte, as the reference implementation does on Node.js.
std::string EncodeBase64(std::string_view text);
// Each byte becomes the character of that number. What is not base64 is skipped.
std::string DecodeBase64(std::string_view text);

}  // namespace pawl::jsonata

#endif  // PAWL_QUERY_JSONATA_TEXT_URI_TEXT_H_
