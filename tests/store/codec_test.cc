#include "coordinator/store/codec.h"

#include <gtest/gtest.h>

#include <random>

#include "coordinator/base/strings.h"
#include "tests/store/store_test_support.h"

namespace pawl::store {
namespace {

// Random values from a seed, which a failure prints.
class Random {
 public:
  explicit Random(uint64_t seed) : engine_(seed) {}

  bool Coin() { return Below(2) == 1; }
  int64_t Below(int64_t end) { return static_cast<int64_t>(engine_() % end); }
  int64_t Any() { return static_cast<int64_t>(engine_()); }
  absl::Time Time() { return absl::FromUnixMicros(Below(4'000'000'000'000'000)); }
  absl::Time MilliTime() { return absl::FromUnixMillis(Below(4'000'000'000'000)); }
  // Of few and of many bytes, NUL and all others among them.
  Text SomeText() {
    std::string text(Coin() ? Below(5) : Below(3000), '\0');
    for (char& c : text) c = static_cast<char>(Below(256));
    return Text(std::move(text));
  }
  template <typename T>
  std::optional<T> Maybe(T value) {
    return Coin() ? std::optional<T>(std::move(value)) : std::nullopt;
  }

 private:
  std::mt19937_64 engine_;
};

// For positions that refer to no event.
absl::StatusOr<Text> NoPayload(int64_t event_id) {
  return absl::DataLossError(StrCat("no event ", event_id));
}

core::EarlyEnd RandomEarlyEnd(Random& random) {
  return {.succeeded = random.Coin(),
          .output = random.SomeText(),
          .error = random.Maybe(random.SomeText()),
          .cause = random.Maybe(random.SomeText())};
}

core::Branch RandomBranch(Random& random, BranchId id, const Text& input) {
  core::Branch branch;
  branch.id = id;
  branch.parent = BranchId(random.Below(9));
  branch.index = random.Below(1000);
  branch.phase = static_cast<core::Phase>(1 + random.Below(8));
  branch.state = random.SomeText();
  branch.data = random.Coin() ? input : random.SomeText();
  branch.item = random.Coin() ? branch.data : random.SomeText();
  branch.variables = random.SomeText();
  branch.entered_event_id = random.Below(1'000'000);
  branch.entered_previous_id = random.Maybe(random.Below(1'000'000));
  branch.entered_at = random.Time();
  branch.last_event_id = random.Below(1'000'000);
  for (int64_t i = random.Below(4); i > 0; --i) branch.retries.push_back(random.Below(10));
  branch.due_at = random.Maybe(random.Time());
  branch.heartbeat_due_at = random.Maybe(random.Coin() ? random.Time() : absl::InfiniteFuture());
  branch.confirm_by = random.Maybe(random.Time());
  if (random.Coin()) {
    branch.task = core::TaskAttempt{.kind = static_cast<asl::ResourceKind>(random.Below(3)),
                                    .queue = random.SomeText().str(),
                                    .resource = random.SomeText().str(),
                                    .role_arn = random.SomeText().str(),
                                    .nonce = random.Any(),
                                    .input = random.Coin() ? branch.data : random.SomeText(),
                                    .scheduled_at = random.Time(),
                                    .started_at = random.Maybe(random.Time()),
                                    .timeout_seconds = random.Maybe(random.Below(99'999'999)),
                                    .heartbeat_seconds = random.Maybe(random.Below(100)),
                                    .given = random.Coin(),
                                    .early = random.Maybe(RandomEarlyEnd(random))};
  }
  if (random.Coin()) {
    branch.join = core::Join{random.Below(40), random.Below(40), random.Below(40), random.Below(4)};
    if (random.Coin()) {
      branch.join->items_seed = static_cast<uint64_t>(random.Any());
      branch.join->items_at = random.Time();
    }
  }
  return branch;
}

core::HistoryEvent RandomEvent(Random& random, int64_t id, const Text& shared) {
  core::HistoryEvent event;
  event.id = id;
  event.previous_id = random.Below(id);
  event.timestamp = random.MilliTime();
  event.type = static_cast<core::EventType>(1 + random.Below(86));
  event.name = random.SomeText();
  event.payload = random.Coin() ? shared : random.SomeText();
  event.error = random.Maybe(random.SomeText());
  event.cause = random.Maybe(random.SomeText());
  event.resource = random.SomeText();
  event.worker_name = random.SomeText();
  event.role_arn = random.SomeText();
  event.location = random.SomeText();
  event.region = random.SomeText();
  event.task_token = random.SomeText();
  event.timeout_seconds = random.Maybe(random.Below(1000));
  event.heartbeat_seconds = random.Maybe(random.Below(1000));
  event.length = random.Maybe(random.Below(1000));
  event.index = random.Maybe(random.Below(1000));
  event.redrive_count = random.Maybe(random.Below(1000));
  event.items_seed = random.Maybe(static_cast<uint64_t>(random.Any()));
  if (random.Coin()) event.limits = {random.Below(1'000'000), random.Below(30'000)};
  if (random.Coin()) {
    event.fork = std::make_shared<const core::ForkOrigin>(
        core::ForkOrigin{.execution_arn = random.SomeText().str(),
                         .event_id = random.Below(1000),
                         .state = random.SomeText(),
                         .input = random.Coin() ? shared : random.SomeText(),
                         .variables = random.SomeText()});
  }
  for (int64_t i = random.Below(3); i > 0; --i) {
    event.assigned.emplace_back(random.SomeText().str(), random.SomeText());
  }
  return event;
}

TEST(Codec, PositionsComeBackAsTheyWere) {
  for (uint64_t seed = 1; seed <= 300; ++seed) {
    SCOPED_TRACE(StrCat("seed ", seed));
    Random random(seed);
    auto facts = std::make_shared<core::ExecutionFacts>();
    facts->input = random.SomeText();
    core::Execution execution;
    execution.facts = facts;
    execution.next_branch_id = random.Below(1000);
    execution.timeout_at = random.Maybe(random.Time());
    execution.last_event_at = random.Time();
    if (random.Coin()) {
      execution.redrive_count = 1 + random.Below(9);
      execution.redriven_at = random.Time();
    }
    core::Execution decoded;
    decoded.facts = facts;
    for (int64_t id = random.Below(4); id >= 0; --id) {
      const core::Branch branch = RandomBranch(random, BranchId(id), facts->input);
      execution.branches[branch.id] = branch;
      ASSERT_TRUE(DecodePosition(
                      EncodePosition(execution, branch), branch.id,
                      [&](int64_t) { return branch.data; }, &decoded)
                      .ok());
    }
    ExpectSame(decoded, execution);
  }
}

TEST(Codec, HistoryComesBackAsItWas) {
  for (uint64_t seed = 1; seed <= 300; ++seed) {
    SCOPED_TRACE(StrCat("seed ", seed));
    Random random(seed);
    const Text shared = random.SomeText();
    const int64_t first = 1 + random.Below(1000);
    std::vector<core::HistoryEvent> events;
    for (int64_t i = 0; i <= random.Below(20); ++i) {
      events.push_back(RandomEvent(random, first + i, shared));
    }
    std::vector<core::HistoryEvent> decoded;
    ASSERT_TRUE(DecodeHistory(EncodeHistory(events), first, &decoded).ok());
    ASSERT_EQ(decoded.size(), events.size());
    for (size_t i = 0; i < events.size(); ++i) ExpectSame(decoded[i], events[i]);
  }
}

TEST(Codec, APayloadThatLeavesOneStateAndEntersTheNextIsStoredOnce) {
  const std::string payload(10'000, 'x');
  core::HistoryEvent exited;
  exited.type = core::EventType::kPassStateExited;
  exited.payload = Text(payload);
  core::HistoryEvent entered;
  entered.type = core::EventType::kTaskStateEntered;
  entered.payload = Text(payload);  // equal, though not the same buffer
  const std::string bytes = EncodeHistory({exited, entered});
  EXPECT_LT(bytes.size(), payload.size() + 100);
  std::vector<core::HistoryEvent> decoded;
  ASSERT_TRUE(DecodeHistory(bytes, 1, &decoded).ok());
  EXPECT_TRUE(decoded[0].payload.SharesBufferWith(decoded[1].payload));
}

TEST(Codec, ADataThatIsTheInputIsNotStoredInThePosition) {
  Machine machine = NewMachine("machine");
  Step step = NewStart(machine, "one", TestTime(), std::string(10'000, 'x'));
  Schedule(&step.execution, BranchId(0), "work", TestTime());
  const core::Branch& root = step.execution.branches.at(BranchId(0));
  EXPECT_LT(EncodePosition(step.execution, root).size(), 250u);
}

TEST(Codec, LargeDataIsNotStoredInThePositionButFoundInTheHistory) {
  Step step = NewStart(NewMachine("machine"), "one");
  core::Branch& root = step.execution.branches[BranchId(0)];
  root.data = Text(std::string(10'000, 'x'));
  root.entered_event_id = 7;
  root.last_event_id = 9;
  for (const auto& [phase, wanted] :
       {std::pair(core::Phase::kReady, 7), std::pair(core::Phase::kEnded, 9)}) {
    root.phase = phase;
    const std::string bytes = EncodePosition(step.execution, root);
    EXPECT_LT(bytes.size(), 250u);
    core::Execution decoded;
    decoded.facts = step.execution.facts;
    int64_t asked = 0;
    const auto payload = [&](int64_t event_id) {
      asked = event_id;
      return absl::StatusOr<Text>(root.data);
    };
    ASSERT_TRUE(DecodePosition(bytes, BranchId(0), payload, &decoded).ok());
    EXPECT_EQ(asked, wanted);
    EXPECT_EQ(decoded.branches[BranchId(0)].data, root.data);
  }
}

TEST(Codec, ADeadlineIsRoundedUp) {
  Step step = NewStart(NewMachine("machine"), "one");
  core::Branch& root = step.execution.branches[BranchId(0)];
  root.due_at = absl::FromUnixMicros(5) + absl::Nanoseconds(1);
  core::Execution decoded;
  decoded.facts = step.execution.facts;
  ASSERT_TRUE(
      DecodePosition(EncodePosition(step.execution, root), BranchId(0), NoPayload, &decoded).ok());
  EXPECT_EQ(decoded.branches[BranchId(0)].due_at, absl::FromUnixMicros(6));
}

TEST(Codec, BytesThatAreNotOursAreDataLoss) {
  core::Execution execution = NewStart(NewMachine("machine"), "one").execution;
  EXPECT_TRUE(absl::IsDataLoss(DecodePosition("\xff\xff", BranchId(0), NoPayload, &execution)));
  EXPECT_TRUE(absl::IsDataLoss(DecodePosition("", BranchId(0), NoPayload, &execution)));
  std::vector<core::HistoryEvent> events;
  EXPECT_TRUE(absl::IsDataLoss(DecodeHistory("\xff", 1, &events)));
}

}  // namespace
}  // namespace pawl::store
