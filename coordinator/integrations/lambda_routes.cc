#include "coordinator/integrations/lambda_routes.h"

#include <utility>

#include "absl/status/status.h"
#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/str_split.h"
#include "coordinator/base/strings.h"
#include "coordinator/integrations/url.h"

namespace pawl::integrations {
namespace {

constexpr absl::string_view kWorker = "worker";
constexpr absl::string_view kAws = "aws";

std::string WithoutSlash(absl::string_view url) { return std::string(absl::StripSuffix(url, "/")); }

// The route that `text` names: a URL, or empty for workers.
absl::StatusOr<std::string> ParseRoute(absl::string_view text, const std::string& region) {
  if (text.empty() || text == kWorker) return std::string();
  if (text == kAws) return StrCat("https://lambda.", region, ".amazonaws.com");
  if (!ParseUrl(FromAbsl(text))) {
    return absl::InvalidArgumentError(
        StrCat("found '", FromAbsl(text),
               "', expected worker, aws, or a URL such as http://127.0.0.1:3001"));
  }
  return WithoutSlash(text);
}

}  // namespace

bool IsAwsUrl(const std::string& text) {
  const std::optional<Url> url = ParseUrl(text);
  return url && (absl::EndsWith(url->host, ".amazonaws.com") ||
                 absl::EndsWith(url->host, ".amazonaws.com.cn"));
}

FunctionReference FunctionReference::Parse(std::string_view text, std::string_view qualifier) {
  absl::string_view rest = ToAbsl(text);
  static constexpr absl::string_view kMark = "function:";
  const size_t mark = rest.find(kMark);
  // A name may end with these letters.
  if (mark == 0 || (mark != absl::string_view::npos && rest[mark - 1] == ':')) {
    rest = rest.substr(mark + kMark.size());
  }
  const std::pair<std::string, std::string> parts = absl::StrSplit(rest, absl::MaxSplits(':', 1));
  return {parts.first, parts.second.empty() ? std::string(qualifier) : parts.second};
}

std::string FunctionReference::Qualified() const {
  return qualifier.empty() ? name : StrCat(name, ":", qualifier);
}

absl::StatusOr<LambdaRoutes> LambdaRoutes::Parse(std::string_view endpoint,
                                                 std::string_view functions,
                                                 const std::string& region) {
  LambdaRoutes routes;
  const absl::StatusOr<std::string> fallback =
      ParseRoute(absl::StripAsciiWhitespace(ToAbsl(endpoint)), region);
  if (!fallback.ok()) return fallback.status();
  routes.endpoint_ = *fallback;
  for (const absl::string_view piece : absl::StrSplit(ToAbsl(functions), ',')) {
    const absl::string_view entry = absl::StripAsciiWhitespace(piece);
    if (entry.empty()) continue;
    const std::pair<absl::string_view, absl::string_view> parts =
        absl::StrSplit(entry, absl::MaxSplits('=', 1));
    const absl::string_view target = absl::StripAsciiWhitespace(parts.second);
    if (target.empty()) {
      return absl::InvalidArgumentError(
          StrCat("found '", FromAbsl(entry), "', expected NAME=worker or NAME=URL"));
    }
    const absl::StatusOr<std::string> route = ParseRoute(target, region);
    if (!route.ok()) return route.status();
    routes.routes_[std::string(absl::StripAsciiWhitespace(parts.first))] = *route;
  }
  return routes;
}

LambdaRoutes::Route LambdaRoutes::RouteOf(const FunctionReference& function) const {
  for (const std::string& name : {function.Qualified(), function.name}) {
    const auto route = routes_.find(name);
    if (route != routes_.end()) return {name, route->second};
  }
  return {function.name, endpoint_};
}

std::string LambdaRoutes::ServedName(std::string_view function) const {
  const Route route = RouteOf(FunctionReference::Parse(function));
  return route.target.empty() ? route.name : "";
}

std::optional<std::string> LambdaRoutes::InvokeUrl(std::string_view function,
                                                   std::string_view qualifier) const {
  const FunctionReference reference = FunctionReference::Parse(function, qualifier);
  const std::string route = RouteOf(reference).target;
  if (route.empty()) return std::nullopt;
  if (absl::EndsWith(route, "/invocations")) return route;
  const std::string named = IsAwsUrl(route) ? std::string(function) : reference.name;
  return StrCat(route, "/2015-03-31/functions/", PercentEncode(named), "/invocations");
}

}  // namespace pawl::integrations
