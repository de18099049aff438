#include "coordinator/asl/variable_flow.h"

#include <fmt/format.h>

#include <functional>
#include <map>
#include <set>
#include <string>
#include <string_view>
#include <unordered_map>
#include <utility>
#include <vector>

#include "coordinator/asl/variables_in.h"

namespace pawl::asl {
namespace {

using Names = std::set<std::string_view>;

// States times variables that are followed through one level: above it, which takes a definition
// made for it, nothing is said.
constexpr size_t kMaxWork = 10'000'000;

// A transition, and what it assigns: seen by the state it leads to.
struct Edge {
  size_t to;
  Names assigns;
};

Names AssignedBy(Json object) {
  Names names;
  const Json assign = object.Find("Assign");
  if (!assign.is_object()) return names;
  for (const JsonMember& member : assign.members()) {
    std::string_view name = member.key;
    if (name.ends_with(".$")) name.remove_suffix(2);
    names.insert(name);
  }
  return names;
}

// Calls `visit` with each level that a state holds.
void ForEachLevel(const Place& state, const std::function<void(const Place&)>& visit) {
  for (std::string_view field : {"ItemProcessor", "Iterator"}) {
    if (state.Has(field)) visit(state.Member(field));
  }
  const Place branches = state.Member("Branches");
  if (!branches.value().is_array()) return;
  for (size_t i = 0; i < branches.value().size(); ++i) visit(branches.Item(i));
}

// Calls `visit` with each place of the state that is reported by itself: a field, or a member of
// one of its rules, retriers and catchers.
void ForEachField(const Place& state, const std::function<void(const Place&)>& visit) {
  for (size_t i = 0; i < state.value().size(); ++i) {
    const Place field = state.MemberAt(i);
    const std::string_view name = field.key();
    if (name == "ItemProcessor" || name == "Iterator" || name == "Branches") continue;
    if (name != "Choices" && name != "Catch" && name != "Retry") {
      visit(field);
      continue;
    }
    for (size_t item = 0; item < field.value().size(); ++item) {
      const Place rule = field.Item(item);
      for (size_t m = 0; m < rule.value().size(); ++m) visit(rule.MemberAt(m));
    }
  }
}

void AddReadIn(const VariableReader& reader, const Place& level, Names* names) {
  const Place states = level.Member("States");
  for (size_t i = 0; i < states.value().size(); ++i) {
    const Place state = states.MemberAt(i);
    ForEachField(state, [&](const Place& field) {
      reader.AddField(state.value(), field.key(), field.value(), names);
    });
    ForEachLevel(state, [&](const Place& inner) { AddReadIn(reader, inner, names); });
  }
}

// The states of one level. A variable is followed by itself: it may be undefined wherever the start
// leads to by transitions that do not assign it.
class Level {
 public:
  explicit Level(const Place& level) : states_(level.Member("States")) {
    for (size_t i = 0; i < states_.value().size(); ++i) {
      index_.emplace(states_.value().members()[i].key, i);
    }
    start_ = index_.at(level.value().Find("StartAt").as_string());
    for (const JsonMember& state : states_.value().members()) AddEdges(state.value);
  }

  // By state, in document order.
  std::vector<bool> MayBeUndefined(std::string_view name) const {
    std::vector<bool> seen(edges_.size());
    std::vector<size_t> open = {start_};
    seen[start_] = true;
    while (!open.empty()) {
      const size_t state = open.back();
      open.pop_back();
      for (const Edge& edge : edges_[state]) {
        if (seen[edge.to] || edge.assigns.contains(name)) continue;
        seen[edge.to] = true;
        open.push_back(edge.to);
      }
    }
    return seen;
  }

  const Place& states() const { return states_; }

 private:
  void AddEdges(Json state) {
    std::vector<Edge>& edges = edges_.emplace_back();
    AddEdge(state.Find("Next"), state, &edges);
    AddEdge(state.Find("Default"), state, &edges);
    for (std::string_view list : {"Choices", "Catch"}) {
      const Json rules = state.Find(list);
      if (!rules.is_array()) continue;
      for (const Json rule : rules.items()) AddEdge(rule.Find("Next"), rule, &edges);
    }
  }

  void AddEdge(Json target, Json assigner, std::vector<Edge>* edges) const {
    if (!target.is_string()) return;
    const auto to = index_.find(target.as_string());
    if (to != index_.end()) edges->push_back({to->second, AssignedBy(assigner)});
  }

  Place states_;
  std::unordered_map<std::string_view, size_t> index_;
  std::vector<std::vector<Edge>> edges_;
  size_t start_ = 0;
};

// `undefined`: what may be undefined where the level begins, of what is read in it.
void WarnIn(const VariableReader& reader, const Place& place, const Names& undefined,
            Findings* findings) {
  if (undefined.empty()) return;
  const Level level(place);
  if (undefined.size() * level.states().value().size() > kMaxWork) return;
  std::map<std::string_view, std::vector<bool>> where;
  for (std::string_view name : undefined) where.emplace(name, level.MayBeUndefined(name));
  for (size_t i = 0; i < level.states().value().size(); ++i) {
    const Place state = level.states().MemberAt(i);
    ForEachField(state, [&](const Place& field) {
      Names read;
      reader.AddField(state.value(), field.key(), field.value(), &read);
      for (std::string_view name : read) {
        const auto known = where.find(name);
        if (known == where.end() || !known->second[i]) continue;
        findings->Warning("POSSIBLY_UNDEFINED_VARIABLE",
                          fmt::format("Variable '{}' is possibly not defined.", name), field);
      }
    });
    ForEachLevel(state, [&](const Place& inner) {
      Names read, undefined_inside;
      AddReadIn(reader, inner, &read);
      for (std::string_view name : read) {
        const auto known = where.find(name);
        if (known != where.end() && known->second[i]) undefined_inside.insert(name);
      }
      WarnIn(reader, inner, undefined_inside, findings);
    });
  }
}

}  // namespace

void WarnAboutUndefinedVariables(const Place& definition, Findings* findings) {
  Names read;
  const VariableReader reader(definition.value());
  AddReadIn(reader, definition, &read);
  read.erase("states");  // reserved: what it means is not the definition's
  WarnIn(reader, definition, read, findings);
}

}  // namespace pawl::asl
