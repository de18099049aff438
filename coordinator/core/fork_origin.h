// What an execution has from the one that it was forked from. Stored with its first event.

#ifndef PAWL_CORE_FORK_ORIGIN_H_
#define PAWL_CORE_FORK_ORIGIN_H_

#include <cstdint>
#include <string>

#include "coordinator/base/text.h"

namespace pawl::core {

struct ForkOrigin {
  std::string execution_arn;
  // With which that one had entered the state; 0: it never had.
  int64_t event_id = 0;
  Text state;      // that the fork begins with
  Text input;      // of that state, JSON text; recorded there, or given
  Text variables;  // object, JSON text; empty: none

  friend bool operator==(const ForkOrigin&, const ForkOrigin&) = default;
};

}  // namespace pawl::core

#endif  // PAWL_CORE_FORK_ORIGIN_H_
