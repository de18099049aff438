// fuzz_jsonata --seeds A..B [--corpus FILE]: makes up JSONata expressions and inputs, and evaluates
// them under limits of all sizes. Whatever it is given, the evaluator must neither crash nor hang
// nor take more than it may. What it answers is checked for what holds of any expression: outcomes
// are JSON or have a code and a position within the text, and equal arguments give equal outcomes.
// Prints the seed it fails on, and takes it back as `--seeds N`.

#include <sys/resource.h>

#include <cstdlib>
#include <cstring>
#include <fstream>
#include <iostream>
#include <string>
#include <vector>

#include "absl/time/clock.h"
#include "coordinator/base/strings.h"
#include "coordinator/base/utf8.h"
#include "coordinator/query/jsonata/jsonata.h"
#include "tests/fuzz/definition_maker.h"
#include "tests/fuzz/jsonata_maker.h"
#include "tests/fuzz/seed_guard.h"

namespace pawl::fuzz {
namespace {

using jsonata::Expression;
using jsonata::JsonataError;
using jsonata::Result;

// Of one seed, on a busy machine and under a sanitizer: more is a hang.
constexpr unsigned kMaxSeconds = 60;
constexpr int kCasesOfASeed = 20;
constexpr absl::Duration kMaxTime = absl::Milliseconds(300);  // of one evaluation

void Expect(bool holds, std::string_view what, std::string_view expression) {
  if (holds) return;
  std::cerr << "fuzz_jsonata: " << what << ": " << expression.substr(0, 2000) << "\n";
  std::abort();
}

struct Totals {
  int64_t cases = 0, refused = 0, failed = 0, limited = 0, undefined = 0, values = 0;
  absl::Duration slowest;
  uint64_t slowest_seed = 0;
};

// Of one evaluation: small enough to be reached, and large enough not to be.
jsonata::Limits SomeLimits(JsonataMaker& make) {
  jsonata::Limits limits;
  limits.time = kMaxTime;
  limits.depth = make.OneIn(3) ? 1'000'000 : static_cast<int>(10 + make.Below(2000));
  limits.memory_bytes = size_t{1} << (16 + make.Below(11));
  limits.stack_bytes = size_t{1} << (17 + make.Below(5));
  return limits;
}

void CheckError(const JsonataError& error, std::string_view text) {
  // An exception of JavaScript's own has no code, but a message.
  Expect(error.code.empty() ? !error.message.empty()
                            : error.code.size() == 5 || error.code == jsonata::kUnsupportedResult,
         "an error has neither a code nor a message", text);
  if (FindInvalidUtf8(text) != std::string_view::npos) return;
  Expect(error.position >= -1 && error.position <= static_cast<int>(text.size()),
         "an error is beyond the end of the expression", text);
  Expect(CheckJson(WriteJson(Json::String(error.message))).ok(), "a message is not text", text);
}

struct Outcome {
  std::string code;  // of an error
  std::string text;  // of an error its token, else the value as JSON; empty: undefined
  bool operator==(const Outcome&) const = default;
  bool limited() const { return code == jsonata::kLimitReached; }
};

Outcome Evaluate(const Expression& expression, std::string_view text, std::string_view input,
                 const jsonata::Limits& limits) {
  JsonArena arena;
  jsonata::Inputs inputs;
  inputs.input = ParseJson(input, &arena).value();
  inputs.now = absl::FromUnixSeconds(1'790'000'000);
  uint64_t calls = 0;
  inputs.random = [&calls] { return ++calls * 0x9E3779B97F4A7C15u; };
  inputs.null_for_infinity = true;
  const Result<Json> value = expression.Evaluate(inputs, limits, &arena);
  if (!value.ok()) {
    CheckError(value.error(), text);
    return {value.error().code.empty() ? "none" : value.error().code, value.error().token};
  }
  if (value->is_undefined()) return {};
  Outcome outcome{"", WriteJson(*value, NumberStyle::kJavaScript)};
  // A large value may be nested deeper than documents may be.
  if (outcome.text.size() < 1000 && FindInvalidUtf8(text) == std::string_view::npos) {
    Expect(CheckJson(outcome.text).ok(), "an outcome is not JSON", text);
  }
  return outcome;
}

void Count(const Outcome& outcome, Totals* totals) {
  if (outcome.limited()) {
    ++totals->limited;
  } else if (!outcome.code.empty()) {
    ++totals->failed;
  } else {
    ++(outcome.text.empty() ? totals->undefined : totals->values);
  }
}

void FuzzOne(JsonataMaker& make, DefinitionMaker& documents, uint64_t seed, Totals* totals) {
  const std::string text = make.Any();
  const std::string input = documents.Input();
  const jsonata::Limits limits = SomeLimits(make);
  ++totals->cases;
  const Result<Expression> expression =
      Expression::Compile(text, {.default_operators = !make.OneIn(4)});
  if (!expression.ok()) {
    ++totals->refused;
    CheckError(expression.error(), text);
    return;
  }
  const absl::Time start = absl::Now();
  const Outcome outcome = Evaluate(*expression, text, input, limits);
  const absl::Duration took = absl::Now() - start;
  if (took > totals->slowest) {
    totals->slowest = took;
    totals->slowest_seed = seed;
  }
  Count(outcome, totals);
  // What took long once may be cut the second time.
  if (outcome.limited() || took > kMaxTime / 10) return;
  const Outcome again = Evaluate(*expression, text, input, limits);
  Expect(again == outcome || again.limited(), "equal arguments give different outcomes", text);
}

std::vector<std::string> ReadLines(const std::string& file) {
  std::ifstream stream(file);
  std::vector<std::string> lines;
  for (std::string line; std::getline(stream, line);) lines.push_back(line);
  return lines;
}

int Main(uint64_t from, uint64_t to, const std::string& corpus_file) {
  const std::vector<std::string> corpus = ReadLines(corpus_file);
  if (corpus.empty()) {
    std::cerr << "fuzz_jsonata: there are no expressions in " << corpus_file << "\n";
    return 2;
  }
  GuardSeeds("fuzz_jsonata");
  Totals totals;
  const absl::Time start = absl::Now();
  for (uint64_t seed = from; seed <= to; ++seed) {
    BeginSeed(seed, kMaxSeconds);
    JsonataMaker make(seed, corpus);
    DefinitionMaker documents(seed);
    for (int i = 0; i < kCasesOfASeed; ++i) FuzzOne(make, documents, seed, &totals);
  }
  EndSeeds();
  rusage usage;
  getrusage(RUSAGE_SELF, &usage);
  const double seconds = absl::ToDoubleSeconds(absl::Now() - start);
  std::cout << "seeds " << from << ".." << to << ": " << totals.cases << " expressions, "
            << totals.refused << " refused, " << totals.values << " values, " << totals.undefined
            << " undefined, " << totals.failed << " errors, " << totals.limited << " at a limit; "
            << static_cast<int64_t>(static_cast<double>(totals.cases) / seconds)
            << " a second, the slowest " << absl::FormatDuration(totals.slowest) << " (seed "
            << totals.slowest_seed << "), at most " << usage.ru_maxrss / 1024 << " MiB\n";
  return 0;
}

}  // namespace
}  // namespace pawl::fuzz

int main(int argc, char** argv) {
  const bool has_corpus = argc == 5 && std::strcmp(argv[3], "--corpus") == 0;
  uint64_t from = 0;
  uint64_t to = 0;
  if ((argc != 3 && !has_corpus) || std::strcmp(argv[1], "--seeds") != 0 ||
      !pawl::fuzz::ParseSeeds(argv[2], &from, &to)) {
    std::cerr << "usage: fuzz_jsonata --seeds A..B | --seeds N [--corpus FILE]\n";
    return 2;
  }
  return pawl::fuzz::Main(from, to, has_corpus ? argv[4] : PAWL_JSONATA_CORPUS);
}
