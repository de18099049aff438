#include "coordinator/store/private_cluster.h"

#include <gtest/gtest.h>
#include <sys/stat.h>

#include <filesystem>
#include <fstream>
#include <pqxx/pqxx>

#include "coordinator/base/strings.h"

namespace pawl::store {
namespace {

class PrivateClusterTest : public ::testing::Test {
 protected:
  PrivateClusterTest() {
    std::string folder = "/tmp/pawl-test-XXXXXX";
    EXPECT_NE(mkdtemp(folder.data()), nullptr);
    chmod(folder.c_str(), 0755);
    folder_ = folder;
    if (const char* bin = std::getenv("PAWL_TEST_POSTGRES_BIN")) options_.bin_dir = bin;
    options_.durable = false;
  }
  ~PrivateClusterTest() override { std::filesystem::remove_all(folder_); }

  std::unique_ptr<PrivateCluster> Start(const std::string& folder) {
    auto cluster = PrivateCluster::Start(folder, options_);
    EXPECT_TRUE(cluster.ok()) << cluster.status();
    return *std::move(cluster);
  }

  std::string folder_;
  PrivateCluster::Options options_;
};

void Execute(const std::string& url, const std::string& sql) {
  pqxx::connection connection(url);
  pqxx::nontransaction(connection).exec(sql);
}

TEST_F(PrivateClusterTest, WhatWasWrittenIsThereAgainAfterARestart) {
  auto cluster = Start(folder_ + "/data");
  Execute(cluster->url(), "create table t ()");
  ASSERT_TRUE(cluster->Stop().ok());
  EXPECT_TRUE(cluster->Stop().ok());
  cluster = Start(folder_ + "/data");
  Execute(cluster->url(), "select from t");
}

TEST_F(PrivateClusterTest, AnUncleanEndIsRecoveredFrom) {
  auto cluster = Start(folder_ + "/data");
  Execute(cluster->url(), "create table t ()");
  cluster->Kill();
  cluster = Start(folder_ + "/data");
  Execute(cluster->url(), "select from t");
}

TEST_F(PrivateClusterTest, APidThatBelongsToAnotherProgramByNowIsNoHindrance) {
  Start(folder_ + "/data");
  std::ofstream(folder_ + "/data/postmaster.pid") << getpid() << "\n" << folder_ << "/data\n";
  auto cluster = Start(folder_ + "/data");
  Execute(cluster->url(), "select 1");
}

TEST_F(PrivateClusterTest, OneThatRunsAlreadyIsUsedAndLeftRunning) {
  auto first = Start(folder_ + "/data");
  { auto second = Start(folder_ + "/data"); }
  Execute(first->url(), "select 1");
}

TEST_F(PrivateClusterTest, AFolderWithALongPathHasItsSocketElsewhere) {
  const std::string folder = folder_ + "/" + std::string(120, 'x') + "/data dir";
  std::filesystem::create_directories(folder_ + "/" + std::string(120, 'x'));
  auto cluster = Start(folder);
  Execute(cluster->url(), "select 1");
}

TEST_F(PrivateClusterTest, WhatIsWrongIsTold) {
  options_.settings = {{"shared_buffers", "nonsense"}};
  const auto cluster = PrivateCluster::Start(folder_ + "/data", options_);
  EXPECT_TRUE(absl::IsFailedPrecondition(cluster.status()));
  EXPECT_NE(cluster.status().message().find("shared_buffers"), std::string::npos);
  options_.bin_dir = "/nonexistent";
  EXPECT_TRUE(absl::IsNotFound(PrivateCluster::Start(folder_ + "/data", options_).status()));
}

}  // namespace
}  // namespace pawl::store
