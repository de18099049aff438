#include "coordinator/asl/resource.h"

#include <fmt/format.h>

#include <algorithm>
#include <cctype>
#include <vector>

#include "coordinator/asl/integration_table.h"
#include "coordinator/asl/text_length.h"

namespace pawl::asl {
namespace {

constexpr size_t kMaxActivityNameCharacters = 80;   // AWS quota
constexpr size_t kMaxFunctionNameCharacters = 140;  // AWS quota, of a name within an ARN

std::vector<std::string_view> SplitAtColons(std::string_view arn) {
  std::vector<std::string_view> parts;
  for (size_t begin = 0;;) {
    const size_t end = arn.find(':', begin);
    parts.push_back(arn.substr(begin, end - begin));
    if (end == std::string_view::npos) return parts;
    begin = end + 1;
  }
}

// "arn:<partition>:states:<region>:<account>:activity:<name>"
bool IsActivity(std::string_view arn) {
  const std::vector<std::string_view> parts = SplitAtColons(arn);
  const auto is_digit = [](unsigned char c) { return std::isdigit(c) != 0; };
  return parts.size() == 7 && !parts[1].empty() && parts[2] == "states" && !parts[3].empty() &&
         parts[4].size() == 12 && std::all_of(parts[4].begin(), parts[4].end(), is_digit) &&
         parts[5] == "activity" && !parts[6].empty() &&
         CountCharacters(parts[6]) <= kMaxActivityNameCharacters;
}

// "arn:<partition>:lambda:<region>:<account>:function:<name>[:<version or alias>]". AWS takes ones
// whose region and account are placeholders that nobody filled in (recorded).
bool IsFunction(std::string_view arn, std::string_view name) {
  const std::vector<std::string_view> parts = SplitAtColons(arn);
  const bool named = !name.empty() && name.size() <= kMaxFunctionNameCharacters;
  return named && (parts.size() == 7 || (parts.size() == 8 && !parts[7].empty())) &&
         !parts[1].empty() && parts[2] == "lambda" && !parts[3].empty() && !parts[4].empty();
}

bool IsKnown(const TaskResource& resource, const SdkActions* sdk_actions) {
  switch (resource.kind) {
    case ResourceKind::kActivity:
      return IsActivity(resource.arn);
    case ResourceKind::kFunction:
      return IsFunction(resource.arn, resource.name);
    case ResourceKind::kIntegration:
      break;
  }
  return IsKnownIntegration(resource, sdk_actions);
}

}  // namespace

Outcome<TaskResource, ResourceProblem> ParseResource(std::string_view resource, MachineType type,
                                                     const SdkActions* sdk_actions) {
  const bool express = type == MachineType::kExpress;
  if (!resource.starts_with("arn:")) return ResourceProblem{"Value is not a valid resource ARN"};
  const std::optional<TaskResource> split = SplitResource(resource);
  const bool known = split && IsKnown(*split, sdk_actions);
  if (express && known && split->kind == ResourceKind::kActivity) {
    return ResourceProblem{"Express state machine does not support Activity ARN"};
  }
  if (express && resource.ends_with(".waitForTaskToken")) {
    // The space at the end is AWS's.
    return ResourceProblem{
        "Express state machine does not support '.waitForTaskToken' service integration "};
  }
  if (express && (resource.ends_with(".sync") || resource.ends_with(".sync:2"))) {
    return ResourceProblem{"Express state machine does not support '.sync' service integration"};
  }
  if (known) return *split;
  return ResourceProblem{fmt::format(
      "The resource provided {} is not recognized. The value is not a valid resource ARN, "
      "or the resource is not available in this region.",
      resource)};
}

void CheckParameters(const TaskResource& resource, const Place& parameters, Findings* findings) {
  const std::span<const IntegrationMember> known = MembersOf(resource);
  if (known.empty() || !parameters.value().is_object()) return;
  for (const IntegrationMember& member : known) {
    if (!member.required || parameters.Has(member.name) ||
        parameters.Has(std::string(member.name) + ".$")) {
      continue;
    }
    findings->Schema(fmt::format("The field '{}' is required but was missing", member.name),
                     parameters);
  }
  for (size_t i = 0; i < parameters.value().size(); ++i) {
    const std::string_view key = parameters.MemberAt(i).key();
    const std::string_view name = key.ends_with(".$") ? key.substr(0, key.size() - 2) : key;
    const bool is_known = std::any_of(known.begin(), known.end(),
                                      [&](const auto& member) { return member.name == name; });
    if (is_known) continue;
    findings->Schema(fmt::format("The field \"{}\" is not supported by Step Functions", name),
                     parameters);
  }
}

}  // namespace pawl::asl
