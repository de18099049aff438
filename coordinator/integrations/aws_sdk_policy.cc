#include "coordinator/integrations/aws_sdk_policy.h"

#include <algorithm>

#include "absl/status/status.h"
#include "absl/strings/ascii.h"
#include "absl/strings/str_split.h"
#include "coordinator/base/strings.h"

namespace pawl::integrations {
namespace {

// `*` stands for any number of any characters. Linear in the texts' product at the worst.
bool Matches(std::string_view pattern, std::string_view text) {
  size_t p = 0;
  size_t t = 0;
  size_t star = std::string_view::npos;
  size_t resume = 0;
  while (t < text.size()) {
    if (p < pattern.size() && pattern[p] == '*') {
      star = p++;
      resume = t;
    } else if (p < pattern.size() && pattern[p] == text[t]) {
      ++p;
      ++t;
    } else if (star != std::string_view::npos) {
      p = star + 1;
      t = ++resume;
    } else {
      return false;
    }
  }
  return pattern.find_first_not_of('*', p) == std::string_view::npos;
}

bool IsPattern(std::string_view text) {
  return !text.empty() && std::all_of(text.begin(), text.end(), [](char c) {
    return absl::ascii_isalnum(c) || c == '*' || c == '-' || c == '_';
  });
}

// ".../stateMachine:NAME" or "...:stateMachine:NAME:VERSION".
std::string_view MachineName(std::string_view arn) {
  constexpr std::string_view kKind = ":stateMachine:";
  const size_t at = arn.find(kKind);
  if (at == std::string_view::npos) return arn;
  arn.remove_prefix(at + kKind.size());
  return arn.substr(0, arn.find(':'));
}

}  // namespace

AwsSdkPolicy AwsSdkPolicy::Everything() {
  AwsSdkPolicy policy;
  policy.entries_.push_back({"*", "*", "*"});
  return policy;
}

absl::StatusOr<AwsSdkPolicy> AwsSdkPolicy::Parse(std::string_view list) {
  AwsSdkPolicy policy;
  for (absl::string_view piece : absl::StrSplit(ToAbsl(list), ',', absl::SkipEmpty())) {
    const std::string_view entry = FromAbsl(absl::StripAsciiWhitespace(piece));
    if (entry == "*") {
      policy.entries_.push_back({"*", "*", "*"});
      continue;
    }
    const size_t slash = entry.find('/');
    const std::string_view machine = slash == std::string_view::npos ? "*" : entry.substr(0, slash);
    const std::string_view rest = slash == std::string_view::npos ? entry : entry.substr(slash + 1);
    const size_t colon = rest.find(':');
    const std::string_view service = rest.substr(0, colon);
    const std::string_view action =
        colon == std::string_view::npos ? std::string_view() : rest.substr(colon + 1);
    if (machine.empty() || !IsPattern(service) || !IsPattern(action)) {
      return absl::InvalidArgumentError(
          StrCat("found '", entry, "', expected SERVICE:ACTION or MACHINE/SERVICE:ACTION"));
    }
    policy.entries_.push_back(
        {std::string(machine), absl::AsciiStrToLower(ToAbsl(service)), std::string(action)});
  }
  return policy;
}

bool AwsSdkPolicy::Allows(std::string_view state_machine_arn, std::string_view service,
                          std::string_view action) const {
  const std::string_view machine = MachineName(state_machine_arn);
  return std::any_of(entries_.begin(), entries_.end(), [&](const Entry& entry) {
    return Matches(entry.machine, machine) && Matches(entry.service, service) &&
           Matches(entry.action, action);
  });
}

}  // namespace pawl::integrations
