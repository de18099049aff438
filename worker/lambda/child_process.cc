#include "worker/lambda/child_process.h"

#include <fcntl.h>
#include <signal.h>
#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>

#include "absl/status/status.h"
#include "absl/strings/ascii.h"
#include "coordinator/base/strings.h"
#include "worker/process_environment.h"

// glibc 2.36 forgot to say in its header that these are C functions.
extern "C" {
#include <sys/pidfd.h>
}

namespace pawl::worker {
namespace {

std::vector<char*> Pointers(std::vector<std::string>* texts) {
  std::vector<char*> pointers;
  for (std::string& text : *texts) pointers.push_back(text.data());
  pointers.push_back(nullptr);
  return pointers;
}

std::string SignalText(int number) {
  const char* const description = sigdescr_np(number);
  return absl::AsciiStrToLower(description != nullptr ? description : "unknown");
}

}  // namespace

absl::StatusOr<std::unique_ptr<ChildProcess>> ChildProcess::Start(
    const std::vector<std::string>& command, const std::map<std::string, std::string>& variables,
    int output) {
  int input[2];
  if (pipe2(input, O_CLOEXEC) != 0) {
    return absl::UnavailableError(StrCat("starting ", command.front(), ": ", std::strerror(errno)));
  }
  posix_spawn_file_actions_t files;
  posix_spawn_file_actions_init(&files);
  posix_spawn_file_actions_adddup2(&files, input[0], STDIN_FILENO);
  posix_spawn_file_actions_adddup2(&files, output, STDOUT_FILENO);
  posix_spawn_file_actions_adddup2(&files, output, STDERR_FILENO);
  posix_spawnattr_t attributes;
  posix_spawnattr_init(&attributes);
  posix_spawnattr_setflags(&attributes, POSIX_SPAWN_SETPGROUP | POSIX_SPAWN_SETSIGDEF);
  posix_spawnattr_setpgroup(&attributes, 0);
  sigset_t defaults;
  sigemptyset(&defaults);
  for (const int signal_number : {SIGPIPE, SIGINT, SIGTERM}) sigaddset(&defaults, signal_number);
  posix_spawnattr_setsigdefault(&attributes, &defaults);

  std::vector<std::string> words = command;
  std::vector<std::string> entries = EnvironmentWith(variables);
  pid_t pid = -1;
  const int error = posix_spawnp(&pid, words.front().c_str(), &files, &attributes,
                                 Pointers(&words).data(), Pointers(&entries).data());
  posix_spawnattr_destroy(&attributes);
  posix_spawn_file_actions_destroy(&files);
  close(input[0]);
  if (error != 0) {
    close(input[1]);
    return absl::UnavailableError(StrCat("starting ", command.front(), ": ", std::strerror(error)));
  }
  return std::unique_ptr<ChildProcess>(new ChildProcess(pid, pidfd_open(pid, 0), input[1]));
}

ChildProcess::~ChildProcess() {
  Kill();
  Wait();
  close(input_);
  if (fd_ >= 0) close(fd_);
}

void ChildProcess::Kill() {
  // The group outlives its first process when that has started others.
  kill(-pid_, SIGKILL);
  if (!waited_) kill(pid_, SIGKILL);
}

std::string ChildProcess::Wait() {
  if (waited_) return how_;
  int status = 0;
  while (waitpid(pid_, &status, 0) < 0 && errno == EINTR) {
  }
  waited_ = true;
  if (WIFSIGNALED(status)) {
    how_ = StrCat("signal: ", SignalText(WTERMSIG(status)));
  } else if (WEXITSTATUS(status) != 0) {
    how_ = StrCat("exit status ", WEXITSTATUS(status));
  }
  return how_;
}

}  // namespace pawl::worker
