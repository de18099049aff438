// Executions as the audit judges them, read from the tables.

#ifndef PAWL_STORE_AUDITED_ROWS_H_
#define PAWL_STORE_AUDITED_ROWS_H_

#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <pqxx/pqxx>
#include <string>
#include <vector>

#include "absl/container/flat_hash_map.h"
#include "absl/time/time.h"
#include "coordinator/asl/machine.h"
#include "coordinator/audit/audited_execution.h"
#include "coordinator/audit/finding.h"
#include "coordinator/base/account.h"
#include "coordinator/base/ids.h"
#include "coordinator/store/session.h"

namespace pawl::store {

// Reads executions a batch at a time. Rows that cannot be read, or that contradict each other, are
// findings. Throws what libpqxx throws.
class AuditedRows {
 public:
  using Found = std::function<void(const audit::AuditedExecution&)>;
  // `execution`: its id.
  using Report = std::function<void(std::string execution, audit::Finding)>;

  AuditedRows(Session* session, Account account, Report report)
      : session_(*session), account_(std::move(account)), report_(std::move(report)) {}

  // Reads those of `ids` that there are, all in the snapshot of one transaction, and gives each to
  // `found`. An execution that cannot be read at all is not given.
  void Read(const std::vector<Uuid>& ids, const Found& found);

 private:
  struct Name {
    bool leads_here = false;
    std::optional<uint64_t> written_by;
  };
  struct Batch {
    absl::Time read_at;
    std::map<Uuid, audit::AuditedExecution> executions;
    std::map<Uuid, Name> names;
  };

  void ReadBatch(const pqxx::binarystring& ids, Batch* batch);
  void ReadOpen(const pqxx::binarystring& ids, Batch* batch);
  void ReadClosed(const pqxx::binarystring& ids, Batch* batch);
  void ReadNames(const pqxx::binarystring& ids, Batch* batch);
  // In audited_histories.cc.
  void ReadHistories(const pqxx::binarystring& ids, Batch* batch);
  void ReadRestOfHistory(const Uuid& id, int64_t after, Batch* batch);
  void ReadHistoryRow(const pqxx::row& row, Batch* batch);
  // In audited_waits.cc. After the histories, which tell who is waited for.
  void ReadWaits(Batch* batch);
  void CheckReadyColumns(const pqxx::binarystring& ids, const Batch& batch);
  void ForgetRewritten(const Name& name, audit::AuditedExecution* audited);
  std::shared_ptr<const asl::Machine> MachineOf(const RevisionId& revision);
  void Add(const Uuid& id, std::string_view rule, std::string what);

  Session& session_;
  const Account account_;
  const Report report_;
  pqxx::transaction_base* transaction_ = nullptr;  // of ReadBatch
  // What wrote the row that the first migration makes, or the restore of the whole database.
  std::optional<uint64_t> made_by_;
  absl::flat_hash_map<RevisionId, std::shared_ptr<const asl::Machine>> machines_;
};

}  // namespace pawl::store

#endif  // PAWL_STORE_AUDITED_ROWS_H_
