// Intrinsic functions, `States.Format('{}', $.x)` (reference/asl.md 6.2, 6.3). Compiled once;
// immutable and thread-safe afterwards. A value that comes out may refer to memory of the compiled
// call, for its literals.
// A value that comes out may refer to memory of the compiled call (its literals), besides that of
// the input and the arena.

#ifndef PAWL_ASL_INTRINSIC_H_
#define PAWL_ASL_INTRINSIC_H_

#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <string_view>

#include "absl/status/statusor.h"
#include "coordinator/asl/error.h"
#include "coordinator/base/json.h"
#include "coordinator/query/environment.h"
#include "coordinator/query/jsonpath.h"

namespace pawl::asl {

// Where `States.UUID` and an unseeded `States.MathRandom` get their bits. Equal seeds give equal
// bits: the transition function stays pure.
using RandomBits = std::function<uint64_t()>;

class Intrinsic {
 public:
  // INVALID_ARGUMENT when `text` is not a well-formed call, names an unknown function or has the
  // wrong number of arguments.
  static absl::StatusOr<Intrinsic> Compile(std::string_view text);

  const std::string& text() const;
  // Whether it is of the functions whose result may stand for a string (reference/asl.md 5.2).
  bool gives_text() const;
  // Calls `visit` with each path among the arguments, nested calls included.
  void VisitPaths(const std::function<void(const query::JsonPath&)>& visit) const;
  // `field` names the field in error messages, `.$` included (reference/asl.md 12.3).
  Result<Json> Evaluate(const query::Environment& environment, const RandomBits& random,
                        std::string_view field, JsonArena* arena) const;

 private:
  struct Call;
  explicit Intrinsic(std::shared_ptr<const Call> call) : call_(std::move(call)) {}
  std::shared_ptr<const Call> call_;
};

}  // namespace pawl::asl

#endif  // PAWL_ASL_INTRINSIC_H_
