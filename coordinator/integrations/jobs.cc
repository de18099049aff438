#include "coordinator/integrations/jobs.h"

#include <algorithm>
#include <utility>
#include <vector>

#include "absl/strings/str_split.h"
#include "coordinator/base/json.h"
#include "coordinator/base/strings.h"
#include "coordinator/integrations/results.h"
#include "coordinator/integrations/url.h"

namespace pawl::integrations {
namespace {

constexpr std::string_view kFirst = "[0]";
constexpr std::string_view kList = "[]";

// "Tasks[0].TaskArn"; undefined: there is none.
Json At(Json value, std::string_view path) {
  while (!path.empty() && value.is_object()) {
    std::string_view name = path.substr(0, path.find('.'));
    path.remove_prefix(std::min(path.size(), name.size() + 1));
    const bool first = name.ends_with(kFirst);
    if (first) name.remove_suffix(kFirst.size());
    value = value.Find(name);
    if (first) value = value.is_array() && value.size() > 0 ? value.items().front() : Json();
  }
  return path.empty() ? value : Json();
}

Json Read(const std::string& text, JsonArena* arena) {
  const absl::StatusOr<Json> json = ParseJson(text, arena);
  return json.ok() ? *json : Json();
}

// Undefined when the cluster's answer names no job.
Json ClusterJobPath(Json submitted, Json called, JsonArena* arena) {
  const Json name = At(submitted, "ResponseBody.metadata.name");
  if (!name.is_string()) return Json();
  const Json space = At(called, "Namespace");
  return Json::String(StrCat("/apis/batch/v1/namespaces/",
                             PercentEncode(space.is_string() ? space.as_string() : "default"),
                             "/jobs/", PercentEncode(name.as_string())),
                      arena);
}

// Undefined where it has no value.
Json ValueOf(const JobParameter& parameter, Json submitted, Json called, JsonArena* arena) {
  const std::string_view rest = parameter.from.substr(1);
  switch (parameter.from.front()) {
    case '<':
      return At(submitted, rest);
    case '>':
      return At(called, rest);
    case '/':
      return ClusterJobPath(submitted, called, arena);
    case '{':
      return Read(std::string(parameter.from), arena);
    default:
      return Json::String(rest);
  }
}

// A failure: a parameter that says which job it is has no value.
Outcome<Call, CallFailure> CallAbout(const JobCall& about, const Call& call) {
  JsonArena arena;
  const Json submitted = Read(call.job, &arena);
  const Json called = Read(call.parameters, &arena);
  std::vector<JsonMember> members;
  for (const JobParameter& parameter : about.parameters) {
    Json value = ValueOf(parameter, submitted, called, &arena);
    const bool names_it = parameter.from.front() == '<' || parameter.from.front() == '/';
    if (value.is_undefined() && names_it) {
      return CallFailure{"States.TaskFailed", WriteJson(submitted)};
    }
    if (value.is_undefined()) continue;
    std::string_view name = parameter.name;
    if (name.ends_with(kList)) {
      name.remove_suffix(kList.size());
      value = Json::Array({&value, 1}, &arena);
    }
    members.push_back({name, value});
  }
  Call about_it = call;
  about_it.action = about.action;
  about_it.parameters = WriteJson(Json::Object(members, &arena));
  about_it.job.clear();
  about_it.of_job = true;
  about_it.submits = about_it.repeated = false;
  about_it.max_result_bytes = 0;  // the job's part of it is what is limited
  return about_it;
}

bool Has(std::string_view words, std::string_view word) {
  const std::vector<absl::string_view> all = absl::StrSplit(ToAbsl(words), ' ');
  return std::find(all.begin(), all.end(), ToAbsl(word)) != all.end();
}

// Without what only answers to calls have.
Json WithoutMetadata(Json answer, JsonArena* arena) {
  std::vector<JsonMember> members;
  for (const JsonMember& member : answer.members()) {
    if (member.key != "SdkHttpMetadata" && member.key != "SdkResponseMetadata") {
      members.push_back(member);
    }
  }
  return Json::Object(members, arena);
}

std::string ResultOf(const JobRule& rule, Json job, JsonArena* arena) {
  if (rule.result.empty()) return WriteJson(job);
  const JsonMember member{rule.result, job};
  return WriteJson(Json::Object({&member, 1}, arena));
}

CallResult Ended(const JobRule& rule, const Call& call, bool succeeded, std::string result) {
  if (!succeeded) return CallFailure{"States.TaskFailed", std::move(result)};
  return Limited(std::move(result), call.max_result_bytes, rule.service);
}

std::optional<bool> EndedByWord(const JobRule& rule, Json job) {
  const Json status = At(job, rule.status);
  if (!status.is_string() || status.as_string().empty()) return std::nullopt;
  if (Has(rule.succeeded, status.as_string())) return true;
  return Has(rule.failed, status.as_string()) ? std::optional<bool>(false) : std::nullopt;
}

// The job is not there.
std::optional<CallResult> Missing(const JobRule& rule, const Call& call, CallFailure failure,
                                  absl::Time now) {
  if (rule.is_removal) {
    JsonArena arena;
    const Json submitted = Read(call.job, &arena);
    if (!submitted.is_object()) return CallResult(std::string("{}"));
    return CallResult(WriteJson(WithoutMetadata(submitted, &arena)));
  }
  if (now - call.made_at < kMissingAfter) return std::nullopt;
  return CallResult(std::move(failure));
}

}  // namespace

bool WasAccepted(const Call& call, const CallFailure& failure) {
  const JobRule* const rule = FindJobRule(call.service, call.action);
  if (!call.repeated || !call.submits || rule == nullptr || rule->is_removal) return false;
  const std::string_view error = failure.error;
  if (!error.ends_with(".ResourceInUseException") && !error.ends_with(".ResourceInUse")) {
    return false;
  }
  return std::all_of(rule->look.parameters.begin(), rule->look.parameters.end(),
                     [](const JobParameter& parameter) { return parameter.from.front() == '>'; });
}

bool SaysGone(const CallFailure& failure) {
  const std::string_view error = failure.error;
  return error.ends_with(".ResourceNotFoundException") || error.ends_with(".NotFoundException") ||
         error.ends_with(".EntityNotFoundException") || error == "EKS.404";
}

Outcome<Call, CallFailure> LookCall(const JobRule& rule, const Call& call) {
  return CallAbout(rule.look, call);
}

std::optional<Call> StopCall(const JobRule& rule, const Call& call) {
  if (rule.stop.action.empty()) return std::nullopt;
  Outcome<Call, CallFailure> stop = CallAbout(rule.stop, call);
  if (!stop.ok()) return std::nullopt;
  return *std::move(stop);
}

std::optional<CallResult> ReadLook(const JobRule& rule, const Call& call, const CallResult& answer,
                                   absl::Time now) {
  if (!answer.ok()) {
    if (answer.error().passing) return std::nullopt;
    if (rule.is_removal && !SaysGone(answer.error())) return answer;
    return Missing(rule, call, answer.error(), now);
  }
  JsonArena arena;
  const Json whole = Read(*answer, &arena);
  const Json job = rule.element.empty() ? whole : At(whole, rule.element);
  if (!job.is_object()) return Missing(rule, call, {"States.TaskFailed", WriteJson(whole)}, now);
  const std::optional<bool> succeeded = rule.ended ? rule.ended(job) : EndedByWord(rule, job);
  if (!succeeded) return std::nullopt;
  return Ended(rule, call, *succeeded, ResultOf(rule, job, &arena));
}

}  // namespace pawl::integrations
