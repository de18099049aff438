#include "coordinator/integrations/optimized_emr.h"

#include <algorithm>
#include <iterator>
#include <span>
#include <utility>
#include <vector>

#include "coordinator/base/strings.h"
#include "coordinator/integrations/optimized_json.h"
#include "coordinator/integrations/parameters.h"

namespace pawl::integrations {
namespace {

using Problems = std::vector<std::string>;

// Puts members of the parameters into an object for the API.
class Renamer {
 public:
  Renamer(Json given, JsonArena* arena, Problems* problems)
      : reader_(given), arena_(arena), problems_(problems) {}

  Renamer& Put(std::string_view from, std::string_view to) {
    return Add(to, reader_.RequiredValue(from));
  }
  // The API has a list where the integration has one element.
  Renamer& PutList(std::string_view from, std::string_view to) {
    const Json value = reader_.RequiredValue(from);
    return Add(to, value.is_undefined() ? value : Json::Array({&value, 1}, arena_));
  }
  Renamer& PutOptional(std::string_view name) { return Add(name, reader_.Value(name)); }

  Json Finish() {
    reader_.RefuseOthers();
    problems_->insert(problems_->end(), reader_.problems().begin(), reader_.problems().end());
    return Json::Object(members_, arena_);
  }

 private:
  Renamer& Add(std::string_view name, Json value) {
    if (!value.is_undefined()) members_.push_back({name, value});
    return *this;
  }

  ParameterReader reader_;
  JsonArena* const arena_;
  Problems* const problems_;
  std::vector<JsonMember> members_;
};

Json CreateClusterParameters(Json given, const Call&, JsonArena*, Problems* problems) {
  const Json keeps = given.Find("Instances").Find("KeepJobFlowAliveWhenNoSteps");
  if (!keeps.is_bool() || !keeps.as_bool()) {
    problems->push_back(
        "The field 'KeepJobFlowAliveWhenNoSteps' is required and must have the value TRUE");
  }
  if (!given.Find("Steps").is_undefined()) {
    problems->push_back("The field \"Steps\" is not supported by Step Functions");
  }
  return given;
}

Json TerminateClusterParameters(Json given, const Call&, JsonArena* arena, Problems* problems) {
  return Renamer(given, arena, problems).PutList("ClusterId", "JobFlowIds").Finish();
}

Json ProtectionParameters(Json given, const Call&, JsonArena* arena, Problems* problems) {
  return Renamer(given, arena, problems)
      .PutList("ClusterId", "JobFlowIds")
      .Put("TerminationProtected", "TerminationProtected")
      .Finish();
}

Json AddStepParameters(Json given, const Call&, JsonArena* arena, Problems* problems) {
  return Renamer(given, arena, problems)
      .Put("ClusterId", "JobFlowId")
      .PutList("Step", "Steps")
      .PutOptional("ExecutionRoleArn")
      .Finish();
}

Json CancelStepParameters(Json given, const Call&, JsonArena* arena, Problems* problems) {
  return Renamer(given, arena, problems)
      .Put("ClusterId", "ClusterId")
      .PutList("StepId", "StepIds")
      .Finish();
}

// Before the part has been looked up what is made here is only checked; afterwards it is sent.
Json ModifyParameters(Json given, JsonArena* arena, Problems* problems, const NameLookup& lookup) {
  Json part = given.Find(lookup.object_member);
  if (part.Find(lookup.id_member).is_undefined()) {
    Renamer(given, arena, problems)
        .Put("ClusterId", "ClusterId")
        .Put(lookup.name_member, lookup.name_member)
        .Put(lookup.object_member, lookup.object_member)
        .Finish();
    if (!problems->empty()) return given;
    part = WithMember(part, lookup.id_member, Json::String(""), arena);
  }
  const JsonMember members[] = {{"ClusterId", given.Find("ClusterId")},
                                {lookup.sends_list ? lookup.list_member : lookup.object_member,
                                 lookup.sends_list ? Json::Array({&part, 1}, arena) : part}};
  return Json::Object(members, arena);
}

constexpr NameLookup kFleet = {.name_member = "InstanceFleetName",
                               .list_action = "listInstanceFleets",
                               .list_member = "InstanceFleets",
                               .object_member = "InstanceFleet",
                               .id_member = "InstanceFleetId"};
// The API changes several groups at once.
constexpr NameLookup kGroup = {.name_member = "InstanceGroupName",
                               .list_action = "listInstanceGroups",
                               .list_member = "InstanceGroups",
                               .object_member = "InstanceGroup",
                               .id_member = "InstanceGroupId",
                               .sends_list = true};

Json ModifyFleetParameters(Json given, const Call&, JsonArena* arena, Problems* problems) {
  return ModifyParameters(given, arena, problems, kFleet);
}

Json ModifyGroupParameters(Json given, const Call&, JsonArena* arena, Problems* problems) {
  return ModifyParameters(given, arena, problems, kGroup);
}

// The result with `from` called `to`; of a list its only element.
std::string Renamed(const std::string& result, std::string_view from, std::string_view to) {
  JsonArena arena;
  const absl::StatusOr<Json> parsed = ParseJson(result, &arena);
  if (!parsed.ok()) return result;
  std::vector<JsonMember> members;
  for (JsonMember member : parsed->members()) {
    if (member.key == from) {
      member.key = to;
      if (member.value.is_array() && member.value.size() > 0)
        member.value = member.value.items()[0];
    }
    members.push_back(member);
  }
  return WriteJson(Json::Object(members, &arena));
}

CallResult CreateClusterResult(std::string result) {
  return Renamed(result, "JobFlowId", "ClusterId");
}

CallResult AddStepResult(std::string result) { return Renamed(result, "StepIds", "StepId"); }

CallResult CancelStepResult(std::string result) {
  return Renamed(result, "CancelStepsInfoList", "CancelStepsInfo");
}

constexpr OptimizedAction kEmrActions[] = {
    {kEmr, "addStep", "", "addJobFlowSteps", AddStepParameters, AddStepResult},
    {kEmr, "cancelStep", "", "cancelSteps", CancelStepParameters, CancelStepResult},
    {kEmr, "createCluster", "", "runJobFlow", CreateClusterParameters, CreateClusterResult},
    {kEmr, "modifyInstanceFleetByName", "", "modifyInstanceFleet", ModifyFleetParameters, nullptr,
     &kFleet},
    {kEmr, "modifyInstanceGroupByName", "", "modifyInstanceGroups", ModifyGroupParameters, nullptr,
     &kGroup},
    {kEmr, "setClusterTerminationProtection", "", "setTerminationProtection", ProtectionParameters},
    {kEmr, "terminateCluster", "", "terminateJobFlows", TerminateClusterParameters},
};

const NameLookup* LookupOf(const Call& call) {
  const OptimizedAction* const custom = FindOptimizedAction(call.service, call.action);
  return custom == nullptr ? nullptr : custom->lookup;
}

}  // namespace

const OptimizedAction* FindEmrAction(std::string_view action) {
  const auto at =
      std::find_if(std::begin(kEmrActions), std::end(kEmrActions),
                   [&](const OptimizedAction& custom) { return custom.action == action; });
  return at == std::end(kEmrActions) ? nullptr : at;
}

std::optional<Call> LookupCall(const Call& call) {
  const NameLookup* const lookup = LookupOf(call);
  if (lookup == nullptr) return std::nullopt;
  JsonArena arena;
  const absl::StatusOr<Json> parsed = ParseJson(call.parameters, &arena);
  const Json given = parsed.ok() ? *parsed : Json();
  // What is not as it must be is for the call itself to refuse.
  if (!given.Find(lookup->name_member).is_string() || !given.Find("ClusterId").is_string()) {
    return std::nullopt;
  }
  const Json part = given.Find(lookup->object_member);
  if (!part.is_object() || !part.Find(lookup->id_member).is_undefined()) return std::nullopt;
  Call list = call;
  list.action = lookup->list_action;
  const JsonMember cluster[] = {{"ClusterId", given.Find("ClusterId")}};
  list.parameters = WriteJson(Json::Object(cluster, &arena));
  list.of_job = true;
  return list;
}

Outcome<Call, CallFailure> WithFoundId(const Call& call, const std::string& listed) {
  const NameLookup& lookup = *LookupOf(call);
  JsonArena arena;
  const Json given = *ParseJson(call.parameters, &arena);
  const absl::StatusOr<Json> list = ParseJson(listed, &arena);
  const std::string_view name = given.Find(lookup.name_member).as_string();
  const Json parts = list.ok() ? list->Find(lookup.list_member) : Json();
  for (const Json part : parts.is_array() ? parts.items() : std::span<const Json>()) {
    const Json part_name = part.Find("Name");
    if (!part_name.is_string() || part_name.as_string() != name) continue;
    Call found = call;
    const Json object =
        WithMember(given.Find(lookup.object_member), lookup.id_member, part.Find("Id"), &arena);
    found.parameters = WriteJson(WithMember(given, lookup.object_member, object, &arena));
    return found;
  }
  return CallFailure{"ElasticMapReduce.InvalidRequestException",
                     StrCat("There is no ", lookup.object_member, " with the name ", name,
                            " in the cluster ", given.Find("ClusterId").as_string())};
}

}  // namespace pawl::integrations
