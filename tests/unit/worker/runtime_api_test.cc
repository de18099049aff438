#include "worker/lambda/runtime_api.h"

#include <boost/asio.hpp>
#include <boost/beast.hpp>
#include <future>
#include <optional>
#include <string>
#include <thread>
#include <utility>

#include "absl/strings/numbers.h"
#include "absl/synchronization/mutex.h"
#include "absl/time/clock.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace pawl::worker {
namespace {

namespace asio = boost::asio;
namespace beast = boost::beast;
namespace http = beast::http;
using Response = http::response<http::string_body>;

// A runtime client: one connection, one request at a time.
class Client {
 public:
  explicit Client(uint16_t port) { stream_.connect({asio::ip::address_v4::loopback(), port}); }

  Response Get(const std::string& target) { return Ask(http::verb::get, target, "", ""); }
  Response Next() { return Get("invocation/next"); }
  Response Post(const std::string& target, std::string body, const std::string& error_type = "") {
    return Ask(http::verb::post, target, std::move(body), error_type);
  }
  void Send(http::verb method, const std::string& target, std::string body,
            const std::string& error_type) {
    http::request<http::string_body> request(method, "/2018-06-01/runtime/" + target, 11);
    request.set(http::field::host, "127.0.0.1");
    if (!error_type.empty()) request.set("Lambda-Runtime-Function-Error-Type", error_type);
    request.body() = std::move(body);
    request.prepare_payload();
    http::write(stream_, request);
  }
  Response Receive() {
    Response response;
    http::read(stream_, buffer_, response);
    return response;
  }

 private:
  Response Ask(http::verb method, const std::string& target, std::string body,
               const std::string& error_type) {
    Send(method, target, std::move(body), error_type);
    return Receive();
  }

  asio::io_context io_;
  beast::tcp_stream stream_{io_};
  beast::flat_buffer buffer_;
};

class RuntimeApiTest : public testing::Test, public RuntimeApi::Owner {
 protected:
  ~RuntimeApiTest() override {
    api_.reset();
    io_.stop();
    thread_.join();
  }

  void Offer(const std::string& id, const std::string& payload = "{}") {
    api_->Offer({.request_id = id,
                 .function_arn = "arn:aws:lambda:us-east-1:000000000000:function:f",
                 .payload = payload,
                 .client_context = "{\"c\":1}",
                 .timeout = absl::Seconds(3)});
  }
  Client Connect() { return Client(api_->port()); }
  RuntimeAnswer Answer() {
    absl::MutexLock lock(&mu_);
    mu_.Await(absl::Condition(
        +[](std::optional<RuntimeAnswer>* answer) { return answer->has_value(); }, &answer_));
    return *std::exchange(answer_, std::nullopt);
  }
  bool NothingAnswered() {
    absl::MutexLock lock(&mu_);
    return !answer_;
  }

  asio::io_context io_;
  std::unique_ptr<RuntimeApi> api_ = std::make_unique<RuntimeApi>(&io_, this);

 private:
  void Taken() override {}
  void Answered(RuntimeAnswer answer) override {
    absl::MutexLock lock(&mu_);
    answer_ = std::move(answer);
  }

  absl::Mutex mu_;
  std::optional<RuntimeAnswer> answer_;
  asio::executor_work_guard<asio::io_context::executor_type> work_ = asio::make_work_guard(io_);
  std::thread thread_{[this] { io_.run(); }};
};

TEST_F(RuntimeApiTest, GivesTheInvocationThatIsThere) {
  Offer("8476a536-e9f4-11e8-9739-2dfe598c3fcd", R"({"n":1})");
  Client client = Connect();
  const absl::Time before = absl::Now();
  const Response response = client.Next();
  EXPECT_EQ(response.result_int(), 200u);
  EXPECT_EQ(response.body(), R"({"n":1})");
  EXPECT_EQ(response["Lambda-Runtime-Aws-Request-Id"], "8476a536-e9f4-11e8-9739-2dfe598c3fcd");
  EXPECT_EQ(response["Lambda-Runtime-Invoked-Function-Arn"],
            "arn:aws:lambda:us-east-1:000000000000:function:f");
  EXPECT_EQ(response["Lambda-Runtime-Client-Context"], "{\"c\":1}");
  EXPECT_EQ(response["Lambda-Runtime-Trace-Id"],
            "Root=1-8476a536-e9f411e897392dfe598c3fcd;Parent=8476a536e9f411e8;Sampled=0");
  int64_t deadline = 0;
  ASSERT_TRUE(absl::SimpleAtoi(std::string(response["Lambda-Runtime-Deadline-Ms"]), &deadline));
  EXPECT_GE(absl::FromUnixMillis(deadline + 1), before + absl::Seconds(3));
}

TEST_F(RuntimeApiTest, MakesTheRuntimeWaitForAnInvocation) {
  Client client = Connect();
  client.Send(http::verb::get, "invocation/next", "", "");
  Offer("r");
  EXPECT_EQ(client.Receive()["Lambda-Runtime-Aws-Request-Id"], "r");
}

TEST_F(RuntimeApiTest, TakesTheResponse) {
  Offer("r");
  Client client = Connect();
  client.Next();
  EXPECT_EQ(client.Post("invocation/r/response", "\"done\"").result_int(), 202u);
  const RuntimeAnswer answer = Answer();
  EXPECT_EQ(answer.kind, RuntimeAnswer::Kind::kResponse);
  EXPECT_EQ(answer.body, "\"done\"");
  Offer("s");
  EXPECT_EQ(client.Next()["Lambda-Runtime-Aws-Request-Id"], "s");
}

TEST_F(RuntimeApiTest, TakesAnError) {
  Offer("r");
  Client client = Connect();
  client.Next();
  EXPECT_EQ(client.Post("invocation/r/error", R"({"errorType":"E"})", "E").result_int(), 202u);
  const RuntimeAnswer answer = Answer();
  EXPECT_EQ(answer.kind, RuntimeAnswer::Kind::kError);
  EXPECT_EQ(answer.body, R"({"errorType":"E"})");
  EXPECT_EQ(answer.error_type, "E");
}

TEST_F(RuntimeApiTest, TakesAnErrorOfTheStart) {
  Offer("r");
  Client client = Connect();
  EXPECT_EQ(client.Post("init/error", R"({"errorType":"Runtime.ImportModuleError"})").result_int(),
            202u);
  EXPECT_EQ(Answer().kind, RuntimeAnswer::Kind::kInitError);
}

TEST_F(RuntimeApiTest, RefusesAnswersThatNobodyWaitsFor) {
  Offer("r");
  Client client = Connect();
  EXPECT_EQ(client.Post("invocation/r/response", "1").result_int(), 400u);  // not taken
  client.Next();
  EXPECT_EQ(client.Post("invocation/other/response", "1").result_int(), 400u);
  EXPECT_TRUE(NothingAnswered());
  client.Post("invocation/r/response", "1");
  Answer();
  const Response again = client.Post("invocation/r/response", "2");
  EXPECT_EQ(again.result_int(), 400u);
  EXPECT_THAT(again.body(), testing::HasSubstr("InvalidRequestID"));
}

TEST_F(RuntimeApiTest, GivesOneInvocationAtATime) {
  Offer("r");
  Client client = Connect();
  client.Next();
  EXPECT_EQ(client.Next().result_int(), 403u);
}

TEST_F(RuntimeApiTest, KnowsNoOtherPaths) {
  Client client = Connect();
  for (const char* target : {"", "invocation", "invocation/r", "invocation/r/else", "restore/next",
                             "../../etc/passwd"}) {
    EXPECT_EQ(client.Get(target).result_int(), 404u) << target;
  }
}

TEST_F(RuntimeApiTest, SaysThatAResponseIsTooLarge) {
  Offer("r");
  Client client = Connect();
  client.Next();
  EXPECT_EQ(
      client.Post("invocation/r/response", std::string(kMaxResponseBytes + 1, 'x')).result_int(),
      413u);
  EXPECT_EQ(Answer().kind, RuntimeAnswer::Kind::kTooLarge);
  Offer("s");
  EXPECT_EQ(client.Next()["Lambda-Runtime-Aws-Request-Id"], "s");
}

TEST_F(RuntimeApiTest, TakesAResponseOfTheLargestSize) {
  Offer("r");
  Client client = Connect();
  client.Next();
  EXPECT_EQ(client.Post("invocation/r/response", std::string(kMaxResponseBytes, 'x')).result_int(),
            202u);
  EXPECT_EQ(Answer().body.size(), kMaxResponseBytes);
}

TEST_F(RuntimeApiTest, ForgetsARuntimeThatIsGone) {
  Client old = Connect();
  old.Send(http::verb::get, "invocation/next", "", "");
  // The answer to a second connection tells that the first one's request has come.
  Connect().Get("none");
  api_->Reset();
  Offer("r");
  EXPECT_EQ(Connect().Next()["Lambda-Runtime-Aws-Request-Id"], "r");
  EXPECT_THROW(old.Receive(), boost::system::system_error);
}

TEST_F(RuntimeApiTest, DropsAWaitingRuntimeThatHasHungUp) {
  {
    Client old = Connect();
    old.Send(http::verb::get, "invocation/next", "", "");
    Connect().Get("none");
  }
  api_->Reset();
  Offer("r");
  EXPECT_EQ(Connect().Next()["Lambda-Runtime-Aws-Request-Id"], "r");
}

}  // namespace
}  // namespace pawl::worker
