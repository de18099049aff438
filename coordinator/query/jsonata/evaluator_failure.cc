// What an evaluation fails with.

#include "coordinator/base/utf8.h"
#include "coordinator/query/jsonata/evaluator.h"
#include "coordinator/query/jsonata/messages.h"
#include "coordinator/query/jsonata/program.h"
#include "coordinator/query/jsonata/stringify.h"

namespace pawl::jsonata {
namespace {

constexpr size_t kMaxShownBytes = 1024;  // of a value in a message

}  // namespace

Json Evaluator::Fail(std::string_view code, Facts facts) {
  if (failed_) return FailedValue();
  failed_ = true;
  code_ = code;
  token_ = std::string(facts.token);
  facts_ = std::move(facts);
  return FailedValue();
}

// Of a part that has no evaluator. The message is its own where the reference has none, or one that
// tells more than the value.
Json Evaluator::Fail(JsonataError error) {
  if (error.code == kTooSlowCode) return LimitReached(kTooLong);
  if (error.code == kTooLongCode) return LimitReached(kTooMuch);
  Facts facts;
  const std::string_view text = MessageOf(error.code);
  if (text.empty() || text.find("{{{") != std::string_view::npos) {
    facts.message = std::move(error.message);
  }
  facts.value_text = std::move(error.value);
  const std::string_view code = arena_->Copy(error.code);
  facts.token = arena_->Copy(error.token);
  return Fail(code, std::move(facts));
}

Json Evaluator::LimitReached(std::string_view message) {
  Facts facts;
  facts.message = std::string(message);
  return Fail(kLimitReached, std::move(facts));
}

namespace {

std::string Quoted(std::string_view text) {
  std::string quoted;
  AppendJsonString(text, &quoted, NumberStyle::kJavaScript);
  return quoted;
}

// As JavaScript writes it, but not endlessly.
std::string ShownValue(Json value) {
  if (value.is_number()) return WriteJson(value, NumberStyle::kJavaScript);  // with all digits
  std::string text;
  if (!AppendStringified(value, kMaxShownBytes, &text)) text.append("...");
  return text.empty() ? "undefined" : text;
}

// What the text of a code has to say of the fact.
std::string ShownFact(const Facts& facts, std::string_view token, std::string_view name) {
  if (name == "token") return token.empty() ? "undefined" : Quoted(token);
  if (name == "{token") return std::string(token);
  if (name == "value") return facts.value_text.empty() ? ShownValue(facts.value) : facts.value_text;
  if (name == "value2" || name == "exp") return ShownValue(facts.value2);
  if (name == "index") return std::to_string(facts.index);
  return name == "type" ? Quoted(facts.type) : std::string();
}

}  // namespace

JsonataError Evaluator::Described() const {
  JsonataError error;
  error.code = std::string(code_);
  error.token = token_;
  if (position_ >= 0) {
    const auto bytes = static_cast<size_t>(position_);
    error.position = static_cast<int>(CountUtf16(program_.source.substr(0, bytes)));
  }
  error.value = facts_.value_text;
  if (!facts_.value.is_undefined()) error.value = ShownValue(facts_.value);
  if (!facts_.value2.is_undefined()) error.value2 = ShownValue(facts_.value2);
  error.message = facts_.message;
  if (!error.message.empty()) return error;
  if (code_ == kUnsupportedResult) error.message = "The outcome is a function";
  error.message +=
      FillMessage(code_, [this](std::string_view name) { return ShownFact(facts_, token_, name); });
  return error;
}

}  // namespace pawl::jsonata
