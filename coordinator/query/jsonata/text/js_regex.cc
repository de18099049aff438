#include "coordinator/query/jsonata/text/js_regex.h"

#include <algorithm>
#include <cmath>
#include <span>
#include <utility>

#include "coordinator/query/jsonata/text/js_number.h"
#include "coordinator/query/jsonata/text/regex_matcher.h"
#include "coordinator/query/jsonata/text/regex_parser.h"
#include "coordinator/query/jsonata/text/regex_program.h"
#include "coordinator/query/jsonata/text/utf16.h"

namespace pawl::jsonata {
namespace {

constexpr size_t kMaxPatternUnits = 50'000;

template <typename Unit>
RegexOutcome Search(const RegexProgram& program, std::span<const Unit> text, size_t from,
                    int64_t steps, RegexMatch* match) {
  RegexMatcher<Unit> matcher(program, text, steps);
  const RegexOutcome outcome = matcher.Search(from);
  if (outcome != RegexOutcome::kMatch) return outcome;
  const auto span = [&matcher](size_t group) {
    RegexMatch::Span found;
    const uint32_t begin = matcher.slots()[group * 2];
    const uint32_t end = matcher.slots()[group * 2 + 1];
    if (begin != matcher.kUnset && end != matcher.kUnset) found = {begin, end};
    return found;
  };
  match->whole = span(0);
  match->groups.clear();
  for (size_t group = 1; group <= program.group_count; ++group)
    match->groups.push_back(span(group));
  return outcome;
}

// The replacement is read as units: a group's number is counted in them.
class ReplacementWriter {
 public:
  ReplacementWriter(std::u16string_view replacement, const RegexSubject& subject,
                    const RegexMatch& match, std::string* out)
      : text_(replacement), subject_(subject), match_(match), out_(out) {
    // So many digits can follow a `$`: as many as the number of groups has.
    for (size_t rest = match.groups.size(); rest >= 10; rest /= 10) ++digits_;
  }

  void Write() {
    for (;;) {
      const size_t dollar = text_.find(u'$', at_);
      AppendText(FromUtf16(text_.substr(at_, dollar - at_)), out_);
      if (dollar == std::u16string_view::npos) return;
      at_ = dollar + 1;
      WriteDollar();
    }
  }

 private:
  void Put(RegexMatch::Span span) {
    if (span.begin != RegexMatch::kUnset) {
      AppendText(subject_.Slice(span.begin, span.end), out_);
    }
  }

  void WriteDollar() {
    const char16_t next = at_ < text_.size() ? text_[at_] : u'\0';
    if (next == u'$') {
      out_->push_back('$');
      ++at_;
    } else if (next == u'0') {
      Put(match_.whole);
      ++at_;
    } else {
      WriteGroup();
    }
  }

  void WriteGroup() {
    double number = ParseIntPrefix(text_.substr(at_, digits_));
    if (digits_ > 1 && number > static_cast<double>(match_.groups.size())) {
      number = ParseIntPrefix(text_.substr(at_, digits_ - 1));
    }
    if (std::isnan(number)) {
      out_->push_back('$');
      return;
    }
    // Signs and spaces are read over as parseInt does, and the digits alone are counted: so does
    // the reference implementation.
    if (number >= 1 && number <= static_cast<double>(match_.groups.size())) {
      Put(match_.groups[static_cast<size_t>(number) - 1]);
    }
    at_ = std::min(at_ + NumberText(number).size(), text_.size());
  }

  std::u16string_view text_;
  const RegexSubject& subject_;
  const RegexMatch& match_;
  std::string* out_;
  size_t at_ = 0;
  size_t digits_ = 1;
};

}  // namespace

RegexSubject::RegexSubject(std::string_view text) : text_(text), ascii_(IsAscii(text)) {
  if (!ascii_) units_ = ToUtf16(text);
}

std::string RegexSubject::Slice(size_t begin, size_t end) const {
  if (ascii_) return std::string(text_.substr(begin, end - begin));
  return FromUtf16(std::u16string_view(units_).substr(begin, end - begin));
}

Result<Regex> Regex::Compile(std::string_view pattern, bool ignore_case, bool multiline) {
  return Compile(ToUtf16(pattern), ignore_case, multiline);
}

Result<Regex> Regex::Compile(std::u16string_view pattern, bool ignore_case, bool multiline) {
  if (pattern.size() > kMaxPatternUnits) {
    return MakeError(kTooLongCode, "this regular expression is too large");
  }
  auto tree = ParseRegex(pattern, ignore_case);
  if (!tree.ok()) return tree.error();
  auto program = CompileRegex(*tree, ignore_case, multiline);
  if (!program.ok()) return program.error();
  program->source = FromUtf16(pattern);
  return Regex(std::make_shared<const RegexProgram>(std::move(*program)));
}

Result<bool> Regex::Find(const RegexSubject& subject, size_t from, RegexMatch* match,
                         int64_t steps) const {
  const std::string_view text = subject.text();
  const std::u16string_view units = subject.units();
  const RegexOutcome outcome =
      subject.ascii()
          ? Search<char>(*program_, {text.data(), text.size()}, from, steps, match)
          : Search<char16_t>(*program_, {units.data(), units.size()}, from, steps, match);
  if (outcome == RegexOutcome::kTooSlow) {
    return MakeError(kTooSlowCode, "the regular expression /" + source() +
                                       "/ takes more steps on this text than are allowed");
  }
  return outcome == RegexOutcome::kMatch;
}

size_t Regex::group_count() const { return program_->group_count; }

const std::string& Regex::source() const { return program_->source; }

void AppendReplacement(std::string_view replacement, const RegexSubject& subject,
                       const RegexMatch& match, std::string* out) {
  if (replacement.find('$') == std::string_view::npos) {
    AppendText(replacement, out);
    return;
  }
  const std::u16string units = ToUtf16(replacement);
  ReplacementWriter(units, subject, match, out).Write();
}

}  // namespace pawl::jsonata
