#include "coordinator/base/ids.h"

#include <set>
#include <string>
#include <thread>
#include <vector>

#include "gtest/gtest.h"

namespace pawl {
namespace {

TEST(Uuid, ComesBackFromItsText) {
  const Uuid id = Uuid::Random();
  absl::StatusOr<Uuid> again = Uuid::Parse(id.ToString());
  ASSERT_TRUE(again.ok()) << again.status();
  EXPECT_EQ(*again, id);
}

TEST(Uuid, PrintsLowerCaseAndReadsBothCases) {
  absl::StatusOr<Uuid> id = Uuid::Parse("0123ABCD-ef01-4000-8000-00000000000F");
  ASSERT_TRUE(id.ok()) << id.status();
  EXPECT_EQ(id->ToString(), "0123abcd-ef01-4000-8000-00000000000f");
}

TEST(Uuid, OtherTextsAreRefused) {
  for (const char* text :
       {"", "0123abcd", "0123abcd-ef01-4000-8000-00000000000",
        "0123abcdaef01-4000-8000-00000000000f", "0123abcd-ef01-4000-8000-00000000000g",
        "{123abcd-ef01-4000-8000-00000000000}"}) {
    EXPECT_EQ(Uuid::Parse(text).status().code(), absl::StatusCode::kInvalidArgument) << text;
  }
}

TEST(Uuid, TellsItsVersion) {
  const std::string random = Uuid::Random().ToString();
  EXPECT_EQ(random[14], '4');
  EXPECT_NE(std::string("89ab").find(random[19]), std::string::npos);
  EXPECT_EQ(Uuid::TimeOrdered(absl::Now()).ToString()[14], '7');
}

TEST(Uuid, TimeOrderedStartsWithItsMilliseconds) {
  const Uuid id = Uuid::TimeOrdered(absl::FromUnixMillis(0x0123456789AB));
  EXPECT_EQ(id.ToString().substr(0, 13), "01234567-89ab");
}

TEST(Uuid, TimeOrderedSortsByTime) {
  absl::Time time = absl::FromUnixSeconds(1'700'000'000);
  Uuid last;
  for (int i = 0; i < 2000; ++i) {
    const Uuid id = Uuid::TimeOrdered(time);
    EXPECT_LT(last, id);
    last = id;
    time += absl::Microseconds(1);
  }
}

TEST(Uuid, IsNilOnlyByDefault) {
  EXPECT_TRUE(Uuid().is_nil());
  EXPECT_FALSE(Uuid::Random().is_nil());
}

TEST(RandomInt64, DoesNotRepeatAcrossThreads) {
  constexpr int kThreads = 4;
  constexpr int kDraws = 2000;
  std::vector<std::vector<int64_t>> drawn(kThreads);
  std::vector<std::thread> threads;
  for (auto& mine : drawn) {
    threads.emplace_back([&mine] {
      for (int i = 0; i < kDraws; ++i) mine.push_back(RandomInt64());
    });
  }
  for (std::thread& thread : threads) thread.join();
  std::set<int64_t> all;
  for (const auto& mine : drawn) all.insert(mine.begin(), mine.end());
  EXPECT_EQ(all.size(), static_cast<size_t>(kThreads * kDraws));
  EXPECT_FALSE(all.contains(0));
}

}  // namespace
}  // namespace pawl
