#include <algorithm>
#include <span>
#include <utility>
#include <vector>

#include "absl/strings/ascii.h"
#include "absl/strings/escaping.h"
#include "absl/strings/match.h"
#include "coordinator/base/json.h"
#include "coordinator/base/strings.h"
#include "coordinator/integrations/form_encoding.h"
#include "coordinator/integrations/http_task.h"
#include "coordinator/integrations/parameters.h"
#include "coordinator/integrations/url.h"

namespace pawl::integrations {
namespace {

constexpr absl::Duration kTimeout = absl::Seconds(60);  // AWS: of an HTTP task
constexpr std::string_view kRange = "bytes=0-262144";   // AWS sends this
constexpr size_t kRangeBytes = 262145;

// docs.aws.amazon.com, "Call HTTPS APIs in Step Functions workflows", and Content-Length, which
// would let a definition smuggle a second request into a connection.
constexpr std::string_view kForbiddenHeaders[] = {
    "a-im",
    "accept-charset",
    "accept-datetime",
    "accept-encoding",
    "authorization",
    "cache-control",
    "connection",
    "content-encoding",
    "content-length",
    "content-md5",
    "date",
    "expect",
    "forwarded",
    "from",
    "host",
    "http2-settings",
    "if-match",
    "if-modified-since",
    "if-none-match",
    "if-range",
    "if-unmodified-since",
    "max-forwards",
    "origin",
    "pragma",
    "proxy-authorization",
    "referer",
    "server",
    "te",
    "trailer",
    "transfer-encoding",
    "upgrade",
    "via",
    "warning",
};
constexpr absl::string_view kForbiddenPrefixes[] = {"x-forwarded-", "x-amz-", "x-amzn-"};

bool IsForbidden(std::string_view name) {
  const std::string lower = absl::AsciiStrToLower(ToAbsl(name));
  return std::find(std::begin(kForbiddenHeaders), std::end(kForbiddenHeaders), lower) !=
             std::end(kForbiddenHeaders) ||
         std::any_of(std::begin(kForbiddenPrefixes), std::end(kForbiddenPrefixes),
                     [&](absl::string_view prefix) { return absl::StartsWith(lower, prefix); });
}

void SetHeader(std::string_view name, std::string_view value, std::vector<HttpHeader>* headers) {
  std::erase_if(*headers, [&](const HttpHeader& header) {
    return absl::EqualsIgnoreCase(header.name, ToAbsl(name));
  });
  headers->push_back({std::string(name), std::string(value)});
}

bool HasHeader(std::string_view name, const std::vector<HttpHeader>& headers) {
  return std::any_of(headers.begin(), headers.end(), [&](const HttpHeader& header) {
    return absl::EqualsIgnoreCase(header.name, ToAbsl(name));
  });
}

class HttpTaskReader {
 public:
  HttpTaskReader(const Call& call, const HttpTaskOptions& options)
      : call_(call), options_(options), reader_(call.parameters) {}

  Outcome<HttpTask, CallFailure> Read() {
    HttpRequest& request = task_.request;
    const std::string endpoint = reader_.RequiredString("ApiEndpoint").value_or("");
    if (!reader_.RequiredValue("Method").is_undefined()) {
      request.method =
          reader_.OneOf("Method", {"GET", "POST", "PUT", "DELETE", "PATCH", "OPTIONS", "HEAD"});
    }
    const std::string connection = ConnectionName();
    if (!connection.empty() && options_.connections != nullptr) {
      task_.connection = options_.connections->Find(connection);
      if (task_.connection == nullptr) {
        return CallFailure{"Events.ConnectionResource.ResourceNotFound",
                           StrCat("Connection ", connection,
                                  " does not exist: the file of connections_file has none of this "
                                  "name")};
      }
    }
    ReadHeaders();
    ReadUrl(endpoint);
    ReadBody();
    Authenticate();
    reader_.RefuseOthers();
    if (!reader_.ok()) return reader_.Failure();
    SetLimits();
    return std::move(task_);
  }

 private:
  // Of Authentication or InvocationConfig; empty: none.
  std::string ConnectionName() {
    std::string name;
    for (const std::string_view field : {"Authentication", "InvocationConfig"}) {
      const Json object = reader_.Object(field);
      const Json arn = object.Find("ConnectionArn");
      if (object.is_undefined()) continue;
      if (arn.is_string()) {
        name = std::string(arn.as_string());
      } else {
        reader_.InvalidFormat(field);
      }
    }
    return name;
  }

  void ReadHeaders() {
    std::vector<HttpHeader>& headers = task_.request.headers;
    const Json given = reader_.Object("Headers");
    for (const JsonMember& member : given.members()) {
      if (!member.value.is_string() || !IsHeaderName(member.key) ||
          !IsHeaderValue(member.value.as_string())) {
        reader_.InvalidFormat("Headers");
        continue;
      }
      if (IsForbidden(member.key)) {
        reader_.Problem(StrCat("The header '", member.key,
                               "' in the field 'Headers' is not supported by Step Functions"));
        continue;
      }
      SetHeader(member.key, member.value.as_string(), &headers);
    }
    if (task_.connection != nullptr) {
      for (const auto& [name, value] : task_.connection->headers) SetHeader(name, value, &headers);
    }
    SetHeader("User-Agent", StrCat("Amazon|StepFunctions|HttpInvoke|", options_.region), &headers);
    SetHeader("Range", kRange, &headers);
  }

  void ReadUrl(const std::string& endpoint) {
    const std::string added = Query();
    std::optional<Url> url = ParseUrl(endpoint);
    if (endpoint.empty()) return;  // said already
    if (!url) {
      reader_.InvalidFormat("ApiEndpoint");
      return;
    }
    if (url->scheme == "http" && !options_.allow_plain) {
      reader_.Problem(
          "The value of the field 'ApiEndpoint' must be an https URL (the setting "
          "http_task_allow_plain allows http)");
    }
    StrAppend(&url->query, url->query.empty() || added.empty() ? "" : "&", added);
    task_.request.url = url->ToString();
  }

  // A string is a query as it is; arrays repeat their name; the connection's values win.
  std::string Query() {
    const Json given = reader_.Value("QueryParameters");
    std::string query;
    const auto add = [&query](std::string_view name, std::string_view value) {
      StrAppend(&query, query.empty() ? "" : "&", PercentEncode(name), "=", PercentEncode(value));
    };
    if (given.is_string()) {
      query = std::string(given.as_string());
      if (!ParseUrl(StrCat("http://host/?", query))) reader_.InvalidFormat("QueryParameters");
    } else if (!given.is_undefined() && !given.is_object()) {
      reader_.InvalidFormat("QueryParameters");
    }
    const auto members = given.is_object() ? given.members() : std::span<const JsonMember>();
    for (const JsonMember& member : members) {
      if (ConnectionHas(member.key)) continue;
      if (member.value.is_array()) {
        for (const Json item : member.value.items()) add(member.key, PlainText(item));
      } else if (!member.value.is_null()) {
        add(member.key, PlainText(member.value));
      }
    }
    if (task_.connection != nullptr) {
      for (const auto& [name, value] : task_.connection->query) add(name, value);
    }
    return query;
  }

  bool ConnectionHas(std::string_view query_name) const {
    if (task_.connection == nullptr) return false;
    const Connection::Pairs& query = task_.connection->query;
    return std::any_of(query.begin(), query.end(),
                       [&](const auto& pair) { return pair.first == query_name; });
  }

  void ReadBody() {
    const Json body = WithConnectionBody(reader_.Value("RequestBody"));
    const Json transform = reader_.Object("Transform");
    const Json encoding = transform.Find("RequestBodyEncoding");
    const std::string word = encoding.is_undefined() ? "NONE" : PlainText(encoding);
    if (word != "NONE" && word != "URL_ENCODED") reader_.InvalidFormat("RequestBodyEncoding");
    const ArrayFormat format = Arrays(transform.Find("RequestEncodingOptions"));
    const bool as_form = word == "URL_ENCODED" && body.is_object();
    if (!HasHeader("Content-Type", task_.request.headers)) {
      task_.request.headers.push_back({"Content-Type", as_form
                                                           ? "application/x-www-form-urlencoded"
                                                           : "application/json; charset=UTF-8"});
    }
    if (body.is_undefined()) return;
    if (as_form) {
      task_.request.body = FormEncode(body, format);
    } else {
      task_.request.body = body.is_string() ? PlainText(body) : WriteJson(body);
    }
  }

  ArrayFormat Arrays(Json options) {
    const Json format = options.Find("ArrayFormat");
    if (format.is_undefined() || format.is_null()) return ArrayFormat::kIndices;
    const std::string word = PlainText(format);
    if (word == "REPEAT") return ArrayFormat::kRepeat;
    if (word == "COMMAS") return ArrayFormat::kCommas;
    if (word == "BRACKETS") return ArrayFormat::kBrackets;
    // CDK's NONE leaves the encoding out; where it comes through it means the default.
    if (word != "INDICES" && word != "NONE") reader_.InvalidFormat("ArrayFormat");
    return ArrayFormat::kIndices;
  }

  Json WithConnectionBody(Json body) {
    if (task_.connection == nullptr || task_.connection->body.empty()) return body;
    if (!body.is_undefined() && !body.is_object()) {
      reader_.Problem(
          "The value of the field 'RequestBody' must be an object, for the connection adds to it");
      return body;
    }
    std::vector<JsonMember> members(body.members().begin(), body.members().end());
    for (const auto& [name, value] : task_.connection->body) {
      members.push_back({name, Json::String(value)});
    }
    return Json::Object(members, reader_.arena());
  }

  void Authenticate() {
    const Connection* const connection = task_.connection;
    if (connection == nullptr) return;
    std::vector<HttpHeader>& headers = task_.request.headers;
    if (connection->type == Connection::Type::kApiKey) {
      SetHeader(connection->key_name, connection->key_value, &headers);
    } else if (connection->type == Connection::Type::kBasic) {
      const std::string pair = StrCat(connection->username, ":", connection->password);
      SetHeader("Authorization", StrCat("Basic ", absl::Base64Escape(pair)), &headers);
    }
  }

  void SetLimits() {
    HttpRequest& request = task_.request;
    request.timeout = kTimeout;
    request.deadline = call_.deadline;
    request.max_response_bytes =
        std::max(kRangeBytes, static_cast<size_t>(std::max<int64_t>(0, call_.max_result_bytes)));
  }

  const Call& call_;
  const HttpTaskOptions& options_;
  ParameterReader reader_;
  HttpTask task_ = {.request = {}, .connection = nullptr};
};

}  // namespace

Outcome<HttpTask, CallFailure> ReadHttpTask(const Call& call, const HttpTaskOptions& options) {
  return HttpTaskReader(call, options).Read();
}

}  // namespace pawl::integrations
