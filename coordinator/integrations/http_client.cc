#include "coordinator/integrations/http_client.h"

#include <algorithm>
#include <map>
#include <optional>
#include <thread>
#include <unordered_map>
#include <unordered_set>
#include <utility>
#include <vector>

#include "absl/base/thread_annotations.h"
#include "absl/synchronization/mutex.h"
#include "coordinator/integrations/curl_driver.h"
#include "coordinator/integrations/transfer.h"
#include "coordinator/integrations/turns.h"
#include "coordinator/integrations/url.h"

namespace pawl::integrations {
namespace {

using Kind = HttpFailure::Kind;

constexpr int kMaxAttempts = 3;  // of a connection

struct Job {
  HttpClient::RequestId id;
  HttpRequest request;
  HttpClient::Done done;
  Url url;
  std::string target;
  int attempts = 0;
  std::unique_ptr<Transfer> transfer;  // while it has its turn
  bool looking_up = false;
};

// What stands against sending it.
std::optional<HttpFailure> Check(const HttpRequest& request, const std::optional<Url>& url,
                                 const EgressPolicy& policy) {
  if (!url) return HttpFailure{Kind::kInvalid, "the URL is no absolute http or https URL"};
  if (!IsHeaderName(request.method)) return HttpFailure{Kind::kInvalid, "the method is none"};
  for (const HttpHeader& header : request.headers) {
    if (!IsHeaderName(header.name) || !IsHeaderValue(header.value)) {
      return HttpFailure{Kind::kInvalid, "a header holds a character that it must not hold"};
    }
  }
  if (const auto refusal = policy.RefusesHost(url->host)) {
    return HttpFailure{Kind::kDenied, *refusal};
  }
  return std::nullopt;
}

}  // namespace

class HttpClient::Loop {
 public:
  explicit Loop(Options options)
      : options_(std::move(options)),
        surroundings_{&options_.policy, options_.ca_file},
        trusted_surroundings_{&everything_, options_.ca_file},
        turns_({.under_way_per_target = options_.max_per_target}),
        thread_([this] { Run(); }) {}

  ~Loop() {
    {
      absl::MutexLock lock(&mu_);
      stopping_ = true;
    }
    driver_.Wake();
    thread_.join();
  }

  RequestId Start(HttpRequest request, Done done) {
    auto job = std::make_unique<Job>();
    job->request = std::move(request);
    job->done = std::move(done);
    RequestId id;
    {
      absl::MutexLock lock(&mu_);
      id = job->id = ++last_id_;
      live_.insert(id);
      inbox_.push_back([this, job = std::move(job)]() mutable { Accept(std::move(job)); });
    }
    driver_.Wake();
    return id;
  }

  void Cancel(RequestId id) {
    {
      absl::MutexLock lock(&mu_);
      if (live_.erase(id) == 0) return;
      inbox_.push_back([this, id] { Drop(id); });
    }
    driver_.Wake();
  }

  void Post(absl::AnyInvocable<void()> task) {
    {
      absl::MutexLock lock(&mu_);
      inbox_.push_back(std::move(task));
    }
    driver_.Wake();
  }

  void PostAfter(absl::Duration pause, absl::AnyInvocable<void()> task) {
    const absl::Duration due = DatabaseClock::SteadyNow() + pause;
    Post([this, due, task = std::move(task)]() mutable { later_.emplace(due, std::move(task)); });
  }

  int64_t under_way() const {
    absl::MutexLock lock(&mu_);
    return static_cast<int64_t>(live_.size());
  }

 private:
  void Run() {
    while (TakeInbox()) {
      StartThoseWhoseTurnItIs();
      for (const CurlDriver::Ended& ended : driver_.Turn(UntilNextDue())) {
        driver_.Remove(ended.handle);
        const auto entry = by_handle_.find(ended.handle);
        if (entry != by_handle_.end()) TransferEnded(entry->second, ended.code);
      }
      RunThoseDue();
    }
    for (auto& [id, job] : jobs_) {
      if (job->transfer) driver_.Remove(job->transfer->handle());
      job->transfer.reset();
    }
  }

  // False when the client is to end.
  bool TakeInbox() {
    std::vector<absl::AnyInvocable<void()>> tasks;
    {
      absl::MutexLock lock(&mu_);
      if (stopping_) return false;
      tasks.swap(inbox_);
    }
    for (auto& task : tasks) task();
    return true;
  }

  void Accept(std::unique_ptr<Job> job) {
    const std::optional<Url> url = ParseUrl(job->request.url);
    if (std::optional<HttpFailure> failure =
            Check(job->request, url, *Surroundings(job->request).policy)) {
      Tell(std::move(job), *std::move(failure));
      return;
    }
    job->url = *url;
    job->target = url->Origin();
    turns_.Add(job->target, job->id);
    const RequestId id = job->id;
    jobs_.emplace(id, std::move(job));
  }

  const Transfer::Surroundings& Surroundings(const HttpRequest& request) const {
    return request.trusted ? trusted_surroundings_ : surroundings_;
  }

  void StartThoseWhoseTurnItIs() {
    while (const std::optional<int64_t> id = turns_.Next()) {
      Job& job = *jobs_.at(*id);
      const absl::Duration left = job.request.deadline - options_.clock->Now();
      job.looking_up = true;
      if (left <= absl::ZeroDuration()) {
        End(job, HttpFailure{Kind::kTimeout, "its time was over before its turn came"});
        continue;
      }
      ++job.attempts;
      job.transfer =
          std::make_unique<Transfer>(job.request, job.url, std::min(left, job.request.timeout),
                                     Surroundings(job.request), [this, &job] {
                                       job.looking_up = false;
                                       turns_.LookedUp(job.target);
                                     });
      by_handle_.emplace(job.transfer->handle(), job.id);
      driver_.Add(job.transfer->handle());
    }
  }

  void TransferEnded(RequestId id, CURLcode code) {
    Job& job = *jobs_.at(id);
    by_handle_.erase(job.transfer->handle());
    HttpResult result = job.transfer->Finish(code);
    job.transfer.reset();
    const bool unsent =
        !result.ok() && (code == CURLE_COULDNT_RESOLVE_HOST ||
                         (code == CURLE_COULDNT_CONNECT && result.error().kind == Kind::kConnect));
    if (!unsent || job.attempts >= kMaxAttempts) {
      End(job, std::move(result));
      return;
    }
    turns_.Ended(job.target, std::exchange(job.looking_up, false));
    const absl::Duration pause = options_.retry_delay * (1 << (job.attempts - 1));
    later_.emplace(DatabaseClock::SteadyNow() + pause, [this, id] {
      // A cancelled one is not there any more.
      if (const auto entry = jobs_.find(id); entry != jobs_.end()) {
        turns_.Add(entry->second->target, id);
      }
    });
  }

  absl::Duration UntilNextDue() const {
    if (later_.empty()) return absl::InfiniteDuration();
    return later_.begin()->first - DatabaseClock::SteadyNow();
  }

  void RunThoseDue() {
    const absl::Duration now = DatabaseClock::SteadyNow();
    while (!later_.empty() && later_.begin()->first <= now) {
      absl::AnyInvocable<void()> task = std::move(later_.begin()->second);
      later_.erase(later_.begin());
      task();
    }
  }

  // Of a job that has its turn.
  void End(Job& job, HttpResult result) {
    turns_.Ended(job.target, job.looking_up);
    std::unique_ptr<Job> ended = std::move(jobs_.at(job.id));
    jobs_.erase(ended->id);
    Tell(std::move(ended), std::move(result));
  }

  void Tell(std::unique_ptr<Job> job, HttpResult result) {
    {
      absl::MutexLock lock(&mu_);
      if (live_.erase(job->id) == 0) return;
    }
    job->done(std::move(result));
  }

  // After a cancellation.
  void Drop(RequestId id) {
    const auto entry = jobs_.find(id);
    if (entry == jobs_.end()) return;
    Job& job = *entry->second;
    if (job.transfer) {
      by_handle_.erase(job.transfer->handle());
      driver_.Remove(job.transfer->handle());
      turns_.Ended(job.target, job.looking_up);
    } else {
      turns_.Remove(job.target, id);
    }
    jobs_.erase(entry);
  }

  const Options options_;
  const EgressPolicy everything_ = *EgressPolicy::Parse("0.0.0.0/0,::/0,*", "");
  const Transfer::Surroundings surroundings_;
  const Transfer::Surroundings trusted_surroundings_;
  CurlDriver driver_;

  mutable absl::Mutex mu_;
  bool stopping_ ABSL_GUARDED_BY(mu_) = false;
  RequestId last_id_ ABSL_GUARDED_BY(mu_) = 0;
  std::unordered_set<RequestId> live_ ABSL_GUARDED_BY(mu_);  // `done` may still be called
  std::vector<absl::AnyInvocable<void()>> inbox_ ABSL_GUARDED_BY(mu_);

  // Of the thread alone.
  Turns turns_;
  std::unordered_map<RequestId, std::unique_ptr<Job>> jobs_;
  std::unordered_map<CURL*, RequestId> by_handle_;
  std::multimap<absl::Duration, absl::AnyInvocable<void()>> later_;  // by steady time

  std::thread thread_;  // last: it uses all the others
};

HttpClient::HttpClient(Options options) : loop_(std::make_unique<Loop>(std::move(options))) {}

HttpClient::~HttpClient() = default;

HttpClient::RequestId HttpClient::Start(HttpRequest request, Done done) {
  return loop_->Start(std::move(request), std::move(done));
}

void HttpClient::Cancel(RequestId id) { loop_->Cancel(id); }

void HttpClient::Post(absl::AnyInvocable<void()> task) { loop_->Post(std::move(task)); }

void HttpClient::PostAfter(absl::Duration pause, absl::AnyInvocable<void()> task) {
  loop_->PostAfter(pause, std::move(task));
}

int64_t HttpClient::under_way() const { return loop_->under_way(); }

}  // namespace pawl::integrations
