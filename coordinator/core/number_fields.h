// Numbers that a field gives or that its path finds: the seconds of a Task, the counts of a Map.
// What a path finds is judged when the state begins (reference/asl.md 12.3); a value that the field
// could not have fails the execution. `field` is the field's name without `Path`.

#ifndef PAWL_CORE_NUMBER_FIELDS_H_
#define PAWL_CORE_NUMBER_FIELDS_H_

#include <cstdint>
#include <optional>
#include <string_view>

#include "coordinator/asl/error.h"
#include "coordinator/asl/machine.h"
#include "coordinator/core/payload.h"
#include "coordinator/core/step.h"

namespace pawl::core {

// TimeoutSeconds, HeartbeatSeconds: 1 to 99,999,999.
asl::Result<std::optional<int64_t>> EvaluateSeconds(Step& step, const Branch& branch,
                                                    const asl::NumberField& number,
                                                    std::string_view field, const Payload& input);

// MaxConcurrency, ToleratedFailureCount: not negative.
asl::Result<std::optional<int64_t>> EvaluateCount(Step& step, const Branch& branch,
                                                  const asl::NumberField& number,
                                                  std::string_view field, const Payload& input);

// ToleratedFailurePercentage: 0 to 100, perhaps with a fraction.
asl::Result<std::optional<double>> EvaluatePercentage(Step& step, const Branch& branch,
                                                      const asl::DecimalField& number,
                                                      std::string_view field, const Payload& input);

}  // namespace pawl::core

#endif  // PAWL_CORE_NUMBER_FIELDS_H_
