#include "coordinator/core/number_fields.h"

#include <cmath>
#include <string>

#include "absl/strings/numbers.h"
#include "coordinator/base/strings.h"
#include "coordinator/core/data_flow.h"
#include "coordinator/core/jsonata.h"

namespace pawl::core {
namespace {

constexpr int64_t kMaxSeconds = 99'999'999;  // AWS quota

asl::WorkflowError BadValue(std::string_view field, Json value, std::string_view what,
                            const query::JsonPath& path) {
  const std::string shown = value.is_string() ? std::string(value.as_string()) : ShownJson(value);
  return asl::RuntimeError(StrCat("The ", field, "Path field refers to value \"", shown,
                                  "\" which is not ", what, ": ", path.text()));
}

// A numeric string is taken as the number (recorded for MaxConcurrencyPath).
std::optional<int64_t> Integer(Json value) {
  int64_t parsed = 0;
  if (value.is_int()) return value.as_int();
  if (value.is_string() && absl::SimpleAtoi(ToAbsl(value.as_string()), &parsed)) return parsed;
  return std::nullopt;
}

std::optional<double> Decimal(Json value) {
  double parsed = 0;
  if (value.is_number()) return value.as_double();
  if (value.is_string() && absl::SimpleAtod(ToAbsl(value.as_string()), &parsed) &&
      std::isfinite(parsed)) {
    return parsed;
  }
  return std::nullopt;
}

template <typename T>
asl::Result<std::optional<T>> Optional(const asl::Result<T>& number) {
  if (!number.ok()) return number.error();
  return std::optional<T>(*number);
}

}  // namespace

asl::Result<std::optional<int64_t>> EvaluateSeconds(Step& step, const Branch& branch,
                                                    const asl::NumberField& number,
                                                    std::string_view field, const Payload& input) {
  if (number.expression) {
    return Optional(EvaluateInteger(step, branch, *number.expression, input, 1, kMaxSeconds));
  }
  if (!number.path) return number.value;
  asl::Result<Json> found = EvaluatePath(step, branch, *number.path, input);
  if (!found.ok()) return found.error();
  const std::optional<int64_t> seconds = Integer(*found);
  if (!seconds) return BadValue(field, *found, "a valid integer", *number.path);
  if (*seconds < 1 || *seconds > kMaxSeconds) {
    // The words are ours: which ones AWS has is not known.
    return BadValue(field, *found, StrCat("between 1 and ", kMaxSeconds), *number.path);
  }
  return seconds;
}

asl::Result<std::optional<int64_t>> EvaluateCount(Step& step, const Branch& branch,
                                                  const asl::NumberField& number,
                                                  std::string_view field, const Payload& input) {
  if (number.expression) {
    return Optional(EvaluateInteger(step, branch, *number.expression, input, 0, INT64_MAX));
  }
  if (!number.path) return number.value;
  asl::Result<Json> found = EvaluatePath(step, branch, *number.path, input);
  if (!found.ok()) return found.error();
  const std::optional<int64_t> count = Integer(*found);
  if (!count) return BadValue(field, *found, "a valid integer", *number.path);
  if (*count < 0) return asl::RuntimeError(StrCat(field, " cannot be negative."));
  return count;
}

asl::Result<std::optional<double>> EvaluatePercentage(Step& step, const Branch& branch,
                                                      const asl::DecimalField& number,
                                                      std::string_view field,
                                                      const Payload& input) {
  if (number.expression) {
    return Optional(EvaluateDecimal(step, branch, *number.expression, input, 0, 100));
  }
  if (!number.path) return number.value;
  asl::Result<Json> found = EvaluatePath(step, branch, *number.path, input);
  if (!found.ok()) return found.error();
  const std::optional<double> percentage = Decimal(*found);
  if (!percentage) return BadValue(field, *found, "a valid float", *number.path);
  if (*percentage < 0 || *percentage > 100) {
    return asl::RuntimeError(StrCat(field, " must be between 0 and 100."));
  }
  return percentage;
}

}  // namespace pawl::core
