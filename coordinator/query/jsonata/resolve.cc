#include "coordinator/query/jsonata/resolve.h"

#include <algorithm>

namespace pawl::jsonata {
namespace {

struct Scope {
  Scope* parent = nullptr;
  bool tuple = false;       // its frame carries a tuple, and there always is a frame
  bool captured = false;    // a closure within may keep its frame
  uint16_t parameters = 0;  // the first variables are always bound
  List<std::string_view> variables;

  bool has_frame() const { return tuple || !variables.empty(); }
};

struct Pending {
  Reference* reference;
  const Scope* scope;
  std::string_view text;
  bool as_value;
};

int IndexIn(std::vector<std::string_view>* names, std::string_view name) {
  const auto found = std::find(names->begin(), names->end(), name);
  if (found != names->end()) return static_cast<int>(found - names->begin());
  names->push_back(name);
  return static_cast<int>(names->size() - 1);
}

// Whether the value of the node can be a stream of tuples.
bool MayStream(const Node* node) {
  if (node->type == NodeType::kBlock) {
    return node->tuple && !node->list.empty() && MayStream(node->list.back());
  }
  return node->type == NodeType::kPath && node->tuple;
}

// Keys that are literal and distinct, and that JavaScript would not move to the front: the members
// of the object can be made one after the other.
bool HasConstantKeys(const Node* node) {
  for (uint32_t i = 0; i < node->pairs.size(); ++i) {
    const Node* key = node->pairs[i].key;
    if (key->type != NodeType::kString || !key->predicates.empty() || key->group != nullptr) {
      return false;
    }
    const std::string_view text = key->value.as_string();
    if (!text.empty() && ((text[0] >= '0' && text[0] <= '9') || text[0] == '_')) return false;
    for (uint32_t j = 0; j < i; ++j) {
      if (node->pairs[j].key->value.as_string() == text) return false;
    }
  }
  return node->pairs.size() <= 64;
}

class Resolver {
 public:
  explicit Resolver(JsonArena* arena) : arena_(arena) {}

  Resolution Run(Node* root) {
    Scope scope;
    Walk(root, &scope);
    for (const Pending& pending : pending_) Settle(pending);
    resolution_.root_slots = static_cast<uint16_t>(scope.variables.size());
    return std::move(resolution_);
  }

 private:
  Scope* NewScope(Scope* parent, bool tuple) {
    Scope* scope = new (arena_->Allocate(sizeof(Scope))) Scope();
    scope->parent = parent;
    scope->tuple = tuple;
    return scope;
  }

  uint16_t Declare(Scope* scope, std::string_view name) {
    for (uint32_t i = 0; i < scope->variables.size(); ++i) {
      if (scope->variables[i] == name) return static_cast<uint16_t>(i);
    }
    scope->variables.Add(name, arena_);
    return static_cast<uint16_t>(scope->variables.size() - 1);
  }

  Reference* NewReference() { return new (arena_->Allocate(sizeof(Reference))) Reference(); }

  Reference* Refer(std::string_view name, const Scope* scope, bool as_value) {
    Reference* reference = NewReference();
    pending_.push_back({reference, scope, name, as_value});
    return reference;
  }

  static void Capture(Scope* scope) {
    for (; scope != nullptr && !scope->captured; scope = scope->parent) scope->captured = true;
  }

  int TupleName(std::string_view name) {
    return name.empty() ? 0 : IndexIn(&tuple_names_, name) + 1;
  }

  // Walks what is evaluated with the tuple's bindings of `node` in scope.
  void WalkInTuple(Node* node, Node* part, Scope* scope) {
    Scope* inner = NewScope(scope, /*tuple=*/true);
    Walk(part, inner);
    node->step_slots = std::max(node->step_slots, static_cast<uint16_t>(inner->variables.size()));
  }

  void WalkMaybeInTuple(bool in_tuple, Node* node, Node* part, Scope* scope) {
    if (in_tuple) {
      WalkInTuple(node, part, scope);
    } else {
      Walk(part, scope);
    }
  }

  void WalkPath(Node* path, Scope* scope) {
    bool tuple = false;
    for (uint32_t i = 0; i < path->list.size(); ++i) {
      Node* step = path->list[i];
      tuple = tuple || step->tuple;
      step->focus_name = TupleName(step->focus);
      step->index_name = TupleName(step->index);
      step->step_frame = tuple;
      const bool plain = i == 0 && step->construct;
      if (step->type == NodeType::kSort) {
        for (SortTerm& term : step->terms) {
          WalkMaybeInTuple(tuple, step, term.expression, scope);
        }
      } else {
        WalkMaybeInTuple(tuple && !plain, step, step, scope);
      }
      for (Stage& stage : step->stages) {
        stage.name = TupleName(stage.index);
        if (stage.filter != nullptr) WalkMaybeInTuple(tuple, step, stage.filter, scope);
      }
    }
    path->step_frame = tuple;
    WalkGroup(path, tuple, scope);
  }

  void WalkGroup(Node* node, bool tuple, Scope* scope) {
    if (node->group == nullptr) return;
    for (Pair& pair : node->group->pairs) {
      WalkMaybeInTuple(tuple, node, pair.key, scope);
      WalkMaybeInTuple(tuple, node, pair.value, scope);
    }
  }

  void WalkLambda(Node* node, Scope* scope) {
    Capture(scope);
    Scope* inner = NewScope(scope, /*tuple=*/false);
    for (Node* parameter : node->list) {
      parameter->reference = NewReference();
      parameter->reference->places.Add({0, Declare(inner, parameter->text), false}, arena_);
    }
    inner->parameters = static_cast<uint16_t>(inner->variables.size());
    Walk(node->a, inner);
    CloseScope(node, inner);
  }

  static void CloseScope(Node* node, const Scope* scope) {
    node->frame = scope->has_frame();
    node->captured = scope->captured;
    node->slots = static_cast<uint16_t>(scope->variables.size());
  }

  void WalkBlock(Node* node, Scope* scope) {
    Scope* inner = NewScope(scope, /*tuple=*/false);
    for (Node* item : node->list) Walk(item, inner);
    CloseScope(node, inner);
  }

  void WalkCall(Node* node, Scope* scope) {
    if (node->a->type == NodeType::kPath) {
      node->reference = Refer(node->a->list[0]->text, scope, /*as_value=*/false);
    }
    for (Node* argument : node->list) Walk(argument, scope);
    const size_t before = pending_.size();
    Walk(node->a, scope);
    if (node->a->type == NodeType::kVariable) pending_[before].as_value = false;
  }

  void Walk(Node* node, Scope* scope) {
    if (node == nullptr) return;
    WalkKind(node, scope);
    node->stream = MayStream(node);
    for (Stage& stage : node->predicates) {
      WalkMaybeInTuple(node->stream, node, stage.filter, scope);
    }
    const bool path = node->type == NodeType::kPath;
    node->plain = node->predicates.empty() && (path || node->group == nullptr);
    if (!path) WalkGroup(node, node->stream, scope);
  }

  void WalkKind(Node* node, Scope* scope) {
    switch (node->type) {
      case NodeType::kVariable:
        node->reference = Refer(node->text, scope, /*as_value=*/true);
        return;
      case NodeType::kBind:
        Walk(node->b, scope);
        node->a->reference = NewReference();
        node->a->reference->places.Add({0, Declare(scope, node->a->text), false}, arena_);
        return;
      case NodeType::kPath:
        return WalkPath(node, scope);
      case NodeType::kLambda:
        return WalkLambda(node, scope);
      case NodeType::kBlock:
        return WalkBlock(node, scope);
      case NodeType::kCall:
      case NodeType::kPartial:
        return WalkCall(node, scope);
      case NodeType::kTransform:
        Capture(scope);
        node->reference = Refer("clone", scope, /*as_value=*/false);
        break;
      case NodeType::kObject:
        node->constant_keys = HasConstantKeys(node);
        break;
      default:
        break;
    }
    for (Node* child : {node->a, node->b, node->c}) Walk(child, scope);
    for (Node* child : node->list) Walk(child, scope);
    for (Pair& pair : node->pairs) {
      Walk(pair.key, scope);
      Walk(pair.value, scope);
    }
  }

  void Settle(const Pending& pending) {
    Reference* reference = pending.reference;
    const auto name = std::find(tuple_names_.begin(), tuple_names_.end(), pending.text);
    if (name != tuple_names_.end()) {
      reference->name = static_cast<int>(name - tuple_names_.begin()) + 1;
    }
    uint16_t hops = 0;
    for (const Scope* scope = pending.scope; scope != nullptr; scope = scope->parent) {
      for (uint32_t i = 0; i < scope->variables.size(); ++i) {
        if (scope->variables[i] != pending.text) continue;
        reference->places.Add({hops, static_cast<uint16_t>(i), false}, arena_);
        if (i < scope->parameters) return;
      }
      if (scope->tuple && reference->name != 0) {
        reference->places.Add({hops, 0, true}, arena_);
      }
      if (scope->has_frame()) ++hops;
    }
    reference->global = GlobalOf(pending);
  }

  int GlobalOf(const Pending& pending) {
    std::vector<Resolution::Global>& globals = resolution_.globals;
    auto found =
        std::find_if(globals.begin(), globals.end(),
                     [&](const Resolution::Global& global) { return global.name == pending.text; });
    if (found == globals.end()) found = globals.insert(found, {pending.text});
    found->as_value = found->as_value || pending.as_value;
    return static_cast<int>(found - globals.begin());
  }

  JsonArena* const arena_;
  Resolution resolution_;
  std::vector<std::string_view> tuple_names_;
  std::vector<Pending> pending_;
};

}  // namespace

Resolution Resolve(Node* root, JsonArena* arena) { return Resolver(arena).Run(root); }

}  // namespace pawl::jsonata
