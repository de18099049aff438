// The intrinsic functions on numbers, and those that make something at random.

#include <array>
#include <cmath>
#include <cstring>
#include <limits>

#include "coordinator/asl/intrinsic_call.h"
#include "coordinator/base/ids.h"

namespace pawl::asl {
namespace {

bool Is32Bit(int64_t value) {
  return value >= std::numeric_limits<int32_t>::min() &&
         value <= std::numeric_limits<int32_t>::max();
}

std::optional<Json> MathAdd(Arguments arguments, const FunctionContext&) {
  const std::optional<int64_t> left = RoundedInteger(arguments[0]);
  const std::optional<int64_t> right = RoundedInteger(arguments[1]);
  if (!left || !right || !Is32Bit(*left) || !Is32Bit(*right)) return std::nullopt;
  if (!Is32Bit(*left + *right)) return std::nullopt;
  return Json::Int(*left + *right);
}

// SplitMix64: one well-mixed number for each seed.
uint64_t Mix(uint64_t seed) {
  seed += 0x9E3779B97F4A7C15u;
  seed = (seed ^ (seed >> 30)) * 0xBF58476D1CE4E5B9u;
  seed = (seed ^ (seed >> 27)) * 0x94D049BB133111EBu;
  return seed ^ (seed >> 31);
}

std::optional<Json> MathRandom(Arguments arguments, const FunctionContext& context) {
  const std::optional<int64_t> start = RoundedInteger(arguments[0]);
  const std::optional<int64_t> end = RoundedInteger(arguments[1]);
  if (!start || !end || *start >= *end) return std::nullopt;
  uint64_t bits = 0;
  if (arguments.size() == 3) {
    const std::optional<int64_t> seed = RoundedInteger(arguments[2]);
    if (!seed) return std::nullopt;
    bits = Mix(static_cast<uint64_t>(*seed));
  } else {
    bits = context.random();
  }
  const auto range = static_cast<uint64_t>(*end - *start);
  const auto scaled = static_cast<unsigned __int128>(bits) * range;
  return Json::Int(*start + static_cast<int64_t>(scaled >> 64));
}

std::optional<Json> UuidFunction(Arguments, const FunctionContext& context) {
  const uint64_t bits[2] = {context.random(), context.random()};
  std::array<uint8_t, 16> bytes;
  std::memcpy(bytes.data(), bits, sizeof(bits));
  bytes[6] = static_cast<uint8_t>(0x40 | (bytes[6] & 0x0F));  // version 4
  bytes[8] = static_cast<uint8_t>(0x80 | (bytes[8] & 0x3F));  // the variant of RFC 9562
  return Json::String(Uuid(bytes).ToString(), context.arena);
}

constexpr IntrinsicFunction kFunctions[] = {
    {"MathAdd", 2, 2, MathAdd},
    {"MathRandom", 2, 3, MathRandom},
    {"UUID", 0, 0, UuidFunction},
};

}  // namespace

std::optional<int64_t> RoundedInteger(Json value) {
  constexpr double kLargestExact = 9007199254740992.0;  // 2^53
  if (!value.is_number()) return std::nullopt;
  const double rounded = std::floor(value.as_double() + 0.5);
  if (!(std::abs(rounded) <= kLargestExact)) return std::nullopt;
  return value.is_int() ? value.as_int() : static_cast<int64_t>(rounded);
}

std::span<const IntrinsicFunction> NumberFunctions() { return kFunctions; }

}  // namespace pawl::asl
