// The scripts that run a handler's file (worker/lambda/launchers), as text; made by CMake.

#ifndef PAWL_WORKER_LAMBDA_LAUNCHERS_H_
#define PAWL_WORKER_LAMBDA_LAUNCHERS_H_

namespace pawl::worker {

extern const char kNodeLauncher[];
extern const char kPythonLauncher[];

}  // namespace pawl::worker

#endif  // PAWL_WORKER_LAMBDA_LAUNCHERS_H_
