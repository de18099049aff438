#include "coordinator/base/clock.h"

#include <string>

#include "gtest/gtest.h"

namespace pawl {
namespace {

absl::Time At(std::string_view text) {
  absl::StatusOr<absl::Time> time = ParseIso8601(text);
  EXPECT_TRUE(time.ok()) << time.status();
  return time.value_or(absl::InfinitePast());
}

struct TimestampCase {
  std::string name;
  std::string text;
};

std::string CaseName(const testing::TestParamInfo<TimestampCase>& info) { return info.param.name; }

class GoodTimestamp : public testing::TestWithParam<TimestampCase> {};

TEST_P(GoodTimestamp, IsTheSameInstant) {
  EXPECT_EQ(At(GetParam().text), absl::FromUnixMillis(1'480'973'369'000)) << GetParam().text;
}

INSTANTIATE_TEST_SUITE_P(
    Rules, GoodTimestamp,
    testing::Values(TimestampCase{"Utc", "2016-12-05T21:29:29Z"},
                    TimestampCase{"ZeroFraction", "2016-12-05T21:29:29.000000000Z"},
                    TimestampCase{"OffsetAhead", "2016-12-05T23:29:29+02:00"},
                    TimestampCase{"OffsetBehind", "2016-12-05T15:59:29-05:30"},
                    TimestampCase{"OffsetOverMidnight", "2016-12-06T00:29:29+03:00"}),
    CaseName);

class BadTimestamp : public testing::TestWithParam<TimestampCase> {};

TEST_P(BadTimestamp, IsRefused) {
  EXPECT_EQ(ParseIso8601(GetParam().text).status().code(), absl::StatusCode::kInvalidArgument);
}

INSTANTIATE_TEST_SUITE_P(Rules, BadTimestamp,
                         testing::Values(TimestampCase{"Empty", ""},
                                         TimestampCase{"DateOnly", "2016-12-05"},
                                         TimestampCase{"NoT", "2016-12-05 21:29:29Z"},
                                         TimestampCase{"LowerCaseT", "2016-12-05t21:29:29Z"},
                                         TimestampCase{"NoZone", "2016-12-05T21:29:29"},
                                         TimestampCase{"Month13", "2016-13-05T21:29:29Z"},
                                         TimestampCase{"Hour25", "2016-12-05T25:29:29Z"},
                                         TimestampCase{"February30", "2016-02-30T21:29:29Z"},
                                         TimestampCase{"EmptyFraction", "2016-12-05T21:29:29.Z"},
                                         TimestampCase{"ShortOffset", "2016-12-05T21:29:29+02"},
                                         TimestampCase{"TextBehind", "2016-12-05T21:29:29Z "}),
                         CaseName);

TEST(Iso8601, ShowsMillisecondsOnlyWhereThereAreSome) {
  EXPECT_EQ(FormatIso8601(At("2026-01-01T00:00:00Z")), "2026-01-01T00:00:00Z");
  EXPECT_EQ(FormatIso8601(At("2026-01-01T00:00:00.12Z")), "2026-01-01T00:00:00.120Z");
  EXPECT_EQ(FormatIso8601(At("2026-01-01T00:00:00.0009Z")), "2026-01-01T00:00:00Z");
  EXPECT_EQ(FormatIso8601(At("2026-01-01T01:00:00.5+02:00")), "2025-12-31T23:00:00.500Z");
}

// How far `clock` is from `wanted`, which is the database's time now.
absl::Duration Off(const DatabaseClock& clock, absl::Time wanted) {
  return absl::AbsDuration(clock.Now() - wanted);
}

constexpr absl::Duration kSlack = absl::Seconds(5);  // what a slow machine may take in between

TEST(DatabaseClock, IsTheMachinesClockBeforeTheFirstSample) {
  DatabaseClock clock;
  EXPECT_LT(Off(clock, absl::Now()), kSlack);
}

TEST(DatabaseClock, FollowsTheDatabase) {
  DatabaseClock clock;
  const absl::Time database = absl::Now() + absl::Hours(30);
  const absl::Duration now = DatabaseClock::SteadyNow();
  clock.Sample(database, now, now);
  EXPECT_LT(Off(clock, database), kSlack);
}

TEST(DatabaseClock, KeepsTheMoreExactSample) {
  DatabaseClock clock;
  const absl::Time database = absl::Now() + absl::Hours(30);
  const absl::Duration now = DatabaseClock::SteadyNow();
  clock.Sample(database, now, now + absl::Milliseconds(1));
  clock.Sample(database + absl::Seconds(40), now, now + absl::Seconds(100));
  EXPECT_LT(Off(clock, database), kSlack);
}

TEST(DatabaseClock, IsNeverAheadOfTheDatabase) {
  DatabaseClock clock;
  const absl::Time database = absl::Now();
  const absl::Duration answered = DatabaseClock::SteadyNow();
  // The database may have said so just before the answer came.
  clock.Sample(database, answered - absl::Seconds(10), answered);
  const absl::Time told = clock.Now();
  EXPECT_LE(told, database + (DatabaseClock::SteadyNow() - answered));
}

TEST(DatabaseClock, TakesALessExactSampleThatContradictsTheKnownOne) {
  DatabaseClock clock;
  const absl::Time database = absl::Now();
  const absl::Duration now = DatabaseClock::SteadyNow();
  clock.Sample(database, now, now + absl::Milliseconds(1));
  clock.Sample(database + absl::Hours(2), now, now + absl::Seconds(1));
  EXPECT_LT(Off(clock, database + absl::Hours(2) - absl::Seconds(1)), kSlack);
}

TEST(DatabaseClock, StandsStillInsteadOfSteppingBackALittle) {
  DatabaseClock clock;
  const absl::Time database = absl::Now() + absl::Hours(1);
  const absl::Duration now = DatabaseClock::SteadyNow();
  clock.Sample(database, now, now);
  const absl::Time before = clock.Now();
  clock.Sample(database - absl::Milliseconds(900), now, now);
  EXPECT_GE(clock.Now(), before);
}

TEST(DatabaseClock, FollowsADatabaseWhoseClockWasSetBack) {
  DatabaseClock clock;
  const absl::Time database = absl::Now() + absl::Hours(10);
  const absl::Duration now = DatabaseClock::SteadyNow();
  clock.Sample(database, now, now);
  clock.Now();
  clock.Sample(database - absl::Hours(1), now, now);
  EXPECT_LT(Off(clock, database - absl::Hours(1)), kSlack);
}

TEST(FakeClock, MovesOnlyWhenTold) {
  FakeClock clock;
  const absl::Time start = clock.Now();
  EXPECT_EQ(clock.Now(), start);
  clock.Advance(absl::Hours(24));
  EXPECT_EQ(clock.Now(), start + absl::Hours(24));
}

}  // namespace
}  // namespace pawl
