#include <charconv>
#include <cmath>
#include <cstring>
#include <optional>

#include "absl/status/status.h"
#include "absl/strings/numbers.h"
#include "coordinator/base/json.h"
#include "coordinator/base/strings.h"
#include "coordinator/base/utf8.h"
#include "rapidjson/error/en.h"
#include "rapidjson/memorystream.h"
#include "rapidjson/reader.h"

namespace pawl {
namespace {

// Numbers come as text and are read here: integers stay exact and a number beyond a double is
// noticed. The iterative parser keeps its own stack, so that nesting cannot overflow ours.
constexpr unsigned kFlags = rapidjson::kParseIterativeFlag | rapidjson::kParseNumbersAsStringsFlag;

// Nothing when the number is beyond a double. `text` has JSON's grammar.
std::optional<Json> ReadNumber(std::string_view text) {
  const char* end = text.data() + text.size();
  int64_t integer = 0;
  auto [stop, error] = std::from_chars(text.data(), end, integer);
  if (error == std::errc() && stop == end) return Json::Int(integer);
  double number = 0;
  if (std::from_chars(text.data(), end, number).ec == std::errc()) return Json::Double(number);
  // Out of range: too small, which is 0, or too big.
  if (!absl::SimpleAtod(ToAbsl(text), &number) || std::isinf(number)) return std::nullopt;
  return Json::Double(number);
}

// What both handlers have in common: the limits.
class Guard {
 public:
  explicit Guard(const JsonLimits& limits) : limits_(limits) {}

  bool Enter() {
    if (++depth_ <= limits_.depth) return true;
    reason_ = StrCat("nesting deeper than ", limits_.depth);
    return false;
  }
  void Leave() { --depth_; }
  bool RefuseNumber(std::string_view text) {
    constexpr size_t kShown = 40;
    reason_ = StrCat("number ", text.substr(0, kShown), " is beyond the range of a double");
    return false;
  }
  // Why the parser was told to stop; empty when it was not.
  const std::string& reason() const { return reason_; }

 private:
  const JsonLimits& limits_;
  int depth_ = 0;
  std::string reason_;
};

class CheckHandler : public rapidjson::BaseReaderHandler<rapidjson::UTF8<>, CheckHandler> {
 public:
  explicit CheckHandler(const JsonLimits& limits) : guard_(limits) {}
  const Guard& guard() const { return guard_; }

  bool Default() { return true; }
  bool RawNumber(const char* text, rapidjson::SizeType size, bool) {
    return ReadNumber({text, size}) ? true : guard_.RefuseNumber({text, size});
  }
  bool StartObject() { return guard_.Enter(); }
  bool StartArray() { return guard_.Enter(); }
  bool EndObject(rapidjson::SizeType) { return Leave(); }
  bool EndArray(rapidjson::SizeType) { return Leave(); }

 private:
  bool Leave() {
    guard_.Leave();
    return true;
  }
  Guard guard_;
};

// Builds the tree from the leaves up. Strings refer to the text that is parsed in place.
class BuildHandler {
 public:
  using Ch = char;

  BuildHandler(const JsonLimits& limits, JsonArena* arena) : guard_(limits), arena_(arena) {
    pending_.reserve(32);
  }
  const Guard& guard() const { return guard_; }
  Json root() const { return pending_.front().value; }

  bool Null() { return Add(Json::Null()); }
  bool Bool(bool value) { return Add(Json::Bool(value)); }
  bool RawNumber(const char* text, rapidjson::SizeType size, bool) {
    std::optional<Json> number = ReadNumber({text, size});
    return number ? Add(*number) : guard_.RefuseNumber({text, size});
  }
  bool String(const char* text, rapidjson::SizeType size, bool) {
    return Add(Json::String({text, size}));
  }
  bool Key(const char* text, rapidjson::SizeType size, bool) {
    keys_.back() = {text, size};
    return true;
  }
  bool StartObject() { return Start(); }
  bool StartArray() { return Start(); }
  bool EndObject(rapidjson::SizeType count) {
    Json object = Json::Object(Last(count), arena_);
    return End(object, count);
  }
  bool EndArray(rapidjson::SizeType count) {
    scratch_.clear();
    for (const JsonMember& member : Last(count)) scratch_.push_back(member.value);
    return End(Json::Array(scratch_, arena_), count);
  }
  // Never called: numbers come as text.
  bool Int(int) { return false; }
  bool Uint(unsigned) { return false; }
  bool Int64(int64_t) { return false; }
  bool Uint64(uint64_t) { return false; }
  bool Double(double) { return false; }

 private:
  bool Add(Json value) {
    // Field by field: a member made elsewhere would be stored by halves and loaded as a whole at
    // once, for which the processor waits.
    JsonMember& member = pending_.emplace_back();
    if (!keys_.empty()) member.key = keys_.back();
    member.value = value;
    return true;
  }
  bool Start() {
    keys_.emplace_back();
    return guard_.Enter();
  }
  bool End(Json value, size_t count) {
    pending_.resize(pending_.size() - count);
    keys_.pop_back();
    guard_.Leave();
    return Add(value);
  }
  std::span<const JsonMember> Last(size_t count) const { return std::span(pending_).last(count); }

  Guard guard_;
  JsonArena* arena_;
  std::vector<JsonMember> pending_;     // finished values whose container is not
  std::vector<std::string_view> keys_;  // of each open container: the key of the member being read
  std::vector<Json> scratch_;
};

absl::Status ErrorAt(size_t offset, std::string_view what) {
  return absl::InvalidArgumentError(StrCat("invalid JSON at offset ", offset, ": ", what));
}

absl::Status CheckBytes(std::string_view text, const JsonLimits& limits) {
  if (text.size() > limits.bytes) {
    return absl::InvalidArgumentError(
        StrCat("JSON of ", text.size(), " bytes, where ", limits.bytes, " are allowed"));
  }
  const size_t bad = FindInvalidUtf8(text);
  if (bad != std::string_view::npos) return ErrorAt(bad, "not UTF-8");
  // The parser takes a zero byte for the end of the text.
  const size_t zero = text.find('\0');
  if (zero != std::string_view::npos) return ErrorAt(zero, "unexpected character");
  return absl::OkStatus();
}

template <unsigned kMoreFlags, typename Stream, typename Handler>
rapidjson::ParseResult Run(Stream stream, Handler* handler) {
  rapidjson::Reader reader;
  return reader.Parse<kFlags | kMoreFlags>(stream, *handler);
}

absl::Status ToStatus(const rapidjson::ParseResult& result, const Guard& guard) {
  if (!result.IsError()) return absl::OkStatus();
  if (!guard.reason().empty()) return ErrorAt(result.Offset(), guard.reason());
  return ErrorAt(result.Offset(), rapidjson::GetParseError_En(result.Code()));
}

bool IsHighSurrogate(uint32_t unit) { return unit >= 0xD800 && unit <= 0xDBFF; }
bool IsLowSurrogate(uint32_t unit) { return unit >= 0xDC00 && unit <= 0xDFFF; }

// The code unit of a `\uXXXX` at `at`.
std::optional<uint32_t> EscapedUnit(std::string_view text, size_t at) {
  if (text.size() < at + 6 || text[at] != '\\' || text[at + 1] != 'u') return std::nullopt;
  uint32_t unit = 0;
  const char* digits = text.data() + at + 2;
  auto [stop, error] = std::from_chars(digits, digits + 4, unit, 16);
  if (error != std::errc() || stop != digits + 4) return std::nullopt;
  return unit;
}

// Writes out the escapes of high surrogates without a low one, which RapidJSON refuses. (It writes
// out lone low ones itself.)
std::string ExpandLoneSurrogates(std::string_view text) {
  std::string out;
  out.reserve(text.size());
  size_t i = 0;
  while (i < text.size()) {
    if (text[i] != '\\') {
      out.push_back(text[i++]);
      continue;
    }
    const std::optional<uint32_t> unit = EscapedUnit(text, i);
    if (!unit || !IsHighSurrogate(*unit)) {
      out.append(text.substr(i, 2));  // the escaped character goes along: it may be a backslash
      i += 2;
      continue;
    }
    const std::optional<uint32_t> next = EscapedUnit(text, i + 6);
    if (next && IsLowSurrogate(*next)) {
      out.append(text.substr(i, 12));
      i += 12;
    } else {
      AppendUtf8(*unit, &out);
      i += 6;
    }
  }
  return out;
}

bool IsLoneSurrogate(const rapidjson::ParseResult& result) {
  return result.Code() == rapidjson::kParseErrorStringUnicodeSurrogateInvalid;
}

rapidjson::ParseResult Build(std::string_view text, BuildHandler* handler, JsonArena* arena) {
  auto* copy = static_cast<char*>(arena->Allocate(text.size() + 1));
  std::memcpy(copy, text.data(), text.size());
  copy[text.size()] = '\0';
  return Run<rapidjson::kParseInsituFlag>(rapidjson::InsituStringStream(copy), handler);
}

}  // namespace

absl::StatusOr<Json> ParseJson(std::string_view text, JsonArena* arena, const JsonLimits& limits) {
  if (absl::Status status = CheckBytes(text, limits); !status.ok()) return status;
  BuildHandler handler(limits, arena);
  rapidjson::ParseResult result = Build(text, &handler, arena);
  if (!IsLoneSurrogate(result)) {
    absl::Status status = ToStatus(result, handler.guard());
    if (!status.ok()) return status;
    return handler.root();
  }
  BuildHandler second(limits, arena);
  result = Build(ExpandLoneSurrogates(text), &second, arena);
  if (absl::Status status = ToStatus(result, second.guard()); !status.ok()) return status;
  return second.root();
}

absl::Status CheckJson(std::string_view text, const JsonLimits& limits) {
  if (absl::Status status = CheckBytes(text, limits); !status.ok()) return status;
  CheckHandler handler(limits);
  rapidjson::ParseResult result =
      Run<0>(rapidjson::MemoryStream(text.data(), text.size()), &handler);
  if (!IsLoneSurrogate(result)) return ToStatus(result, handler.guard());
  const std::string expanded = ExpandLoneSurrogates(text);
  CheckHandler second(limits);
  result = Run<0>(rapidjson::MemoryStream(expanded.data(), expanded.size()), &second);
  return ToStatus(result, second.guard());
}

}  // namespace pawl
