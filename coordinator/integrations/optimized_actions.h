// What optimized integrations do beyond calling the API of their service: texts that may be given
// as JSON, members that are added, other names (reference/integrations.md 6 and 8). Pure.

#ifndef PAWL_INTEGRATIONS_OPTIMIZED_ACTIONS_H_
#define PAWL_INTEGRATIONS_OPTIMIZED_ACTIONS_H_

#include <string>
#include <string_view>
#include <vector>

#include "coordinator/base/json.h"
#include "coordinator/integrations/call.h"

namespace pawl::integrations {

// A part of a cluster that a definition names, where the API wants its number: a list is asked for
// first.
struct NameLookup {
  std::string_view name_member;    // of the parameters: "InstanceFleetName"
  std::string_view list_action;    // "listInstanceFleets"
  std::string_view list_member;    // of its result: "InstanceFleets", each with Name and Id
  std::string_view object_member;  // of the parameters, an object: "InstanceFleet"
  std::string_view id_member;      // where the number goes there: "InstanceFleetId"
  bool sends_list = false;         // the API takes a list of such objects, by the list's name
};

struct OptimizedAction {
  std::string_view service;
  std::string_view action;
  std::string_view model_service;  // empty: the service's own
  std::string_view model_action;   // empty: of the same name
  // What the API gets in the place of `given`, which is an object. What it makes lives in `arena`;
  // what is wrong goes to `problems`, in AWS's words. Null: what is given.
  Json (*parameters)(Json given, const Call& call, JsonArena* arena,
                     std::vector<std::string>* problems) = nullptr;
  // What a task gets in the place of the API's result, JSON text without metadata. Null: the
  // result.
  CallResult (*result)(std::string result) = nullptr;
  const NameLookup* lookup = nullptr;  // null: there is nothing to look up
  // Whether the result has SdkHttpMetadata and SdkResponseMetadata.
  bool shows_metadata = true;
};

// Null: the action is that of the API.
const OptimizedAction* FindOptimizedAction(std::string_view service, std::string_view action);

}  // namespace pawl::integrations

#endif  // PAWL_INTEGRATIONS_OPTIMIZED_ACTIONS_H_
