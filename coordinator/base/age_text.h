// How long something took or waits, for people: the two largest units that say something.

#ifndef PAWL_BASE_AGE_TEXT_H_
#define PAWL_BASE_AGE_TEXT_H_

#include <string>

#include "absl/time/time.h"

namespace pawl {

// "0.3 s", "17 s", "3 min 12 s", "2 h 5 min", "3 d 4 h"; of a negative one "0.0 s".
std::string AgeText(absl::Duration age);

}  // namespace pawl

#endif  // PAWL_BASE_AGE_TEXT_H_
