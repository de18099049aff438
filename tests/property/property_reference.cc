// property_reference make    --seed S --machines N --executions M
// property_reference compare --seed S --machines N --executions M --histories FILE [--forget WHAT]
//
// `make` prints the cases, one JSON object in a line. `compare` reads histories of their executions
// as an engine gave them, and has the pure core run the same ones: prints how they differ, and in
// the last line what was compared. Exit status 1 when anything differs, 2 when it could not be
// compared.

#include <CLI/CLI.hpp>
#include <fstream>
#include <iostream>
#include <map>
#include <string>
#include <utility>

#include "coordinator/api/json_writer.h"
#include "coordinator/base/strings.h"
#include "tests/property/case.h"
#include "tests/property/compare.h"

namespace pawl::property {
namespace {

constexpr int kSchedules = 24;
constexpr int kShownDifferences = 5;

struct Options {
  uint64_t seed = 1;
  int64_t machines = 10;
  size_t executions = 3;
  std::string histories;
  Forget forget = Forget::kNothing;
};

int Make(const Options& options) {
  for (int64_t i = 0; i < options.machines; ++i) {
    const Case made = MakeCase(options.seed, i, options.executions);
    std::string line;
    api::ObjectWriter object(&line);
    object.Int("machine", i).Text("definition", made.definition);
    std::string* inputs = object.Key("inputs");
    for (size_t j = 0; j < made.inputs.size(); ++j) {
      *inputs += j == 0 ? '[' : ',';
      AppendJsonString(made.inputs[j], inputs);
    }
    *inputs += ']';
    object.Close();
    std::cout << line << "\n";
  }
  return 0;
}

struct Totals {
  int64_t executions = 0, events = 0, whatever_order = 0, different = 0;
  std::map<std::string, int64_t> types;
};

class Comparison {
 public:
  explicit Comparison(const Options& options) : options_(options) {}

  // False: the line is not a history.
  bool Read(const std::string& line) {
    JsonArena arena;
    const absl::StatusOr<Json> document = ParseJson(line, &arena);
    if (!document.ok() || !document->Find("machine").is_int() ||
        !document->Find("execution").is_int() || !document->Find("events").is_array()) {
      return false;
    }
    const int64_t machine = document->Find("machine").as_int();
    const auto execution = static_cast<size_t>(document->Find("execution").as_int());
    if (machine < 0 || machine >= options_.machines || execution >= options_.executions) {
      return false;
    }
    std::vector<std::string> recorded;
    for (const Json event : document->Find("events").items()) {
      recorded.push_back(Shown(event, &arena));
      ++totals_.types[std::string(event.Find("type").as_string())];
    }
    Compare(CaseOf(machine), execution, recorded);
    return true;
  }

  const Totals& totals() const { return totals_; }

 private:
  const Case& CaseOf(int64_t number) {
    if (cases_.find(number) == cases_.end()) {
      cases_.emplace(number, MakeCase(options_.seed, number, options_.executions));
    }
    return cases_.at(number);
  }

  void Compare(const Case& of, size_t execution, const std::vector<std::string>& recorded) {
    ++totals_.executions;
    totals_.events += static_cast<int64_t>(recorded.size());
    const CoreRun run = of.Run(execution, options_.forget);
    if (const std::string what = DifferenceInOrder(run, recorded); !what.empty()) {
      return Differs(of, execution, what);
    }
    // Its own time-out ends a machine wherever it stands.
    if (of.machine->timeout) return;
    const auto events = EventsInAnyOrder(run, kSchedules);
    if (!events) return;
    ++totals_.whatever_order;
    if (*events != WithoutOrder(recorded))
      Differs(of, execution, "in any order the core has others");
  }

  void Differs(const Case& of, size_t execution, const std::string& what) {
    if (++totals_.different > kShownDifferences) return;
    std::cout << "DIFFERENT execution " << of.number << "-" << execution << ": " << what
              << "\n  input          " << of.inputs[execution] << "\n  definition     "
              << of.definition << "\n";
  }

  const Options& options_;
  Totals totals_;
  std::map<int64_t, Case> cases_;
};

int Compare(const Options& options) {
  std::ifstream file(options.histories);
  Comparison comparison(options);
  std::string line;
  int64_t lines = 0;
  while (std::getline(file, line)) {
    ++lines;
    if (comparison.Read(line)) continue;
    std::cerr << options.histories << ":" << lines << ": not the history of a case\n";
    return 2;
  }
  const Totals& totals = comparison.totals();
  if (totals.executions != options.machines * static_cast<int64_t>(options.executions)) {
    std::cerr << options.histories << ": " << totals.executions << " histories, of "
              << options.machines << " machines with " << options.executions
              << " executions each\n";
    return 2;
  }
  std::cout << totals.executions << " executions of " << options.machines << " machines, "
            << totals.events << " events of " << totals.types.size() << " types, "
            << totals.whatever_order << " executions the same in any order: " << totals.different
            << " different\n";
  return totals.different == 0 ? 0 : 1;
}

int Main(int argc, char** argv) {
  Options options;
  CLI::App app("Cases of the property test, and what the pure core makes of them");
  app.require_subcommand(1);
  CLI::App* make = app.add_subcommand("make", "prints the cases");
  CLI::App* compare = app.add_subcommand("compare", "compares histories of an engine");
  for (CLI::App* command : {make, compare}) {
    command->add_option("--seed", options.seed, "makes the cases");
    command->add_option("--machines", options.machines, "how many state machines");
    command->add_option("--executions", options.executions, "of each machine");
  }
  compare->add_option("--histories", options.histories, "one in a line")->required();
  const std::map<std::string, Forget> parts = {{"retries", Forget::kRetries},
                                               {"variables", Forget::kVariables}};
  compare->add_option("--forget", options.forget, "what the core's position loses at each step")
      ->transform(CLI::CheckedTransformer(parts));
  try {
    app.parse(argc, argv);
  } catch (const CLI::ParseError& error) {
    return app.exit(error) == 0 ? 0 : 2;
  }
  return make->parsed() ? Make(options) : Compare(options);
}

}  // namespace
}  // namespace pawl::property

int main(int argc, char** argv) { return pawl::property::Main(argc, argv); }
