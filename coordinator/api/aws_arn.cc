#include "coordinator/api/aws_arn.h"

#include <fmt/format.h>

#include <cstdint>
#include <vector>

#include "absl/strings/numbers.h"
#include "absl/strings/str_split.h"
#include "coordinator/base/strings.h"

namespace pawl::api {
namespace {

constexpr std::string_view kForbiddenInNames = " \t\n\r\v\f<>{}[]?*\"#%\\^|~`$&,;:/";

// The character that begins at `text[*at]`, which is moved behind it. `text` is valid UTF-8.
uint32_t NextCharacter(std::string_view text, size_t* at) {
  const auto first = static_cast<unsigned char>(text[(*at)++]);
  if (first < 0x80) return first;
  const int more = first >= 0xF0 ? 3 : first >= 0xE0 ? 2 : 1;
  uint32_t character = first & (0x3F >> more);
  for (int i = 0; i < more && *at < text.size(); ++i) {
    character = character << 6 | (static_cast<unsigned char>(text[(*at)++]) & 0x3F);
  }
  return character;
}

bool IsControl(uint32_t c) { return c <= 0x1F || (c >= 0x7F && c <= 0x9F); }

// White space beyond ASCII, as Java's Character.isWhitespace and isSpaceChar have it.
bool IsWideSpace(uint32_t c) {
  return c == 0xA0 || c == 0x1680 || (c >= 0x2000 && c <= 0x200A) || c == 0x2028 || c == 0x2029 ||
         c == 0x202F || c == 0x205F || c == 0x3000;
}

bool IsAllowedInNames(uint32_t c) {
  if (IsControl(c) || IsWideSpace(c)) return false;
  if (c < 0x80) return kForbiddenInNames.find(static_cast<char>(c)) == std::string_view::npos;
  return !(c >= 0xD800 && c <= 0xDFFF) && c != 0xFFFE && c != 0xFFFF && c < 0x10FFFF;
}

}  // namespace

Outcome<Arn, AwsError> ReadArn(const Account& account, std::string_view text,
                               std::string_view type) {
  const auto arn = Arn::Parse(text);
  if (!arn.ok() || arn->service != "states" || arn->partition != account.partition ||
      arn->region != account.region || arn->account_id != account.account_id) {
    return InvalidArn(fmt::format("Invalid ARN prefix: {}", text));
  }
  if (arn->type != type) {
    return InvalidArn(fmt::format("Resource type not valid in this context: {}", arn->type));
  }
  return *arn;
}

Outcome<Arn, AwsError> ReadMachineArn(const Account& account, std::string_view text) {
  auto arn = ReadArn(account, text, "stateMachine");
  if (arn.ok() && arn->name.find('/') != std::string::npos) {
    return ValidationException("Labeled state machine ARNs are not supported for this API",
                               "API_DOES_NOT_SUPPORT_LABELED_ARNS");
  }
  return arn;
}

Outcome<Arn, AwsError> ReadPlainMachineArn(const Account& account, std::string_view text) {
  auto arn = ReadMachineArn(account, text);
  if (arn.ok() && !arn->qualifier.empty()) {
    return ValidationException(
        fmt::format("Version and alias ARNs are not supported for this API: '{}'", text));
  }
  return arn;
}

Outcome<Arn, AwsError> ReadVersionArn(const Account& account, std::string_view text) {
  auto arn = ReadMachineArn(account, text);
  if (arn.ok() && !VersionNumber(arn->qualifier)) {
    return InvalidArn(fmt::format("Not the ARN of a state machine version: {}", text));
  }
  return arn;
}

Outcome<Arn, AwsError> ReadAliasArn(const Account& account, std::string_view text) {
  auto arn = ReadMachineArn(account, text);
  if (arn.ok() && (arn->qualifier.empty() || VersionNumber(arn->qualifier))) {
    return InvalidArn(fmt::format("Not the ARN of a state machine alias: {}", text));
  }
  return arn;
}

std::optional<int64_t> VersionNumber(std::string_view qualifier) {
  if (qualifier.empty() || qualifier.find_first_not_of("0123456789") != std::string_view::npos) {
    return std::nullopt;
  }
  int64_t number = 0;
  return absl::SimpleAtoi(ToAbsl(qualifier), &number) ? number : 0;
}

Outcome<Arn, AwsError> ReadExecutionArn(const Account& account, std::string_view text) {
  auto arn = ReadArn(account, text, "execution");
  if (arn.ok() && arn->qualifier.empty()) {
    return InvalidArn(fmt::format("Invalid ARN prefix: {}", text));
  }
  return arn;
}

bool IsRoleArn(std::string_view text) {
  const std::vector<std::string> parts = absl::StrSplit(ToAbsl(text), absl::MaxSplits(':', 5));
  return parts.size() == 6 && parts[0] == "arn" && !parts[1].empty() && parts[2] == "iam" &&
         parts[3].empty() && !parts[4].empty() && parts[5].starts_with("role/") &&
         parts[5].size() > std::string_view("role/").size();
}

std::optional<AwsError> CheckName(std::string_view name) {
  bool valid = true;
  std::string shown;  // without control characters
  for (size_t at = 0; at < name.size();) {
    const size_t begin = at;
    const uint32_t character = NextCharacter(name, &at);
    valid = valid && IsAllowedInNames(character);
    if (!IsControl(character)) shown += name.substr(begin, at - begin);
  }
  if (valid) return std::nullopt;
  return InvalidName(shown);
}

}  // namespace pawl::api
