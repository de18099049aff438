// The SQL of schema/, compiled into the binary.

#ifndef PAWL_STORE_EMBEDDED_SCHEMA_H_
#define PAWL_STORE_EMBEDDED_SCHEMA_H_

#include <string_view>
#include <vector>

namespace pawl::store {

struct SchemaFile {
  std::string_view name;  // "0001_initial.sql"
  std::string_view sql;
};

// Sorted by name.
const std::vector<SchemaFile>& MigrationFiles();
const std::vector<SchemaFile>& FunctionFiles();

}  // namespace pawl::store

#endif  // PAWL_STORE_EMBEDDED_SCHEMA_H_
