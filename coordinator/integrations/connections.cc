#include "coordinator/integrations/connections.h"

#include <fstream>
#include <set>
#include <sstream>

#include "absl/status/status.h"
#include "absl/strings/match.h"
#include "absl/strings/str_split.h"
#include "coordinator/base/strings.h"
#include "coordinator/integrations/http_message.h"
#include "coordinator/integrations/url.h"
#include "yaml-cpp/yaml.h"

namespace pawl::integrations {
namespace {

std::optional<std::string> FileText(const std::string& path) {
  std::ifstream file(path, std::ios::binary);
  if (!file) return std::nullopt;
  std::ostringstream text;
  text << file.rdbuf();
  std::string content = text.str();
  while (!content.empty() && (content.back() == '\n' || content.back() == '\r')) content.pop_back();
  return content;
}

// Reads one connection; the first thing that is wrong is kept.
class ConnectionReader {
 public:
  ConnectionReader(std::string name, const YAML::Node& node,
                   const Connections::Variables& variables)
      : node_(node), variables_(variables) {
    connection_.name = std::move(name);
  }

  absl::StatusOr<Connection> Read() {
    if (!node_.IsMap()) return Error("found no mapping, expected lines such as `type: api_key`");
    ReadAuthentication();
    connection_.headers = Pairs("headers");
    connection_.query = Pairs("query");
    connection_.body = Pairs("body");
    for (const auto& [name, value] : connection_.headers) CheckHeader(name, value);
    for (const auto& entry : node_) {
      const std::string key = entry.first.as<std::string>();
      if (known_.count(key) == 0) Fail(StrCat("found the unknown key '", key, "'"));
    }
    if (!status_.ok()) return status_;
    return std::move(connection_);
  }

 private:
  void ReadAuthentication() {
    const std::string type = Required("type");
    if (type == "api_key") {
      connection_.type = Connection::Type::kApiKey;
      connection_.key_name = Required("name");
      connection_.key_value = Required("value");
      CheckHeader(connection_.key_name, connection_.key_value);
    } else if (type == "basic") {
      connection_.type = Connection::Type::kBasic;
      connection_.username = Required("username");
      connection_.password = Required("password");
    } else if (type == "oauth_client_credentials") {
      connection_.type = Connection::Type::kOAuth;
      ReadOAuth();
    } else if (type != "none") {
      Fail("type: expected api_key, basic, oauth_client_credentials or none");
    }
  }

  void ReadOAuth() {
    connection_.endpoint = Required("endpoint");
    if (!ParseUrl(connection_.endpoint)) Fail("endpoint: expected an http or https URL");
    connection_.client_id = Required("client_id");
    connection_.client_secret = Required("client_secret");
    connection_.scope = Text("scope").value_or("");
    const std::string place = Text("client_authentication").value_or("header");
    connection_.client_in_body = place == "body";
    if (place != "body" && place != "header") {
      Fail("client_authentication: expected header or body");
    }
  }

  std::optional<std::string> Text(const std::string& key) {
    known_.insert(key);
    const YAML::Node value = node_[key];
    if (!value.IsDefined() || value.IsNull()) return std::nullopt;
    return Resolved(key, value);
  }

  std::string Required(const std::string& key) {
    const std::optional<std::string> text = Text(key);
    if (!text || text->empty()) Fail(StrCat(key, ": is missing or empty"));
    return text.value_or("");
  }

  Connection::Pairs Pairs(const std::string& key) {
    known_.insert(key);
    const YAML::Node value = node_[key];
    Connection::Pairs pairs;
    if (!value.IsDefined() || value.IsNull()) return pairs;
    if (!value.IsMap()) Fail(StrCat(key, ": expected a mapping"));
    if (!value.IsMap()) return pairs;
    for (const auto& entry : value) {
      const std::string name = entry.first.as<std::string>();
      pairs.emplace_back(name, Resolved(StrCat(key, ".", name), entry.second));
    }
    return pairs;
  }

  std::string Resolved(const std::string& key, const YAML::Node& value) {
    if (value.IsScalar()) return Expanded(key, value.Scalar());
    if (value.IsMap() && value.size() == 1 && value["file"].IsDefined()) {
      const std::string path = value["file"].as<std::string>();
      const std::optional<std::string> text = FileText(path);
      if (!text) Fail(StrCat(key, ": the file ", path, " cannot be read"));
      return text.value_or("");
    }
    Fail(StrCat(key, ": expected a text or {file: PATH}"));
    return "";
  }

  std::string Expanded(const std::string& key, const std::string& text) {
    std::string expanded;
    size_t at = 0;
    while (true) {
      const size_t mark = text.find("${", at);
      const size_t end = mark == std::string::npos ? mark : text.find('}', mark);
      if (end == std::string::npos) break;
      const std::string variable = text.substr(mark + 2, end - mark - 2);
      const std::optional<std::string> value = variables_(variable);
      if (!value) Fail(StrCat(key, ": the environment has no variable ", variable));
      expanded.append(text, at, mark - at).append(value.value_or(""));
      at = end + 1;
    }
    return expanded.append(text, at);
  }

  void CheckHeader(const std::string& name, const std::string& value) {
    if (!IsHeaderName(name) || !IsHeaderValue(value)) {
      Fail("a header's name or value holds a character that it must not hold");
    }
  }

  absl::Status Error(std::string_view problem) const {
    return absl::InvalidArgumentError(StrCat("connection ", connection_.name, ": ", problem));
  }
  void Fail(std::string_view problem) { status_.Update(Error(problem)); }

  const YAML::Node& node_;
  const Connections::Variables& variables_;
  Connection connection_;
  std::set<std::string> known_;
  absl::Status status_;
};

}  // namespace

absl::StatusOr<Connections> Connections::Parse(const std::string& yaml,
                                               const Variables& variables) {
  Connections connections;
  try {
    const YAML::Node root = YAML::Load(yaml);
    if (root.IsNull()) return connections;
    if (!root.IsMap()) return absl::InvalidArgumentError("expected a mapping of connections");
    for (const auto& entry : root) {
      const std::string name = entry.first.as<std::string>();
      absl::StatusOr<Connection> connection =
          ConnectionReader(name, entry.second, variables).Read();
      if (!connection.ok()) return connection.status();
      connections.by_name_[name] = *std::move(connection);
    }
  } catch (const YAML::Exception& e) {
    return absl::InvalidArgumentError(StrCat("line ", e.mark.line + 1, ": ", e.msg));
  }
  return connections;
}

absl::StatusOr<Connections> Connections::Load(const std::string& file, const Variables& variables) {
  const std::optional<std::string> text = FileText(file);
  if (!text) return absl::NotFoundError(StrCat(file, ": the file cannot be read"));
  absl::StatusOr<Connections> connections = Parse(*text, variables);
  if (connections.ok()) return connections;
  return absl::Status(connections.status().code(),
                      StrCat(file, ": ", FromAbsl(connections.status().message())));
}

const Connection* Connections::Find(std::string_view name_or_arn) const {
  auto found = by_name_.find(std::string(name_or_arn));
  static constexpr absl::string_view kMark = ":connection/";
  const size_t mark = ToAbsl(name_or_arn).find(kMark);
  if (found == by_name_.end() && mark != absl::string_view::npos) {
    const std::vector<std::string> parts =
        absl::StrSplit(ToAbsl(name_or_arn.substr(mark + kMark.size())), '/');
    found = by_name_.find(parts.front());
  }
  return found == by_name_.end() ? nullptr : &found->second;
}

}  // namespace pawl::integrations
