#include <algorithm>
#include <iterator>
#include <utility>
#include <vector>

#include "absl/strings/ascii.h"
#include "absl/strings/escaping.h"
#include "absl/strings/match.h"
#include "absl/strings/str_split.h"
#include "coordinator/base/json.h"
#include "coordinator/base/strings.h"
#include "coordinator/base/utf8.h"
#include "coordinator/integrations/parameters.h"
#include "coordinator/integrations/rest_call.h"
#include "coordinator/integrations/url.h"

namespace pawl::integrations {
namespace {

// API Gateway lets its back ends take five minutes at the most (AWS quota).
constexpr absl::Duration kRestTimeout = absl::Seconds(305);
constexpr size_t kMaxRestResponseBytes = 10u << 20;  // API Gateway's payload quota

// docs.aws.amazon.com, "Create API Gateway REST APIs with Step Functions", and Content-Length,
// which would let a definition smuggle a second request into a connection.
constexpr std::string_view kForbidden[] = {
    "authorization",
    "connection",
    "content-length",
    "content-md5",
    "expect",
    "host",
    "max-forwards",
    "server",
    "te",
    "trailer",
    "proxy-authenticate",
    "transfer-encoding",
    "upgrade",
    "via",
    "www-authenticate",
};
constexpr absl::string_view kForbiddenBeginnings[] = {"x-forwarded-", "x-amz-", "x-amzn-"};

bool IsForbiddenHeader(std::string_view name, bool is_signed) {
  const std::string lower = absl::AsciiStrToLower(ToAbsl(name));
  // Who does not sign may bring an authorization of their own.
  if (lower == "authorization") return is_signed;
  return std::find(std::begin(kForbidden), std::end(kForbidden), lower) != std::end(kForbidden) ||
         std::any_of(std::begin(kForbiddenBeginnings), std::end(kForbiddenBeginnings),
                     [&](absl::string_view prefix) { return absl::StartsWith(lower, prefix); });
}

// {name: [texts]}; each text with its name.
std::vector<std::pair<std::string, std::string>> Lists(std::string_view member,
                                                       ParameterReader* reader) {
  std::vector<std::pair<std::string, std::string>> pairs;
  for (const JsonMember& list : reader->Object(member).members()) {
    if (list.value.is_null()) continue;
    if (!list.value.is_array()) {
      reader->InvalidFormat(member);
      continue;
    }
    for (const Json text : list.value.items()) {
      if (!text.is_string()) {
        reader->InvalidFormat(member);
        break;
      }
      pairs.emplace_back(std::string(list.key), MaskSurrogates(text.as_string()));
    }
  }
  return pairs;
}

std::string QueryOf(ParameterReader* reader) {
  std::string query;
  for (const auto& [name, value] : Lists("QueryParameters", reader)) {
    StrAppend(&query, query.empty() ? "" : "&", PercentEncode(name), "=", PercentEncode(value));
  }
  return query;
}

// Without the members that are null, at any depth.
Json WithoutNulls(Json value, JsonArena* arena) {
  if (value.is_array()) {
    std::vector<Json> items;
    for (const Json item : value.items()) items.push_back(WithoutNulls(item, arena));
    return Json::Array(items, arena);
  }
  if (!value.is_object()) return value;
  std::vector<JsonMember> members;
  for (const JsonMember& member : value.members()) {
    if (!member.value.is_null()) {
      members.push_back({member.key, WithoutNulls(member.value, arena)});
    }
  }
  return Json::Object(members, arena);
}

void SetBody(Json body, HttpRequest* request) {
  if (body.is_undefined()) return;
  request->body = body.is_string() ? MaskSurrogates(body.as_string()) : WriteJson(body);
  const bool has_type = std::any_of(
      request->headers.begin(), request->headers.end(),
      [](const HttpHeader& header) { return absl::EqualsIgnoreCase(header.name, "content-type"); });
  if (!has_type) request->headers.push_back({"Content-Type", "application/json"});
}

// "https://x/y?q" of an address with or without a scheme.
void SetUrl(std::string_view member, const std::string& address, const std::string& path,
            const std::string& query, const RestOptions& options, ParameterReader* reader,
            HttpRequest* request) {
  if (address.empty()) return;  // said already
  const std::string base =
      absl::StrContains(address, "://") ? address : StrCat("https://", address);
  const std::string_view bare = std::string_view(base).ends_with('/')
                                    ? std::string_view(base).substr(0, base.size() - 1)
                                    : std::string_view(base);
  const auto url = ParseUrl(StrCat(bare, path.empty() || path.starts_with('/') ? "" : "/", path,
                                   query.empty() ? "" : "?", query));
  const auto host = ParseUrl(base);
  if (!url || !host || !host->query.empty() || (url->scheme == "http" && !options.allow_plain)) {
    return reader->InvalidFormat(member);
  }
  request->url = url->ToString();
}

void SetRestLimits(const Call& call, HttpRequest* request) {
  request->timeout = kRestTimeout;
  request->deadline = call.deadline;
  const auto most = static_cast<size_t>(std::max<int64_t>(call.max_result_bytes, 0));
  request->max_response_bytes =
      most == 0 ? kMaxRestResponseBytes : std::min(4 * most, kMaxRestResponseBytes);
}

// The region in "id.execute-api.eu-west-1.amazonaws.com", "X.gr7.eu-west-1.eks.amazonaws.com".
std::string RegionOf(const std::string& url, std::string_view service, bool region_before,
                     const std::string& otherwise) {
  const auto parsed = ParseUrl(url);
  if (!parsed) return otherwise;
  const std::vector<std::string> labels = absl::StrSplit(parsed->host, '.');
  const auto at = std::find(labels.begin(), labels.end(), service);
  if (at == labels.end()) return otherwise;
  if (region_before) return at == labels.begin() ? otherwise : *std::prev(at);
  return std::next(at) == labels.end() ? otherwise : *std::next(at);
}

// ---- apigateway:invoke.

void SetHeaders(bool is_signed, ParameterReader* reader, HttpRequest* request) {
  for (auto& [name, value] : Lists("Headers", reader)) {
    if (!IsHeaderName(name) || !IsHeaderValue(value)) {
      reader->InvalidFormat("Headers");
    } else if (IsForbiddenHeader(name, is_signed)) {
      reader->Problem(StrCat("The header '", name,
                             "' in the field 'Headers' is not supported by Step Functions"));
    } else {
      request->headers.push_back({name, std::move(value)});
    }
  }
}

// "/stage/path", of parts with or without slashes.
std::string StagePath(const std::string& stage, const std::string& path) {
  std::string whole;
  if (!stage.empty()) StrAppend(&whole, stage.starts_with('/') ? "" : "/", stage);
  if (whole.ends_with('/')) whole.pop_back();
  if (!path.empty()) StrAppend(&whole, path.starts_with('/') ? "" : "/", path);
  return whole;
}

Outcome<RestCall, CallFailure> ReadInvoke(const Call& call, const RestOptions& options) {
  ParameterReader reader(call.parameters);
  RestCall rest = {.prefix = "ApiGateway", .shows_headers = true};
  HttpRequest& request = rest.request;
  const std::string endpoint = reader.RequiredString("ApiEndpoint").value_or("");
  if (!reader.RequiredValue("Method").is_undefined()) {
    request.method =
        reader.OneOf("Method", {"GET", "POST", "PUT", "DELETE", "PATCH", "HEAD", "OPTIONS"});
  }
  const std::string proof = reader.OneOf("AuthType", {"NO_AUTH", "IAM_ROLE", "RESOURCE_POLICY"});
  rest.proof = proof == "NO_AUTH" ? RestCall::Proof::kNone : RestCall::Proof::kSignature;
  SetHeaders(rest.proof == RestCall::Proof::kSignature, &reader, &request);
  const std::string stage = reader.String("Stage").value_or("");
  const std::string path = reader.String("Path").value_or("");
  SetUrl("ApiEndpoint", endpoint, StagePath(stage, path), QueryOf(&reader), options, &reader,
         &request);
  const Json keeps_nulls = reader.Value("AllowNullValues");
  if (!keeps_nulls.is_undefined() && !keeps_nulls.is_bool()) {
    reader.InvalidFormat("AllowNullValues");
  }
  const Json body = reader.Value("RequestBody");
  SetBody(
      keeps_nulls.is_bool() && keeps_nulls.as_bool() ? body : WithoutNulls(body, reader.arena()),
      &request);
  reader.RefuseOthers();
  if (!reader.ok()) return reader.Failure();
  rest.scope = {
      .region = RegionOf(request.url, "execute-api", /*region_before=*/false, options.region),
      .service = "execute-api"};
  SetRestLimits(call, &request);
  return rest;
}

// ---- eks:call and eks:runJob.

// Which cluster, and how it is known to be that.
std::string ReadCluster(ParameterReader* reader, RestCall* rest) {
  rest->cluster = reader->RequiredString("ClusterName").value_or("");
  if (!IsHeaderValue(rest->cluster)) reader->InvalidFormat("ClusterName");
  const auto authority = reader->RequiredString("CertificateAuthority");
  std::string certificate;
  if (authority && !absl::Base64Unescape(*authority, &certificate)) {
    reader->InvalidFormat("CertificateAuthority");
  }
  rest->request.trusted_certificates = std::move(certificate);
  return reader->RequiredString("Endpoint").value_or("");
}

Outcome<RestCall, CallFailure> FinishCluster(const Call& call, const RestOptions& options,
                                             ParameterReader* reader, RestCall rest) {
  reader->RefuseOthers();
  if (!reader->ok()) return reader->Failure();
  rest.scope = {.region = RegionOf(rest.request.url, "eks", /*region_before=*/true, options.region),
                .service = "sts"};
  rest.request.headers.push_back({"Accept", "application/json"});
  SetRestLimits(call, &rest.request);
  return rest;
}

Outcome<RestCall, CallFailure> ReadClusterCall(const Call& call, const RestOptions& options) {
  ParameterReader reader(call.parameters);
  RestCall rest = {.prefix = "EKS", .proof = RestCall::Proof::kToken};
  const std::string endpoint = ReadCluster(&reader, &rest);
  if (!reader.RequiredValue("Method").is_undefined()) {
    rest.request.method = reader.OneOf("Method", {"GET", "POST", "PUT", "DELETE", "PATCH"});
  }
  const std::string path = reader.RequiredString("Path").value_or("");
  SetUrl("Endpoint", endpoint, path, QueryOf(&reader), options, &reader, &rest.request);
  const Json body = reader.Value("RequestBody");
  if (rest.request.method == "PATCH" && !body.is_undefined()) {
    rest.request.headers.push_back({"Content-Type", "application/merge-patch+json"});
  }
  SetBody(body, &rest.request);
  return FinishCluster(call, options, &reader, std::move(rest));
}

Outcome<RestCall, CallFailure> ReadClusterJob(const Call& call, const RestOptions& options) {
  ParameterReader reader(call.parameters);
  RestCall rest = {.prefix = "EKS", .proof = RestCall::Proof::kToken};
  const std::string endpoint = ReadCluster(&reader, &rest);
  const std::string space = reader.String("Namespace").value_or("default");
  const Json job = reader.RequiredValue("Job");
  if (!job.is_undefined() && !job.is_object()) reader.InvalidFormat("Job");
  reader.Object("LogOptions");  // of what waits for the job
  rest.request.method = "POST";
  SetUrl("Endpoint", endpoint, StrCat("/apis/batch/v1/namespaces/", PercentEncode(space), "/jobs"),
         /*query=*/"", options, &reader, &rest.request);
  SetBody(job, &rest.request);
  return FinishCluster(call, options, &reader, std::move(rest));
}

}  // namespace

bool IsRestCall(std::string_view service, std::string_view action) {
  if (service == "apigateway") return action == "invoke";
  return service == "eks" && (action == "call" || action == "runJob");
}

Outcome<RestCall, CallFailure> ReadRestCall(const Call& call, const RestOptions& options) {
  if (call.service == "apigateway") return ReadInvoke(call, options);
  return call.action == "call" ? ReadClusterCall(call, options) : ReadClusterJob(call, options);
}

}  // namespace pawl::integrations
