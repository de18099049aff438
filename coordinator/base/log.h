// Structured logs: a constant event name, so that it can be searched and counted, and fields beside
// it.
//
//   log::Warn("commit_refused", {{"execution", id}, {"expected_version", v}});
//
// One line each on standard error: logfmt for people and machines alike, or JSON when so
// configured. Info is what an operator wants to know tomorrow; Error is where someone has to act.
// No payloads, no secrets. Thread-safe.

#ifndef PAWL_BASE_LOG_H_
#define PAWL_BASE_LOG_H_

#include <concepts>
#include <initializer_list>
#include <string>
#include <string_view>
#include <utility>

#include "absl/status/status.h"
#include "absl/strings/str_cat.h"
#include "absl/time/time.h"

namespace pawl::log {

enum class Level { kDebug, kInfo, kWarn, kError };
enum class Format { kLogfmt, kJson };

// A named value. Text, numbers, booleans, durations and statuses.
struct Field {
  Field(std::string_view key_in, std::string_view value_in) : key(key_in), value(value_in) {}
  Field(std::string_view key_in, const std::string& value_in) : key(key_in), value(value_in) {}
  Field(std::string_view key_in, const char* value_in) : key(key_in), value(value_in) {}
  Field(std::string_view key_in, bool value_in) : key(key_in), value(value_in ? "true" : "false") {}
  Field(std::string_view key_in, const absl::Status& status)
      : key(key_in), value(status.ToString()) {}
  Field(std::string_view key_in, absl::Duration duration)
      : key(key_in), value(absl::FormatDuration(duration)) {}
  template <std::integral T>
  Field(std::string_view key_in, T value_in) : key(key_in), value(absl::StrCat(value_in)) {}

  std::string_view key;
  std::string value;
};

using Fields = std::initializer_list<Field>;

// Before the first line is written; not thread-safe.
void Configure(Level least, Format format);
// INVALID_ARGUMENT unless it is one of debug, info, warn, error.
absl::Status ParseLevel(std::string_view text, Level* level);

void Write(Level level, std::string_view event, Fields fields);
inline void Debug(std::string_view event, Fields fields = {}) {
  Write(Level::kDebug, event, fields);
}
inline void Info(std::string_view event, Fields fields = {}) { Write(Level::kInfo, event, fields); }
inline void Warn(std::string_view event, Fields fields = {}) { Write(Level::kWarn, event, fields); }
inline void Error(std::string_view event, Fields fields = {}) {
  Write(Level::kError, event, fields);
}

}  // namespace pawl::log

#endif  // PAWL_BASE_LOG_H_
