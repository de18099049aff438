// What an evaluation fails with.

#include "coordinator/base/utf8.h"
#include "coordinator/query/jsonata/evaluator.h"
#include "coordinator/query/jsonata/messages.h"
#include "coordinator/query/jsonata/program.h"
#include "coordinator/query/jsonata/stringify.h"

namespace pawl::jsonata {

Json Evaluator::Fail(std::string_view code, Facts facts) {
  if (failed_) return FailedValue();
  failed_ = true;
  code_ = code;
  token_ = std::string(facts.token);
  facts_ = std::move(facts);
  return FailedValue();
}

// Of a part that has no evaluator: the message is its own.
Json Evaluator::Fail(JsonataError error) {
  if (error.code == kTooSlowCode) return LimitReached(kTooLong);
  if (error.code == kTooLongCode) return LimitReached(kTooMuch);
  Facts facts;
  facts.message = std::move(error.message);
  const std::string_view code = arena_->Copy(error.code);
  facts.token = arena_->Copy(error.token);
  return Fail(code, std::move(facts));
}

Json Evaluator::LimitReached(std::string_view message) {
  Facts facts;
  facts.message = std::string(message);
  return Fail(kLimitReached, std::move(facts));
}

JsonataError Evaluator::Described() const {
  JsonataError error;
  error.code = std::string(code_);
  error.token = token_;
  if (position_ >= 0) {
    const auto bytes = static_cast<size_t>(position_);
    error.position = static_cast<int>(CountUtf16(program_.source.substr(0, bytes)));
  }
  const auto json = [](Json value) -> std::string {
    std::string text;
    if (!AppendStringified(value, 1024, &text)) text.append("...");
    return text.empty() ? "undefined" : text;
  };
  if (!facts_.value.is_undefined()) error.value = json(facts_.value);
  if (!facts_.value2.is_undefined()) error.value2 = json(facts_.value2);
  error.message = facts_.message;
  if (!error.message.empty()) return error;
  if (code_ == kUnsupportedResult) error.message = "The outcome is a function";
  std::string_view text = MessageOf(code_);
  while (!text.empty()) {
    const size_t open = text.find("{{");
    error.message.append(text.substr(0, open));
    if (open == std::string_view::npos) break;
    const size_t close = text.find("}}", open);
    std::string_view name = text.substr(open + 2, close - open - 2);
    if (name == "token") AppendJsonString(error.token, &error.message, NumberStyle::kJavaScript);
    if (name == "value") error.message.append(json(facts_.value));
    if (name == "value2" || name == "exp") error.message.append(json(facts_.value2));
    if (name == "index") error.message.append(std::to_string(facts_.index));
    if (name == "type") AppendJsonString(facts_.type, &error.message, NumberStyle::kJavaScript);
    // `${{{token}}}`: a dollar sign, then the name as it is.
    if (name == "{token") {
      error.message.append(error.token);
      text = text.substr(close + 3);
    } else {
      text = text.substr(close + 2);
    }
  }
  return error;
}

}  // namespace pawl::jsonata
