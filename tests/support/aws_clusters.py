"""More jobs for AwsServer (aws_jobs.py): those of clusters and applications, whose own making and unmaking are jobs,
too, and those of media and of models."""
import uuid

from aws_jobs import FAILED, RUNNING, STOPPED, SUCCEEDED, Service
from aws_queues import arn
from aws_server import Refusal


class Emr(Service):
    """Clusters run until they are terminated; one is up when it waits for steps."""

    WORDS = {RUNNING: "STARTING", SUCCEEDED: "WAITING", FAILED: "TERMINATED_WITH_ERRORS", STOPPED: "TERMINATED"}
    STEP_WORDS = {RUNNING: "RUNNING", SUCCEEDED: "COMPLETED", FAILED: "FAILED", STOPPED: "CANCELLED"}

    def RunJobFlow(self, Name, Instances, **_):
        job = self.jobs.start(Name, job_id="j-" + uuid.uuid4().hex[:13].upper())
        return {"JobFlowId": job.id, "ClusterArn": arn("elasticmapreduce", "cluster/" + job.id)}

    def DescribeCluster(self, ClusterId):
        job = self.jobs.of(ClusterId, "InvalidRequestException")
        return {"Cluster": {"Id": job.id, "Name": job.name, "Status": {"State": self.word(job)}}}

    def TerminateJobFlows(self, JobFlowIds):
        for cluster in JobFlowIds:
            self.jobs.stop(cluster)

    def AddJobFlowSteps(self, JobFlowId, Steps, **_):
        return {"StepIds": [self.jobs.start(step["Name"], "s-" + uuid.uuid4().hex[:13].upper()).id for step in Steps]}

    def DescribeStep(self, ClusterId, StepId):
        job = self.jobs.of(StepId, "InvalidRequestException")
        state = self.STEP_WORDS[self.jobs.state(job)]
        return {"Step": {"Id": job.id, "Name": job.name, "Status": {"State": state, "Timeline": {
            "CreationDateTime": job.started_at}}}}

    def CancelSteps(self, ClusterId, StepIds, **_):
        for step in StepIds:
            self.jobs.stop(step)
        return {"CancelStepsInfoList": [{"StepId": step, "Status": "SUBMITTED"} for step in StepIds]}


class EmrContainers(Service):
    """A virtual cluster is terminated at once by its deletion."""

    WORDS = {RUNNING: "RUNNING", SUCCEEDED: "COMPLETED", FAILED: "FAILED", STOPPED: "CANCELLED"}
    CLUSTER_WORDS = {RUNNING: "RUNNING", SUCCEEDED: "RUNNING", STOPPED: "TERMINATED"}

    def CreateVirtualCluster(self, name, containerProvider, clientToken, **_):
        job = self.jobs.start(name, token=clientToken)
        return {"id": job.id, "name": name, "arn": arn("emr-containers", "/virtualclusters/" + job.id)}

    def DescribeVirtualCluster(self, id):
        job = self.jobs.of(id)
        return {"virtualCluster": {"id": id, "name": job.name, "state": self.CLUSTER_WORDS[self.jobs.state(job)]}}

    def DeleteVirtualCluster(self, id):
        self.jobs.stop(id)
        return {"id": id}

    def StartJobRun(self, virtualClusterId, clientToken, name="job", **_):
        job = self.jobs.start(name, token=clientToken, cluster=virtualClusterId)
        return {"id": job.id, "name": name, "virtualClusterId": virtualClusterId,
                "arn": arn("emr-containers", f"/virtualclusters/{virtualClusterId}/jobruns/{job.id}")}

    def DescribeJobRun(self, id, virtualClusterId):
        job = self.jobs.of(id)
        return {"jobRun": {"id": id, "name": job.name, "virtualClusterId": virtualClusterId, "state": self.word(job),
                           "createdAt": job.started_at}}

    def CancelJobRun(self, id, virtualClusterId):
        self.jobs.stop(id)
        return {"id": id, "virtualClusterId": virtualClusterId}


class EmrServerless(Service):
    """An application is a job whose `want` is where its last order leads it."""

    WORDS = {RUNNING: "RUNNING", SUCCEEDED: "SUCCESS", FAILED: "FAILED", STOPPED: "CANCELLED"}
    WAYS = {"CREATED": "CREATING", "STARTED": "STARTING", "STOPPED": "STOPPING", "TERMINATED": "STOPPING"}

    def CreateApplication(self, releaseLabel, type, clientToken, name="application", **_):
        job = self.jobs.start(name, token=clientToken, want="CREATED")
        return {"applicationId": job.id, "name": name, "arn": arn("emr-serverless", "/applications/" + job.id)}

    def GetApplication(self, applicationId):
        job = self.jobs.of(applicationId)
        state, want = self.jobs.state(job), job.more["want"]
        shown = {RUNNING: self.WAYS[want], SUCCEEDED: want, FAILED: "TERMINATED"}[state]
        return {"application": {"applicationId": job.id, "name": job.name, "state": shown, "type": "SPARK",
                                "arn": arn("emr-serverless", "/applications/" + job.id), "releaseLabel": "emr-6.6.0",
                                "createdAt": job.started_at, "updatedAt": job.started_at}}

    def order(self, application, want):
        job = self.jobs.of(application)
        job.more["want"], job.described = want, 0

    def StartApplication(self, applicationId):
        self.order(applicationId, "STARTED")
        return {}

    def StopApplication(self, applicationId):
        self.order(applicationId, "STOPPED")
        return {}

    def DeleteApplication(self, applicationId):
        self.order(applicationId, "TERMINATED")
        return {}

    def StartJobRun(self, applicationId, clientToken, executionRoleArn, name="job", **_):
        job = self.jobs.start(name, token=clientToken, role=executionRoleArn)
        return {"applicationId": applicationId, "jobRunId": job.id, "arn": arn("emr-serverless", "/jobruns/" + job.id)}

    def GetJobRun(self, applicationId, jobRunId):
        job = self.jobs.of(jobRunId)
        return {"jobRun": {"applicationId": applicationId, "jobRunId": job.id, "name": job.name,
                           "arn": arn("emr-serverless", "/jobruns/" + job.id), "createdBy": "r",
                           "createdAt": job.started_at, "updatedAt": job.started_at, "state": self.word(job),
                           "executionRole": job.more["role"], "stateDetails": "", "releaseLabel": "emr-6.6.0",
                           "jobDriver": {"sparkSubmit": {"entryPoint": "s3://b/x.py"}}}}

    def CancelJobRun(self, applicationId, jobRunId):
        self.jobs.stop(jobRunId)
        return {"applicationId": applicationId, "jobRunId": jobRunId}


class Eks(Service):
    """Clusters, node groups and Fargate profiles; what is deleted is not found any more, at the end."""

    WORDS = {RUNNING: "CREATING", SUCCEEDED: "ACTIVE", FAILED: "CREATE_FAILED"}
    DELETED_WORDS = {RUNNING: "DELETING", FAILED: "DELETE_FAILED"}
    MEMBERS = {"Cluster": ("cluster", "name"), "Nodegroup": ("nodegroup", "nodegroupName"),
               "FargateProfile": ("fargateProfile", "fargateProfileName")}

    def __call__(self, operation, parameters):
        for kind, (member, name) in self.MEMBERS.items():
            if operation.endswith(kind):
                return self.of_kind(operation[:-len(kind)], kind, member, name, parameters)
        raise Refusal("InvalidRequestException", f"{operation} is not played here")

    def of_kind(self, verb, kind, member, name, parameters):
        place = f"{parameters.get('clusterName', '')}/{kind}/{parameters[name]}"
        if verb == "Create":
            self.jobs.start(parameters[name], place, parameters.get("clientRequestToken"), deleted=False)
            return {member: {name: parameters[name], "status": "CREATING"}}
        job = self.jobs.of(place)
        if verb == "Delete":
            job.more["deleted"], job.described = True, 0
            return {member: {name: job.name, "status": "DELETING"}}
        state, deleted = self.jobs.state(job), job.more["deleted"]
        if deleted and state == SUCCEEDED:
            raise Refusal("ResourceNotFoundException", f"No {member} found for name: {job.name}.", 404)
        status = (self.DELETED_WORDS if deleted else self.WORDS)[state]
        if kind == "Cluster" and state == FAILED:
            status = "FAILED"
        return {member: {name: job.name, "status": status, "createdAt": job.started_at}}


class MediaConvert(Service):
    """A job's name is its queue's."""

    WORDS = {RUNNING: "PROGRESSING", SUCCEEDED: "COMPLETE", FAILED: "ERROR", STOPPED: "CANCELED"}

    def shown(self, job, status):
        return {"Job": {"Id": job.id, "Role": job.more["role"], "Status": status, "Settings": {}, "CreatedAt": job.started_at}}

    def CreateJob(self, Role, Settings, Queue="job", ClientRequestToken=None, **_):
        return self.shown(self.jobs.start(Queue, token=ClientRequestToken, role=Role), "SUBMITTED")

    def GetJob(self, Id):
        job = self.jobs.of(Id, "NotFoundException")
        return self.shown(job, self.word(job))

    def CancelJob(self, Id):
        self.jobs.stop(Id)
        return {}


class Bedrock(Service):
    """The making of a model of one's own."""

    WORDS = {RUNNING: "InProgress", SUCCEEDED: "Completed", FAILED: "Failed", STOPPED: "Stopped"}

    def CreateModelCustomizationJob(self, jobName, clientRequestToken=None, **_):
        job_arn = arn("bedrock", f"model-customization-job/{jobName}")
        return {"jobArn": self.jobs.start(jobName, job_arn, clientRequestToken).id}

    def GetModelCustomizationJob(self, jobIdentifier):
        job = self.jobs.of(jobIdentifier)
        return {"jobArn": job.id, "jobName": job.name, "status": self.word(job), "creationTime": job.started_at}

    def StopModelCustomizationJob(self, jobIdentifier):
        self.jobs.stop(jobIdentifier)
        return {}
