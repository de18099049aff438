#include "coordinator/integrations/credential_chain.h"

#include <algorithm>
#include <utility>

#include "absl/strings/ascii.h"
#include "coordinator/base/json.h"
#include "coordinator/base/strings.h"
#include "coordinator/integrations/aws/response_body.h"
#include "coordinator/integrations/aws/timestamp.h"

namespace pawl::integrations {
namespace {

// Renewed so long before they expire (as AWS's SDKs do); an attempt that fails is made again soon.
constexpr absl::Duration kAhead = absl::Minutes(5);
constexpr absl::Duration kAgain = absl::Seconds(30);
// Nobody is asked again at once who had none.
constexpr absl::Duration kNone = absl::Seconds(5);
constexpr absl::Duration kMetadataConnect = absl::Seconds(1);
constexpr absl::Duration kMetadataTimeout = absl::Seconds(2);
constexpr size_t kMaxAnswerBytes = 256 << 10;

constexpr char kNoCredentials[] =
    "Unable to load credentials from any of the providers in the chain";

std::string TextMember(Json object, std::string_view name) {
  const Json value = object.Find(name);
  return value.is_string() ? std::string(value.as_string()) : "";
}

absl::Time ExpiryOf(std::string_view text) {
  return aws::ParseTimestamp(text).value_or(absl::InfiniteFuture());
}

// A file's first line, for tokens that stand in one.
std::string Stripped(std::optional<std::string> text) {
  return std::string(absl::StripAsciiWhitespace(text.value_or("")));
}

std::string RoleForm(std::string_view action, const AssumedRole& role) {
  std::string form = StrCat(
      "Action=", action, "&Version=2011-06-15&RoleArn=", PercentEncode(role.arn),
      "&RoleSessionName=", PercentEncode(role.session_name.empty() ? "pawl" : role.session_name));
  if (!role.external_id.empty()) StrAppend(&form, "&ExternalId=", PercentEncode(role.external_id));
  return form;
}

std::string Problem(std::string_view who, const HttpResult& result) {
  if (!result.ok()) return StrCat(who, ": ", result.error().message);
  return StrCat(who, " answered with status ", result->status);
}

}  // namespace

void CredentialChain::Get(bool ask_instance, Done done) {
  ForgetChangedFiles();
  Kept& kept = kept_[ask_instance];
  const absl::Time now = options_.clock->Now();
  if (now < kept.expires_at) {
    const AwsCredentials credentials = kept.credentials;
    if (now >= kept.renew_at && !kept.asking) Ask(ask_instance);
    return done(credentials);
  }
  if (!kept.asking && now < kept.renew_at) return done(kept.problem);
  kept.waiting.push_back(std::move(done));
  if (!kept.asking) Ask(ask_instance);
}

// What rotates in the shared files is taken up.
void CredentialChain::ForgetChangedFiles() {
  const std::string files[] = {CredentialsFile(options_.sources), ConfigFile(options_.sources)};
  bool changed = false;
  for (size_t i = 0; i < std::size(files); ++i) {
    std::error_code error;
    auto at = std::filesystem::last_write_time(files[i], error);
    if (error) at = {};
    changed |= at != files_at_[i];
    files_at_[i] = at;
  }
  if (!changed) return;
  for (auto& [key, kept] : kept_) kept.expires_at = kept.renew_at = absl::InfinitePast();
}

void CredentialChain::Ask(bool ask_instance) {
  kept_[ask_instance].asking = true;
  Outcome<CredentialPlan, std::string> plan = PlanCredentials(options_.sources);
  if (plan.ok() && plan->origin == CredentialPlan::Origin::kInstance && !ask_instance) {
    plan = std::string("none are configured");
  }
  if (!plan.ok()) return Got(ask_instance, FreshResult(plan.error()));
  Begin(*std::move(plan),
        [this, ask_instance](FreshResult result) { Got(ask_instance, std::move(result)); });
}

void CredentialChain::Got(bool ask_instance, FreshResult result) {
  Kept& kept = kept_[ask_instance];
  kept.asking = false;
  const absl::Time now = options_.clock->Now();
  if (result.ok()) {
    kept.credentials = result->credentials;
    kept.expires_at = result->expires_at;
    const absl::Duration life = kept.expires_at - now;
    kept.renew_at = kept.expires_at - std::min(kAhead, life / 2);
  } else {
    kept.problem = StrCat(kNoCredentials, ": ", result.error());
    kept.renew_at = now + (now < kept.expires_at ? kAgain : kNone);
  }
  std::vector<Done> waiting;
  waiting.swap(kept.waiting);
  const Result told = result.ok() ? Result(result->credentials) : Result(kept.problem);
  for (Done& done : waiting) done(told);
}

void CredentialChain::Begin(CredentialPlan plan, FreshDone done) {
  FreshDone then = [this, roles = std::move(plan.roles),
                    done = std::move(done)](FreshResult base) mutable {
    AssumeRoles(std::move(roles), std::move(base), std::move(done));
  };
  switch (plan.origin) {
    case CredentialPlan::Origin::kKeys:
      return then(Fresh{plan.keys, absl::InfiniteFuture()});
    case CredentialPlan::Origin::kWebIdentity: {
      const std::string token = Stripped(options_.sources.file(plan.token_file));
      if (token.empty()) return then(StrCat(plan.token_file, " has no token"));
      return AskSts(StrCat(RoleForm("AssumeRoleWithWebIdentity", plan.web_role),
                           "&WebIdentityToken=", PercentEncode(token)),
                    nullptr, std::move(then));
    }
    case CredentialPlan::Origin::kContainer:
      return AskContainer(plan, std::move(then));
    case CredentialPlan::Origin::kInstance:
      return AskInstance(plan.url, std::move(then));
  }
}

void CredentialChain::AssumeRoles(std::vector<AssumedRole> roles, FreshResult base,
                                  FreshDone done) {
  if (!base.ok() || roles.empty()) return done(std::move(base));
  const AssumedRole role = roles.front();
  roles.erase(roles.begin());
  const AwsCredentials signer = base->credentials;
  AskSts(RoleForm("AssumeRole", role), &signer,
         [this, roles = std::move(roles), done = std::move(done)](FreshResult result) mutable {
           AssumeRoles(std::move(roles), std::move(result), std::move(done));
         });
}

void CredentialChain::AskSts(std::string body, const AwsCredentials* signer, FreshDone done) {
  const AwsTarget target = options_.endpoints.Of("sts", "sts");
  HttpRequest request;
  request.method = "POST";
  request.url = target.base.ToString();
  request.headers = {{"Content-Type", "application/x-www-form-urlencoded; charset=utf-8"}};
  request.body = std::move(body);
  request.timeout = absl::Seconds(30);
  request.max_response_bytes = kMaxAnswerBytes;
  if (signer != nullptr) {
    SignRequest(*signer, {.region = target.region, .service = "sts"}, options_.clock->Now(),
                &request);
  }
  Send(std::move(request), [done = std::move(done)](HttpResult result) mutable {
    pugi::xml_document document;
    const bool read = result.ok() && aws::ParseXml(result->body, &document);
    if (!read || result->status != 200) {
      std::string problem = Problem("sts", result);
      const pugi::xml_node error =
          read ? aws::ChildNamed(document.document_element(), "Error") : pugi::xml_node();
      if (error) StrAppend(&problem, ": ", aws::TextOf(aws::ChildNamed(error, "Message")));
      return done(std::move(problem));
    }
    const pugi::xml_node node =
        aws::ChildNamed(document.document_element().first_child(), "Credentials");
    const auto text = [&](std::string_view name) {
      return aws::TextOf(aws::ChildNamed(node, name));
    };
    if (text("AccessKeyId").empty()) return done(std::string("sts answered without credentials"));
    done(Fresh{{text("AccessKeyId"), text("SecretAccessKey"), text("SessionToken")},
               ExpiryOf(text("Expiration"))});
  });
}

namespace {

// What the metadata services of containers and of instances answer.
template <typename Fresh>
Outcome<Fresh, std::string> ReadMetadata(std::string_view who, const HttpResult& result) {
  if (!result.ok() || result->status != 200) return Problem(who, result);
  JsonArena arena;
  const absl::StatusOr<Json> json = ParseJson(result->body, &arena);
  if (!json.ok() || TextMember(*json, "AccessKeyId").empty()) {
    return StrCat(who, " answered without credentials");
  }
  return Fresh{{TextMember(*json, "AccessKeyId"), TextMember(*json, "SecretAccessKey"),
                TextMember(*json, "Token")},
               ExpiryOf(TextMember(*json, "Expiration"))};
}

HttpRequest MetadataRequest(std::string method, std::string url) {
  HttpRequest request;
  request.method = std::move(method);
  request.url = std::move(url);
  request.connect_timeout = kMetadataConnect;
  request.timeout = kMetadataTimeout;
  request.max_response_bytes = kMaxAnswerBytes;
  return request;
}

}  // namespace

void CredentialChain::AskContainer(const CredentialPlan& plan, FreshDone done) {
  HttpRequest request = MetadataRequest("GET", plan.url);
  std::string authorization = plan.authorization;
  if (!plan.authorization_file.empty()) {
    authorization = Stripped(options_.sources.file(plan.authorization_file));
  }
  if (!authorization.empty()) request.headers = {{"Authorization", authorization}};
  Send(std::move(request), [done = std::move(done)](HttpResult result) mutable {
    done(ReadMetadata<Fresh>("the container's credentials service", result));
  });
}

// A token, the role's name, its credentials (IMDSv2).
void CredentialChain::AskInstance(const std::string& url, FreshDone done) {
  static constexpr std::string_view kWho = "the instance's metadata service";
  HttpRequest ask_token = MetadataRequest("PUT", StrCat(url, "/latest/api/token"));
  ask_token.headers = {{"X-aws-ec2-metadata-token-ttl-seconds", "21600"}};
  Send(std::move(ask_token), [this, url, done = std::move(done)](HttpResult token) mutable {
    if (!token.ok() || token->status != 200) return done(Problem(kWho, token));
    const std::string roles = StrCat(url, "/latest/meta-data/iam/security-credentials/");
    const HttpHeader header = {"X-aws-ec2-metadata-token", token->body};
    HttpRequest ask_name = MetadataRequest("GET", roles);
    ask_name.headers = {header};
    Send(std::move(ask_name),
         [this, roles, header, done = std::move(done)](HttpResult name) mutable {
           if (!name.ok() || name->status != 200) return done(Problem(kWho, name));
           HttpRequest ask = MetadataRequest("GET", StrCat(roles, Stripped(name->body)));
           ask.headers = {header};
           Send(std::move(ask), [done = std::move(done)](HttpResult result) mutable {
             done(ReadMetadata<Fresh>(kWho, result));
           });
         });
  });
}

// The operator's own configuration decides where these go; definitions must not reach there.
void CredentialChain::Send(HttpRequest request, HttpClient::Done done) {
  request.trusted = true;
  options_.client->Start(std::move(request), std::move(done));
}

}  // namespace pawl::integrations
