#include "coordinator/store/pqxx_status.h"

#include <exception>
#include <pqxx/except>
#include <string>

#include "absl/strings/match.h"
#include "coordinator/base/strings.h"

namespace pawl::store {
namespace {

// The server's message without its DETAIL, which may quote a row and so a payload.
std::string FirstLine(const std::exception& e) {
  const std::string_view text = e.what();
  return std::string(text.substr(0, text.find('\n')));
}

absl::Status Broken(std::string_view what, Effect effect, const std::exception& e) {
  const std::string message = StrCat(what, ": connection lost: ", FirstLine(e));
  return effect == Effect::kWrite ? absl::UnknownError(message) : absl::UnavailableError(message);
}

absl::Status FromSqlError(std::string_view what, Effect effect, const pqxx::sql_error& e) {
  const std::string& state = e.sqlstate();
  // The server ends the session (57P01 and its kin, 25P03) or has lost it. It may do so after the
  // commit and before the reply.
  if (absl::StartsWith(state, "57P") || absl::StartsWith(state, "08") || state == "25P03") {
    return Broken(what, effect, e);
  }
  // Rolled back: serialization and deadlock, a lock that was not to be had in time, a statement
  // that took too long, out of a resource, a server that only reads at the moment (failover).
  if (absl::StartsWith(state, "40") || state == "55P03" || state == "57014" ||
      absl::StartsWith(state, "53") || state == "25006") {
    return absl::UnavailableError(StrCat(what, ": SQLSTATE ", state, ": ", FirstLine(e)));
  }
  return absl::InternalError(StrCat(what, ": SQLSTATE ", state, ": ", FirstLine(e)));
}

}  // namespace

absl::Status FromCurrentException(std::string_view what, Effect effect) {
  try {
    throw;
  } catch (const pqxx::in_doubt_error& e) {
    return Broken(what, effect, e);
  } catch (const pqxx::statement_completion_unknown& e) {
    return Broken(what, effect, e);
  } catch (const pqxx::transaction_rollback& e) {
    return absl::UnavailableError(StrCat(what, ": rolled back: ", FirstLine(e)));
  } catch (const pqxx::broken_connection& e) {
    return Broken(what, effect, e);
  } catch (const pqxx::sql_error& e) {
    return FromSqlError(what, effect, e);
  } catch (const pqxx::failure& e) {
    // Neither an answer nor a broken connection: libpq gave up on the reply.
    return Broken(what, effect, e);
  } catch (const std::exception& e) {
    return absl::InternalError(StrCat(what, ": ", FirstLine(e)));
  }
}

}  // namespace pawl::store
