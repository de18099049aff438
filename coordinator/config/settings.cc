#include "coordinator/config/settings.h"

#include <unistd.h>

#include <algorithm>
#include <cstdlib>
#include <initializer_list>
#include <utility>

#include "absl/strings/ascii.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_join.h"
#include "absl/strings/str_replace.h"
#include "coordinator/base/strings.h"
#include "coordinator/core/limits.h"
#include "re2/re2.h"

namespace pawl::config {
namespace {

constexpr int64_t kMaxDatabaseConnections = 1000;
constexpr int64_t kLeastHistoryEvents = 100;
constexpr int64_t kMostHistoryEvents = 1'000'000'000;

Setting Matching(std::string_view name, std::string Settings::*member, const char* pattern,
                 std::string expected, std::string default_value, std::string_view help) {
  return {.name = name,
          .help = help,
          .default_value = std::move(default_value),
          .expected = std::move(expected),
          .assign = [member, pattern](std::string_view text, Settings* settings) {
            if (!RE2::FullMatch(re2::StringPiece(text.data(), text.size()), pattern)) return false;
            settings->*member = std::string(text);
            return true;
          }};
}

Setting OneOf(std::string_view name, std::string Settings::*member,
              std::initializer_list<std::string_view> words, std::string_view help) {
  const std::vector<std::string> allowed(words.begin(), words.end());
  return {.name = name,
          .help = help,
          .default_value = allowed.front(),
          .expected = StrCat("one of ", absl::StrJoin(allowed, ", ")),
          .assign = [member, allowed](std::string_view text, Settings* settings) {
            if (std::find(allowed.begin(), allowed.end(), text) == allowed.end()) return false;
            settings->*member = std::string(text);
            return true;
          }};
}

Setting Switch(std::string_view name, bool Settings::*member, std::string default_value,
               std::string_view help) {
  return {.name = name,
          .help = help,
          .default_value = std::move(default_value),
          .expected = "true or false",
          .assign =
              [member](std::string_view text, Settings* settings) {
                return absl::SimpleAtob(ToAbsl(text), &(settings->*member));
              },
          .is_switch = true};
}

Setting Count(std::string_view name, int64_t Settings::*member, int64_t default_value, int64_t min,
              int64_t max, std::string_view help) {
  return {.name = name,
          .help = help,
          .default_value = StrCat(default_value),
          .expected = StrCat("a number from ", min, " to ", max),
          .assign = [member, min, max](std::string_view text, Settings* settings) {
            int64_t value = 0;
            if (!absl::SimpleAtoi(ToAbsl(text), &value)) return false;
            if (value < min || value > max) return false;
            settings->*member = value;
            return true;
          }};
}

// 0, which means no limit, or a number in a range.
Setting Limit(std::string_view name, int64_t Settings::*member, int64_t min, int64_t max,
              std::string_view help) {
  return {.name = name,
          .help = help,
          .default_value = "0",
          .expected = StrCat("0 for no limit, or a number from ", min, " to ", max),
          .assign = [member, min, max](std::string_view text, Settings* settings) {
            int64_t value = 0;
            if (!absl::SimpleAtoi(ToAbsl(text), &value)) return false;
            if (value != 0 && (value < min || value > max)) return false;
            settings->*member = value;
            return true;
          }};
}

Setting Span(std::string_view name, absl::Duration Settings::*member, std::string default_value,
             std::string_view help) {
  return {.name = name,
          .help = help,
          .default_value = std::move(default_value),
          .expected = "a length of time such as 500ms, 30s or 2m",
          .assign = [member](std::string_view text, Settings* settings) {
            absl::Duration value;
            if (!absl::ParseDuration(ToAbsl(text), &value)) return false;
            if (value < absl::ZeroDuration() || value == absl::InfiniteDuration()) return false;
            settings->*member = value;
            return true;
          }};
}

std::string DefaultDataDir() {
  const char* home = std::getenv("HOME");
  if (geteuid() == 0 || home == nullptr || *home == '\0') return "/var/lib/pawl";
  return StrCat(home, "/.local/share/pawl");
}

// The services of AWS. Folders are read by coordinator/integrations/aws.
void AddAws(std::vector<Setting>* table) {
  table->push_back(Matching("aws_models", &Settings::aws_models, R"(.*)",
                            "folders, with commas between",
                            "/usr/local/share/pawl/aws-models,"
                            "/usr/lib/python3/dist-packages/botocore/data",
                            "Folders with the API models of AWS's services, of botocore or of "
                            "aws-sdk 2 for JavaScript; an action is taken from the first that has "
                            "it"));
  table->push_back(Matching("aws_endpoint", &Settings::aws_endpoint, R"(aws|https?://\S+)",
                            "aws, or a URL such as http://127.0.0.1:4566", "aws",
                            "Where AWS's services are: AWS's own hosts, or one server for all"));
  table->push_back(Matching("aws_endpoints", &Settings::aws_endpoints, R"(([^=]+=[^=]+)*)",
                            "SERVICE=URL or SERVICE=aws, with commas between", "",
                            "Services that are elsewhere than aws_endpoint says"));
  table->push_back(Matching("aws_sdk_allow", &Settings::aws_sdk_allow, R"(.*)",
                            "SERVICE:ACTION or MACHINE/SERVICE:ACTION, with commas between", "",
                            "Which actions aws-sdk integrations may call, such as "
                            "s3:get*,orders-*/dynamodb:*; empty: none; pawl dev: all"));
  table->push_back(Matching("aws_integrations_allow", &Settings::aws_integrations_allow, R"(.*)",
                            "SERVICE:ACTION or MACHINE/SERVICE:ACTION, with commas between", "*",
                            "Which actions optimized integrations may call, such as "
                            "sqs:sendMessage,orders-*/dynamodb:*; empty: none"));
}

// What tasks call outside of Pawl. Lists are read by coordinator/integrations.
void AddOutgoingCalls(std::vector<Setting>* table) {
  table->push_back(Matching("lambda_endpoint", &Settings::lambda_endpoint,
                            R"(worker|aws|https?://\S+)",
                            "worker, aws, or a URL such as http://127.0.0.1:3001", "worker",
                            "Where Lambda functions run: on workers, or at a server that speaks "
                            "Lambda's Invoke API"));
  table->push_back(Matching("lambda_functions", &Settings::lambda_functions, R"(([^=]+=[^=]+)*)",
                            "NAME=worker, NAME=aws or NAME=URL, with commas between", "",
                            "Functions that run elsewhere than lambda_endpoint says"));
  table->push_back(Matching("sts_endpoint", &Settings::sts_endpoint, R"((https?://\S+)?)",
                            "a URL such as http://127.0.0.1:4566", "",
                            "STS where the roles of Credentials are assumed; empty: AWS's own, for "
                            "functions at AWS only"));
  table->push_back(Matching("connections_file", &Settings::connections_file, R"(.*)", "a file", "",
                            "YAML file of the connections that HTTP tasks authenticate with"));
  table->push_back(Matching("egress_allow", &Settings::egress_allow, R"(.*)",
                            "host names and ranges of addresses, with commas between", "",
                            "What tasks may call, such as *.example.com,10.0.0.0/8; empty: all but "
                            "link-local and metadata addresses"));
  table->push_back(Matching("egress_deny", &Settings::egress_deny, R"(.*)",
                            "host names and ranges of addresses, with commas between", "",
                            "What tasks may not call, whatever egress_allow says"));
  table->push_back(Switch("http_task_allow_plain", &Settings::http_task_allow_plain, "false",
                          "Let HTTP tasks call http as well as https; always so in pawl dev"));
  table->push_back(Count("max_calls", &Settings::max_calls, 4096, 1, 100'000,
                         "Calls that a coordinator has under way at once; others wait in the "
                         "database"));
  table->push_back(
      Count("max_jobs", &Settings::max_jobs, 50'000, 1, 1'000'000,
            "Jobs of .sync integrations that a coordinator looks after at once; others "
            "wait in the database"));
  table->push_back(Count("max_calls_per_target", &Settings::max_calls_per_target, 2000, 1, 100'000,
                         "Calls of one host that a coordinator has under way at once; others wait "
                         "their turn"));
  table->push_back(Matching("tls_ca_file", &Settings::tls_ca_file, R"(.*)", "a file", "",
                            "Certificates that outgoing calls trust, PEM; empty: the system's"));
}

std::vector<Setting> MakeTable() {
  static constexpr char kAddress[] = R"(([^\s:/]+|\[[0-9a-fA-F:.]+\]):\d{1,5})";
  static constexpr char kExpectedAddress[] = "HOST:PORT, such as 127.0.0.1:8083 or [::]:8083";

  std::vector<Setting> table;
  table.push_back(Matching("listen_http", &Settings::listen_http, kAddress, kExpectedAddress,
                           "127.0.0.1:8083", "Where the AWS API, /healthz and /readyz are served"));
  table.push_back(Matching("listen_grpc", &Settings::listen_grpc, kAddress, kExpectedAddress,
                           "127.0.0.1:8084",
                           "Where the gRPC API for workers and clients is served"));
  table.push_back(Matching("database_url", &Settings::database_url, R"(postgres(ql)?://\S*)",
                           "postgresql://USER:PASSWORD@HOST:PORT/DATABASE", "postgresql:///pawl",
                           "The PostgreSQL database that holds everything; pawl dev has its own"));
  table.back().is_secret = true;
  table.push_back(Count("database_connections", &Settings::database_connections, 12, 6,
                        kMaxDatabaseConnections, "Connections that a coordinator opens to it"));
  table.push_back(Switch("flush_barrier", &Settings::flush_barrier, "true",
                         "Commit transitions asynchronously and hold answers back until they are "
                         "on disk; false where a pooler such as PgBouncer stands between"));
  table.push_back(OneOf("synchronous_commit", &Settings::synchronous_commit,
                        {"on", "remote_apply", "remote_write", "local"},
                        "What an answer waits for, in PostgreSQL's words"));
  table.push_back(Switch("allow_fsync_off", &Settings::allow_fsync_off, "false",
                         "Run on a database server with fsync=off, whose data may be thrown away"));
  table.push_back(Switch("migrate", &Settings::migrate, "false",
                         "Bring the database's schema up to date at the start"));
  table.push_back(Span("retention", &Settings::retention, "2160h",
                       "How long closed executions are kept (AWS: 90 days)"));
  table.push_back(Count("max_payload_bytes", &Settings::max_payload_bytes, core::kAwsPayloadBytes,
                        core::kAwsPayloadBytes, core::kMostPayloadBytes,
                        "Largest input, output or result of a state, of executions that start here "
                        "(AWS: 256 KiB)"));
  table.push_back(Limit("max_history_events", &Settings::max_history_events, kLeastHistoryEvents,
                        kMostHistoryEvents,
                        "Events after which an execution that starts here fails; 0: any number "
                        "(AWS: 25000)"));
  table.push_back(Matching("data_dir", &Settings::data_dir, R"(/.*|\..*|[^-\s].*)", "a folder",
                           DefaultDataDir(), "Where pawl dev keeps its data"));
  table.push_back(Matching("account_id", &Settings::account_id, R"(\d{12})", "12 digits",
                           "000000000000", "The AWS account id in ARNs"));
  table.push_back(Matching("region", &Settings::region, R"([a-z]{2}(-[a-z]+)+-\d+)",
                           "a region such as eu-central-1", "us-east-1", "The AWS region in ARNs"));
  table.push_back(
      Switch("allow_unauthenticated", &Settings::allow_unauthenticated, "false",
             "Serve requests without credentials on addresses other than this machine's"));
  AddOutgoingCalls(&table);
  AddAws(&table);
  table.push_back(OneOf("log_level", &Settings::log_level, {"info", "debug", "warn", "error"},
                        "The least severe lines that are logged"));
  table.push_back(
      OneOf("log_format", &Settings::log_format, {"logfmt", "json"}, "How a log line is written"));
  table.push_back(Span("shutdown_timeout", &Settings::shutdown_timeout, "30s",
                       "How long SIGTERM waits for the steps under way"));
  return table;
}

}  // namespace

Account Settings::account() const {
  Account account;
  account.region = region;
  account.account_id = account_id;
  return account;
}

std::string Setting::Flag() const {
  return StrCat("--", absl::StrReplaceAll(std::string(name), {{"_", "-"}}));
}

std::string Setting::Variable() const {
  return StrCat("PAWL_", absl::AsciiStrToUpper(std::string(name)));
}

const std::vector<Setting>& AllSettings() {
  static const auto* const table = new std::vector<Setting>(MakeTable());
  return *table;
}

std::string MaskPassword(std::string_view url) {
  std::string masked(url);
  RE2::Replace(&masked, R"(^(\w+://[^:/@?]*):([^@/]*)@)", R"(\1:***@)");
  RE2::GlobalReplace(&masked, R"(([?&]password=)[^&]*)", R"(\1***)");
  return masked;
}

}  // namespace pawl::config
