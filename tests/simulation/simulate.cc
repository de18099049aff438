// simulate [--seeds FROM[..TO]] [--break RULE] [--jobs N] [--trace]
//
// Runs the simulated world from each seed of a range and prints what went wrong, with the command
// that repeats it; in the end what was done, and how fast. Exit status 1 if anything went wrong.

#include <atomic>
#include <iostream>
#include <mutex>
#include <thread>

#include "CLI/CLI.hpp"
#include "coordinator/base/clock.h"
#include "coordinator/base/log.h"
#include "coordinator/base/strings.h"
#include "coordinator/process/set_up.h"
#include "tests/simulation/simulation.h"

namespace pawl::simulation {
namespace {

struct Range {
  uint64_t from = 1;
  uint64_t to = 1000;
};

// "7" or "1..1000".
bool ParseRange(const std::string& text, Range* range) {
  const size_t dots = text.find("..");
  const std::string_view from = std::string_view(text).substr(0, dots);
  if (!absl::SimpleAtoi(ToAbsl(from), &range->from)) return false;
  range->to = range->from;
  if (dots == std::string::npos) return true;
  return absl::SimpleAtoi(text.substr(dots + 2), &range->to) && range->to >= range->from;
}

class Runs {
 public:
  Runs(Range range, SimulationOptions options, bool stop_at_first)
      : range_(range), options_(options), stop_at_first_(stop_at_first), next_(range.from) {}

  int Run(int jobs) {
    const absl::Duration began = DatabaseClock::SteadyNow();
    std::vector<std::thread> threads;
    // A process of one thread counts references without locks.
    if (jobs == 1) Work();
    for (int i = 0; jobs > 1 && i < jobs; ++i) threads.emplace_back([this] { Work(); });
    for (std::thread& thread : threads) thread.join();
    const double seconds = absl::ToDoubleSeconds(DatabaseClock::SteadyNow() - began);
    std::cout << done_ << " seeds (" << range_.from << ".." << range_.to << ") in " << seconds
              << " s, " << static_cast<double>(done_) / seconds << " seeds/s, "
              << sum_.seconds / seconds << " simulated seconds/s: " << sum_.executions
              << " executions, " << sum_.events << " events, " << sum_.calls << " calls; "
              << sum_.nodes_killed << " nodes killed, " << sum_.nodes_stopped << " stopped, "
              << sum_.links_cut << " links cut, " << sum_.workers_killed << " workers killed, "
              << sum_.database_crashes << " database crashes that took back " << sum_.lost_writes
              << " writes; " << failed_ << " seeds with problems\n";
    return failed_ == 0 ? 0 : 1;
  }

 private:
  void Work() {
    while (true) {
      const uint64_t seed = next_++;
      if (seed > range_.to || (stop_at_first_ && failed_ > 0)) return;
      SimulationOptions options = options_;
      options.seed = seed;
      Add(seed, Simulate(options));
    }
  }

  void Add(uint64_t seed, const SimulationResult& result) {
    std::lock_guard lock(mu_);
    ++done_;
    sum_.executions += result.executions;
    sum_.events += result.events;
    sum_.calls += result.calls;
    sum_.nodes_killed += result.nodes_killed;
    sum_.nodes_stopped += result.nodes_stopped;
    sum_.links_cut += result.links_cut;
    sum_.workers_killed += result.workers_killed;
    sum_.database_crashes += result.database_crashes;
    sum_.lost_writes += result.lost_writes;
    sum_.seconds += result.seconds;
    if (result.problems.empty()) return;
    ++failed_;
    std::cout << "seed " << seed << " (simulate --seeds " << seed;
    if (options_.breakage != Breakage::kNone) {
      std::cout << " --break " << BreakageName(options_.breakage);
    }
    std::cout << " --trace):\n";
    for (const std::string& problem : result.problems) std::cout << "  " << problem << "\n";
  }

  const Range range_;
  const SimulationOptions options_;
  const bool stop_at_first_;
  std::atomic<uint64_t> next_;
  std::mutex mu_;
  int64_t done_ = 0;
  std::atomic<int64_t> failed_ = 0;
  SimulationResult sum_;
};

int Main(int argc, char** argv) {
  CLI::App app("Runs simulated coordinators under faults, from seeds.");
  std::string seeds = "1..1000", rule = "none";
  int jobs = 1;
  SimulationOptions options;
  bool stop_at_first = false;
  app.add_option("--seeds", seeds, "one seed, or FROM..TO")->capture_default_str();
  std::vector<std::string> names;
  for (const auto& entry : kBreakages) names.emplace_back(entry.name);
  app.add_option("--break", rule, "a rule to break on purpose")->check(CLI::IsMember(names));
  app.add_option("--jobs", jobs, "runs at once")->check(CLI::Range(1, 256))->capture_default_str();
  app.add_flag("--stop-at-first", stop_at_first, "no more runs after the first problem");
  app.add_flag("--trace", options.trace, "show faults and the log of the nodes");
  CLI11_PARSE(app, argc, argv);
  Range range;
  if (!ParseRange(seeds, &range)) {
    std::cerr << "--seeds: expected a number or FROM..TO, found '" << seeds << "'\n";
    return 2;
  }
  options.breakage = *ParseBreakage(rule);
  // Injected faults make the nodes warn all the time.
  log::Configure(options.trace ? log::Level::kDebug : log::Level::kError, log::Format::kLogfmt);
  return Runs(range, options, stop_at_first).Run(jobs);
}

}  // namespace
}  // namespace pawl::simulation

int main(int argc, char** argv) {
  pawl::SetUpProcess();
  return pawl::simulation::Main(argc, argv);
}
