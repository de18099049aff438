#include "tests/support/postgres_cluster.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <pqxx/pqxx>

#include "absl/status/status.h"
#include "coordinator/base/strings.h"
#include "coordinator/store/migrate.h"

// libpqxx 6.4 loses the result with which a connection ends that breaks in a statement; the leak
// sanitizer is told so.
extern "C" const char* __lsan_default_suppressions() {
  return "leak:pqxx::connection_base::register_prepared\n"
         "leak:pqxx::connection_base::exec_prepared\n";
}

namespace pawl::testing {
namespace {

constexpr char kTemplate[] = "pawl_template";

void CheckOk(const absl::Status& status) {
  if (status.ok()) return;
  std::fprintf(stderr, "%s\n", status.ToString().c_str());
  std::abort();
}

// A port that is free now. Another process may take it before it is used; the server then says so.
int FreePort() {
  const int listener = socket(AF_INET, SOCK_STREAM, 0);
  sockaddr_in address = {};
  address.sin_family = AF_INET;
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  socklen_t size = sizeof(address);
  const bool ok = bind(listener, reinterpret_cast<sockaddr*>(&address), size) == 0 &&
                  getsockname(listener, reinterpret_cast<sockaddr*>(&address), &size) == 0;
  close(listener);
  if (!ok) CheckOk(absl::InternalError("no free port"));
  return ntohs(address.sin_port);
}

std::string TemporaryFolder() {
  std::string folder = "/tmp/pawl-test-XXXXXX";
  if (mkdtemp(folder.data()) == nullptr) CheckOk(absl::InternalError("mkdtemp"));
  // The server may run as another user, who has to reach what is in it.
  chmod(folder.c_str(), 0755);
  return folder;
}

}  // namespace

PostgresCluster& PostgresCluster::Shared() {
  static PostgresCluster cluster(/*durable=*/false);
  return cluster;
}

PostgresCluster::PostgresCluster(bool durable,
                                 std::vector<std::pair<std::string, std::string>> settings)
    : folder_(TemporaryFolder()), tcp_port_(FreePort()) {
  if (const char* bin = std::getenv("PAWL_TEST_POSTGRES_BIN")) options_.bin_dir = bin;
  options_.database = kTemplate;
  options_.durable = durable;
  options_.tcp_port = tcp_port_;
  options_.settings = std::move(settings);
  options_.settings.insert(options_.settings.begin(), {"max_connections", "200"});
  Start();
}

PostgresCluster::~PostgresCluster() {
  cluster_.reset();
  std::error_code ignored;
  std::filesystem::remove_all(folder_, ignored);
}

void PostgresCluster::Start() {
  auto cluster = store::PrivateCluster::Start(folder_ + "/data", options_);
  CheckOk(cluster.status());
  cluster_ = *std::move(cluster);
}

void PostgresCluster::Kill() { cluster_->Kill(); }

std::string PostgresCluster::FreshDatabase() {
  if (!has_template_) {
    CheckOk(store::Migrate(cluster_->UrlOf(kTemplate)));
    has_template_ = true;
  }
  return NewDatabase(kTemplate);
}

std::string PostgresCluster::EmptyDatabase() { return NewDatabase("template0"); }

std::string PostgresCluster::NewDatabase(const std::string& template_name) {
  const std::string name = StrCat("test_", next_database_++);
  pqxx::connection connection(cluster_->UrlOf("postgres"));
  pqxx::nontransaction(connection)
      .exec(StrCat("create database ", name, " template ", template_name));
  return cluster_->UrlOf(name);
}

std::string PostgresCluster::TcpUrlOf(std::string_view url) const {
  // postgresql:///<name>?...
  const size_t begin = url.find("///") + 3;
  const std::string_view name = url.substr(begin, url.find('?') - begin);
  return StrCat("postgresql://postgres@127.0.0.1:", tcp_port_, "/", name);
}

}  // namespace pawl::testing
