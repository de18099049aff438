#include "coordinator/base/batch.h"

#include <string>
#include <thread>

#include "gtest/gtest.h"

namespace pawl {
namespace {

TEST(Batch, EndsWithItsOutermostOne) {
  std::string done;
  {
    const Batch outer;
    {
      const Batch inner;
      Batch::AtEnd([&] { done += "a"; });
    }
    Batch::AtEnd([&] { done += "b"; });
    EXPECT_EQ(done, "");
    EXPECT_TRUE(Batch::open());
  }
  EXPECT_EQ(done, "ab");
  EXPECT_FALSE(Batch::open());
}

TEST(Batch, WhatIsDoneAtItsEndMayOpenAnother) {
  std::string done;
  {
    const Batch batch;
    Batch::AtEnd([&] {
      const Batch another;
      Batch::AtEnd([&] { done += "b"; });
      done += "a";
    });
    Batch::AtEnd([&] { done += "c"; });
  }
  EXPECT_EQ(done, "abc");
}

TEST(Batch, IsOfOneThread) {
  const Batch batch;
  std::thread([] { EXPECT_FALSE(Batch::open()); }).join();
}

}  // namespace
}  // namespace pawl
