#include "worker/result_request.h"

#include <algorithm>

#include "coordinator/base/json.h"
#include "coordinator/base/strings.h"
#include "coordinator/base/utf8.h"

namespace pawl::worker {
namespace {

constexpr size_t kShownOutputBytes = 200;

bool IsContinuation(char c) { return (static_cast<unsigned char>(c) & 0xC0) == 0x80; }

std::string ErrorText(std::string_view text) {
  std::string clean = ReplaceInvalidUtf8(text);
  size_t end = std::min(clean.size(), kMaxErrorBytes);
  while (end > 0 && end < clean.size() && IsContinuation(clean[end])) --end;
  clean.resize(end);
  return clean;
}

v1::WorkItem FailRequest(const std::string& token, std::string_view error, std::string_view cause) {
  v1::WorkItem item;
  v1::FailTaskRequest* fail = item.mutable_fail_task();
  fail->set_task_token(token);
  fail->set_error(ErrorText(error));
  fail->set_cause(CauseText(cause));
  return item;
}

}  // namespace

v1::WorkItem ResultRequest(const std::string& token, const TaskResult& result) {
  v1::WorkItem item;
  if (result.left_open()) {
    item.mutable_heartbeat_task()->set_task_token(token);
    return item;
  }
  if (const TaskError* failure = result.failure()) {
    return FailRequest(token, failure->error, failure->cause);
  }
  const std::string& output = *result.output();
  if (output.size() > kMaxOutputBytes) {
    return FailRequest(token, kInvalidOutput,
                       StrCat("the output has more than ", kMaxOutputBytes, " bytes"));
  }
  if (const absl::Status json = CheckJson(output); !json.ok()) {
    return FailRequest(token, kInvalidOutput,
                       StrCat("the output is no JSON (", FromAbsl(json.message()),
                              "); it begins: ", output.substr(0, kShownOutputBytes)));
  }
  v1::CompleteTaskRequest* complete = item.mutable_complete_task();
  complete->set_task_token(token);
  complete->set_output(output);
  complete->set_log_tail(result.log_tail());
  return item;
}

std::string CauseText(std::string_view text) {
  std::string clean = ReplaceInvalidUtf8(text);
  if (clean.size() <= kMaxCauseBytes) return clean;
  size_t begin = clean.size() - kMaxCauseBytes;
  while (begin < clean.size() && IsContinuation(clean[begin])) ++begin;
  return clean.substr(begin);
}

}  // namespace pawl::worker
