// The operators of JSONata: their spelling and how strongly each binds what stands left of it.

#ifndef PAWL_QUERY_JSONATA_OPERATORS_H_
#define PAWL_QUERY_JSONATA_OPERATORS_H_

#include <cstdint>
#include <string_view>

namespace pawl::jsonata {

enum class Op : uint8_t {
  kNone,
  kDot,
  kOpenBracket,
  kCloseBracket,
  kOpenBrace,
  kCloseBrace,
  kOpenParen,
  kCloseParen,
  kComma,
  kAt,
  kHash,
  kSemicolon,
  kColon,
  kQuestion,
  kPlus,
  kMinus,
  kStar,
  kSlash,
  kPercent,
  kBar,
  kEqual,
  kLess,
  kGreater,
  kCaret,
  kStarStar,
  kRange,
  kBind,
  kNotEqual,
  kLessEqual,
  kGreaterEqual,
  kChain,
  kElvis,
  kCoalesce,
  kAnd,
  kOr,
  kIn,
  kAmpersand,
  kBang,  // these two are no operators, but a name ends where one of them begins
  kTilde,
};

struct OpInfo {
  std::string_view text;
  int power;  // to the left; 0 for what never continues an expression
};

inline constexpr OpInfo kOps[] = {
    {"", 0},    {".", 75},   {"[", 80},  {"]", 0},   {"{", 70},  {"}", 0},   {"(", 80},  {")", 0},
    {",", 0},   {"@", 80},   {"#", 80},  {";", 0},   {":", 0},   {"?", 20},  {"+", 50},  {"-", 50},
    {"*", 60},  {"/", 60},   {"%", 60},  {"|", 0},   {"=", 40},  {"<", 40},  {">", 40},  {"^", 40},
    {"**", 0},  {"..", 0},   {":=", 10}, {"!=", 40}, {"<=", 40}, {">=", 40}, {"~>", 40}, {"?:", 40},
    {"??", 40}, {"and", 30}, {"or", 25}, {"in", 40}, {"&", 50},  {"!", 0},   {"~", 0},
};

constexpr const OpInfo& InfoOf(Op op) { return kOps[static_cast<int>(op)]; }

}  // namespace pawl::jsonata

#endif  // PAWL_QUERY_JSONATA_OPERATORS_H_
