// Pass, Choice, Succeed and Fail: the states that go on at once.

#include <fmt/format.h>

#include "coordinator/asl/unverified.h"
#include "coordinator/core/jsonata.h"
#include "coordinator/core/states/states.h"

namespace pawl::core {

void RunPass(Step& step, Branch& branch, const asl::State& state) {
  asl::Result<Payload> input = ApplyInputPath(step, branch, state);
  if (!input.ok()) return FailState(step, branch, input.error());
  asl::Result<Payload> result = ApplyParameters(step, branch, state, *input);
  if (!result.ok()) return FailState(step, branch, result.error());
  const auto& detail = state.as<asl::PassDetail>();
  if (detail.result) {
    result = Payload(Text(*detail.result));
    step.Note(&Observation::result, *result);
  }
  step.Note(&Observation::after_result_selector, *result);
  asl::Result<Assigned> assigned = ApplyAssign(step, branch, state.assign, *result);
  if (!assigned.ok()) return FailState(step, branch, assigned.error());
  LeaveState(step, branch, state,
             {*result, std::move(*assigned), state.next, branch.last_event_id});
}

namespace {

asl::Result<bool> Matches(Step& step, const Branch& branch, const asl::ChoiceDetail::Rule& rule,
                          const Payload& input) {
  if (const auto* condition = std::get_if<asl::JsonataTemplate>(&rule.condition)) {
    asl::Result<Json> value = EvaluateJsonata(step, branch, *condition, input, "boolean");
    if (!value.ok()) return value.error();
    return value->as_bool();
  }
  return std::get<asl::ChoiceRule>(rule.condition)
      .Matches(MakeEnvironment(step, branch, input.json(step.arena())), step.arena());
}

}  // namespace

void RunChoice(Step& step, Branch& branch, const asl::State& state) {
  asl::Result<Payload> input = ApplyInputPath(step, branch, state);
  if (!input.ok()) return FailState(step, branch, input.error());
  const auto& detail = state.as<asl::ChoiceDetail>();
  const asl::State* next = detail.default_next;
  const std::optional<asl::ValueTemplate>* assign = &state.assign;
  const std::optional<asl::JsonataTemplate>* output = &state.output;
  for (const asl::ChoiceDetail::Rule& rule : detail.rules) {
    asl::Result<bool> matches = Matches(step, branch, rule, *input);
    if (!matches.ok()) return FailState(step, branch, matches.error());
    if (!*matches) continue;
    next = rule.next;
    assign = &rule.assign;
    output = &rule.output;
    break;
  }
  if (next == nullptr) {
    return FailState(step, branch,
                     {std::string(asl::unverified::kNoChoiceMatched),
                      std::string(asl::unverified::kNoChoiceMatchedCause), /*needs_prefix=*/true});
  }
  asl::Result<Assigned> assigned = ApplyAssign(step, branch, *assign, *input);
  if (!assigned.ok()) return FailState(step, branch, assigned.error());
  LeaveState(step, branch, state,
             {*input, std::move(*assigned), next, branch.last_event_id, output});
}

void RunSucceed(Step& step, Branch& branch, const asl::State& state) {
  asl::Result<Payload> input = ApplyInputPath(step, branch, state);
  if (!input.ok()) return FailState(step, branch, input.error());
  LeaveState(step, branch, state, {*input, {}, nullptr, branch.last_event_id});
}

namespace {

// `Error` or `Cause` of a Fail state: written, computed, or absent.
asl::Result<std::optional<std::string>> FailText(Step& step, const Branch& branch,
                                                 const asl::FailDetail::TextField& text,
                                                 std::string_view field) {
  if (!text.computed) return text.value;
  const Payload input = step.DataOf(branch);
  const auto evaluate = [&]() -> asl::Result<Json> {
    if (const auto* jsonata = std::get_if<asl::JsonataTemplate>(&*text.computed)) {
      return EvaluateJsonata(step, branch, *jsonata, input, "string");
    }
    return std::get<asl::Expression>(*text.computed)
        .Evaluate(MakeEnvironment(step, branch, input.json(step.arena())), step.random_bits(),
                  field, step.arena());
  };
  asl::Result<Json> value = evaluate();
  if (!value.ok()) return value.error();
  if (!value->is_string()) {
    return asl::RuntimeError(fmt::format(asl::unverified::kNotTextCause, field, ShownJson(*value)));
  }
  return std::optional<std::string>(std::string(value->as_string()));
}

}  // namespace

void RunFail(Step& step, Branch& branch, const asl::State& state) {
  const auto& detail = state.as<asl::FailDetail>();
  auto error = FailText(step, branch, detail.error, "ErrorPath");
  if (!error.ok()) return FailState(step, branch, error.error());
  auto cause = FailText(step, branch, detail.cause, "CausePath");
  if (!cause.ok()) return FailState(step, branch, cause.error());
  FailState(step, branch, {*error, *cause});
}

}  // namespace pawl::core
