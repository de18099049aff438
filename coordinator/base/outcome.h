// A value, or the reason of another domain why there is none. Used where a failure is data and not
// an operating error (those are absl::Status): a state machine's own error is carried to its Catch.

#ifndef PAWL_BASE_OUTCOME_H_
#define PAWL_BASE_OUTCOME_H_

#include <utility>
#include <variant>

namespace pawl {

template <typename T, typename E>
class Outcome {
 public:
  Outcome(T value) : state_(std::in_place_index<0>, std::move(value)) {}  // NOLINT: implicit
  Outcome(E error) : state_(std::in_place_index<1>, std::move(error)) {}  // NOLINT: implicit

  bool ok() const { return state_.index() == 0; }
  T& value() { return std::get<0>(state_); }
  const T& value() const { return std::get<0>(state_); }
  const E& error() const { return std::get<1>(state_); }
  E& error() { return std::get<1>(state_); }
  T& operator*() { return value(); }
  const T& operator*() const { return value(); }
  T* operator->() { return &value(); }
  const T* operator->() const { return &value(); }

 private:
  std::variant<T, E> state_;
};

}  // namespace pawl

#endif  // PAWL_BASE_OUTCOME_H_
