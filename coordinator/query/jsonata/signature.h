// Signatures of functions, such as `<s-n?:s>`: which arguments a function takes, which of them the
// context stands in for, and which values become arrays of one.

#ifndef PAWL_QUERY_JSONATA_SIGNATURE_H_
#define PAWL_QUERY_JSONATA_SIGNATURE_H_

#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "absl/container/inlined_vector.h"
#include "coordinator/base/json.h"
#include "coordinator/query/jsonata/signature_parser.h"

namespace pawl::jsonata {

using Arguments = absl::InlinedVector<Json, 6>;

// Why arguments do not fit.
struct SignatureMismatch {
  std::string_view code;  // T0410, T0411, T0412
  size_t index = 0;       // of the argument, from 1
  Json value;
  std::string_view type;  // of T0412: "numbers"
};

class Signature {
 public:
  // False, with the code and the offset in `text` of what is wrong.
  static bool Parse(std::string_view text, Signature* signature, std::string_view* code,
                    size_t* offset);

  // Appends to `fitted` what the function is to be called with. Arrays of one lie in `arena`.
  bool Fit(std::span<const Json> arguments, Json context, JsonArena* arena, Arguments* fitted,
           SignatureMismatch* mismatch) const;
  size_t size() const { return parameters_.size(); }
  // Whether it takes more arguments than it has parameters.
  bool is_open() const { return !parameters_.empty() && parameters_.back().repeated; }
  // Whether an undefined argument may stand for parameter `at`.
  bool MayMiss(size_t at) const { return (parameters_[at].accepts & kMissing) != 0; }

 private:
  bool FitInOrder(std::span<const Json> arguments, Json context, JsonArena* arena,
                  Arguments* fitted, SignatureMismatch* mismatch, bool* fits) const;
  bool AddContext(const SignatureParameter& parameter, Json context, size_t index,
                  Arguments* fitted, SignatureMismatch* mismatch) const;
  bool AddArgument(const SignatureParameter& parameter, Json argument, bool alone, size_t index,
                   JsonArena* arena, Arguments* fitted, SignatureMismatch* mismatch) const;
  // How many arguments each of the first `count` parameters takes, each as many as it can. False
  // when they do not fit; with `all`, no argument may be left over.
  bool Share(std::span<const Json> arguments, size_t count, bool all,
             std::vector<size_t>* shares) const;
  size_t FirstMisfit(std::span<const Json> arguments) const;

  std::vector<SignatureParameter> parameters_;
};

}  // namespace pawl::jsonata

#endif  // PAWL_QUERY_JSONATA_SIGNATURE_H_
