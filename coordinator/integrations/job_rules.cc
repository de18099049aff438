#include "coordinator/integrations/job_rules.h"

#include <algorithm>
#include <iterator>

namespace pawl::integrations {
namespace {

constexpr std::string_view kReason = "=The execution that started it does not wait for it any more";

constexpr JobParameter kQuery[] = {{"QueryExecutionId", "<QueryExecutionId"}};
constexpr JobParameter kBatchJobs[] = {{"Jobs[]", "<JobId"}};
constexpr JobParameter kBatchJob[] = {{"JobId", "<JobId"}, {"Reason", kReason}};
constexpr JobParameter kCustomization[] = {{"JobIdentifier", "<JobArn"}};
constexpr JobParameter kBuilds[] = {{"Ids[]", "<Build.Id"}};
constexpr JobParameter kBuild[] = {{"Id", "<Build.Id"}};
constexpr JobParameter kBuildBatches[] = {{"Ids[]", "<BuildBatch.Id"}};
constexpr JobParameter kBuildBatch[] = {{"Id", "<BuildBatch.Id"}};
constexpr JobParameter kBrewRun[] = {{"Name", ">Name"}, {"RunId", "<RunId"}};
constexpr JobParameter kEcsTasks[] = {{"Cluster", ">Cluster"}, {"Tasks[]", "<Tasks[0].TaskArn"}};
constexpr JobParameter kEcsTask[] = {
    {"Cluster", ">Cluster"}, {"Task", "<Tasks[0].TaskArn"}, {"Reason", kReason}};
constexpr JobParameter kClusterJobLook[] = {{"ClusterName", ">ClusterName"},
                                            {"CertificateAuthority", ">CertificateAuthority"},
                                            {"Endpoint", ">Endpoint"},
                                            {"Method", "=GET"},
                                            {"Path", "/"}};
constexpr JobParameter kClusterJobStop[] = {
    {"ClusterName", ">ClusterName"},
    {"CertificateAuthority", ">CertificateAuthority"},
    {"Endpoint", ">Endpoint"},
    {"Method", "=DELETE"},
    {"Path", "/"},
    // Its pods with it.
    {"QueryParameters", R"({"propagationPolicy":["Background"]})"}};
constexpr JobParameter kEksCluster[] = {{"Name", ">Name"}};
constexpr JobParameter kEksNodegroup[] = {{"ClusterName", ">ClusterName"},
                                          {"NodegroupName", ">NodegroupName"}};
constexpr JobParameter kEksProfile[] = {{"ClusterName", ">ClusterName"},
                                        {"FargateProfileName", ">FargateProfileName"}};
constexpr JobParameter kNewEmrCluster[] = {{"ClusterId", "<ClusterId"}};
constexpr JobParameter kEmrCluster[] = {{"ClusterId", ">ClusterId"}};
constexpr JobParameter kEmrStep[] = {{"ClusterId", ">ClusterId"}, {"StepId", "<StepId"}};
constexpr JobParameter kVirtualCluster[] = {{"Id", ">Id"}};
constexpr JobParameter kContainerRun[] = {{"Id", "<Id"}, {"VirtualClusterId", ">VirtualClusterId"}};
constexpr JobParameter kNewApplication[] = {{"ApplicationId", "<ApplicationId"}};
constexpr JobParameter kApplication[] = {{"ApplicationId", ">ApplicationId"}};
constexpr JobParameter kServerlessRun[] = {{"ApplicationId", ">ApplicationId"},
                                           {"JobRunId", "<JobRunId"}};
constexpr JobParameter kCancelledRun[] = {{"ApplicationId", ">ApplicationId"},
                                          {"JobRunId", ">JobRunId"}};
constexpr JobParameter kGlueRun[] = {{"JobName", ">JobName"}, {"RunId", "<JobRunId"}};
constexpr JobParameter kGlueRuns[] = {{"JobName", ">JobName"}, {"JobRunIds[]", "<JobRunId"}};
constexpr JobParameter kMediaJob[] = {{"Id", "<Job.Id"}};
constexpr JobParameter kTuningJob[] = {
    {"HyperParameterTuningJobName", ">HyperParameterTuningJobName"}};
constexpr JobParameter kLabelingJob[] = {{"LabelingJobName", ">LabelingJobName"}};
constexpr JobParameter kProcessingJob[] = {{"ProcessingJobName", ">ProcessingJobName"}};
constexpr JobParameter kTrainingJob[] = {{"TrainingJobName", ">TrainingJobName"}};
constexpr JobParameter kTransformJob[] = {{"TransformJobName", ">TransformJobName"}};

constexpr std::string_view kBuildFailed = "FAILED FAULT TIMED_OUT STOPPED";

bool Is(Json value, std::string_view text) {
  return value.is_string() && value.as_string() == text;
}

// A task that has been started and whose containers have ended well. Which of them are essential
// the task does not tell: all are taken to be.
std::optional<bool> EcsTaskEnded(Json task) {
  if (!Is(task.Find("LastStatus"), "STOPPED")) return std::nullopt;
  const Json containers = task.Find("Containers");
  if (Is(task.Find("StopCode"), "TaskFailedToStart") || !containers.is_array()) return false;
  return std::all_of(containers.items().begin(), containers.items().end(), [](Json container) {
    const Json code = container.is_object() ? container.Find("ExitCode") : Json();
    return code.is_int() && code.as_int() == 0;
  });
}

// Kubernetes: the conditions Complete and Failed of its status.
std::optional<bool> ClusterJobEnded(Json job) {
  const Json status = job.Find("status");
  const Json conditions = status.is_object() ? status.Find("conditions") : Json();
  if (!conditions.is_array()) return std::nullopt;
  for (const Json condition : conditions.items()) {
    if (!condition.is_object() || !Is(condition.Find("status"), "True")) continue;
    if (Is(condition.Find("type"), "Complete")) return true;
    if (Is(condition.Find("type"), "Failed")) return false;
  }
  return std::nullopt;
}

constexpr JobRule kRules[] = {
    {"athena",
     "startQueryExecution",
     {"getQueryExecution", kQuery},
     "QueryExecution",
     "Status.State",
     "SUCCEEDED",
     "FAILED CANCELLED",
     "QueryExecution",
     {"stopQueryExecution", kQuery}},
    {"batch",
     "submitJob",
     {"describeJobs", kBatchJobs},
     "Jobs[0]",
     "Status",
     "SUCCEEDED",
     "FAILED",
     "",
     {"terminateJob", kBatchJob}},
    {"bedrock",
     "createModelCustomizationJob",
     {"getModelCustomizationJob", kCustomization},
     "",
     "Status",
     "Completed",
     "Failed Stopped",
     "",
     {"stopModelCustomizationJob", kCustomization}},
    {"codebuild",
     "startBuild",
     {"batchGetBuilds", kBuilds},
     "Builds[0]",
     "BuildStatus",
     "SUCCEEDED",
     kBuildFailed,
     "Build",
     {"stopBuild", kBuild}},
    {"codebuild",
     "startBuildBatch",
     {"batchGetBuildBatches", kBuildBatches},
     "BuildBatches[0]",
     "BuildBatchStatus",
     "SUCCEEDED",
     kBuildFailed,
     "BuildBatch",
     {"stopBuildBatch", kBuildBatch}},
    {"codebuild",
     "retryBuildBatch",
     {"batchGetBuildBatches", kBuildBatches},
     "BuildBatches[0]",
     "BuildBatchStatus",
     "SUCCEEDED",
     kBuildFailed,
     "BuildBatch",
     {"stopBuildBatch", kBuildBatch}},
    {"databrew",
     "startJobRun",
     {"describeJobRun", kBrewRun},
     "",
     "State",
     "SUCCEEDED",
     "FAILED STOPPED TIMEOUT",
     "",
     {"stopJobRun", kBrewRun}},
    {"ecs",
     "runTask",
     {"describeTasks", kEcsTasks},
     "Tasks[0]",
     "",
     "",
     "",
     "",
     {"stopTask", kEcsTask},
     false,
     EcsTaskEnded},
    {"eks",
     "createCluster",
     {"describeCluster", kEksCluster},
     "Cluster",
     "Status",
     "ACTIVE",
     "FAILED",
     "Cluster",
     {}},
    {"eks",
     "deleteCluster",
     {"describeCluster", kEksCluster},
     "Cluster",
     "Status",
     "",
     "FAILED",
     "Cluster",
     {},
     true},
    {"eks",
     "createFargateProfile",
     {"describeFargateProfile", kEksProfile},
     "FargateProfile",
     "Status",
     "ACTIVE",
     "CREATE_FAILED",
     "FargateProfile",
     {}},
    {"eks",
     "deleteFargateProfile",
     {"describeFargateProfile", kEksProfile},
     "FargateProfile",
     "Status",
     "",
     "DELETE_FAILED",
     "FargateProfile",
     {},
     true},
    {"eks",
     "createNodegroup",
     {"describeNodegroup", kEksNodegroup},
     "Nodegroup",
     "Status",
     "ACTIVE",
     "CREATE_FAILED DEGRADED",
     "Nodegroup",
     {}},
    {"eks",
     "deleteNodegroup",
     {"describeNodegroup", kEksNodegroup},
     "Nodegroup",
     "Status",
     "",
     "DELETE_FAILED",
     "Nodegroup",
     {},
     true},
    {"eks",
     "runJob",
     {"call", kClusterJobLook},
     "ResponseBody",
     "",
     "",
     "",
     "",
     {"call", kClusterJobStop},
     false,
     ClusterJobEnded},
    {"elasticmapreduce",
     "addStep",
     {"describeStep", kEmrStep},
     "Step",
     "Status.State",
     "COMPLETED",
     "FAILED CANCELLED INTERRUPTED",
     "Step",
     {"cancelStep", kEmrStep}},
    {"elasticmapreduce",
     "createCluster",
     {"describeCluster", kNewEmrCluster},
     "Cluster",
     "Status.State",
     "RUNNING WAITING",
     "TERMINATED TERMINATED_WITH_ERRORS",
     "Cluster",
     {"terminateCluster", kNewEmrCluster}},
    {"elasticmapreduce",
     "terminateCluster",
     {"describeCluster", kEmrCluster},
     "Cluster",
     "Status.State",
     "TERMINATED TERMINATED_WITH_ERRORS",
     "",
     "Cluster",
     {}},
    {"emr-containers",
     "deleteVirtualCluster",
     {"describeVirtualCluster", kVirtualCluster},
     "VirtualCluster",
     "State",
     "TERMINATED",
     "ARRESTED",
     "VirtualCluster",
     {},
     true},
    {"emr-containers",
     "startJobRun",
     {"describeJobRun", kContainerRun},
     "JobRun",
     "State",
     "COMPLETED",
     "FAILED CANCELLED",
     "JobRun",
     {"cancelJobRun", kContainerRun}},
    {"emr-serverless",
     "cancelJobRun",
     {"getJobRun", kCancelledRun},
     "JobRun",
     "State",
     "CANCELLED SUCCESS FAILED",
     "",
     "JobRun",
     {}},
    {"emr-serverless",
     "createApplication",
     {"getApplication", kNewApplication},
     "Application",
     "State",
     "CREATED STARTING STARTED",
     "TERMINATED",
     "Application",
     {}},
    {"emr-serverless",
     "deleteApplication",
     {"getApplication", kApplication},
     "Application",
     "State",
     "TERMINATED",
     "",
     "Application",
     {},
     true},
    {"emr-serverless",
     "startApplication",
     {"getApplication", kApplication},
     "Application",
     "State",
     "STARTED",
     "TERMINATED",
     "Application",
     {}},
    {"emr-serverless",
     "stopApplication",
     {"getApplication", kApplication},
     "Application",
     "State",
     "STOPPED CREATED TERMINATED",
     "",
     "Application",
     {}},
    {"emr-serverless",
     "startJobRun",
     {"getJobRun", kServerlessRun},
     "JobRun",
     "State",
     "SUCCESS",
     "FAILED CANCELLED",
     "JobRun",
     {"cancelJobRun", kServerlessRun}},
    {"glue",
     "startJobRun",
     {"getJobRun", kGlueRun},
     "JobRun",
     "JobRunState",
     "SUCCEEDED",
     "FAILED STOPPED TIMEOUT ERROR EXPIRED",
     "",
     {"batchStopJobRun", kGlueRuns}},
    {"mediaconvert",
     "createJob",
     {"getJob", kMediaJob},
     "Job",
     "Status",
     "COMPLETE",
     "ERROR CANCELED",
     "Job",
     {"cancelJob", kMediaJob}},
    {"sagemaker",
     "createHyperParameterTuningJob",
     {"describeHyperParameterTuningJob", kTuningJob},
     "",
     "HyperParameterTuningJobStatus",
     "Completed",
     "Failed Stopped",
     "",
     {"stopHyperParameterTuningJob", kTuningJob}},
    {"sagemaker",
     "createLabelingJob",
     {"describeLabelingJob", kLabelingJob},
     "",
     "LabelingJobStatus",
     "Completed",
     "Failed Stopped",
     "",
     {"stopLabelingJob", kLabelingJob}},
    {"sagemaker",
     "createProcessingJob",
     {"describeProcessingJob", kProcessingJob},
     "",
     "ProcessingJobStatus",
     "Completed",
     "Failed Stopped",
     "",
     {"stopProcessingJob", kProcessingJob}},
    {"sagemaker",
     "createTrainingJob",
     {"describeTrainingJob", kTrainingJob},
     "",
     "TrainingJobStatus",
     "Completed",
     "Failed Stopped",
     "",
     {"stopTrainingJob", kTrainingJob}},
    {"sagemaker",
     "createTransformJob",
     {"describeTransformJob", kTransformJob},
     "",
     "TransformJobStatus",
     "Completed",
     "Failed Stopped",
     "",
     {"stopTransformJob", kTransformJob}},
};

}  // namespace

const JobRule* FindJobRule(std::string_view service, std::string_view action) {
  const auto* rule = std::find_if(std::begin(kRules), std::end(kRules), [&](const JobRule& one) {
    return one.service == service && one.action == action;
  });
  return rule == std::end(kRules) ? nullptr : rule;
}

std::span<const JobRule> AllJobRules() { return kRules; }

}  // namespace pawl::integrations
