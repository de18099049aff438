#include "coordinator/engine/given_task.h"

#include <openssl/sha.h>

#include <algorithm>
#include <array>
#include <utility>

#include "absl/strings/escaping.h"
#include "coordinator/base/account.h"
#include "coordinator/base/json.h"
#include "coordinator/base/strings.h"
#include "coordinator/core/advance.h"
#include "coordinator/core/queues.h"
#include "coordinator/engine/sdk_metadata.h"
#include "coordinator/integrations/lambda_routes.h"

namespace pawl::engine {
namespace {

constexpr size_t kLogTailBytes = 4096;  // AWS: what an invocation gets of its log

// The same for each repetition of one attempt, of which the nonce is the secret: no id tells it.
std::string RequestId(int64_t nonce) {
  const std::string text = StrCat("request ", nonce);
  std::array<unsigned char, SHA256_DIGEST_LENGTH> digest;
  SHA256(reinterpret_cast<const unsigned char*>(text.data()), text.size(), digest.data());
  std::array<uint8_t, 16> bytes;
  std::copy_n(digest.begin(), bytes.size(), bytes.begin());
  bytes[6] = (bytes[6] & 0x0F) | 0x40;  // version 4
  bytes[8] = (bytes[8] & 0x3F) | 0x80;
  return Uuid(bytes).ToString();
}

std::string_view TextMember(Json object, std::string_view name) {
  const Json member = object.Find(name);
  return member.is_string() ? member.as_string() : std::string_view();
}

// The Parameters of lambda:invoke.
class InvokeParameters {
 public:
  explicit InvokeParameters(const core::TaskAttempt& task) {
    if (absl::StatusOr<Json> json = ParseJson(task.input.view(), &arena_); json.ok()) {
      json_ = *json;
    }
  }

  std::string_view function() const { return Member("FunctionName"); }
  std::string_view qualifier() const { return Member("Qualifier"); }
  bool wants_log() const { return Member("LogType") == "Tail"; }
  // What Lambda says has been executed. Of an alias it would be the version behind it, which nobody
  // knows here.
  std::string version() const {
    const std::string named =
        integrations::FunctionReference::Parse(function(), qualifier()).qualifier;
    return named.empty() ? "$LATEST" : named;
  }

  // A string goes as it is where it is JSON; without a payload the function sees {}.
  Text Payload() const {
    const Json payload = json_.is_object() ? json_.Find("Payload") : Json();
    if (payload.is_undefined() || payload.is_null()) return Text("{}");
    if (payload.is_string() && CheckJson(payload.as_string()).ok()) {
      return Text(std::string(payload.as_string()));
    }
    return Text(WriteJson(payload));
  }

  // Base64 on the wire.
  std::string ClientContext() const {
    const std::string_view context = Member("ClientContext");
    std::string decoded;
    if (absl::Base64Unescape(ToAbsl(context), &decoded)) return decoded;
    return std::string(context);
  }

 private:
  std::string_view Member(std::string_view name) const {
    return json_.is_object() ? TextMember(json_, name) : std::string_view();
  }

  JsonArena arena_;
  Json json_;
};

// "arn:aws:lambda:us-east-1:123456789012:function:f:prod", however it was named.
std::string FunctionArn(const core::ExecutionFacts& facts, const InvokeParameters& parameters) {
  const std::string_view named = parameters.function();
  const auto function = integrations::FunctionReference::Parse(named, parameters.qualifier());
  if (named.starts_with("arn:")) {
    const std::string_view before = named.substr(0, named.find(":function:"));
    return StrCat(before, ":function:", function.Qualified());
  }
  const absl::StatusOr<Arn> own = Arn::Parse(facts.execution_arn);
  if (!own.ok()) return function.Qualified();
  return StrCat("arn:", own->partition, ":lambda:", own->region, ":", own->account_id,
                ":function:", function.Qualified());
}

void FillInvocation(const core::Execution& execution, const core::Branch& branch,
                    ActivityTask* given) {
  const core::TaskAttempt& task = *branch.task;
  Invocation& invocation = given->invocation.emplace();
  invocation.function = task.queue.substr(core::kFunctionQueuePrefix.size());
  invocation.request_id = RequestId(task.nonce);
  invocation.deadline = branch.due_at.value_or(absl::InfiniteFuture());
  if (task.kind == asl::ResourceKind::kFunction) {
    invocation.function_arn = task.resource;
    return;
  }
  const InvokeParameters parameters(task);
  invocation.function_arn = FunctionArn(*execution.facts, parameters);
  invocation.client_context = parameters.ClientContext();
  invocation.wants_log = parameters.wants_log();
  given->input = parameters.Payload();
}

void FillCall(const core::Execution& execution, const core::Branch& branch, ActivityTask* given) {
  const core::TaskAttempt& task = *branch.task;
  const core::ExecutionFacts& facts = *execution.facts;
  LeasedCall& leased = given->call.emplace();
  leased.task = {facts.id, branch.id, task.nonce};
  leased.starter = {.execution = facts.id,
                    .branch = branch.id,
                    .nonce = task.nonce,
                    .scheduled_at = task.scheduled_at,
                    .waits = asl::PatternOf(task.resource) == asl::Pattern::kSync,
                    .parsed = task.resource.ends_with(":2")};
  leased.leased_until = *branch.confirm_by;
  leased.started_at = task.started_at.value_or(leased.leased_until);
  leased.repeated = leased.leased_until > leased.started_at + core::LeaseLength(absl::Duration());
  leased.submits_job = asl::RunsJob(task.resource) && !task.has_job();
  leased.call = CallOf(facts, task);
  leased.call.repeated = leased.repeated;
  leased.call.deadline = branch.due_at.value_or(absl::InfiniteFuture());
}

// As a function's own text has it, or compact where it is JSON.
std::string Compact(const Text& payload) {
  JsonArena arena;
  const absl::StatusOr<Json> json = ParseJson(payload.view(), &arena);
  return json.ok() ? WriteJson(*json) : payload.str();
}

}  // namespace

integrations::Call CallOf(const core::ExecutionFacts& facts, const core::TaskAttempt& task) {
  integrations::Call call;
  if (const auto resource = asl::SplitResource(task.resource)) {
    call.service = resource->service;
    call.action = resource->action;
  }
  if (task.kind == asl::ResourceKind::kFunction) {
    call.service = "lambda";
    call.action = "invoke";
    call.function_arn = task.resource;
  }
  call.parameters = task.input.str();
  call.role_arn = task.role_arn;
  call.idempotency_key = RequestId(task.nonce);
  call.execution_arn = facts.execution_arn;
  call.execution_role_arn = facts.role_arn;
  call.state_machine_arn = facts.state_machine_arn;
  call.max_result_bytes = facts.limits.payload_bytes;
  call.submits = task.has_token() && !task.has_job();
  call.job = task.job.str();
  if (task.started_at) call.made_at = *task.started_at;
  return call;
}

ActivityTask MakeGivenTask(const TaskTokens& tokens, const core::Execution& execution,
                           const core::Branch& branch) {
  const core::TaskAttempt& task = *branch.task;
  ActivityTask given{.token = {}, .input = task.input};
  if (core::IsOwnQueue(task.queue)) {
    FillCall(execution, branch, &given);
    return given;
  }
  given.token = tokens.Encode({execution.facts->id, branch.id, task.nonce, task.queue});
  if (core::IsFunctionQueue(task.queue)) FillInvocation(execution, branch, &given);
  return given;
}

Text InvocationResult(const core::TaskAttempt& task, const Text& payload, std::string_view log_tail,
                      absl::Time now) {
  if (task.kind != asl::ResourceKind::kIntegration) return payload;
  const InvokeParameters parameters(task);
  const std::string id = RequestId(task.nonce);
  const std::string version = parameters.version();
  Headers headers = LambdaHeaders(id, payload.size(), now);
  headers.emplace_back("X-Amz-Executed-Version", version);
  std::string result = R"({"ExecutedVersion":)";
  AppendJsonString(version, &result);
  if (parameters.wants_log() && !log_tail.empty()) {
    log_tail.remove_prefix(log_tail.size() - std::min(log_tail.size(), kLogTailBytes));
    const std::string log = absl::Base64Escape(ToAbsl(log_tail));
    headers.emplace_back("X-Amz-Log-Result", log);
    result.append(R"(,"LogResult":)");
    AppendJsonString(log, &result);
  }
  return Text(StrCat(result, R"(,"Payload":)", Compact(payload), ",", SdkMetadata(headers, 200, id),
                     R"(,"StatusCode":200})"));
}

}  // namespace pawl::engine
