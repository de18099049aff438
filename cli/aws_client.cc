#include "cli/aws_client.h"

#include <curl/curl.h>

#include <algorithm>
#include <optional>
#include <utility>

#include "absl/strings/cord.h"
#include "coordinator/base/json.h"
#include "coordinator/base/strings.h"

namespace pawl {
namespace {

constexpr char kErrorCodePayload[] = "pawl/aws_error_code";
// The longest answer is a page of 1000 history events; this only bounds what a wrong server can do.
constexpr size_t kMaxAnswerBytes = size_t{512} << 20;
constexpr int kPollMilliseconds = 1000;

struct Answer {
  long http_status = 0;
  std::string body;
};

size_t Collect(char* data, size_t size, size_t count, void* into) {
  auto* body = static_cast<std::string*>(into);
  if (body->size() + size * count > kMaxAnswerBytes) return 0;
  body->append(data, size * count);
  return size * count;
}

std::string TextOf(Json object, std::string_view key) {
  const Json value = object.Find(key);
  return value.is_string() ? std::string(value.as_string()) : std::string();
}

// AWS names an error "com.amazonaws.swf.service.v2.model#TaskTimedOut", or with the bare word.
absl::Status ErrorFrom(const Answer& answer) {
  JsonArena arena;
  const absl::StatusOr<Json> body = ParseJson(answer.body, &arena);
  const std::string type = body.ok() ? TextOf(*body, "__type") : "";
  if (type.empty()) {
    return absl::UnavailableError(StrCat("found HTTP status ", answer.http_status,
                                         " and no AWS error, expected the AWS API"));
  }
  std::string message = TextOf(*body, "message");
  if (message.empty()) message = TextOf(*body, "Message");
  absl::Status error = absl::FailedPreconditionError(message);
  error.SetPayload(kErrorCodePayload, absl::Cord(type.substr(type.find('#') + 1)));
  return error;
}

}  // namespace

// One HTTP connection, kept open between calls.
class AwsClient::Connection {
 public:
  Connection() : multi_(curl_multi_init()), easy_(curl_easy_init()) {}
  ~Connection() {
    curl_easy_cleanup(easy_);
    curl_multi_cleanup(multi_);
  }

  absl::StatusOr<Answer> Post(const std::string& endpoint, std::string_view operation,
                              const std::string& body, absl::Duration connect_timeout,
                              absl::Duration timeout, int stop_fd) {
    Answer answer;
    char error_text[CURL_ERROR_SIZE] = "";
    curl_slist* headers = curl_slist_append(nullptr, "Content-Type: application/x-amz-json-1.0");
    headers =
        curl_slist_append(headers, StrCat("X-Amz-Target: AWSStepFunctions.", operation).c_str());
    headers = curl_slist_append(headers, "Expect:");
    curl_easy_reset(easy_);
    curl_easy_setopt(easy_, CURLOPT_URL, endpoint.c_str());
    curl_easy_setopt(easy_, CURLOPT_HTTPHEADER, headers);
    curl_easy_setopt(easy_, CURLOPT_POSTFIELDS, body.data());
    curl_easy_setopt(easy_, CURLOPT_POSTFIELDSIZE_LARGE, static_cast<curl_off_t>(body.size()));
    curl_easy_setopt(easy_, CURLOPT_NOSIGNAL, 1L);
    curl_easy_setopt(easy_, CURLOPT_CONNECTTIMEOUT_MS, absl::ToInt64Milliseconds(connect_timeout));
    curl_easy_setopt(easy_, CURLOPT_TIMEOUT_MS, absl::ToInt64Milliseconds(timeout));
    curl_easy_setopt(easy_, CURLOPT_ERRORBUFFER, error_text);
    curl_easy_setopt(easy_, CURLOPT_WRITEFUNCTION, Collect);
    curl_easy_setopt(easy_, CURLOPT_WRITEDATA, &answer.body);

    const std::optional<CURLcode> code = Perform(stop_fd);
    curl_slist_free_all(headers);
    if (!code) return absl::CancelledError("interrupted");
    if (*code != CURLE_OK) {
      return absl::UnavailableError(*error_text ? error_text : curl_easy_strerror(*code));
    }
    curl_easy_getinfo(easy_, CURLINFO_RESPONSE_CODE, &answer.http_status);
    return answer;
  }

 private:
  // How the transfer ended; nullopt when `stop_fd` became readable first.
  std::optional<CURLcode> Perform(int stop_fd) {
    curl_multi_add_handle(multi_, easy_);
    std::optional<CURLcode> result;
    int running = 1;
    while (true) {
      curl_multi_perform(multi_, &running);
      if (running == 0) break;
      curl_waitfd stop = {.fd = stop_fd, .events = CURL_WAIT_POLLIN, .revents = 0};
      curl_multi_poll(multi_, &stop, stop_fd >= 0 ? 1 : 0, kPollMilliseconds, nullptr);
      if (stop.revents != 0) break;
    }
    int left = 0;
    while (const CURLMsg* message = curl_multi_info_read(multi_, &left)) {
      if (message->msg == CURLMSG_DONE) result = message->data.result;
    }
    curl_multi_remove_handle(multi_, easy_);
    return result;
  }

  CURLM* multi_;
  CURL* easy_;
};

AwsClient::AwsClient(Options options)
    : options_(std::move(options)), connection_(std::make_unique<Connection>()) {}
AwsClient::~AwsClient() = default;

absl::StatusOr<std::string> AwsClient::Call(std::string_view operation, const std::string& body,
                                            const CallOptions& options) {
  const absl::Duration timeout =
      options.timeout == absl::ZeroDuration() ? options_.timeout : options.timeout;
  const int stop_fd = options.interruptible ? options_.stop_fd : -1;

  absl::Status last = absl::UnavailableError("no endpoint is configured");
  for (size_t tried = 0; tried < options_.endpoints.size(); ++tried) {
    const std::string& endpoint = options_.endpoints[current_];
    absl::StatusOr<Answer> answer =
        connection_->Post(endpoint, operation, body, options_.connect_timeout, timeout, stop_fd);
    if (answer.ok() && answer->http_status == 200) return std::move(answer->body);
    last = answer.ok() ? ErrorFrom(*answer) : answer.status();
    if (absl::IsCancelled(last)) return last;
    const bool refused = answer.ok() && answer->http_status < 500;
    if (refused && !AwsErrorCode(last).empty()) return last;
    last = absl::UnavailableError(StrCat(endpoint, ": ", FromAbsl(last.message())));
    current_ = (current_ + 1) % options_.endpoints.size();
  }
  return last;
}

std::string AwsErrorCode(const absl::Status& status) {
  const absl::optional<absl::Cord> code = status.GetPayload(kErrorCodePayload);
  return code ? std::string(*code) : std::string();
}

}  // namespace pawl
