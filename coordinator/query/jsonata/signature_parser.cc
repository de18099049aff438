#include "coordinator/query/jsonata/signature_parser.h"

#include <utility>

namespace pawl::jsonata {
namespace {

constexpr uint16_t kJson = kString | kNumber | kBoolean | kNull | kObject | kArray | kMissing;
constexpr uint16_t kAny = kJson | kFunction;

// The offset of the bracket that closes the one at `start`, or the end of the text.
size_t ClosingBracket(std::string_view text, size_t start, char open, char close) {
  int depth = 1;
  size_t at = start + 1;
  for (; at < text.size(); ++at) {
    if (text[at] == close && --depth == 0) break;
    if (text[at] == open) ++depth;
  }
  return at;
}

}  // namespace

uint16_t KindOfLetter(char letter) {
  switch (letter) {
    case 's':
      return kString;
    case 'n':
      return kNumber;
    case 'b':
      return kBoolean;
    case 'l':
      return kNull;
    case 'o':
      return kObject;
    case 'a':
      return kArray;
    case 'f':
      return kFunction;
    case 'm':
      return kMissing;
    default:
      return 0;
  }
}

bool SignatureParser::Parse(std::string_view* code, size_t* offset) {
  for (at_ = 1; at_ < text_.size() && text_[at_] != ':'; ++at_) {
    const char symbol = text_[at_];
    if (TakeModifier(symbol)) continue;
    const bool ok = symbol == '(' ? TakeChoice() : symbol == '<' ? TakeSubtype() : true;
    if (!ok) {
      *code = code_;
      *offset = at_;
      return false;
    }
    if (symbol != '(' && symbol != '<') TakeType(symbol);
  }
  return true;
}

bool SignatureParser::Fail(std::string_view code) {
  code_ = code;
  return false;
}

bool SignatureParser::TakeModifier(char symbol) {
  SignatureParameter& previous = parameters_->empty() ? nobody_ : parameters_->back();
  switch (symbol) {
    case '-':
      // Behind another modifier that makes it optional the reference asks nothing of the context.
      previous.accepts_context = previous.optional ? kAny : previous.accepts;
      previous.optional = true;
      return true;
    case '?':
      previous.optional = true;
      return true;
    case '+':
      previous.repeated = true;
      return true;
    default:
      return false;
  }
}

// A letter that is no type is passed over.
void SignatureParser::TakeType(char symbol) {
  SignatureParameter parameter;
  switch (symbol) {
    case 's':
    case 'n':
    case 'b':
    case 'l':
    case 'o':
      parameter.accepts = KindOfLetter(symbol) | kMissing;
      break;
    case 'a':
      parameter.accepts = kAny;
      parameter.array = true;
      break;
    case 'f':
      parameter.accepts = kFunction;
      break;
    case 'j':
      parameter.accepts = kJson;
      break;
    case 'x':
      parameter.accepts = kAny;
      break;
    default:
      return;
  }
  previous_type_ = symbol;
  parameters_->push_back(std::move(parameter));
}

bool SignatureParser::TakeChoice() {
  const size_t end = ClosingBracket(text_, at_, '(', ')');
  const std::string_view choice = text_.substr(at_ + 1, end - at_ - 1);
  if (choice.find('<') != std::string_view::npos) return Fail("S0402");
  SignatureParameter parameter;
  parameter.accepts = kMissing;
  for (char letter : choice) parameter.accepts |= KindOfLetter(letter);
  parameters_->push_back(std::move(parameter));
  previous_type_ = '(';
  at_ = end;
  return true;
}

bool SignatureParser::TakeSubtype() {
  if (previous_type_ != 'a' && previous_type_ != 'f') return Fail("S0401");
  const size_t end = ClosingBracket(text_, at_, '<', '>');
  SignatureParameter& previous = parameters_->back();
  previous.typed = true;
  previous.subtype = std::string(text_.substr(at_ + 1, end - at_ - 1));
  at_ = end;
  return true;
}

}  // namespace pawl::jsonata
