#include <algorithm>
#include <charconv>
#include <cmath>
#include <optional>

#include "absl/status/status.h"
#include "absl/strings/ascii.h"
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

// Whether WriteJson surely makes `text` of its number again. Decimals of at most 15 digits have
// doubles of their own, so that they are the shortest digits but for zeros at the end.
bool IsAsWritten(Json number, std::string_view text) {
  if (number.is_int()) return text != "-0";
  constexpr size_t kMaxSize = 16;  // with the point
  if (text.size() > kMaxSize || std::ranges::any_of(text, absl::ascii_isalpha)) return false;
  const double size = std::abs(number.as_double());
  const bool plain = size == 0 || (size >= 1e-3 && size < 1e7);  // others get an exponent
  return plain && (text.back() != '0' || text[text.size() - 2] == '.');
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

char* CopyWithZero(std::string_view text, JsonArena* arena) {
  auto* copy = static_cast<char*>(arena->Allocate(text.size() + 1));
  *std::ranges::copy(text, copy).out = '\0';
  return copy;
}

// Builds the tree from the leaves up. Strings refer to the text that is parsed in place.
//
// To know of a container whether WriteJson would repeat its text, it counts the bytes that surely
// come again: brackets, commas, colons, literals, numbers that are as written, and of a string the
// decoded bytes and two quotes. Blanks are not among them, and every escape is longer than what it
// stands for; so a container is as written when it has no more bytes than those.
class BuildHandler : public rapidjson::BaseReaderHandler<rapidjson::UTF8<>, BuildHandler> {
 public:
  // `given` is false of a text that only stands for the one that was given: it is never as written.
  BuildHandler(std::string_view text, bool given, const JsonLimits& limits, JsonArena* arena)
      : guard_(limits), arena_(arena), given_(given), text_(CopyWithZero(text, arena)) {
    pending_.reserve(32);
  }
  rapidjson::ParseResult Parse() {
    return rapidjson::Reader().Parse<kFlags | rapidjson::kParseInsituFlag>(stream_, *this);
  }
  const Guard& guard() const { return guard_; }
  Json root() const { return pending_.front().value; }

  bool Null() { return Add(Json::Null(), 4); }
  bool Bool(bool value) { return Add(Json::Bool(value), value ? 4 : 5); }
  bool RawNumber(const char* text, rapidjson::SizeType size, bool) {
    std::optional<Json> number = ReadNumber({text, size});
    if (!number) return guard_.RefuseNumber({text, size});
    return Add(*number, IsAsWritten(*number, {text, size}) ? size : 0);
  }
  bool String(const char* text, rapidjson::SizeType size, bool) {
    RestoreQuote(text + size);
    return Add(Json::String({text, size}), size + 2);
  }
  bool Key(const char* text, rapidjson::SizeType size, bool) {
    RestoreQuote(text + size);
    open_.back().key = {text, size};
    same_ += size + 3;  // the colon, too
    return true;
  }
  bool StartObject() { return Start(); }
  bool StartArray() { return Start(); }
  bool EndObject(rapidjson::SizeType count) {
    const Json object = Json::Object(Last(count), arena_, EndText(count));
    if (object.size() < count) --same_;  // of members with equal keys only one is written
    return End(object, count);
  }
  bool EndArray(rapidjson::SizeType count) {
    scratch_.clear();
    for (const JsonMember& member : Last(count)) scratch_.push_back(member.value);
    return End(Json::Array(scratch_, arena_, EndText(count)), count);
  }

 private:
  // A container whose end is not read yet.
  struct Open {
    std::string_view key;  // of the member being read
    size_t begin;          // where it stands in the text
    size_t same_before;
  };

  bool Add(Json value, size_t same) {
    // Field by field: a member made elsewhere would be stored by halves and loaded as a whole at
    // once, for which the processor waits.
    JsonMember& member = pending_.emplace_back();
    if (!open_.empty()) member.key = open_.back().key;
    member.value = value;
    same_ += same;
    return true;
  }
  bool Start() {
    open_.push_back({{}, stream_.Tell(), same_});
    return guard_.Enter();
  }
  // The text of the innermost container, which ends here, if it is as written; else nothing.
  std::string_view EndText(size_t count) {
    same_ += 1 + std::max<size_t>(count, 1);  // brackets and commas
    const Open& open = open_.back();
    const size_t size = stream_.Tell() + 1 - open.begin;
    if (!given_ || same_ - open.same_before != size) return {};
    return {text_ + open.begin, size};
  }
  bool End(Json value, size_t count) {
    pending_.resize(pending_.size() - count);
    open_.pop_back();
    guard_.Leave();
    return Add(value, 0);
  }
  // The parser ends a string with a zero byte; where there are no escapes, that was the quote.
  void RestoreQuote(const char* at) { text_[at - text_] = '"'; }
  std::span<const JsonMember> Last(size_t count) const { return std::span(pending_).last(count); }

  Guard guard_;
  JsonArena* arena_;
  bool given_;
  char* text_;  // in the arena
  rapidjson::InsituStringStream stream_{text_};
  size_t same_ = 0;                  // bytes so far that would be written again
  std::vector<JsonMember> pending_;  // finished values whose container is not
  std::vector<Open> open_;
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

absl::StatusOr<Json> Build(std::string_view text, bool given, const JsonLimits& limits,
                           JsonArena* arena) {
  BuildHandler handler(text, given, limits, arena);
  const rapidjson::ParseResult result = handler.Parse();
  if (given && IsLoneSurrogate(result)) {
    return Build(ExpandLoneSurrogates(text), false, limits, arena);
  }
  if (absl::Status status = ToStatus(result, handler.guard()); !status.ok()) return status;
  return handler.root();
}

absl::Status Check(std::string_view text, bool given, const JsonLimits& limits) {
  CheckHandler handler(limits);
  rapidjson::MemoryStream stream(text.data(), text.size());
  const rapidjson::ParseResult result = rapidjson::Reader().Parse<kFlags>(stream, handler);
  if (given && IsLoneSurrogate(result)) return Check(ExpandLoneSurrogates(text), false, limits);
  return ToStatus(result, handler.guard());
}

}  // namespace

absl::StatusOr<Json> ParseJson(std::string_view text, JsonArena* arena, const JsonLimits& limits) {
  if (absl::Status status = CheckBytes(text, limits); !status.ok()) return status;
  return Build(text, true, limits, arena);
}

absl::Status CheckJson(std::string_view text, const JsonLimits& limits) {
  if (absl::Status status = CheckBytes(text, limits); !status.ok()) return status;
  return Check(text, true, limits);
}

}  // namespace pawl
