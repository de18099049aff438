#include "coordinator/store/pqxx_status.h"

#include <exception>
#include <pqxx/except>
#include <string>

#include "absl/strings/match.h"
#include "coordinator/base/strings.h"

namespace pawl::store {
namespace {

// The server's message without its DETAIL, which may quote a row and so a payload.
std::string_view FirstLine(std::string_view text) { return text.substr(0, text.find('\n')); }

}  // namespace

absl::Status FromLostConnection(std::string_view what, Effect effect, std::string_view message) {
  const std::string text = StrCat(what, ": connection lost: ", FirstLine(message));
  return effect == Effect::kWrite ? absl::UnknownError(text) : absl::UnavailableError(text);
}

absl::Status FromSqlState(std::string_view what, Effect effect, std::string_view sqlstate,
                          std::string_view message) {
  const std::string state(sqlstate);
  // The server ends the session (57P01 and its kin, 25P03) or has lost it. It may do so after the
  // commit and before the reply.
  if (absl::StartsWith(state, "57P") || absl::StartsWith(state, "08") || state == "25P03") {
    return FromLostConnection(what, effect, message);
  }
  const std::string text = StrCat(what, ": SQLSTATE ", state, ": ", FirstLine(message));
  // Rolled back: serialization and deadlock, a lock that was not to be had in time, a statement
  // that took too long, out of a resource, a server that only reads at the moment (failover).
  if (absl::StartsWith(state, "40") || state == "55P03" || state == "57014" ||
      absl::StartsWith(state, "53") || state == "25006") {
    return absl::UnavailableError(text);
  }
  return absl::InternalError(text);
}

absl::Status FromCurrentException(std::string_view what, Effect effect) {
  try {
    throw;
  } catch (const pqxx::in_doubt_error& e) {
    return FromLostConnection(what, effect, e.what());
  } catch (const pqxx::statement_completion_unknown& e) {
    return FromLostConnection(what, effect, e.what());
  } catch (const pqxx::transaction_rollback& e) {
    return absl::UnavailableError(StrCat(what, ": rolled back: ", FirstLine(e.what())));
  } catch (const pqxx::broken_connection& e) {
    return FromLostConnection(what, effect, e.what());
  } catch (const pqxx::sql_error& e) {
    return FromSqlState(what, effect, e.sqlstate(), e.what());
  } catch (const pqxx::failure& e) {
    // Neither an answer nor a broken connection: libpq gave up on the reply.
    return FromLostConnection(what, effect, e.what());
  } catch (const std::exception& e) {
    return absl::InternalError(StrCat(what, ": ", FirstLine(e.what())));
  }
}

}  // namespace pawl::store
