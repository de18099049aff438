// Access tokens of OAuth connections (client credentials, RFC 6749 4.4): asked for when a call
// needs one, kept until shortly before they expire.

#ifndef PAWL_INTEGRATIONS_OAUTH_TOKENS_H_
#define PAWL_INTEGRATIONS_OAUTH_TOKENS_H_

#include <map>
#include <string>
#include <vector>

#include "absl/functional/any_invocable.h"
#include "absl/time/time.h"
#include "coordinator/base/outcome.h"
#include "coordinator/integrations/call.h"
#include "coordinator/integrations/connections.h"
#include "coordinator/integrations/http_client.h"

namespace pawl::integrations {

// On the client's thread only.
class OAuthTokens {
 public:
  // Both must outlive it; it must outlive the client's thread.
  OAuthTokens(const Clock* clock, HttpClient* client) : clock_(clock), client_(client) {}

  // The value of an Authorization header.
  using Done = absl::AnyInvocable<void(Outcome<std::string, CallFailure>)>;
  // `done` is called at once when there is a token, else when the connection's endpoint has
  // answered; many who wait for one token share the request.
  void Get(const Connection& connection, Done done);
  // The other side does not take it any more.
  void Forget(const Connection& connection, const std::string& authorization);

 private:
  struct Token {
    std::string authorization;  // empty: none
    absl::Time expires_at = absl::InfinitePast();
    std::vector<Done> waiting;  // for the request under way
  };

  void Answered(const std::string& connection, HttpResult result);

  const Clock* const clock_;
  HttpClient* const client_;
  std::map<std::string, Token> tokens_;  // by the connection's name
};

}  // namespace pawl::integrations

#endif  // PAWL_INTEGRATIONS_OAUTH_TOKENS_H_
