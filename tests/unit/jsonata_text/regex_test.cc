#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "coordinator/query/jsonata/text/js_regex.h"

namespace pawl::jsonata {
namespace {

// The first match and its groups, or an error's message; nothing when there is no match.
std::vector<std::string> Match(std::string_view pattern, std::string_view text,
                               std::string_view flags = "") {
  auto regex = Regex::Compile(pattern, flags.find('i') != std::string_view::npos,
                              flags.find('m') != std::string_view::npos);
  if (!regex.ok()) return {regex.error().message};
  const RegexSubject subject(text);
  RegexMatch match;
  auto found = regex->Find(subject, 0, &match);
  if (!found.ok()) return {found.error().code};
  if (!*found) return {};
  std::vector<std::string> texts = {subject.Slice(match.whole.begin, match.whole.end)};
  for (const auto& [begin, end] : match.groups) {
    texts.push_back(begin == RegexMatch::kUnset ? "unset" : subject.Slice(begin, end));
  }
  return texts;
}

using testing::ElementsAre;
using testing::IsEmpty;

TEST(JsRegex, PrefersWhatStandsFirst) {
  EXPECT_THAT(Match("a|ab", "xabc"), ElementsAre("a"));
  EXPECT_THAT(Match("((a)|(ab))((c)|(bc))", "abc"),
              ElementsAre("abc", "a", "a", "unset", "bc", "unset", "bc"));
}

// ECMA-262's own examples of RepeatMatcher.
TEST(JsRegex, ARoundForgetsTheGroupsOfTheOneBefore) {
  EXPECT_THAT(Match("(z)((a+)?(b+)?(c))*", "zaacbbbcac"),
              ElementsAre("zaacbbbcac", "z", "ac", "a", "unset", "c"));
  EXPECT_THAT(Match("(a*)*", "b"), ElementsAre("", "unset"));
  EXPECT_THAT(Match("(?=(a+))a*b\\1", "baaabac"), ElementsAre("aba", "a"));
  EXPECT_THAT(Match("(.*?)a(?!(a+)b\\2c)\\2(.*)", "baaabaac"),
              ElementsAre("baaabaac", "ba", "unset", "abaac"));
}

TEST(JsRegex, LooksBehind) {
  EXPECT_THAT(Match("(?<=\\$)\\d+", "a $42"), ElementsAre("42"));
  EXPECT_THAT(Match("(?<!\\$)\\b\\d+", "$42 17"), ElementsAre("17"));
  EXPECT_THAT(Match("(?<=(\\d+)(\\d+))$", "1053"), ElementsAre("", "1", "053"));
}

TEST(JsRegex, CountsInUtf16Units) {
  EXPECT_THAT(Match("^..$", "😀"), ElementsAre("😀"));
  EXPECT_THAT(Match("\\ud83d", "😀"), ElementsAre("\xED\xA0\xBD"));
  EXPECT_THAT(Match("[😀]", "\xED\xB8\x80"), ElementsAre("\xED\xB8\x80"));
}

TEST(JsRegex, IgnoresCaseByUnit) {
  EXPECT_THAT(Match("É+", "éÉ", "i"), ElementsAre("éÉ"));
  EXPECT_THAT(Match("[^x]", "X", "i"), IsEmpty());
  EXPECT_THAT(Match("ſ", "S", "i"), IsEmpty());  // never from beyond ASCII into it
  EXPECT_THAT(Match("(a)\\1", "aA", "i"), ElementsAre("aA", "a"));
}

TEST(JsRegex, LinesHaveEdgesOnlyWithTheFlag) {
  EXPECT_THAT(Match("^b$", "a\nb\nc"), IsEmpty());
  EXPECT_THAT(Match("^b$", "a\nb\nc", "m"), ElementsAre("b"));
}

TEST(JsRegex, TakesWhatTheWebTakes) {
  EXPECT_THAT(Match("a{,2}", "a{,2}"), ElementsAre("a{,2}"));
  EXPECT_THAT(Match("\\8\\11]", "8\t]"), ElementsAre("8\t]"));
  EXPECT_THAT(Match("\\c", "\\c"), ElementsAre("\\c"));
  EXPECT_THAT(Match("[\\d-x]+", "1-x"), ElementsAre("1-x"));
  EXPECT_THAT(Match("\\u{2}", "uu"), ElementsAre("uu"));
  EXPECT_THAT(Match("(?<n>a)\\k<n>", "aa"), ElementsAre("aa", "a"));
}

TEST(JsRegex, SaysWhatIsWrongWithAPattern) {
  const auto wrong = [](const char* pattern, const char* why) {
    EXPECT_THAT(Match(pattern, ""),
                ElementsAre("Invalid regular expression: /" + std::string(pattern) + "/: " + why));
  };
  wrong("(", "Unterminated group");
  wrong(")", "Unmatched ')'");
  wrong("[a", "Unterminated character class");
  wrong("*", "Nothing to repeat");
  wrong("^*", "Nothing to repeat");
  wrong("a{2,1}", "numbers out of order in {} quantifier");
  wrong("[b-a]", "Range out of order in character class");
  wrong("(?x)", "Invalid group");
  wrong("\\", "\\ at end of pattern");
  wrong("(?<a>.)(?<a>.)", "Duplicate capture group name");
}

// Each of these takes JavaScript minutes or years.
TEST(JsRegex, PatternsThatGoBackForeverAreLinear) {
  const std::string text(100'000, 'a');
  EXPECT_THAT(Match("(a+)+b", text), IsEmpty());
  EXPECT_THAT(Match("(a|aa)+$b", text), IsEmpty());
  EXPECT_THAT(Match("(a*)*b", text), IsEmpty());
  EXPECT_THAT(Match("(?:a?){30}a{30}b", text), IsEmpty());
  EXPECT_THAT(Match("a.*c", text), IsEmpty());
  EXPECT_THAT(Match("a.*?c", text), IsEmpty());
  EXPECT_THAT(Match("(x+x+)+y", std::string(100'000, 'x')), IsEmpty());
}

TEST(JsRegex, WhatCannotBeLinearEnds) {
  const std::string text(5'000, 'a');
  EXPECT_THAT(Match("(a+)+\\1b", text), ElementsAre(std::string(kTooSlowCode)));
  EXPECT_THAT(Match("(?=(a+)+b)a", text), ElementsAre(std::string(kTooSlowCode)));
}

TEST(JsRegex, SizeAndDepthAreBounded) {
  EXPECT_FALSE(Regex::Compile(std::string(200'000, '('), false, false).ok());
  EXPECT_FALSE(Regex::Compile(std::string(200'000, 'a'), false, false).ok());
  EXPECT_TRUE(Regex::Compile("((a{1000}){1000}){1000}", false, false).ok());
  EXPECT_THAT(Match("(?:ab){100000}", "ab"), IsEmpty());
}

TEST(JsRegex, CountsLargeRepetitions) {
  std::string text;
  for (int i = 0; i < 3'000; ++i) text += "ab";
  EXPECT_THAT(Match("^(?:ab){3000}$", text), ElementsAre(text));
  EXPECT_THAT(Match("^(?:ab){3001,}$", text), IsEmpty());
  EXPECT_EQ(Match("^(?:ab){1,2000}?", text).front(), "ab");
}

std::string Replacement(std::string_view pattern, std::string_view text, std::string_view by) {
  auto regex = Regex::Compile(pattern, false, false);
  const RegexSubject subject(text);
  RegexMatch match;
  if (!regex.ok() || !*regex->Find(subject, 0, &match)) return "no match";
  std::string out;
  AppendReplacement(by, subject, match, &out);
  return out;
}

TEST(RegexReplacement, PutsGroupsIn) {
  EXPECT_EQ(Replacement("(a)(b)?", "ac", "[$0|$1|$2|$$|$x]"), "[a|a||$|$x]");
  EXPECT_EQ(Replacement("(a)", "a", "$12"), "a2");
  EXPECT_EQ(Replacement("a", "a", "$1x"), "x");
  EXPECT_EQ(Replacement("(.)(.)(.)(.)(.)(.)(.)(.)(.)(.)(.)", "abcdefghijk", "$11$12"), "ka2");
}

}  // namespace
}  // namespace pawl::jsonata
