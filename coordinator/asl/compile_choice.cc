// Choice: its rules, in the language of the state.

#include <fmt/format.h>

#include <utility>

#include "coordinator/asl/definition_compiler.h"

namespace pawl::asl {

void DefinitionCompiler::ReadChoice(const StateReader& reader) {
  auto& detail = reader.state->detail.emplace<ChoiceDetail>();
  const Place choices = reader.Field("Choices");
  if (read_.IsNonEmptyArray(choices)) {
    for (size_t i = 0; i < choices.value().size(); ++i) {
      const Place rule = choices.Item(i);
      if (reader.is_jsonata()) {
        ReadJsonataRule(reader, rule, fmt::format("Choices[{}]", i), &detail);
      } else {
        ReadChoiceRule(reader, rule, &detail);
      }
    }
  }
  detail.default_next = ReadTarget(reader.Field("Default"), reader.state, reader.level);
}

void DefinitionCompiler::ReadChoiceRule(const StateReader& reader, const Place& rule,
                                        ChoiceDetail* detail) {
  std::vector<ChoiceRule::Problem> problems;
  std::optional<ChoiceRule> condition = ChoiceRule::Compile(rule.value(), &problems);
  for (ChoiceRule::Problem& problem : problems) {
    findings_->Schema(std::move(problem.message), rule.Below(problem.pointer));
  }
  if (!rule.value().is_object()) return;
  for (size_t i = 0; i < rule.value().size(); ++i) {
    const Place member = rule.MemberAt(i);
    if (member.key().starts_with("String") && !member.key().ends_with("Path")) {
      read_.WarnIfPath(member);
    }
  }
  const State* target = ReadRuleTarget(reader, rule);
  std::optional<ValueTemplate> assign = ReadAssign(reader, rule.Member("Assign"), "", 0);
  if (condition.has_value()) {
    detail->rules.push_back({*std::move(condition), target, std::nullopt, std::move(assign)});
  }
}

const State* DefinitionCompiler::ReadRuleTarget(const StateReader& reader, const Place& rule) {
  const Place next = rule.Member("Next");
  if (!next.exists()) findings_->Schema("These fields are required: [Next]", rule);
  return ReadTarget(next, reader.state, reader.level);
}

void DefinitionCompiler::ReadJsonataRule(const StateReader& reader, const Place& rule,
                                         std::string_view location, ChoiceDetail* detail) {
  if (!read_.IsObject(rule)) return;
  for (const JsonMember& member : rule.value().members()) {
    if (IsChoiceRuleField(member.key)) {
      findings_->Schema(OtherLanguage(member.key, QueryLanguage::kJsonata), rule);
    } else if (member.key != "Condition" && member.key != "Next" && member.key != "Assign" &&
               member.key != "Output" && member.key != "Comment") {
      findings_->Schema(fmt::format("Field '{}' is not supported", member.key), rule);
    }
  }
  read_.String(rule.Member("Comment"));
  const State* target = ReadRuleTarget(reader, rule);
  std::optional<JsonataTemplate> condition = ReadCondition(rule, location);
  auto output =
      read_.ReadJsonata(rule.Member("Output"), fmt::format("{}/Output", location), kStatesOfState);
  auto assign =
      ReadAssign(reader, rule.Member("Assign"), fmt::format("{}/Assign", location), kStatesOfState);
  if (condition.has_value()) {
    detail->rules.push_back({*std::move(condition), target, std::move(output), std::move(assign)});
  }
}

// An expression, or `true` or `false` as it is.
std::optional<JsonataTemplate> DefinitionCompiler::ReadCondition(const Place& rule,
                                                                 std::string_view location) {
  const Place condition = rule.Member("Condition");
  if (!condition.exists()) {
    findings_->Schema(
        "The object must have only one of the following fields, [And, Or, Not, Variable, "
        "Condition]",
        rule);
    return std::nullopt;
  }
  if (!condition.value().is_bool() && !IsJsonata(condition.value())) {
    findings_->Schema("Expected value of type Boolean or JSONata expression", condition);
    return std::nullopt;
  }
  return read_.ReadJsonata(condition, fmt::format("{}/Condition", location), kStatesOfState);
}

}  // namespace pawl::asl
