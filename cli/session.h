// What the commands of `pawl` that talk to a coordinator have in common: where it is, how a thing
// is named, how an answer is asked for and an error told.

#ifndef PAWL_CLI_SESSION_H_
#define PAWL_CLI_SESSION_H_

#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "CLI/CLI.hpp"
#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "cli/aws_client.h"
#include "cli/json_object.h"
#include "coordinator/base/account.h"
#include "coordinator/base/json.h"
#include "coordinator/process/stop_signal.h"

namespace pawl::cli {

enum ExitCode {
  kOk = 0,
  kFailed = 1,       // the operation, or the execution that was waited for, failed
  kUsage = 2,        // the command line is wrong
  kUnreachable = 3,  // no coordinator answered, or no database
};

// A JSON value and the memory it lives in. Movable.
class Answer {
 public:
  // INVALID_ARGUMENT when `text` is no JSON.
  static absl::StatusOr<Answer> Parse(std::string text);
  Json json() const { return json_; }
  const std::string& text() const { return text_; }
  // The member's text; empty when it is not there or no string.
  std::string Text(std::string_view member) const;

 private:
  std::string text_;
  std::unique_ptr<JsonArena> arena_ = std::make_unique<JsonArena>();
  Json json_;
};

class Session {
 public:
  // --endpoint, --account-id, --region and -o; they write to this session, which must outlive the
  // parsing.
  void AddOptions(CLI::App* command);
  // Makes `run` what the command does; its result is the process's exit code.
  void OnRun(CLI::App* command, std::function<int()> run);

  absl::StatusOr<Answer> Call(std::string_view operation, const JsonObject& request);
  // Goes on while no coordinator can be reached, for up to a minute: for commands that watch an
  // execution.
  absl::StatusOr<Answer> CallPatiently(std::string_view operation, const JsonObject& request);
  // The whole of a list that comes in pages: `items_member` of each answer, up to `limit` items;
  // the pages must outlive the items.
  absl::StatusOr<std::vector<Json>> CallForAll(std::string_view operation,
                                               const std::function<JsonObject()>& request,
                                               std::string_view items_member, int64_t limit,
                                               std::vector<Answer>* pages);

  // Waits between two looks; false when the user wants to leave.
  bool Pause(absl::Duration duration);
  // Writes "pawl: ..." to standard error and gives the exit code for it.
  int Fail(const absl::Status& status) const;
  int FailUsage(absl::string_view message) const;
  // For calls whose answer says little: prints what was done, or the answer itself for scripts.
  int Tell(const absl::StatusOr<Answer>& answer, const std::string& done) const;

  // ARNs of what the user named; an ARN is taken as it is. "MACHINE:VERSION" and "MACHINE:ALIAS"
  // are machines too.
  std::string MachineArn(const std::string& name) const;
  std::string ActivityArn(const std::string& name) const;
  // "MACHINE/NAME", an ARN, or the execution's name alone, for which all machines are asked.
  absl::StatusOr<std::string> ExecutionArn(const std::string& name);

  const Account& account() const { return account_; }
  const std::vector<std::string>& endpoints() const { return endpoints_; }
  bool wants_json() const { return output_ == "json"; }
  int exit_code() const { return exit_code_; }

 private:
  AwsClient& Client();

  std::vector<std::string> endpoints_ = {"http://127.0.0.1:8083"};
  Account account_;
  std::string output_ = "table";
  int exit_code_ = kOk;
  std::unique_ptr<AwsClient> client_;
  std::unique_ptr<StopSignal> stop_;
};

}  // namespace pawl::cli

#endif  // PAWL_CLI_SESSION_H_
