#include "coordinator/store/inspect.h"

#include <pqxx/pqxx>

#include "coordinator/store/inspect_parts.h"
#include "coordinator/store/pqxx_status.h"
#include "coordinator/store/session.h"

namespace pawl::store {

void PrepareToLook(Session* session) {
  pqxx::nontransaction(session->connection())
      .exec("set default_transaction_read_only = on; set lock_timeout = 0");
}

absl::StatusOr<DatabaseFacts> Inspect(const std::string& database_url,
                                      const InspectOptions& options) {
  DatabaseFacts facts;
  absl::StatusOr<SchemaFacts> schema = ReadSchemaFacts(database_url);
  if (!schema.ok()) return schema.status();
  facts.schema = *std::move(schema);
  try {
    Session session(database_url, "pawl-doctor");
    PrepareToLook(&session);
    // Before what this session itself does can show.
    InspectServer(&session, &facts);
    InspectSnapshots(&session, &facts);
    InspectSessions(&session, &facts);
    if (!facts.schema.current()) return facts;
    InspectTables(&session, &facts);
    InspectPartitions(&session, &facts);
    InspectDue(&session, &facts);
    InspectReady(&session, &facts);
    if (absl::Status status = InspectOpen(&session, options, &facts); !status.ok()) return status;
    return facts;
  } catch (...) {
    return FromCurrentException("Inspect", Effect::kRead);
  }
}

}  // namespace pawl::store
