// The operators of JSONata: their spelling and how strongly each binds what stands left of it.

#ifndef PAWL_QUERY_JSONATA_OPERATORS_H_
#define PAWL_QUERY_JSONATA_OPERATORS_H_

#include <array>
#include <cstddef>
#include <cstdint>
#include <iterator>
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
  kStarStar,  // from here to kCoalesce: symbols of two characters
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

inline constexpr std::array<Op, 128> kSingleOps = [] {
  std::array<Op, 128> ops{};
  for (size_t op = 1; op < std::size(kOps); ++op) {
    if (kOps[op].text.size() == 1) ops[static_cast<size_t>(kOps[op].text[0])] = static_cast<Op>(op);
  }
  return ops;
}();

// The symbol of one character, kNone when it is none. Where one begins, a name ends.
constexpr Op SingleOp(char c) {
  const auto at = static_cast<unsigned char>(c);
  return at < kSingleOps.size() ? kSingleOps[at] : Op::kNone;
}

// The symbol of these two characters, kNone when they are none. `?:` and `??` are symbols with
// `defaults` only.
constexpr Op DoubleOp(char first, char second, bool defaults) {
  if (SingleOp(second) == Op::kNone) return Op::kNone;
  const Op last = defaults ? Op::kCoalesce : Op::kChain;
  for (Op op = Op::kStarStar; op <= last; op = static_cast<Op>(static_cast<int>(op) + 1)) {
    if (InfoOf(op).text[0] == first && InfoOf(op).text[1] == second) return op;
  }
  return Op::kNone;
}

}  // namespace pawl::jsonata

#endif  // PAWL_QUERY_JSONATA_OPERATORS_H_
