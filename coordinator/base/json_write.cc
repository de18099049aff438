#include <array>
#include <charconv>
#include <cmath>
#include <cstring>

#include "absl/container/inlined_vector.h"
#include "coordinator/base/json.h"

namespace pawl {
namespace {

// Collects the small pieces, so that the string they go to need not make room for each of them.
class Sink {
 public:
  explicit Sink(std::string* out) : out_(*out) {}
  Sink(const Sink&) = delete;
  ~Sink() { Flush(); }

  // Of the string with all that is still to go there.
  size_t size() const { return out_.size() + used_; }
  void push_back(char c) {
    if (used_ == sizeof(buffer_)) Flush();
    buffer_[used_++] = c;
  }
  void append(std::string_view text) {
    if (text.size() > sizeof(buffer_) - used_) {
      Flush();
      if (text.size() > sizeof(buffer_)) {
        out_.append(text);
        return;
      }
    }
    std::memcpy(buffer_ + used_, text.data(), text.size());
    used_ += text.size();
  }
  void append(const char* text, size_t size) { append(std::string_view(text, size)); }
  void append(size_t count, char c) {
    for (; count > 0; --count) push_back(c);
  }

 private:
  void Flush() {
    out_.append(buffer_, used_);
    used_ = 0;
  }

  std::string& out_;
  size_t used_ = 0;
  char buffer_[2048];
};

// A positive number's shortest digits, and where the point belongs: 0.<digits> times ten to
// `exponent`.
struct Decimal {
  char digits[24];
  int count = 0;
  int exponent = 0;
};

Decimal ToDecimal(uint64_t digits, int fraction) {
  Decimal decimal;
  decimal.count = static_cast<int>(
      std::to_chars(decimal.digits, std::end(decimal.digits), digits).ptr - decimal.digits);
  decimal.exponent = decimal.count - fraction;
  while (decimal.digits[decimal.count - 1] == '0') --decimal.count;
  return decimal;
}

// Most numbers that people write have few digits. Every decimal number of at most 15 digits has a
// double of its own, so the one whose double `value` is has the shortest digits. (Both operands of
// the division are exact, so its result is the double nearest to the decimal.)
bool ReadShortDecimal(double value, Decimal* decimal) {
  constexpr double kPowers[] = {1, 10, 100, 1000, 10'000};
  constexpr double kTooManyDigits = 1e15;
  for (int fraction = 0; fraction < 5; ++fraction) {
    const double scaled = std::floor(value * kPowers[fraction] + 0.5);
    if (scaled >= kTooManyDigits) return false;
    if (scaled / kPowers[fraction] != value) continue;
    *decimal = ToDecimal(static_cast<uint64_t>(scaled), fraction);
    return true;
  }
  return false;
}

Decimal ShortestDigits(double value) {
  Decimal decimal;
  if (ReadShortDecimal(value, &decimal)) return decimal;
  char text[40];
  const auto result =
      std::to_chars(text, text + sizeof(text), value, std::chars_format::scientific);
  const char* at = text;
  for (; *at != 'e'; ++at) {
    if (*at != '.') decimal.digits[decimal.count++] = *at;
  }
  ++at;
  if (*at == '+') ++at;
  std::from_chars(at, result.ptr, decimal.exponent);
  ++decimal.exponent;
  return decimal;
}

void AppendPlain(const Decimal& decimal, Sink* out) {
  if (decimal.exponent <= 0) {
    out->append("0.");
    out->append(static_cast<size_t>(-decimal.exponent), '0');
    out->append(decimal.digits, decimal.count);
  } else if (decimal.exponent >= decimal.count) {
    out->append(decimal.digits, decimal.count);
    out->append(static_cast<size_t>(decimal.exponent - decimal.count), '0');
  } else {
    out->append(decimal.digits, decimal.exponent);
    out->push_back('.');
    out->append(decimal.digits + decimal.exponent, decimal.count - decimal.exponent);
  }
}

// The one place where the layouts are decided. Jackson writes a double as Java's Double.toString
// does: plainly from 10^-3 to below 10^7, and always with a fraction. JavaScript (ECMA-262,
// Number::toString) goes from 10^-6 to below 10^21 and writes no empty fraction.
void AppendLayout(const Decimal& decimal, NumberStyle style, Sink* out) {
  const bool java = style == NumberStyle::kStates;
  const int lowest = java ? -2 : -5;
  const int highest = java ? 7 : 21;
  if (decimal.exponent >= lowest && decimal.exponent <= highest) {
    AppendPlain(decimal, out);
    if (java && decimal.exponent >= decimal.count) out->append(".0");
    return;
  }
  out->push_back(decimal.digits[0]);
  if (decimal.count > 1) {
    out->push_back('.');
    out->append(decimal.digits + 1, decimal.count - 1);
  } else if (java) {
    out->append(".0");
  }
  out->push_back(java ? 'E' : 'e');
  const int exponent = decimal.exponent - 1;
  if (!java && exponent > 0) out->push_back('+');
  out->append(std::to_string(exponent));
}

// Half a surrogate pair in three bytes, which the parser lets through.
bool IsSurrogateAt(std::string_view text, size_t at) {
  return text[at] == '\xED' && at + 2 < text.size() &&
         static_cast<unsigned char>(text[at + 1]) >= 0xA0;
}

void AppendUnicodeEscape(uint32_t unit, NumberStyle style, Sink* out) {
  const char* digits = style == NumberStyle::kStates ? "0123456789ABCDEF" : "0123456789abcdef";
  out->append("\\u");
  for (int shift = 12; shift >= 0; shift -= 4) out->push_back(digits[(unit >> shift) & 0xF]);
}

// The letter of a two-character escape, or 0.
char ShortEscape(char c) {
  switch (c) {
    case '"':
    case '\\':
      return c;
    case '\b':
      return 'b';
    case '\f':
      return 'f';
    case '\n':
      return 'n';
    case '\r':
      return 'r';
    case '\t':
      return 't';
    default:
      return 0;
  }
}

// By byte: whether it stands for itself in a string.
constexpr std::array<bool, 256> kPlain = [] {
  std::array<bool, 256> plain{};
  for (size_t byte = 0x20; byte < plain.size(); ++byte) plain[byte] = true;
  plain['"'] = plain['\\'] = plain[0xED] = false;
  return plain;
}();

bool IsPlain(char c) { return kPlain[static_cast<unsigned char>(c)]; }

void WriteString(std::string_view text, NumberStyle style, Sink* out) {
  out->push_back('"');
  size_t i = 0;
  while (i < text.size()) {
    const size_t start = i;
    while (i < text.size() && IsPlain(text[i])) ++i;
    out->append(text.substr(start, i - start));
    if (i == text.size()) break;
    if (const char letter = ShortEscape(text[i]); letter != 0) {
      out->push_back('\\');
      out->push_back(letter);
      ++i;
    } else if (IsSurrogateAt(text, i)) {
      const auto second = static_cast<unsigned char>(text[i + 1]);
      const auto third = static_cast<unsigned char>(text[i + 2]);
      AppendUnicodeEscape(0xD000u | ((second & 0x3Fu) << 6) | (third & 0x3Fu), style, out);
      i += 3;
    } else if (text[i] == '\xED') {
      out->push_back(text[i++]);
    } else {
      AppendUnicodeEscape(static_cast<unsigned char>(text[i++]), style, out);
    }
  }
  out->push_back('"');
}

void WriteNumber(double value, NumberStyle style, Sink* out) {
  if (!std::isfinite(value)) {
    out->append(std::isnan(value) ? "\"NaN\"" : value < 0 ? "\"-Infinity\"" : "\"Infinity\"");
    return;
  }
  if (value == 0) {
    if (style == NumberStyle::kJavaScript) {
      out->push_back('0');
    } else {
      out->append(std::signbit(value) ? "-0.0" : "0.0");
    }
    return;
  }
  if (value < 0) out->push_back('-');
  AppendLayout(ShortestDigits(std::abs(value)), style, out);
}

void AppendScalar(Json value, NumberStyle style, Sink* out) {
  switch (value.type()) {
    case Json::Type::kBool:
      out->append(value.as_bool() ? "true" : "false");
      return;
    case Json::Type::kInt: {
      char text[24];
      out->append(text, std::to_chars(text, text + sizeof(text), value.as_int()).ptr - text);
      return;
    }
    case Json::Type::kDouble:
      WriteNumber(value.as_double(), style, out);
      return;
    case Json::Type::kString:
      WriteString(value.as_string(), style, out);
      return;
    default:
      out->append("null");
  }
}

// A container of which `next` elements are written.
struct Open {
  Json value;
  size_t next = 0;
};

using OpenContainers = absl::InlinedVector<Open, 16>;

// Opens a container that is not written yet, or writes anything else.
void Begin(Json value, NumberStyle style, OpenContainers* open, Sink* out) {
  const bool written = style == NumberStyle::kStates && !value.written().empty();
  if (written) {
    out->append(value.written());
  } else if (value.is_array() || value.is_object()) {
    out->push_back(value.is_array() ? '[' : '{');
    open->push_back({value});
  } else {
    AppendScalar(value, style, out);
  }
}

}  // namespace

void AppendNumber(double value, std::string* out, NumberStyle style) {
  Sink sink(out);
  WriteNumber(value, style, &sink);
}

void AppendJsonString(std::string_view text, std::string* out, NumberStyle style) {
  Sink sink(out);
  WriteString(text, style, &sink);
}

void AppendJson(Json value, std::string* out, NumberStyle style) {
  AppendJsonWithin(value, std::string::npos, out, style);
}

bool AppendJsonWithin(Json value, size_t max_bytes, std::string* out, NumberStyle style) {
  Sink sink(out);
  OpenContainers open;
  Begin(value, style, &open, &sink);
  while (!open.empty() && sink.size() <= max_bytes) {
    Open& top = open.back();
    const bool array = top.value.is_array();
    if (top.next == top.value.size()) {
      sink.push_back(array ? ']' : '}');
      open.pop_back();
      continue;
    }
    const size_t at = top.next++;
    if (at > 0) sink.push_back(',');
    if (array) {
      Begin(top.value.items()[at], style, &open, &sink);
    } else {
      const JsonMember& member = top.value.members()[at];
      WriteString(member.key, style, &sink);
      sink.push_back(':');
      Begin(member.value, style, &open, &sink);
    }
  }
  return sink.size() <= max_bytes;
}

std::string WriteJson(Json value, NumberStyle style) {
  std::string out;
  AppendJson(value, &out, style);
  return out;
}

}  // namespace pawl
