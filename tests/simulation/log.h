// Writes down what clients and workers of the simulated world see, for the auditor.

#ifndef PAWL_TESTS_SIMULATION_LOG_H_
#define PAWL_TESTS_SIMULATION_LOG_H_

#include <string>
#include <vector>

#include "coordinator/audit/call_log.h"
#include "coordinator/engine/engine.h"
#include "coordinator/store/store.h"

namespace pawl::simulation {

// A call that has ended: who made it, when.
struct Span {
  std::string client;
  absl::Time sent;
  absl::Time answered;
};

class Log {
 public:
  const audit::CallLog& calls() const { return log_; }

  void Started(const Span& span, const std::string& machine, const std::string& name,
               const Text& input, const absl::StatusOr<engine::Started>& answer);
  void Stopped(const Span& span, const std::string& arn, const absl::StatusOr<absl::Time>& answer);
  void Described(const Span& span, const std::string& arn,
                 const absl::StatusOr<store::ExecutionRecord>& answer);
  void ReadHistory(const Span& span, const std::string& arn,
                   const absl::StatusOr<store::Page<core::HistoryEvent>>& answer);
  void GotTask(const Span& span, const std::string& activity, const engine::ActivityTask& task);
  void Reported(const Span& span, const std::string& token, const engine::TaskResult& result,
                const absl::Status& status);
  void Beat(const Span& span, const std::string& token, const absl::Status& status);

 private:
  void Add(const Span& span, const absl::Status& status, decltype(audit::Call::what) what);

  audit::CallLog log_;
};

}  // namespace pawl::simulation

#endif  // PAWL_TESTS_SIMULATION_LOG_H_
