#include "coordinator/api/server.h"

#include <fmt/format.h>

#include <algorithm>
#include <memory>
#include <optional>
#include <utility>

#include "absl/synchronization/notification.h"
#include "coordinator/api/aws_api.h"
#include "coordinator/api/index_page.h"
#include "coordinator/api/listen_address.h"
#include "coordinator/base/log.h"

namespace pawl::api {
namespace {

constexpr absl::Duration kSecretWait = absl::Seconds(30);

// The secret, waited for. What the store says later than we wait is dropped.
absl::StatusOr<std::string> ReadSecret(store::Store* store) {
  struct Answer {
    absl::Notification given;
    absl::StatusOr<std::string> secret;
  };
  auto answer = std::make_shared<Answer>();
  store->ClusterSecret([answer](absl::StatusOr<std::string> secret) {
    answer->secret = std::move(secret);
    answer->given.Notify();
  });
  if (!answer->given.WaitForNotificationWithTimeout(kSecretWait)) {
    return absl::UnavailableError("the store did not give the cluster's secret in time");
  }
  return answer->secret;
}

// A payload is a JSON string in the body: quotes and backslashes take two bytes each there. Escapes
// of six bytes for every one are not allowed for. The rest are the other members.
int64_t BodyBytes(int64_t payload_bytes) { return 4 * payload_bytes + (128 << 10); }

Response Plain(int status, std::string_view type, std::string body) {
  return {.status = status,
          .headers = {{"Content-Type", std::string(type)}, {"Cache-Control", "no-store"}},
          .body = std::move(body)};
}

Response JsonResponse(int status, std::string body) {
  return Plain(status, "application/json", std::move(body));
}

Response NotAllowed(std::string_view allowed) {
  Response response =
      JsonResponse(405, fmt::format(R"({{"message":"This path is for {} requests."}})", allowed));
  response.headers.emplace_back("Allow", allowed);
  return response;
}

}  // namespace

class ApiServer::Impl {
 public:
  Impl(ServerOptions options, store::Store* store, engine::Engine* engine, const Clock* clock)
      : options_(std::move(options)), store_(store), engine_(engine), clock_(clock) {}

  absl::StatusOr<uint16_t> Start() {
    const auto address = ListenAddress::Parse(options_.listen);
    if (!address.ok()) return address.status();
    if (!address->IsLoopback() && !options_.allow_unauthenticated) {
      return absl::FailedPreconditionError(
          fmt::format("listen address {} can be reached from other machines, and requests are not "
                      "authenticated: listen on 127.0.0.1, or allow unauthenticated access",
                      options_.listen));
    }
    auto secret = ReadSecret(store_);
    if (!secret.ok()) return secret.status();
    services_.reset(new Services{.account = options_.account,
                                 .max_payload_bytes = options_.max_payload_bytes,
                                 .poll_duration = options_.poll_duration,
                                 .store = store_,
                                 .engine = engine_,
                                 .clock = clock_,
                                 .tokens = PageTokens(*secret),
                                 .sdk_actions = options_.sdk_actions});
    aws_.emplace(services_.get());
    HttpOptions http = options_.http;
    http.host = address->host;
    http.port = address->port;
    http.max_body_bytes = std::max(http.max_body_bytes, BodyBytes(options_.max_payload_bytes));
    http_ = std::make_unique<HttpServer>(std::move(http), clock_,
                                         [this](Request request, Responder responder) {
                                           Route(std::move(request), std::move(responder));
                                         });
    auto port = http_->Start();
    if (port.ok() && !address->IsLoopback()) {
      log::Warn("unauthenticated_access_allowed", {{"listen", options_.listen}});
    }
    return port;
  }

  void BeginDrain() {
    if (services_) services_->draining = true;
  }

  void Drain(absl::Duration limit) {
    BeginDrain();
    if (http_) http_->Drain(limit);
  }

  void Stop() {
    if (http_) http_->Stop();
  }

 private:
  void Route(Request request, Responder responder) {
    const bool reads = request.method == "GET" || request.method == "HEAD";
    if (request.path == "/") {
      if (request.method == "POST") return aws_->Handle(request, std::move(responder));
      if (!reads) return responder.Send(NotAllowed("GET, HEAD, POST"));
      return responder.Send(
          Plain(200, "text/html; charset=utf-8",
                IndexPage(options_.account, options_.version, request.Header("host"))));
    }
    const bool known =
        request.path == "/healthz" || request.path == "/readyz" || request.path == "/metrics";
    if (!known) {
      return responder.Send(JsonResponse(404, R"({"message":"There is nothing at this path."})"));
    }
    if (!reads) return responder.Send(NotAllowed("GET, HEAD"));
    responder.Send(Page(request.path));
  }

  Response Page(std::string_view path) const {
    if (path == "/healthz") return JsonResponse(200, R"({"status":"alive"})");
    if (path == "/readyz") return Readiness();
    return Plain(200, metrics::Metrics::kContentType, options_.metrics->Exposition());
  }

  Response Readiness() const {
    if (services_->draining)
      return JsonResponse(503, R"({"status":"unready","reason":"draining"})");
    if (!store_->Healthy()) {
      return JsonResponse(503, R"({"status":"unready","reason":"the database does not answer"})");
    }
    return JsonResponse(200, R"({"status":"ready"})");
  }

  const ServerOptions options_;
  store::Store* const store_;
  engine::Engine* const engine_;
  const Clock* const clock_;
  std::unique_ptr<Services> services_;
  std::optional<AwsApi> aws_;
  std::unique_ptr<HttpServer> http_;  // last, so that it is gone before what its handler uses
};

ApiServer::ApiServer(ServerOptions options, store::Store* store, engine::Engine* engine,
                     const Clock* clock)
    : impl_(std::make_unique<Impl>(std::move(options), store, engine, clock)) {}
ApiServer::~ApiServer() = default;
absl::StatusOr<uint16_t> ApiServer::Start() { return impl_->Start(); }
void ApiServer::BeginDrain() { impl_->BeginDrain(); }
void ApiServer::Drain(absl::Duration limit) { impl_->Drain(limit); }
void ApiServer::Stop() { impl_->Stop(); }

}  // namespace pawl::api
