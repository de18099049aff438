#include "coordinator/store/private_cluster.h"

#include <fcntl.h>
#include <grp.h>
#include <pwd.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <functional>
#include <pqxx/pqxx>
#include <sstream>

#include "absl/strings/numbers.h"
#include "absl/time/clock.h"
#include "coordinator/base/clock.h"
#include "coordinator/base/log.h"
#include "coordinator/base/strings.h"
#include "coordinator/store/pqxx_status.h"

namespace pawl::store {
namespace {

namespace fs = std::filesystem;

constexpr int kPort = 5432;  // of the socket's name only, unless there is a TCP port
// A unix socket's path has at most 107 bytes; "/.s.PGSQL.12345" takes 15.
constexpr size_t kSocketDirMax = 90;
constexpr absl::Duration kPollInterval = absl::Milliseconds(20);

// Where the socket goes: into the data folder, or, where that path is too long, into a short one of
// its own.
std::string SocketDir(const std::string& data_dir) {
  if (data_dir.size() <= kSocketDirMax) return data_dir;
  return StrCat("/tmp/pawl-", absl::Hex(std::hash<std::string>()(data_dir)));
}

std::string PercentEncoded(std::string_view text) {
  std::string out;
  for (const char c : text) {
    if (isalnum(static_cast<unsigned char>(c)) || c == '-' || c == '_' || c == '.') {
      out.push_back(c);
    } else {
      StrAppend(&out, "%", absl::Hex(static_cast<unsigned char>(c), absl::kZeroPad2));
    }
  }
  return out;
}

bool IsExecutable(const fs::path& path) { return access(path.c_str(), X_OK) == 0; }

std::string NewestInstalled() {
  std::string newest;
  double newest_version = 0;
  std::error_code error;
  for (const fs::directory_entry& entry : fs::directory_iterator("/usr/lib/postgresql", error)) {
    double version = 0;
    if (!absl::SimpleAtod(entry.path().filename().string(), &version)) continue;
    if (version > newest_version && IsExecutable(entry.path() / "bin/postgres")) {
      newest_version = version;
      newest = entry.path() / "bin";
    }
  }
  return newest;
}

std::string OnPath() {
  const char* path = getenv("PATH");
  std::istringstream folders(path != nullptr ? path : "");
  for (std::string folder; std::getline(folders, folder, ':');) {
    if (IsExecutable(fs::path(folder) / "postgres")) return folder;
  }
  return "";
}

// Runs a program as `user`, its output appended to `log_file`. What the child does between fork and
// exec is async-signal-safe, for other threads may hold locks. -1 when there is no process to be
// had.
pid_t Spawn(const std::vector<std::string>& arguments, uid_t user, gid_t group,
            const std::string& log_file, bool dies_with_parent) {
  std::vector<char*> argv;
  for (const std::string& argument : arguments) argv.push_back(const_cast<char*>(argument.c_str()));
  argv.push_back(nullptr);
  const pid_t parent = getpid();
  const pid_t child = fork();
  if (child != 0) return child;
  const int log = open(log_file.c_str(), O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0600);
  const int nothing = open("/dev/null", O_RDONLY | O_CLOEXEC);
  dup2(nothing, STDIN_FILENO);
  dup2(log, STDOUT_FILENO);
  dup2(log, STDERR_FILENO);
  if (getuid() == 0 && (setgroups(0, nullptr) != 0 || setgid(group) != 0 || setuid(user) != 0)) {
    _exit(126);
  }
  // A session of its own: Ctrl-C at the terminal is for this process, which then stops the server
  // in order.
  setsid();
  if (dies_with_parent) {
    prctl(PR_SET_PDEATHSIG, SIGINT);
    if (getppid() != parent) _exit(126);  // it has died already
  }
  execv(argv[0], argv.data());
  _exit(127);
}

// The first line of postmaster.pid; 0 when there is none.
pid_t RecordedPid(const std::string& data_dir) {
  std::ifstream file(data_dir + "/postmaster.pid");
  pid_t pid = 0;
  file >> pid;
  return pid;
}

// Whether the number belongs to a PostgreSQL, and not to another program by now.
bool IsPostgres(pid_t pid) {
  std::ifstream comm(StrCat("/proc/", pid, "/comm"));
  std::string program;
  return std::getline(comm, program) && program == "postgres";
}

std::string UrlAt(std::string_view database, std::string_view socket_dir, std::string_view port) {
  return StrCat("postgresql:///", PercentEncoded(database), "?host=", PercentEncoded(socket_dir),
                "&port=", port, "&user=postgres");
}

std::string EndOf(const std::string& file) {
  std::ifstream in(file);
  std::ostringstream all;
  all << in.rdbuf();
  const std::string text = all.str();
  return text.size() > 1500 ? text.substr(text.size() - 1500) : text;
}

}  // namespace

absl::StatusOr<std::unique_ptr<PrivateCluster>> PrivateCluster::Start(const std::string& data_dir,
                                                                      const Options& options) {
  std::unique_ptr<PrivateCluster> cluster(
      new PrivateCluster(fs::absolute(data_dir).lexically_normal(), options));
  if (absl::Status status = cluster->Run(); !status.ok()) return status;
  return cluster;
}

PrivateCluster::PrivateCluster(std::string data_dir, Options options)
    : data_dir_(std::move(data_dir)),
      options_(std::move(options)),
      port_(options_.tcp_port != 0 ? options_.tcp_port : kPort),
      socket_dir_(SocketDir(data_dir_)),
      log_file_(data_dir_ + ".log"),
      url_(UrlOf(options_.database)),
      owner_(getuid()),
      owner_group_(getgid()) {}

PrivateCluster::~PrivateCluster() {
  if (absl::Status status = Stop(); !status.ok()) {
    log::Error("private_cluster_stop_failed", {{"data_dir", data_dir_}, {"error", status}});
  }
}

std::string PrivateCluster::UrlOf(std::string_view database) const {
  return UrlAt(database, socket_dir_, StrCat(port_));
}

std::optional<std::string> PrivateCluster::UrlOfRunning(const std::string& data_dir,
                                                        std::string_view database) {
  if (!IsPostgres(RecordedPid(data_dir))) return std::nullopt;
  // Its process, data folder, start time, port and socket folder, a line each.
  std::ifstream file(data_dir + "/postmaster.pid");
  std::string pid, folder, started_at, port, socket_dir;
  for (std::string* line : {&pid, &folder, &started_at, &port, &socket_dir}) {
    if (!std::getline(file, *line)) return std::nullopt;  // it is starting
  }
  return UrlAt(database, socket_dir, port);
}

absl::Status PrivateCluster::Run() {
  if (absl::Status status = FindPrograms(); !status.ok()) return status;
  if (absl::Status status = PrepareFolder(); !status.ok()) return status;
  if (RecordedPid(data_dir_) != 0) {
    // One that runs already answers; all else is left over from an unclean end.
    try {
      pqxx::connection probe(UrlOf("postgres"));
      return EnsureDatabase();
    } catch (const pqxx::failure&) {
      ForgetStalePid();
    }
  }
  if (!fs::exists(data_dir_ + "/PG_VERSION")) {
    if (absl::Status status = Initialise(); !status.ok()) return status;
  }
  if (absl::Status status = Launch(); !status.ok()) return status;
  if (absl::Status status = WaitUntilReady(); !status.ok()) return status;
  return EnsureDatabase();
}

absl::Status PrivateCluster::FindPrograms() {
  if (options_.bin_dir.empty()) options_.bin_dir = NewestInstalled();
  if (options_.bin_dir.empty()) options_.bin_dir = OnPath();
  for (const char* program : {"initdb", "postgres"}) {
    if (!IsExecutable(fs::path(options_.bin_dir) / program)) {
      return absl::NotFoundError(StrCat("there is no PostgreSQL server on this machine: ", program,
                                        " is not in ",
                                        options_.bin_dir.empty() ? "PATH" : options_.bin_dir));
    }
  }
  return absl::OkStatus();
}

absl::Status PrivateCluster::PrepareFolder() {
  if (getuid() == 0) {
    const passwd* user = getpwnam("postgres");
    if (user == nullptr) user = getpwnam("nobody");
    if (user == nullptr) {
      return absl::FailedPreconditionError(
          "PostgreSQL does not run as root, and there is neither a user postgres nor nobody");
    }
    owner_ = user->pw_uid;
    owner_group_ = user->pw_gid;
    owner_name_ = user->pw_name;
  }
  for (const std::string& folder : {data_dir_, socket_dir_}) {
    std::error_code error;
    fs::create_directories(folder, error);
    if (error || chown(folder.c_str(), owner_, owner_group_) != 0 ||
        chmod(folder.c_str(), 0700) != 0) {
      return absl::FailedPreconditionError(
          StrCat("the folder ", folder,
                 " cannot be prepared: ", error ? error.message() : std::string(strerror(errno))));
    }
  }
  return absl::OkStatus();
}

absl::Status PrivateCluster::Initialise() {
  std::vector<std::string> arguments = {options_.bin_dir + "/initdb",
                                        "-D",
                                        data_dir_,
                                        "-U",
                                        "postgres",
                                        "--auth=trust",
                                        "--encoding=UTF8",
                                        "--locale=C"};
  if (!options_.durable) arguments.push_back("--no-sync");
  const pid_t child = Spawn(arguments, owner_, owner_group_, log_file_, false);
  int status = -1;
  if (child < 0 || waitpid(child, &status, 0) != child || status != 0) return Failure("initdb");
  return absl::OkStatus();
}

void PrivateCluster::ForgetStalePid() const {
  // PostgreSQL sees by itself that a process has gone, but not that its number now belongs to
  // another program.
  std::ifstream comm(StrCat("/proc/", RecordedPid(data_dir_), "/comm"));
  std::string program;
  if (std::getline(comm, program) && program != "postgres") {
    unlink((data_dir_ + "/postmaster.pid").c_str());
  }
}

absl::Status PrivateCluster::Launch() {
  std::vector<std::string> arguments = {options_.bin_dir + "/postgres", "-D", data_dir_};
  const auto set = [&](std::string_view name, std::string_view value) {
    arguments.push_back("-c");
    arguments.push_back(StrCat(name, "=", value));
  };
  set("unix_socket_directories", socket_dir_);
  set("unix_socket_permissions", "0700");
  set("listen_addresses", options_.tcp_port != 0 ? "127.0.0.1" : "");
  set("port", StrCat(port_));
  set("logging_collector", "off");
  if (!options_.durable) {
    set("fsync", "off");
    set("full_page_writes", "off");
  }
  for (const auto& [name, value] : options_.settings) set(name, value);
  server_ = Spawn(arguments, owner_, owner_group_, log_file_, true);
  return server_ > 0 ? absl::OkStatus() : Failure("fork");
}

absl::Status PrivateCluster::WaitUntilReady() {
  const absl::Duration deadline = DatabaseClock::SteadyNow() + options_.start_timeout;
  while (DatabaseClock::SteadyNow() < deadline) {
    if (Reap(absl::ZeroDuration())) {
      // After a kill the sessions of the old server may take a moment to notice that it is gone.
      if (EndOf(log_file_).find("pre-existing shared memory block") == std::string::npos) {
        return Failure("the server");
      }
      absl::SleepFor(kPollInterval);
      if (absl::Status status = Launch(); !status.ok()) return status;
    }
    try {
      pqxx::connection probe(UrlOf("postgres"));
      return absl::OkStatus();
    } catch (const pqxx::failure&) {
      absl::SleepFor(kPollInterval);  // it starts, or recovers
    }
  }
  return Failure("the server, in time,");
}

absl::Status PrivateCluster::EnsureDatabase() {
  try {
    pqxx::connection connection(UrlOf("postgres"));
    pqxx::nontransaction transaction(connection);
    if (transaction.exec_params("select from pg_database where datname = $1", options_.database)
            .empty()) {
      transaction.exec(StrCat("create database ", transaction.quote_name(options_.database)));
    }
    return absl::OkStatus();
  } catch (...) {
    return FromCurrentException("create database", Effect::kRead);
  }
}

absl::Status PrivateCluster::Failure(std::string_view what) const {
  std::string message = StrCat(what, " did not succeed for the private PostgreSQL in ", data_dir_);
  if (!owner_name_.empty()) StrAppend(&message, " (run as user ", owner_name_, ")");
  return absl::FailedPreconditionError(StrCat(message, ": ", EndOf(log_file_)));
}

absl::Status PrivateCluster::Stop() {
  if (server_ < 0) return absl::OkStatus();
  kill(server_, SIGINT);  // fast: sessions are ended, a checkpoint is made
  if (Reap(absl::Seconds(30))) return absl::OkStatus();
  kill(server_, SIGQUIT);  // at once; it will recover
  if (Reap(absl::Seconds(5))) return absl::OkStatus();
  return absl::DeadlineExceededError(
      StrCat("the private PostgreSQL in ", data_dir_, " (process ", server_, ") does not end"));
}

void PrivateCluster::Kill() {
  if (server_ < 0) return;
  kill(server_, SIGSTOP);  // it makes no more children while they are listed
  std::ifstream children(StrCat("/proc/", server_, "/task/", server_, "/children"));
  std::vector<pid_t> sessions;
  for (pid_t child = 0; children >> child;) sessions.push_back(child);
  kill(server_, SIGKILL);
  for (const pid_t session : sessions) kill(session, SIGKILL);
  Reap(absl::Seconds(5));
}

bool PrivateCluster::Reap(absl::Duration timeout) {
  const absl::Duration deadline = DatabaseClock::SteadyNow() + timeout;
  while (true) {
    const pid_t ended = waitpid(server_, nullptr, WNOHANG);
    if (ended == server_ || (ended < 0 && errno == ECHILD)) {
      server_ = -1;
      return true;
    }
    if (DatabaseClock::SteadyNow() >= deadline) return false;
    absl::SleepFor(kPollInterval);
  }
}

}  // namespace pawl::store
