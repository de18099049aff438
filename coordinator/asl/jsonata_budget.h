// What all JSONata expressions of one decision may take together. A decision holds the row of its
// execution: however many expressions it comes to, and whatever they do, it must end.

#ifndef PAWL_ASL_JSONATA_BUDGET_H_
#define PAWL_ASL_JSONATA_BUDGET_H_

#include <cstddef>

#include "absl/time/time.h"
#include "coordinator/query/jsonata/jsonata.h"

namespace pawl::asl {

class JsonataBudget {
 public:
  // `max_payload_bytes`: what a payload of the execution may have. Where that is more than usual,
  // expressions may take more memory.
  explicit JsonataBudget(size_t max_payload_bytes);

  // What the next expression may take.
  jsonata::Limits Limits() const;
  // It has taken that.
  void Spend(absl::Duration time, size_t bytes);

  // An expression ended at a limit: with another machine, or on another day, it might not have.
  void NoteLimit() { reached_limit_ = true; }
  bool reached_limit() const { return reached_limit_; }

 private:
  size_t memory_of_one_;
  size_t memory_;
  absl::Duration time_;
  bool reached_limit_ = false;
};

}  // namespace pawl::asl

#endif  // PAWL_ASL_JSONATA_BUDGET_H_
