// One evaluation of an expression. Recursive over the tree; every recursion is bounded by depth and
// by the stack it takes, every loop by time, every allocation by memory.
//
// A failure is a value (FailedValue) that each caller hands on; what failed is noted once.

#ifndef PAWL_QUERY_JSONATA_EVALUATOR_H_
#define PAWL_QUERY_JSONATA_EVALUATOR_H_

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "coordinator/base/json.h"
#include "coordinator/query/jsonata/error.h"
#include "coordinator/query/jsonata/jsonata.h"
#include "coordinator/query/jsonata/node.h"
#include "coordinator/query/jsonata/value.h"

namespace pawl::jsonata {

// What the causes of Step Functions say when a limit was reached.
inline constexpr std::string_view kTooDeep =
    "Stack overflow error: Check for non-terminating recursive function. Consider rewriting as "
    "tail-recursive";
inline constexpr std::string_view kTooLong =
    "Expression evaluation timeout: Check for infinite loop";
inline constexpr std::string_view kTooMuch =
    "Expression evaluation memory limit exceeded: Check for excessive memory usage";

class Groups;  // evaluate_group.cc

// What an error's message speaks of.
struct Facts {
  Json value;
  Json value2;
  size_t index = 0;
  std::string_view token;  // when it is not the function's name
  std::string_view type;
  std::string value_text;  // of a value that is no more, as JSON
  std::string message;     // instead of the code's own
};

class Evaluator {
 public:
  Evaluator(const Program& program, const Inputs& inputs, const Limits& limits, JsonArena* arena);

  Result<Json> Run();

  // For functions.
  JsonArena* arena() { return arena_; }
  const Inputs& inputs() const { return inputs_; }
  Json Fail(std::string_view code, Facts facts = {});
  Json Fail(JsonataError error);
  bool failed() const { return failed_; }
  // Counts `work` small steps. False when time or memory is over: the evaluation has failed then.
  bool Tick(size_t work = 1) {
    budget_ -= static_cast<int64_t>(work);
    return budget_ > 0 || Refill();
  }
  // Counts a step, as values of few items can have endless paths through them. Whether the stack
  // has room for one more recursion over data; the evaluation has failed if not.
  bool Recurse();
  // Whether so much more memory may be had; the evaluation has failed if not.
  bool Reserve(size_t bytes);
  size_t memory_left() const;
  Json Text(std::string_view text);  // copied into the arena
  // Calls a value that should be a function. `context` stands in for missing arguments.
  Json Call(Json function, std::span<const Json> arguments, Json context);
  // As a function does with one that it was given.
  Json CallBack(Json function, std::span<const Json> arguments);
  // As $map and its kind do: with as many of the arguments as the function takes.
  Json CallWith(Json function, std::span<const Json> arguments);
  Json NewFunction(const Function& function);

  Json Append(Json a, Json b);
  // A copy as if through JSON text.
  Json Clone(Json value);
  bool ToBoolean(Json value);  // undefined is false
  bool Equal(Json a, Json b);
  // As $string does; undefined stays undefined.
  Json ToText(Json value, bool pretty = false);
  Json Concatenate(std::string_view a, std::string_view b);
  Json Lookup(Json input, std::string_view key);

  // Items that are being put together, on top of those of the evaluations around. Nothing else may
  // be built below it meanwhile but what is finished before the next Add.
  class Builder {
   public:
    explicit Builder(Evaluator* evaluator)
        : evaluator_(evaluator), base_(evaluator->scratch_.size()) {}
    Builder(const Builder&) = delete;
    Builder& operator=(const Builder&) = delete;
    ~Builder() { evaluator_->scratch_.resize(base_); }

    void Add(Json item) { evaluator_->scratch_.push_back(item); }
    void AddAll(std::span<const Json> items) {
      evaluator_->scratch_.insert(evaluator_->scratch_.end(), items.begin(), items.end());
    }
    size_t size() const { return evaluator_->scratch_.size() - base_; }
    Json& operator[](size_t at) { return evaluator_->scratch_[base_ + at]; }
    // An array of them in the arena.
    Json Finish(uint8_t mark);

   private:
    Evaluator* const evaluator_;
    const size_t base_;
  };

 private:
  friend class Builder;

  Json Eval(const Node* node, Json input, const Frame* frame);
  Json EvalKind(const Node* node, Json input, const Frame* frame);
  Json EvalChoice(const Node* node, Json input, const Frame* frame);
  Json Dress(const Node* node, Json result, const Frame* frame);
  static Json Settled(Json result, bool keep_array = false);
  bool Refill();
  bool EnterDeeper();
  Json LimitReached(std::string_view message);
  Result<Json> Outcome(Json value);
  Json Exported(Json value);
  JsonataError Described() const;
  void LoadGlobals();

  // evaluate_path.cc
  Json EvalPath(const Node* node, Json input, const Frame* frame);
  Json EvalSteps(const Node* node, size_t first, Json sequence, const Frame* frame);
  Json EvalStep(const Node* step, Json sequence, const Frame* frame, bool last);
  Json AsJavaScriptSteps(Json value);
  Json FinishPath(const Node* node, Json result, const Frame* frame);
  Json Filter(const Node* predicate, Json input, const Frame* frame, const Node* owner,
              bool stream);
  bool Selects(Json verdict, int64_t index, int64_t size, Builder* results, Json item);
  bool LookupInto(Json input, std::string_view key, Builder* results);

  // evaluate_wildcard.cc
  Json EvalWildcard(Json input);
  bool FlattenInto(Json value, Builder* results);
  Json EvalDescendants(Json input);
  bool DescendantsInto(Json value, Builder* results);

  // evaluate_tuples.cc
  Json EvalTuplePath(const Node* node, Json sequence, const Frame* frame);
  Json EvalTupleStep(const Node* step, Json input, Json tuples, const Frame* frame);
  bool AddTuples(const Node* step, const Tuple& from, Json result, Builder* results);
  Json ApplyTupleStages(const Node* step, Json tuples, const Frame* frame);
  Json NewTuple(Json at, const Binding* bindings);
  const Binding* Bind(int name, Json value, const Binding* next);
  const Binding* Merge(const Binding* added, const Binding* onto);
  const Frame* TupleFrame(const Node* owner, const Binding* bindings, const Frame* frame);
  Tuple Reduce(Json tuples);
  // The value that travels under the label of a `%`.
  static Json EvalParent(const Node* node, const Frame* frame);

  // evaluate_group.cc
  Json EvalObject(const Node* node, Json input, const Frame* frame);
  Json EvalGroup(const Node* owner, const List<Pair>& pairs, uint32_t position, Json input,
                 const Frame* frame, bool stream_frames);
  bool GatherGroups(const Node* owner, const List<Pair>& pairs, uint32_t position, Json input,
                    const Frame* frame, bool stream_frames, Groups* groups);
  bool FailGroup(std::string_view code, Json key, uint32_t position);
  Json EvalArray(const Node* node, Json input, const Frame* frame);

  // evaluate_operators.cc
  Json EvalBinary(const Node* node, Json input, const Frame* frame);
  Json Operate(const Node* node, Json left, Json right);
  Json Arithmetic(Op op, Json left, Json right);
  Json Compare(Op op, Json left, Json right);
  Json Range(Json left, Json right);
  Json Includes(Json left, Json right);
  Json EvalNegate(const Node* node, Json input, const Frame* frame);
  // Whether it is a number; infinity is a failure.
  bool IsNumeric(Json value);

  // evaluate_sort.cc
  Json EvalSort(const Node* step, Json input, const Frame* frame);
  int CompareKeys(const Node* step, bool descending, Json a, Json b);

  // evaluate_scope.cc
  Json EvalVariable(const Node* node, Json input, const Frame* frame);
  Json LookUp(const Reference& reference, const Frame* frame);
  Json EvalBlock(const Node* node, Json input, const Frame* frame);
  Json EvalInTurn(const List<Node*>& items, Json input, const Frame* frame);
  Json EvalBind(const Node* node, Json input, const Frame* frame);
  Json RunLambda(const Function& lambda, std::span<const Json> arguments);

  // evaluate_functions.cc
  Json Own(Json builtin);
  static void NoteName(Json function, std::string_view name);
  Json EvalLambda(const Node* node, Json input, const Frame* frame);
  Json EvalCall(const Node* node, Json input, const Frame* frame, const Json* first = nullptr);
  Json EvalPartial(const Node* node, Json input, const Frame* frame);
  Json EvalApply(const Node* node, Json input, const Frame* frame);
  Json CallNamed(Json function, std::span<const Json> arguments, Json context,
                 std::string_view name, int64_t position);
  Json CallOnce(const Function& function, std::span<const Json> arguments, Json context, bool fit);
  Json EvalRegex(const Node* node);
  Json CallPartial(const Function& partial, std::span<const Json> arguments);
  Json CallChain(const Function& chain, std::span<const Json> arguments);
  Json CallRegex(const Function& function, std::span<const Json> arguments);
  Json Blame(std::string_view name, int64_t position);

  // evaluate_transform.cc
  friend class Transformation;
  Json CallTransform(const Function& function, Json input);

  const Program& program_;
  const Inputs& inputs_;
  const Limits& limits_;
  JsonArena* const arena_;
  const size_t arena_start_;
  std::vector<Json> globals_;
  std::vector<Json> scratch_;
  size_t exported_bytes_ = 0;  // about as many as the outcome's text will have
  int depth_ = 0;
  int64_t budget_ = 0;
  int64_t deadline_ = 0;  // nanoseconds of the steady clock
  uintptr_t stack_floor_ = 0;
  bool failed_ = false;

  // The call that is still to be made when a tail call was returned.
  Json tail_function_;
  std::span<const Json> tail_arguments_;
  std::string_view tail_name_;
  int64_t tail_position_ = -1;
  // Where the text ends that was last given room to grow, and how much of it is left.
  struct {
    char* end = nullptr;
    size_t room = 0;
  } growing_;

  // What failed.
  std::string_view code_;
  std::string token_;
  int64_t position_ = -1;  // in bytes
  Facts facts_;
};

}  // namespace pawl::jsonata

#endif  // PAWL_QUERY_JSONATA_EVALUATOR_H_
