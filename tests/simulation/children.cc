#include "tests/simulation/children.h"

#include <algorithm>
#include <map>
#include <utility>

#include "absl/strings/match.h"
#include "coordinator/base/account.h"
#include "coordinator/base/json.h"
#include "coordinator/base/strings.h"

namespace pawl::simulation {
namespace {

using core::EventType;
using core::HistoryEvent;
using core::Status;

// Text members of a JSON object, numbers too; empty where there are none.
std::string MemberOf(std::string_view object, std::string_view name) {
  JsonArena arena;
  const absl::StatusOr<Json> json = ParseJson(object, &arena);
  if (!json.ok() || !json->is_object()) return "";
  const Json member = json->Find(name);
  if (member.is_undefined()) return "";
  return member.is_string() ? std::string(member.as_string()) : WriteJson(member);
}

std::string NameOf(const core::Execution& execution) {
  return StrCat(execution.facts->machine_name, "/", execution.facts->name);
}

class Families {
 public:
  Families(const std::vector<audit::AuditedExecution>& all,
           const std::vector<WantedExecution>& wanted)
      : all_(all) {
    for (const WantedExecution& one : wanted) {
      wanted_.emplace(std::pair(one.machine->name, one.name), &one);
      by_id_.emplace(MemberOf(one.input.view(), "id"), &one);
    }
    for (const SampleMachine& sample : SampleMachines()) samples_[sample.name] = &sample;
    for (const audit::AuditedExecution& one : all) {
      const core::ExecutionFacts& facts = *one.execution.facts;
      by_arn_[Account().ExecutionArn(facts.machine_name, facts.name)] = &one.execution;
    }
  }

  std::vector<std::string> Check() {
    for (const audit::AuditedExecution& one : all_) {
      CheckTasks(one);
      if (IsChild(one.execution)) CheckChild(one.execution);
    }
    for (const auto& [which, count] : started_) {
      const int64_t attempts = attempts_[which];
      if (count <= attempts) continue;
      Problem(StrCat("started twice: ", count, " executions of ", which.second, " for id ",
                     which.first, ", which ", attempts, " attempts have started"));
    }
    return std::move(problems_);
  }

 private:
  // The id of a family, and a machine that its members run.
  using Which = std::pair<std::string, std::string>;

  void Problem(std::string what) { problems_.push_back(std::move(what)); }

  bool IsChild(const core::Execution& execution) const {
    return !wanted_.contains({execution.facts->machine_name, execution.facts->name});
  }

  void CheckChild(const core::Execution& child) {
    const std::string id = MemberOf(child.facts->input.view(), "id");
    ++started_[{id, child.facts->machine_name}];
    const auto family = by_id_.find(id);
    if (family == by_id_.end()) return Problem(StrCat("nobody's: ", NameOf(child)));
    const WantedExecution* head = family->second;
    const SampleMachine& sample = *samples_.at(child.facts->machine_name);
    if (!child.closed()) return Problem(StrCat("stuck: child ", NameOf(child), " has not ended"));
    const bool as_expected = child.status == sample.end || child.status == sample.other_end;
    // Whoever stops the head of a family stops all who are waited for in it.
    const bool stopped =
        child.status == Status::kAborted && head->stop_sent && head->machine->name != "starting";
    if (as_expected || stopped) return;
    Problem(StrCat("wrong end: child ", NameOf(child), " of ", head->machine->name, "/", head->name,
                   " is ", core::StatusName(child.status)));
  }

  // By the tasks of one execution.
  void CheckTasks(const audit::AuditedExecution& parent) {
    const std::string id = MemberOf(parent.execution.facts->input.view(), "id");
    std::map<int64_t, std::string> told;  // the child that an event tells of
    for (const audit::AuditedRow& row : parent.history) {
      for (const HistoryEvent& event : row.events) {
        if (!absl::StrContains(ToAbsl(event.resource.view()), "states:startExecution")) continue;
        if (event.type == EventType::kTaskScheduled) {
          const std::string arn = MemberOf(event.payload.view(), "StateMachineArn");
          ++attempts_[{id, arn.substr(arn.rfind(':') + 1)}];
        }
        CheckTold(parent.execution, event, &told);
      }
    }
  }

  void CheckTold(const core::Execution& parent, const HistoryEvent& event,
                 std::map<int64_t, std::string>* told) {
    const bool failed = event.type == EventType::kTaskFailed;
    const std::string what = failed ? event.cause.value_or(Text()).str() : event.payload.str();
    const std::string arn = MemberOf(what, "ExecutionArn");
    if (arn.empty()) return;
    const std::string at = StrCat(NameOf(parent), " event ", event.id);
    const auto child = by_arn_.find(arn);
    if (child == by_arn_.end()) return Problem(StrCat("lost: ", at, " tells of ", arn));
    if (event.type == EventType::kTaskSubmitted) told->emplace(event.id, arn);
    const std::string status = MemberOf(what, "Status");
    if (event.type == EventType::kTaskSubmitted || status.empty()) return;
    // Without one the end was told before who made the call could tell that it had begun.
    const auto submitted = told->find(event.previous_id);
    if (submitted != told->end() && submitted->second != arn) {
      Problem(
          StrCat("wrong child: ", at, " tells the end of ", arn, ", not of ", submitted->second));
    }
    const bool same = status == core::StatusName(child->second->status) &&
                      (failed || MemberOf(what, "Output") == child->second->output.view());
    if (!same || failed == (status == "SUCCEEDED")) {
      Problem(StrCat("wrong end: ", at, " tells that ", arn, " is ", status, ", it is ",
                     core::StatusName(child->second->status)));
    }
  }

  const std::vector<audit::AuditedExecution>& all_;
  std::map<std::pair<std::string, std::string>, const WantedExecution*> wanted_;  // machine, name
  std::map<std::string, const WantedExecution*> by_id_;
  std::map<std::string, const SampleMachine*> samples_;
  std::map<std::string, const core::Execution*> by_arn_;
  std::map<Which, int64_t> started_;
  std::map<Which, int64_t> attempts_;
  std::vector<std::string> problems_;
};

}  // namespace

std::vector<std::string> CheckChildren(const std::vector<audit::AuditedExecution>& all,
                                       const std::vector<WantedExecution>& wanted) {
  return Families(all, wanted).Check();
}

std::vector<store::ChildWait> Orphans(store::MemoryStore* tables) {
  std::vector<store::ChildWait> orphans;
  tables->OrphanedWaits(1000, [&](absl::StatusOr<std::vector<store::WaitedFor>> waits) {
    for (const store::WaitedFor& waited : *waits) orphans.push_back(waited.wait);
  });
  return orphans;
}

std::vector<std::string> CheckStopped(store::MemoryStore* tables,
                                      const std::vector<store::ChildWait>& before) {
  std::vector<std::string> problems;
  const std::vector<store::ChildWait> now = Orphans(tables);
  for (const store::ChildWait& wait : before) {
    if (std::find(now.begin(), now.end(), wait) == now.end()) continue;
    problems.push_back(StrCat("not stopped: child ", wait.child.value().ToString(), " of ",
                              wait.parent.value().ToString(), ", which has ended"));
  }
  return problems;
}

std::vector<std::string> CheckTold(store::MemoryStore* tables) {
  std::vector<std::string> problems;
  for (const auto& [wait, ended] : tables->Waits()) {
    problems.push_back(StrCat("not told: ", wait.parent.value().ToString(), " waits for child ",
                              wait.child.value().ToString(), ", which ",
                              ended ? "has ended" : "runs"));
  }
  return problems;
}

}  // namespace pawl::simulation
