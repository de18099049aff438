// Which server a Lambda function is called at: a worker fleet of this cluster, or an endpoint that
// speaks the Lambda Invoke API (AWS itself, or any compatible one).

#ifndef PAWL_INTEGRATIONS_LAMBDA_ROUTES_H_
#define PAWL_INTEGRATIONS_LAMBDA_ROUTES_H_

#include <map>
#include <optional>
#include <string>
#include <string_view>

#include "absl/status/statusor.h"

namespace pawl::integrations {

// A function as a definition names it: by name, "ACCOUNT:function:NAME" or ARN, each perhaps with
// a version or an alias behind it.
struct FunctionReference {
  std::string name;
  std::string qualifier;  // empty: none

  // `qualifier`: what is given beside it, perhaps nothing; one that stands in `text` goes before
  // it.
  static FunctionReference Parse(std::string_view text, std::string_view qualifier = "");
  // "f" or "f:prod".
  std::string Qualified() const;
};

// Whether that is a URL of AWS itself.
bool IsAwsUrl(const std::string& url);

// Immutable, thread-safe.
class LambdaRoutes {
 public:
  // All functions by workers.
  LambdaRoutes() = default;

  // `endpoint`: where functions are called that `functions` says nothing about: a URL, "aws" for
  // Lambda itself in `region`, or nothing for workers. `functions`: "NAME=worker, NAME=URL, ...";
  // a URL that ends in ".../invocations" is that of the function itself, and a NAME with a version
  // or alias ("f:prod") goes before one without. INVALID_ARGUMENT: with the part that is not so.
  static absl::StatusOr<LambdaRoutes> Parse(std::string_view endpoint, std::string_view functions,
                                            const std::string& region);

  // The name under which workers serve it: with its version or alias where that has an entry of its
  // own, else without. Empty: they do not.
  std::string ServedName(std::string_view function) const;
  // The URL that invokes it, without a query; nothing when workers serve it. To AWS the function is
  // named as the definition names it, which may be that of another account; to all others by its
  // name alone. `qualifier`: what is given beside the name.
  std::optional<std::string> InvokeUrl(std::string_view function,
                                       std::string_view qualifier = "") const;

 private:
  struct Route {
    std::string name;    // to which it belongs
    std::string target;  // empty: workers
  };
  Route RouteOf(const FunctionReference& function) const;

  std::string endpoint_;                       // empty: workers
  std::map<std::string, std::string> routes_;  // by "f" or "f:prod"; empty: workers
};

}  // namespace pawl::integrations

#endif  // PAWL_INTEGRATIONS_LAMBDA_ROUTES_H_
