// core_bench [NAME]: what the pure core needs for the things it does most, in microseconds, and as
// a multiple of what nlohmann::json needs to parse the same document. One thread, no database;
// NAME: only the cases whose name contains it.
//
// A machine that others use slows down and recovers from moment to moment: each case is measured
// in many short rounds, its own and the parser's in turn, and the fastest of each counts.

#include <algorithm>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <memory>
#include <nlohmann/json.hpp>
#include <string>
#include <string_view>

#include "absl/functional/function_ref.h"
#include "absl/strings/str_replace.h"
#include "coordinator/asl/compile.h"
#include "coordinator/base/json.h"
#include "coordinator/base/strings.h"
#include "coordinator/core/advance.h"
#include "coordinator/query/jsonpath.h"
#include "tests/support/fake_world.h"

namespace pawl::bench {
namespace {

constexpr int kRounds = 30;
constexpr double kRoundMicroseconds = 5'000;

// Keeps the compiler from leaving out what made `value`.
template <typename T>
void Keep(const T& value) {
  asm volatile("" : : "g"(&value) : "memory");
}

[[noreturn]] void Fail(std::string_view what, std::string_view why) {
  std::fprintf(stderr, "core_bench: %.*s: %.*s\n", static_cast<int>(what.size()), what.data(),
               static_cast<int>(why.size()), why.data());
  std::exit(1);
}

using Work = absl::FunctionRef<void(int times)>;

double Microseconds(Work work, int times) {
  const auto begin = std::chrono::steady_clock::now();
  work(times);
  const std::chrono::duration<double, std::micro> took = std::chrono::steady_clock::now() - begin;
  return took.count();
}

// One of the two things that are compared: how often it runs in a round, and its fastest round.
class Measured {
 public:
  explicit Measured(Work work) : work_(work) {
    double took = Microseconds(work_, times_);
    while (took < kRoundMicroseconds) {
      times_ *= 2;
      took = Microseconds(work_, times_);
    }
  }
  void Round() { best_ = std::min(best_, Microseconds(work_, times_) / times_); }
  double best() const { return best_; }

 private:
  Work work_;
  int times_ = 1;
  double best_ = 1e9;
};

void ParseWithNlohmann(const std::string& document, int times) {
  for (int i = 0; i < times; ++i) Keep(nlohmann::json::parse(document));
}

class Table {
 public:
  explicit Table(std::string_view only) : only_(only) {
    std::printf("%-44s %8s %10s %8s\n", "", "us", "parse, us", "ratio");
  }

  // `work` does what `name` says the number of times it is asked for, with `document`.
  void Row(std::string_view name, const std::string& document, Work work) const {
    if (name.find(only_) == std::string_view::npos) return;
    Measured own(work);
    const auto parse = [&](int times) { ParseWithNlohmann(document, times); };
    Measured yardstick(parse);
    for (int i = 0; i < kRounds; ++i) {
      own.Round();
      yardstick.Round();
    }
    std::printf("%-44.*s %8.3f %10.3f %8.3f\n", static_cast<int>(name.size()), name.data(),
                own.best(), yardstick.best(), own.best() / yardstick.best());
  }

 private:
  std::string_view only_;
};

query::JsonPath CompilePath(std::string_view text) {
  absl::StatusOr<query::JsonPath> path = query::JsonPath::Compile(text);
  if (!path.ok()) Fail(text, FromAbsl(path.status().message()));
  return *path;
}

// An order of ten items, one kilobyte.
std::string Order() {
  std::string text =
      R"({"order":{"id":"o-1029384756","customer":{"name":"Ada Lovelace","city":"London"},)"
      R"("express":true,"total":1234.5,"note":null},"items":[)";
  for (int i = 0; i < 10; ++i) {
    StrAppend(&text, i > 0 ? "," : "", R"({"sku":"sku-000)", i, R"(","name":"a thing of kind )", i,
              R"(","price":)", 5 * i, R"(.25,"count":)", i + 1, "}");
  }
  return StrAppend(&text, R"(],"tags":["new","paid","gift"]})"), text;
}

// The same document with blanks, which are not written: nothing of its text can be taken over.
std::string WithBlanks(const std::string& document) {
  return absl::StrReplaceAll(document, {{":", ": "}, {",", ", "}});
}

// The path is compiled, the document parsed: what is left is the way through it.
void EvaluateRow(const Table& table, std::string_view name, std::string_view path_text) {
  const std::string document = Order();
  JsonArena document_arena;
  const Json input = *ParseJson(document, &document_arena);
  const query::JsonPath path = CompilePath(path_text);
  query::Environment environment;
  environment.input = input;
  if (const auto found = path.Evaluate(environment, &document_arena); !found.ok()) {
    Fail(path_text, FromAbsl(found.status().message()));
  }
  table.Row(name, document, [&](int times) {
    // As in a step of an execution, one arena takes what a few evaluations give.
    constexpr int kEvaluationsPerStep = 4;
    for (int i = 0; i < times; i += kEvaluationsPerStep) {
      JsonArena arena;
      for (int j = 0; j < kEvaluationsPerStep; ++j) Keep(path.Evaluate(environment, &arena));
    }
  });
}

void CompileRow(const Table& table, std::string_view name, std::string_view path_text) {
  CompilePath(path_text);
  table.Row(name, Order(), [&](int times) {
    for (int i = 0; i < times; ++i) Keep(query::JsonPath::Compile(path_text));
  });
}

// A Pass state that is left for the next one, again and again from the same position.
class PassStep {
 public:
  PassStep(std::string_view fields, const std::string& input) {
    const asl::CompileResult compiled =
        asl::CompileMachine(StrCat(R"({"StartAt":"A","States":{"A":{"Type":"Pass",)", fields,
                                   R"("Next":"B"},"B":{"Type":"Pass","End":true}}})"));
    if (!compiled.ok()) Fail("Pass", compiled.ErrorText());
    machine_ = compiled.machine;
    auto facts = std::make_shared<core::ExecutionFacts>();
    facts->input = Text(input);
    facts->started_at = absl::FromUnixSeconds(1'700'000'000);
    begun_.facts = facts;
    core::Begin(*machine_, FakeWorld(exists_), facts->started_at, 1, begun_);
  }

  // The copy of the position is part of it.
  void Run(int times) {
    for (int i = 0; i < times; ++i) {
      core::Execution execution = begun_;
      const core::Event event{core::Proceed{BranchId(0)}, begun_.facts->started_at, 1};
      auto transition = core::Advance(*machine_, FakeWorld(exists_), event, execution);
      if (!transition.ok() || execution.closed()) Fail("Pass", "it did not go on");
      Keep(transition);
    }
  }

 private:
  static bool Exists(std::string_view) { return true; }

  absl::FunctionRef<bool(std::string_view)> exists_ = Exists;
  std::shared_ptr<const asl::Machine> machine_;
  core::Execution begun_;
};

void PassRow(const Table& table, std::string_view name, std::string_view fields,
             const std::string& input = Order()) {
  PassStep step(fields, input);
  table.Row(name, input, [&](int times) { step.Run(times); });
}

// Writes `document` once it has been read from `text`, which may have blanks.
void WriteRow(const Table& table, std::string_view name, const std::string& document,
              std::string_view text) {
  JsonArena arena;
  const Json value = *ParseJson(text, &arena);
  if (WriteJson(value) != document) Fail(name, "it is not the same");
  table.Row(name, document, [&](int times) {
    for (int i = 0; i < times; ++i) Keep(WriteJson(value));
  });
}

void JsonRows(const Table& table) {
  const std::string document = Order();
  table.Row("JSON, read", document, [&](int times) {
    for (int i = 0; i < times; ++i) {
      JsonArena arena;
      Keep(ParseJson(document, &arena));
    }
  });
  WriteRow(table, "JSON, write as it was read", document, document);
  WriteRow(table, "JSON, write", document, WithBlanks(document));
}

int Main(int argc, char** argv) {
  const Table table(argc > 1 ? argv[1] : "");
  JsonRows(table);
  EvaluateRow(table, "path, plain", "$.order.customer.name");
  EvaluateRow(table, "path, filter over 10 items", "$.items[?(@.price > 20)]");
  EvaluateRow(table, "path, filter of two conditions",
              "$.items[?(@.price > 20 && @.count < 8)].sku");
  CompileRow(table, "compile, plain path", "$.order.customer.name");
  CompileRow(table, "compile, path with a filter", "$.items[?(@.price > 20)]");
  PassRow(table, "Pass, nothing transformed", "");
  PassRow(table, "Pass, Result into ResultPath", R"("Result":{"done":true},"ResultPath":"$.out",)");
  constexpr std::string_view kTransforms =
      R"("InputPath":"$.order","Parameters":{"id.$":"$.id","to.$":"$.customer.name",
         "kind":"mail"},"ResultPath":"$.out",)";
  PassRow(table, "Pass, InputPath, Parameters, ResultPath", kTransforms);
  PassRow(table, "Pass, the same, of an input with blanks", kTransforms, WithBlanks(Order()));
  return 0;
}

}  // namespace
}  // namespace pawl::bench

int main(int argc, char** argv) { return pawl::bench::Main(argc, argv); }
