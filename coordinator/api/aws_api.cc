#include "coordinator/api/aws_api.h"

#include <fmt/format.h>

#include <memory>
#include <utility>

#include "coordinator/base/ids.h"
#include "coordinator/base/strings.h"

namespace pawl::api {
namespace {

constexpr std::string_view kTargetPrefix = "AWSStepFunctions.";
constexpr int64_t kDefaultPageSize = 100;

}  // namespace

AwsApi::AwsApi(Services* services) : services_(services) {
  for (const auto group :
       {StateMachineOperations(), StateMachineReadOperations(), VersionOperations(),
        AliasOperations(), TagOperations(), ExecutionOperations(), HistoryOperations(),
        ActivityOperations(), TaskOperations(), ForkOperations(), TestOperations()}) {
    for (const Operation& operation : group) {
      operations_.emplace(std::string(operation.name), &operation);
    }
  }
}

void AwsApi::Handle(const Request& request, Responder responder) {
  const std::string_view target = request.Header("x-amz-target");
  const std::string_view name =
      target.starts_with(kTargetPrefix) ? target.substr(kTargetPrefix.size()) : std::string_view();
  const auto found = operations_.find(ToAbsl(name));
  const Operation* operation = found == operations_.end() ? nullptr : found->second;
  auto call = std::make_shared<Call>(operation == nullptr ? "" : operation->name,
                                     Uuid::Random().ToString(), std::move(responder));
  if (operation == nullptr) return call->Fail(UnknownOperationException(target));
  if (const auto error = call->Parse(request.body)) return call->Fail(*error);
  if (const auto error =
          CheckRequest(call->request(), operation->members, services_->max_payload_bytes)) {
    return call->Fail(*error);
  }
  operation->run(*services_, std::move(call));
}

Outcome<std::string, AwsError> PagePosition(const Services& services, const Call& call,
                                            std::string_view request) {
  if (!call.Has("nextToken")) return std::string();
  auto position = services.tokens.Read(call.Text("nextToken"), request, services.clock->Now());
  if (!position.has_value()) return InvalidToken();
  return *std::move(position);
}

void WriteNextToken(const Services& services, std::string_view request, std::string_view next,
                    ObjectWriter* body) {
  if (next.empty()) return;
  body->Text("nextToken", services.tokens.Make(request, next, services.clock->Now()));
}

int64_t PageSize(const Call& call) {
  const int64_t asked = call.Int("maxResults", 0);
  return asked == 0 ? kDefaultPageSize : asked;
}

}  // namespace pawl::api
