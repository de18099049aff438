// The Lambda Runtime API, version 2018-06-01, of one execution environment: what the runtime
// clients in Lambda's images and packages talk to. On a port of its own, so that it is known which
// process asks.
//
//   GET  .../runtime/invocation/next           waits for an invocation
//   POST .../runtime/invocation/ID/response    how it ended well
//   POST .../runtime/invocation/ID/error       how it ended badly
//   POST .../runtime/init/error                the runtime could not start

#ifndef PAWL_WORKER_LAMBDA_RUNTIME_API_H_
#define PAWL_WORKER_LAMBDA_RUNTIME_API_H_

#include <cstdint>
#include <memory>
#include <string>

#include "absl/time/time.h"

namespace boost::asio {
class io_context;
}

namespace pawl::worker {

// AWS quota: of a function's response, synchronous.
inline constexpr size_t kMaxResponseBytes = 6'291'556;

struct RuntimeInvocation {
  std::string request_id;
  std::string function_arn;
  std::string payload;
  std::string client_context;  // empty: none
  absl::Duration timeout;      // of the function, from when the runtime has the invocation
};

struct RuntimeAnswer {
  enum class Kind { kResponse, kError, kInitError, kTooLarge };
  Kind kind = Kind::kResponse;
  std::string body;
  std::string error_type;  // of the header; may be empty
};

// Thread-safe. Has no thread: works on those of `io`, which must be one.
class RuntimeApi {
 public:
  // Told on the thread of `io`; must not block. Outlives the API.
  class Owner {
   public:
    virtual ~Owner() = default;
    // The runtime has fetched the invocation.
    virtual void Taken() = 0;
    // It has answered; or it could not start, while an invocation was waiting for it or none.
    virtual void Answered(RuntimeAnswer answer) = 0;
  };

  // Listens at once, on a free port of 127.0.0.1.
  RuntimeApi(boost::asio::io_context* io, Owner* owner);
  // After it nothing is told. Not on the thread of `io`, which must run.
  ~RuntimeApi();

  uint16_t port() const { return port_; }
  // The next invocation; only when none is under way.
  void Offer(RuntimeInvocation invocation);
  // The runtime is gone, a new one may come: closes its connections, forgets the invocation.
  // Nothing of the old one is told once this has returned. Not on the thread of `io`.
  void Reset();

 private:
  class Impl;
  std::shared_ptr<Impl> impl_;
  uint16_t port_ = 0;
};

}  // namespace pawl::worker

#endif  // PAWL_WORKER_LAMBDA_RUNTIME_API_H_
