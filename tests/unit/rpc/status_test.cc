#include "coordinator/rpc/status.h"

#include <string>

#include "gtest/gtest.h"

namespace pawl::rpc {
namespace {

struct Row {
  const char* name;
  absl::StatusCode ours;
  grpc::StatusCode told;
  grpc::StatusCode told_of_task;
};

class ToGrpcTest : public testing::TestWithParam<Row> {};

TEST_P(ToGrpcTest, TellsTheCode) {
  const absl::Status status(GetParam().ours, "why");
  EXPECT_EQ(ToGrpc(status).error_code(), GetParam().told);
  EXPECT_EQ(ToGrpcOfTask(status).error_code(), GetParam().told_of_task);
}

using Ours = absl::StatusCode;
using Told = grpc::StatusCode;

INSTANTIATE_TEST_SUITE_P(
    All, ToGrpcTest,
    testing::Values(
        Row{"Ok", Ours::kOk, Told::OK, Told::OK},
        Row{"BadToken", Ours::kInvalidArgument, Told::INVALID_ARGUMENT, Told::INVALID_ARGUMENT},
        Row{"LateToken", Ours::kFailedPrecondition, Told::FAILED_PRECONDITION,
            Told::FAILED_PRECONDITION},
        Row{"ExecutionGone", Ours::kNotFound, Told::NOT_FOUND, Told::FAILED_PRECONDITION},
        Row{"NameTaken", Ours::kAlreadyExists, Told::ALREADY_EXISTS, Told::ALREADY_EXISTS},
        Row{"NoDatabase", Ours::kUnavailable, Told::UNAVAILABLE, Told::UNAVAILABLE},
        Row{"StaleFence", Ours::kAborted, Told::UNAVAILABLE, Told::UNAVAILABLE},
        Row{"ReplyLost", Ours::kUnknown, Told::UNAVAILABLE, Told::UNAVAILABLE},
        Row{"Bug", Ours::kInternal, Told::INTERNAL, Told::INTERNAL}),
    [](const testing::TestParamInfo<Row>& info) { return std::string(info.param.name); });

TEST(ToGrpc, KeepsOurInternalsToOurselves) {
  EXPECT_EQ(ToGrpc(absl::InternalError("table execution is broken")).error_message(),
            "internal error");
}

}  // namespace
}  // namespace pawl::rpc
