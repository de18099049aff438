#include "tests/property/case.h"

#include <utility>

#include "coordinator/asl/compile.h"
#include "coordinator/base/account.h"
#include "coordinator/base/strings.h"
#include "tests/property/machine_maker.h"

namespace pawl::property {
namespace {

constexpr absl::Duration kMaxTime = absl::Seconds(9);
constexpr int64_t kMinEvents = 12;
constexpr int64_t kMaxEvents = 500;
constexpr size_t kTries = 4;  // for each input that is wanted

// Whether an execution is worth its time.
bool Fits(CoreRun run) {
  run.Begin();
  while (!run.execution().closed()) {
    run.Take(run.Next());
    if (run.elapsed() > kMaxTime || run.execution().last_event_id > kMaxEvents) return false;
  }
  return run.execution().last_event_id >= kMinEvents;
}

bool AddInputs(MachineMaker* make, size_t wanted, Case* made) {
  for (size_t i = 0; i < wanted * kTries && made->inputs.size() < wanted; ++i) {
    made->inputs.push_back(make->Input());
    if (!Fits(made->Run(made->inputs.size() - 1))) made->inputs.pop_back();
  }
  return made->inputs.size() == wanted;
}

}  // namespace

CoreRun Case::Run(size_t input, Forget forget) const {
  auto facts = std::make_shared<core::ExecutionFacts>();
  const std::string account = "us-east-1:000000000000:";
  facts->machine_name = StrCat("machine-", number);
  facts->name = StrCat(number, "-", input);
  facts->state_machine_arn =
      StrCat("arn:aws:states:", account, "stateMachine:", facts->machine_name);
  facts->execution_arn =
      StrCat("arn:aws:states:", account, "execution:", facts->machine_name, ":", facts->name);
  facts->role_arn = "arn:aws:iam::000000000000:role/property";
  facts->started_at = absl::FromUnixSeconds(1'790'000'000);
  facts->input = Text(inputs[input]);
  return CoreRun(*machine, std::move(facts), forget);
}

Case MakeCase(uint64_t seed, int64_t number, size_t executions) {
  for (uint64_t attempt = 0;; ++attempt) {
    std::seed_seq mix{seed, static_cast<uint64_t>(number), attempt};
    std::vector<uint32_t> mixed(2);
    mix.generate(mixed.begin(), mixed.end());
    MachineMaker make(uint64_t{mixed[0]} << 32 | mixed[1]);
    Case made{.number = number, .definition = make.Machine(), .machine = nullptr, .inputs = {}};
    made.machine = asl::CompileMachine(made.definition).machine;
    if (made.machine != nullptr && AddInputs(&make, executions, &made)) return made;
  }
}

}  // namespace pawl::property
