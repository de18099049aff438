#include "worker/command.h"

#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <utility>
#include <vector>

#include "absl/time/clock.h"
#include "coordinator/base/strings.h"
#include "worker/process_environment.h"

// glibc 2.36 forgot to say in its header that these are C functions.
extern "C" {
#include <sys/pidfd.h>
}

namespace pawl::worker {
namespace {

constexpr size_t kReadBytes = 64 * 1024;

void Close(int* fd) {
  if (*fd >= 0) close(*fd);
  *fd = -1;
}

// The three pipes of a command. `child` ends are those that it gets.
struct Pipes {
  int child[3] = {-1, -1, -1};
  int ours[3] = {-1, -1, -1};

  ~Pipes() {
    for (int& fd : child) Close(&fd);
    for (int& fd : ours) Close(&fd);
  }
  bool Open() {
    for (int i = 0; i < 3; ++i) {
      int ends[2];
      if (pipe2(ends, O_CLOEXEC) != 0) return false;
      child[i] = i == 0 ? ends[0] : ends[1];
      ours[i] = i == 0 ? ends[1] : ends[0];
      fcntl(ours[i], F_SETFL, O_NONBLOCK);
    }
    return true;
  }
};

// Gives the error number of posix_spawn.
int Spawn(const std::string& line, const std::map<std::string, std::string>& variables,
          const Pipes& pipes, pid_t* pid) {
  posix_spawn_file_actions_t files;
  posix_spawn_file_actions_init(&files);
  for (int i = 0; i < 3; ++i) posix_spawn_file_actions_adddup2(&files, pipes.child[i], i);

  posix_spawnattr_t attributes;
  posix_spawnattr_init(&attributes);
  posix_spawnattr_setflags(&attributes, POSIX_SPAWN_SETPGROUP | POSIX_SPAWN_SETSIGDEF);
  posix_spawnattr_setpgroup(&attributes, 0);
  sigset_t defaults;
  sigemptyset(&defaults);
  for (const int signal_number : {SIGPIPE, SIGINT, SIGTERM}) sigaddset(&defaults, signal_number);
  posix_spawnattr_setsigdefault(&attributes, &defaults);

  std::vector<std::string> entries = EnvironmentWith(variables);
  std::vector<char*> environment;
  for (std::string& entry : entries) environment.push_back(entry.data());
  environment.push_back(nullptr);
  std::string command = line;
  char shell[] = "sh";
  char flag[] = "-c";
  char* arguments[] = {shell, flag, command.data(), nullptr};
  const int error = posix_spawn(pid, "/bin/sh", &files, &attributes, arguments, environment.data());
  posix_spawnattr_destroy(&attributes);
  posix_spawn_file_actions_destroy(&files);
  return error;
}

int MillisecondsUntil(absl::Time deadline) {
  const absl::Duration left = std::min(deadline - absl::Now(), absl::Hours(1));
  if (left <= absl::ZeroDuration()) return 0;
  return static_cast<int>(absl::ToInt64Milliseconds(left)) + 1;
}

// Takes what is there to be read into `into`; closes at the end of the file.
void ReadAvailable(int* fd, std::string* into, size_t keep, bool keep_end) {
  char buffer[kReadBytes];
  while (*fd >= 0) {
    const ssize_t count = read(*fd, buffer, sizeof(buffer));
    if (count < 0 && errno == EINTR) continue;
    if (count < 0 && errno == EAGAIN) return;
    if (count <= 0) {
      Close(fd);
      return;
    }
    into->append(buffer, static_cast<size_t>(count));
    if (into->size() <= keep) continue;
    if (keep_end) {
      into->erase(0, into->size() - keep);
    } else {
      into->resize(keep);
    }
  }
}

}  // namespace

absl::StatusOr<std::unique_ptr<Command>> Command::Start(
    const std::string& line, std::string input,
    const std::map<std::string, std::string>& variables) {
  Pipes pipes;
  if (!pipes.Open()) return absl::ResourceExhaustedError(StrCat("pipe: ", std::strerror(errno)));
  pid_t pid = -1;
  if (const int error = Spawn(line, variables, pipes, &pid); error != 0) {
    return absl::ResourceExhaustedError(StrCat("starting /bin/sh: ", std::strerror(error)));
  }
  std::unique_ptr<Command> command(new Command());
  command->pid_ = pid;
  command->pid_fd_ = pidfd_open(pid, 0);
  command->input_fd_ = std::exchange(pipes.ours[0], -1);
  command->output_fd_ = std::exchange(pipes.ours[1], -1);
  command->error_fd_ = std::exchange(pipes.ours[2], -1);
  command->input_ = std::move(input);
  if (command->pid_fd_ < 0) {
    return absl::ResourceExhaustedError(StrCat("pidfd_open: ", std::strerror(errno)));
  }
  return command;
}

Command::~Command() {
  if (!ended_) {
    Terminate(/*force=*/true);
    waitpid(pid_, nullptr, 0);
  }
  for (int* fd : {&pid_fd_, &input_fd_, &output_fd_, &error_fd_}) Close(fd);
}

bool Command::RunUntil(absl::Time deadline, int wake_fd) {
  while (!ended_) {
    if (!Pump(deadline, wake_fd)) return false;
  }
  return true;
}

// Waits for one thing to happen and deals with it; false when it was the deadline or `wake_fd`.
bool Command::Pump(absl::Time deadline, int wake_fd) {
  pollfd waiting[] = {{pid_fd_, POLLIN, 0},
                      {output_fd_, POLLIN, 0},
                      {error_fd_, POLLIN, 0},
                      {input_fd_, POLLOUT, 0},
                      {wake_fd, POLLIN, 0}};  // poll skips those that are -1
  const int timeout = MillisecondsUntil(deadline);
  const int happened = poll(waiting, std::size(waiting), timeout);
  if (happened == 0 && timeout == 0) return false;
  if (happened <= 0) return true;
  if (waiting[3].revents != 0) FeedInput();
  Collect();
  if (waiting[0].revents != 0) Reap();
  return ended_ || waiting[4].revents == 0;
}

void Command::FeedInput() {
  while (fed_ < input_.size()) {
    const ssize_t count = write(input_fd_, input_.data() + fed_, input_.size() - fed_);
    if (count < 0 && errno == EINTR) continue;
    if (count < 0 && errno == EAGAIN) return;
    if (count < 0) break;  // a command may leave its input unread
    fed_ += static_cast<size_t>(count);
  }
  Close(&input_fd_);
}

void Command::Collect() {
  ReadAvailable(&output_fd_, &end_.output, kMaxOutputBytes + 1, /*keep_end=*/false);
  ReadAvailable(&error_fd_, &end_.error_output, kMaxCauseBytes, /*keep_end=*/true);
}

void Command::Reap() {
  int status = 0;
  if (waitpid(pid_, &status, 0) != pid_) status = 0xFF00;
  // What the command wrote before its end is in the pipes by now; what it left running may keep
  // them open.
  Collect();
  ended_ = true;
  end_.succeeded = WIFEXITED(status) && WEXITSTATUS(status) == 0;
  end_.how = WIFEXITED(status) ? StrCat("exited with ", WEXITSTATUS(status))
                               : StrCat("was ended by signal ", WTERMSIG(status));
}

void Command::Terminate(bool force) {
  if (!ended_) kill(-pid_, force ? SIGKILL : SIGTERM);
}

}  // namespace pawl::worker
