// Nodes that make calls, with a caller whose calls a test answers, and machines that have some.

#ifndef PAWL_TESTS_UNIT_ENGINE_CALLS_FIXTURE_H_
#define PAWL_TESTS_UNIT_ENGINE_CALLS_FIXTURE_H_

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <memory>
#include <string>
#include <string_view>

#include "coordinator/base/json.h"
#include "tests/support/fake_caller.h"
#include "tests/unit/engine/engine_fixture.h"

namespace pawl::engine {

inline constexpr char kHttp[] = R"({"StartAt": "T", "States": {"T": {"Type": "Task",
  "Resource": "arn:aws:states:::http:invoke", "TimeoutSeconds": 300,
  "Parameters": {"ApiEndpoint": "https://example.com", "Method": "GET"}, "End": true}}})";

inline constexpr char kCallback[] = R"({"StartAt": "T", "States": {"T": {"Type": "Task",
  "Resource": "arn:aws:states:::lambda:invoke.waitForTaskToken", "HeartbeatSeconds": 20,
  "Parameters": {"FunctionName": "f", "Payload.$": "$$.Task.Token"}, "End": true}}})";

inline constexpr char kInvoke[] = R"({"StartAt": "T", "States": {"T": {"Type": "Task",
  "Resource": "arn:aws:states:::lambda:invoke",
  "Parameters": {"FunctionName": "f:prod", "Payload.$": "$"}, "End": true}}})";

inline constexpr char kFunction[] = R"({"StartAt": "T", "States": {"T": {"Type": "Task",
  "Resource": "arn:aws:lambda:us-east-1:000000000000:function:f", "End": true}}})";

inline constexpr char kChild[] = R"({"StartAt": "T", "States": {"T": {"Type": "Task",
  "Resource": "arn:aws:states:::states:startExecution",
  "Parameters": {"StateMachineArn.$": "$.machine", "Input": {"n": 1}}, "End": true}}})";

class CallsTest : public EngineTest {
 protected:
  CallsTest() {
    Deploy("http", kHttp);
    Deploy("callback", kCallback);
    Deploy("invoke", kInvoke);
    Deploy("function", kFunction);
    Deploy("child", kChild);
    Deploy("pass", R"({"StartAt": "P", "States": {"P": {"Type": "Pass", "End": true}}})");
  }

  std::unique_ptr<Engine> CallingNode(testing_support::FakeCaller* caller, store::Store* store,
                                      bool workers_serve = false, int64_t max_calls = 100) {
    metrics_ = std::make_shared<metrics::Metrics>();
    auto node = std::make_unique<Engine>(
        Options{.caller = caller,
                .max_calls = max_calls,
                // One version has workers of its own.
                .served_function =
                    [workers_serve](std::string_view function) {
                      if (!workers_serve) return std::string();
                      const bool own = function == "f:beta";
                      return std::string(own ? function : function.substr(0, function.find(':')));
                    },
                .metrics = metrics_},
        store, &clock_, &scheduler_);
    node->Run([](absl::Status status) { ASSERT_TRUE(status.ok()) << status; });
    Run();
    return node;
  }
  std::unique_ptr<Engine> CallingNode(testing_support::FakeCaller* caller) {
    return CallingNode(caller, &store_);
  }

  // The token that the Payload of a call of kCallback is.
  static std::string TokenIn(const integrations::Call& call) {
    JsonArena arena;
    return std::string(ParseJson(call.parameters, &arena)->Find("Payload").as_string());
  }

  void PollFunction(Engine& node, std::string_view function = "f") {
    node.PollFunction(function, Text("w"), absl::InfiniteFuture(), [this](auto task) {
      if (task.ok() && *task) tasks_.push_back(**task);
    });
    Run();
  }

  absl::Status Heartbeat(Engine& node, const std::string& token) {
    absl::Status answer = absl::InternalError("not answered");
    node.HeartbeatTask(token, [&](absl::Status status) { answer = status; });
    Run();
    return answer;
  }

  testing_support::FakeCaller caller_;
};

}  // namespace pawl::engine

#endif  // PAWL_TESTS_UNIT_ENGINE_CALLS_FIXTURE_H_
