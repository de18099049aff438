// A merge sort that asks the questions of the reference implementation in its order, so that a
// comparison which is no order, or which fails, has the same outcome.

#ifndef PAWL_QUERY_JSONATA_MERGE_SORT_H_
#define PAWL_QUERY_JSONATA_MERGE_SORT_H_

#include <algorithm>
#include <cstddef>
#include <vector>

namespace pawl::jsonata {

// Stable. `after(a, b)` tells whether `a` belongs behind `b`; `go_on()` whether to continue.
template <typename T, typename After, typename GoOn>
void MergeSort(T* items, size_t size, std::vector<T>* spare, const After& after,
               const GoOn& go_on) {
  if (size <= 1 || !go_on()) return;
  const size_t middle = size / 2;
  MergeSort(items, middle, spare, after, go_on);
  MergeSort(items + middle, size - middle, spare, after, go_on);
  spare->assign(items, items + middle);
  T* left = spare->data();
  T* const left_end = left + middle;
  T* right = items + middle;
  T* const right_end = items + size;
  T* out = items;
  while (left != left_end && right != right_end && go_on()) {
    *out++ = after(*left, *right) ? *right++ : *left++;
  }
  std::copy(left, left_end, out);
}

}  // namespace pawl::jsonata

#endif  // PAWL_QUERY_JSONATA_MERGE_SORT_H_
