// How findings show things, and texts that are equal once they are stored.

#ifndef PAWL_AUDIT_TEXTS_H_
#define PAWL_AUDIT_TEXTS_H_

#include <optional>
#include <string>

#include "absl/time/time.h"
#include "coordinator/base/text.h"

namespace pawl::audit {

// "2026-01-01T00:00:00.123Z"; "never" for the infinite future.
std::string Shown(absl::Time time);

// Whether the column `stored` can be `text`: PostgreSQL holds no NUL and keeps U+FFFD in its place.
bool SameStored(const Text& stored, const Text& text);
bool SameStored(const std::optional<Text>& stored, const std::optional<Text>& text);

}  // namespace pawl::audit

#endif  // PAWL_AUDIT_TEXTS_H_
