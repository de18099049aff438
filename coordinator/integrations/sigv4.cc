#include "coordinator/integrations/sigv4.h"

#include <openssl/evp.h>
#include <openssl/hmac.h>
#include <openssl/sha.h>

#include <algorithm>
#include <map>
#include <utility>
#include <vector>

#include "absl/strings/ascii.h"
#include "absl/strings/escaping.h"
#include "absl/strings/str_join.h"
#include "absl/strings/str_split.h"
#include "coordinator/base/strings.h"
#include "coordinator/integrations/url.h"

namespace pawl::integrations {
namespace {

constexpr std::string_view kAlgorithm = "AWS4-HMAC-SHA256";
constexpr std::string_view kUnsigned = "UNSIGNED-PAYLOAD";

std::string Hash(std::string_view text) {
  unsigned char digest[SHA256_DIGEST_LENGTH];
  SHA256(reinterpret_cast<const unsigned char*>(text.data()), text.size(), digest);
  return absl::BytesToHexString({reinterpret_cast<const char*>(digest), sizeof(digest)});
}

std::string Hmac(std::string_view key, std::string_view text) {
  unsigned char digest[EVP_MAX_MD_SIZE];
  unsigned size = 0;
  HMAC(EVP_sha256(), key.data(), static_cast<int>(key.size()),
       reinterpret_cast<const unsigned char*>(text.data()), text.size(), digest, &size);
  return {reinterpret_cast<const char*>(digest), size};
}

std::string Stamp(absl::Time time) {
  return absl::FormatTime("%Y%m%dT%H%M%SZ", time, absl::UTCTimeZone());
}

// "a=b&c=": names and values escaped anew, sorted by both.
std::string CanonicalQuery(const std::string& query) {
  std::vector<std::pair<std::string, std::string>> parameters;
  for (const absl::string_view piece : absl::StrSplit(query, '&', absl::SkipEmpty())) {
    const std::pair<absl::string_view, absl::string_view> parts =
        absl::StrSplit(piece, absl::MaxSplits('=', 1));
    parameters.emplace_back(PercentEncode(PercentDecode(FromAbsl(parts.first))),
                            PercentEncode(PercentDecode(FromAbsl(parts.second))));
  }
  std::sort(parameters.begin(), parameters.end());
  return absl::StrJoin(parameters, "&", absl::PairFormatter("="));
}

// Runs of spaces are one space, as the signature has it.
std::string Squeezed(std::string_view value) {
  std::string squeezed(absl::StripAsciiWhitespace(ToAbsl(value)));
  absl::RemoveExtraAsciiWhitespace(&squeezed);
  return squeezed;
}

// By lower-case name; values of equal names in their order.
std::map<std::string, std::string> CanonicalHeaders(const HttpRequest& request, const Url& url) {
  std::map<std::string, std::string> headers = {{"host", url.HostHeader()}};
  for (const HttpHeader& header : request.headers) {
    std::string& value = headers[absl::AsciiStrToLower(header.name)];
    StrAppend(&value, value.empty() ? "" : ",", Squeezed(header.value));
  }
  return headers;
}

std::string BodyHash(const SigningScope& scope, const HttpRequest& request) {
  return scope.unsigned_body ? std::string(kUnsigned) : Hash(request.body.value_or(""));
}

// "20150830/us-east-1/iam/aws4_request"
std::string PlaceOf(const SigningScope& scope, absl::Time now) {
  return StrCat(Stamp(now).substr(0, 8), "/", scope.region, "/", scope.service, "/aws4_request");
}

struct Signature {
  std::string signed_names;
  std::string value;
};

Signature Sign(const AwsCredentials& credentials, const SigningScope& scope, absl::Time now,
               const HttpRequest& request) {
  const Url url = ParseUrl(request.url).value_or(Url());
  std::string header_lines;
  std::vector<std::string> names;
  for (const auto& [name, value] : CanonicalHeaders(request, url)) {
    StrAppend(&header_lines, name, ":", value, "\n");
    names.push_back(name);
  }
  const std::string signed_names = absl::StrJoin(names, ";");
  const std::string canonical = StrCat(
      request.method, "\n", scope.is_s3 ? url.path : PercentEncode(url.path, /*keep_slash=*/true),
      "\n", CanonicalQuery(url.query), "\n", header_lines, "\n", signed_names, "\n",
      BodyHash(scope, request));

  const std::string stamp = Stamp(now);
  const std::string to_sign =
      StrCat(kAlgorithm, "\n", stamp, "\n", PlaceOf(scope, now), "\n", Hash(canonical));
  const std::string day_key =
      Hmac(StrCat("AWS4", credentials.secret_access_key), stamp.substr(0, 8));
  const std::string key = Hmac(Hmac(Hmac(day_key, scope.region), scope.service), "aws4_request");
  return {signed_names, absl::BytesToHexString(Hmac(key, to_sign))};
}

}  // namespace

std::string Authorization(const AwsCredentials& credentials, const SigningScope& scope,
                          absl::Time now, const HttpRequest& request) {
  const Signature signature = Sign(credentials, scope, now, request);
  return StrCat(kAlgorithm, " Credential=", credentials.access_key_id, "/", PlaceOf(scope, now),
                ", SignedHeaders=", signature.signed_names, ", Signature=", signature.value);
}

std::string PresignedUrl(const AwsCredentials& credentials, const SigningScope& scope,
                         absl::Time now, absl::Duration lasts, const HttpRequest& request) {
  HttpRequest whole = request;
  std::vector<std::string> names = {"host"};
  for (const HttpHeader& header : request.headers) {
    names.push_back(absl::AsciiStrToLower(header.name));
  }
  std::sort(names.begin(), names.end());
  const std::string credential =
      PercentEncode(StrCat(credentials.access_key_id, "/", PlaceOf(scope, now)));
  StrAppend(&whole.url, request.url.find('?') == std::string::npos ? "?" : "&",
            "X-Amz-Algorithm=", kAlgorithm, "&X-Amz-Credential=", credential,
            "&X-Amz-Date=", Stamp(now), "&X-Amz-Expires=", absl::ToInt64Seconds(lasts),
            "&X-Amz-SignedHeaders=", PercentEncode(absl::StrJoin(names, ";")));
  if (!credentials.session_token.empty()) {
    StrAppend(&whole.url, "&X-Amz-Security-Token=", PercentEncode(credentials.session_token));
  }
  StrAppend(&whole.url, "&X-Amz-Signature=", Sign(credentials, scope, now, whole).value);
  return whole.url;
}

void SignRequest(const AwsCredentials& credentials, const SigningScope& scope, absl::Time now,
                 HttpRequest* request) {
  request->headers.push_back({"X-Amz-Date", Stamp(now)});
  if (!credentials.session_token.empty()) {
    request->headers.push_back({"X-Amz-Security-Token", credentials.session_token});
  }
  if (scope.is_s3 || scope.unsigned_body) {
    request->headers.push_back({"X-Amz-Content-Sha256", BodyHash(scope, *request)});
  }
  std::string authorization = Authorization(credentials, scope, now, *request);
  request->headers.push_back({"Authorization", std::move(authorization)});
}

}  // namespace pawl::integrations
