// The logs that the result of a Kubernetes job has.

#include "coordinator/integrations/cluster_logs.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <map>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "coordinator/base/json.h"

namespace pawl::integrations {
namespace {

using testing::ElementsAre;

// What the job's result is, where the cluster answers `answers` by path and query.
class ClusterLogsTest : public testing::Test {
 protected:
  CallResult Gather(const std::string& options) {
    Call call{
        .service = "eks",
        .action = "runJob",
        .parameters = R"({"ClusterName":"k","CertificateAuthority":"YQ==","Endpoint":"https://e",)"
                      R"("Namespace":"n","Job":{},"LogOptions":)" +
                      options + "}",
        .max_result_bytes = 10'000};
    EXPECT_TRUE(WantsClusterLogs(call));
    std::optional<CallResult> result;
    AddClusterLogs(
        std::move(call), R"({"metadata":{"name":"j"},"status":{}})",
        [this](Call get, auto done) {
          JsonArena arena;
          const Json parameters = *ParseJson(get.parameters, &arena);
          asked_.push_back(std::string(parameters.Find("Path").as_string()) + " " +
                           WriteJson(parameters.Find("QueryParameters")));
          const auto at = answers_.find(std::string(parameters.Find("Path").as_string()));
          if (at == answers_.end()) return done(CallResult(CallFailure{"EKS.404", "gone"}));
          done(CallResult(R"({"ResponseBody":)" + at->second + R"(,"StatusCode":200})"));
        },
        [&](CallResult told) { result = std::move(told); });
    return *result;
  }

  std::map<std::string, std::string> answers_ = {
      {"/api/v1/namespaces/n/pods",
       R"({"items":[{"metadata":{"name":"p1"},"spec":{"containers":[{"name":"a"},{"name":"b"}]}},)"
       R"({"metadata":{"name":"p2"},"spec":{"containers":[{"name":"a"}]}}]})"},
      {"/api/v1/namespaces/n/pods/p1/log", R"({"n":1})"},
      {"/api/v1/namespaces/n/pods/p2/log", R"("3.14\n")"}};
  std::vector<std::string> asked_;
};

TEST_F(ClusterLogsTest, AreOfEachContainerOfEachPod) {
  const CallResult result = Gather(R"({"RetrieveLogs":true,"LogParameters":{"tailLines":["20"]}})");
  ASSERT_TRUE(result.ok());
  EXPECT_EQ(*result, R"({"metadata":{"name":"j"},"status":{},"logs":{"pods":{)"
                     R"("p1":{"containers":{"a":{"log":{"n":1}},"b":{"log":{"n":1}}}},)"
                     R"("p2":{"containers":{"a":{"log":"3.14\n"}}}}}})");
  EXPECT_THAT(
      asked_,
      ElementsAre(R"(/api/v1/namespaces/n/pods {"labelSelector":["job-name=j"]})",
                  R"(/api/v1/namespaces/n/pods/p1/log {"tailLines":["20"],"container":["a"]})",
                  R"(/api/v1/namespaces/n/pods/p1/log {"tailLines":["20"],"container":["b"]})",
                  R"(/api/v1/namespaces/n/pods/p2/log {"tailLines":["20"],"container":["a"]})"));
}

TEST_F(ClusterLogsTest, StayTextWhenTheyAreToBeRaw) {
  answers_["/api/v1/namespaces/n/pods"] =
      R"({"items":[{"metadata":{"name":"p1"},"spec":{"containers":[{"name":"a"}]}}]})";
  const CallResult result = Gather(R"({"RetrieveLogs":true,"RawLogs":true})");
  ASSERT_TRUE(result.ok());
  EXPECT_EQ(*result, R"({"metadata":{"name":"j"},"status":{},)"
                     R"("logs":{"pods":{"p1":{"containers":{"a":{"log":"{\"n\":1}"}}}}}})");
}

TEST_F(ClusterLogsTest, AreReadWhereTheyAreJson) {
  answers_["/api/v1/namespaces/n/pods"] =
      R"({"items":[{"metadata":{"name":"p1"},"spec":{"containers":[{"name":"a"}]}}]})";
  answers_["/api/v1/namespaces/n/pods/p1/log"] = R"("{\"n\": 1}\n")";
  const CallResult result = Gather(R"({"RetrieveLogs":true})");
  ASSERT_TRUE(result.ok());
  EXPECT_EQ(*result, R"({"metadata":{"name":"j"},"status":{},)"
                     R"("logs":{"pods":{"p1":{"containers":{"a":{"log":{"n":1}}}}}}})");
}

TEST_F(ClusterLogsTest, ThatCannotBeReadFailTheTask) {
  answers_.erase("/api/v1/namespaces/n/pods/p2/log");
  const CallResult result = Gather(R"({"RetrieveLogs":true})");
  ASSERT_FALSE(result.ok());
  EXPECT_EQ(result.error().error, "EKS.404");
}

TEST(WantsClusterLogsTest, OnlyWhenTheyAreAskedFor) {
  Call call{
      .service = "eks", .action = "runJob", .parameters = R"({"LogOptions":{"RawLogs":true}})"};
  EXPECT_FALSE(WantsClusterLogs(call));
  call.parameters = R"({"LogOptions":{"RetrieveLogs":true}})";
  EXPECT_TRUE(WantsClusterLogs(call));
  call.action = "call";
  EXPECT_FALSE(WantsClusterLogs(call));
}

}  // namespace
}  // namespace pawl::integrations
