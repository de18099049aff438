#include "worker/client.h"

#include <grpcpp/security/server_credentials.h>
#include <grpcpp/server.h>
#include <grpcpp/server_builder.h>

#include <string>
#include <vector>

#include "absl/synchronization/mutex.h"
#include "coordinator/base/strings.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace pawl::worker {
namespace {

// Answers the first calls with the codes that it is given, the others with OK.
class FakeService : public v1::ClientService::Service {
 public:
  explicit FakeService(std::vector<grpc::StatusCode> codes = {}) : codes_(std::move(codes)) {
    grpc::ServerBuilder builder;
    builder.AddListeningPort("127.0.0.1:0", grpc::InsecureServerCredentials(), &port_);
    builder.RegisterService(this);
    server_ = builder.BuildAndStart();
  }
  std::string address() const { return StrCat("127.0.0.1:", port_); }
  std::vector<v1::StartExecutionRequest> starts() {
    absl::MutexLock lock(&mu_);
    return starts_;
  }

  grpc::Status StartExecution(grpc::ServerContext*, const v1::StartExecutionRequest* request,
                              v1::StartExecutionResponse* response) override {
    response->set_name(request->name());
    absl::MutexLock lock(&mu_);
    starts_.push_back(*request);
    return Next();
  }
  // Runs at the first look.
  grpc::Status WaitExecution(grpc::ServerContext*, const v1::WaitExecutionRequest*,
                             v1::WaitExecutionResponse* response) override {
    absl::MutexLock lock(&mu_);
    response->mutable_execution()->set_status(looks_++ == 0 ? v1::EXECUTION_STATUS_RUNNING
                                                            : v1::EXECUTION_STATUS_SUCCEEDED);
    return Next();
  }

 private:
  grpc::Status Next() {
    if (calls_ >= codes_.size()) return grpc::Status::OK;
    return {codes_[calls_++], "told so"};
  }

  int port_ = 0;
  const std::vector<grpc::StatusCode> codes_;
  absl::Mutex mu_;
  size_t calls_ = 0;
  int looks_ = 0;
  std::vector<v1::StartExecutionRequest> starts_;
  std::unique_ptr<grpc::Server> server_;  // last
};

TEST(Client, StartWithoutANameIsRepeatedWithTheSame) {
  FakeService service({grpc::StatusCode::UNAVAILABLE});
  Client client({.coordinators = {service.address()}});
  const auto started = client.Start("m");
  ASSERT_TRUE(started.ok()) << started.status();
  const auto starts = service.starts();
  ASSERT_EQ(starts.size(), 2u);
  EXPECT_FALSE(starts[0].name().empty());
  EXPECT_EQ(starts[0].name(), starts[1].name());
  EXPECT_EQ(started->name(), starts[0].name());
}

TEST(Client, CoordinatorThatIsNotThereIsPassedOver) {
  FakeService service;
  Client client({.coordinators = {"127.0.0.1:1", "127.0.0.2:1", service.address()}});
  EXPECT_TRUE(client.Start("m", "{}", "n").ok());
}

TEST(Client, RefusalIsFinal) {
  FakeService service({grpc::StatusCode::ALREADY_EXISTS});
  Client client({.coordinators = {service.address()}});
  const auto started = client.Start("m", "{}", "n");
  EXPECT_TRUE(absl::IsAlreadyExists(started.status())) << started.status();
  EXPECT_THAT(std::string(started.status().message()), testing::HasSubstr("told so"));
  EXPECT_EQ(service.starts().size(), 1u);
}

TEST(Client, GivesUpWhenItsPatienceEnds) {
  Client client({.coordinators = {"127.0.0.1:1"}, .patience = absl::Milliseconds(1)});
  EXPECT_TRUE(absl::IsUnavailable(client.Start("m").status()));
}

TEST(Client, WaitsOnWhileTheExecutionRuns) {
  FakeService service;
  Client client({.coordinators = {service.address()}});
  const auto execution = client.WaitExecution("m", "n");
  ASSERT_TRUE(execution.ok()) << execution.status();
  EXPECT_EQ(execution->status(), v1::EXECUTION_STATUS_SUCCEEDED);
}

TEST(Client, WaitThatIsTooShortGivesTheRunningExecution) {
  FakeService service;
  Client client({.coordinators = {service.address()}});
  const auto execution = client.WaitExecution("m", "n", absl::ZeroDuration());
  ASSERT_TRUE(execution.ok()) << execution.status();
  EXPECT_EQ(execution->status(), v1::EXECUTION_STATUS_RUNNING);
}

TEST(Client, WrongAddressIsTold) {
  EXPECT_TRUE(absl::IsInvalidArgument(Client({.coordinators = {"http://x"}}).Start("m").status()));
}

}  // namespace
}  // namespace pawl::worker
