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

  static FunctionReference Parse(std::string_view text);
};

// Immutable, thread-safe.
class LambdaRoutes {
 public:
  // All functions by workers.
  LambdaRoutes() = default;

  // `endpoint`: where functions are called that `functions` says nothing about: a URL, "aws" for
  // Lambda itself in `region`, or nothing for workers. `functions`: "NAME=worker, NAME=URL, ...";
  // a URL that ends in ".../invocations" is that of the function itself. INVALID_ARGUMENT: with the
  // part that is not so.
  static absl::StatusOr<LambdaRoutes> Parse(std::string_view endpoint, std::string_view functions,
                                            const std::string& region);

  bool ByWorker(std::string_view name) const { return RouteOf(name).empty(); }
  // The URL that invokes it, without a query; nothing when workers serve it. To AWS the function is
  // named as the definition names it, which may be that of another account; to all others by its
  // name alone.
  std::optional<std::string> InvokeUrl(std::string_view function) const;

 private:
  const std::string& RouteOf(std::string_view name) const;

  std::string endpoint_;                       // empty: workers
  std::map<std::string, std::string> routes_;  // by name; empty: workers
};

}  // namespace pawl::integrations

#endif  // PAWL_INTEGRATIONS_LAMBDA_ROUTES_H_
