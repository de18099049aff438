// How those who keep a connection open wait. Internal to the store.

#ifndef PAWL_STORE_RECONNECT_H_
#define PAWL_STORE_RECONNECT_H_

#include "absl/time/time.h"

namespace pawl::store {

// Between two attempts to connect: at first, and at most.
constexpr absl::Duration kBackoffMin = absl::Milliseconds(50);
constexpr absl::Duration kBackoffMax = absl::Seconds(2);
// Between two looks at whether a closed barrier has opened.
constexpr absl::Duration kBarrierPoll = absl::Milliseconds(5);

}  // namespace pawl::store

#endif  // PAWL_STORE_RECONNECT_H_
