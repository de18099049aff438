#include "coordinator/api/http_server.h"

#include <atomic>
#include <memory>
#include <optional>
#include <string>
#include <thread>
#include <vector>

#include "absl/synchronization/mutex.h"
#include "absl/synchronization/notification.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "tests/unit/api/raw_client.h"

namespace pawl::api {
namespace {

using testing::HasSubstr;
using testing::Not;
using testing::StartsWith;

class HttpServerTest : public testing::Test {
 protected:
  // Answers with the method, the path and the body.
  static void Echo(Request request, Responder responder) {
    responder.Send({.body = request.method + " " + request.path + " " + request.body});
  }

  void Start(HttpOptions options = {}, Handler handler = Echo) {
    server_ = std::make_unique<HttpServer>(options, &clock_, std::move(handler));
    const auto port = server_->Start();
    ASSERT_TRUE(port.ok()) << port.status();
    port_ = *port;
  }

  std::string Ask(const std::string& bytes) {
    RawClient client(port_);
    client.Send(bytes);
    return client.ReadResponse();
  }

  FakeClock clock_;
  std::unique_ptr<HttpServer> server_;
  uint16_t port_ = 0;
};

TEST_F(HttpServerTest, AnswersAndKeepsTheConnection) {
  Start();
  RawClient client(port_);
  for (int i = 0; i < 3; ++i) {
    client.Send("POST /x?y=1 HTTP/1.1\r\nHost: h\r\nContent-Length: 3\r\n\r\nabc");
    const std::string response = client.ReadResponse();
    EXPECT_THAT(response, StartsWith("HTTP/1.1 200 OK\r\n"));
    EXPECT_THAT(response, HasSubstr("Date: Tue, 14 Nov 2023 22:13:20 GMT\r\n"));
    EXPECT_EQ(RawClient::Body(response), "POST /x abc");
  }
}

TEST_F(HttpServerTest, AnswersPipelinedRequestsInOrder) {
  Start();
  RawClient client(port_);
  client.Send("GET /1 HTTP/1.1\r\nHost: h\r\n\r\nGET /2 HTTP/1.1\r\nHost: h\r\n\r\n");
  EXPECT_EQ(RawClient::Body(client.ReadResponse()), "GET /1 ");
  EXPECT_EQ(RawClient::Body(client.ReadResponse()), "GET /2 ");
}

TEST_F(HttpServerTest, ReadsChunkedBodies) {
  Start();
  EXPECT_EQ(RawClient::Body(Ask("POST / HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: chunked\r\n\r\n"
                                "2\r\nab\r\n1\r\nc\r\n0\r\n\r\n")),
            "POST / abc");
}

TEST_F(HttpServerTest, TellsClientsThatAskToGoOn) {
  Start();
  RawClient client(port_);
  client.Send("POST / HTTP/1.1\r\nHost: h\r\nContent-Length: 1\r\nExpect: 100-continue\r\n\r\n");
  EXPECT_THAT(client.ReadResponse(), StartsWith("HTTP/1.1 100 Continue"));
  client.Send("a");
  EXPECT_EQ(RawClient::Body(client.ReadResponse()), "POST / a");
}

TEST_F(HttpServerTest, AnswersHeadWithoutABody) {
  Start();
  RawClient client(port_);
  client.Send("HEAD /x HTTP/1.1\r\nHost: h\r\nConnection: close\r\n\r\n");
  const std::string response = client.ReadAll();
  EXPECT_THAT(response, HasSubstr("Content-Length: 8\r\n"));
  EXPECT_EQ(RawClient::Body(response), "");
}

TEST_F(HttpServerTest, ClosesWhenTheClientAsksForIt) {
  Start();
  RawClient client(port_);
  client.Send("GET / HTTP/1.1\r\nHost: h\r\nConnection: close\r\n\r\n");
  EXPECT_THAT(client.ReadAll(), HasSubstr("Connection: close"));
  RawClient old(port_);
  old.Send("GET / HTTP/1.0\r\n\r\n");
  EXPECT_THAT(old.ReadAll(), StartsWith("HTTP/1.0 200"));
}

TEST_F(HttpServerTest, AnswersAClientThatHasFinishedSending) {
  Start();
  RawClient client(port_);
  client.Send("GET /x HTTP/1.1\r\nHost: h\r\n\r\n");
  client.FinishSending();
  EXPECT_EQ(RawClient::Body(client.ReadAll()), "GET /x ");
}

TEST_F(HttpServerTest, RefusesWhatIsNotHttp) {
  Start();
  EXPECT_THAT(Ask("hello\r\n\r\n"), StartsWith("HTTP/1.1 400 "));
  EXPECT_THAT(Ask("GET / HTTP/1.1\r\nbroken header\r\n\r\n"), StartsWith("HTTP/1.1 400 "));
  EXPECT_THAT(Ask("POST / HTTP/1.1\r\nContent-Length: -1\r\n\r\n"), StartsWith("HTTP/1.1 400 "));
  EXPECT_THAT(Ask("POST / HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n"),
              StartsWith("HTTP/1.1 400 "));
}

TEST_F(HttpServerTest, RefusesABodyThatIsTooLargeBeforeItIsSent) {
  Start();
  const std::string response = Ask("POST / HTTP/1.1\r\nHost: h\r\nContent-Length: 2000000\r\n\r\n");
  EXPECT_THAT(response, StartsWith("HTTP/1.1 413 "));
  EXPECT_THAT(response, HasSubstr("larger than 1179648 bytes"));
}

TEST_F(HttpServerTest, LetsAClientThatSendsTooMuchReadTheAnswer) {
  Start();
  RawClient client(port_);
  client.Send("POST / HTTP/1.1\r\nHost: h\r\nContent-Length: 2000000\r\n\r\n");
  client.Send(std::string(2'000'000, 'x'));
  EXPECT_THAT(client.ReadAll(), StartsWith("HTTP/1.1 413 "));
}

TEST_F(HttpServerTest, RefusesAChunkedBodyThatGrowsTooLarge) {
  Start({.max_body_bytes = 10});
  EXPECT_THAT(
      Ask("POST / HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\nb\r\n01234567890\r\n0\r\n\r\n"),
      StartsWith("HTTP/1.1 413 "));
}

TEST_F(HttpServerTest, RefusesHeadersThatAreTooLarge) {
  Start();
  EXPECT_THAT(Ask("GET / HTTP/1.1\r\nX: " + std::string(20'000, 'x') + "\r\n\r\n"),
              StartsWith("HTTP/1.1 431 "));
}

TEST_F(HttpServerTest, ClosesAConnectionThatNeverFinishesItsRequest) {
  Start({.request_timeout = absl::Milliseconds(50)});
  RawClient client(port_);
  client.Send("POST / HTTP/1.1\r\nHost: h\r\nContent-Length: 10\r\n\r\nabc");
  EXPECT_EQ(client.ReadAll(), "");
}

TEST_F(HttpServerTest, ClosesAnIdleConnection) {
  Start({.idle_timeout = absl::Milliseconds(50)});
  RawClient client(port_);
  client.Send("GET / HTTP/1.1\r\nHost: h\r\n\r\n");
  EXPECT_THAT(client.ReadAll(), StartsWith("HTTP/1.1 200"));
}

TEST_F(HttpServerTest, RefusesConnectionsAboveTheLimit) {
  Start({.max_connections = 1});
  RawClient first(port_);
  first.Send("GET / HTTP/1.1\r\nHost: h\r\n\r\n");
  EXPECT_THAT(first.ReadResponse(), StartsWith("HTTP/1.1 200"));
  RawClient second(port_);
  EXPECT_THAT(second.ReadResponse(), StartsWith("HTTP/1.1 503"));
}

TEST_F(HttpServerTest, SurvivesAHandlerThatThrows) {
  Start({}, [](Request request, Responder responder) {
    if (request.path == "/bad") throw std::runtime_error("bad");
    responder.Send({});
  });
  RawClient client(port_);
  client.Send("GET /bad HTTP/1.1\r\nHost: h\r\n\r\n");
  EXPECT_THAT(client.ReadResponse(), StartsWith("HTTP/1.1 500"));
  client.Send("GET /good HTTP/1.1\r\nHost: h\r\n\r\n");
  EXPECT_THAT(client.ReadResponse(), StartsWith("HTTP/1.1 200"));
}

TEST_F(HttpServerTest, AnswersForARequestThatWasDropped) {
  Start({}, [](Request, Responder) {});
  EXPECT_THAT(Ask("GET / HTTP/1.1\r\nHost: h\r\n\r\n"), StartsWith("HTTP/1.1 500"));
}

// Keeps the responders of its requests until the test answers them.
class Holder {
 public:
  Handler handler() {
    return [this](Request, Responder responder) {
      absl::MutexLock lock(&mu_);
      held_.push_back(std::move(responder));
    };
  }
  Responder Take() {
    absl::MutexLock lock(&mu_);
    mu_.Await(absl::Condition(
        +[](std::vector<Responder>* held) { return !held->empty(); }, &held_));
    Responder responder = std::move(held_.back());
    held_.pop_back();
    return responder;
  }

 private:
  absl::Mutex mu_;
  std::vector<Responder> held_;
};

TEST_F(HttpServerTest, TakesAnswersFromOtherThreads) {
  Holder holder;
  Start({}, holder.handler());
  RawClient client(port_);
  client.Send("GET / HTTP/1.1\r\nHost: h\r\n\r\n");
  std::thread([&] { holder.Take().Send({.body = "late"}); }).join();
  EXPECT_EQ(RawClient::Body(client.ReadResponse()), "late");
}

TEST_F(HttpServerTest, TellsWhenTheClientHasGone) {
  Holder holder;
  Start({}, holder.handler());
  RawClient client(port_);
  client.Send("GET / HTTP/1.1\r\nHost: h\r\n\r\n");
  Responder responder = holder.Take();
  absl::Notification gone;
  responder.OnGone([&] { gone.Notify(); });
  client.Close();
  EXPECT_TRUE(gone.WaitForNotificationWithTimeout(absl::Seconds(10)));
  responder.Send({.body = "nobody reads this"});
}

TEST_F(HttpServerTest, TellsWhetherAnAnswerWasWritten) {
  for (const bool client_stays : {true, false}) {
    Holder holder;
    Start({}, holder.handler());
    RawClient client(port_);
    client.Send("GET / HTTP/1.1\r\nHost: h\r\n\r\n");
    Responder responder = holder.Take();
    absl::Notification gone, dropped;
    std::atomic<bool> written = false;
    responder.OnGone([&] { gone.Notify(); });
    if (!client_stays) {
      client.Close();
      gone.WaitForNotification();
    }
    const auto at_end = [&](int*) { dropped.Notify(); };
    responder.Send({.body = "x", .written = [&, watched = std::shared_ptr<int>(nullptr, at_end)] {
                      written = true;
                    }});
    EXPECT_TRUE(dropped.WaitForNotificationWithTimeout(absl::Seconds(10)));
    EXPECT_EQ(written, client_stays);
    server_.reset();
  }
}

TEST_F(HttpServerTest, ServesOnAfterAWatchedRequest) {
  Holder holder;
  Start({}, holder.handler());
  RawClient client(port_);
  for (const std::string body : {"1", "2"}) {
    client.Send("GET / HTTP/1.1\r\nHost: h\r\n\r\n");
    Responder responder = holder.Take();
    responder.OnGone([] { ADD_FAILURE() << "the client is there"; });
    responder.Send({.body = body});
    EXPECT_EQ(RawClient::Body(client.ReadResponse()), body);
  }
}

TEST_F(HttpServerTest, KeepsARequestSentAheadOfAWatchedAnswer) {
  Holder holder;
  Start({}, holder.handler());
  RawClient client(port_);
  client.Send("GET / HTTP/1.1\r\nHost: h\r\n\r\n");
  Responder first = holder.Take();
  first.OnGone([] { ADD_FAILURE() << "the client is there"; });
  client.Send("GET / HTTP/1.1\r\nHost: h\r\n\r\n");
  first.Send({.body = "first"});
  EXPECT_EQ(RawClient::Body(client.ReadResponse()), "first");
  holder.Take().Send({.body = "second"});
  EXPECT_EQ(RawClient::Body(client.ReadResponse()), "second");
}

TEST_F(HttpServerTest, DrainClosesIdleConnectionsAndLetsRequestsFinish) {
  Holder holder;
  Start({}, holder.handler());
  RawClient busy(port_);
  busy.Send("GET / HTTP/1.1\r\nHost: h\r\n\r\n");
  Responder responder = holder.Take();
  RawClient idle(port_);
  std::thread drain([&] { server_->Drain(absl::Seconds(10)); });
  EXPECT_EQ(idle.ReadAll(), "");
  responder.Send({.body = "done"});
  const std::string response = busy.ReadAll();
  EXPECT_THAT(response, HasSubstr("Connection: close"));
  EXPECT_EQ(RawClient::Body(response), "done");
  drain.join();
  EXPECT_FALSE(RawClient(port_).connected());
}

TEST_F(HttpServerTest, DrainEndsRequestsThatTakeTooLong) {
  Holder holder;
  Start({}, holder.handler());
  RawClient client(port_);
  client.Send("GET / HTTP/1.1\r\nHost: h\r\n\r\n");
  Responder responder = holder.Take();
  server_->Drain(absl::Milliseconds(20));
  EXPECT_EQ(client.ReadAll(), "");
}

TEST_F(HttpServerTest, TakesAnswersAfterItsEnd) {
  Holder holder;
  Start({}, holder.handler());
  RawClient client(port_);
  client.Send("GET / HTTP/1.1\r\nHost: h\r\n\r\n");
  Responder responder = holder.Take();
  server_.reset();
  responder.OnGone([] {});
  responder.Send({.body = "too late"});
}

TEST_F(HttpServerTest, SaysWhyItCannotListen) {
  Start();
  HttpServer second({.port = port_}, &clock_, Echo);
  EXPECT_EQ(second.Start().status().code(), absl::StatusCode::kUnavailable);
  HttpServer third({.host = "nowhere"}, &clock_, Echo);
  EXPECT_EQ(third.Start().status().code(), absl::StatusCode::kInvalidArgument);
}

}  // namespace
}  // namespace pawl::api
