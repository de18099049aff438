#include "coordinator/asl/choice.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <utility>

#include "coordinator/asl/choice_node.h"
#include "coordinator/asl/unverified.h"
#include "coordinator/base/clock.h"

namespace pawl::asl {
namespace {

using Family = ChoiceFamily;
using Relation = ChoiceRelation;
using Test = ChoiceTypeTest;

// Every operator in the form without `Path`.
constexpr ChoiceOperator kOperators[] = {
    {"StringEquals", Family::kString, Relation::kEquals},
    {"StringLessThan", Family::kString, Relation::kLess},
    {"StringGreaterThan", Family::kString, Relation::kGreater},
    {"StringLessThanEquals", Family::kString, Relation::kLessEquals},
    {"StringGreaterThanEquals", Family::kString, Relation::kGreaterEquals},
    {"StringMatches", Family::kPattern},
    {"NumericEquals", Family::kNumeric, Relation::kEquals},
    {"NumericLessThan", Family::kNumeric, Relation::kLess},
    {"NumericGreaterThan", Family::kNumeric, Relation::kGreater},
    {"NumericLessThanEquals", Family::kNumeric, Relation::kLessEquals},
    {"NumericGreaterThanEquals", Family::kNumeric, Relation::kGreaterEquals},
    {"BooleanEquals", Family::kBoolean, Relation::kEquals},
    {"TimestampEquals", Family::kTimestamp, Relation::kEquals},
    {"TimestampLessThan", Family::kTimestamp, Relation::kLess},
    {"TimestampGreaterThan", Family::kTimestamp, Relation::kGreater},
    {"TimestampLessThanEquals", Family::kTimestamp, Relation::kLessEquals},
    {"TimestampGreaterThanEquals", Family::kTimestamp, Relation::kGreaterEquals},
    {"IsNull", Family::kType, Relation::kEquals, Test::kNull},
    {"IsPresent", Family::kType, Relation::kEquals, Test::kPresent},
    {"IsNumeric", Family::kType, Relation::kEquals, Test::kNumeric},
    {"IsString", Family::kType, Relation::kEquals, Test::kString},
    {"IsBoolean", Family::kType, Relation::kEquals, Test::kBoolean},
    {"IsTimestamp", Family::kType, Relation::kEquals, Test::kTimestamp},
};

constexpr std::string_view kPathSuffix = "Path";
constexpr size_t kMaxProblems = 200;  // more help nobody

// Null when `name` is no operator; `*by_path` tells the two forms apart.
const ChoiceOperator* FindOperator(std::string_view name, bool* by_path) {
  *by_path = name.ends_with(kPathSuffix);
  if (*by_path) name.remove_suffix(kPathSuffix.size());
  for (const ChoiceOperator& op : kOperators) {
    if (op.name == name && (!*by_path || op.has_path_form())) return &op;
  }
  return nullptr;
}

// Collects the problems of one rule while it is read. `at` is always the pointer of what is being
// read.
class RuleReader {
 public:
  using Node = ChoiceRule::Node;

  explicit RuleReader(std::vector<ChoiceRule::Problem>* problems) : problems_(problems) {}

  // `outermost`: the rule is an element of Choices, where Next, Assign and Comment may stand.
  Node Read(Json rule, const std::string& at, bool outermost) {
    Node node;
    if (!rule.is_object()) {
      Report(at, "Expected value of type Object");
      return node;
    }
    CheckMembers(rule, at, outermost);
    std::vector<std::string_view> forms;
    for (std::string_view form : {"And", "Or", "Not", "Variable"}) {
      if (!rule.Find(form).is_undefined()) forms.push_back(form);
    }
    // A Condition belongs to JSONata and is reported as such; it needs no second finding.
    if (forms.empty() && !rule.Find("Condition").is_undefined()) return node;
    if (forms.size() != 1) {
      Report(at,
             "The object must have only one of the following fields, [And, Or, Not, Variable, "
             "Condition]");
      return node;
    }
    const std::string below = fmt::format("{}/{}", at, forms[0]);
    if (forms[0] == "Variable") {
      ReadComparison(rule, at, &node);
    } else if (forms[0] == "Not") {
      node.kind = Node::Kind::kNot;
      node.children.push_back(Read(rule.Find("Not"), below, false));
    } else {
      node.kind = forms[0] == "And" ? Node::Kind::kAnd : Node::Kind::kOr;
      ReadList(rule.Find(forms[0]), below, &node);
    }
    return node;
  }

 private:
  void Report(const std::string& at, std::string message) {
    if (problems_->size() < kMaxProblems) problems_->push_back({at, std::move(message)});
  }

  void CheckMembers(Json rule, const std::string& at, bool outermost) {
    const bool is_comparison = !rule.Find("Variable").is_undefined();
    for (const JsonMember& member : rule.members()) {
      const std::string_view key = member.key;
      if (key == "And" || key == "Or" || key == "Not" || key == "Variable") continue;
      if (key == "Comment" && (outermost || unverified::kNestedRulesMayHaveComments)) {
        if (!member.value.is_string()) {
          Report(at + "/Comment", "Expected value of type String");
        }
        continue;
      }
      if (outermost && (key == "Next" || key == "Assign")) continue;
      if (key == "Condition" || (outermost && key == "Output")) {
        Report(at, fmt::format("The QueryLanguage is set to 'JSONPath', but field '{}' is only "
                               "supported for the 'JSONata' QueryLanguage",
                               key));
        continue;
      }
      bool by_path = false;
      if (is_comparison && FindOperator(key, &by_path) != nullptr) continue;
      Report(at, fmt::format("Field '{}' is not supported", key));
    }
  }

  void ReadList(Json rules, const std::string& at, Node* node) {
    if (!rules.is_array()) return Report(at, "Expected value of type Array");
    if (rules.size() == 0) return Report(at, "Value cannot be empty");
    for (size_t i = 0; i < rules.size(); ++i) {
      node->children.push_back(Read(rules.items()[i], fmt::format("{}[{}]", at, i), false));
    }
  }

  void ReadComparison(Json rule, const std::string& at, Node* node) {
    node->variable = ReadPath(rule.Find("Variable"), at + "/Variable");
    std::vector<std::string_view> found;
    for (const JsonMember& member : rule.members()) {
      bool by_path = false;
      const ChoiceOperator* op = FindOperator(member.key, &by_path);
      if (op == nullptr) continue;
      found.push_back(member.key);
      if (found.size() > 1) continue;
      node->op = op;
      const std::string below = fmt::format("{}/{}", at, member.key);
      if (by_path) {
        node->operand_path = ReadPath(member.value, below);
      } else {
        ReadOperand(member.value, below, node);
      }
    }
    if (found.empty()) {
      Report(at, "A comparison needs one operator next to 'Variable', such as 'StringEquals'");
    } else if (found.size() > 1) {
      Report(at, fmt::format("There should only be one of the following fields: [{}]",
                             fmt::join(found, ", ")));
    }
  }

  std::optional<query::JsonPath> ReadPath(Json value, const std::string& at) {
    if (!value.is_string()) {
      Report(at, "Expected value of type String");
      return std::nullopt;
    }
    const std::string not_reference = "Value is not a Reference Path: ";
    if (!value.as_string().starts_with('$')) {
      Report(at, not_reference + "Reference path didn't start with '$'");
      return std::nullopt;
    }
    absl::StatusOr<query::JsonPath> path = query::JsonPath::Compile(value.as_string());
    if (!path.ok()) {
      Report(at, not_reference + std::string(path.status().message()));
      return std::nullopt;
    }
    if (!path->not_reference_reason().empty() && !unverified::kVariableMayBeIndefinite) {
      Report(at, not_reference + path->not_reference_reason());
      return std::nullopt;
    }
    return *std::move(path);
  }

  void ReadOperand(Json value, const std::string& at, Node* node) {
    switch (node->op->family) {
      case Family::kString:
        if (!value.is_string()) return Report(at, "Expected value of type String");
        node->operand = std::string(value.as_string());
        return;
      case Family::kPattern:
        if (!value.is_string()) return Report(at, "Expected value of type String");
        node->operand = StringPattern(value.as_string());
        return;
      case Family::kNumeric:
        if (!value.is_number()) return Report(at, "Expected value of type Number");
        if (value.is_int()) {
          node->operand = value.as_int();
        } else {
          node->operand = value.as_double();
        }
        return;
      case Family::kBoolean:
      case Family::kType:
        if (!value.is_bool()) return Report(at, "Expected value of type Boolean");
        node->operand = value.as_bool();
        return;
      case Family::kTimestamp: {
        if (!value.is_string()) return Report(at, "Expected value of type String");
        absl::StatusOr<absl::Time> time = ParseIso8601(value.as_string());
        if (!time.ok()) return Report(at, "String does not match RFC3339 timestamp");
        node->operand = *time;
        return;
      }
    }
  }

  std::vector<ChoiceRule::Problem>* problems_;
};

}  // namespace

bool IsChoiceRuleField(std::string_view field) {
  bool by_path = false;
  return field == "And" || field == "Or" || field == "Not" || field == "Variable" ||
         FindOperator(field, &by_path) != nullptr;
}

std::optional<ChoiceRule> ChoiceRule::Compile(Json definition, std::vector<Problem>* problems) {
  const size_t before = problems->size();
  auto node = std::make_shared<Node>(RuleReader(problems).Read(definition, "", true));
  if (problems->size() != before) return std::nullopt;
  return ChoiceRule(std::move(node));
}

Outcome<ChoiceRule, ChoiceRule::Problem> ChoiceRule::Compile(Json definition) {
  std::vector<Problem> problems;
  std::optional<ChoiceRule> rule = Compile(definition, &problems);
  if (!rule.has_value()) return problems.front();
  return *std::move(rule);
}

}  // namespace pawl::asl
