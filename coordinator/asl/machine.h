// A state machine as it is run: the definition parsed, checked and compiled once per revision.
// Immutable and thread-safe. Made by CompileMachine (asl/compile.h).

#ifndef PAWL_ASL_MACHINE_H_
#define PAWL_ASL_MACHINE_H_

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "absl/container/flat_hash_map.h"
#include "absl/time/time.h"
#include "coordinator/asl/choice.h"
#include "coordinator/asl/jsonata_template.h"
#include "coordinator/asl/task_resource.h"
#include "coordinator/asl/template.h"
#include "coordinator/base/json.h"
#include "coordinator/base/strings.h"
#include "coordinator/query/jsonpath.h"

namespace pawl::asl {

enum class StateType : uint8_t { kPass, kTask, kChoice, kWait, kSucceed, kFail, kParallel, kMap };

// "Pass", "Task", ... as `Type` and the history event names have it.
std::string_view StateTypeName(StateType type);

enum class QueryLanguage : uint8_t { kJsonPath, kJsonata };

// What a field computes JSON from, in the language of its state.
using ValueTemplate = std::variant<Template, JsonataTemplate>;

struct State;

// The states of one level: the machine's own, a branch's, or an iteration's.
struct Scope {
  std::vector<std::unique_ptr<State>> states;
  const State* start = nullptr;
};

// InputPath and OutputPath: a path, `null` (the empty object), or absent (`$`).
struct DataPath {
  bool discard = false;
  std::optional<query::JsonPath> path;
};

// ResultPath: absent (`$`: the result replaces the input), `null` (the result is dropped), or a
// path.
using ResultPath = DataPath;

struct Retrier {
  std::vector<std::string> error_equals;
  int64_t interval_seconds = 1;
  int64_t max_attempts = 3;
  double backoff_rate = 2.0;
  std::optional<int64_t> max_delay_seconds;
  bool full_jitter = false;
};

struct Catcher {
  std::vector<std::string> error_equals;
  const State* next = nullptr;
  ResultPath result_path;
  std::optional<JsonataTemplate> output;  // JSONata only
  std::optional<ValueTemplate> assign;
};

// A value that is written in the definition, found by a path or computed by an expression; none of
// them: not set.
template <typename T>
struct ScalarField {
  std::optional<T> value;
  std::optional<query::JsonPath> path;
  std::optional<JsonataTemplate> expression;
  bool is_computed() const { return path.has_value() || expression.has_value(); }
};
using NumberField = ScalarField<int64_t>;
using DecimalField = ScalarField<double>;
using TimestampField = ScalarField<absl::Time>;

struct PassDetail {
  // The text of `Result`, compact; absent also for `null`.
  std::optional<std::string> result;
};

struct TaskDetail {
  TaskResource resource;
  // Of the field Credentials: gives an object with RoleArn; in JSONata, where the object is written
  // out, RoleArn itself.
  std::optional<ValueTemplate> credentials;
  NumberField timeout_seconds;
  NumberField heartbeat_seconds;
};

struct ChoiceDetail {
  struct Rule {
    std::variant<ChoiceRule, JsonataTemplate> condition;
    const State* next = nullptr;
    std::optional<JsonataTemplate> output;  // JSONata only
    std::optional<ValueTemplate> assign;
  };
  std::vector<Rule> rules;
  const State* default_next = nullptr;  // may be null
};

struct WaitDetail {
  NumberField seconds;
  TimestampField timestamp;
};

struct FailDetail {
  // Written, or computed.
  struct TextField {
    std::optional<std::string> value;
    std::optional<std::variant<Expression, JsonataTemplate>> computed;
  };
  TextField error;
  TextField cause;
};

struct ParallelDetail {
  std::vector<Scope> branches;
};

struct ItemBatcher {
  NumberField max_items;
  NumberField max_bytes;
  std::optional<ValueTemplate> input;
};

struct MapDetail {
  Scope processor;
  std::optional<query::JsonPath> items_path;
  std::optional<JsonataTemplate> items;        // JSONata only
  std::optional<ValueTemplate> item_selector;  // or the older Parameters
  NumberField max_concurrency;                 // 0 and not set: no limit of its own
  NumberField
      tolerated_failure_count;  // accepted in the definition; acts in a distributed Map only
  DecimalField tolerated_failure_percentage;

  // Of a distributed Map, which is tested by itself (compile_state.h) and not run.
  bool distributed = false;
  bool reads_items = false;                  // ItemReader
  std::optional<std::string> items_pointer;  // a JSON Pointer into what it reads
  NumberField max_items;
  std::optional<ItemBatcher> batcher;
  bool writes_results = false;  // ResultWriter
};

struct State {
  std::string name;
  StateType type = StateType::kPass;
  const State* next = nullptr;   // null: `End`, or a type without Next
  const Scope* scope = nullptr;  // the level it belongs to
  QueryLanguage language = QueryLanguage::kJsonPath;

  // JSONPath only; absent in JSONata, where they let everything pass.
  DataPath input_path;
  DataPath output_path;
  ResultPath result_path;
  std::optional<ValueTemplate> result_selector;
  // JSONata only. Of a Choice: for its Default.
  std::optional<JsonataTemplate> output;
  std::optional<ValueTemplate> parameters;  // in JSONata: Arguments
  std::optional<ValueTemplate> assign;
  std::vector<Retrier> retry;
  std::vector<Catcher> catchers;

  // Succeed has no detail.
  std::variant<std::monostate, PassDetail, TaskDetail, ChoiceDetail, WaitDetail, FailDetail,
               ParallelDetail, MapDetail>
      detail;

  template <typename Detail>
  const Detail& as() const {
    return std::get<Detail>(detail);
  }
};

struct Machine {
  Scope root;
  std::optional<absl::Duration> timeout;  // TimeoutSeconds of the whole machine
  // Names are unique across the whole definition.
  absl::flat_hash_map<std::string, const State*> by_name;

  // Null when there is no such state.
  const State* Find(std::string_view name) const {
    auto it = by_name.find(ToAbsl(name));
    return it == by_name.end() ? nullptr : it->second;
  }
};

}  // namespace pawl::asl

#endif  // PAWL_ASL_MACHINE_H_
