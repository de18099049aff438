// Which calls are in tail position.

#ifndef PAWL_QUERY_JSONATA_TAIL_CALLS_H_
#define PAWL_QUERY_JSONATA_TAIL_CALLS_H_

#include "coordinator/query/jsonata/node.h"

namespace pawl::jsonata {

// Marks those in the body of a lambda: calls whose result is the lambda's own, which the evaluator
// makes without going deeper. `body` may be null.
void MarkTailCalls(Node* body);

}  // namespace pawl::jsonata

#endif  // PAWL_QUERY_JSONATA_TAIL_CALLS_H_
