#include "coordinator/core/trial.h"

#include <utility>

#include "coordinator/base/clock.h"
#include "coordinator/core/context.h"
#include "coordinator/core/states/call.h"
#include "coordinator/core/states/containers.h"
#include "coordinator/core/states/states.h"

namespace pawl::core {
namespace {

// The Context object of a state in no execution (recorded): a role that was not given is null, and
// the state has the same name always.
Json MadeUpContext(const ExecutionFacts& facts, const asl::State& state, absl::Time now,
                   JsonArena* arena) {
  const Json role = facts.role_arn.empty() ? Json::Null() : Json::String(facts.role_arn);
  const Json time = Json::String(FormatIso8601(now), arena);
  const JsonMember execution[] = {{"Id", Json::String(facts.execution_arn)},
                                  {"Input", Payload(facts.input).json(arena)},
                                  {"StartTime", time},
                                  {"Name", Json::String(facts.name)},
                                  {"RoleArn", role}};
  const JsonMember machine[] = {{"Id", Json::String(facts.state_machine_arn)},
                                {"Name", Json::String(facts.machine_name)}};
  std::vector<JsonMember> entered = {{"Name", Json::String("StateName")}, {"EnteredTime", time}};
  if (HasRetryCount(state)) entered.push_back({"RetryCount", Json::Int(0)});
  const JsonMember members[] = {{"Execution", Json::Object(execution, arena)},
                                {"StateMachine", Json::Object(machine, arena)},
                                {"State", Json::Object(entered, arena)}};
  return Json::Object(members, arena);
}

}  // namespace

Trial::Trial(const asl::Machine* machine, const asl::State* state, const World* world,
             TrialOptions options)
    : machine_(machine), state_(state), world_(world), options_(std::move(options)) {
  execution_.facts = options_.facts;
}

void Trial::Begin(absl::Time now, uint64_t seed) {
  Step step(machine_, world_, now, seed, execution_);
  step.Observe(&seen_);
  seen_.context = options_.context
                      ? Payload(*options_.context).json(&context_arena_)
                      : MadeUpContext(*options_.facts, *state_, step.now(), &context_arena_);
  Branch& root = branch();
  root.state = Text(state_->name);
  root.data = options_.facts->input;
  root.variables = options_.variables;
  root.entered_at = step.now();
  root.retries.assign(state_->retry.size(), static_cast<int32_t>(options_.retries));
  Run(step);
}

void Trial::Run(Step& step) {
  switch (state_->type) {
    case asl::StateType::kPass:
      return RunPass(step, branch(), *state_);
    case asl::StateType::kChoice:
      return RunChoice(step, branch(), *state_);
    case asl::StateType::kSucceed:
      return RunSucceed(step, branch(), *state_);
    case asl::StateType::kFail:
      step.Note(&Observation::after_input_path, step.DataOf(branch()));
      return RunFail(step, branch(), *state_);
    case asl::StateType::kWait:
      return RunWait(step);
    case asl::StateType::kTask:
      BeginTask(step, branch(), *state_);
      if (Call() != nullptr && options_.mock) EndByMock(step);
      return;
    case asl::StateType::kParallel:
      if (const auto input = ReadBranchInput(step, branch(), *state_); !input.ok()) {
        return FailState(step, branch(), input.error());
      }
      return EndByMock(step);
    case asl::StateType::kMap:
      return RunMap(step);
  }
}

// However long it would be.
void Trial::RunWait(Step& step) {
  BeginWait(step, branch(), *state_);
  if (!execution_.closed()) EndWait(step, branch(), *state_);
}

void Trial::RunMap(Step& step) {
  const std::optional<int64_t> iterations = CountIterations(step);
  if (!iterations) return;
  if (options_.failed_iterations > *iterations) {
    refusal_ =
        "Map iteration failure count must be less than or equal to the number of Map iterations";
    return;
  }
  if (options_.mock->result && ExceedsTolerance(*iterations)) {
    return FailState(step, branch(),
                     {.error = "States.ExceedToleratedFailureThreshold",
                      .cause = "The specified tolerated failure threshold was exceeded"});
  }
  EndByMock(step);
}

void Trial::EndByMock(Step& step) {
  const Mock& mock = *options_.mock;
  if (branch().task) {
    if (mock.result) return SucceedTask(step, branch(), *mock.result);
    return FailTask(step, branch(), mock.error, mock.cause);
  }
  if (mock.result) {
    if (auto exceeded = CheckJoined(step, *state_, *mock.result)) {
      return FailState(step, branch(), *exceeded);
    }
    return FinishState(step, branch(), *state_, Payload(*mock.result), branch().last_event_id);
  }
  asl::WorkflowError error{.reported_by_task = true};
  if (mock.error) error.error = mock.error->str();
  if (mock.cause) error.cause = mock.cause->str();
  FailState(step, branch(), std::move(error));
}

const TaskAttempt* Trial::Call() const {
  const Branch* root = execution_.Find(BranchId(0));
  return root != nullptr && root->task ? &*root->task : nullptr;
}

void Trial::ReturnCall(const Text& output, absl::Time now, uint64_t seed) {
  Step step(machine_, world_, now, seed, execution_);
  step.Observe(&seen_);
  core::ReturnCall(step, branch(), output);
}

void Trial::FailCall(const std::optional<Text>& error, const std::optional<Text>& cause,
                     absl::Time now, uint64_t seed) {
  Step step(machine_, world_, now, seed, execution_);
  step.Observe(&seen_);
  core::FailCall(step, branch(), error, cause);
}

void Trial::TimeOutCall(absl::Time now, uint64_t seed) {
  Step step(machine_, world_, now, seed, execution_);
  step.Observe(&seen_);
  TimeOutTask(step, branch(), /*heartbeat=*/false);
}

Trial::Status Trial::status() const {
  if (execution_.closed()) return Status::kFailed;
  if (!seen_.left) return Status::kRetriable;
  return seen_.failed ? Status::kCaughtError : Status::kSucceeded;
}

}  // namespace pawl::core
