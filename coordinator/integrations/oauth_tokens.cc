#include "coordinator/integrations/oauth_tokens.h"

#include <utility>

#include "absl/strings/ascii.h"
#include "absl/strings/escaping.h"
#include "coordinator/base/json.h"
#include "coordinator/base/strings.h"
#include "coordinator/integrations/url.h"

namespace pawl::integrations {
namespace {

constexpr size_t kMaxAnswerBytes = 256 << 10;
// A token is not used so shortly before its end; it might not live for the call.
constexpr absl::Duration kMargin = absl::Seconds(60);
// Where the endpoint does not say how long it lives.
constexpr absl::Duration kLifetime = absl::Minutes(5);

HttpRequest TokenRequest(const Connection& connection) {
  std::string form = "grant_type=client_credentials";
  if (!connection.scope.empty()) StrAppend(&form, "&scope=", PercentEncode(connection.scope));
  HttpRequest request;
  request.method = "POST";
  request.url = connection.endpoint;
  request.headers = {{"Accept", "application/json"},
                     {"Content-Type", "application/x-www-form-urlencoded"}};
  const std::string id = PercentEncode(connection.client_id);
  const std::string secret = PercentEncode(connection.client_secret);
  if (connection.client_in_body) {
    StrAppend(&form, "&client_id=", id, "&client_secret=", secret);
  } else {
    request.headers.push_back(
        {"Authorization", StrCat("Basic ", absl::Base64Escape(StrCat(id, ":", secret)))});
  }
  request.body = std::move(form);
  request.timeout = absl::Seconds(30);
  request.max_response_bytes = kMaxAnswerBytes;
  return request;
}

// What the endpoint says must not be shown: it may hold a token.
CallFailure NoToken(const std::string& connection, std::string_view reason) {
  return {"Events.ConnectionResource.InvalidConnectionState",
          StrCat("The connection ", connection, " got no access token: ", reason)};
}

}  // namespace

void OAuthTokens::Get(const Connection& connection, Done done) {
  Token& token = tokens_[connection.name];
  if (clock_->Now() < token.expires_at) {
    done(token.authorization);
    return;
  }
  token.waiting.push_back(std::move(done));
  if (token.waiting.size() > 1) return;
  client_->Start(TokenRequest(connection), [this, name = connection.name](HttpResult result) {
    Answered(name, std::move(result));
  });
}

void OAuthTokens::Answered(const std::string& connection, HttpResult result) {
  Token& token = tokens_[connection];
  Outcome<std::string, CallFailure> outcome = NoToken(connection, "the endpoint's answer has none");
  if (!result.ok()) {
    outcome = NoToken(connection, result.error().message);
  } else if (result->status != 200) {
    outcome = NoToken(connection, StrCat("the endpoint answered with status ", result->status));
  } else {
    JsonArena arena;
    const absl::StatusOr<Json> answer = ParseJson(result->body, &arena);
    const Json text = answer.ok() ? answer->Find("access_token") : Json();
    if (text.is_string() && IsHeaderValue(text.as_string())) {
      token.authorization = StrCat("Bearer ", text.as_string());
      const Json seconds = answer->Find("expires_in");
      const absl::Duration lifetime =
          seconds.is_number() ? absl::Seconds(seconds.as_double()) : kLifetime;
      token.expires_at = clock_->Now() + lifetime - std::min(kMargin, lifetime / 2);
      outcome = token.authorization;
    }
  }
  std::vector<Done> waiting;
  waiting.swap(token.waiting);
  for (Done& done : waiting) done(outcome);
}

void OAuthTokens::Forget(const Connection& connection, const std::string& authorization) {
  Token& token = tokens_[connection.name];
  if (token.authorization == authorization) token.expires_at = absl::InfinitePast();
}

}  // namespace pawl::integrations
