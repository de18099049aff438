// The transitions between the states of one level, and what cannot be reached by them.

#ifndef PAWL_ASL_STATE_GRAPH_H_
#define PAWL_ASL_STATE_GRAPH_H_

#include <cstddef>
#include <utility>
#include <vector>

namespace pawl::asl {

// States are numbers from 0, in document order.
class StateGraph {
 public:
  explicit StateGraph(size_t states) : next_(states) {}

  void AddTransition(size_t from, size_t to) { next_[from].push_back(to); }

  // The states that nothing leads to from `start`. A state that only other unreachable ones lead to
  // is left out, as AWS does: it is no mistake of its own. Of a ring of unreachable states the
  // first is named.
  std::vector<size_t> UnreachableFrom(size_t start) const;
  // The same when nothing is known to be the start.
  std::vector<size_t> UnreachableWithoutStart() const;

 private:
  void Visit(size_t from, std::vector<bool>* seen) const;
  std::vector<size_t> Unseen(std::vector<bool> seen) const;

  std::vector<std::vector<size_t>> next_;
};

}  // namespace pawl::asl

#endif  // PAWL_ASL_STATE_GRAPH_H_
