#include "coordinator/asl/task_resource.h"

#include <algorithm>
#include <array>

namespace pawl::asl {
namespace {

// "arn", partition, service, region, account, and all that follows.
constexpr size_t kArnParts = 6;
constexpr std::string_view kActivityKind = "activity:";
constexpr std::string_view kFunctionKind = "function:";
constexpr std::string_view kTokenPattern = ".waitForTaskToken";

// False unless `arn` begins as every ARN does.
bool SplitArn(std::string_view arn, std::array<std::string_view, kArnParts>* parts) {
  for (size_t i = 0; i + 1 < kArnParts; ++i) {
    const size_t end = arn.find(':');
    if (end == std::string_view::npos) return false;
    (*parts)[i] = arn.substr(0, end);
    arn.remove_prefix(end + 1);
  }
  parts->back() = arn;
  return (*parts)[0] == "arn";
}

// Cuts the pattern off the end of an integration.
Pattern TakePattern(std::string_view* integration) {
  for (const std::string_view sync : {".sync", ".sync:2"}) {
    if (!integration->ends_with(sync)) continue;
    integration->remove_suffix(sync.size());
    return Pattern::kSync;
  }
  if (!integration->ends_with(kTokenPattern)) return Pattern::kRequestResponse;
  integration->remove_suffix(kTokenPattern.size());
  return Pattern::kWaitForTaskToken;
}

// The part of an ARN that follows the account, of one that has been found to have all parts.
std::string_view AfterAccount(std::string_view arn) {
  std::array<std::string_view, kArnParts> parts;
  return SplitArn(arn, &parts) ? parts.back() : arn;
}

// Where the last colon before the action stands: a pattern may have one of its own.
size_t ActionColon(std::string_view integration) {
  TakePattern(&integration);
  return integration.rfind(':');
}

// What stands behind "function:", if that is there; a name may end with these letters.
std::string_view AfterFunctionKind(std::string_view function) {
  const size_t kind = function.find(kFunctionKind);
  if (kind == std::string_view::npos || (kind > 0 && function[kind - 1] != ':')) return function;
  return function.substr(kind + kFunctionKind.size());
}

// Letters, digits and `others`.
bool AllOf(std::string_view text, std::string_view others) {
  return std::all_of(text.begin(), text.end(), [&](unsigned char c) {
    return std::isalnum(c) != 0 || others.find(static_cast<char>(c)) != std::string_view::npos;
  });
}

}  // namespace

std::optional<TaskResource> SplitResource(std::string_view arn) {
  std::array<std::string_view, kArnParts> parts;
  if (!SplitArn(arn, &parts)) return std::nullopt;
  const std::string_view service = parts[2];
  std::string_view rest = parts.back();
  TaskResource resource{.arn = std::string(arn)};
  if (service == "lambda" && rest.starts_with(kFunctionKind)) {
    resource.kind = ResourceKind::kFunction;
    resource.name = FunctionName(arn);
    return resource;
  }
  if (service != "states") return std::nullopt;
  if (rest.starts_with(kActivityKind)) {
    resource.name = rest.substr(kActivityKind.size());
    return resource;
  }
  resource.kind = ResourceKind::kIntegration;
  resource.pattern = TakePattern(&rest);
  const size_t colon = rest.rfind(':');
  if (colon == std::string_view::npos) return std::nullopt;
  resource.service = rest.substr(0, colon);
  resource.action = rest.substr(colon + 1);
  return resource;
}

Pattern PatternOf(std::string_view arn) { return TakePattern(&arn); }

std::pair<std::string_view, std::string_view> HistoryResource(std::string_view integration_arn) {
  const std::string_view integration = AfterAccount(integration_arn);
  const size_t colon = ActionColon(integration);
  if (colon == std::string_view::npos) return {integration, {}};
  return {integration.substr(0, colon), integration.substr(colon + 1)};
}

bool RunsJob(std::string_view integration_arn) {
  return PatternOf(integration_arn) == Pattern::kSync &&
         HistoryResource(integration_arn).first != "states";
}

std::string_view FunctionName(std::string_view function) {
  const std::string_view qualified = AfterFunctionKind(function);
  const std::string_view name = qualified.substr(0, qualified.find(':'));
  return AllOf(name, "-_") ? name : std::string_view();
}

std::string_view QualifiedFunction(std::string_view function) {
  const std::string_view qualified = AfterFunctionKind(function);
  const std::string_view name = FunctionName(qualified);
  if (name.empty() || name.size() == qualified.size()) return name;
  const std::string_view qualifier = qualified.substr(name.size() + 1);
  return !qualifier.empty() && AllOf(qualifier, "-_$") ? qualified : std::string_view();
}

}  // namespace pawl::asl
