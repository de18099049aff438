// What the store keeps of state machines and activities: revisions, versions, aliases, tags
// (reference/api.md 4.4 and 4.8).

#ifndef PAWL_STORE_MACHINES_H_
#define PAWL_STORE_MACHINES_H_

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "absl/time/time.h"
#include "coordinator/base/ids.h"

namespace pawl::store {

inline constexpr int64_t kMaxVersions = 1000;  // of a state machine; AWS quota
inline constexpr int64_t kMaxAliases = 100;    // of a state machine; AWS quota
inline constexpr int64_t kMaxTags = 50;        // of a state machine or an activity; AWS quota

using Tags = std::map<std::string, std::string>;

// A number that goes on standing for one revision.
struct Version {
  int64_t number = 0;  // 1, 2, 3, ...; never given out twice
  absl::Time created_at;
  std::string description;  // empty: none
};

// One immutable revision of a state machine.
struct Revision {
  RevisionId id;
  MachineId machine_id;
  std::string machine_name;
  std::string definition;  // as it was sent, to the byte
  std::string role_arn;
  // JSON texts as Describe gives them back; empty: AWS's default.
  std::string logging_configuration;
  std::string tracing_configuration;
  std::string encryption_configuration;
  absl::Time created_at;
  bool initial = true;  // made by CreateStateMachine, not by an update
  // As which it is published. Written with a revision where it is set, for which the store finds
  // the number. Told by what speaks of versions and by GetMachine; not by GetRevision and lists.
  std::optional<Version> version;
};

struct Machine {
  MachineId id;
  std::string name;
  std::string type;  // "STANDARD" or "EXPRESS"
  bool deleting = false;
  absl::Time created_at;
  Revision current;
  Tags tags;  // at its creation; GetTags reads them
};

// A version that an alias leads to.
struct Route {
  int64_t version = 0;
  int64_t weight = 0;  // of a hundred starts so many
  friend bool operator==(const Route&, const Route&) = default;
};

struct Alias {
  std::string machine_name;
  std::string name;
  std::string description;  // empty: none
  std::vector<Route> routes;
  absl::Time created_at;
  absl::Time updated_at;
};

// What is absent stays as it is.
struct AliasChange {
  std::string machine_name;
  std::string name;
  std::optional<std::string> description;
  std::optional<std::vector<Route>> routes;
  absl::Time updated_at;
};

struct AliasQuery {
  std::string machine_name;
  std::optional<int64_t> version;  // only aliases that lead there
  int64_t limit = 100;
  std::string after;  // the name of the last one of the page before
};

struct Activity {
  std::string name;
  absl::Time created_at;
  std::string encryption_configuration = "";  // as a revision's
  Tags tags = {};                             // at its creation; GetTags reads them
};

// A thing that has tags.
struct Taggable {
  enum class Kind { kMachine, kActivity };
  Kind kind = Kind::kMachine;
  std::string name;
};

struct TagChange {
  Tags set;
  std::vector<std::string> removed;
};

}  // namespace pawl::store

#endif  // PAWL_STORE_MACHINES_H_
