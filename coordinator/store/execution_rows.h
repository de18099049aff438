// Rows that tell of executions, open or closed, as records.

#ifndef PAWL_STORE_EXECUTION_ROWS_H_
#define PAWL_STORE_EXECUTION_ROWS_H_

#include <pqxx/pqxx>

#include "coordinator/store/store.h"

namespace pawl::store {

// What a list shows of it, its origin excepted. Throws what libpqxx throws.
ExecutionRecord ReadListedExecution(const pqxx::row& row);

}  // namespace pawl::store

#endif  // PAWL_STORE_EXECUTION_ROWS_H_
