// Connections: what HTTP tasks authenticate with, kept apart from the definitions. They are what
// EventBridge connections are on AWS, and come from a YAML file (setting connections_file):
//
//   stripe:                      # or the ARN, for definitions that name it so
//     type: api_key              # sends the header `name: value`
//     name: Authorization
//     value: Bearer ${STRIPE_KEY}
//   legacy:
//     type: basic
//     username: pawl
//     password: {file: /run/secrets/legacy}
//   crm:
//     type: oauth_client_credentials
//     endpoint: https://login.example.com/oauth2/token
//     client_id: pawl
//     client_secret: ${CRM_SECRET}
//     client_authentication: header     # or body: where the two are sent; header is the default
//     scope: orders.read
//     headers: {X-Team: payments}       # of every call with this connection; so also
//     query: {}                         # query and body; they win over the definition's
//
// ${NAME} in a value stands for a variable of the coordinator's environment, {file: PATH} for the
// content of a file without the line's end; both are read at the start.

#ifndef PAWL_INTEGRATIONS_CONNECTIONS_H_
#define PAWL_INTEGRATIONS_CONNECTIONS_H_

#include <functional>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "absl/status/statusor.h"

namespace pawl::integrations {

struct Connection {
  enum class Type { kNone, kApiKey, kBasic, kOAuth };
  using Pairs = std::vector<std::pair<std::string, std::string>>;

  std::string name;
  Type type = Type::kNone;
  std::string key_name;       // API key: the header
  std::string key_value;      // API key
  std::string username;       // basic
  std::string password;       // basic
  std::string endpoint;       // OAuth: where tokens are asked for
  std::string client_id;      // OAuth
  std::string client_secret;  // OAuth
  std::string scope;          // OAuth; may be empty
  bool client_in_body = false;
  Pairs headers;
  Pairs query;
  Pairs body;
};

// Immutable, thread-safe.
class Connections {
 public:
  using Variables = std::function<std::optional<std::string>(const std::string& name)>;

  Connections() = default;
  // Messages name the file, the connection and the key, and show no value.
  static absl::StatusOr<Connections> Load(const std::string& file, const Variables& variables);
  static absl::StatusOr<Connections> Parse(const std::string& yaml, const Variables& variables);

  // By the name in the file, or by an ARN such as
  // arn:aws:events:us-east-1:123456789012:connection/stripe/81210c42-... that has it. Null: there
  // is none. Valid as long as this object.
  const Connection* Find(std::string_view name_or_arn) const;

 private:
  std::map<std::string, Connection> by_name_;
};

}  // namespace pawl::integrations

#endif  // PAWL_INTEGRATIONS_CONNECTIONS_H_
