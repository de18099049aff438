// PostgreSQL for tests: one private cluster per process, a fresh migrated database per call.
// Stopped when the process ends, however it ends.

#ifndef PAWL_TESTS_SUPPORT_POSTGRES_CLUSTER_H_
#define PAWL_TESTS_SUPPORT_POSTGRES_CLUSTER_H_

#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "coordinator/store/private_cluster.h"

namespace pawl::testing {

class PostgresCluster {
 public:
  // The cluster that the tests of this process share; started at the first call, which is the main
  // thread's. It does not flush to disk. Aborts when there is no PostgreSQL; PAWL_TEST_POSTGRES_BIN
  // names the folder of its programs.
  static PostgresCluster& Shared();

  // A cluster of one's own: for tests that restart or kill it, or that need it durable.
  explicit PostgresCluster(bool durable,
                           std::vector<std::pair<std::string, std::string>> settings = {});
  ~PostgresCluster();

  // A new database with Pawl's schema, copied from a template: its URL over the unix socket.
  std::string FreshDatabase();
  // A new empty one.
  std::string EmptyDatabase();
  // The same database over TCP.
  std::string TcpUrlOf(std::string_view url) const;

  // As if the power failed; then Start again.
  void Kill();
  void Start();

  int tcp_port() const { return tcp_port_; }
  const std::string& log_file() const { return cluster_->log_file(); }

 private:
  std::string NewDatabase(const std::string& template_name);

  std::string folder_;
  int tcp_port_;
  store::PrivateCluster::Options options_;
  std::unique_ptr<store::PrivateCluster> cluster_;
  bool has_template_ = false;
  int next_database_ = 1;
};

}  // namespace pawl::testing

#endif  // PAWL_TESTS_SUPPORT_POSTGRES_CLUSTER_H_
