// How each service's jobs are asked for, and ended: what a .sync integration needs to know of them
// (reference/integrations.md 4 and 8, the services' API references).

#ifndef PAWL_INTEGRATIONS_JOB_RULES_H_
#define PAWL_INTEGRATIONS_JOB_RULES_H_

#include <optional>
#include <span>
#include <string_view>

#include "coordinator/base/json.h"

namespace pawl::integrations {

// A parameter of a call about a job.
struct JobParameter {
  std::string_view name;  // "JobIds[]": the only item of a list
  // Where its value comes from: "<JobId" what the submission was answered, ">Cluster" what it was
  // called with, "=text" the text itself, "{...}" JSON, "/" the path of the Kubernetes job in its
  // cluster's API. Left out where there is none. "Tasks[0].TaskArn" is a path.
  std::string_view from;
};

struct JobCall {
  std::string_view action;  // of the same service; empty: there is none
  std::span<const JobParameter> parameters;
};

struct JobRule {
  std::string_view service;
  std::string_view action;
  JobCall look;
  std::string_view element;  // where the answer has the job; empty: it is the job
  // Where the job has its status, and the words of it that say that it has ended, with spaces
  // between; with any other it goes on.
  std::string_view status;
  std::string_view succeeded;
  std::string_view failed;
  // The task's result, or its cause: the job, under this name if there is one.
  std::string_view result;
  JobCall stop;
  // What is to be gone, so that its absence is its end.
  bool is_removal = false;
  // Where no word says it: whether the job has ended, and then whether it succeeded.
  std::optional<bool> (*ended)(Json job) = nullptr;
};

// Null: that action runs no jobs.
const JobRule* FindJobRule(std::string_view service, std::string_view action);
std::span<const JobRule> AllJobRules();

}  // namespace pawl::integrations

#endif  // PAWL_INTEGRATIONS_JOB_RULES_H_
