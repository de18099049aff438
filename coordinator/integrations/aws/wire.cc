#include "coordinator/integrations/aws/wire.h"

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "coordinator/base/strings.h"

namespace pawl::aws {

std::optional<std::string_view> WireResponse::Find(std::string_view name) const {
  for (const Header& header : headers) {
    if (absl::EqualsIgnoreCase(header.name, ToAbsl(name))) return header.value;
  }
  return std::nullopt;
}

std::string Escape(std::string_view text, bool keep_slash) {
  static constexpr char kDigits[] = "0123456789ABCDEF";
  std::string escaped;
  for (const char c : text) {
    if (absl::ascii_isalnum(c) || c == '-' || c == '_' || c == '.' || c == '~' ||
        (keep_slash && c == '/')) {
      escaped.push_back(c);
      continue;
    }
    const auto byte = static_cast<unsigned char>(c);
    escaped.append({'%', kDigits[byte >> 4], kDigits[byte & 15]});
  }
  return escaped;
}

std::string QueryText(const std::vector<QueryItem>& query) {
  std::string text;
  for (const QueryItem& item : query) {
    StrAppend(&text, text.empty() ? "" : "&", Escape(item.name));
    if (item.value) StrAppend(&text, "=", Escape(*item.value));
  }
  return text;
}

}  // namespace pawl::aws
