#include "coordinator/asl/string_pattern.h"

namespace pawl::asl {

StringPattern::StringPattern(std::string_view pattern) : literals_(1) {
  for (size_t i = 0; i < pattern.size(); ++i) {
    if (pattern[i] == '*') {
      literals_.emplace_back();
      continue;
    }
    const bool escape = pattern[i] == '\\' && i + 1 < pattern.size() &&
                        (pattern[i + 1] == '*' || pattern[i + 1] == '\\');
    if (escape) ++i;
    literals_.back().text += pattern[i];
  }
  for (Literal& literal : literals_) ComputeFailure(&literal);
}

void StringPattern::ComputeFailure(Literal* literal) {
  const std::string& text = literal->text;
  literal->failure.assign(text.size(), 0);
  uint32_t length = 0;
  for (size_t i = 1; i < text.size(); ++i) {
    while (length > 0 && text[i] != text[length]) length = literal->failure[length - 1];
    if (text[i] == text[length]) ++length;
    literal->failure[i] = length;
  }
}

// The offset behind the first occurrence, npos when there is none.
size_t StringPattern::FindEnd(const Literal& literal, std::string_view text) {
  if (literal.text.empty()) return 0;
  size_t length = 0;
  for (size_t i = 0; i < text.size(); ++i) {
    while (length > 0 && text[i] != literal.text[length]) length = literal.failure[length - 1];
    if (text[i] == literal.text[length]) ++length;
    if (length == literal.text.size()) return i + 1;
  }
  return std::string_view::npos;
}

bool StringPattern::Matches(std::string_view text) const {
  const std::string& first = literals_.front().text;
  if (literals_.size() == 1) return text == first;
  if (!text.starts_with(first)) return false;
  text.remove_prefix(first.size());
  // What stands between two stars is taken where it comes first: that leaves most for the rest.
  for (size_t i = 1; i + 1 < literals_.size(); ++i) {
    const size_t end = FindEnd(literals_[i], text);
    if (end == std::string_view::npos) return false;
    text.remove_prefix(end);
  }
  return text.ends_with(literals_.back().text);
}

}  // namespace pawl::asl
