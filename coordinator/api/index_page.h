// The page at `GET /`: says what runs here and where to go on.

#ifndef PAWL_API_INDEX_PAGE_H_
#define PAWL_API_INDEX_PAGE_H_

#include <string>
#include <string_view>

#include "coordinator/base/account.h"

namespace pawl::api {

// `host` is the Host header of the request, from which the examples take their endpoint; empty:
// localhost.
std::string IndexPage(const Account& account, std::string_view version, std::string_view host);

// `text` with what has a meaning in HTML escaped.
std::string EscapeHtml(std::string_view text);

}  // namespace pawl::api

#endif  // PAWL_API_INDEX_PAGE_H_
