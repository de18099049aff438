// Starts executions: once per name, on the machine's current revision.

#ifndef PAWL_ENGINE_STARTER_H_
#define PAWL_ENGINE_STARTER_H_

#include <memory>
#include <string>

#include "coordinator/base/account.h"
#include "coordinator/engine/chain.h"
#include "coordinator/engine/chain_table.h"
#include "coordinator/engine/engine.h"
#include "coordinator/engine/machine_cache.h"

namespace pawl::engine {

// Thread-safe.
class Starter : public std::enable_shared_from_this<Starter> {
 public:
  // `limits`: of the executions that it starts.
  Starter(Account account, core::Limits limits, std::shared_ptr<const ChainParts> parts,
          std::shared_ptr<ChainTable> chains)
      : account_(std::move(account)),
        limits_(limits),
        parts_(std::move(parts)),
        chains_(std::move(chains)) {}

  // As Engine::StartExecution. The call of a task may be made again: what it started itself is no
  // other execution of that name, even when it has ended. A task that waits gets the end of the
  // execution as its result.
  void Start(std::string machine_name, std::string name, Text input, std::optional<ByTask> task,
             store::Callback<Started> done);

  struct Fork {
    std::string machine_name;
    std::string name;
    Text input;            // of the execution
    CompiledPtr revision;  // that it runs
    std::shared_ptr<const core::ForkOrigin> origin;
  };
  // The same of an execution that begins at `origin`'s state, which `revision` has. A repeat is one
  // with the same origin.
  void StartFork(Fork fork, store::Callback<Started> done);

 private:
  struct Request {
    std::string machine_name;
    std::string name;
    Text input;
    std::optional<ByTask> task;
    std::shared_ptr<const core::ForkOrigin> fork;  // null: it begins where its machine does
    store::Callback<Started> done;
    int attempts = 0;
    // Of the present attempt; of a fork, of all.
    CompiledPtr revision;
    store::StartRequest start;
    absl::Duration sent_at;  // steady time
    FlushEpoch epoch;        // in which it was sent
    std::vector<Given> given;
  };
  using RequestPtr = std::shared_ptr<Request>;

  void Attempt(RequestPtr request);
  // Its revision is known.
  void Prepare(const RequestPtr& request);
  void Write(const RequestPtr& request);
  void Written(const RequestPtr& request, absl::StatusOr<store::StartResult> result);
  void Begun(Request& request);
  void GiveBack(Request& request);
  // There is an execution of that name: the same start again, or another one?
  void Compare(const RequestPtr& request);
  // It is the same start again: the task waits for what runs, or has ended, already.
  void Join(const RequestPtr& request, const Started& started);
  // The reply was lost: if the execution is there, this start made it.
  void Settle(const RequestPtr& request);

  const Account account_;
  const core::Limits limits_;
  const std::shared_ptr<const ChainParts> parts_;
  const std::shared_ptr<ChainTable> chains_;
};

}  // namespace pawl::engine

#endif  // PAWL_ENGINE_STARTER_H_
