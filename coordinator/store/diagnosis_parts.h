// The checks of Diagnose (diagnosis.h), by what they are about.

#ifndef PAWL_STORE_DIAGNOSIS_PARTS_H_
#define PAWL_STORE_DIAGNOSIS_PARTS_H_

#include <string>
#include <utility>
#include <vector>

#include "coordinator/base/strings.h"
#include "coordinator/store/diagnosis.h"

namespace pawl::store {

// Of what is well.
inline Finding Ok(std::string check, std::string found) {
  return {.level = Level::kOk, .check = std::move(check), .found = std::move(found)};
}

// "12", or "10000 or more".
inline std::string CountText(const Count& count) {
  return StrCat(count.value, count.more ? " or more" : "");
}

// diagnosis.cc
// "ID: RULE: what was found".
std::string ViolationText(const audit::Violation& violation);

// diagnosis_server.cc
Finding CheckSchema(const DatabaseFacts& facts);
Finding CheckServer(const DatabaseFacts& facts);
Finding CheckDurability(const DatabaseFacts& facts);
Finding CheckStandbys(const DatabaseFacts& facts, const DiagnosisOptions& options);
Finding CheckConnections(const DatabaseFacts& facts, const DiagnosisOptions& options);
Finding CheckSessions(const DatabaseFacts& facts, const DiagnosisOptions& options);
Finding CheckLocks(const DatabaseFacts& facts, const DiagnosisOptions& options);
Finding CheckSnapshots(const DatabaseFacts& facts, const DiagnosisOptions& options);
Finding CheckWraparound(const DatabaseFacts& facts, const DiagnosisOptions& options);

// diagnosis_work.cc
Finding CheckOpenExecutions(const DatabaseFacts& facts);
Finding CheckOverdue(const DatabaseFacts& facts, const DiagnosisOptions& options);
Finding CheckTasks(const DatabaseFacts& facts);
Finding CheckTable(const HotTableFacts& table, const DatabaseFacts& facts,
                   const DiagnosisOptions& options);
Finding CheckPartitions(const PartitionFacts& partitions, const DatabaseFacts& facts,
                        const DiagnosisOptions& options);
Finding CheckDefaultPartition(const PartitionFacts& partitions);

// How many nodes are connected.
int64_t Nodes(const DatabaseFacts& facts);

}  // namespace pawl::store

#endif  // PAWL_STORE_DIAGNOSIS_PARTS_H_
