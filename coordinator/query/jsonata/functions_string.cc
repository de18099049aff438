// $string, $length, $substring and the like; URLs and base64.

#include <charconv>

#include "coordinator/query/jsonata/functions.h"
#include "coordinator/query/jsonata/stringify.h"
#include "coordinator/query/jsonata/text/code_points.h"
#include "coordinator/query/jsonata/text/js_number.h"
#include "coordinator/query/jsonata/text/uri_text.h"
#include "coordinator/query/jsonata/text/utf16.h"

namespace pawl::jsonata {

// JavaScript joins the halves of a surrogate pair when their strings are joined.
//
// A long text to which little is added gets room to grow, and what is added to it next is put
// there: those who have the text see the part that they know. Otherwise a loop that makes a text
// piece by piece would copy it for each piece.
Json Evaluator::Concatenate(std::string_view a, std::string_view b) {
  if (a.size() >= 3 && b.size() >= 3 && a[a.size() - 3] == '\xED' && b[0] == '\xED') {
    if (!Reserve(a.size() + b.size()) || !Tick((a.size() + b.size()) / 256)) return FailedValue();
    std::string joined(a);
    AppendText(b, &joined);
    return Text(joined);
  }
  const size_t size = a.size() + b.size();
  if (size == 0) return Json::String({});
  if (a.data() + a.size() == growing_.end && b.size() <= growing_.room) {
    if (!Tick(b.size() / 256)) return FailedValue();
    b.copy(growing_.end, b.size());
    growing_ = {growing_.end + b.size(), growing_.room - b.size()};
    return Json::String({a.data(), size});
  }
  constexpr size_t kLong = 256;
  const size_t room = a.size() >= kLong && b.size() < a.size() ? size : 0;
  if (!Reserve(size + room) || !Tick(size / 256)) return FailedValue();
  char* text = static_cast<char*>(arena_->Allocate(size + room));
  a.copy(text, a.size());
  b.copy(text + a.size(), b.size());
  if (room > 0) growing_ = {text + size, room};
  return Json::String({text, size});
}

Json Evaluator::ToText(Json value, bool pretty) {
  if (value.is_string() || value.is_undefined()) return value;
  if (value.is_opaque()) return Json::String({});
  if (value.is_int()) {
    char text[24];
    const auto end = std::to_chars(text, text + sizeof(text), value.as_int()).ptr;
    if (std::abs(value.as_double()) <= 9007199254740992.0) {
      return Json::String({text, static_cast<size_t>(end - text)}, arena_);
    }
  }
  if (value.is_number() && !std::isfinite(value.as_double())) {
    return Fail("D3001", {.value = value});
  }
  if (value.is_array() && (value.mark() & kOuterWrapper) != 0) value = value.items()[0];
  std::string text;
  Json infinite;
  if (!AppendStringified(value, memory_left() / 2, &text, pretty, &infinite)) {
    Reserve(memory_left() + 1);
    return FailedValue();
  }
  if (!infinite.is_undefined()) return Fail("D1001", {.value = infinite});
  return Tick(1 + text.size() / 64) ? Text(text) : FailedValue();
}

namespace {

Json CallString(Evaluator& evaluator, const CallArguments& arguments) {
  const Json pretty = arguments[1];
  return evaluator.ToText(arguments[0], pretty.is_bool() && pretty.as_bool());
}

// The work of a function over a whole text.
bool Read(Evaluator& evaluator, std::string_view text) {
  return evaluator.Tick(1 + text.size() / 64);
}

Json Give(Evaluator& evaluator, const Result<std::string>& text) {
  return text.ok() ? evaluator.Text(*text) : evaluator.Fail(text.error());
}

Json CallSubstring(Evaluator& evaluator, const CallArguments& arguments) {
  if (arguments[0].is_undefined()) return Json();
  if (!Read(evaluator, arguments.text(0))) return FailedValue();
  // Without a start nothing is as long as was asked for, to JavaScript.
  if (!arguments.number(1) && arguments.number(2)) return Json::String({});
  const double start = arguments.number(1).value_or(0);
  return Json::String(SubstringByCodePoints(arguments.text(0), start, arguments.number(2)));
}

// What JavaScript looks for when a string to look for was not given.
std::string_view Sought(const CallArguments& arguments, size_t at) {
  return arguments[at].is_string() ? arguments.text(at) : "undefined";
}

Json CallSubstringBefore(Evaluator& evaluator, const CallArguments& arguments) {
  if (arguments[0].is_undefined()) return Json();
  if (!Read(evaluator, arguments.text(0))) return FailedValue();
  return evaluator.Text(SubstringBefore(arguments.text(0), Sought(arguments, 1)));
}

Json CallSubstringAfter(Evaluator& evaluator, const CallArguments& arguments) {
  if (arguments[0].is_undefined()) return Json();
  if (!Read(evaluator, arguments.text(0))) return FailedValue();
  return evaluator.Text(SubstringAfter(arguments.text(0), Sought(arguments, 1)));
}

Json CallLowercase(Evaluator& evaluator, const CallArguments& arguments) {
  if (arguments[0].is_undefined()) return Json();
  if (!Read(evaluator, arguments.text(0))) return FailedValue();
  return evaluator.Text(Lowercase(arguments.text(0)));
}

Json CallUppercase(Evaluator& evaluator, const CallArguments& arguments) {
  if (arguments[0].is_undefined()) return Json();
  if (!Read(evaluator, arguments.text(0))) return FailedValue();
  return evaluator.Text(Uppercase(arguments.text(0)));
}

Json CallLength(Evaluator& evaluator, const CallArguments& arguments) {
  if (arguments[0].is_undefined()) return Json();
  if (!Read(evaluator, arguments.text(0))) return FailedValue();
  return Json::Int(static_cast<int64_t>(Length(arguments.text(0))));
}

Json CallTrim(Evaluator& evaluator, const CallArguments& arguments) {
  if (arguments[0].is_undefined()) return Json();
  if (!Read(evaluator, arguments.text(0))) return FailedValue();
  return evaluator.Text(Trim(arguments.text(0)));
}

Json CallPad(Evaluator& evaluator, const CallArguments& arguments) {
  if (arguments[0].is_undefined()) return Json();
  const std::optional<double> width = arguments.number(1);
  if (!width) return arguments[0];
  return Give(evaluator,
              Pad(arguments.text(0), *width, arguments.text(2), evaluator.memory_left() / 2));
}

Json CallJoin(Evaluator& evaluator, const CallArguments& arguments) {
  if (arguments[0].is_undefined()) return Json();
  const std::string_view separator =
      arguments[1].is_string() ? arguments.text(1) : std::string_view();
  const size_t most = evaluator.memory_left() / 2;
  std::string text;
  bool first = true;
  for (Json item : arguments[0].items()) {
    if (!first) AppendText(separator, &text);
    first = false;
    AppendText(item.as_string(), &text);
    if (text.size() > most) evaluator.Reserve(text.size() * 2);
    if (!evaluator.Tick()) return FailedValue();
  }
  return evaluator.Text(text);
}

Json CallEncodeBase64(Evaluator& evaluator, const CallArguments& arguments) {
  if (arguments[0].is_undefined()) return Json();
  if (!Read(evaluator, arguments.text(0))) return FailedValue();
  return evaluator.Text(EncodeBase64(arguments.text(0)));
}

Json CallDecodeBase64(Evaluator& evaluator, const CallArguments& arguments) {
  if (arguments[0].is_undefined()) return Json();
  if (!Read(evaluator, arguments.text(0))) return FailedValue();
  return evaluator.Text(DecodeBase64(arguments.text(0)));
}

template <Result<std::string> (*kCode)(std::string_view)>
Json CallUrl(Evaluator& evaluator, const CallArguments& arguments) {
  if (arguments[0].is_undefined()) return Json();
  if (!Read(evaluator, arguments.text(0))) return FailedValue();
  return Give(evaluator, kCode(arguments.text(0)));
}

constexpr Builtin kFunctions[] = {
    {"string", CallString, "<x-b?:s>", 1},
    {"substring", CallSubstring, "<s-nn?:s>", 3},
    {"substringBefore", CallSubstringBefore, "<s-s:s>", 2},
    {"substringAfter", CallSubstringAfter, "<s-s:s>", 2},
    {"lowercase", CallLowercase, "<s-:s>", 1},
    {"uppercase", CallUppercase, "<s-:s>", 1},
    {"length", CallLength, "<s-:n>", 1},
    {"trim", CallTrim, "<s-:s>", 1},
    {"pad", CallPad, "<s-ns?:s>", 3},
    {"join", CallJoin, "<a<s>s?:s>", 2},
    {"base64encode", CallEncodeBase64, "<s-:s>", 1},
    {"base64decode", CallDecodeBase64, "<s-:s>", 1},
    {"encodeUrl", CallUrl<EncodeUrl>, "<s-:s>", 1},
    {"encodeUrlComponent", CallUrl<EncodeUrlComponent>, "<s-:s>", 1},
    {"decodeUrl", CallUrl<DecodeUrl>, "<s-:s>", 1},
    {"decodeUrlComponent", CallUrl<DecodeUrlComponent>, "<s-:s>", 1},
};

}  // namespace

std::span<const Builtin> StringFunctions() { return kFunctions; }

}  // namespace pawl::jsonata
