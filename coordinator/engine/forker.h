// Forks executions: a new one begins at a state that another one has been in, with what that had
// there.

#ifndef PAWL_ENGINE_FORKER_H_
#define PAWL_ENGINE_FORKER_H_

#include <memory>

#include "coordinator/core/fork.h"
#include "coordinator/engine/chain.h"
#include "coordinator/engine/engine.h"
#include "coordinator/engine/machine_cache.h"
#include "coordinator/engine/starter.h"

namespace pawl::engine {

// Thread-safe.
class Forker : public std::enable_shared_from_this<Forker> {
 public:
  Forker(Account account, std::shared_ptr<const ChainParts> parts, std::shared_ptr<Starter> starter)
      : account_(std::move(account)), parts_(std::move(parts)), starter_(std::move(starter)) {}

  // As Engine::ForkExecution.
  void Fork(ForkRequest request, store::Callback<Started> done);

 private:
  struct Job {
    ForkRequest request;
    store::Callback<Started> done;
    store::ExecutionRecord record;  // of the one that is forked
    CompiledPtr own;                // what that ran
    std::unique_ptr<core::ForkSearch> search;
  };
  using JobPtr = std::shared_ptr<Job>;

  void Search(const JobPtr& job);
  void FindRevision(const JobPtr& job);
  void Start(const JobPtr& job, const CompiledPtr& revision);

  const Account account_;
  const std::shared_ptr<const ChainParts> parts_;
  const std::shared_ptr<Starter> starter_;
};

}  // namespace pawl::engine

#endif  // PAWL_ENGINE_FORKER_H_
