// Pass, Choice, Succeed and Fail: the states that go on at once.

#include <fmt/format.h>

#include "coordinator/asl/unverified.h"
#include "coordinator/core/states/states.h"

namespace pawl::core {

void RunPass(Step& step, Branch& branch, const asl::State& state) {
  asl::Result<Payload> input = ApplyInputPath(step, branch, state);
  if (!input.ok()) return FailState(step, branch, input.error());
  asl::Result<Payload> result = ApplyTemplate(step, branch, state.parameters, *input);
  if (!result.ok()) return FailState(step, branch, result.error());
  const auto& detail = state.as<asl::PassDetail>();
  if (detail.result) result = Payload(Text(*detail.result));
  asl::Result<Assigned> assigned = ApplyAssign(step, branch, state.assign, *result);
  if (!assigned.ok()) return FailState(step, branch, assigned.error());
  LeaveState(step, branch, state,
             {*result, std::move(*assigned), state.next, branch.last_event_id});
}

void RunChoice(Step& step, Branch& branch, const asl::State& state) {
  asl::Result<Payload> input = ApplyInputPath(step, branch, state);
  if (!input.ok()) return FailState(step, branch, input.error());
  const auto& detail = state.as<asl::ChoiceDetail>();
  const query::Environment environment = MakeEnvironment(step, branch, input->json(step.arena()));

  const asl::State* next = detail.default_next;
  const std::optional<asl::Template>* assign = &state.assign;
  for (const asl::ChoiceDetail::Rule& rule : detail.rules) {
    asl::Result<bool> matches = rule.condition.Matches(environment, step.arena());
    if (!matches.ok()) return FailState(step, branch, matches.error());
    if (!*matches) continue;
    next = rule.next;
    assign = &rule.assign;
    break;
  }
  if (next == nullptr) {
    return FailState(step, branch,
                     {std::string(asl::unverified::kNoChoiceMatched),
                      std::string(asl::unverified::kNoChoiceMatchedCause), /*needs_prefix=*/true});
  }
  asl::Result<Assigned> assigned = ApplyAssign(step, branch, *assign, *input);
  if (!assigned.ok()) return FailState(step, branch, assigned.error());
  LeaveState(step, branch, state, {*input, std::move(*assigned), next, branch.last_event_id});
}

void RunSucceed(Step& step, Branch& branch, const asl::State& state) {
  asl::Result<Payload> input = ApplyInputPath(step, branch, state);
  if (!input.ok()) return FailState(step, branch, input.error());
  LeaveState(step, branch, state, {*input, {}, nullptr, branch.last_event_id});
}

namespace {

// `Error` or `Cause` of a Fail state: written, computed, or absent.
asl::Result<std::optional<std::string>> FailText(Step& step, const Branch& branch,
                                                 const std::optional<std::string>& written,
                                                 const std::optional<asl::Expression>& computed,
                                                 std::string_view field) {
  if (!computed) return written;
  const Payload input = step.DataOf(branch);
  asl::Result<Json> value =
      computed->Evaluate(MakeEnvironment(step, branch, input.json(step.arena())),
                         step.random_bits(), field, step.arena());
  if (!value.ok()) return value.error();
  if (!value->is_string()) {
    return asl::RuntimeError(fmt::format(asl::unverified::kNotTextCause, field, ShownJson(*value)));
  }
  return std::optional<std::string>(std::string(value->as_string()));
}

}  // namespace

void RunFail(Step& step, Branch& branch, const asl::State& state) {
  const auto& detail = state.as<asl::FailDetail>();
  auto error = FailText(step, branch, detail.error, detail.error_path, "ErrorPath");
  if (!error.ok()) return FailState(step, branch, error.error());
  auto cause = FailText(step, branch, detail.cause, detail.cause_path, "CausePath");
  if (!cause.ok()) return FailState(step, branch, cause.error());
  FailState(step, branch, {*error, *cause});
}

}  // namespace pawl::core
