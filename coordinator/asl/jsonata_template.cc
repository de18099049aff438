#include "coordinator/asl/jsonata_template.h"

#include <fmt/format.h>

#include <cmath>
#include <utility>

#include "coordinator/asl/jsonata_expression.h"

namespace pawl::asl {

bool IsJsonata(Json value) {
  if (!value.is_string()) return false;
  const std::string_view text = value.as_string();
  return text.size() >= 4 && text.starts_with("{%") && text.ends_with("%}");
}

std::string_view JsonataText(std::string_view expression) {
  constexpr std::string_view kBlanks = " \t\r\n";
  std::string_view text = expression.substr(2, expression.size() - 4);
  const size_t begin = text.find_first_not_of(kBlanks);
  if (begin == std::string_view::npos) return {};
  return text.substr(begin, text.find_last_not_of(kBlanks) - begin + 1);
}

// A literal, an expression, or a container of nodes of which at least one is no literal.
struct JsonataTemplate::Node {
  struct Member {
    std::string_view key;
    Node* node;
  };

  Json literal;
  std::unique_ptr<const JsonataExpression> expression;
  std::vector<Member> members;
  std::vector<Node*> items;
  bool is_array = false;
  bool is_literal() const { return expression == nullptr && members.empty() && items.empty(); }

  // Of the root only: what the whole tree lives in.
  std::shared_ptr<JsonArena> arena;
  std::vector<std::unique_ptr<Node>> nodes;

  Result<Json> Evaluate(const JsonataEnvironment& environment, JsonArena* arena) const;
};

// Builds the tree of nodes, whatever is wrong with parts of it.
class JsonataCompiler {
 public:
  using Node = JsonataTemplate::Node;
  using Problem = JsonataTemplate::Problem;

  JsonataCompiler(Node* root, std::string_view field, StatesMembers available,
                  std::vector<Problem>* problems)
      : root_(root), field_(field), available_(available), problems_(*problems) {}

  void Compile(Json definition, const std::string& pointer, Node* node) {
    node->literal = definition;
    if (IsJsonata(definition)) {
      CompileExpression(definition.as_string(), pointer, node);
    } else if (definition.is_object()) {
      for (const JsonMember& member : definition.members()) {
        Node* child = NewNode();
        Compile(member.value, fmt::format("{}/{}", pointer, member.key), child);
        node->members.push_back({member.key, child});
      }
    } else if (definition.is_array()) {
      node->is_array = true;
      for (size_t i = 0; i < definition.size(); ++i) {
        Node* child = NewNode();
        Compile(definition.items()[i], fmt::format("{}[{}]", pointer, i), child);
        node->items.push_back(child);
      }
    }
    ForgetLiterals(node);
  }

  StatesMembers reads() const { return reads_; }

 private:
  Node* NewNode() { return root_->nodes.emplace_back(std::make_unique<Node>()).get(); }

  void CompileExpression(std::string_view text, const std::string& pointer, Node* node) {
    auto compiled = JsonataExpression::Compile(JsonataText(text),
                                               fmt::format("{}{}", field_, pointer), available_);
    if (!compiled.ok()) {
      problems_.push_back({pointer, compiled.error().code, std::move(compiled.error().message)});
      return;
    }
    reads_ |= compiled->reads();
    node->expression = std::make_unique<const JsonataExpression>(*std::move(compiled));
  }

  // A container of literals alone is one.
  static void ForgetLiterals(Node* node) {
    for (const Node::Member& member : node->members) {
      if (!member.node->is_literal()) return;
    }
    for (const Node* item : node->items) {
      if (!item->is_literal()) return;
    }
    node->members.clear();
    node->items.clear();
  }

  Node* const root_;
  const std::string_view field_;
  const StatesMembers available_;
  std::vector<Problem>& problems_;
  StatesMembers reads_ = 0;
};

std::optional<JsonataTemplate> JsonataTemplate::Compile(Json definition, std::string_view field,
                                                        StatesMembers available,
                                                        std::vector<Problem>* problems) {
  auto root = std::make_shared<Node>();
  root->arena = std::make_shared<JsonArena>();
  // The definition's own memory may go; the text of it is the copy that is kept.
  absl::StatusOr<Json> copy = ParseJson(WriteJson(definition), root->arena.get());
  if (!copy.ok()) return std::nullopt;
  const size_t before = problems->size();
  JsonataCompiler compiler(root.get(), field, available, problems);
  compiler.Compile(*copy, "", root.get());
  if (problems->size() != before) return std::nullopt;
  JsonataTemplate compiled;
  compiled.root_ = std::move(root);
  compiled.field_ = std::string(field);
  compiled.reads_ = compiler.reads();
  return compiled;
}

Result<Json> JsonataTemplate::Node::Evaluate(const JsonataEnvironment& environment,
                                             JsonArena* arena) const {
  if (expression != nullptr) return expression->Evaluate(environment, arena);
  if (is_literal()) return literal;
  if (is_array) {
    std::vector<Json> made;
    made.reserve(items.size());
    for (const Node* item : items) {
      Result<Json> value = item->Evaluate(environment, arena);
      if (!value.ok()) return value;
      made.push_back(*value);
    }
    return Json::Array(made, arena);
  }
  std::vector<JsonMember> made;
  made.reserve(members.size());
  for (const Member& member : members) {
    Result<Json> value = member.node->Evaluate(environment, arena);
    if (!value.ok()) return value;
    made.push_back({member.key, *value});
  }
  return Json::Object(made, arena);
}

Result<Json> JsonataTemplate::Evaluate(const JsonataEnvironment& environment,
                                       JsonArena* arena) const {
  return root_->Evaluate(environment, arena);
}

Result<Json> JsonataTemplate::Evaluate(const JsonataEnvironment& environment,
                                       std::string_view wanted, JsonArena* arena) const {
  Result<Json> value = root_->Evaluate(environment, arena);
  if (!value.ok() || root_->expression == nullptr) return value;
  return root_->expression->Expect(wanted, *value);
}

}  // namespace pawl::asl
