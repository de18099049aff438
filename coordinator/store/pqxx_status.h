// The one place that turns the exceptions of libpqxx and the errors of PostgreSQL into statuses.

#ifndef PAWL_STORE_PQXX_STATUS_H_
#define PAWL_STORE_PQXX_STATUS_H_

#include <string_view>

#include "absl/status/status.h"

namespace pawl::store {

// What a lost reply leaves open: nothing after a read, everything after a write.
enum class Effect { kRead, kWrite };

// To be called in a catch block. `what` is the operation and what it was about.
//   UNKNOWN      the connection broke during a write; it may have committed
//   UNAVAILABLE  nothing was written: rolled back, refused, timed out, or the connection of a read
//   broke INTERNAL     all else: a bug, or a schema that does not fit
absl::Status FromCurrentException(std::string_view what, Effect effect);
// The same for an error that the server has reported.
absl::Status FromSqlState(std::string_view what, Effect effect, std::string_view sqlstate,
                          std::string_view message);
// The same for a connection that broke before the answer came.
absl::Status FromLostConnection(std::string_view what, Effect effect, std::string_view message);

}  // namespace pawl::store

#endif  // PAWL_STORE_PQXX_STATUS_H_
