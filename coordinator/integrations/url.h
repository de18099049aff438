// The parts of a URL, and percent-encoding.

#ifndef PAWL_INTEGRATIONS_URL_H_
#define PAWL_INTEGRATIONS_URL_H_

#include <optional>
#include <string>
#include <string_view>

namespace pawl::integrations {

struct Url {
  std::string scheme;     // "http" or "https"
  std::string host;       // in lower case; an IPv6 address in its brackets
  int port = 0;           // that of the scheme unless one is given
  bool has_port = false;  // another one than the scheme's is given
  std::string path;       // "/" at least, as it was written
  std::string query;      // as it was written, without '?'

  // "https://host:port", the port only where it is not the scheme's.
  std::string Origin() const;
  // The value of a Host header.
  std::string HostHeader() const;
  std::string ToString() const;
};

// Nothing unless `text` is an absolute http or https URL without user or password. A fragment is
// dropped.
std::optional<Url> ParseUrl(std::string_view text);

// All but letters, digits and `-_.~` become %XX of their UTF-8 bytes (RFC 3986). With `keep_slash`
// also `/` stays.
std::string PercentEncode(std::string_view text, bool keep_slash = false);
std::string PercentDecode(std::string_view text);

}  // namespace pawl::integrations

#endif  // PAWL_INTEGRATIONS_URL_H_
