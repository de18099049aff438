#include "coordinator/integrations/transfer.h"

#include <sys/socket.h>

#include <algorithm>
#include <cstring>
#include <utility>

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/numbers.h"
#include "absl/time/time.h"
#include "coordinator/base/strings.h"
#include "coordinator/base/utf8.h"

namespace pawl::integrations {
namespace {

constexpr size_t kMaxHeaderBytes = 64 << 10;
// curl's own is 16 KiB; with thousands of requests under way that is their greatest part.
constexpr long kReceiveBufferBytes = 8 << 10;

using Kind = HttpFailure::Kind;

// Rounded up: curl takes 0 for no limit.
long Milliseconds(absl::Duration limit) {
  return std::max<long>(1, absl::ToInt64Milliseconds(absl::Ceil(limit, absl::Milliseconds(1))));
}

Kind KindOf(CURLcode code) {
  switch (code) {
    case CURLE_URL_MALFORMAT:
    case CURLE_BAD_FUNCTION_ARGUMENT:
      return Kind::kInvalid;
    case CURLE_COULDNT_RESOLVE_HOST:
      return Kind::kResolve;
    case CURLE_COULDNT_CONNECT:
      return Kind::kConnect;
    case CURLE_OPERATION_TIMEDOUT:
      return Kind::kTimeout;
    case CURLE_SSL_CONNECT_ERROR:
    case CURLE_SSL_CERTPROBLEM:
    case CURLE_SSL_CIPHER:
    case CURLE_PEER_FAILED_VERIFICATION:
    case CURLE_SSL_CACERT_BADFILE:
    case CURLE_SSL_ISSUER_ERROR:
    case CURLE_SSL_INVALIDCERTSTATUS:
      return Kind::kTls;
    default:
      return Kind::kBroken;
  }
}

// Headers are bytes; what becomes JSON must be UTF-8.
std::string Text(absl::string_view value) {
  return ReplaceInvalidUtf8(FromAbsl(absl::StripAsciiWhitespace(value)));
}

// Reads what stands behind "HTTP/1.1 ".
void ReadStatusLine(absl::string_view line, HttpResponse* response) {
  *response = HttpResponse();
  const size_t space = line.find(' ');
  if (space == absl::string_view::npos) return;
  line = line.substr(space + 1);
  (void)absl::SimpleAtoi(line.substr(0, 3), &response->status);
  if (line.size() > 4) response->reason = Text(line.substr(4));
}

}  // namespace

Transfer::Transfer(const HttpRequest& request, const Url& url, absl::Duration timeout,
                   const Surroundings& surroundings, absl::AnyInvocable<void()> resolved)
    : policy_(*surroundings.policy),
      host_(url.host),
      port_(url.port),
      max_response_bytes_(request.max_response_bytes),
      resolved_(std::move(resolved)),
      handle_(curl_easy_init()) {
  SetRequest(request, url);
  SetLimits(request, timeout);
  SetSecurity(request, surroundings);
}

Transfer::~Transfer() {
  handle_.reset();
  curl_slist_free_all(headers_);
}

void Transfer::SetRequest(const HttpRequest& request, const Url& url) {
  CURL* const curl = handle_.get();
  curl_easy_setopt(curl, CURLOPT_URL, url.ToString().c_str());
  curl_easy_setopt(curl, CURLOPT_PATH_AS_IS, 1L);
  // One request at a time on a connection, and a reason phrase, which tasks show as their cause.
  curl_easy_setopt(curl, CURLOPT_HTTP_VERSION, static_cast<long>(CURL_HTTP_VERSION_1_1));
  curl_easy_setopt(curl, CURLOPT_CUSTOMREQUEST, request.method.c_str());
  if (request.method == "HEAD") {
    // Without a body, whatever the request says: curl would wait for one in the response.
    curl_easy_setopt(curl, CURLOPT_NOBODY, 1L);
  } else if (request.body || request.method == "POST" || request.method == "PUT" ||
             request.method == "PATCH") {
    // Where a body is expected, an empty one is told by its length.
    const std::string_view body = request.body ? std::string_view(*request.body) : "";
    curl_easy_setopt(curl, CURLOPT_POSTFIELDS, body.data());
    curl_easy_setopt(curl, CURLOPT_POSTFIELDSIZE_LARGE, static_cast<curl_off_t>(body.size()));
  }

  // Those that curl would add by itself are taken away.
  for (const char* name : {"Expect:", "Accept:", "Content-Type:"}) {
    headers_ = curl_slist_append(headers_, name);
  }
  for (const HttpHeader& header : request.headers) {
    // "name;" is curl's way to write a header without a value.
    headers_ = curl_slist_append(
        headers_, StrCat(header.name, header.value.empty() ? ";" : ": ", header.value).c_str());
  }
  curl_easy_setopt(curl, CURLOPT_HTTPHEADER, headers_);
  curl_easy_setopt(curl, CURLOPT_WRITEFUNCTION, OnBody);
  curl_easy_setopt(curl, CURLOPT_WRITEDATA, this);
  curl_easy_setopt(curl, CURLOPT_HEADERFUNCTION, OnHeader);
  curl_easy_setopt(curl, CURLOPT_HEADERDATA, this);
}

void Transfer::SetLimits(const HttpRequest& request, absl::Duration timeout) {
  CURL* const curl = handle_.get();
  curl_easy_setopt(curl, CURLOPT_CONNECTTIMEOUT_MS, Milliseconds(request.connect_timeout));
  curl_easy_setopt(curl, CURLOPT_TIMEOUT_MS, Milliseconds(timeout));
  curl_easy_setopt(curl, CURLOPT_NOSIGNAL, 1L);
  // A look-up of a name that is given up goes on in its own thread; curl would wait for it here.
  curl_easy_setopt(curl, CURLOPT_QUICK_EXIT, 1L);
  curl_easy_setopt(curl, CURLOPT_TCP_KEEPALIVE, 1L);
  curl_easy_setopt(curl, CURLOPT_BUFFERSIZE, kReceiveBufferBytes);
  curl_easy_setopt(curl, CURLOPT_ERRORBUFFER, error_text_);
  // Nobody else gets a connection that the policy has not seen.
  if (request.trusted) curl_easy_setopt(curl, CURLOPT_FORBID_REUSE, 1L);
}

void Transfer::SetSecurity(const HttpRequest& request, const Surroundings& surroundings) {
  CURL* const curl = handle_.get();
  curl_easy_setopt(curl, CURLOPT_PROTOCOLS_STR, "http,https");
  curl_easy_setopt(curl, CURLOPT_FOLLOWLOCATION, 0L);
  // A proxy of the environment would connect in our place, to addresses that nobody has judged.
  curl_easy_setopt(curl, CURLOPT_PROXY, "");
  curl_easy_setopt(curl, CURLOPT_NETRC, static_cast<long>(CURL_NETRC_IGNORED));
  curl_easy_setopt(curl, CURLOPT_SSL_VERIFYPEER, 1L);
  curl_easy_setopt(curl, CURLOPT_SSL_VERIFYHOST, 2L);
  curl_easy_setopt(curl, CURLOPT_SSLVERSION, static_cast<long>(CURL_SSLVERSION_TLSv1_2));
  if (!request.trusted_certificates.empty()) {
    // A connection is used again by those only that trust the same.
    curl_blob certificates = {const_cast<char*>(request.trusted_certificates.data()),
                              request.trusted_certificates.size(), CURL_BLOB_COPY};
    curl_easy_setopt(curl, CURLOPT_CAINFO_BLOB, &certificates);
    curl_easy_setopt(curl, CURLOPT_CAPATH, nullptr);
  } else if (!surroundings.ca_file.empty()) {
    curl_easy_setopt(curl, CURLOPT_CAINFO, surroundings.ca_file.c_str());
  }
  curl_easy_setopt(curl, CURLOPT_OPENSOCKETFUNCTION, OnOpenSocket);
  curl_easy_setopt(curl, CURLOPT_OPENSOCKETDATA, this);
  curl_easy_setopt(curl, CURLOPT_PREREQFUNCTION, OnConnected);
  curl_easy_setopt(curl, CURLOPT_PREREQDATA, this);
}

HttpResult Transfer::Finish(CURLcode code) {
  if (code == CURLE_OK) return std::move(response_);
  return Failure(code);
}

HttpFailure Transfer::Failure(CURLcode code) const {
  const std::string place = StrCat(host_, ":", port_);
  if (too_large_) {
    return {Kind::kTooLarge,
            StrCat("the response of ", place, " is larger than ", max_response_bytes_, " bytes")};
  }
  if (refusal_ && !socket_opened_) return {Kind::kDenied, *refusal_};
  if (code == CURLE_COULDNT_RESOLVE_HOST) {
    return {Kind::kResolve, StrCat(host_, ": Name or service not known")};
  }
  curl_off_t connected_after = 0;
  curl_easy_getinfo(handle_.get(), CURLINFO_PRETRANSFER_TIME_T, &connected_after);
  if (code == CURLE_OPERATION_TIMEDOUT && connected_after == 0) {
    return {Kind::kConnect, StrCat("Connect to ", place, " timed out")};
  }
  long system_error = 0;
  curl_easy_getinfo(handle_.get(), CURLINFO_OS_ERRNO, &system_error);
  if (code == CURLE_COULDNT_CONNECT && system_error != 0) {
    return {Kind::kConnect, StrCat("Connect to ", place,
                                   " failed: ", std::strerror(static_cast<int>(system_error)))};
  }
  const char* const text = *error_text_ ? error_text_ : curl_easy_strerror(code);
  return {KindOf(code), StrCat(place, ": ", text)};
}

void Transfer::Resolved() {
  if (!resolved_) return;
  absl::AnyInvocable<void()> resolved = std::move(resolved_);
  resolved_ = nullptr;
  resolved();
}

size_t Transfer::OnBody(char* data, size_t size, size_t count, void* self) {
  auto* const transfer = static_cast<Transfer*>(self);
  std::string& body = transfer->response_.body;
  if (body.size() + size * count > transfer->max_response_bytes_) {
    transfer->too_large_ = true;
    body = std::string();
    return 0;
  }
  body.append(data, size * count);
  return size * count;
}

size_t Transfer::OnHeader(char* data, size_t size, size_t count, void* self) {
  auto* const transfer = static_cast<Transfer*>(self);
  const absl::string_view line(data, size * count);
  transfer->header_bytes_ += line.size();
  if (transfer->header_bytes_ > kMaxHeaderBytes) {
    transfer->too_large_ = true;
    return 0;
  }
  if (absl::StartsWith(line, "HTTP/")) {  // again after each interim response
    ReadStatusLine(line, &transfer->response_);
    return line.size();
  }
  if (const size_t colon = line.find(':'); colon != absl::string_view::npos) {
    transfer->response_.headers.push_back(
        {Text(line.substr(0, colon)), Text(line.substr(colon + 1))});
  }
  return line.size();
}

curl_socket_t Transfer::OnOpenSocket(void* self, curlsocktype, curl_sockaddr* address) {
  auto* const transfer = static_cast<Transfer*>(self);
  transfer->Resolved();
  const std::optional<IpAddress> ip = IpAddress::FromSocketAddress(address->addr);
  if (!ip) return CURL_SOCKET_BAD;
  if (auto refusal = transfer->policy_.RefusesAddress(transfer->host_, *ip)) {
    transfer->refusal_ = std::move(refusal);
    return CURL_SOCKET_BAD;
  }
  transfer->socket_opened_ = true;
  return socket(address->family, address->socktype | SOCK_CLOEXEC, address->protocol);
}

int Transfer::OnConnected(void* self, char*, char*, int, int) {
  static_cast<Transfer*>(self)->Resolved();
  return CURL_PREREQFUNC_OK;
}

}  // namespace pawl::integrations
