#include "coordinator/query/jsonata/tokenizer.h"

#include <charconv>
#include <cmath>

#include "coordinator/base/utf8.h"

namespace pawl::jsonata {
namespace {

bool IsBlank(char c) { return c == ' ' || c == '\t' || c == '\n' || c == '\r' || c == '\v'; }
bool IsDigit(char c) { return c >= '0' && c <= '9'; }

bool ReadHex4(std::string_view text, uint32_t* unit) {
  if (text.size() < 4) return false;
  const auto result = std::from_chars(text.data(), text.data() + 4, *unit, 16);
  return result.ec == std::errc() && result.ptr == text.data() + 4;
}

// The first half of a surrogate pair at the end of `text` is joined with `unit`, the second half.
void AppendUnit(uint32_t unit, std::string* text) {
  const size_t size = text->size();
  if (unit >= 0xDC00 && unit < 0xE000 && size >= 3 && (*text)[size - 3] == '\xED' &&
      static_cast<unsigned char>((*text)[size - 2]) >= 0xA0 &&
      static_cast<unsigned char>((*text)[size - 2]) < 0xB0) {
    const uint32_t high = (static_cast<unsigned char>((*text)[size - 2]) & 0x0Fu) << 6 |
                          (static_cast<unsigned char>((*text)[size - 1]) & 0x3Fu);
    text->resize(size - 3);
    AppendUtf8(0x10000 + (high << 10) + (unit - 0xDC00), text);
    return;
  }
  AppendUtf8(unit, text);
}

}  // namespace

void SyntaxError::SetToken(std::string_view text, Json value) {
  literal = value.is_number() || value.is_bool() || value.is_null();
  token = literal ? WriteJson(value, NumberStyle::kJavaScript) : std::string(text);
}

bool Tokenizer::Fail(std::string_view code, size_t position, std::string_view token) {
  error_ = {code, static_cast<uint32_t>(position), std::string(token), {}};
  return false;
}

bool Tokenizer::SkipBlanks() {
  while (true) {
    while (at_ < source_.size() && IsBlank(source_[at_])) ++at_;
    if (At(at_) != '/' || At(at_ + 1) != '*') return true;
    const size_t end = source_.find("*/", at_ + 2);
    if (end == std::string_view::npos) return Fail("S0106", at_);
    at_ = end + 2;
  }
}

bool Tokenizer::Next(bool operator_expected, Token* token) {
  *token = Token();
  if (!SkipBlanks()) return false;
  if (at_ >= source_.size()) {
    token->position = static_cast<uint32_t>(source_.size());
    return true;
  }
  const char c = source_[at_];
  bool ok = true;
  if (c == '/' && !operator_expected) {
    ok = Regex(token);
  } else if (!Symbol(token)) {
    ok = c == '"' || c == '\'' ? String(token)
         : IsDigit(c)          ? Number(token)
         : c == '`'            ? QuotedName(token)
                               : Name(token);
  }
  token->position = static_cast<uint32_t>(at_);
  return ok;
}

bool Tokenizer::Symbol(Token* token) {
  Op op = DoubleOp(source_[at_], At(at_ + 1), defaults_);
  if (op == Op::kNone) op = SingleOp(source_[at_]);
  if (op == Op::kNone) return false;
  token->type = TokenType::kOperator;
  token->op = op;
  token->text = InfoOf(op).text;
  at_ += token->text.size();
  return true;
}

bool Tokenizer::Escape(std::string* text) {
  const char c = At(at_);
  switch (c) {
    case '"':
    case '\\':
    case '/':
      text->push_back(c);
      break;
    case 'b':
      text->push_back('\b');
      break;
    case 'f':
      text->push_back('\f');
      break;
    case 'n':
      text->push_back('\n');
      break;
    case 'r':
      text->push_back('\r');
      break;
    case 't':
      text->push_back('\t');
      break;
    case 'u': {
      uint32_t unit = 0;
      if (!ReadHex4(source_.substr(at_ + 1), &unit)) return Fail("S0104", at_);
      AppendUnit(unit, text);
      at_ += 4;
      break;
    }
    default: {
      const size_t length = at_ < source_.size() ? Utf8Length(c) : 0;
      return Fail("S0103", at_, source_.substr(std::min(at_, source_.size()), length));
    }
  }
  ++at_;
  return true;
}

bool Tokenizer::String(Token* token) {
  const char quote = source_[at_++];
  token->type = TokenType::kString;
  size_t end = at_;
  while (end < source_.size() && source_[end] != quote && source_[end] != '\\') ++end;
  if (At(end) == quote && end < source_.size()) {  // no escapes: the text stands in the source
    token->text = source_.substr(at_, end - at_);
    at_ = end + 1;
    return true;
  }
  std::string text;
  while (at_ < source_.size() && source_[at_] != quote) {
    if (source_[at_] == '\\') {
      ++at_;
      if (!Escape(&text)) return false;
    } else {
      text.push_back(source_[at_++]);
    }
  }
  if (at_ >= source_.size()) return Fail("S0101", source_.size());
  ++at_;
  token->text = arena_->Copy(text);
  return true;
}

bool Tokenizer::Number(Token* token) {
  size_t end = at_;
  if (source_[end] == '0') {
    ++end;
  } else {
    while (IsDigit(At(end))) ++end;
  }
  if (At(end) == '.' && IsDigit(At(end + 1))) {
    ++end;
    while (IsDigit(At(end))) ++end;
  }
  if (At(end) == 'e' || At(end) == 'E') {
    const size_t digits = end + (At(end + 1) == '+' || At(end + 1) == '-' ? 2 : 1);
    if (IsDigit(At(digits))) {
      end = digits;
      while (IsDigit(At(end))) ++end;
    }
  }
  token->type = TokenType::kNumber;
  token->text = source_.substr(at_, end - at_);
  double number = 0;
  const auto result = std::from_chars(source_.data() + at_, source_.data() + end, number);
  if (result.ec == std::errc::result_out_of_range) {  // too great, or nothing but a very small one
    number = std::strtod(std::string(token->text).c_str(), nullptr);
  }
  if (!std::isfinite(number)) return Fail("S0102", at_, token->text);
  const bool whole = number == std::trunc(number) && std::abs(number) <= 9007199254740992.0;
  token->value = whole ? Json::Int(static_cast<int64_t>(number)) : Json::Double(number);
  at_ = end;
  return true;
}

bool Tokenizer::QuotedName(Token* token) {
  const size_t end = source_.find('`', at_ + 1);
  if (end == std::string_view::npos) return Fail("S0105", source_.size());
  token->type = TokenType::kName;
  token->text = source_.substr(at_ + 1, end - at_ - 1);
  at_ = end + 1;
  return true;
}

bool Tokenizer::Name(Token* token) {
  size_t end = at_;
  while (end < source_.size() && !IsBlank(source_[end]) && SingleOp(source_[end]) == Op::kNone) {
    ++end;
  }
  token->text = source_.substr(at_, end - at_);
  at_ = end;
  if (token->text.starts_with('$')) {
    token->type = TokenType::kVariable;
    token->text.remove_prefix(1);
    return true;
  }
  const std::string_view text = token->text;
  if (text == "and" || text == "or" || text == "in") {
    token->type = TokenType::kOperator;
    token->op = text == "and" ? Op::kAnd : text == "or" ? Op::kOr : Op::kIn;
  } else if (text == "true" || text == "false") {
    token->type = TokenType::kValue;
    token->value = Json::Bool(text == "true");
  } else if (text == "null") {
    token->type = TokenType::kValue;
    token->value = Json::Null();
  } else {
    token->type = TokenType::kName;
  }
  return true;
}

// The pattern ends at a slash that is neither escaped nor within brackets of any kind.
bool Tokenizer::Regex(Token* token) {
  const size_t start = ++at_;
  int depth = 0;
  for (; at_ < source_.size(); ++at_) {
    const char c = source_[at_];
    if (c == '/' && depth == 0) {
      size_t backslashes = 0;
      while (At(at_ - backslashes - 1) == '\\') ++backslashes;
      if (backslashes % 2 == 0) break;
    }
    if (source_[at_ - 1] == '\\') continue;
    if (c == '(' || c == '[' || c == '{') ++depth;
    if (c == ')' || c == ']' || c == '}') --depth;
  }
  if (at_ >= source_.size()) return Fail("S0302", source_.size());
  token->type = TokenType::kRegex;
  token->text = source_.substr(start, at_ - start);
  if (token->text.empty()) return Fail("S0301", at_);
  const size_t flags = ++at_;
  while (At(at_) == 'i' || At(at_) == 'm') ++at_;
  token->flags = source_.substr(flags, at_ - flags);
  return true;
}

}  // namespace pawl::jsonata
