// One call of the AWS API while it is worked on, and what an operation works with.

#ifndef PAWL_API_AWS_CALL_H_
#define PAWL_API_AWS_CALL_H_

#include <atomic>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

#include "absl/status/status.h"
#include "absl/time/time.h"
#include "coordinator/api/activity_cache.h"
#include "coordinator/api/aws_error.h"
#include "coordinator/api/http_message.h"
#include "coordinator/api/page_token.h"
#include "coordinator/asl/sdk_services.h"
#include "coordinator/base/account.h"
#include "coordinator/base/clock.h"
#include "coordinator/base/json.h"
#include "coordinator/base/text.h"
#include "coordinator/engine/engine.h"
#include "coordinator/store/store.h"

namespace pawl::api {

// What all operations share. Outlives every call.
struct Services {
  Account account;
  int64_t max_payload_bytes;
  absl::Duration poll_duration;
  store::Store* store;
  engine::Engine* engine;
  const Clock* clock;
  PageTokens tokens;
  const asl::SdkActions* sdk_actions;  // as for CompileMachine; may be null
  ActivityCache activities = {};
  std::atomic<bool> draining = false;  // the node winds down: polls are answered at once
};

// A request and its answer, which is given once; whoever drops the last pointer to a call without
// an answer gives a 500. The request's values live as long as the call. Not thread-safe: one
// callback at a time has it.
class Call {
 public:
  Call(std::string_view operation, std::string request_id, Responder responder)
      : operation_(operation),
        request_id_(std::move(request_id)),
        responder_(std::move(responder)) {}

  // Reads the body; the members are the caller's to check. A SerializationException unless it is
  // JSON.
  std::optional<AwsError> Parse(std::string_view body);

  Json request() const { return request_; }
  Json Member(std::string_view name) const;  // undefined when absent or null
  bool Has(std::string_view name) const { return !Member(name).is_undefined(); }
  // For members whose type has been checked; empty or `otherwise` when absent.
  std::string_view Text(std::string_view name) const;
  std::optional<pawl::Text> OptionalText(std::string_view name) const;
  int64_t Int(std::string_view name, int64_t otherwise) const;
  bool Bool(std::string_view name, bool otherwise) const;

  // `written`: as in Response.
  void Succeed(std::string body = "{}", std::function<void()> written = nullptr);
  void Fail(const AwsError& error);
  // For a failure without a meaning of its own in the operation.
  void Fail(const absl::Status& status) { Fail(ErrorOfStatus(status, operation_, request_id_)); }

  Responder& responder() { return responder_; }

 private:
  void Send(int status, std::string body, std::function<void()> written = nullptr);

  std::string_view operation_;
  std::string request_id_;
  Responder responder_;
  JsonArena arena_;
  Json request_;
};

using CallPtr = std::shared_ptr<Call>;

}  // namespace pawl::api

#endif  // PAWL_API_AWS_CALL_H_
