// Walks the parser's tree, before anything is simplified: there a path is still the chain of its
// operators, of which only the first operand sees the input.

#include "coordinator/query/jsonata/references.h"

#include <algorithm>

#include "coordinator/query/jsonata/functions.h"
#include "coordinator/query/jsonata/parser.h"
#include "coordinator/query/jsonata/program.h"

namespace pawl::jsonata {
namespace {

// The variables of one frame. `later`: those that its block binds at some time, which a function
// that is called after that sees too.
struct Names {
  const Names* outer = nullptr;
  bool function = false;
  std::set<std::string_view> bound;
  std::set<std::string_view> later;
};

class Walk {
 public:
  Walk(std::string_view object, References* found) : object_(object), found_(*found) {}

  void Visit(const Node* node, bool context, Names* names) {
    if (node == nullptr) return;
    switch (node->type) {
      case NodeType::kName:
      case NodeType::kOperator:
        return VisitName(node->text, context);
      case NodeType::kWildcard:
        return VisitName("*", context);
      case NodeType::kDescendant:
        return VisitName("**", context);
      case NodeType::kVariable:
        return VisitVariable(node->text, context, *names);
      case NodeType::kBinary:
        return VisitBinary(node, context, names);
      case NodeType::kBind:
        return VisitBind(node, context, names);
      case NodeType::kCall:
      case NodeType::kPartial:
        return VisitCall(node, context, names);
      case NodeType::kLambda:
        return VisitLambda(node, context, names);
      case NodeType::kBlock:
        return VisitBlock(node, context, names);
      case NodeType::kTransform:
        context = true;  // what is transformed comes with the call
        break;
      default:
        break;
    }
    VisitParts(node, context, names);
  }

 private:
  void VisitParts(const Node* node, bool context, Names* names) {
    for (const Node* part : {node->a, node->b, node->c}) Visit(part, context, names);
    for (const Node* item : node->list) Visit(item, context, names);
    for (const Pair& pair : node->pairs) {
      Visit(pair.key, context, names);
      Visit(pair.value, context, names);
    }
  }

  void VisitName(std::string_view name, bool context) {
    if (context) return;
    std::vector<std::string>& list = found_.without_context;
    if (std::find(list.begin(), list.end(), name) == list.end()) list.emplace_back(name);
  }

  void VisitVariable(std::string_view name, bool context, const Names& names) {
    if (name.empty()) return VisitName("$", context);
    if (name == "$") return VisitName("$$", context);
    if (IsBound(name, names)) return;
    if (name == object_) found_.whole = true;
    found_.variables.insert(name);
  }

  static bool IsBound(std::string_view name, const Names& names) {
    bool from_function = false;
    for (const Names* at = &names; at != nullptr; at = at->outer) {
      if (at->bound.contains(name) || (from_function && at->later.contains(name))) return true;
      from_function = from_function || at->function;
    }
    return false;
  }

  void VisitBinary(const Node* node, bool context, Names* names) {
    switch (node->op) {
      case Op::kDot:
        return VisitDot(node, context, names);
      case Op::kAt:
      case Op::kHash:
        Visit(node->a, context, names);
        names->bound.insert(node->b->text);
        return;
      case Op::kOpenBracket:
      case Op::kOpenBrace:
      case Op::kCaret:
        Visit(node->a, context, names);
        Visit(node->b, true, names);
        for (const Pair& pair : node->pairs) {
          Visit(pair.key, true, names);
          Visit(pair.value, true, names);
        }
        for (const SortTerm& term : node->terms) Visit(term.expression, true, names);
        return;
      default:
        return VisitParts(node, context, names);
    }
  }

  void VisitDot(const Node* node, bool context, Names* names) {
    const Node* left = node->a;
    // As the first step of a path a text is a name.
    if (left->type == NodeType::kString) VisitName(left->text, context);
    const bool is_object =
        left->type == NodeType::kVariable && left->text == object_ && !IsBound(object_, *names);
    const Node* member = node->b;
    while (member->type == NodeType::kBinary &&
           (member->op == Op::kOpenBracket || member->op == Op::kAt || member->op == Op::kHash)) {
      member = member->a;
    }
    if (is_object && (member->type == NodeType::kName || member->type == NodeType::kString)) {
      found_.members.emplace(member->text);
    } else {
      Visit(left, context, names);
    }
    Visit(node->b, true, names);
  }

  void VisitBind(const Node* node, bool context, Names* names) {
    const std::string_view name = node->a->text;
    found_.assigned.insert(name);
    // A function may call itself; any other value sees the variable as it was.
    if (node->b->type == NodeType::kLambda) names->bound.insert(name);
    Visit(node->b, context, names);
    names->bound.insert(name);
  }

  void VisitCall(const Node* node, bool context, Names* names) {
    const Node* called = node->a;
    const bool by_name = called->type == NodeType::kVariable && !called->text.empty();
    if (!by_name || !IsBuiltin(called->text)) Visit(called, context, names);
    for (const Node* argument : node->list) Visit(argument, context, names);
  }

  void VisitLambda(const Node* node, bool context, Names* names) {
    Names parameters{names, /*function=*/true, {}, {}};
    for (const Node* parameter : node->list) parameters.bound.insert(parameter->text);
    Visit(node->a, context, &parameters);
  }

  void VisitBlock(const Node* node, bool context, Names* names) {
    Names inner{names, /*function=*/false, {}, {}};
    for (const Node* item : node->list) {
      if (item->type == NodeType::kBind) inner.later.insert(item->a->text);
    }
    for (const Node* item : node->list) Visit(item, context, &inner);
  }

  const std::string_view object_;
  References& found_;
};

}  // namespace

References FindReferences(std::string_view text, std::string_view object) {
  References found;
  Program owner;
  Parser parser(text, /*defaults=*/true, &owner, &owner.arena);
  const Node* root = parser.Parse();
  if (root == nullptr) return found;
  Names names;
  Walk(object, &found).Visit(root, false, &names);
  return found;
}

bool IsBuiltin(std::string_view name) { return !FindBuiltin(name).is_undefined(); }

}  // namespace pawl::jsonata
