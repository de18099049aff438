#include "cli/poller_facts.h"

#include <curl/curl.h>

#include <memory>
#include <optional>
#include <utility>

#include "absl/strings/match.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_split.h"
#include "absl/strings/strip.h"
#include "coordinator/base/strings.h"
#include "coordinator/metrics/names.h"

namespace pawl::cli {
namespace {

constexpr long kTimeoutMilliseconds = 2000;
constexpr size_t kMaxAnswerBytes = size_t{4} << 20;

size_t Collect(char* data, size_t size, size_t count, void* into) {
  auto* body = static_cast<std::string*>(into);
  if (body->size() + size * count > kMaxAnswerBytes) return 0;
  body->append(data, size * count);
  return size * count;
}

std::optional<std::string> Get(const std::string& url) {
  const std::unique_ptr<CURL, decltype(&curl_easy_cleanup)> easy(curl_easy_init(),
                                                                 curl_easy_cleanup);
  std::string body;
  curl_easy_setopt(easy.get(), CURLOPT_URL, url.c_str());
  curl_easy_setopt(easy.get(), CURLOPT_NOSIGNAL, 1L);
  curl_easy_setopt(easy.get(), CURLOPT_FAILONERROR, 1L);
  curl_easy_setopt(easy.get(), CURLOPT_TIMEOUT_MS, kTimeoutMilliseconds);
  curl_easy_setopt(easy.get(), CURLOPT_WRITEFUNCTION, Collect);
  curl_easy_setopt(easy.get(), CURLOPT_WRITEDATA, &body);
  if (curl_easy_perform(easy.get()) != CURLE_OK) return std::nullopt;
  return body;
}

}  // namespace

bool ReadPollers(std::string_view metrics, PollerFacts* facts) {
  const std::string name(metrics::kActivityPollers.name);
  const std::string type = StrCat("# TYPE ", name, " ");
  // Names of activities have no quotes and no blanks.
  const std::string series = StrCat(name, "{", metrics::kActivityPollers.label, "=\"");
  bool found = false;
  for (absl::string_view line : absl::StrSplit(ToAbsl(metrics), '\n')) {
    found = found || absl::StartsWith(line, type);
    if (!absl::ConsumePrefix(&line, series)) continue;
    const std::pair<absl::string_view, absl::string_view> parts = absl::StrSplit(line, "\"} ");
    double value = 0;
    if (!absl::SimpleAtod(parts.second, &value)) return false;
    facts->by_activity[std::string(parts.first)] += static_cast<int64_t>(value);
  }
  if (found) ++facts->coordinators;
  return found;
}

PollerFacts AskForPollers(const std::vector<std::string>& endpoints) {
  PollerFacts facts;
  for (const std::string& endpoint : endpoints) {
    const std::optional<std::string> body = Get(endpoint + "/metrics");
    if (body) ReadPollers(*body, &facts);
  }
  return facts;
}

}  // namespace pawl::cli
