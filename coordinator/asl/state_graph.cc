#include "coordinator/asl/state_graph.h"

#include <algorithm>

namespace pawl::asl {

void StateGraph::Visit(size_t from, std::vector<bool>* seen) const {
  std::vector<size_t> open = {from};
  (*seen)[from] = true;
  while (!open.empty()) {
    const size_t state = open.back();
    open.pop_back();
    for (size_t next : next_[state]) {
      if ((*seen)[next]) continue;
      (*seen)[next] = true;
      open.push_back(next);
    }
  }
}

std::vector<size_t> StateGraph::UnreachableFrom(size_t start) const {
  std::vector<bool> seen(next_.size());
  Visit(start, &seen);
  return Unseen(std::move(seen));
}

std::vector<size_t> StateGraph::UnreachableWithoutStart() const {
  return Unseen(std::vector<bool>(next_.size()));
}

std::vector<size_t> StateGraph::Unseen(std::vector<bool> seen) const {
  std::vector<bool> has_origin(next_.size());
  for (size_t from = 0; from < next_.size(); ++from) {
    for (size_t to : next_[from]) {
      if (to != from) has_origin[to] = true;
    }
  }
  std::vector<size_t> roots;
  for (bool take_rings : {false, true}) {
    for (size_t state = 0; state < next_.size(); ++state) {
      if (seen[state] || (has_origin[state] && !take_rings)) continue;
      roots.push_back(state);
      Visit(state, &seen);
    }
  }
  std::sort(roots.begin(), roots.end());
  return roots;
}

}  // namespace pawl::asl
