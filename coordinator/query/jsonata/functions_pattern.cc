// $match, $contains, $replace, $split: with plain strings or with patterns.

#include <algorithm>
#include <iterator>
#include <string>

#include "coordinator/query/jsonata/functions.h"
#include "coordinator/query/jsonata/matcher.h"
#include "coordinator/query/jsonata/text/code_points.h"
#include "coordinator/query/jsonata/text/find_text.h"
#include "coordinator/query/jsonata/text/utf16.h"

namespace pawl::jsonata {
namespace {

// Whether one more match is wanted.
bool Wanted(std::optional<double> limit, size_t count) {
  return !limit || static_cast<double>(count) < *limit;
}

// The text between two places, which a function that stands for a pattern may give in any order.
std::string Between(const Matcher& matcher, size_t from, size_t to) {
  return matcher.subject().Slice(std::min(from, to), std::max(from, to));
}

Json CallContains(Evaluator& evaluator, const CallArguments& arguments) {
  if (arguments[0].is_undefined() || arguments[1].is_undefined()) return Json();
  if (!evaluator.Tick(1 + arguments[0].size() / 64)) return FailedValue();
  if (arguments[1].is_string()) return Json::Bool(Contains(arguments.text(0), arguments.text(1)));
  Matcher matcher(&evaluator, arguments[1], arguments[0]);
  const bool found = matcher.First();
  return evaluator.failed() ? FailedValue() : Json::Bool(found);
}

Json CallMatch(Evaluator& evaluator, const CallArguments& arguments) {
  if (arguments[0].is_undefined()) return Json();
  const std::optional<double> limit = arguments.number(2);
  if (limit && *limit < 0) {
    return evaluator.Fail("D3040", {.value = arguments[2], .index = 3});
  }
  Evaluator::Builder matches(&evaluator);
  if (limit && *limit == 0) return matches.Finish(kSequence);
  Matcher matcher(&evaluator, arguments[1], arguments[0]);
  for (bool found = matcher.First(); found && Wanted(limit, matches.size());
       found = matcher.Next()) {
    JsonMember members[] = {
        {"match", matcher.MatchText()}, {"index", matcher.Start()}, {"groups", matcher.Groups()}};
    if (evaluator.failed()) break;
    const auto end = std::remove_if(std::begin(members), std::end(members),
                                    [](const JsonMember& m) { return m.value.is_undefined(); });
    matches.Add(Json::Object({std::begin(members), end}, evaluator.arena()));
  }
  return evaluator.failed() ? FailedValue() : matches.Finish(kSequence);
}

bool AppendReplaced(Evaluator& evaluator, Json replacement, Matcher* matcher, std::string* out) {
  if (!replacement.is_opaque()) {
    matcher->AppendReplacementTo(
        replacement.is_string() ? replacement.as_string() : std::string_view("undefined"), out);
    return true;
  }
  const Json match = matcher->Object();
  if (evaluator.failed()) return false;
  const Json replaced = evaluator.CallBack(replacement, {&match, 1});
  if (evaluator.failed()) return false;
  if (!replaced.is_string()) {
    evaluator.Fail("D3012", {.value = replaced});
    return false;
  }
  AppendText(replaced.as_string(), out);
  return true;
}

Json ReplacePattern(Evaluator& evaluator, const CallArguments& arguments,
                    std::optional<double> limit) {
  Matcher matcher(&evaluator, arguments[1], arguments[0]);
  std::string text;
  size_t position = 0;
  size_t count = 0;
  for (bool found = matcher.First(); found && Wanted(limit, count); found = matcher.Next()) {
    AppendText(Between(matcher, position, matcher.start()), &text);
    if (!AppendReplaced(evaluator, arguments[2], &matcher, &text)) return FailedValue();
    if (!evaluator.Reserve(text.size())) return FailedValue();
    position = matcher.start() + matcher.match_length();
    ++count;
  }
  if (evaluator.failed()) return FailedValue();
  if (count == 0) return arguments[0];
  if (position < matcher.subject().size()) {
    AppendText(matcher.subject().Slice(position, matcher.subject().size()), &text);
  }
  return evaluator.Text(text);
}

Json CallReplace(Evaluator& evaluator, const CallArguments& arguments) {
  if (arguments[0].is_undefined()) return Json();
  if (arguments[1].is_string() && arguments[1].size() == 0) {
    return evaluator.Fail("D3010", {.value = arguments[1], .index = 2});
  }
  const std::optional<double> limit = arguments.number(3);
  if (limit && *limit < 0) {
    return evaluator.Fail("D3011", {.value = arguments[3], .index = 4});
  }
  if (limit && *limit == 0) return arguments[0];
  if (arguments[1].is_opaque()) return ReplacePattern(evaluator, arguments, limit);
  if (!evaluator.Tick(1 + arguments[0].size() / 64)) return FailedValue();
  const std::string_view pattern =
      arguments[1].is_string() ? arguments.text(1) : std::string_view("undefined");
  const std::string_view replacement =
      arguments[2].is_string() ? arguments.text(2) : std::string_view("undefined");
  const Result<std::string> replaced =
      Replace(arguments.text(0), pattern, replacement, limit, evaluator.memory_left() / 2);
  return replaced.ok() ? evaluator.Text(*replaced) : evaluator.Fail(replaced.error());
}

// So many pieces at most.
size_t CountPieces(std::string_view text, std::string_view separator) {
  if (separator.empty()) return text.size();
  size_t count = 1;
  for (size_t at = FindText(text, separator); at != std::string_view::npos;
       at = FindText(text, separator, at + separator.size())) {
    ++count;
  }
  return count;
}

Json SplitByText(Evaluator& evaluator, std::string_view text, std::string_view separator,
                 std::optional<double> limit) {
  const size_t pieces = CountPieces(text, separator);
  if (!evaluator.Reserve(pieces * (sizeof(std::string) + sizeof(Json) + 8) + text.size()) ||
      !evaluator.Tick(1 + pieces + text.size() / 64)) {
    return FailedValue();
  }
  const Result<std::vector<std::string>> split = Split(text, separator, limit);
  if (!split.ok()) return evaluator.Fail(split.error());
  Evaluator::Builder items(&evaluator);
  for (const std::string& piece : *split) {
    items.Add(Json::String(std::string_view(piece), evaluator.arena()));
  }
  return items.Finish(0);
}

Json CallSplit(Evaluator& evaluator, const CallArguments& arguments) {
  if (arguments[0].is_undefined()) return Json();
  const std::optional<double> limit = arguments.number(2);
  if (limit && *limit < 0) {
    return evaluator.Fail("D3020", {.value = arguments[2], .index = 3});
  }
  Evaluator::Builder pieces(&evaluator);
  if (limit && *limit == 0) return pieces.Finish(0);
  if (arguments[1].is_string()) {
    return SplitByText(evaluator, arguments.text(0), arguments.text(1), limit);
  }
  if (arguments[1].is_undefined()) return Json::Array({&arguments.values[0], 1}, evaluator.arena());
  Matcher matcher(&evaluator, arguments[1], arguments[0]);
  size_t start = 0;
  size_t count = 0;
  for (bool found = matcher.First(); found && Wanted(limit, count); found = matcher.Next()) {
    pieces.Add(evaluator.Text(Between(matcher, start, matcher.start())));
    start = matcher.end();
    ++count;
  }
  if (evaluator.failed()) return FailedValue();
  if (Wanted(limit, count)) {
    pieces.Add(evaluator.Text(matcher.subject().Slice(start, matcher.subject().size())));
  }
  return pieces.Finish(0);
}

constexpr Builtin kFunctions[] = {
    {"match", CallMatch, "<s-f<s:o>n?:a<o>>", 3},
    {"contains", CallContains, "<s-(sf):b>", 2},
    {"replace", CallReplace, "<s-(sf)(sf)n?:s>", 4},
    {"split", CallSplit, "<s-(sf)n?:a<s>>", 3},
};

}  // namespace

std::span<const Builtin> PatternFunctions() { return kFunctions; }

}  // namespace pawl::jsonata
