// Values on their way into statements and out of results.

#ifndef PAWL_STORE_SQL_VALUES_H_
#define PAWL_STORE_SQL_VALUES_H_

#include <cstdint>
#include <optional>
#include <pqxx/pqxx>
#include <string>
#include <string_view>

#include "absl/time/time.h"
#include "coordinator/base/ids.h"

namespace pawl::store {

// A timestamptz, rounded down or up to the microsecond; "infinity" for what is beyond the year
// 9999.
std::string TimeText(absl::Time time);
std::string TimeTextUp(absl::Time time);
// The same in PostgreSQL's binary form: cheaper to make and to read on the hot path.
pqxx::binarystring BinaryTime(absl::Time time);

// A parameter that may be null. Valid as long as `value` is.
inline const char* OrNull(const std::optional<std::string>& value) {
  return value ? value->c_str() : nullptr;
}

inline pqxx::binarystring Binary(std::string_view bytes) { return {bytes.data(), bytes.size()}; }

// Text that PostgreSQL can hold: a NUL, which it cannot, becomes U+FFFD.
std::string StorableText(std::string_view text);

// Reads back; the fields are not null, where nothing else is said. Times are printed in UTC.
absl::Time GetTime(const pqxx::field& field);
Uuid GetUuid(const pqxx::field& field);
std::string GetBytes(const pqxx::field& field);  // of a bytea; empty for null
inline int64_t GetInt64(const pqxx::field& field) { return field.as<int64_t>(); }
inline std::string_view GetText(const pqxx::field& field) { return {field.c_str(), field.size()}; }

// An array parameter in PostgreSQL's binary form, built element by element.
class ArrayParameter {
 public:
  enum class Type : uint32_t {
    kBytes = 17,
    kInt64 = 20,
    kText = 25,
    kTime = 1184,
    kUuid = 2950
  };  // OIDs

  explicit ArrayParameter(Type type) : type_(type) {}

  void Add(std::string_view bytes);  // of kBytes and kText
  void Add(int64_t value);
  void Add(const Uuid& id);
  void Add(absl::Time time);
  void AddNull();
  template <typename T>
  void Add(const std::optional<T>& value) {
    value ? Add(*value) : AddNull();
  }
  bool empty() const { return size_ == 0; }
  pqxx::binarystring Finish() const;

 private:
  Type type_;
  uint32_t size_ = 0;
  bool has_null_ = false;
  std::string elements_;
};

}  // namespace pawl::store

#endif  // PAWL_STORE_SQL_VALUES_H_
