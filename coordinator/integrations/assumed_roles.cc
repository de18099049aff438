#include "coordinator/integrations/assumed_roles.h"

#include <algorithm>
#include <optional>
#include <string_view>

#include "coordinator/base/strings.h"
#include "coordinator/integrations/url.h"

namespace pawl::integrations {
namespace {

constexpr size_t kMaxAnswerBytes = 64 << 10;
// They are not used so shortly before their end: they might not live for the call.
constexpr absl::Duration kMargin = absl::Minutes(1);
// Where the answer does not say how long they live: STS gives an hour.
constexpr absl::Duration kLifetime = absl::Minutes(15);

HttpRequest AssumeRequest(const std::string& endpoint, const std::string& role_arn,
                          const std::string& state_machine_arn) {
  HttpRequest request;
  request.method = "POST";
  request.url = endpoint;
  request.headers = {{"Content-Type", "application/x-www-form-urlencoded; charset=utf-8"}};
  request.body = StrCat("Action=AssumeRole&Version=2011-06-15&RoleSessionName=pawl&RoleArn=",
                        PercentEncode(role_arn), "&ExternalId=", PercentEncode(state_machine_arn));
  request.timeout = absl::Seconds(30);
  request.max_response_bytes = kMaxAnswerBytes;
  return request;
}

// The text of an element of an answer of STS, whose values have nothing that XML escapes.
std::string Element(std::string_view xml, std::string_view name) {
  const std::string begin = StrCat("<", name, ">");
  const std::string end = StrCat("</", name, ">");
  const size_t from = xml.find(begin);
  if (from == std::string_view::npos) return "";
  xml.remove_prefix(from + begin.size());
  return std::string(xml.substr(0, xml.find(end)));
}

std::optional<AwsCredentials> ReadCredentials(const std::string& xml) {
  AwsCredentials credentials{Element(xml, "AccessKeyId"), Element(xml, "SecretAccessKey"),
                             Element(xml, "SessionToken")};
  const bool complete =
      !credentials.access_key_id.empty() && !credentials.secret_access_key.empty() &&
      IsHeaderValue(credentials.access_key_id) && IsHeaderValue(credentials.session_token);
  return complete ? std::optional(std::move(credentials)) : std::nullopt;
}

absl::Time ReadExpiration(const std::string& xml, absl::Time now) {
  absl::Time expires_at;
  std::string ignored;
  const bool known =
      absl::ParseTime(absl::RFC3339_full, Element(xml, "Expiration"), &expires_at, &ignored);
  return known ? expires_at : now + kLifetime;
}

}  // namespace

CallFailure RoleRefused(const Call& call) {
  return {"States.TaskFailed",
          StrCat("The role ", call.execution_role_arn,
                 " is not authorized to assume the task state's role, ", call.role_arn, ".")};
}

CallFailure RoleNotAssumed(const Call& call, std::string_view prefix, const RoleFailure& failure) {
  if (failure.refused) return RoleRefused(call);
  return {StrCat(prefix, ".SdkClientException"),
          StrCat("Unable to execute HTTP request: the role ", call.role_arn,
                 " could not be assumed: ", failure.message)};
}

void AssumedRoles::Get(const std::string& role_arn, const std::string& state_machine_arn,
                       const AwsCredentials& own, Done done) {
  DropExpired();
  const Key key{role_arn, state_machine_arn};
  Role& role = roles_[key];
  if (clock_->Now() < role.expires_at) return done(role.credentials);
  role.waiting.push_back(std::move(done));
  if (role.waiting.size() > 1) return;
  HttpRequest request = AssumeRequest(endpoint_, role_arn, state_machine_arn);
  SignRequest(own, {.region = region_, .service = "sts"}, clock_->Now(), &request);
  client_->Start(std::move(request),
                 [this, key](HttpResult result) { Answered(key, std::move(result)); });
}

void AssumedRoles::Answered(const Key& key, HttpResult result) {
  Role& role = roles_[key];
  Result outcome = RoleFailure{false, "the answer of STS has no credentials"};
  if (!result.ok()) {
    outcome = RoleFailure{false, result.error().message};
  } else if (result->status >= 500) {
    outcome = RoleFailure{false, StrCat("STS answered with status ", result->status)};
  } else if (result->status != 200) {
    outcome = RoleFailure{true, Element(result->body, "Message")};
  } else if (auto credentials = ReadCredentials(result->body)) {
    const absl::Time now = clock_->Now();
    const absl::Time end = ReadExpiration(result->body, now);
    role.credentials = *credentials;
    role.expires_at = end - std::min(kMargin, (end - now) / 2);
    outcome = *std::move(credentials);
  }
  std::vector<Done> waiting;
  waiting.swap(role.waiting);
  for (Done& done : waiting) done(outcome);
}

void AssumedRoles::DropExpired() {
  if (roles_.size() < kManyRoles) return;
  const absl::Time now = clock_->Now();
  std::erase_if(roles_, [now](const auto& entry) {
    return entry.second.waiting.empty() && entry.second.expires_at <= now;
  });
}

}  // namespace pawl::integrations
