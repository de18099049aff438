// What Step Functions adds: $partition, $range, $hash, $random, $uuid, $parse.

#include <openssl/evp.h>

#include <algorithm>
#include <bit>
#include <cmath>

#include "coordinator/base/strings.h"
#include "coordinator/query/jsonata/functions.h"

namespace pawl::jsonata {
namespace {

constexpr double kMaxRange = 1e7;

Json Refuse(Evaluator& evaluator, std::string message) {
  Facts facts;
  facts.message = std::move(message);
  return evaluator.Fail("D3137", std::move(facts));
}

Json CallPartition(Evaluator& evaluator, const CallArguments& arguments) {
  const Json array = arguments[0];
  if (array.is_undefined() || arguments[1].is_undefined()) return Json();
  const double size = std::floor(arguments.number(1).value_or(0));
  if (!(size >= 1)) {
    return Refuse(evaluator, "The second argument of $partition must be a positive number");
  }
  const size_t step = size >= static_cast<double>(array.size()) ? std::max<size_t>(array.size(), 1)
                                                                : static_cast<size_t>(size);
  Evaluator::Builder parts(&evaluator);
  for (size_t at = 0; at < array.size(); at += step) {
    parts.Add(Json::ArrayView(array.items().subspan(at, std::min(step, array.size() - at))));
  }
  return evaluator.Tick(1 + parts.size()) ? parts.Finish(0) : FailedValue();
}

Json CallRange(Evaluator& evaluator, const CallArguments& arguments) {
  for (size_t i = 0; i < 3; ++i) {
    if (arguments[i].is_undefined()) return Json();
  }
  const double first = arguments.number(0).value_or(0);
  const double last = arguments.number(1).value_or(0);
  const double step = arguments.number(2).value_or(0);
  if (step == 0) return Refuse(evaluator, "The third argument of $range must not be zero");
  const double steps = std::floor((last - first) / step);
  if (!(steps >= 0)) return Json::ArrayView({}).WithMark(kSequence);
  if (steps + 1 > kMaxRange) return evaluator.Fail("D2014", {.value = Number(steps + 1)});
  Evaluator::Builder numbers(&evaluator);
  for (double i = 0; i <= steps; ++i) {
    numbers.Add(Number(first + i * step));
    if (!evaluator.Tick()) return FailedValue();
  }
  return numbers.Finish(kSequence);
}

const EVP_MD* Algorithm(std::string_view name) {
  if (name == "MD5") return EVP_md5();
  if (name == "SHA-1") return EVP_sha1();
  if (name == "SHA-256") return EVP_sha256();
  if (name == "SHA-384") return EVP_sha384();
  if (name == "SHA-512") return EVP_sha512();
  return nullptr;
}

Json CallHash(Evaluator& evaluator, const CallArguments& arguments) {
  if (arguments[0].is_undefined() || arguments[1].is_undefined()) return Json();
  const EVP_MD* algorithm = Algorithm(arguments.text(1));
  if (algorithm == nullptr) {
    return Refuse(evaluator,
                  "The second argument of $hash must be MD5, SHA-1, SHA-256, SHA-384 or SHA-512");
  }
  const std::string_view content = arguments.text(0);
  if (!evaluator.Tick(1 + content.size() / 16)) return FailedValue();
  unsigned char digest[EVP_MAX_MD_SIZE];
  unsigned int size = 0;
  if (EVP_Digest(content.data(), content.size(), digest, &size, algorithm, nullptr) != 1) {
    return Refuse(evaluator, StrCat("$hash: ", arguments.text(1), " is not to be had here"));
  }
  std::string text;
  for (unsigned int i = 0; i < size; ++i) {
    constexpr char kDigits[] = "0123456789abcdef";
    text.push_back(kDigits[digest[i] >> 4]);
    text.push_back(kDigits[digest[i] & 15]);
  }
  return evaluator.Text(text);
}

// A well mixed number for each seed (splitmix64).
uint64_t Mix(uint64_t seed) {
  seed += 0x9E3779B97F4A7C15u;
  seed = (seed ^ (seed >> 30)) * 0xBF58476D1CE4E5B9u;
  seed = (seed ^ (seed >> 27)) * 0x94D049BB133111EBu;
  return seed ^ (seed >> 31);
}

uint64_t RandomBits(Evaluator& evaluator) {
  return evaluator.inputs().random ? evaluator.inputs().random() : 0;
}

Json CallRandom(Evaluator& evaluator, const CallArguments& arguments) {
  const std::optional<double> seed = arguments.number(0);
  const uint64_t bits =
      seed ? Mix(std::bit_cast<uint64_t>(*seed == 0 ? 0.0 : *seed)) : RandomBits(evaluator);
  return Number(static_cast<double>(bits >> 11) * 0x1p-53);
}

Json CallUuid(Evaluator& evaluator, const CallArguments&) {
  const uint64_t halves[] = {RandomBits(evaluator), RandomBits(evaluator)};
  std::string text;
  for (int i = 0; i < 32; ++i) {
    if (i == 8 || i == 12 || i == 16 || i == 20) text.push_back('-');
    uint64_t digit = (halves[i / 16] >> (60 - 4 * (i % 16))) & 15;
    if (i == 12) digit = 4;
    if (i == 16) digit = 8 | (digit & 3);
    text.push_back("0123456789abcdef"[digit]);
  }
  return evaluator.Text(text);
}

Json CallParse(Evaluator& evaluator, const CallArguments& arguments) {
  // Values take more room than their text: at most so many times as much.
  constexpr size_t kGrowth = 24;
  if (arguments[0].is_undefined()) return Json();
  const std::string_view text = arguments.text(0);
  if (!evaluator.Reserve(text.size() * kGrowth) || !evaluator.Tick(1 + text.size() / 16)) {
    return FailedValue();
  }
  const absl::StatusOr<Json> value = ParseJson(text, evaluator.arena());
  if (value.ok()) return *value;
  return Refuse(evaluator,
                StrCat("The argument of $parse is not JSON: ", FromAbsl(value.status().message())));
}

constexpr Builtin kFunctions[] = {
    {"partition", CallPartition, "<an:a<a>>", 2},
    {"range", CallRange, "<nnn:a<n>>", 3},
    {"hash", CallHash, "<ss:s>", 2},
    {"random", CallRandom, "<n?:n>", 0},
    {"uuid", CallUuid, "<:s>", 0},
    {"parse", CallParse, "<s-:x>", 1},
};

}  // namespace

std::span<const Builtin> StatesFunctions() { return kFunctions; }

}  // namespace pawl::jsonata
