// The parts of Inspect (inspect.h), each in a file of its own. They throw what libpqxx throws.

#ifndef PAWL_STORE_INSPECT_PARTS_H_
#define PAWL_STORE_INSPECT_PARTS_H_

#include "absl/status/status.h"
#include "coordinator/store/inspect.h"
#include "coordinator/store/session.h"

namespace pawl::store {

// inspect.cc
// For sessions that only look: they cannot write, and wait for as long as a statement may take
// while partitions are made or dropped.
void PrepareToLook(Session* session);

// inspect_server.cc
void InspectServer(Session* session, DatabaseFacts* facts);
void InspectSnapshots(Session* session, DatabaseFacts* facts);
void InspectSessions(Session* session, DatabaseFacts* facts);

// inspect_tables.cc
void InspectTables(Session* session, DatabaseFacts* facts);
void InspectPartitions(Session* session, DatabaseFacts* facts);

// inspect_work.cc
// CANCELLED when the options' progress said so.
absl::Status InspectOpen(Session* session, const InspectOptions& options, DatabaseFacts* facts);
void InspectDue(Session* session, DatabaseFacts* facts);
void InspectReady(Session* session, DatabaseFacts* facts);

}  // namespace pawl::store

#endif  // PAWL_STORE_INSPECT_PARTS_H_
