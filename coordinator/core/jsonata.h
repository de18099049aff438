// JSONata in a state: what its expressions see, and values of the types that fields ask for
// (reference/asl.md 7).

#ifndef PAWL_CORE_JSONATA_H_
#define PAWL_CORE_JSONATA_H_

#include <cstdint>
#include <optional>
#include <string_view>

#include "absl/time/time.h"
#include "coordinator/asl/error.h"
#include "coordinator/asl/jsonata_template.h"
#include "coordinator/core/context.h"
#include "coordinator/core/step.h"
#include "coordinator/core/subject.h"

namespace pawl::core {

// `wanted`: the type that an expression must give; empty: any.
asl::Result<Json> EvaluateJsonata(Step& step, const Branch& branch,
                                  const asl::JsonataTemplate& form, const Subject& subject,
                                  std::string_view wanted = {},
                                  const std::optional<MapItem>& item = std::nullopt);

// The same at another time and with other random bits than the decision's, so that it can be done
// again later with the same outcome.
struct Circumstances {
  absl::Time now;
  uint64_t seed = 0;
};
asl::Result<Json> EvaluateJsonata(Step& step, const Branch& branch,
                                  const asl::JsonataTemplate& form, const Subject& subject,
                                  std::string_view wanted, const Circumstances& circumstances);

// A whole number of `min` to `max`.
asl::Result<int64_t> EvaluateInteger(Step& step, const Branch& branch,
                                     const asl::JsonataTemplate& form, const Subject& subject,
                                     int64_t min, int64_t max);

// A number of `min` to `max`.
asl::Result<double> EvaluateDecimal(Step& step, const Branch& branch,
                                    const asl::JsonataTemplate& form, const Subject& subject,
                                    double min, double max);

}  // namespace pawl::core

#endif  // PAWL_CORE_JSONATA_H_
