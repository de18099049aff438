// Redrives executions: reads the history of a closed one, has the core open it again, and goes on
// with it (reference/api.md 4.6).

#ifndef PAWL_ENGINE_REDRIVER_H_
#define PAWL_ENGINE_REDRIVER_H_

#include <memory>
#include <string>

#include "coordinator/base/account.h"
#include "coordinator/core/retrace.h"
#include "coordinator/engine/chain.h"
#include "coordinator/engine/chain_table.h"
#include "coordinator/engine/machine_cache.h"

namespace pawl::engine {

// Thread-safe.
class Redriver : public std::enable_shared_from_this<Redriver> {
 public:
  Redriver(Account account, std::shared_ptr<const ChainParts> parts,
           std::shared_ptr<ChainTable> chains)
      : account_(std::move(account)), parts_(std::move(parts)), chains_(std::move(chains)) {}

  // As Engine::RedriveExecution.
  void Redrive(std::string machine_name, std::string name, std::string client_token,
               store::Callback<absl::Time> done);

 private:
  struct Request {
    std::string machine_name;
    std::string name;
    std::string client_token;
    store::Callback<absl::Time> done;
    int attempts = 0;
    // Of the present attempt.
    store::ExecutionRecord record;
    CompiledPtr revision;
    std::unique_ptr<core::Retrace> stood;
    absl::Time last_event_at;
    store::RedriveRequest redrive;
    absl::Duration sent_at;  // steady time
    FlushEpoch epoch;
    std::vector<Given> given;
  };
  using RequestPtr = std::shared_ptr<Request>;

  void Attempt(const RequestPtr& request);
  // A repeat of a call that has redriven it is answered as that was.
  void LookForToken(const RequestPtr& request);
  void CheckRedrivable(const RequestPtr& request);
  void Trace(const RequestPtr& request);
  void Write(const RequestPtr& request);
  void Written(const RequestPtr& request, const absl::Status& status);
  void Redriven(Request& request);
  void GiveBack(Request& request);
  // The reply was lost: the execution tells whether it was redriven then.
  void Settle(const RequestPtr& request);

  const Account account_;
  const std::shared_ptr<const ChainParts> parts_;
  const std::shared_ptr<ChainTable> chains_;
};

}  // namespace pawl::engine

#endif  // PAWL_ENGINE_REDRIVER_H_
