#include "coordinator/query/jsonata/matcher.h"

#include <vector>

#include "coordinator/base/utf8.h"

namespace pawl::jsonata {
namespace {

Json SliceOf(Evaluator& evaluator, const RegexSubject& subject, size_t begin, size_t end) {
  return evaluator.Text(subject.Slice(begin, end));
}

size_t PositionOf(Json value) {
  if (!value.is_number() || !(value.as_double() > 0)) return 0;
  return static_cast<size_t>(std::min(value.as_double(), 4294967295.0));
}

}  // namespace

Matcher::Matcher(Evaluator* evaluator, Json function, Json text)
    : evaluator_(*evaluator),
      function_(*FunctionOf(function)),
      text_(text),
      subject_(text.as_string()) {
  evaluator_.Tick(1 + text.size() / 64);
}

bool Matcher::First() {
  if (function_.kind == Function::Kind::kRegex) return Find(0);
  return Take(evaluator_.Call(Json::Opaque(&function_), {&text_, 1}, Json::Null()));
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
  return Take(evaluator_.Call(next, {}, Json::Null()));
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
  Json text = next ? function.text : arguments.empty() ? Json() : ToText(arguments[0]);
  if (Failed(text)) return text;
  if (text.is_undefined()) text = Json::String("undefined");
  if (!next && !arguments.empty() && arguments[0].is_object()) {
    text = Json::String("[object Object]");  // as JavaScript makes a text of it
  }
  Function regex = function;
  regex.kind = Function::Kind::kRegex;
  Matcher matcher(this, Json::Opaque(&regex), text);
  const size_t from = next ? function.start : arguments.size() > 1 ? PositionOf(arguments[1]) : 0;
  const size_t size = matcher.subject().size();
  if (next ? from >= size : from > size) return Json();
  if (!matcher.Find(from)) return failed_ ? FailedValue() : Json();
  if (next && matcher.match_length() == 0) {
    return Fail("D1004", {.value = Text(function.regex->source())});
  }
  return matcher.Object();
}

}  // namespace pawl::jsonata
