#include "coordinator/integrations/cluster_logs.h"

#include <memory>
#include <utility>
#include <vector>

#include "coordinator/base/json.h"
#include "coordinator/base/strings.h"
#include "coordinator/integrations/results.h"
#include "coordinator/integrations/url.h"

namespace pawl::integrations {
namespace {

Json Member(Json object, std::string_view name) {
  return object.is_object() ? object.Find(name) : Json();
}

Json ReadObject(const std::string& text, JsonArena* arena) {
  const absl::StatusOr<Json> json = ParseJson(text, arena);
  return json.ok() && json->is_object() ? *json : Json();
}

std::string TextOf(Json value, std::string_view otherwise = "") {
  return std::string(value.is_string() ? value.as_string() : otherwise);
}

struct Container {
  std::string pod;
  std::string name;
};

class Gathering : public std::enable_shared_from_this<Gathering> {
 public:
  using Start = std::function<void(Call, absl::AnyInvocable<void(CallResult)>)>;

  Gathering(Call call, std::string job, Start start, absl::AnyInvocable<void(CallResult)> done)
      : call_(std::move(call)),
        parameters_(ReadObject(call_.parameters, &arena_)),
        job_(ReadObject(job, &arena_)),
        start_(std::move(start)),
        done_(std::move(done)) {}

  void Begin() {
    const std::string name = TextOf(Member(Member(job_, "metadata"), "name"));
    const Json selector = Json::String(StrCat("job-name=", name), &arena_);
    const JsonMember query[] = {{"labelSelector", Json::Array({&selector, 1}, &arena_)}};
    start_(Get("/pods", Json::Object(query, &arena_)),
           [self = shared_from_this()](CallResult pods) {
             if (!pods.ok()) return self->done_(std::move(pods));
             self->FindContainers(*pods);
             self->ReadNext();
           });
  }

 private:
  // GET of what is at `path` in the job's namespace.
  Call Get(std::string_view path, Json query) {
    const std::string space = TextOf(Member(parameters_, "Namespace"), "default");
    const JsonMember members[] = {
        {"ClusterName", Member(parameters_, "ClusterName")},
        {"CertificateAuthority", Member(parameters_, "CertificateAuthority")},
        {"Endpoint", Member(parameters_, "Endpoint")},
        {"Method", Json::String("GET")},
        {"Path", Json::String(StrCat("/api/v1/namespaces/", PercentEncode(space), path), &arena_)},
        {"QueryParameters", query}};
    Call get = call_;
    get.action = "call";
    get.parameters = WriteJson(Json::Object(members, &arena_));
    get.job.clear();
    get.of_job = true;
    get.max_result_bytes = 0;  // all of them together are what is limited
    return get;
  }

  void FindContainers(const std::string& pods) {
    const Json items = Member(Member(ReadObject(pods, &arena_), "ResponseBody"), "items");
    if (!items.is_array()) return;
    for (const Json pod : items.items()) {
      const Json containers = Member(Member(pod, "spec"), "containers");
      if (!containers.is_array()) continue;
      for (const Json container : containers.items()) {
        containers_.push_back(
            {TextOf(Member(Member(pod, "metadata"), "name")), TextOf(Member(container, "name"))});
      }
    }
  }

  // LogParameters, and which container.
  Json LogQuery(const Container& container) {
    std::vector<JsonMember> query;
    const Json given = Member(Member(parameters_, "LogOptions"), "LogParameters");
    if (given.is_object()) query.assign(given.members().begin(), given.members().end());
    const Json name = Json::String(container.name, &arena_);
    query.push_back({"container", Json::Array({&name, 1}, &arena_)});
    return Json::Object(query, &arena_);
  }

  void ReadNext() {
    if (logs_.size() == containers_.size()) return Finish();
    const Container& container = containers_[logs_.size()];
    start_(Get(StrCat("/pods/", PercentEncode(container.pod), "/log"), LogQuery(container)),
           [self = shared_from_this()](CallResult log) {
             if (!log.ok()) return self->done_(std::move(log));
             const Json body = Member(ReadObject(*log, &self->arena_), "ResponseBody");
             self->logs_.push_back(body.is_undefined() ? Json::String("") : body);
             self->ReadNext();
           });
  }

  // As text when RawLogs asks for it, otherwise as the JSON object or list that they may be.
  Json Shown(Json log) {
    const Json raw = Member(Member(parameters_, "LogOptions"), "RawLogs");
    if (raw.is_bool() && raw.as_bool()) {
      return log.is_string() ? log : Json::String(WriteJson(log), &arena_);
    }
    if (!log.is_string()) return log;
    const absl::StatusOr<Json> json = ParseJson(log.as_string(), &arena_);
    return json.ok() && (json->is_object() || json->is_array()) ? *json : log;
  }

  void Finish() {
    std::vector<JsonMember> pods;
    for (size_t first = 0; first < containers_.size();) {
      std::vector<JsonMember> logs;
      size_t next = first;
      for (; next < containers_.size() && containers_[next].pod == containers_[first].pod; ++next) {
        const JsonMember log[] = {{"log", Shown(logs_[next])}};
        logs.push_back({containers_[next].name, Json::Object(log, &arena_)});
      }
      const JsonMember of_pod[] = {{"containers", Json::Object(logs, &arena_)}};
      pods.push_back({containers_[first].pod, Json::Object(of_pod, &arena_)});
      first = next;
    }
    const JsonMember all[] = {{"pods", Json::Object(pods, &arena_)}};
    std::vector<JsonMember> members(job_.members().begin(), job_.members().end());
    members.push_back({"logs", Json::Object(all, &arena_)});
    done_(
        Limited(WriteJson(Json::Object(members, &arena_)), call_.max_result_bytes, call_.service));
  }

  const Call call_;
  JsonArena arena_;
  const Json parameters_;
  const Json job_;
  const Start start_;
  absl::AnyInvocable<void(CallResult)> done_;
  std::vector<Container> containers_;
  std::vector<Json> logs_;  // of the first of them
};

}  // namespace

bool WantsClusterLogs(const Call& call) {
  if (call.service != "eks" || call.action != "runJob") return false;
  JsonArena arena;
  const Json wanted =
      Member(Member(ReadObject(call.parameters, &arena), "LogOptions"), "RetrieveLogs");
  return wanted.is_bool() && wanted.as_bool();
}

void AddClusterLogs(Call call, std::string job,
                    std::function<void(Call, absl::AnyInvocable<void(CallResult)>)> start,
                    absl::AnyInvocable<void(CallResult)> done) {
  std::make_shared<Gathering>(std::move(call), std::move(job), std::move(start), std::move(done))
      ->Begin();
}

}  // namespace pawl::integrations
