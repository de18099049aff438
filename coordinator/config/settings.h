// What a coordinator can be told, and the one table of it: name, meaning, default, allowed values.
// Flags, environment variables, keys of the configuration file, `--help` and `pawl config` are all
// made from it.

#ifndef PAWL_CONFIG_SETTINGS_H_
#define PAWL_CONFIG_SETTINGS_H_

#include <cstdint>
#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include "absl/time/time.h"
#include "coordinator/base/account.h"

namespace pawl::config {

struct Settings {
  std::string listen_http;
  std::string listen_grpc;
  std::string database_url;
  int64_t database_connections = 0;
  bool flush_barrier = true;
  std::string synchronous_commit;
  bool allow_fsync_off = false;
  bool migrate = false;
  absl::Duration retention;
  int64_t max_payload_bytes = 0;
  int64_t max_history_events = 0;  // 0: any number
  std::string data_dir;
  std::string account_id;
  std::string region;
  bool allow_unauthenticated = false;
  std::string lambda_endpoint;
  std::string lambda_functions;
  std::string sts_endpoint;  // empty: AWS's own, for calls of AWS
  std::string aws_models;
  std::string aws_endpoint;
  std::string aws_endpoints;
  std::string aws_sdk_allow;
  std::string aws_integrations_allow;
  std::string connections_file;  // empty: none
  std::string egress_allow;
  std::string egress_deny;
  bool http_task_allow_plain = false;
  int64_t max_calls = 0;
  int64_t max_jobs = 0;
  int64_t max_calls_per_target = 0;
  std::string tls_ca_file;  // empty: the system's
  std::string log_level;
  std::string log_format;
  absl::Duration shutdown_timeout;

  Account account() const;  // of account_id and region
};

// One row of the table.
struct Setting {
  std::string_view name;  // listen_http: the key; --listen-http and PAWL_LISTEN_HTTP follow from it
  std::string_view help;
  std::string default_value;
  std::string expected;  // what a value must be, for messages: "HOST:PORT"
  // Takes `text` over into the settings; false, with nothing changed, when it is not as expected.
  std::function<bool(std::string_view text, Settings* settings)> assign;
  bool is_switch = false;  // true or false; as a flag it needs no value
  bool is_secret = false;  // a URL whose password is not shown

  std::string Flag() const;      // "--listen-http"
  std::string Variable() const;  // "PAWL_LISTEN_HTTP"
};

// In the order in which they are shown.
const std::vector<Setting>& AllSettings();

// `url` with its password replaced by `***`, in the user part as well as in a `password=`
// parameter.
std::string MaskPassword(std::string_view url);

}  // namespace pawl::config

#endif  // PAWL_CONFIG_SETTINGS_H_
