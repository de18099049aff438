#include "coordinator/query/path_program.h"

#include <algorithm>

#include "absl/strings/str_join.h"
#include "coordinator/base/strings.h"

namespace pawl::query {
namespace {

std::string NamesText(const Step& step) {
  std::string text = "[";
  for (const std::string& name : step.names) {
    if (text.size() > 1) text.push_back(',');
    text.push_back(step.quote);
    text.append(name);
    text.push_back(step.quote);
  }
  text.push_back(']');
  return text;
}

std::string Bound(const std::optional<int32_t>& bound) {
  return bound ? std::to_string(*bound) : std::string();
}

// A union of names is one node as long as nothing follows: the object of the members named.
bool IsDefinite(const Step& step, bool last) {
  switch (step.kind) {
    case Step::Kind::kNames:
      return step.names.size() == 1 || last;
    case Step::Kind::kIndexes:
      return step.indexes.size() == 1;
    case Step::Kind::kFunction:
      return true;
    default:
      return false;
  }
}

}  // namespace

std::string StepText(const Step& step) {
  switch (step.kind) {
    case Step::Kind::kNames:
      return NamesText(step);
    case Step::Kind::kIndexes:
      return StrCat("[", absl::StrJoin(step.indexes, ","), "]");
    case Step::Kind::kSlice:
      return StrCat("[", Bound(step.from), ":", Bound(step.to), "]");
    case Step::Kind::kWildcard:
      return "[*]";
    case Step::Kind::kScan:
      return "..";
    case Step::Kind::kFilter:
      return "[?]";
    case Step::Kind::kFunction:
      return StrCat(".", step.function_name, step.arguments.empty() ? "()" : "(...)");
  }
  return "";
}

std::string StepsText(const PathProgram& path, size_t first) {
  std::string text;
  for (size_t i = first; i < path.steps.size(); ++i) text.append(StepText(path.steps[i]));
  return text;
}

std::string PathText(const PathProgram& path) {
  return (path.from_item ? "@" : "$") + StepsText(path, 0);
}

void Seal(PathProgram* path) {
  bool definite = true;
  for (size_t i = 0; i < path->steps.size(); ++i) {
    Step& step = path->steps[i];
    step.definite = IsDefinite(step, i + 1 == path->steps.size());
    step.upstream_definite = definite;
    definite = definite && step.definite;
  }
  path->definite = definite;
  path->simple = std::all_of(path->steps.begin(), path->steps.end(), [](const Step& step) {
    return step.is_single_name() || step.is_single_index();
  });
}

}  // namespace pawl::query
