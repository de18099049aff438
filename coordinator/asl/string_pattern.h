// The patterns of StringMatches: `*` stands for any number of characters, `\*` and `\\` for `*` and
// `\`.

#ifndef PAWL_ASL_STRING_PATTERN_H_
#define PAWL_ASL_STRING_PATTERN_H_

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace pawl::asl {

class StringPattern {
 public:
  // Every text is a pattern: a backslash before any other character stands for itself.
  explicit StringPattern(std::string_view pattern);

  // Whether all of `text` matches; takes time linear in the lengths of pattern and text.
  bool Matches(std::string_view text) const;

 private:
  // Literal text between stars, with the failure function of Knuth, Morris and Pratt.
  struct Literal {
    std::string text;
    std::vector<uint32_t> failure;
  };
  static void ComputeFailure(Literal* literal);
  static size_t FindEnd(const Literal& literal, std::string_view text);

  // n stars separate n + 1 literals, empty ones included.
  std::vector<Literal> literals_;
};

}  // namespace pawl::asl

#endif  // PAWL_ASL_STRING_PATTERN_H_
