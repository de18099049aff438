// Turns the JSON of a definition into a Machine, level by level. Everything that is wrong goes to
// Findings; reading goes on after a mistake, so the Machine is of use only when there is no error.

#ifndef PAWL_ASL_DEFINITION_COMPILER_H_
#define PAWL_ASL_DEFINITION_COMPILER_H_

#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "coordinator/asl/compile.h"
#include "coordinator/asl/field_reader.h"
#include "coordinator/asl/field_table.h"
#include "coordinator/asl/findings.h"
#include "coordinator/asl/machine.h"
#include "coordinator/asl/state_graph.h"
#include "coordinator/asl/variable_names.h"

namespace pawl::asl {

class DefinitionCompiler {
 public:
  // What the machine is for.
  enum class Use {
    kRun,
    // To be looked at: a distributed Map is as good as any.
    kTest,
    // The same, of one state alone: where it leads to is not there, nor need it end.
    kTestAlone,
  };

  DefinitionCompiler(MachineType type, const SdkActions* sdk_actions, Machine* machine,
                     Findings* findings, Use use = Use::kRun)
      : type_(type),
        use_(use),
        sdk_actions_(sdk_actions),
        machine_(machine),
        findings_(findings),
        read_(findings) {}

  void Compile(const Place& definition);

 private:
  // One level while its states are read.
  struct Level {
    Scope* scope;
    const VariableNames* variables;
    int depth;  // 1: the machine's own
    StateGraph graph;
    size_t written = 0;  // how many states it has in the definition
    // A state is so wrong that its transitions are unknown.
    bool has_unknown_transitions = false;
    std::unordered_map<std::string_view, size_t> index_by_name;
  };

  // A state while it is read. A field that its type does not have reads as absent.
  struct StateReader {
    const Place& place;
    State* state;
    Level* level;
    Place Field(std::string_view name) const;
    bool is_jsonata() const { return state->language == QueryLanguage::kJsonata; }
  };

  // compile_scope.cc
  void CheckMachineFields(const Place& definition);
  void CompileScope(const Place& place, FieldContext context, const VariableNames* outer, int depth,
                    Scope* scope);
  void ReportUnreachable(const Place& states, const Level& level);
  void CompileState(const Place& place, Level* level, size_t index);
  void CheckName(const Place& place, const State* state);
  std::optional<StateType> ReadType(const Place& state);
  QueryLanguage ReadLanguage(const Place& state);
  void ReadCommonFields(const StateReader& reader);
  void ReadDataFlow(const StateReader& reader);
  void ReadDetail(const StateReader& reader);
  const State* ReadTarget(const Place& target, const State* from, Level* level);
  const State* AddAbsent(const std::string& name, Level* level);

  // compile_states.cc
  void ReadPass(const StateReader& reader);
  void ReadTask(const StateReader& reader);
  void ReadCredentials(const StateReader& reader, TaskDetail* detail);
  void ReadWait(const StateReader& reader);
  void ReadFail(const StateReader& reader);
  void ReadParallel(const StateReader& reader);
  void ReadMap(const StateReader& reader);
  void ReadItems(const StateReader& reader, MapDetail* detail);
  void ReadProcessorConfig(const Place& processor, MapDetail* detail);
  void ReadDistributedFields(const StateReader& reader, MapDetail* detail);

  // compile_choice.cc
  void ReadChoice(const StateReader& reader);
  void ReadChoiceRule(const StateReader& reader, const Place& rule, ChoiceDetail* detail);
  void ReadJsonataRule(const StateReader& reader, const Place& rule, std::string_view location,
                       ChoiceDetail* detail);
  std::optional<JsonataTemplate> ReadCondition(const Place& rule, std::string_view location);
  const State* ReadRuleTarget(const StateReader& reader, const Place& rule);

  // compile_errors.cc
  void ReadRetry(const StateReader& reader);
  void ReadCatch(const StateReader& reader);
  std::vector<std::string> ReadErrorEquals(const Place& handler, bool is_last);
  // `location`: how causes of JSONata name the field; `members`: of `$states` there.
  std::optional<ValueTemplate> ReadAssign(const StateReader& reader, const Place& assign,
                                          std::string_view location, StatesMembers members);

  const MachineType type_;
  const Use use_;
  const SdkActions* const sdk_actions_;                // null: not known
  QueryLanguage language_ = QueryLanguage::kJsonPath;  // of states that do not say
  Machine* const machine_;
  Findings* const findings_;
  const FieldReader read_;
  bool has_terminal_state_ = false;
};

}  // namespace pawl::asl

#endif  // PAWL_ASL_DEFINITION_COMPILER_H_
