"""The jobs of all services that .sync integrations wait for: how each is started, and what tells how it went."""
import collections
import json

ROLE = "arn:aws:iam::000000000000:role/r"

# `parameters` have NAME where the job's name goes. `start` and `stop` are the operations of `service`, as botocore calls
# both; no `stop`: nothing can stop it. `status`: where the task's result has it, with the words for success and failure.
Row = collections.namedtuple("Row", "action parameters service start stop status succeeded failed")

TRAINING = {"AlgorithmSpecification": {"TrainingImage": "i", "TrainingInputMode": "File"}, "RoleArn": ROLE,
            "OutputDataConfig": {"S3OutputPath": "s3://b/o"}, "StoppingCondition": {"MaxRuntimeInSeconds": 60},
            "ResourceConfig": {"InstanceCount": 1, "InstanceType": "ml.m5.large", "VolumeSizeInGB": 1}}
TRANSFORM = {"ModelName": "m", "TransformOutput": {"S3OutputPath": "s3://b/o"},
             "TransformInput": {"DataSource": {"S3DataSource": {"S3DataType": "S3Prefix", "S3Uri": "s3://b/i"}}},
             "TransformResources": {"InstanceType": "ml.m5.large", "InstanceCount": 1}}
PROCESSING = {"AppSpecification": {"ImageUri": "i"}, "RoleArn": ROLE, "ProcessingResources": {
    "ClusterConfig": {"InstanceCount": 1, "InstanceType": "ml.m5.large", "VolumeSizeInGB": 1}}}
LABELING = {"LabelAttributeName": "l", "RoleArn": ROLE, "OutputConfig": {"S3OutputPath": "s3://b/o"},
            "InputConfig": {"DataSource": {"S3DataSource": {"ManifestS3Uri": "s3://b/m"}}},
            "HumanTaskConfig": {"WorkteamArn": "w", "UiConfig": {"UiTemplateS3Uri": "s3://b/u"}, "TaskTitle": "t",
                                "PreHumanTaskLambdaArn": "p", "TaskDescription": "d", "TaskTimeLimitInSeconds": 60,
                                "NumberOfHumanWorkersPerDataObject": 1,
                                "AnnotationConsolidationConfig": {"AnnotationConsolidationLambdaArn": "c"}}}
TUNING = {"HyperParameterTuningJobConfig": {"Strategy": "Bayesian", "ResourceLimits": {
    "MaxNumberOfTrainingJobs": 1, "MaxParallelTrainingJobs": 1}}}
CUSTOMIZATION = {"CustomModelName": "m", "RoleArn": ROLE, "BaseModelIdentifier": "b",
                 "TrainingDataConfig": {"S3Uri": "s3://b/i"}, "OutputDataConfig": {"S3Uri": "s3://b/o"}}


def sagemaker(kind, parameters):
    return Row(f"sagemaker:create{kind}Job", {f"{kind}JobName": "NAME", **parameters}, "sagemaker", f"Create{kind}Job",
               f"Stop{kind}Job", f"{kind}JobStatus", "Completed", "Failed")


JOBS = [
    Row("athena:startQueryExecution", {"QueryString": "NAME", "WorkGroup": "primary"}, "athena", "StartQueryExecution",
        "StopQueryExecution", "QueryExecution.Status.State", "SUCCEEDED", "FAILED"),
    Row("batch:submitJob", {"JobName": "NAME", "JobQueue": "q", "JobDefinition": "d"}, "batch", "SubmitJob",
        "TerminateJob", "Status", "SUCCEEDED", "FAILED"),
    Row("bedrock:createModelCustomizationJob", {"JobName": "NAME", **CUSTOMIZATION}, "bedrock",
        "CreateModelCustomizationJob", "StopModelCustomizationJob", "Status", "Completed", "Failed"),
    Row("codebuild:startBuild", {"ProjectName": "NAME"}, "codebuild", "StartBuild", "StopBuild", "Build.BuildStatus",
        "SUCCEEDED", "FAILED"),
    Row("codebuild:startBuildBatch", {"ProjectName": "NAME"}, "codebuild", "StartBuildBatch", "StopBuildBatch",
        "BuildBatch.BuildBatchStatus", "SUCCEEDED", "FAILED"),
    Row("codebuild:retryBuildBatch", {"Id": "NAME:1"}, "codebuild", "RetryBuildBatch", "StopBuildBatch",
        "BuildBatch.BuildBatchStatus", "SUCCEEDED", "FAILED"),
    Row("databrew:startJobRun", {"Name": "NAME"}, "databrew", "StartJobRun", "StopJobRun", "State", "SUCCEEDED", "FAILED"),
    Row("ecs:runTask", {"Cluster": "c", "TaskDefinition": "NAME", "LaunchType": "FARGATE"}, "ecs", "RunTask", "StopTask",
        "LastStatus", "STOPPED", "STOPPED"),
    Row("elasticmapreduce:createCluster", {"Name": "NAME", "Instances": {"KeepJobFlowAliveWhenNoSteps": True}}, "emr",
        "RunJobFlow", "TerminateJobFlows", "Cluster.Status.State", "WAITING", "TERMINATED_WITH_ERRORS"),
    Row("elasticmapreduce:addStep", {"ClusterId": "j-1", "Step": {"Name": "NAME", "HadoopJarStep": {"Jar": "x.jar"}}},
        "emr", "AddJobFlowSteps", "CancelSteps", "Step.Status.State", "COMPLETED", "FAILED"),
    Row("emr-containers:startJobRun", {"Name": "NAME", "VirtualClusterId": "v", "ExecutionRoleArn": ROLE,
                                       "ReleaseLabel": "emr-6.2.0-latest", "JobDriver": {"SparkSubmitJobDriver": {
                                           "EntryPoint": "s3://b/x.py"}}},
        "emr-containers", "StartJobRun", "CancelJobRun", "JobRun.State", "COMPLETED", "FAILED"),
    Row("emr-serverless:startJobRun", {"Name": "NAME", "ApplicationId": "a", "ExecutionRoleArn": ROLE}, "emr-serverless",
        "StartJobRun", "CancelJobRun", "JobRun.State", "SUCCESS", "FAILED"),
    Row("glue:startJobRun", {"JobName": "NAME", "Arguments": {"--x": "1"}}, "glue", "StartJobRun", "BatchStopJobRun",
        "JobRunState", "SUCCEEDED", "FAILED"),
    Row("mediaconvert:createJob", {"Role": ROLE, "Queue": "NAME", "Settings": {}}, "mediaconvert", "CreateJob", "CancelJob",
        "Job.Status", "COMPLETE", "ERROR"),
    sagemaker("Training", TRAINING), sagemaker("Transform", TRANSFORM), sagemaker("Processing", PROCESSING),
    sagemaker("Labeling", LABELING), sagemaker("HyperParameterTuning", TUNING),
    # The making of what lasts; nothing stops it.
    Row("eks:createCluster", {"Name": "NAME", "RoleArn": ROLE, "ResourcesVpcConfig": {"SubnetIds": ["s"]}}, "eks",
        "CreateCluster", None, "Cluster.Status", "ACTIVE", "FAILED"),
    Row("eks:createNodegroup", {"ClusterName": "c", "NodegroupName": "NAME", "Subnets": ["s"], "NodeRole": ROLE}, "eks",
        "CreateNodegroup", None, "Nodegroup.Status", "ACTIVE", "CREATE_FAILED"),
    Row("eks:createFargateProfile", {"ClusterName": "c", "FargateProfileName": "NAME", "PodExecutionRoleArn": ROLE}, "eks",
        "CreateFargateProfile", None, "FargateProfile.Status", "ACTIVE", "CREATE_FAILED"),
    Row("emr-serverless:createApplication", {"Name": "NAME", "ReleaseLabel": "emr-6.6.0", "Type": "SPARK"},
        "emr-serverless", "CreateApplication", None, "Application.State", "CREATED", "TERMINATED"),
]

# Lives of what lasts: steps of one execution, each (name, integration, parameters), which find one another's results.
LIVES = {
    "eks": [
        ("Cluster", "eks:createCluster.sync", {"Name": "ok", "RoleArn": ROLE, "ResourcesVpcConfig": {"SubnetIds": ["s"]}}),
        ("Nodes", "eks:createNodegroup.sync", {"ClusterName": "ok", "NodegroupName": "n", "Subnets": ["s"], "NodeRole": ROLE}),
        ("Profile", "eks:createFargateProfile.sync",
         {"ClusterName": "ok", "FargateProfileName": "f", "PodExecutionRoleArn": ROLE}),
        ("NoProfile", "eks:deleteFargateProfile.sync", {"ClusterName": "ok", "FargateProfileName": "f"}),
        ("NoNodes", "eks:deleteNodegroup.sync", {"ClusterName": "ok", "NodegroupName": "n"}),
        ("NoCluster", "eks:deleteCluster.sync", {"Name": "ok"})],
    "emr": [
        ("Cluster", "elasticmapreduce:createCluster.sync",
         {"Name": "ok", "Instances": {"KeepJobFlowAliveWhenNoSteps": True}}),
        ("Step", "elasticmapreduce:addStep.sync", {"ClusterId.$": "$.Cluster.Cluster.Id", "Step": {
            "Name": "ok", "HadoopJarStep": {"Jar": "x.jar"}}}),
        ("NoCluster", "elasticmapreduce:terminateCluster.sync", {"ClusterId.$": "$.Cluster.Cluster.Id"})],
    "emr-containers": [
        ("Cluster", "emr-containers:createVirtualCluster",
         {"Name": "ok", "ContainerProvider": {"Type": "EKS", "Id": "c"}}),
        ("NoCluster", "emr-containers:deleteVirtualCluster.sync", {"Id.$": "$.Cluster.Id"})],
    "emr-serverless": [
        ("Made", "emr-serverless:createApplication.sync", {"Name": "ok", "ReleaseLabel": "emr-6.6.0", "Type": "SPARK"}),
        ("Started", "emr-serverless:startApplication.sync", {"ApplicationId.$": "$.Made.Application.ApplicationId"}),
        ("Run", "emr-serverless:startJobRun", {"ApplicationId.$": "$.Made.Application.ApplicationId", "Name": "run",
                                               "ExecutionRoleArn": ROLE}),
        ("Cancelled", "emr-serverless:cancelJobRun.sync", {"ApplicationId.$": "$.Made.Application.ApplicationId",
                                                           "JobRunId.$": "$.Run.JobRunId"}),
        ("Stopped", "emr-serverless:stopApplication.sync", {"ApplicationId.$": "$.Made.Application.ApplicationId"}),
        ("Gone", "emr-serverless:deleteApplication.sync", {"ApplicationId.$": "$.Made.Application.ApplicationId"})],
}


def life(steps):
    """A state machine that takes the steps, each result under its step's name."""
    names = [name for name, _, _ in steps]
    states = {}
    for (name, resource, parameters), following in zip(steps, names[1:] + [None]):
        states[name] = {"Type": "Task", "Resource": "arn:aws:states:::" + resource, "Parameters": parameters,
                        "ResultPath": f"$.{name}", **({"Next": following} if following else {"End": True})}
    return {"StartAt": names[0], "States": states}


def machine(row, name, **more):
    """One that waits for one job."""
    parameters = json.loads(json.dumps(row.parameters).replace("NAME", name))
    return {"StartAt": "Job", "States": {"Job": {
        "Type": "Task", "Resource": f"arn:aws:states:::{row.action}.sync", "Parameters": parameters, "End": True, **more}}}


def at(value, path):
    for name in path.split("."):
        value = value[name]
    return value
