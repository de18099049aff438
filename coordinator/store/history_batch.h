// The histories of several executions at a time, for checks that go through all of them.

#ifndef PAWL_STORE_HISTORY_BATCH_H_
#define PAWL_STORE_HISTORY_BATCH_H_

#include <map>
#include <pqxx/pqxx>
#include <string>
#include <vector>

#include "coordinator/core/history.h"
#include "coordinator/store/session.h"

namespace pawl::store {

struct StoredHistory {
  // In order. Without payloads, which may be large.
  std::vector<core::HistoryEvent> events;
  std::vector<std::string> problems;  // a sentence for each row that cannot be read as it should
};

// By execution; one without any row is there, too, and empty. Throws what libpqxx throws.
std::map<std::string, StoredHistory> ReadHistories(Session* session,
                                                   pqxx::transaction_base* transaction,
                                                   const std::vector<std::string>& executions);

// `executions` as the parameter of a uuid[].
pqxx::binarystring UuidArray(const std::vector<std::string>& executions);

}  // namespace pawl::store

#endif  // PAWL_STORE_HISTORY_BATCH_H_
