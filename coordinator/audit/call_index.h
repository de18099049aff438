// The calls of a log, each with the execution it is about.

#ifndef PAWL_AUDIT_CALL_INDEX_H_
#define PAWL_AUDIT_CALL_INDEX_H_

#include <cstdint>
#include <map>
#include <string>
#include <utility>
#include <vector>

#include "absl/container/flat_hash_map.h"
#include "coordinator/audit/call_log.h"
#include "coordinator/audit/finding.h"
#include "coordinator/base/ids.h"

namespace pawl::audit {

// (machine name, execution name).
using ExecutionName = std::pair<std::string, std::string>;

// A call and its own members.
template <typename What>
struct CallOf {
  const Call* call;
  const What* what;
};

// What was asked about an execution by its name.
struct NamedCalls {
  std::vector<CallOf<StartExecutionCall>> starts;
  std::vector<CallOf<StopExecutionCall>> stops;
  std::vector<CallOf<DescribeExecutionCall>> describes;
  std::vector<CallOf<GetExecutionHistoryCall>> reads;

  // Some client was told that it is there.
  bool SeenByClient() const;
};

// A report on a task that is meant to end it.
struct Completion {
  const Call* call;
  bool succeeded;
  // Of a success; or of a failure, where absent and empty are the same.
  std::string_view output;
  std::string_view error;
  std::string_view cause;
};

// What was done with one token.
struct TokenCalls {
  std::string token;
  BranchId branch;
  int64_t nonce = 0;
  std::string activity;
  std::vector<CallOf<GetActivityTaskCall>> given;
  std::vector<Completion> completions;
  std::vector<const Call*> heartbeats;
};

// Refers to the log, which must outlive it.
class CallIndex {
 public:
  explicit CallIndex(const CallLog& log);

  using ByName = absl::flat_hash_map<ExecutionName, NamedCalls>;
  // Of one execution, by token.
  using Tokens = std::map<std::string_view, TokenCalls>;
  using ById = absl::flat_hash_map<ExecutionId, Tokens>;

  const ByName& by_name() const { return by_name_; }
  const ById& by_id() const { return by_id_; }
  // Calls that name no execution or hold no token.
  const Findings& findings() const { return findings_; }

 private:
  class Builder;

  ByName by_name_;
  ById by_id_;
  Findings findings_;
};

// "SendTaskSuccess of client 'c3' at 2026-01-01T00:00:00.123Z".
std::string Shown(const Call& call);

}  // namespace pawl::audit

#endif  // PAWL_AUDIT_CALL_INDEX_H_
