#include "cli/session.h"

#include <algorithm>
#include <iostream>
#include <utility>

#include "absl/time/clock.h"
#include "coordinator/base/backoff.h"
#include "coordinator/base/strings.h"

namespace pawl::cli {
namespace {

constexpr absl::Duration kPatience = absl::Seconds(60);
constexpr int kPageItems = 100;
constexpr int64_t kMaxSearchedMachines = 10'000;

}  // namespace

absl::StatusOr<Answer> Answer::Parse(std::string text) {
  Answer answer;
  answer.text_ = std::move(text);
  absl::StatusOr<Json> json = ParseJson(answer.text_, answer.arena_.get());
  if (!json.ok()) return json.status();
  answer.json_ = *json;
  return answer;
}

std::string Answer::Text(std::string_view member) const {
  const Json value = json_.Find(member);
  return value.is_string() ? std::string(value.as_string()) : std::string();
}

void Session::AddOptions(CLI::App* command) {
  command->add_option("--endpoint", endpoints_, "The coordinator; several are tried in turn")
      ->envname("PAWL_ENDPOINT")
      ->delimiter(',')
      ->expected(1)
      ->take_all()
      ->capture_default_str()
      ->group("Connection");
  command->add_option("--account-id", account_.account_id, "The account id in ARNs")
      ->envname("PAWL_ACCOUNT_ID")
      ->capture_default_str()
      ->group("Connection");
  command->add_option("--region", account_.region, "The region in ARNs")
      ->envname("PAWL_REGION")
      ->capture_default_str()
      ->group("Connection");
  command->add_option("-o,--format", output_, "table, or json for scripts")
      ->check(CLI::IsMember({"table", "json"}))
      ->capture_default_str();
}

void Session::OnRun(CLI::App* command, std::function<int()> run) {
  command->callback([this, run = std::move(run)] { exit_code_ = run(); });
}

AwsClient& Session::Client() {
  if (!client_) client_ = std::make_unique<AwsClient>(AwsClient::Options{.endpoints = endpoints_});
  return *client_;
}

absl::StatusOr<Answer> Session::Call(std::string_view operation, const JsonObject& request) {
  absl::StatusOr<std::string> body = Client().Call(operation, request.str());
  if (!body.ok()) return body.status();
  absl::StatusOr<Answer> answer = Answer::Parse(*std::move(body));
  if (!answer.ok()) {
    return absl::UnavailableError(
        StrCat(operation, ": found no JSON in the answer: ", answer.status().message()));
  }
  return answer;
}

absl::StatusOr<Answer> Session::CallPatiently(std::string_view operation,
                                              const JsonObject& request) {
  Backoff backoff;
  const absl::Time deadline = absl::Now() + kPatience;
  while (true) {
    absl::StatusOr<Answer> answer = Call(operation, request);
    if (!absl::IsUnavailable(answer.status()) || absl::Now() >= deadline) return answer;
    if (!Pause(backoff.Next())) return absl::CancelledError("interrupted");
  }
}

absl::StatusOr<std::vector<Json>> Session::CallForAll(std::string_view operation,
                                                      const std::function<JsonObject()>& request,
                                                      std::string_view items_member, int64_t limit,
                                                      std::vector<Answer>* pages) {
  std::vector<Json> items;
  std::string next_token;
  do {
    JsonObject page_request = request();
    page_request.Add("maxResults", std::min<int64_t>(kPageItems, limit - std::ssize(items)));
    if (!next_token.empty()) page_request.Add("nextToken", next_token);
    absl::StatusOr<Answer> page = Call(operation, page_request);
    if (!page.ok()) return page.status();
    for (const Json item : page->json().Find(items_member).items()) {
      if (std::ssize(items) < limit) items.push_back(item);
    }
    next_token = page->Text("nextToken");
    pages->push_back(*std::move(page));
  } while (!next_token.empty() && std::ssize(items) < limit);
  return items;
}

bool Session::Pause(absl::Duration duration) {
  if (!stop_) stop_ = std::make_unique<StopSignal>();
  return !stop_->WaitFor(duration);
}

int Session::Fail(const absl::Status& status) const {
  const std::string code = AwsErrorCode(status);
  std::cerr << "pawl: " << (code.empty() ? "" : code + ": ") << status.message() << "\n";
  if (!absl::IsUnavailable(status)) return kFailed;
  std::cerr << "pawl: is a coordinator running there? `pawl dev` starts one; --endpoint or "
               "PAWL_ENDPOINT names "
               "another.\n";
  return kUnreachable;
}

int Session::FailUsage(absl::string_view message) const {
  std::cerr << "pawl: " << message << "\n";
  return kUsage;
}

int Session::Tell(const absl::StatusOr<Answer>& answer, const std::string& done) const {
  if (!answer.ok()) return Fail(answer.status());
  std::cout << (wants_json() ? answer->text() : done) << "\n";
  return kOk;
}

std::string Session::MachineArn(const std::string& name) const {
  return Arn::Parse(name).ok() ? name : account_.StateMachineArn(name);
}

std::string Session::ActivityArn(const std::string& name) const {
  return Arn::Parse(name).ok() ? name : account_.ActivityArn(name);
}

absl::StatusOr<std::string> Session::ExecutionArn(const std::string& name) {
  if (Arn::Parse(name).ok()) return name;
  if (const size_t slash = name.find('/'); slash != std::string::npos) {
    return account_.ExecutionArn(name.substr(0, slash), name.substr(slash + 1));
  }
  std::vector<Answer> pages;
  const absl::StatusOr<std::vector<Json>> machines = CallForAll(
      "ListStateMachines", [] { return JsonObject(); }, "stateMachines", kMaxSearchedMachines,
      &pages);
  if (!machines.ok()) return machines.status();
  std::vector<std::string> found;
  for (const Json machine : *machines) {
    const std::string arn = account_.ExecutionArn(machine.Find("name").as_string(), name);
    if (Call("DescribeExecution", JsonObject().Add("executionArn", arn)).ok()) found.push_back(arn);
  }
  if (found.size() == 1) return found.front();
  if (found.empty()) {
    return absl::NotFoundError(
        StrCat("found no execution '", name, "', expected MACHINE/NAME or its ARN"));
  }
  return absl::InvalidArgumentError(StrCat("found ", found.size(), " executions '", name,
                                           "' of different state machines, expected MACHINE/NAME"));
}

}  // namespace pawl::cli
