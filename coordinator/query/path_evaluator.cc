#include "coordinator/query/path_evaluator.h"

#include <algorithm>

#include "coordinator/base/strings.h"
#include "coordinator/query/java_text.h"

namespace pawl::query {
namespace {

// One path on its way through a document. Recursion goes only as deep as there are steps that fan
// out, which compiling has bounded; the depth of the document does not matter.
class PathRun {
 public:
  PathRun(const PathProgram& path, Missing missing, EvaluationContext* context)
      : path_(path), missing_(missing), context_(context) {}

  // Selects what the steps from `at` on lead to from `node`.
  absl::Status Visit(size_t at, Json node);
  absl::StatusOr<Json> Result();

 private:
  absl::Status Spend() {
    if (context_->visits_left == 0) {
      return absl::ResourceExhaustedError("the path selects too many nodes");
    }
    --context_->visits_left;
    return absl::OkStatus();
  }
  bool is_last(size_t at) const { return at + 1 == path_.steps.size(); }

  // Whether `node` can be looked into; an error where the way should have been definite.
  absl::StatusOr<bool> IsObject(size_t at, Json node) const;
  absl::StatusOr<bool> IsArray(size_t at, Json node) const;
  absl::Status MissingMember(size_t at, std::string_view name) const;
  // The way up to step `at`, which was definite.
  std::string WayTo(size_t at) const;

  absl::Status VisitMembers(size_t at, Json object);
  absl::Status MergeMembers(const Step& step, Json object);
  absl::Status VisitIndexes(size_t at, Json array);
  absl::Status VisitSlice(size_t at, Json array);
  absl::Status VisitRange(size_t at, Json array, int64_t from, int64_t to);
  absl::Status VisitIndex(size_t at, Json array, int64_t index);
  absl::Status VisitAll(size_t at, Json node);
  absl::Status VisitFiltered(size_t at, Json node);
  absl::Status Scan(size_t at, Json node);
  absl::StatusOr<bool> ScanApplies(const Step& step, Json node);
  absl::Status FanOut(size_t at, Json node);

  const PathProgram& path_;
  const Missing missing_;
  EvaluationContext* context_;
  std::vector<Json> results_;
};

std::string PathRun::WayTo(size_t at) const {
  std::string way = path_.from_item ? "@" : "$";
  for (size_t i = 0; i < at; ++i) {
    const Step& step = path_.steps[i];
    if (step.kind == Step::Kind::kNames) {
      StrAppend(&way, "['", step.names[0], "']");
    } else if (step.kind == Step::Kind::kIndexes) {
      StrAppend(&way, "[", step.indexes[0], "]");
    }
  }
  return way;
}

absl::StatusOr<bool> PathRun::IsObject(size_t at, Json node) const {
  if (node.is_object()) return true;
  const Step& step = path_.steps[at];
  if (!step.upstream_definite) return false;
  return absl::NotFoundError(StrCat("Expected to find an object with property ", StepText(step),
                                    " in path ", WayTo(at), " but found '", JavaClassName(node),
                                    "'. This is not a json object according to the JsonProvider: "
                                    "'com.jayway.jsonpath.spi.json.JacksonJsonProvider'."));
}

absl::StatusOr<bool> PathRun::IsArray(size_t at, Json node) const {
  if (node.is_array()) return true;
  if (!path_.steps[at].upstream_definite) return false;
  if (node.is_null()) return absl::NotFoundError(StrCat("The path ", WayTo(at), " is null"));
  return absl::NotFoundError(
      StrCat("Filter: ", StepsText(path_, at),
             " can only be applied to arrays. Current context is: ", JavaText(node)));
}

absl::Status PathRun::MissingMember(size_t at, std::string_view name) const {
  const Step& step = path_.steps[at];
  const bool must_exist = missing_ == Missing::kNotFound;
  if (is_last(at)) {
    if (!must_exist) return absl::OkStatus();
    return absl::NotFoundError("No results for path");  // is only asked whether it exists
  }
  if (!must_exist && !(step.upstream_definite && step.definite)) return absl::OkStatus();
  return absl::NotFoundError(StrCat("Missing property in path ", WayTo(at), "['", name, "']"));
}

absl::Status PathRun::Visit(size_t at, Json node) {
  for (; at < path_.steps.size(); ++at) {
    if (absl::Status status = Spend(); !status.ok()) return status;
    const Step& step = path_.steps[at];
    if (step.is_single_name()) {
      absl::StatusOr<bool> is_object = IsObject(at, node);
      if (!is_object.ok() || !*is_object) return is_object.status();
      node = node.Find(step.names[0]);
      if (node.is_undefined()) return MissingMember(at, step.names[0]);
    } else if (step.is_single_index()) {
      absl::StatusOr<bool> is_array = IsArray(at, node);
      if (!is_array.ok() || !*is_array) return is_array.status();
      const int64_t index = step.indexes[0] < 0
                                ? step.indexes[0] + static_cast<int64_t>(node.size())
                                : step.indexes[0];
      if (index < 0 || index >= static_cast<int64_t>(node.size())) return absl::OkStatus();
      node = node.items()[index];
    } else if (step.kind == Step::Kind::kFunction) {
      absl::StatusOr<Json> value = CallFunction(step, node, context_);
      if (!value.ok()) return value.status();
      node = *value;
    } else {
      return FanOut(at, node);
    }
  }
  results_.push_back(node);
  return absl::OkStatus();
}

absl::Status PathRun::FanOut(size_t at, Json node) {
  switch (path_.steps[at].kind) {
    case Step::Kind::kNames:
      return VisitMembers(at, node);
    case Step::Kind::kIndexes:
      return VisitIndexes(at, node);
    case Step::Kind::kSlice:
      return VisitSlice(at, node);
    case Step::Kind::kWildcard:
      return VisitAll(at, node);
    case Step::Kind::kScan:
      return Scan(at, node);
    default:
      return VisitFiltered(at, node);
  }
}

absl::Status PathRun::VisitMembers(size_t at, Json object) {
  absl::StatusOr<bool> is_object = IsObject(at, object);
  if (!is_object.ok() || !*is_object) return is_object.status();
  const Step& step = path_.steps[at];
  if (is_last(at)) return MergeMembers(step, object);
  for (const std::string& name : step.names) {
    Json member = object.Find(name);
    absl::Status status = member.is_undefined() ? MissingMember(at, name) : Visit(at + 1, member);
    if (!status.ok()) return status;
  }
  return absl::OkStatus();
}

absl::Status PathRun::MergeMembers(const Step& step, Json object) {
  std::vector<JsonMember> merged;
  for (const std::string& name : step.names) {
    Json member = object.Find(name);
    if (!member.is_undefined()) {
      merged.push_back({context_->arena->Copy(name), member});
    } else if (missing_ == Missing::kNotFound) {
      return absl::NotFoundError(StrCat("Missing property in path ", StepText(step)));
    }
  }
  results_.push_back(Json::Object(merged, context_->arena));
  return absl::OkStatus();
}

absl::Status PathRun::VisitIndex(size_t at, Json array, int64_t index) {
  const auto size = static_cast<int64_t>(array.size());
  if (index < 0) index += size;
  if (index < 0 || index >= size) return absl::OkStatus();
  return Visit(at + 1, array.items()[index]);
}

absl::Status PathRun::VisitIndexes(size_t at, Json array) {
  absl::StatusOr<bool> is_array = IsArray(at, array);
  if (!is_array.ok() || !*is_array) return is_array.status();
  for (const int32_t index : path_.steps[at].indexes) {
    if (absl::Status status = VisitIndex(at, array, index); !status.ok()) return status;
  }
  return absl::OkStatus();
}

absl::Status PathRun::VisitRange(size_t at, Json array, int64_t from, int64_t to) {
  for (int64_t i = from; i < to; ++i) {
    if (absl::Status status = VisitIndex(at, array, i); !status.ok()) return status;
  }
  return absl::OkStatus();
}

// Jayway counts from the end only where the other bound is open. Where both are given, a negative
// index is an index of its own: `[-2:1]` are the elements -2, -1 and 0.
absl::Status PathRun::VisitSlice(size_t at, Json array) {
  absl::StatusOr<bool> is_array = IsArray(at, array);
  if (!is_array.ok() || !*is_array) return is_array.status();
  const Step& step = path_.steps[at];
  const auto size = static_cast<int64_t>(array.size());
  if (step.from && step.to) {
    const int64_t from = std::max<int64_t>(*step.from, -size);
    return VisitRange(at, array, from, std::min<int64_t>(size, *step.to));
  }
  const int64_t bound = step.from ? *step.from : *step.to;
  const int64_t from_start = bound < 0 ? bound + size : bound;
  if (step.from) return VisitRange(at, array, std::max<int64_t>(0, from_start), size);
  return VisitRange(at, array, 0, std::min(size, from_start));
}

absl::Status PathRun::VisitAll(size_t at, Json node) {
  if (node.is_object()) {
    for (const JsonMember& member : node.members()) {
      if (absl::Status status = Visit(at + 1, member.value); !status.ok()) return status;
    }
  } else if (node.is_array()) {
    for (Json item : node.items()) {
      absl::Status status = Visit(at + 1, item);
      const bool ignored = absl::IsNotFound(status) && missing_ == Missing::kDefault;
      if (!status.ok() && !ignored) return status;
    }
  }
  return absl::OkStatus();
}

absl::Status PathRun::VisitFiltered(size_t at, Json node) {
  const Step& step = path_.steps[at];
  if (node.is_object()) {
    absl::StatusOr<bool> passes = EvaluateFilter(*step.filter, node, context_);
    if (!passes.ok()) return passes.status();
    return *passes ? Visit(at + 1, node) : absl::OkStatus();
  }
  if (node.is_array()) {
    for (Json item : node.items()) {
      if (absl::Status status = Spend(); !status.ok()) return status;
      absl::StatusOr<bool> passes = EvaluateFilter(*step.filter, item, context_);
      if (!passes.ok()) return passes.status();
      if (!*passes) continue;
      if (absl::Status status = Visit(at + 1, item); !status.ok()) return status;
    }
    return absl::OkStatus();
  }
  if (!step.upstream_definite) return absl::OkStatus();
  return absl::InvalidArgumentError(
      StrCat("Filter: ", StepsText(path_, at),
             " can not be applied to primitives. Current context is: ", JavaText(node)));
}

// Whether the step behind `..` is tried on `node`.
absl::StatusOr<bool> PathRun::ScanApplies(const Step& step, Json node) {
  switch (step.kind) {
    case Step::Kind::kNames:
      if (!node.is_object()) return false;
      if (missing_ == Missing::kNotFound || !step.definite) return true;
      return std::all_of(step.names.begin(), step.names.end(),
                         [&](const std::string& name) { return !node.Find(name).is_undefined(); });
    case Step::Kind::kIndexes:
    case Step::Kind::kSlice:
      return node.is_array();
    case Step::Kind::kWildcard:
      return true;
    case Step::Kind::kFilter:
      return EvaluateFilter(*step.filter, node, context_);
    default:
      return false;
  }
}

// Containers in document order, each before what is in it.
absl::Status PathRun::Scan(size_t at, Json node) {
  if (is_last(at)) return absl::OkStatus();
  std::vector<Json> to_visit = {node};
  while (!to_visit.empty()) {
    if (absl::Status status = Spend(); !status.ok()) return status;
    Json next = to_visit.back();
    to_visit.pop_back();
    if (!next.is_array() && !next.is_object()) continue;
    absl::StatusOr<bool> applies = ScanApplies(path_.steps[at + 1], next);
    if (!applies.ok()) return applies.status();
    if (*applies) {
      if (absl::Status status = Visit(at + 1, next); !status.ok()) return status;
    }
    for (size_t i = next.size(); i-- > 0;) {
      to_visit.push_back(next.is_array() ? next.items()[i] : next.members()[i].value);
    }
  }
  return absl::OkStatus();
}

absl::StatusOr<Json> PathRun::Result() {
  if (!path_.definite) return Json::Array(results_, context_->arena);
  if (results_.empty()) {
    return absl::NotFoundError(StrCat("No results for path: ", PathText(path_)));
  }
  return results_.back();
}

}  // namespace

absl::StatusOr<Json> EvaluatePath(const PathProgram& path, Json document, Missing missing,
                                  EvaluationContext* context) {
  PathRun run(path, missing, context);
  if (absl::Status status = run.Visit(0, document); !status.ok()) return status;
  return run.Result();
}

}  // namespace pawl::query
