// The tree of an expression. The parser builds it, Simplify (simplify.h) turns chains of `.`, `[`
// and the like into paths with steps, Resolve (resolve.h) gives every variable its place. After
// that it never changes, and any thread may evaluate it. All of it lies in one arena.

#ifndef PAWL_QUERY_JSONATA_NODE_H_
#define PAWL_QUERY_JSONATA_NODE_H_

#include <cstdint>
#include <cstring>
#include <string_view>

#include "coordinator/base/json.h"
#include "coordinator/query/jsonata/operators.h"

namespace pawl::jsonata {

class Regex;
class Signature;

// A list in an arena. Appending takes amortised constant time.
template <typename T>
class List {
 public:
  void Add(T item, JsonArena* arena) {
    if (size_ == capacity_) Grow(arena);
    items_[size_++] = item;
  }
  void Clear() { size_ = 0; }
  uint32_t size() const { return size_; }
  bool empty() const { return size_ == 0; }
  T& operator[](size_t at) { return items_[at]; }
  const T& operator[](size_t at) const { return items_[at]; }
  T* begin() { return items_; }
  T* end() { return items_ + size_; }
  const T* begin() const { return items_; }
  const T* end() const { return items_ + size_; }
  T& back() { return items_[size_ - 1]; }
  const T& back() const { return items_[size_ - 1]; }

 private:
  void Grow(JsonArena* arena) {
    capacity_ = capacity_ == 0 ? 2 : capacity_ * 2;
    T* grown = static_cast<T*>(arena->Allocate(capacity_ * sizeof(T)));
    for (uint32_t i = 0; i < size_; ++i) grown[i] = items_[i];
    items_ = grown;
  }

  T* items_ = nullptr;
  uint32_t size_ = 0;
  uint32_t capacity_ = 0;
};

enum class NodeType : uint8_t {
  kLiteral,      // value: a number, true, false, null
  kString,       // value; a name where it is a step
  kName,         // text: a field, only ever a step
  kVariable,     // text, without the `$`
  kWildcard,     // *
  kDescendant,   // **
  kParent,       // %, slot
  kRegex,        // regex
  kPath,         // list: the steps
  kBinary,       // op, a, b
  kNegate,       // a
  kArray,        // list
  kObject,       // pairs
  kBlock,        // list
  kBind,         // a := b; a is the variable
  kCondition,    // a ? b : c
  kDefault,      // a ?: b
  kCoalesce,     // a ?? b
  kCall,         // a: the procedure, list: the arguments
  kPartial,      // the same, with kPlaceholder among the arguments
  kPlaceholder,  // ?
  kLambda,       // list: the parameters, a: the body
  kApply,        // a ~> b
  kTransform,    // |a|b,c|
  kSort,         // terms; only ever a step
  kOperator,     // and, or, in where a value stands: names, until Simplify
  kEnd,          // the end of the text where a value was expected
};

struct Node;

struct Pair {
  Node* key = nullptr;
  Node* value = nullptr;
};

struct SortTerm {
  Node* expression = nullptr;
  bool descending = false;
};

// What follows a step: a predicate, or the name that takes the position.
struct Stage {
  Node* filter = nullptr;  // null: an index
  std::string_view index;
  int name = 0;  // of the index, see Tuple
};

struct Group {
  List<Pair> pairs;
  uint32_t position = 0;
};

// Which ancestor a `%` means: found while the tree is simplified.
struct ParentSlot {
  int label = 0;                // negative: the name under which the ancestor travels in a tuple
  int level = 1;                // how many steps up it still is
  ParentSlot* first = nullptr;  // the slot made for the `%` itself, whose label is looked up
};

// One place where the value of a variable may be: some number of frames out, at a slot. Slots that
// a later `:=` fills are unbound before it, and the next place is tried.
struct Place {
  uint16_t hops = 0;
  uint16_t slot = 0;
  bool in_tuple = false;  // look under `name` in the tuple that the frame carries
};

// A variable, resolved.
struct Reference {
  List<Place> places;  // from the innermost outwards
  int name = 0;        // for tuples
  int global = -1;     // the place among the globals when no other has it; -1: there is none
};

struct Node {
  NodeType type = NodeType::kEnd;
  Op op = Op::kNone;
  bool keep_array = false;      // `[]` behind it: an array even of one
  bool keep_singleton = false;  // of a path: one of its steps has keep_array
  bool construct = false;       // an array constructor whose result is not flattened
  bool tuple = false;           // a step from which on values travel with bindings
  bool bracket = false;         // an array constructor
  bool tail = false;            // a call in tail position of a lambda
  bool frame = false;           // a block or lambda that has variables of its own
  bool captured = false;        // its frame may outlive the evaluation of the node
  bool step_frame = false;      // a frame with the tuple is pushed for the step and its stages
  bool stream = false;          // with predicates or a group, which run over a stream of tuples
  bool plain = true;            // neither predicates nor, unless a path, a group
  bool constant_keys = false;   // of an object: distinct literal keys in their final order
  uint16_t slots = 0;           // of the frame
  uint16_t step_slots = 0;      // of the frame with the tuple
  uint16_t height = 1;
  uint32_t position = 0;  // of the byte behind its token
  std::string_view text;
  Json value;
  Node* a = nullptr;
  Node* b = nullptr;
  Node* c = nullptr;
  List<Node*> list;
  List<Pair> pairs;
  List<SortTerm> terms;
  List<Stage> predicates;  // of a node that is no step
  List<Stage> stages;      // of a step
  Group* group = nullptr;
  std::string_view focus;  // @$focus
  std::string_view index;  // #$index
  int focus_name = 0;
  int index_name = 0;
  ParentSlot* slot = nullptr;      // of a kParent
  ParentSlot* ancestor = nullptr;  // the input of this step travels under this label
  List<ParentSlot*> seeking;       // parents that are not found within
  Reference* reference = nullptr;  // of a variable; of a call by a bare name: the variable of it
  const Signature* signature = nullptr;  // of a lambda
  const Regex* regex = nullptr;
};

// The name that the reference gives the kind of the node, for the tokens of errors.
std::string_view TypeName(const Node* node);

}  // namespace pawl::jsonata

#endif  // PAWL_QUERY_JSONATA_NODE_H_
