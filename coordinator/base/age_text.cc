#include "coordinator/base/age_text.h"

#include <algorithm>

#include "absl/strings/str_format.h"

namespace pawl {

std::string AgeText(absl::Duration age) {
  if (age == absl::InfiniteDuration()) return "for ever";
  age = std::max(age, absl::ZeroDuration());
  if (age < absl::Seconds(9.95)) return absl::StrFormat("%.1f s", absl::ToDoubleSeconds(age));
  const int64_t seconds = absl::ToInt64Seconds(age + absl::Milliseconds(500));
  if (seconds < 60) return absl::StrFormat("%d s", seconds);
  if (seconds < 3600) return absl::StrFormat("%d min %d s", seconds / 60, seconds % 60);
  if (seconds < 86400) return absl::StrFormat("%d h %d min", seconds / 3600, seconds / 60 % 60);
  return absl::StrFormat("%d d %d h", seconds / 86400, seconds / 3600 % 24);
}

}  // namespace pawl
