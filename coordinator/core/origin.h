// How an execution was started, beside its input. Fixed when it begins and stored with its first
// event.

#ifndef PAWL_CORE_ORIGIN_H_
#define PAWL_CORE_ORIGIN_H_

#include <cstdint>
#include <string>

namespace pawl::core {

struct Origin {
  int64_t version = 0;       // of its machine; 0: it was started by the machine's name alone
  std::string alias;         // that led to the version; empty: none
  std::string trace_header;  // empty: none was given
  friend bool operator==(const Origin&, const Origin&) = default;
};

}  // namespace pawl::core

#endif  // PAWL_CORE_ORIGIN_H_
