#include "coordinator/core/jsonata.h"

#include <fmt/format.h>

#include <string>
#include <vector>

#include "coordinator/asl/unverified.h"
#include "coordinator/core/data_flow.h"

namespace pawl::core {
namespace {

// `$states` with those of its members that the template reads.
Json MakeStates(Step& step, const Branch& branch, const asl::JsonataTemplate& form,
                const Subject& subject, const std::optional<MapItem>& item) {
  const auto reads = [&form](asl::StatesMembers member) { return (form.reads() & member) != 0; };
  const bool is_input = subject.role == Subject::Role::kInput;
  std::vector<JsonMember> members;
  if (reads(asl::kStatesInput)) {
    const Payload input = is_input ? subject.data : step.DataOf(branch);
    members.push_back({"input", input.json(step.arena())});
  }
  if (reads(asl::kStatesContext)) {
    members.push_back({"context", MakeContext(step, branch, item)});
  }
  if (reads(asl::kStatesResult) && subject.role == Subject::Role::kResult) {
    members.push_back({"result", subject.data.json(step.arena())});
  }
  if (reads(asl::kStatesErrorOutput) && subject.role == Subject::Role::kErrorOutput) {
    members.push_back({"errorOutput", subject.data.json(step.arena())});
  }
  return Json::Object(members, step.arena());
}

asl::Result<Json> Evaluate(Step& step, const Branch& branch, const asl::JsonataTemplate& form,
                           const Subject& subject, const std::optional<MapItem>& item,
                           std::string_view wanted, absl::Time now, const asl::RandomBits& random) {
  std::vector<JsonMember> bindings;
  const Json variables = step.VariablesOf(branch);
  if (variables.is_object()) {
    bindings.assign(variables.members().begin(), variables.members().end());
  }
  bindings.push_back({"states", MakeStates(step, branch, form, subject, item)});
  const asl::JsonataEnvironment environment{Json::Object(bindings, step.arena()), now, random,
                                            &step.jsonata_budget()};
  if (wanted.empty()) return form.Evaluate(environment, step.arena());
  return form.Evaluate(environment, wanted, step.arena());
}

template <typename T>
asl::WorkflowError OutOfRange(const asl::JsonataTemplate& form, Json value, T min, T max) {
  return asl::QueryEvaluationError(fmt::format(asl::unverified::kJsonataOutOfRangeCause,
                                               form.field(), ShownJson(value), min, max),
                                   form.field());
}

}  // namespace

asl::Result<Json> EvaluateJsonata(Step& step, const Branch& branch,
                                  const asl::JsonataTemplate& form, const Subject& subject,
                                  std::string_view wanted, const std::optional<MapItem>& item) {
  return Evaluate(step, branch, form, subject, item, wanted, step.now(), step.random_bits());
}

asl::Result<Json> EvaluateJsonata(Step& step, const Branch& branch,
                                  const asl::JsonataTemplate& form, const Subject& subject,
                                  std::string_view wanted, const Circumstances& circumstances) {
  return Evaluate(step, branch, form, subject, std::nullopt, wanted, circumstances.now,
                  step.random_bits(circumstances.seed));
}

asl::Result<int64_t> EvaluateInteger(Step& step, const Branch& branch,
                                     const asl::JsonataTemplate& form, const Subject& subject,
                                     int64_t min, int64_t max) {
  const asl::Result<Json> value = EvaluateJsonata(step, branch, form, subject, "number");
  if (!value.ok()) return value.error();
  if (!value->is_int()) {
    return asl::QueryEvaluationError(
        fmt::format(asl::unverified::kJsonataNotAnIntegerCause, form.field(), ShownJson(*value)),
        form.field());
  }
  if (value->as_int() < 0 && min == 0) {
    return asl::QueryEvaluationError(
        fmt::format(asl::unverified::kJsonataNegativeCause, form.field(), ShownJson(*value)),
        form.field());
  }
  if (value->as_int() < min || value->as_int() > max) return OutOfRange(form, *value, min, max);
  return value->as_int();
}

asl::Result<double> EvaluateDecimal(Step& step, const Branch& branch,
                                    const asl::JsonataTemplate& form, const Subject& subject,
                                    double min, double max) {
  const asl::Result<Json> value = EvaluateJsonata(step, branch, form, subject, "number");
  if (!value.ok()) return value.error();
  const double number = value->as_double();
  // Also of what is no number at all.
  if (!(number >= min && number <= max)) return OutOfRange(form, *value, min, max);
  return number;
}

}  // namespace pawl::core
