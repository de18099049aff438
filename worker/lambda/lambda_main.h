// `pawl-worker lambda`.

#ifndef PAWL_WORKER_LAMBDA_LAMBDA_MAIN_H_
#define PAWL_WORKER_LAMBDA_LAMBDA_MAIN_H_

namespace pawl::worker {

// `argv[0]` is the word lambda. Gives the exit code of the program.
int LambdaMain(int argc, char** argv);

}  // namespace pawl::worker

#endif  // PAWL_WORKER_LAMBDA_LAMBDA_MAIN_H_
