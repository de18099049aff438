#include "coordinator/query/jsonata/matcher.h"

#include <algorithm>
#include <string>
#include <vector>

#include "coordinator/base/utf8.h"
#include "coordinator/query/jsonata/text/js_number.h"

namespace pawl::jsonata {
namespace {

Json SliceOf(Evaluator& evaluator, const RegexSubject& subject, size_t begin, size_t end) {
  return evaluator.Text(subject.Slice(begin, end));
}

size_t PositionOf(double number) {
  return number > 0 ? static_cast<size_t>(std::min(number, 4294967295.0)) : 0;
}

size_t PositionOf(Json value) { return value.is_number() ? PositionOf(value.as_double()) : 0; }

// What JavaScript makes of a value where it wants a text: not what JSON is.
bool AppendAsText(Evaluator& evaluator, Json value, std::string* out) {
  if (!evaluator.Recurse() || !evaluator.Reserve(out->size())) return false;
  if (value.is_undefined() || value.is_null()) {
    out->append(value.is_null() ? "null" : "undefined");
  } else if (value.is_bool()) {
    out->append(value.as_bool() ? "true" : "false");
  } else if (value.is_number()) {
    out->append(NumberText(value.as_double()));
  } else if (value.is_string()) {
    out->append(value.as_string());
  } else if (!value.is_array()) {
    out->append("[object Object]");
  } else {
    for (size_t i = 0; i < value.size(); ++i) {
      if (i > 0) out->push_back(',');
      const Json item = value.items()[i];
      const bool nothing = item.is_undefined() || item.is_null();
      if (!nothing && !AppendAsText(evaluator, item, out)) return false;
    }
  }
  return true;
}

Json AsText(Evaluator& evaluator, Json value) {
  if (value.is_string()) return value;
  std::string text;
  return AppendAsText(evaluator, value, &text) ? evaluator.Text(text) : FailedValue();
}

// Where a search starts, which is a number only when a person wrote the call: $sift gives the name
// of a member.
size_t StartOf(Evaluator& evaluator, Json value) {
  if (value.is_number() || value.is_undefined()) return PositionOf(value);
  const Json text = AsText(evaluator, value);
  if (Failed(text)) return 0;
  return value.is_bool() ? size_t{value.as_bool()} : PositionOf(NumberOf(text.as_string()));
}

}  // namespace

Matcher::Matcher(Evaluator* evaluator, Json function, Json text)
    : evaluator_(*evaluator),
      callee_(function),
      function_(*FunctionOf(function)),
      text_(text),
      subject_(text.as_string()) {
  evaluator_.Tick(1 + text.size() / 64);
}

bool Matcher::First() {
  if (function_.kind == Function::Kind::kRegex) return Find(0);
  return Take(evaluator_.CallBack(callee_, {&text_, 1}));
}

bool Matcher::Next() {
  if (function_.kind == Function::Kind::kRegex) {
    if (end_ >= subject_.size() || !Find(end_)) return false;
    if (match_length_ > 0) return true;
    // It would never get any further.
    evaluator_.Fail("D1004", {.value = evaluator_.Text(function_.regex->source())});
    return false;
  }
  const Json next = object_.Find("next");
  if (!next.is_opaque()) return false;
  return Take(evaluator_.CallBack(next, {}));
}

bool Matcher::Find(size_t from) {
  if (!evaluator_.Tick()) return false;
  const Result<bool> found = function_.regex->Find(subject_, from, &match_);
  if (!found.ok()) {
    evaluator_.Fail(found.error());
    return false;
  }
  start_ = match_.whole.begin;
  end_ = match_.whole.end;
  match_length_ = end_ - start_;
  return *found;
}

bool Matcher::Take(Json result) {
  if (evaluator_.failed() || result.is_undefined()) return false;
  // What JavaScript takes for false is a match without any parts.
  const bool falsy = !result.is_object() && !result.is_array() && !result.is_opaque() &&
                     !evaluator_.ToBoolean(result);
  const bool shaped = falsy || result.Find("start").is_number() || result.Find("end").is_number() ||
                      result.Find("groups").is_array() || result.Find("next").is_opaque();
  if (!shaped) {
    evaluator_.Fail("T1010");
    return false;
  }
  object_ = result;
  start_ = std::min(PositionOf(result.Find("start")), subject_.size());
  end_ = std::min(PositionOf(result.Find("end")), subject_.size());
  const Json match = result.Find("match");
  match_length_ = match.is_string() ? CountUtf16(match.as_string()) : 0;
  return true;
}

Json Matcher::MatchText() {
  if (function_.kind != Function::Kind::kRegex) return object_.Find("match");
  return SliceOf(evaluator_, subject_, start_, end_);
}

Json Matcher::Start() {
  if (function_.kind != Function::Kind::kRegex) return object_.Find("start");
  return Json::Int(static_cast<int64_t>(start_));
}

Json Matcher::Groups() {
  if (function_.kind != Function::Kind::kRegex) return object_.Find("groups");
  Evaluator::Builder groups(&evaluator_);
  for (const RegexMatch::Span& group : match_.groups) {
    const bool unset = group.begin == RegexMatch::kUnset;
    groups.Add(unset ? Json() : SliceOf(evaluator_, subject_, group.begin, group.end));
  }
  return groups.Finish(0);
}

Json Matcher::Object() {
  if (function_.kind != Function::Kind::kRegex) return object_;
  Function next;
  next.kind = Function::Kind::kNextMatch;
  next.arity = 0;
  next.regex = function_.regex;
  next.text = text_;
  next.start = end_;
  const JsonMember members[] = {{"match", MatchText()},
                                {"start", Json::Int(static_cast<int64_t>(start_))},
                                {"end", Json::Int(static_cast<int64_t>(end_))},
                                {"groups", Groups()},
                                {"next", evaluator_.NewFunction(next)}};
  return Json::Object(members, evaluator_.arena());
}

void Matcher::AppendReplacementTo(std::string_view replacement, std::string* out) {
  if (function_.kind == Function::Kind::kRegex) {
    AppendReplacement(replacement, subject_, match_, out);
    return;
  }
  // The texts that a function gave, laid out as if they had been found in one.
  std::string texts;
  std::vector<size_t> ends;
  const Json match = object_.Find("match");
  if (match.is_string()) texts.append(match.as_string());
  ends.push_back(CountUtf16(texts));
  const Json groups = object_.Find("groups");
  for (size_t i = 0; groups.is_array() && i < groups.size(); ++i) {
    if (groups.items()[i].is_string()) texts.append(groups.items()[i].as_string());
    ends.push_back(CountUtf16(texts));
  }
  RegexMatch laid_out;
  laid_out.whole = {0, ends[0]};
  for (size_t i = 1; i < ends.size(); ++i) laid_out.groups.push_back({ends[i - 1], ends[i]});
  AppendReplacement(replacement, RegexSubject(texts), laid_out, out);
}

// A regular expression called as a function, or the `next` of what it gave.
Json Evaluator::EvalRegex(const Node* node) {
  Function function;
  function.kind = Function::Kind::kRegex;
  function.regex = node->regex;
  function.arity = 2;  // the text, and where to start
  return NewFunction(function);
}

Json Evaluator::CallRegex(const Function& function, std::span<const Json> arguments) {
  const bool next = function.kind == Function::Kind::kNextMatch;
  const Json text = next ? function.text : AsText(*this, arguments.empty() ? Json() : arguments[0]);
  if (Failed(text)) return text;
  Function regex = function;
  regex.kind = Function::Kind::kRegex;
  Matcher matcher(this, Json::Opaque(&regex), text);
  const size_t from = next                   ? function.start
                      : arguments.size() > 1 ? StartOf(*this, arguments[1])
                                             : 0;
  const size_t size = matcher.subject().size();
  if (next ? from >= size : from > size) return Json();
  if (!matcher.Find(from)) return failed_ ? FailedValue() : Json();
  if (next && matcher.match_length() == 0) {
    return Fail("D1004", {.value = Text(function.regex->source())});
  }
  return matcher.Object();
}

}  // namespace pawl::jsonata
