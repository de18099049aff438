#include "coordinator/audit/texts.h"

#include "absl/strings/str_replace.h"
#include "coordinator/base/clock.h"
#include "coordinator/base/strings.h"

namespace pawl::audit {

std::string Shown(absl::Time time) {
  if (time == absl::InfiniteFuture()) return "never";
  if (time == absl::InfinitePast()) return "always";
  return FormatIso8601(time);
}

bool SameStored(const Text& stored, const Text& text) {
  if (stored == text) return true;
  if (text.view().find('\0') == std::string_view::npos) return false;
  const std::string held =
      absl::StrReplaceAll(ToAbsl(text.view()), {{absl::string_view("\0", 1), "\xEF\xBF\xBD"}});
  return stored == std::string_view(held);
}

bool SameStored(const std::optional<Text>& stored, const std::optional<Text>& text) {
  if (!stored || !text) return stored.has_value() == text.has_value();
  return SameStored(*stored, *text);
}

}  // namespace pawl::audit
