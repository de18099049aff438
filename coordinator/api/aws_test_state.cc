// TestState: a state is run by itself, at once, and nothing is kept of it.

#include <algorithm>
#include <utility>

#include "coordinator/api/aws_operations.h"
#include "coordinator/api/test_state_answer.h"
#include "coordinator/api/test_state_request.h"
#include "coordinator/base/ids.h"
#include "coordinator/core/queues.h"

namespace pawl::api {
namespace {

constexpr int64_t kMaxTestedDefinition = 1'048'576;
constexpr absl::Duration kLongestTest = absl::Minutes(5);  // AWS quota
constexpr std::string_view kLevels[] = {"INFO", "DEBUG", "TRACE"};
constexpr std::string_view kValidationModes[] = {"STRICT", "PRESENT", "NONE"};

constexpr Member kErrorOutput[] = {
    {.name = "error", .sensitive = true, .most = kMaxErrorCharacters},
    {.name = "cause", .sensitive = true, .most = kMaxCauseCharacters},
};
constexpr Member kMock[] = {
    {.name = "result", .sensitive = true, .payload = PayloadLength::kCharacters},
    {.name = "errorOutput", .type = MemberType::kStructure, .members = kErrorOutput},
    {.name = "fieldValidationMode", .values = kValidationModes},
};
constexpr Member kStateConfiguration[] = {
    {.name = "retrierRetryCount", .type = MemberType::kInteger},
    {.name = "errorCausedByState", .sensitive = true, .least = 1, .most = kMaxNameCharacters},
    {.name = "mapIterationFailureCount", .type = MemberType::kInteger},
    {.name = "mapItemReaderData", .sensitive = true, .payload = PayloadLength::kCharacters},
};
constexpr Member kTestState[] = {
    {.name = "definition",
     .required = true,
     .sensitive = true,
     .least = 1,
     .most = kMaxTestedDefinition},
    {.name = "roleArn", .least = 1, .most = kMaxArnCharacters},
    {.name = "input", .sensitive = true, .payload = PayloadLength::kCharacters},
    {.name = "inspectionLevel", .values = kLevels},
    {.name = "revealSecrets", .type = MemberType::kBoolean},
    {.name = "variables", .sensitive = true, .payload = PayloadLength::kCharacters},
    {.name = "stateName", .sensitive = true, .least = 1, .most = kMaxNameCharacters},
    {.name = "mock", .type = MemberType::kStructure, .members = kMock},
    {.name = "context", .sensitive = true, .payload = PayloadLength::kCharacters},
    {.name = "stateConfiguration", .type = MemberType::kStructure, .members = kStateConfiguration},
};

// The world of a state whose work is made up: all is there, and nothing refuses anything.
class MockWorld : public core::World {
 public:
  bool ActivityExists(std::string_view) const override { return true; }
  std::string ServedFunction(std::string_view) const override { return ""; }
  bool CarriesOut(const asl::TaskResource&) const override { return true; }
  std::optional<std::string> RefusalOf(const asl::TaskResource&, Json) const override {
    return std::nullopt;
  }
  // Of a task that nobody can end with it.
  std::string SignToken(const core::TaskToken&) const override { return Uuid::Random().ToString(); }
};

// One test while it runs. Owned by whatever is to come next.
class TestRun : public std::enable_shared_from_this<TestRun> {
 public:
  TestRun(Services& services, CallPtr call, TestStateRequest request,
          std::shared_ptr<const core::World> world)
      : services_(services),
        call_(std::move(call)),
        request_(std::move(request)),
        world_(std::move(world)),
        trial_(request_.lone.compiled.machine.get(), request_.lone.state, world_.get(),
               request_.options) {}

  void Begin() {
    trial_.Begin(services_.clock->Now(), Seed());
    if (!trial_.refusal().empty()) return call_->Fail(ValidationException(trial_.refusal()));
    const core::TaskAttempt* task = trial_.Call();
    if (task == nullptr) return Answer();
    // Workers take what executions have scheduled, and there is none.
    if (task->queue != core::kCallQueue) {
      return call_->Fail(ValidationException(
          "TestState cannot invoke a function that is served by workers of Pawl: specify a mock"));
    }
    if (request_.level == InspectionLevel::kTrace) {
      trace_ = std::make_shared<integrations::HttpTrace>();
    }
    const absl::Duration patience =
        std::min(kLongestTest, absl::Seconds(task->timeout_seconds.value_or(INT32_MAX)));
    const absl::Status made = services_.engine->MakeCall(
        *request_.options.facts, *task, trace_, patience,
        [self = shared_from_this()](auto result) { self->EndCall(std::move(result)); });
    if (!made.ok()) call_->Fail(made);
  }

 private:
  static uint64_t Seed() { return static_cast<uint64_t>(RandomInt64()); }

  void EndCall(std::optional<integrations::CallResult> result) {
    const absl::Time now = services_.clock->Now();
    if (!result) {
      trial_.TimeOutCall(now, Seed());
      trace_.reset();  // the call may still write to it
    } else if (result->ok()) {
      trial_.ReturnCall(Text(**result), now, Seed());
    } else {
      const integrations::CallFailure& failure = result->error();
      std::optional<Text> cause;
      if (failure.cause) cause = Text(*failure.cause);
      trial_.FailCall(Text(failure.error), cause, now, Seed());
    }
    Answer();
  }

  void Answer() { call_->Succeed(TestStateAnswer(request_, trial_, trace_.get())); }

  Services& services_;
  const CallPtr call_;
  const TestStateRequest request_;
  const std::shared_ptr<const core::World> world_;
  core::Trial trial_;
  std::shared_ptr<integrations::HttpTrace> trace_;
};

// What an expression takes is not for the thread that reads requests.
void TestState(Services& services, CallPtr call) {
  services.engine->RunSoon([&services, call = std::move(call)] {
    Outcome<TestStateRequest, AwsError> request = ReadTestState(services, *call);
    if (!request.ok()) return call->Fail(request.error());
    std::shared_ptr<const core::World> world = std::make_shared<MockWorld>();
    if (request->makes_call()) world = services.engine->world();
    if (world == nullptr) {
      return call->Fail(absl::UnavailableError("this coordinator is starting or going down"));
    }
    std::make_shared<TestRun>(services, call, *std::move(request), std::move(world))->Begin();
  });
}

}  // namespace

std::span<const Operation> TestOperations() {
  static constexpr Operation kOperations[] = {{"TestState", kTestState, TestState}};
  return kOperations;
}

}  // namespace pawl::api
