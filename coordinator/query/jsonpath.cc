#include "coordinator/query/jsonpath.h"

#include <algorithm>
#include <optional>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "coordinator/base/strings.h"
#include "coordinator/base/utf8.h"
#include "coordinator/query/path_evaluator.h"
#include "coordinator/query/path_parser.h"
#include "coordinator/query/path_program.h"

namespace pawl::query {
namespace {

// Names of variables are Unicode identifiers (reference/asl.md 8); what is beyond ASCII is not
// looked at here.
bool IsNameCharacter(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_' ||
         static_cast<unsigned char>(c) >= 0x80;
}

// A path's text, its root taken apart: `rest` begins with `$`.
struct RootedText {
  JsonPath::Root root = JsonPath::Root::kInput;
  std::string variable;
  std::string rest;
};

RootedText SplitRoot(std::string_view text, Dialect dialect) {
  RootedText rooted;
  if (text.starts_with("$$")) {
    rooted.root = JsonPath::Root::kContext;
    rooted.rest = text.substr(1);
    return rooted;
  }
  size_t end = 1;
  while (text.starts_with('$') && end < text.size() && IsNameCharacter(text[end])) ++end;
  if (end > 1) {
    rooted.root = JsonPath::Root::kVariable;
    rooted.variable = text.substr(1, end - 1);
    rooted.rest = StrCat("$", text.substr(end));
    return rooted;
  }
  const bool rootless = !text.starts_with('$') && !text.starts_with('@');
  rooted.rest = rootless && dialect == Dialect::kJayway ? StrCat("$.", text) : std::string(text);
  return rooted;
}

std::string NotReferenceReason(const PathProgram& path) {
  for (const Step& step : path.steps) {
    switch (step.kind) {
      case Step::Kind::kNames:
        if (step.names.size() > 1) return "',' is not allowed";
        break;
      case Step::Kind::kIndexes:
        if (step.indexes.size() > 1) return "',' is not allowed";
        if (step.indexes[0] < 0) return "negative indexes are not allowed";
        break;
      case Step::Kind::kSlice:
        return "':' is not allowed";
      case Step::Kind::kScan:
        return "'..' is not allowed";
      case Step::Kind::kFunction:
        return "functions are not allowed";
      case Step::Kind::kWildcard:
      case Step::Kind::kFilter:
        return "'[' must be followed by ' or '['";
    }
  }
  return "";
}

// What a path of single names and indexes leads to; undefined when that is nothing.
Json Follow(const PathProgram& path, Json node) {
  for (const Step& step : path.steps) {
    if (step.kind == Step::Kind::kNames) {
      node = node.Find(step.names[0]);
    } else {
      const auto size = static_cast<int64_t>(node.is_array() ? node.size() : 0);
      const int64_t index = step.indexes[0] < 0 ? step.indexes[0] + size : step.indexes[0];
      node = index >= 0 && index < size ? node.items()[index] : Json();
    }
    if (node.is_undefined()) break;
  }
  return node;
}

// A copy of `container` with `child` at the place that `step` names.
Json With(Json container, const Step& step, Json child, JsonArena* arena) {
  if (step.kind == Step::Kind::kIndexes) {
    std::vector<Json> items(container.items().begin(), container.items().end());
    items[step.indexes[0]] = child;
    return Json::Array(items, arena);
  }
  std::vector<JsonMember> members;
  if (container.is_object()) {
    members.assign(container.members().begin(), container.members().end());
  }
  members.push_back({arena->Copy(step.names[0]), child});  // the last one of a name wins
  return Json::Object(members, arena);
}

// Whether `container` has, or may be given, a node at the place that `step` names.
bool HasPlaceFor(const Step& step, Json container) {
  if (step.kind == Step::Kind::kIndexes) {
    return container.is_array() && static_cast<size_t>(step.indexes[0]) < container.size();
  }
  return container.is_object() || container.is_undefined();
}

}  // namespace

struct JsonPath::Program {
  std::string text;
  Dialect dialect;
  Root root;
  std::string variable;
  std::string not_reference_reason;
  JsonArena literals;
  PathProgram path;
};

absl::StatusOr<JsonPath> JsonPath::Compile(std::string_view text, Dialect dialect) {
  if (dialect == Dialect::kStates && !text.starts_with('$')) {
    return absl::InvalidArgumentError("a path must start with '$'");
  }
  auto program = std::make_shared<Program>();
  RootedText rooted = SplitRoot(text, dialect);
  ParseContext context{&program->literals};
  context.other_quotes_keep_backslash = dialect == Dialect::kStates;
  absl::StatusOr<PathProgram> path = ParsePath(rooted.rest, &context);
  if (!path.ok()) return path.status();
  program->text = text;
  program->dialect = dialect;
  program->root = rooted.root;
  program->variable = std::move(rooted.variable);
  program->path = *std::move(path);
  program->not_reference_reason = NotReferenceReason(program->path);
  return JsonPath(std::move(program));
}

const std::string& JsonPath::text() const { return program_->text; }
JsonPath::Root JsonPath::root() const { return program_->root; }
const std::string& JsonPath::variable() const { return program_->variable; }
bool JsonPath::definite() const { return program_->path.definite; }
const std::string& JsonPath::not_reference_reason() const { return program_->not_reference_reason; }

absl::StatusOr<Json> JsonPath::Evaluate(const Environment& environment, JsonArena* arena) const {
  switch (program_->root) {
    case Root::kInput:
      return EvaluateOn(environment.input, arena);
    case Root::kContext:
      return EvaluateOn(environment.context ? environment.context() : Json(), arena);
    case Root::kVariable:
      break;
  }
  Json value = environment.variables.Find(program_->variable);
  if (value.is_undefined()) {
    return absl::NotFoundError(StrCat("No results for path: $['", program_->variable, "']"));
  }
  return EvaluateOn(value, arena);
}

absl::StatusOr<Json> JsonPath::EvaluateOn(Json document, JsonArena* arena) const {
  const PathProgram& path = program_->path;
  if (path.simple) {
    Json value = Follow(path, document);
    if (!value.is_undefined()) return value;
    // The long way finds the words for what is missing.
  }
  EvaluationContext context{document, arena};
  absl::StatusOr<Json> value = EvaluatePath(path, document, Missing::kDefault, &context);
  if (absl::IsNotFound(value.status()) && !path.definite && program_->dialect == Dialect::kStates) {
    return Json::Array({}, arena);
  }
  if (!value.ok()) {
    return absl::Status(value.status().code(), MaskSurrogates(FromAbsl(value.status().message())));
  }
  return value;
}

absl::StatusOr<Json> JsonPath::Replace(Json document, Json value, JsonArena* arena) const {
  const std::vector<Step>& steps = program_->path.steps;
  std::vector<Json> containers;  // containers[i] is what steps[i] looks into
  Json node = document;
  for (const Step& step : steps) {
    if (!HasPlaceFor(step, node)) {
      return absl::FailedPreconditionError(StrCat("Unable to apply ReferencePath ", program_->text,
                                                  " to input ", WriteJson(document)));
    }
    containers.push_back(node);
    node =
        step.kind == Step::Kind::kNames ? node.Find(step.names[0]) : node.items()[step.indexes[0]];
  }
  for (size_t i = steps.size(); i-- > 0;) value = With(containers[i], steps[i], value, arena);
  return value;
}

}  // namespace pawl::query
