// dev: a node and a PostgreSQL of its own in one process, for this machine.

#include <fcntl.h>
#include <sys/file.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <iostream>
#include <memory>
#include <string>

#include "absl/time/clock.h"
#include "cli/commands.h"
#include "coordinator/base/log.h"
#include "coordinator/base/strings.h"
#include "coordinator/config/config.h"
#include "coordinator/node/coordinator.h"
#include "coordinator/node/node.h"
#include "coordinator/store/private_cluster.h"

namespace pawl::cli {
namespace {

// A server whose `pawl dev` was killed makes its last checkpoint meanwhile.
constexpr absl::Duration kFormerServerWait = absl::Seconds(30);
constexpr absl::Duration kFormerServerLook = absl::Milliseconds(50);

// Keeps a second `pawl dev` out of a data folder. Goes with the process, however that ends.
class FolderLock {
 public:
  ~FolderLock() {
    if (fd_ >= 0) close(fd_);
  }

  absl::Status Take(const std::string& data_dir) {
    std::error_code error;
    std::filesystem::create_directories(data_dir, error);
    const std::string path = data_dir + "/dev.lock";
    if (!error) fd_ = open(path.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0644);
    if (fd_ < 0) {
      return absl::FailedPreconditionError(StrCat("the data folder ", data_dir, " cannot be used: ",
                                                  error ? error.message() : std::strerror(errno)));
    }
    if (flock(fd_, LOCK_EX | LOCK_NB) == 0) return absl::OkStatus();
    return absl::FailedPreconditionError(StrCat("another `pawl dev` runs with the data folder ",
                                                data_dir, "; --data-dir names another"));
  }

 private:
  int fd_ = -1;
};

bool FormerServerRuns(const std::string& cluster_dir) {
  std::ifstream pid_file(cluster_dir + "/postmaster.pid");
  int pid = 0;
  if (!(pid_file >> pid)) return false;
  std::ifstream name_file(StrCat("/proc/", pid, "/comm"));
  std::string name;
  return std::getline(name_file, name) && name == "postgres";
}

// A server that runs here without a `pawl dev`, which holds the lock, is about to end.
void WaitForFormerServer(const std::string& cluster_dir, const StopSignal& stop) {
  if (!FormerServerRuns(cluster_dir)) return;
  log::Info("former_database_stopping", {{"data_dir", cluster_dir}});
  const absl::Time deadline = absl::Now() + kFormerServerWait;
  while (FormerServerRuns(cluster_dir) && absl::Now() < deadline) {
    if (stop.WaitFor(kFormerServerLook)) return;
  }
}

// `listen` with the port that is really listened on.
std::string Listening(const std::string& listen, uint16_t port) {
  return StrCat(listen.substr(0, listen.rfind(':')), ":", port);
}

void PrintBanner(const config::Settings& settings, const node::Node& node) {
  const std::string endpoint = StrCat("http://", Listening(settings.listen_http, node.http_port()));
  const std::string coordinator = Listening(settings.listen_grpc, node.grpc_port());
  std::cout << "\nPawl " << node::Version() << " is running.\n\n"
            << "  endpoint  " << endpoint << "\n"
            << "  workers   " << coordinator << "\n"
            << "  data      " << settings.data_dir << "\n\n"
            << "Next, in another terminal:\n";
  if (endpoint != "http://127.0.0.1:8083")
    std::cout << "  export PAWL_ENDPOINT=" << endpoint << "\n";
  if (coordinator != "127.0.0.1:8084")
    std::cout << "  export PAWL_COORDINATORS=" << coordinator << "\n";
  std::cout << "  pawl deploy order.asl.json --activities\n"
            << "  pawl-worker --activity order-charge --exec ./charge.py\n"
            << "  pawl start order --input '{\"id\": 1}' --wait\n"
            << "  aws stepfunctions list-state-machines --endpoint-url " << endpoint << "\n\n"
            << "Ctrl-C stops it; the data stays.\n\n"
            << std::flush;
}

absl::Status RunDev(config::Settings settings, const StopSignal& stop) {
  settings.data_dir = std::filesystem::absolute(settings.data_dir).lexically_normal();
  FolderLock lock;
  if (absl::Status status = lock.Take(settings.data_dir); !status.ok()) return status;
  const std::string cluster_dir = settings.data_dir + "/postgres";
  WaitForFormerServer(cluster_dir, stop);
  if (stop.came()) return absl::OkStatus();

  store::PrivateCluster::Options options;
  // Sessions of this node, of its migrations, and of people with psql.
  options.settings.emplace_back("max_connections", StrCat(settings.database_connections + 20));
  auto cluster = store::PrivateCluster::Start(cluster_dir, options);
  if (!cluster.ok()) return cluster.status();
  settings.database_url = (*cluster)->url();
  settings.migrate = true;
  settings.http_task_allow_plain = true;
  if (settings.aws_sdk_allow.empty()) settings.aws_sdk_allow = "*";
  const absl::Status status =
      node::RunNode(settings, stop, [&](const node::Node& node) { PrintBanner(settings, node); });
  const absl::Status stopped = (*cluster)->Stop();
  return status.ok() || absl::IsCancelled(status) ? stopped : status;
}

}  // namespace

void AddDev(CLI::App* app, Session* session) {
  auto* command = app->add_subcommand(
      "dev", "Run a node with a PostgreSQL of its own in the data folder, for this machine");
  auto flags = std::make_shared<config::Flags>();
  config::AddFlags(command, flags.get());
  command->footer("\nExample:\n  pawl dev --data-dir ./data --listen-http 127.0.0.1:9083");
  session->OnRun(command, [=]() -> int {
    const StopSignal stop;
    const absl::StatusOr<config::Config> config = config::Load(*flags);
    if (!config.ok()) return session->FailUsage(config.status().message());
    node::ConfigureLog(config->settings);
    const absl::Status status = RunDev(config->settings, stop);
    if (status.ok()) return kOk;
    std::cerr << "pawl: " << status.message() << "\n";
    return kFailed;
  });
}

}  // namespace pawl::cli
