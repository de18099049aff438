// HTTP messages as AWS's protocols make them, before anybody knows which host they go to.

#ifndef PAWL_INTEGRATIONS_AWS_WIRE_H_
#define PAWL_INTEGRATIONS_AWS_WIRE_H_

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace pawl::aws {

struct Header {
  std::string name;
  std::string value;
};

struct QueryItem {
  std::string name;
  std::optional<std::string> value;  // nothing: "?acl"
};

struct WireRequest {
  std::string method;
  std::string path = "/";        // escaped
  std::vector<QueryItem> query;  // not escaped
  std::vector<Header> headers;
  std::optional<std::string> body;
  std::string host_prefix;  // "123456789012.": before the service's host
};

struct WireResponse {
  int status = 0;
  std::vector<Header> headers;
  std::string body;

  // The value of the first header of that name, whatever its case.
  std::optional<std::string_view> Find(std::string_view name) const;
};

// All but letters, digits and `-_.~` becomes %XX (RFC 3986). With `keep_slash` also `/` stays.
std::string Escape(std::string_view text, bool keep_slash = false);
// "a=b&acl", escaped; empty: no query.
std::string QueryText(const std::vector<QueryItem>& query);

}  // namespace pawl::aws

#endif  // PAWL_INTEGRATIONS_AWS_WIRE_H_
