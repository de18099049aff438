// What is counted with: a few relaxed atomic operations for each event, no locks, no names, where
// nothing else is said. All are thread-safe and start at zero.

#ifndef PAWL_METRICS_INSTRUMENTS_H_
#define PAWL_METRICS_INSTRUMENTS_H_

#include <array>
#include <atomic>
#include <cstddef>
#include <cstdint>
#include <map>
#include <string>
#include <string_view>

#include "absl/base/thread_annotations.h"
#include "absl/synchronization/mutex.h"
#include "absl/time/time.h"

namespace pawl::metrics {

class Counter {
 public:
  void Add(int64_t n = 1) { value_.fetch_add(n, std::memory_order_relaxed); }
  int64_t value() const { return value_.load(std::memory_order_relaxed); }

 private:
  std::atomic<int64_t> value_{0};
};

class Gauge {
 public:
  void Add(double n) { value_.fetch_add(n, std::memory_order_relaxed); }
  void Set(double value) { value_.store(value, std::memory_order_relaxed); }
  double value() const { return value_.load(std::memory_order_relaxed); }

 private:
  std::atomic<double> value_{0};
};

// Upper bounds of a histogram's buckets, ascending; what is greater falls into one more.
inline constexpr size_t kBuckets = 13;
using Bounds = std::array<absl::Duration, kBuckets>;
inline constexpr Bounds kShortTimes = {
    absl::Microseconds(250), absl::Microseconds(500), absl::Milliseconds(1),
    absl::Milliseconds(2),   absl::Milliseconds(5),   absl::Milliseconds(10),
    absl::Milliseconds(25),  absl::Milliseconds(50),  absl::Milliseconds(100),
    absl::Milliseconds(250), absl::Milliseconds(500), absl::Seconds(1),
    absl::Seconds(5)};
inline constexpr Bounds kLongTimes = {
    absl::Milliseconds(1),   absl::Milliseconds(5), absl::Milliseconds(25), absl::Milliseconds(100),
    absl::Milliseconds(250), absl::Seconds(1),      absl::Seconds(5),       absl::Seconds(15),
    absl::Seconds(60),       absl::Seconds(300),    absl::Seconds(900),     absl::Seconds(3600),
    absl::Seconds(6 * 3600)};

// Times by size.
class Histogram {
 public:
  explicit Histogram(const Bounds& bounds) : bounds_(bounds) {}

  // A negative time counts as none.
  void Observe(absl::Duration time) {
    if (time < absl::ZeroDuration()) time = absl::ZeroDuration();
    size_t bucket = 0;
    while (bucket < kBuckets && time > bounds_[bucket]) ++bucket;
    counts_[bucket].Add();
    nanoseconds_.Add(absl::ToInt64Nanoseconds(time));
  }

  const Bounds& bounds() const { return bounds_; }
  // Of the bucket alone; kBuckets is the one above all bounds.
  int64_t count(size_t bucket) const { return counts_[bucket].value(); }
  double seconds() const { return static_cast<double>(nanoseconds_.value()) * 1e-9; }

 private:
  const Bounds& bounds_;
  std::array<Counter, kBuckets + 1> counts_;
  Counter nanoseconds_;
};

// One instrument for each value of a label.
template <typename Instrument, typename Value, size_t kSize>
class Labelled {
 public:
  explicit Labelled(const std::array<std::string_view, kSize>& values) : values_(values) {}

  Instrument& operator[](Value value) { return instruments_[static_cast<size_t>(value)]; }
  const Instrument& at(size_t index) const { return instruments_[index]; }
  const std::array<std::string_view, kSize>& values() const { return values_; }

 private:
  const std::array<std::string_view, kSize>& values_;
  std::array<Instrument, kSize> instruments_;
};

// A gauge for each name that has come, an activity's say. What has come stays, at zero. Takes a
// lock.
class GaugeByName {
 public:
  void Set(const std::string& name, double value) {
    absl::MutexLock lock(&mu_);
    values_[name] = value;
  }
  std::map<std::string, double> values() const {
    absl::MutexLock lock(&mu_);
    return values_;
  }

 private:
  mutable absl::Mutex mu_;
  std::map<std::string, double> values_ ABSL_GUARDED_BY(mu_);
};

// Counters for each name that has come and each value of a label. Takes a lock.
template <typename Value, size_t kSize>
class CountersByName {
 public:
  explicit CountersByName(const std::array<std::string_view, kSize>& labels) : labels_(labels) {}

  void Add(std::string_view name, Value value) {
    absl::MutexLock lock(&mu_);
    const auto at = counts_.try_emplace(std::string(name)).first;
    ++at->second[static_cast<size_t>(value)];
  }
  std::map<std::string, std::array<int64_t, kSize>> counts() const {
    absl::MutexLock lock(&mu_);
    return counts_;
  }
  const std::array<std::string_view, kSize>& labels() const { return labels_; }

 private:
  const std::array<std::string_view, kSize>& labels_;
  mutable absl::Mutex mu_;
  std::map<std::string, std::array<int64_t, kSize>> counts_ ABSL_GUARDED_BY(mu_);
};

}  // namespace pawl::metrics

#endif  // PAWL_METRICS_INSTRUMENTS_H_
