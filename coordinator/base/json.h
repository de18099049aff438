// JSON values as the expression languages need them: small, immutable, shared.
//
// A Json is 16 bytes and trivially copyable: it refers to memory of a JsonArena and never owns any.
// It is valid as long as that arena lives. Copying a Json shares the subtree under it. Member order
// is kept. Integers of up to 64 bits are exact; every other number is a double, and the two kinds
// stay apart, as AWS keeps `1` apart from `1.0`.
//
// Not thread-safe for building; a finished value may be read from any thread.

#ifndef PAWL_BASE_JSON_H_
#define PAWL_BASE_JSON_H_

#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "absl/status/statusor.h"

namespace pawl {

// Memory that is given back all at once. Allocates in blocks that grow with use, the first one
// small, so that an arena for one step of an execution costs little. Not thread-safe.
class JsonArena {
 public:
  JsonArena() = default;
  JsonArena(const JsonArena&) = delete;
  JsonArena& operator=(const JsonArena&) = delete;

  // `bytes` bytes aligned to 8. Never null.
  void* Allocate(size_t bytes);
  // A copy of `text` that lives as long as the arena.
  std::string_view Copy(std::string_view text);
  size_t bytes_used() const { return used_; }

 private:
  std::vector<std::unique_ptr<char[]>> blocks_;
  char* next_ = nullptr;
  size_t left_ = 0;
  size_t used_ = 0;
};

struct JsonMember;

class Json {
 public:
  enum class Type : uint8_t {
    kUndefined,
    kNull,
    kBool,
    kInt,
    kDouble,
    kString,
    kArray,
    kObject,
    kOpaque,  // not JSON; only ever within an expression language's evaluation
  };

  // Nothing at all: a member that is not there. Not a JSON value; never written.
  constexpr Json() = default;
  static Json Null();
  static Json Bool(bool value);
  static Json Int(int64_t value);
  static Json Double(double value);
  // Refers to `text`, which must outlive the value (JsonArena::Copy makes it so).
  static Json String(std::string_view text);
  static Json String(std::string_view text, JsonArena* arena) { return String(arena->Copy(text)); }
  // Copies the 16-byte handles into the arena, not what is under them. `written`, if there is any,
  // is what WriteJson makes of the value, and lives as long as the arena.
  static Json Array(std::span<const Json> items, JsonArena* arena, std::string_view written = {});
  // Refers to `items`, which must outlive the value.
  static Json ArrayView(std::span<const Json> items);
  // Something that is not JSON but that an expression language handles like a value: a function.
  // Never written, never an outcome, equal to nothing.
  static Json Opaque(const void* thing);
  // Of members with equal keys the last one wins, at the place of the first.
  static Json Object(std::span<const JsonMember> members, JsonArena* arena,
                     std::string_view written = {});

  Type type() const { return type_; }
  bool is_undefined() const { return type_ == Type::kUndefined; }
  bool is_null() const { return type_ == Type::kNull; }
  bool is_bool() const { return type_ == Type::kBool; }
  bool is_int() const { return type_ == Type::kInt; }
  bool is_number() const { return type_ == Type::kInt || type_ == Type::kDouble; }
  bool is_string() const { return type_ == Type::kString; }
  bool is_array() const { return type_ == Type::kArray; }
  bool is_object() const { return type_ == Type::kObject; }
  bool is_opaque() const { return type_ == Type::kOpaque; }

  // Each asks for the type it names.
  bool as_bool() const { return value_.integer != 0; }
  int64_t as_int() const { return value_.integer; }
  double as_double() const {  // of any number
    return type_ == Type::kInt ? static_cast<double>(value_.integer) : value_.number;
  }
  std::string_view as_string() const { return {value_.text, size_}; }
  std::span<const Json> items() const { return {value_.items, size_}; }
  std::span<const JsonMember> members() const;
  const void* as_opaque() const { return value_.opaque; }

  // What an expression language notes on this handle: how the array came about. Means nothing to
  // anybody else; not compared, not written, 0 unless set.
  uint8_t mark() const { return mark_; }
  Json WithMark(uint8_t mark) const {
    Json marked = *this;
    marked.mark_ = mark;
    return marked;
  }

  // What WriteJson makes of this array or object, where the text it was read from is just that;
  // else empty. So what is passed on untouched need not be written anew.
  std::string_view written() const {
    return has_written_ ? static_cast<const std::string_view*>(value_.opaque)[-1]
                        : std::string_view();
  }

  // Elements of an array, members of an object, bytes of a string; 0 of all else.
  size_t size() const { return size_; }
  // The value under `key`; undefined when this is not an object or has no such member. Takes
  // constant time however big the object is.
  Json Find(std::string_view key) const;

 private:
  union Value {
    int64_t integer;
    double number;
    const char* text;
    const Json* items;
    const JsonMember* members;
    const void* opaque;
  };

  Type type_ = Type::kUndefined;
  uint8_t mark_ = 0;
  bool has_written_ = false;  // its view stands before the elements
  uint32_t size_ = 0;
  Value value_ = {0};
};

struct JsonMember {
  std::string_view key;
  Json value;
};

struct JsonLimits {
  size_t bytes = 64u << 20;
  int depth = 1000;  // Jackson 2.15's default nesting limit
};

// Reads one JSON document and nothing behind it. INVALID_ARGUMENT with what is wrong and at which
// offset: bad syntax, bad UTF-8, NaN, numbers beyond a double, nesting beyond the limits. Of
// duplicate keys the last value wins. `text` need not outlive the call.
//
// Half a surrogate pair (`"\ud800"`) is accepted, as Jackson accepts it. It is kept as the three
// bytes that UTF-8 would need for it (WTF-8), and written as an escape again, so that texts written
// are always UTF-8.
absl::StatusOr<Json> ParseJson(std::string_view text, JsonArena* arena,
                               const JsonLimits& limits = {});

// Whether ParseJson would succeed, without building anything.
absl::Status CheckJson(std::string_view text, const JsonLimits& limits = {});

// How numbers are written; the digits are the shortest that read back as the same double.
enum class NumberStyle {
  kStates,      // as Java does, `1.0`, `1.0E7`, `1.0E-4`: the JSONPath side of Step Functions
  kJavaScript,  // `1`, `10000000`, `1e+21`, `1e-7`: JSONata
};

// Compact text, without spaces. The value must not be undefined. Numbers that are not finite are
// written as strings, "NaN", "Infinity", "-Infinity", as AWS does. Safe for any depth.
std::string WriteJson(Json value, NumberStyle style = NumberStyle::kStates);
void AppendJson(Json value, std::string* out, NumberStyle style = NumberStyle::kStates);
// The same, but false as soon as `out` has become longer than `max_bytes`: a value in which
// subtrees are shared can be much longer as text than it is in memory.
bool AppendJsonWithin(Json value, size_t max_bytes, std::string* out,
                      NumberStyle style = NumberStyle::kStates);
// A JSON string literal, quotes included. Escapes what must be escaped, nothing else: control
// characters in upper-case hexadecimal as Jackson does, or lower-case as JavaScript does.
void AppendJsonString(std::string_view text, std::string* out,
                      NumberStyle style = NumberStyle::kStates);
// A finite number as the style has it.
void AppendNumber(double value, std::string* out, NumberStyle style = NumberStyle::kStates);

// Deep equality; numbers by value (1 equals 1.0), objects whatever the order of their members. Safe
// for any depth.
bool JsonEquals(Json a, Json b);
// Equal values have equal hashes. Differs from process to process.
size_t JsonHash(Json value);

}  // namespace pawl

#endif  // PAWL_BASE_JSON_H_
