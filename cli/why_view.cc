#include "cli/why_view.h"

#include <algorithm>
#include <map>

#include "absl/strings/str_join.h"
#include "cli/json_object.h"
#include "cli/print.h"
#include "cli/why_branch.h"
#include "coordinator/base/age_text.h"
#include "coordinator/base/clock.h"
#include "coordinator/base/strings.h"

namespace pawl::cli {
namespace {

using core::Branch;

constexpr size_t kMaxQuery = 120;
constexpr size_t kMaxCause = 300;
// Nodes look each second.
constexpr absl::Duration kOverdue = absl::Seconds(5);

// Goes through the tree of branches.
class Tree {
 public:
  Tree(const WhyContext& context, Explanation* out) : context_(context), out_(*out) {
    for (const auto& [id, branch] : context.condition.execution.branches) {
      if (id != BranchId(0)) children_[branch.parent].push_back(&branch);
    }
    for (auto& [parent, children] : children_) {
      std::sort(children.begin(), children.end(),
                [](const Branch* a, const Branch* b) { return a->index < b->index; });
    }
  }

  // `path` leads to the container that the branch is of: "Batch[17] > ".
  void Visit(const Branch& branch, int depth, const std::string& path) {
    if (branch.phase == core::Phase::kEnded) return;  // its container counts it
    const std::string here = path + branch.state.str();
    if (out_.branches.size() >= context_.options.limit) {
      ++out_.left_out;
    } else {
      WhyBranch shown{.depth = depth, .branch = branch.id.value(), .path = here};
      ExplainBranch(context_, branch, &shown);
      out_.branches.push_back(std::move(shown));
    }
    const auto children = children_.find(branch.id);
    if (children == children_.end()) return;
    for (const Branch* child : children->second) {
      Visit(*child, depth + 1, StrCat(here, "[", child->index, "] > "));
    }
  }

 private:
  const WhyContext& context_;
  Explanation& out_;
  std::map<BranchId, std::vector<const Branch*>> children_;
};

void ExplainClosed(const WhyContext& context, Explanation* out) {
  const store::ClosedFacts& closed = *context.condition.closed;
  out->status = core::StatusName(closed.status);
  out->headline = StrCat("closed: ", out->status, " at ", context.AtAndAway(closed.closed_at),
                         ", after ", AgeText(closed.closed_at - context.condition.started_at));
  if (closed.error) StrAppend(&out->headline, ", with ", *closed.error);
  if (closed.cause && !closed.cause->empty()) {
    StrAppend(&out->headline, closed.error ? ": " : ", because ",
              OneLine(*closed.cause, kMaxCause));
  }
}

void ExplainLocks(const WhyContext& context, Explanation* out) {
  for (const store::RowLock& lock : context.condition.locks) {
    std::string note = lock.pid == 0 ? std::string("its row is locked by a prepared transaction")
                                     : StrCat("its row is locked by pid ", lock.pid);
    if (!lock.application.empty()) StrAppend(&note, " (", lock.application, ")");
    if (!lock.user.empty()) StrAppend(&note, " of user ", lock.user);
    if (!lock.state.empty()) StrAppend(&note, ", ", lock.state);
    if (lock.since) StrAppend(&note, ", since ", context.AtAndAway(*lock.since));
    if (!lock.query.empty()) StrAppend(&note, ": ", OneLine(lock.query, kMaxQuery));
    out->notes.push_back(std::move(note));
  }
}

void ExplainOpen(const WhyContext& context, Explanation* out) {
  const store::ExecutionCondition& condition = context.condition;
  const core::Execution& execution = condition.execution;
  out->status = core::StatusName(core::Status::kRunning);
  out->headline = StrCat("RUNNING since ", context.AtAndAway(condition.started_at), ", at event ",
                         execution.last_event_id, ", the last one at ",
                         context.AtAndAway(execution.last_event_at));
  if (execution.machine_deleted || condition.machine_deleting) {
    out->notes.push_back("its state machine was deleted: its next step ends it");
  }
  if (execution.timeout_at) {
    out->notes.push_back(StrCat("TimeoutSeconds of the state machine ends it at ",
                                context.AtAndAway(*execution.timeout_at)));
  }
  if (condition.claimable_at <= condition.now - kOverdue) {
    out->notes.push_back(StrCat("it is due for a node since ",
                                context.AtAndAway(condition.claimable_at), ": ",
                                context.WhoMovesIt()));
  }
  ExplainLocks(context, out);
  if (condition.nodes == 0 && condition.sees_all_sessions) {
    out->notes.push_back("no node is connected to the database: nothing moves until one is");
  }
  if (const Branch* root = execution.Find(BranchId(0))) Tree(context, out).Visit(*root, 0, "");
}

std::string BranchJson(const WhyBranch& branch) {
  JsonObject object;
  object.Add("branch", branch.branch)
      .Add("path", branch.path)
      .Add("waitsFor", branch.waits_for)
      .Add("since", FormatIso8601(branch.since));
  if (branch.until && *branch.until != absl::InfiniteFuture()) {
    object.Add("until", FormatIso8601(*branch.until));
  }
  if (!branch.activity.empty()) object.Add("activity", branch.activity);
  if (!branch.worker.empty()) object.Add("worker", branch.worker);
  object.Add("text", branch.text);
  return object.str();
}

}  // namespace

Explanation Explain(const store::ExecutionCondition& condition, const asl::Machine* machine,
                    const WhyOptions& options) {
  Explanation out{.execution = StrCat(condition.machine_name, "/", condition.name),
                  .id = condition.id.value().ToString()};
  const WhyContext context{condition, machine, options};
  if (condition.closed) {
    ExplainClosed(context, &out);
  } else {
    ExplainOpen(context, &out);
  }
  return out;
}

std::string WhyText(const Explanation& explanation) {
  std::string out =
      StrCat(explanation.execution, " (", explanation.id, ")\n", explanation.headline, "\n");
  for (const std::string& note : explanation.notes) StrAppend(&out, "- ", note, "\n");
  if (!explanation.branches.empty()) out.push_back('\n');
  for (const WhyBranch& branch : explanation.branches) {
    StrAppend(&out, std::string(static_cast<size_t>(branch.depth) * 2, ' '),
              Coloured(Colour::kBlue, branch.path), ": ", branch.text, "\n");
  }
  if (explanation.left_out > 0) {
    StrAppend(&out, "and ", explanation.left_out, " more branches (--all shows them)\n");
  }
  return out;
}

std::string WhyJson(const Explanation& explanation) {
  std::vector<std::string> notes, branches;
  for (const std::string& note : explanation.notes) {
    notes.emplace_back();
    AppendJsonString(note, &notes.back());
  }
  for (const WhyBranch& branch : explanation.branches) branches.push_back(BranchJson(branch));
  return JsonObject()
      .Add("execution", explanation.execution)
      .Add("executionId", explanation.id)
      .Add("status", explanation.status)
      .Add("headline", explanation.headline)
      .AddJson("notes", "[" + absl::StrJoin(notes, ",") + "]")
      .AddJson("branches", "[" + absl::StrJoin(branches, ",") + "]")
      .Add("branchesLeftOut", explanation.left_out)
      .str();
}

}  // namespace pawl::cli
