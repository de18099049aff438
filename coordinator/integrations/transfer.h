// One HTTP request on its way: the easy handle of libcurl with what its callbacks fill in.

#ifndef PAWL_INTEGRATIONS_TRANSFER_H_
#define PAWL_INTEGRATIONS_TRANSFER_H_

#include <curl/curl.h>

#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "absl/functional/any_invocable.h"
#include "coordinator/integrations/egress_policy.h"
#include "coordinator/integrations/http_message.h"
#include "coordinator/integrations/url.h"

namespace pawl::integrations {

// Not thread-safe. The request and the policy must outlive it; the handle must not be in a multi
// handle any more when it goes.
class Transfer {
 public:
  struct Surroundings {
    const EgressPolicy* policy;
    std::string ca_file;  // certificates to trust, PEM; empty: those of the system
  };

  // `resolved` is called once, from within curl, when the host's address is known or a connection
  // that is there already is used; not when the transfer fails before. Must not call curl.
  Transfer(const HttpRequest& request, const Url& url, absl::Duration timeout,
           const Surroundings& surroundings, absl::AnyInvocable<void()> resolved);
  Transfer(const Transfer&) = delete;
  Transfer& operator=(const Transfer&) = delete;
  ~Transfer();

  CURL* handle() const { return handle_.get(); }
  // What became of it, after curl has said that it ended with `code`. Once.
  HttpResult Finish(CURLcode code);

 private:
  struct FreeHandle {
    void operator()(CURL* handle) const { curl_easy_cleanup(handle); }
  };

  void SetRequest(const HttpRequest& request, const Url& url);
  void SetLimits(const HttpRequest& request, absl::Duration timeout);
  void SetSecurity(const HttpRequest& request, const Surroundings& surroundings);
  HttpFailure Failure(CURLcode code) const;
  void Resolved();

  static size_t OnBody(char* data, size_t size, size_t count, void* self);
  static size_t OnHeader(char* data, size_t size, size_t count, void* self);
  static curl_socket_t OnOpenSocket(void* self, curlsocktype purpose, curl_sockaddr* address);
  static int OnConnected(void* self, char* remote_address, char* local_address, int remote_port,
                         int local_port);

  const EgressPolicy& policy_;
  const std::string host_;
  const int port_;
  const size_t max_response_bytes_;
  absl::AnyInvocable<void()> resolved_;
  std::unique_ptr<CURL, FreeHandle> handle_;
  curl_slist* headers_ = nullptr;
  char error_text_[CURL_ERROR_SIZE] = "";
  HttpResponse response_;
  size_t header_bytes_ = 0;
  bool too_large_ = false;
  bool socket_opened_ = false;
  std::optional<std::string> refusal_;  // of the egress policy
};

}  // namespace pawl::integrations

#endif  // PAWL_INTEGRATIONS_TRANSFER_H_
