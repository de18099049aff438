// Finds for every `%` the step whose input it stands for. That step then lets its input travel with
// its results under a label, and the `%` looks the label up.

#ifndef PAWL_QUERY_JSONATA_ANCESTRY_H_
#define PAWL_QUERY_JSONATA_ANCESTRY_H_

#include "coordinator/base/json.h"
#include "coordinator/query/jsonata/node.h"

namespace pawl::jsonata {

class Ancestry {
 public:
  explicit Ancestry(JsonArena* arena) : arena_(arena) {}

  void AddParent(Node* parent);
  // What `value` has not found within itself is looked for around `result`.
  void Push(Node* result, Node* value);
  // Each returns the node in which no parent can be found, or null when all is well.
  const Node* ResolvePath(Node* path);
  const Node* ResolvePredicate(Node* step, Node* predicate);

 private:
  const Node* Seek(Node* node, ParentSlot* slot);

  JsonArena* const arena_;
  int labels_ = 0;
};

}  // namespace pawl::jsonata

#endif  // PAWL_QUERY_JSONATA_ANCESTRY_H_
