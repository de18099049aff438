// What a process that this one starts finds in its environment.

#ifndef PAWL_WORKER_PROCESS_ENVIRONMENT_H_
#define PAWL_WORKER_PROCESS_ENVIRONMENT_H_

#include <map>
#include <string>
#include <vector>

namespace pawl::worker {

// "NAME=value" for all of this process's variables, those of `variables` added or put in their
// place.
std::vector<std::string> EnvironmentWith(const std::map<std::string, std::string>& variables);

}  // namespace pawl::worker

#endif  // PAWL_WORKER_PROCESS_ENVIRONMENT_H_
