// Times the compilation and the evaluation of expressions. Reads a JSON object a line, {"name",
// "expr", "data"}, and writes one for each, {"name", "compile_ns", "eval_ns"}: the best of several
// runs. compare.js feeds it.

#include <algorithm>
#include <chrono>
#include <cstdio>
#include <iostream>
#include <string>

#include "coordinator/base/clock.h"
#include "coordinator/base/json.h"
#include "coordinator/query/jsonata/jsonata.h"

namespace pawl::jsonata {
namespace {

constexpr int kRuns = 7;
constexpr double kRunSeconds = 0.06;

double Seconds() {
  return std::chrono::duration<double>(std::chrono::steady_clock::now().time_since_epoch()).count();
}

// Nanoseconds of one call.
template <typename Call>
double BestOf(const Call& call) {
  double best = 1e18;
  for (int run = 0; run < kRuns; ++run) {
    const double start = Seconds();
    double elapsed = 0;
    int64_t calls = 0;
    for (int64_t batch = 1; elapsed < kRunSeconds; batch *= 2) {
      for (int64_t i = 0; i < batch; ++i) call();
      calls += batch;
      elapsed = Seconds() - start;
    }
    best = std::min(best, elapsed * 1e9 / static_cast<double>(calls));
  }
  return best;
}

void Measure(Json test) {
  const std::string_view text = test.Find("expr").as_string();
  const std::string name(test.Find("name").as_string());
  const Result<Expression> expression = Expression::Compile(text);
  Inputs inputs;
  inputs.input = test.Find("data");
  inputs.now = DatabaseClock().Now();
  const Limits limits;
  bool ok = expression.ok();
  const double compile = BestOf([&] { ok = Expression::Compile(text).ok() && ok; });
  const double eval = !ok ? 0 : BestOf([&] {
    JsonArena arena;
    ok = expression->Evaluate(inputs, limits, &arena).ok() && ok;
  });
  if (!ok) std::fprintf(stderr, "%s fails\n", name.c_str());
  std::printf("{\"name\":\"%s\",\"compile_ns\":%.1f,\"eval_ns\":%.1f}\n", name.c_str(), compile,
              eval);
}

}  // namespace
}  // namespace pawl::jsonata

int main() {
  std::string line;
  while (std::getline(std::cin, line)) {
    pawl::JsonArena arena;
    const absl::StatusOr<pawl::Json> test = pawl::ParseJson(line, &arena);
    if (!test.ok()) return 2;
    pawl::jsonata::Measure(*test);
  }
  return 0;
}
