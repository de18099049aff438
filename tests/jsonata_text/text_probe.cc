// Answers calls of JSONata's text functions, one JSON array a line: ["formatBase", 255, 16] gives
// {"r": "ff"}, an error {"e": "D3100"}, nothing {}. For text_differential.js.

#include <functional>
#include <iostream>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "coordinator/base/json.h"
#include "coordinator/query/jsonata/text/code_points.h"
#include "coordinator/query/jsonata/text/js_number.h"
#include "coordinator/query/jsonata/text/js_regex.h"
#include "coordinator/query/jsonata/text/picture_date.h"
#include "coordinator/query/jsonata/text/picture_integer.h"
#include "coordinator/query/jsonata/text/picture_number.h"
#include "coordinator/query/jsonata/text/uri_text.h"

namespace pawl::jsonata {
namespace {

constexpr size_t kMaxBytes = 1u << 20;

class Call {
 public:
  Call(Json call, JsonArena* arena) : call_(call), arena_(arena) {}

  std::string Answer();

 private:
  size_t size() const { return call_.size() - 1; }
  Json At(size_t i) const { return call_.items()[i + 1]; }
  bool Has(size_t i) const { return i < size() && !At(i).is_null(); }
  std::string_view Text(size_t i) const { return At(i).as_string(); }
  double Number(size_t i) const { return At(i).as_double(); }
  std::optional<double> MaybeNumber(size_t i) const {
    return Has(i) ? std::optional<double>(Number(i)) : std::nullopt;
  }
  std::optional<std::string_view> MaybeText(size_t i) const {
    return Has(i) ? std::optional<std::string_view>(Text(i)) : std::nullopt;
  }

  static std::string Error(const JsonataError& error) { return R"({"e": ")" + error.code + "\"}"; }
  std::string Give(Json value) {
    return R"({"r": )" + WriteJson(value, NumberStyle::kJavaScript) + "}";
  }
  std::string Give(const std::string& text) { return Give(Json::String(text)); }
  std::string Give(std::string_view text) { return Give(Json::String(text)); }
  std::string Give(double number) { return Give(Json::Double(number)); }
  std::string Give(bool value) { return Give(Json::Bool(value)); }
  std::string Give(const std::vector<std::string>& texts) {
    std::vector<Json> items;
    for (const std::string& text : texts) items.push_back(Json::String(text));
    return Give(Json::Array(items, arena_));
  }
  std::string Give(const std::optional<double>& number) { return number ? Give(*number) : "{}"; }
  template <typename T>
  std::string Give(const Result<T>& result) {
    return result.ok() ? Give(*result) : Error(result.error());
  }

  std::string FormatNumberCall();
  // All matches, as [begin, end, group or null, ...].
  std::string RegexCall();
  std::string ReplaceRegexCall();
  // Calls back for each match as the evaluator goes from one to the next.
  std::optional<std::string> EachMatch(
      const std::function<void(const RegexSubject&, const RegexMatch&)>& use);

  Json call_;
  JsonArena* arena_;
};

std::string Call::FormatNumberCall() {
  DecimalFormat format;
  if (Has(2)) {
    auto read = ReadDecimalFormat(At(2));
    if (!read.ok()) return Error(read.error());
    format = *read;
  }
  return Give(FormatNumber(Number(0), Text(1), format));
}

std::optional<std::string> Call::EachMatch(
    const std::function<void(const RegexSubject&, const RegexMatch&)>& use) {
  const std::string_view flags = Text(1);
  auto regex = Regex::Compile(Text(0), flags.find('i') != std::string_view::npos,
                              flags.find('m') != std::string_view::npos);
  if (!regex.ok()) return Error(regex.error());
  const RegexSubject subject(Text(2));
  RegexMatch match;
  for (size_t from = 0; from <= subject.size();) {
    auto found = regex->Find(subject, from, &match);
    if (!found.ok()) return Error(found.error());
    if (!*found) break;
    use(subject, match);
    from = match.whole.end + (match.whole.end == match.whole.begin ? 1 : 0);
  }
  return std::nullopt;
}

std::string Call::RegexCall() {
  std::vector<Json> matches;
  auto error = EachMatch([&](const RegexSubject& subject, const RegexMatch& match) {
    std::vector<Json> items = {Json::Int(static_cast<int64_t>(match.whole.begin)),
                               Json::Int(static_cast<int64_t>(match.whole.end))};
    for (const auto& [begin, end] : match.groups) {
      items.push_back(begin == RegexMatch::kUnset
                          ? Json::Null()
                          : Json::String(subject.Slice(begin, end), arena_));
    }
    matches.push_back(Json::Array(items, arena_));
  });
  return error ? *error : Give(Json::Array(matches, arena_));
}

std::string Call::ReplaceRegexCall() {
  std::string replaced;
  auto error = EachMatch([&](const RegexSubject& subject, const RegexMatch& match) {
    AppendReplacement(Text(3), subject, match, &replaced);
    replaced += '|';
  });
  return error ? *error : Give(replaced);
}

std::string Call::Answer() {
  const std::map<std::string_view, std::function<std::string()>> functions = {
      {"numberText", [this] { return Give(NumberText(Number(0))); }},
      {"at15Digits", [this] { return Give(At15Digits(Number(0))); }},
      {"number", [this] { return Give(ReadNumber(Text(0))); }},
      {"formatBase", [this] { return Give(FormatBase(Number(0), MaybeNumber(1))); }},
      {"round", [this] { return Give(Round(Number(0), MaybeNumber(1).value_or(0))); }},
      {"formatNumber", [this] { return FormatNumberCall(); }},
      {"formatInteger", [this] { return Give(FormatInteger(Number(0), Text(1))); }},
      {"parseInteger", [this] { return Give(ParseInteger(Text(0), Text(1))); }},
      {"fromMillis", [this] { return Give(FormatMillis(Number(0), MaybeText(1), MaybeText(2))); }},
      {"toMillis", [this] { return Give(ParseMillis(Text(0), MaybeText(1), Number(2))); }},
      {"regex", [this] { return RegexCall(); }},
      {"replaceRegex", [this] { return ReplaceRegexCall(); }},
      {"encodeUrl", [this] { return Give(EncodeUrl(Text(0))); }},
      {"encodeUrlComponent", [this] { return Give(EncodeUrlComponent(Text(0))); }},
      {"decodeUrl", [this] { return Give(DecodeUrl(Text(0))); }},
      {"decodeUrlComponent", [this] { return Give(DecodeUrlComponent(Text(0))); }},
      {"base64encode", [this] { return Give(EncodeBase64(Text(0))); }},
      {"base64decode", [this] { return Give(DecodeBase64(Text(0))); }},
      {"length", [this] { return Give(static_cast<double>(Length(Text(0)))); }},
      {"substring",
       [this] { return Give(SubstringByCodePoints(Text(0), Number(1), MaybeNumber(2))); }},
      {"substringBefore", [this] { return Give(SubstringBefore(Text(0), Text(1))); }},
      {"substringAfter", [this] { return Give(SubstringAfter(Text(0), Text(1))); }},
      {"contains", [this] { return Give(Contains(Text(0), Text(1))); }},
      {"uppercase", [this] { return Give(Uppercase(Text(0))); }},
      {"lowercase", [this] { return Give(Lowercase(Text(0))); }},
      {"trim", [this] { return Give(Trim(Text(0))); }},
      {"pad", [this] { return Give(Pad(Text(0), Number(1), Has(2) ? Text(2) : "", kMaxBytes)); }},
      {"split", [this] { return Give(Split(Text(0), Text(1), MaybeNumber(2))); }},
      {"replace",
       [this] { return Give(Replace(Text(0), Text(1), Text(2), MaybeNumber(3), kMaxBytes)); }},
  };
  const auto function = functions.find(call_.items()[0].as_string());
  return function == functions.end() ? R"({"e": "no such function"})" : function->second();
}

int Main() {
  std::ios::sync_with_stdio(false);
  for (std::string line; std::getline(std::cin, line);) {
    JsonArena arena;
    auto call = ParseJson(line, &arena);
    if (!call.ok() || !call->is_array() || call->size() == 0) {
      std::cerr << "not a call: " << line << "\n";
      return 1;
    }
    std::cout << Call(*call, &arena).Answer() << "\n";
  }
  return 0;
}

}  // namespace
}  // namespace pawl::jsonata

int main() { return pawl::jsonata::Main(); }
