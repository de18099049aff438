#include "coordinator/asl/resource.h"

#include <fmt/format.h>

#include <algorithm>
#include <cctype>
#include <string>
#include <vector>

#include "coordinator/asl/text_length.h"

namespace pawl::asl {
namespace {

constexpr size_t kMaxActivityNameCharacters = 80;  // AWS quota

// "arn:<partition>:<service>:<region>:<account>:<kind>:<name>"
std::vector<std::string_view> SplitArn(std::string_view arn) {
  std::vector<std::string_view> parts;
  for (size_t begin = 0;;) {
    const size_t end = arn.find(':', begin);
    parts.push_back(arn.substr(begin, end - begin));
    if (end == std::string_view::npos) return parts;
    begin = end + 1;
  }
}

bool IsActivity(const std::vector<std::string_view>& parts) {
  const auto is_digit = [](unsigned char c) { return std::isdigit(c) != 0; };
  return parts.size() == 7 && parts[0] == "arn" && !parts[1].empty() && parts[2] == "states" &&
         !parts[3].empty() && parts[4].size() == 12 &&
         std::all_of(parts[4].begin(), parts[4].end(), is_digit) && parts[5] == "activity" &&
         !parts[6].empty() && CountCharacters(parts[6]) <= kMaxActivityNameCharacters;
}

}  // namespace

Outcome<ActivityResource, ResourceProblem> ParseResource(std::string_view resource,
                                                         MachineType type) {
  const bool express = type == MachineType::kExpress;
  if (!resource.starts_with("arn:")) return ResourceProblem{"Value is not a valid resource ARN"};
  const std::vector<std::string_view> parts = SplitArn(resource);
  if (IsActivity(parts)) {
    if (express) return ResourceProblem{"Express state machine does not support Activity ARN"};
    return ActivityResource{std::string(resource), std::string(parts[6])};
  }
  if (express && resource.ends_with(".waitForTaskToken")) {
    // The space at the end is AWS's.
    return ResourceProblem{
        "Express state machine does not support '.waitForTaskToken' service integration "};
  }
  if (express && (resource.ends_with(".sync") || resource.ends_with(".sync:2"))) {
    return ResourceProblem{"Express state machine does not support '.sync' service integration"};
  }
  return ResourceProblem{fmt::format(
      "The resource provided {} is not recognized. The value is not a valid resource ARN, "
      "or the resource is not available in this region.",
      resource)};
}

}  // namespace pawl::asl
