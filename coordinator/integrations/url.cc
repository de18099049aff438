#include "coordinator/integrations/url.h"

#include <curl/curl.h>

#include <algorithm>
#include <memory>

#include "absl/strings/ascii.h"
#include "absl/strings/numbers.h"
#include "coordinator/base/strings.h"

namespace pawl::integrations {
namespace {

struct FreeUrl {
  void operator()(CURLU* url) const { curl_url_cleanup(url); }
};

// Empty when there is no such part.
std::string Part(CURLU* url, CURLUPart part, unsigned flags = 0) {
  char* text = nullptr;
  if (curl_url_get(url, part, &text, flags) != CURLUE_OK) return "";
  std::string copy(text);
  curl_free(text);
  return copy;
}

int HexValue(char c) {
  if (c >= '0' && c <= '9') return c - '0';
  const char lower = absl::ascii_tolower(c);
  return lower >= 'a' && lower <= 'f' ? lower - 'a' + 10 : -1;
}

}  // namespace

std::string Url::Origin() const { return StrCat(scheme, "://", HostHeader()); }

std::string Url::HostHeader() const { return has_port ? StrCat(host, ":", port) : host; }

std::string Url::ToString() const {
  return StrCat(Origin(), path, query.empty() ? "" : "?", query);
}

std::optional<Url> ParseUrl(std::string_view text) {
  // curl would take some of these; what reaches a header line must hold none.
  if (std::any_of(text.begin(), text.end(),
                  [](char c) { return static_cast<unsigned char>(c) <= ' ' || c == '\x7f'; })) {
    return std::nullopt;
  }
  const std::unique_ptr<CURLU, FreeUrl> parsed(curl_url());
  if (curl_url_set(parsed.get(), CURLUPART_URL, std::string(text).c_str(),
                   CURLU_PATH_AS_IS | CURLU_DISALLOW_USER) != CURLUE_OK) {
    return std::nullopt;
  }
  Url url;
  url.scheme = absl::AsciiStrToLower(Part(parsed.get(), CURLUPART_SCHEME));
  if (url.scheme != "http" && url.scheme != "https") return std::nullopt;
  // In ASCII, as it is looked up: a name has one form for the egress policy.
  url.host = absl::AsciiStrToLower(Part(parsed.get(), CURLUPART_HOST, CURLU_PUNYCODE));
  if (url.host.empty()) return std::nullopt;
  if (!absl::SimpleAtoi(Part(parsed.get(), CURLUPART_PORT, CURLU_DEFAULT_PORT), &url.port)) {
    return std::nullopt;
  }
  url.has_port = url.port != (url.scheme == "https" ? 443 : 80);
  url.path = Part(parsed.get(), CURLUPART_PATH);
  url.query = Part(parsed.get(), CURLUPART_QUERY);
  return url;
}

std::string PercentEncode(std::string_view text, bool keep_slash) {
  static constexpr char kDigits[] = "0123456789ABCDEF";
  std::string encoded;
  for (const char c : text) {
    if (absl::ascii_isalnum(c) || c == '-' || c == '_' || c == '.' || c == '~' ||
        (keep_slash && c == '/')) {
      encoded.push_back(c);
    } else {
      const auto byte = static_cast<unsigned char>(c);
      encoded.append({'%', kDigits[byte >> 4], kDigits[byte & 15]});
    }
  }
  return encoded;
}

std::string PercentDecode(std::string_view text) {
  std::string decoded;
  for (size_t i = 0; i < text.size(); ++i) {
    const bool escape = text[i] == '%' && i + 2 < text.size() && HexValue(text[i + 1]) >= 0 &&
                        HexValue(text[i + 2]) >= 0;
    decoded.push_back(escape ? static_cast<char>(HexValue(text[i + 1]) << 4 | HexValue(text[i + 2]))
                             : text[i]);
    if (escape) i += 2;
  }
  return decoded;
}

}  // namespace pawl::integrations
