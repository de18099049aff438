#include "coordinator/asl/template.h"

#include <utility>
#include <vector>

#include "absl/container/flat_hash_set.h"
#include "coordinator/asl/evaluation_limit.h"
#include "coordinator/asl/path_not_found.h"
#include "coordinator/base/strings.h"

namespace pawl::asl {

absl::StatusOr<Expression> Expression::Compile(std::string_view text) {
  if (!text.empty() && text[0] == '$') {
    absl::StatusOr<query::JsonPath> path = query::JsonPath::Compile(text);
    if (!path.ok()) return path.status();
    return Expression(std::move(*path));
  }
  absl::StatusOr<Intrinsic> call = Intrinsic::Compile(text);
  if (!call.ok()) return call.status();
  return Expression(std::move(*call));
}

const std::string& Expression::text() const {
  if (const auto* path = std::get_if<query::JsonPath>(&form_)) return path->text();
  return std::get<Intrinsic>(form_).text();
}

bool Expression::may_give_text() const {
  const auto* call = std::get_if<Intrinsic>(&form_);
  return call == nullptr || call->gives_text();
}

Result<Json> Expression::Evaluate(const query::Environment& environment, const RandomBits& random,
                                  std::string_view field, JsonArena* arena) const {
  const auto* path = std::get_if<query::JsonPath>(&form_);
  if (path == nullptr) {
    return std::get<Intrinsic>(form_).Evaluate(environment, random, field, arena);
  }
  const absl::StatusOr<Json> found = path->Evaluate(environment, arena);
  if (found.ok()) return *found;
  return PathNotFound(*path, field, environment);
}

void Expression::VisitPaths(const std::function<void(const query::JsonPath&)>& visit) const {
  if (const auto* path = std::get_if<query::JsonPath>(&form_)) {
    visit(*path);
  } else {
    std::get<Intrinsic>(form_).VisitPaths(visit);
  }
}

// A literal (its text parsed once, kept in the template's own arena), a computed value, or a
// container of nodes of which at least one is computed.
struct Template::Node {
  struct Member {
    std::string key;    // as it is emitted
    std::string field;  // as it is written, for messages
    Node* node;
  };

  Json literal;
  std::optional<Expression> expression;
  std::vector<Member> members;
  std::vector<Node*> items;
  bool is_array = false;
  bool is_literal() const { return !expression && members.empty() && items.empty(); }

  // Of the root only: what the whole tree lives in.
  std::shared_ptr<JsonArena> arena;
  std::vector<std::unique_ptr<Node>> nodes;
};

namespace {

constexpr std::string_view kComputed = ".$";

bool IsComputedKey(std::string_view key) { return key.size() > 2 && key.ends_with(kComputed); }

}  // namespace

// Builds the tree of nodes; the first problem ends it.
class TemplateCompiler {
 public:
  using Node = Template::Node;

  explicit TemplateCompiler(Node* root) : root_(root) {}

  // False when problem() says why.
  bool Compile(Json definition, std::string_view pointer, Node* node) {
    if (definition.is_object()) return CompileObject(definition, pointer, node);
    if (definition.is_array()) return CompileArray(definition, pointer, node);
    node->literal = definition;
    return true;
  }
  const Template::Problem& problem() const { return problem_; }

 private:
  Node* NewNode() { return root_->nodes.emplace_back(std::make_unique<Node>()).get(); }

  bool Fail(std::string_view pointer, std::string message) {
    problem_ = {std::string(pointer), std::move(message)};
    return false;
  }

  bool CompileObject(Json definition, std::string_view pointer, Node* node) {
    absl::flat_hash_set<std::string> emitted;
    bool literal = true;
    for (const JsonMember& member : definition.members()) {
      const bool computed = IsComputedKey(member.key);
      std::string key(member.key);
      if (computed) key.resize(key.size() - kComputed.size());
      if (!emitted.insert(key).second) {
        return Fail(pointer, StrCat("The field '", key, "' is defined twice"));
      }
      Node* child = NewNode();
      if (computed) {
        if (!CompileComputed(member, pointer, child)) return false;
      } else if (!Compile(member.value, StrCat(pointer, "/", member.key), child)) {
        return false;
      }
      literal = literal && child->is_literal();
      node->members.push_back({std::move(key), std::string(member.key), child});
    }
    if (literal) {
      node->members.clear();
      node->literal = definition;
    }
    return true;
  }

  bool CompileComputed(const JsonMember& member, std::string_view pointer, Node* node) {
    const std::string problem =
        StrCat("The value for the field '", member.key,
               "' must be a valid JSONPath or a valid intrinsic function call");
    if (!member.value.is_string()) return Fail(pointer, problem);
    absl::StatusOr<Expression> expression = Expression::Compile(member.value.as_string());
    if (!expression.ok()) return Fail(pointer, problem);
    node->expression.emplace(std::move(*expression));
    return true;
  }

  bool CompileArray(Json definition, std::string_view pointer, Node* node) {
    bool literal = true;
    int index = 0;
    for (const Json& item : definition.items()) {
      Node* child = NewNode();
      if (!Compile(item, StrCat(pointer, "[", index++, "]"), child)) return false;
      literal = literal && child->is_literal();
      node->items.push_back(child);
    }
    node->is_array = true;
    if (literal) {
      node->items.clear();
      node->literal = definition;
    }
    return true;
  }

  Node* const root_;
  Template::Problem problem_;
};

Outcome<Template, Template::Problem> Template::Compile(Json definition) {
  auto root = std::make_shared<Node>();
  root->arena = std::make_shared<JsonArena>();
  // The definition's own memory may go; the text of it is the copy that is kept.
  absl::StatusOr<Json> copy = ParseJson(WriteJson(definition), root->arena.get());
  if (!copy.ok()) return Problem{"", std::string(copy.status().message())};
  TemplateCompiler compiler(root.get());
  if (!compiler.Compile(*copy, "", root.get())) return compiler.problem();
  return Template(std::move(root));
}

// One evaluation of a template.
class TemplateEvaluation {
 public:
  using Node = Template::Node;

  TemplateEvaluation(const query::Environment& environment, const RandomBits& random,
                     JsonArena* arena)
      : environment_(environment), random_(random), arena_(arena), limit_(arena) {}

  Result<Json> Evaluate(const Node& node, std::string_view field) {
    if (node.expression) return EvaluateExpression(*node.expression, field);
    if (node.is_literal()) return node.literal;
    return node.is_array ? EvaluateArray(node) : EvaluateObject(node);
  }

 private:
  Result<Json> EvaluateExpression(const Expression& expression, std::string_view field) {
    Result<Json> value = expression.Evaluate(environment_, random_, field, arena_);
    if (limit_.Exceeded()) return EvaluationLimit::Error();
    return value;
  }

  Result<Json> EvaluateObject(const Node& node) {
    std::vector<JsonMember> members;
    members.reserve(node.members.size());
    for (const Node::Member& member : node.members) {
      Result<Json> value = Evaluate(*member.node, member.field);
      if (!value.ok()) return value.error();
      members.push_back({member.key, *value});
    }
    return Json::Object(members, arena_);
  }

  Result<Json> EvaluateArray(const Node& node) {
    std::vector<Json> items;
    items.reserve(node.items.size());
    for (const Node* item : node.items) {
      Result<Json> value = Evaluate(*item, "");
      if (!value.ok()) return value.error();
      items.push_back(*value);
    }
    return Json::Array(items, arena_);
  }

  const query::Environment& environment_;
  const RandomBits& random_;
  JsonArena* const arena_;
  const EvaluationLimit limit_;
};

// What comes out refers to the template's own memory for its literal parts: the machine outlives
// the step.
Result<Json> Template::Evaluate(const query::Environment& environment, const RandomBits& random,
                                JsonArena* arena) const {
  return TemplateEvaluation(environment, random, arena).Evaluate(*root_, "");
}

void Template::VisitPaths(const std::function<void(const query::JsonPath&)>& visit) const {
  if (root_->expression) root_->expression->VisitPaths(visit);
  for (const auto& node : root_->nodes) {
    if (node->expression) node->expression->VisitPaths(visit);
  }
}

}  // namespace pawl::asl
