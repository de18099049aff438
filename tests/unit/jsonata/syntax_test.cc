#include <gtest/gtest.h>

#include <string_view>

#include "tests/unit/jsonata/evaluation.h"

namespace pawl::jsonata {
namespace {

struct SyntaxRow {
  std::string_view expression;
  std::string_view code;
};

TEST(Syntax, ErrorsHaveTheirCodes) {
  constexpr SyntaxRow kRows[] = {
      {"", "S0207"},
      {"1 +", "S0207"},
      {"1 2", "S0201"},
      {"(1", "S0203"},
      {"[1)", "S0202"},
      {"1 ! 2", "S0204"},
      {"'a", "S0101"},
      {"1e999", "S0102"},
      {"[1, ] 1e999", "S0102"},  // the token behind is read first
      {"[1, ]", "S0211"},
      {"'\\q'", "S0103"},
      {"'\\u12'", "S0104"},
      {"`a", "S0105"},
      {"/* a", "S0106"},
      {"function(a){1}", "S0208"},
      {"a{b:c}{d:e}", "S0210"},
      {"[1]{'a':1}[0]", "S0209"},
      {"@ a", "S0211"},
      {"a := 1", "S0212"},
      {"a.1", "S0213"},
      {"$f(//)", "S0301"},
      {"$f(/a)", "S0302"},
      {"function($x)<n<n>>{1}", "S0401"},
      {"function($x)<(a<n>)>{1}", "S0402"},
  };
  for (const SyntaxRow& row : kRows) {
    EXPECT_EQ(Outcome(row.expression), row.code) << row.expression;
  }
}

}  // namespace
}  // namespace pawl::jsonata
