#include "coordinator/store/sql_values.h"

#include <limits>
#include <stdexcept>

#include "absl/strings/str_replace.h"
#include "coordinator/base/strings.h"

namespace pawl::store {
namespace {

// 2000-01-01, from which PostgreSQL counts microseconds.
constexpr int64_t kPostgresEpochSeconds = 946'684'800;
// 10000-01-01: the first year absl prints with five digits.
constexpr int64_t kEndOfTimeSeconds = 253'402'300'800;

void AppendBigEndian(uint64_t value, int bytes, std::string* out) {
  for (int shift = (bytes - 1) * 8; shift >= 0; shift -= 8) {
    out->push_back(static_cast<char>(value >> shift & 0xff));
  }
}

int HexDigit(char c) {
  if (c >= '0' && c <= '9') return c - '0';
  return c - 'a' + 10;
}

}  // namespace

std::string TimeText(absl::Time time) {
  if (time >= absl::FromUnixSeconds(kEndOfTimeSeconds)) return "infinity";
  return absl::FormatTime("%E4Y-%m-%d %H:%M:%E6S+00", time, absl::UTCTimeZone());
}

std::string TimeTextUp(absl::Time time) {
  return TimeText(time + absl::Microseconds(1) - absl::Nanoseconds(0.25));
}

pqxx::binarystring BinaryTime(absl::Time time) {
  constexpr int64_t kPostgresEpochMicros = 946'684'800'000'000;  // 2000-01-01
  const uint64_t micros = static_cast<uint64_t>(absl::ToUnixMicros(time) - kPostgresEpochMicros);
  char bytes[8];
  for (int i = 0; i < 8; ++i) bytes[i] = static_cast<char>(micros >> (56 - 8 * i));
  return Binary({bytes, sizeof(bytes)});
}

std::string StorableText(std::string_view text) {
  if (text.find('\0') == std::string_view::npos) return std::string(text);
  return absl::StrReplaceAll(ToAbsl(text), {{absl::string_view("\0", 1), "\xEF\xBF\xBD"}});
}

absl::Time GetTime(const pqxx::field& field) {
  std::string_view text = GetText(field);
  if (text == "infinity") return absl::InfiniteFuture();
  if (text.ends_with("+00")) text.remove_suffix(3);
  absl::Time time;
  std::string error;
  if (!absl::ParseTime("%Y-%m-%d %H:%M:%E*S", ToAbsl(text), &time, &error)) {
    throw std::runtime_error(StrCat("not a time: ", text));
  }
  return time;
}

Uuid GetUuid(const pqxx::field& field) {
  const absl::StatusOr<Uuid> id = Uuid::Parse(GetText(field));
  if (!id.ok()) throw std::runtime_error(id.status().ToString());
  return *id;
}

std::string GetBytes(const pqxx::field& field) {
  std::string_view text = GetText(field);  // \x and two digits for each byte (bytea_output)
  std::string bytes;
  if (text.size() < 2) return bytes;
  text.remove_prefix(2);
  bytes.resize(text.size() / 2);
  for (size_t i = 0; i < bytes.size(); ++i) {
    bytes[i] = static_cast<char>(HexDigit(text[2 * i]) << 4 | HexDigit(text[2 * i + 1]));
  }
  return bytes;
}

void ArrayParameter::Add(std::string_view bytes) {
  ++size_;
  AppendBigEndian(bytes.size(), 4, &elements_);
  elements_.append(bytes);
}

void ArrayParameter::Add(int64_t value) {
  ++size_;
  AppendBigEndian(8, 4, &elements_);
  AppendBigEndian(static_cast<uint64_t>(value), 8, &elements_);
}

void ArrayParameter::Add(const Uuid& id) {
  Add(std::string_view(reinterpret_cast<const char*>(id.bytes().data()), id.bytes().size()));
}

void ArrayParameter::Add(absl::Time time) {
  if (time >= absl::FromUnixSeconds(kEndOfTimeSeconds)) {
    Add(std::numeric_limits<int64_t>::max());  // infinity
  } else {
    Add(absl::ToUnixMicros(time) - kPostgresEpochSeconds * 1'000'000);
  }
}

void ArrayParameter::AddNull() {
  ++size_;
  has_null_ = true;
  AppendBigEndian(0xffffffff, 4, &elements_);
}

pqxx::binarystring ArrayParameter::Finish() const {
  std::string out;
  out.reserve(20 + elements_.size());
  AppendBigEndian(size_ == 0 ? 0 : 1, 4, &out);  // dimensions
  AppendBigEndian(has_null_ ? 1 : 0, 4, &out);
  AppendBigEndian(static_cast<uint32_t>(type_), 4, &out);
  if (size_ > 0) {
    AppendBigEndian(size_, 4, &out);
    AppendBigEndian(1, 4, &out);  // first subscript
  }
  return Binary(out.append(elements_));
}

}  // namespace pawl::store
