// Cuts the text of an expression into tokens, one at a time, as the parser asks for them.

#ifndef PAWL_QUERY_JSONATA_TOKENIZER_H_
#define PAWL_QUERY_JSONATA_TOKENIZER_H_

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

#include "coordinator/base/json.h"
#include "coordinator/query/jsonata/operators.h"

namespace pawl::jsonata {

enum class TokenType : uint8_t {
  kEnd,
  kName,
  kVariable,  // text without the `$`
  kOperator,
  kString,
  kNumber,
  kValue,  // true, false, null
  kRegex,  // text is the pattern, flags the letters behind it
};

struct Token {
  TokenType type = TokenType::kEnd;
  Op op = Op::kNone;
  uint32_t position = 0;  // of the byte behind the token
  std::string_view text;
  std::string_view flags;
  Json value;
};

struct SyntaxError {
  std::string_view code;
  uint32_t position = 0;  // in bytes
  std::string token;
  std::string expected;  // what should have stood there, or which parameter is wrong
  bool literal = false;  // the token is a number, true, false or null, as JSON text

  // The token is the value of a literal, or `text` when it is none.
  void SetToken(std::string_view text, Json value);
};

class Tokenizer {
 public:
  // Texts of tokens refer to `source`, or to `arena` where they had escapes. Both must outlive
  // them. Without `defaults`, `??` and `?:` are two tokens each, as before JSONata 2.1.
  Tokenizer(std::string_view source, bool defaults, JsonArena* arena)
      : source_(source), defaults_(defaults), arena_(arena) {}

  // False when there is no token to be had, see error(). Where an operator is expected, `/`
  // divides; elsewhere it opens a regular expression.
  bool Next(bool operator_expected, Token* token);
  const SyntaxError& error() const { return error_; }

 private:
  char At(size_t at) const { return at < source_.size() ? source_[at] : '\0'; }
  bool SkipBlanks();
  bool Fail(std::string_view code, size_t position, std::string_view token = {});
  bool Symbol(Token* token);
  bool String(Token* token);
  bool Escape(std::string* text);
  bool Number(Token* token);
  bool QuotedName(Token* token);
  bool Name(Token* token);
  bool Regex(Token* token);

  const std::string_view source_;
  const bool defaults_;
  JsonArena* const arena_;
  size_t at_ = 0;
  SyntaxError error_;
};

}  // namespace pawl::jsonata

#endif  // PAWL_QUERY_JSONATA_TOKENIZER_H_
