#include "coordinator/api/json_writer.h"

#include <fmt/format.h>

#include "coordinator/base/json.h"

namespace pawl::api {

void AppendTime(absl::Time time, std::string* out) {
  const int64_t millis = absl::ToUnixMillis(time);
  const int64_t seconds = absl::ToUnixSeconds(time);
  int64_t fraction = millis - seconds * 1000;
  fmt::format_to(std::back_inserter(*out), "{}", seconds);
  if (fraction == 0) return;
  int digits = 3;
  for (; fraction % 10 == 0; fraction /= 10) --digits;
  fmt::format_to(std::back_inserter(*out), ".{:0{}}", fraction, digits);
}

std::string* ObjectWriter::Key(std::string_view key) {
  if (!first_) *out_ += ',';
  first_ = false;
  AppendJsonString(key, out_);
  *out_ += ':';
  return out_;
}

ObjectWriter& ObjectWriter::Text(std::string_view key, std::string_view value) {
  AppendJsonString(value, Key(key));
  return *this;
}

ObjectWriter& ObjectWriter::Int(std::string_view key, int64_t value) {
  fmt::format_to(std::back_inserter(*Key(key)), "{}", value);
  return *this;
}

ObjectWriter& ObjectWriter::Bool(std::string_view key, bool value) {
  *Key(key) += value ? "true" : "false";
  return *this;
}

ObjectWriter& ObjectWriter::Time(std::string_view key, absl::Time value) {
  AppendTime(value, Key(key));
  return *this;
}

ObjectWriter& ObjectWriter::Raw(std::string_view key, std::string_view json) {
  *Key(key) += json;
  return *this;
}

}  // namespace pawl::api
