// The client against a real server on this machine.

#include "coordinator/integrations/http_client.h"

#include <sys/resource.h>

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/synchronization/blocking_counter.h"
#include "absl/synchronization/mutex.h"
#include "absl/synchronization/notification.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "tests/support/http_server.h"

namespace pawl::integrations {
namespace {

using Kind = HttpFailure::Kind;
using testing::HasSubstr;
using testing_support::Answer;
using testing_support::LocalHttpServer;
using testing_support::ReceivedRequest;
using testing_support::Reply;

const Clock& SystemClock() {
  static const auto* const clock = new DatabaseClock;
  return *clock;
}

HttpClient::Options ClientOptions() {
  return {.clock = &SystemClock(), .retry_delay = absl::Milliseconds(1)};
}

HttpResult Wait(HttpClient* client, HttpRequest request) {
  std::optional<HttpResult> result;
  absl::Notification done;
  client->Start(std::move(request), [&](HttpResult got) {
    result.emplace(std::move(got));
    done.Notify();
  });
  done.WaitForNotification();
  return *std::move(result);
}

HttpResult Fetch(const std::string& url, HttpClient::Options options = ClientOptions(),
                 HttpRequest request = {}) {
  HttpClient client(std::move(options));
  request.url = url;
  return Wait(&client, std::move(request));
}

// The failure's kind and what it says.
void ExpectFailure(const HttpResult& result, Kind kind, const std::string& part) {
  ASSERT_FALSE(result.ok());
  EXPECT_EQ(static_cast<int>(result.error().kind), static_cast<int>(kind))
      << result.error().message;
  EXPECT_THAT(result.error().message, HasSubstr(part));
}

// A port on which nothing listens.
std::string ClosedUrl() {
  const LocalHttpServer gone([](const ReceivedRequest&) { return Answer(200, ""); });
  return gone.Url("");
}

TEST(HttpClient, GetsAResponse) {
  LocalHttpServer server([](const ReceivedRequest& request) {
    return Answer(200, request.method + " " + request.target + " " + request.body,
                  "X-One: 1\r\nX-One:  2 \r\n");
  });
  const HttpResult result =
      Fetch(server.Url("a?b=c"), ClientOptions(), {.method = "POST", .body = std::string("{}")});
  ASSERT_TRUE(result.ok()) << result.error().message;
  EXPECT_EQ(result->status, 200);
  EXPECT_EQ(result->reason, "OK");
  EXPECT_EQ(result->body, "POST /a?b=c {}");
  ASSERT_EQ(result->headers.size(), 3u);
  EXPECT_EQ(result->headers[2].value, "2");
}

TEST(HttpClient, SendsNoHeaderOfItsOwn) {
  LocalHttpServer server([](const ReceivedRequest& request) { return Answer(200, request.head); });
  const HttpResult result = Fetch(server.Url(""), ClientOptions(),
                                  {.method = "GET",
                                   .headers = {{"X-Empty", ""}, {"Content-Type", "text/x"}},
                                   .body = std::string("b")});
  ASSERT_TRUE(result.ok());
  EXPECT_EQ(result->body, absl::StrCat("GET / HTTP/1.1\r\nHost: 127.0.0.1:", server.port(),
                                       "\r\nX-Empty:\r\nContent-Type: text/x\r\n"
                                       "Content-Length: 1\r\n\r\n"));
}

TEST(HttpClient, UsesConnectionsAgain) {
  LocalHttpServer server([](const ReceivedRequest&) { return Answer(200, "{}"); });
  HttpClient client(ClientOptions());
  for (int i = 0; i < 20; ++i) EXPECT_TRUE(Wait(&client, {.url = server.Url("")}).ok());
  EXPECT_EQ(server.connections(), 1);
}

TEST(HttpClient, TakesHeadAndEmptyResponses) {
  LocalHttpServer server([](const ReceivedRequest& request) {
    if (request.method == "HEAD") return Reply{"HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\n"};
    return Reply{"HTTP/1.1 204 No Content\r\n\r\n"};
  });
  EXPECT_EQ(Fetch(server.Url(""), ClientOptions(), {.method = "HEAD"})->status, 200);
  EXPECT_EQ(Fetch(server.Url(""), ClientOptions(), {.method = "DELETE"})->status, 204);
}

TEST(HttpClient, DoesNotFollowRedirects) {
  LocalHttpServer server([](const ReceivedRequest&) {
    return Answer(302, "", "Location: http://169.254.169.254/latest/meta-data/\r\n");
  });
  const HttpResult result = Fetch(server.Url(""));
  ASSERT_TRUE(result.ok());
  EXPECT_EQ(result->status, 302);
  EXPECT_EQ(server.requests(), 1);
}

TEST(HttpClient, GivesUpOnATargetThatHangs) {
  LocalHttpServer server(
      [](const ReceivedRequest&) { return Reply{.bytes = "", .then = Reply::Then::kHang}; });
  ExpectFailure(Fetch(server.Url(""), ClientOptions(), {.timeout = absl::Milliseconds(50)}),
                Kind::kTimeout, "timed out");
}

TEST(HttpClient, GivesUpOnAResponseThatStops) {
  LocalHttpServer server([](const ReceivedRequest&) {
    return Reply{.bytes = "HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\nhalf",
                 .then = Reply::Then::kHang};
  });
  ExpectFailure(Fetch(server.Url(""), ClientOptions(), {.timeout = absl::Milliseconds(50)}),
                Kind::kTimeout, "timed out");
}

TEST(HttpClient, TellsOfAReset) {
  LocalHttpServer server(
      [](const ReceivedRequest&) { return Reply{.bytes = "", .then = Reply::Then::kReset}; });
  ExpectFailure(Fetch(server.Url("")), Kind::kBroken, "reset");
  EXPECT_EQ(server.requests(), 1);  // what was sent is not sent again
}

TEST(HttpClient, TellsOfAnEndWithoutAResponse) {
  LocalHttpServer server(
      [](const ReceivedRequest&) { return Reply{.bytes = "", .then = Reply::Then::kClose}; });
  ExpectFailure(Fetch(server.Url("")), Kind::kBroken, "Empty reply");
}

TEST(HttpClient, TellsOfAResponseThatIsCut) {
  LocalHttpServer server([](const ReceivedRequest&) {
    return Reply{.bytes = "HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\nhalf",
                 .then = Reply::Then::kClose};
  });
  ExpectFailure(Fetch(server.Url("")), Kind::kBroken, "");
}

TEST(HttpClient, TellsOfGarbage) {
  LocalHttpServer server([](const ReceivedRequest&) {
    return Reply{.bytes = "220 smtp.example.com ESMTP\r\n", .then = Reply::Then::kClose};
  });
  ExpectFailure(Fetch(server.Url("")), Kind::kBroken, "HTTP/0.9");
}

TEST(HttpClient, BreaksOffAResponseThatIsTooLarge) {
  LocalHttpServer server(
      [](const ReceivedRequest&) { return Answer(200, std::string(10'000'000, 'x')); });
  ExpectFailure(Fetch(server.Url(""), ClientOptions(), {.max_response_bytes = 262'144}),
                Kind::kTooLarge, "larger than 262144 bytes");
}

TEST(HttpClient, BreaksOffHeadersWithoutEnd) {
  LocalHttpServer server([](const ReceivedRequest&) {
    std::string bytes = "HTTP/1.1 200 OK\r\n";
    for (int i = 0; i < 100; ++i) absl::StrAppend(&bytes, "X: ", std::string(1000, 'x'), "\r\n");
    return Reply{.bytes = bytes, .then = Reply::Then::kHang};
  });
  ExpectFailure(Fetch(server.Url("")), Kind::kTooLarge, "");
}

TEST(HttpClient, TellsOfARefusedConnection) {
  ExpectFailure(Fetch(ClosedUrl()), Kind::kConnect, "refused");
}

TEST(HttpClient, TellsOfAnUnknownHost) {
  ExpectFailure(Fetch("http://no-such-host.invalid/"), Kind::kResolve,
                "no-such-host.invalid: Name or service not known");
}

TEST(HttpClient, TriesAConnectionThatWasRefusedAgain) {
  const std::string url = ClosedUrl();
  HttpClient::Options options = ClientOptions();
  options.retry_delay = absl::Milliseconds(1);
  const absl::Duration before = DatabaseClock::SteadyNow();
  ExpectFailure(Fetch(url, options), Kind::kConnect, "refused");
  EXPECT_GE(DatabaseClock::SteadyNow() - before, absl::Milliseconds(3));  // 1 + 2: two retries
}

TEST(HttpClient, TakesNoRequestThatIsNone) {
  ExpectFailure(Fetch("ftp://a/"), Kind::kInvalid, "URL");
  ExpectFailure(Fetch("http://a/", ClientOptions(), {.headers = {{"X", "a\r\nY: b"}}}),
                Kind::kInvalid, "header");
  ExpectFailure(Fetch("http://a/", ClientOptions(), {.method = "GET / HTTP/1.1\r\nX:"}),
                Kind::kInvalid, "method");
}

TEST(HttpClient, SendsNothingWhoseTimeIsOver) {
  ExpectFailure(Fetch(ClosedUrl(), ClientOptions(), {.deadline = absl::InfinitePast()}),
                Kind::kTimeout, "before its turn");
}

TEST(HttpClient, BreaksOffAtTheDeadline) {
  LocalHttpServer server(
      [](const ReceivedRequest&) { return Reply{.bytes = "", .then = Reply::Then::kHang}; });
  ExpectFailure(Fetch(server.Url(""), ClientOptions(),
                      {.deadline = SystemClock().Now() + absl::Milliseconds(50)}),
                Kind::kTimeout, "timed out");
}

// curl would take a limit of 0 ms for none.
TEST(HttpClient, BreaksOffAtADeadlineThatIsNear) {
  LocalHttpServer server(
      [](const ReceivedRequest&) { return Reply{.bytes = "", .then = Reply::Then::kHang}; });
  EXPECT_FALSE(Fetch(server.Url(""), ClientOptions(), {.timeout = absl::Microseconds(300)}).ok());
}

TEST(HttpClient, DoesNotConnectToWhatIsDenied) {
  LocalHttpServer server([](const ReceivedRequest&) { return Answer(200, ""); });
  HttpClient::Options options = ClientOptions();
  options.policy = *EgressPolicy::Parse("", "127.0.0.0/8");
  ExpectFailure(Fetch(server.Url(""), options), Kind::kDenied, "calls to 127.0.0.1 are denied");
  EXPECT_EQ(server.connections(), 0);
}

// What a name stands for is known only when the connection is made, and judged then.
TEST(HttpClient, JudgesTheAddressThatANameStandsFor) {
  LocalHttpServer server([](const ReceivedRequest&) { return Answer(200, ""); });
  HttpClient::Options options = ClientOptions();
  options.policy = *EgressPolicy::Parse("", "127.0.0.0/8, ::1");
  ExpectFailure(Fetch(absl::StrCat("http://localhost:", server.port(), "/"), options),
                Kind::kDenied, "(localhost) are denied by egress_deny");
  EXPECT_EQ(server.connections(), 0);
}

TEST(HttpClient, JudgesAddressesWrittenInOtherWays) {
  for (const char* url : {"http://0xa9fea9fe/", "http://2852039166/", "http://169.254.43518/",
                          "http://[::ffff:169.254.169.254]/", "http://0/"}) {
    ExpectFailure(Fetch(url), Kind::kDenied, "are denied");
  }
}

TEST(HttpClient, UsesNoProxyOfTheEnvironment) {
  LocalHttpServer proxy([](const ReceivedRequest&) { return Answer(200, "proxy"); });
  setenv("http_proxy", proxy.Url("").c_str(), 1);
  ExpectFailure(Fetch(ClosedUrl()), Kind::kConnect, "refused");
  unsetenv("http_proxy");
  EXPECT_EQ(proxy.connections(), 0);
}

class TlsFile {
 public:
  explicit TlsFile(const std::string& text) : path_(testing::TempDir() + "/pawl_ca.pem") {
    std::ofstream(path_) << text;
  }
  ~TlsFile() { std::filesystem::remove(path_); }
  const std::string& path() const { return path_; }

 private:
  const std::string path_;
};

TEST(HttpClient, TrustsTheCertificatesThatItIsGiven) {
  LocalHttpServer server([](const ReceivedRequest&) { return Answer(200, "{}"); },
                         LocalHttpServer::Security::kTls);
  const TlsFile file(server.certificate());
  HttpClient::Options options = ClientOptions();
  options.ca_file = file.path();
  const HttpResult result = Fetch(server.Url(""), options);
  ASSERT_TRUE(result.ok()) << result.error().message;
  EXPECT_EQ(result->body, "{}");
}

TEST(HttpClient, TrustsNoOtherCertificates) {
  LocalHttpServer server([](const ReceivedRequest&) { return Answer(200, "{}"); },
                         LocalHttpServer::Security::kTls);
  ExpectFailure(Fetch(server.Url("")), Kind::kTls, "certificate");
  EXPECT_EQ(server.requests(), 0);
}

TEST(HttpClient, WantsTheCertificateOfTheHost) {
  LocalHttpServer server([](const ReceivedRequest&) { return Answer(200, "{}"); },
                         LocalHttpServer::Security::kTlsOfAnotherHost);
  const TlsFile file(server.certificate());
  HttpClient::Options options = ClientOptions();
  options.ca_file = file.path();
  ExpectFailure(Fetch(server.Url(""), options), Kind::kTls, "127.0.0.1");
  EXPECT_EQ(server.requests(), 0);
}

TEST(HttpClient, SpeaksNoTlsWithAServerThatDoesNot) {
  LocalHttpServer server([](const ReceivedRequest&) { return Answer(200, "{}"); });
  ExpectFailure(Fetch(absl::StrCat("https://127.0.0.1:", server.port(), "/"), ClientOptions(),
                      {.connect_timeout = absl::Milliseconds(50)}),
                Kind::kConnect, "timed out");
  EXPECT_EQ(server.requests(), 0);
}

TEST(HttpClient, CallsAfterAWhile) {
  std::string order;
  absl::Notification done;
  HttpClient client(ClientOptions());
  const auto note = [&](const char* name) { return [&order, name] { order += name; }; };
  client.PostAfter(absl::Milliseconds(30), [&] {
    order += "c";
    done.Notify();
  });
  client.PostAfter(absl::Milliseconds(10), note("b"));
  client.PostAfter(absl::Hours(1), note("never"));
  client.Post(note("a"));
  done.WaitForNotification();
  EXPECT_EQ(order, "abc");
}

TEST(HttpClient, DoesNotTellOfWhatIsCancelled) {
  absl::Notification received;
  LocalHttpServer server([&](const ReceivedRequest&) {
    received.Notify();
    return Reply{.bytes = "", .then = Reply::Then::kHang};
  });
  bool told = false;
  {
    HttpClient client(ClientOptions());
    const auto id = client.Start({.url = server.Url("")}, [&](HttpResult) { told = true; });
    received.WaitForNotification();
    client.Cancel(id);
    client.Cancel(id);
    EXPECT_EQ(client.under_way(), 0);
    absl::Notification done;
    client.Post([&] { done.Notify(); });
    done.WaitForNotification();
  }
  EXPECT_FALSE(told);
}

TEST(HttpClient, CancelsWhatWaitsItsTurn) {
  absl::Notification received;
  LocalHttpServer server([&](const ReceivedRequest&) {
    received.Notify();
    return Reply{.bytes = "", .then = Reply::Then::kHang};
  });
  HttpClient::Options options = ClientOptions();
  options.max_per_target = 1;
  HttpClient client(options);
  const auto first = client.Start({.url = server.Url("1")}, [](HttpResult) {});
  received.WaitForNotification();
  const auto second = client.Start({.url = server.Url("2")}, [](HttpResult) {});
  EXPECT_EQ(client.under_way(), 2);
  client.Cancel(second);
  client.Cancel(first);
  EXPECT_EQ(client.under_way(), 0);
}

TEST(HttpClient, LetsNoMoreGoToATargetThanItMayHave) {
  absl::Mutex mu;
  int now = 0;
  int most = 0;
  LocalHttpServer server([&](const ReceivedRequest&) {
    absl::MutexLock lock(&mu);
    most = std::max(most, ++now);
    return Answer(200, "{}");
  });
  HttpClient::Options options = ClientOptions();
  options.max_per_target = 3;
  HttpClient client(options);
  absl::BlockingCounter left(50);
  for (int i = 0; i < 50; ++i) {
    client.Start({.url = server.Url("")}, [&](HttpResult result) {
      EXPECT_TRUE(result.ok());
      {
        absl::MutexLock lock(&mu);
        --now;
      }
      left.DecrementCount();
    });
  }
  left.Wait();
  EXPECT_LE(most, 3);
  EXPECT_LE(server.connections(), 3);
}

TEST(HttpClient, ASlowTargetTakesNoOthersTurn) {
  LocalHttpServer slow(
      [](const ReceivedRequest&) { return Reply{.bytes = "", .then = Reply::Then::kHang}; });
  LocalHttpServer quick([](const ReceivedRequest&) { return Answer(200, "{}"); });
  HttpClient::Options options = ClientOptions();
  options.max_per_target = 2;
  HttpClient client(options);
  for (int i = 0; i < 50; ++i) client.Start({.url = slow.Url("")}, [](HttpResult) {});
  EXPECT_TRUE(Wait(&client, {.url = quick.Url("")}).ok());
}

// Of /proc/self/status: "Threads", "VmRSS" in KiB.
int64_t ProcessFigure(const std::string& name) {
  std::ifstream status("/proc/self/status");
  std::string line;
  int64_t value = 0;
  while (std::getline(status, line)) {
    if (line.rfind(name + ":", 0) == 0) {
      (void)absl::SimpleAtoi(line.substr(name.size() + 1, line.find(" kB") - name.size() - 1),
                             &value);
    }
  }
  return value;
}

void RaiseFileLimit() {
  rlimit limit;
  getrlimit(RLIMIT_NOFILE, &limit);
  limit.rlim_cur = limit.rlim_max;
  setrlimit(RLIMIT_NOFILE, &limit);
}

TEST(HttpClient, HasThousandsUnderWayOnOneThread) {
  constexpr int kCalls = 2000;
  RaiseFileLimit();
  // They are answered when all are there.
  LocalHttpServer server([](const ReceivedRequest&) {
    return Reply{.bytes = Answer(200, "{}").bytes, .delay = absl::Seconds(1)};
  });
  HttpClient client(ClientOptions());
  const int64_t threads = ProcessFigure("Threads");
  const int64_t memory = ProcessFigure("VmRSS");
  absl::BlockingCounter left(kCalls);
  std::atomic<int> good = 0;
  std::atomic<int64_t> most_threads = 0;
  for (int i = 0; i < kCalls; ++i) {
    client.Start({.url = server.Url("")}, [&](HttpResult result) {
      if (result.ok()) ++good;
      if (most_threads == 0) most_threads = ProcessFigure("Threads");
      left.DecrementCount();
    });
  }
  left.Wait();
  EXPECT_EQ(good, kCalls);
  EXPECT_LE(most_threads, threads);
  // Client and server together, in one process.
  const int64_t grown = ProcessFigure("VmRSS") - memory;
  RecordProperty("grown_kib", static_cast<int>(grown));
#ifdef __SANITIZE_THREAD__
  constexpr int64_t kPerByte = 2;  // it keeps books of all memory
#else
  constexpr int64_t kPerByte = 1;
#endif
  EXPECT_LT(grown, kPerByte * (150 << 10));
}

}  // namespace
}  // namespace pawl::integrations
