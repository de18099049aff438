"""Jobs of AWS's services for AwsServer, whose end their names tell: "fail-..." fails, "run-..." runs until it is
stopped, any other succeeds, unless `Jobs.plans` has another end for the name. None ends before it has been described once as
running, nor while `Jobs.gate` is closed."""
import datetime
import re
import threading
import uuid

from aws_queues import arn
from aws_server import Refusal

RUNNING, SUCCEEDED, FAILED, STOPPED = "running", "succeeded", "failed", "stopped"


class Job:
    def __init__(self, job_id, name, token, more):
        self.id, self.name, self.token, self.more = job_id, name, token, more
        self.submitted, self.described, self.stopped = 1, 0, False
        self.started_at = datetime.datetime.now(datetime.timezone.utc)


class Jobs:
    """All of all services. Thread-safe."""

    def __init__(self):
        self.gate = threading.Event()
        self.gate.set()
        self.lock = threading.Lock()
        self.jobs, self.plans = {}, {}

    def start(self, name, job_id=None, token=None, taken="ResourceInUseException", **more):
        """`token`: of a request that may be sent twice; the second starts nothing. `taken`: the error of an id that is."""
        with self.lock:
            for job in self.jobs.values() if token else ():
                if job.token == token:
                    job.submitted += 1
                    return job
            if job_id in self.jobs:
                raise Refusal(taken, f"There is a job {job_id} already")
            job = Job(job_id or str(uuid.uuid4()), name, token, more)
            self.jobs[job.id] = job
            return job

    def of(self, job_id, code="ResourceNotFoundException"):
        with self.lock:
            if job_id not in self.jobs:
                raise Refusal(code, f"There is no job {job_id}")
            return self.jobs[job_id]

    def stop(self, job_id):
        self.of(job_id).stopped = True

    def state(self, job):
        """As it is told to somebody who describes the job."""
        with self.lock:
            job.described += 1
            if job.stopped:
                return STOPPED
            if job.described == 1 or not self.gate.is_set() or job.name.startswith("run"):
                return RUNNING
            return self.plans.get(job.name, FAILED if job.name.startswith("fail") else SUCCEEDED)


class Service:
    """Operations are methods, which are given the parameters by name. `WORDS`: what the service calls the states."""

    WORDS = {}

    def __init__(self, jobs):
        self.jobs = jobs

    def __call__(self, operation, parameters):
        return getattr(self, operation)(**parameters)

    def word(self, job):
        return self.WORDS[self.jobs.state(job)]


class Batch(Service):
    WORDS = {RUNNING: "RUNNING", SUCCEEDED: "SUCCEEDED", FAILED: "FAILED", STOPPED: "FAILED"}

    def SubmitJob(self, jobName, jobQueue, jobDefinition, **more):
        job = self.jobs.start(jobName, queue=jobQueue, definition=jobDefinition)
        return {"jobName": jobName, "jobId": job.id, "jobArn": arn("batch", "job/" + job.id)}

    def DescribeJobs(self, jobs):
        return {"jobs": [self.shown(self.jobs.of(job)) for job in jobs]}

    def shown(self, job):
        status = self.word(job)
        reason = {"statusReason": "Essential container in task exited"} if status == "FAILED" else {}
        return {"jobName": job.name, "jobId": job.id, "jobQueue": job.more["queue"], "status": status, **reason,
                "jobDefinition": job.more["definition"], "startedAt": int(job.started_at.timestamp() * 1000)}

    def TerminateJob(self, jobId, reason):
        self.jobs.stop(jobId)


class Ecs(Service):
    """A task's name is that of its definition."""

    def RunTask(self, taskDefinition, cluster="default", startedBy=None, **_):
        job = self.jobs.start(taskDefinition, arn("ecs", f"task/{uuid.uuid4()}"), started_by=startedBy)
        return {"tasks": [self.shown(job, "PROVISIONING")], "failures": []}

    def shown(self, job, status, code=None):
        ended = {"stoppedReason": "Essential container in task exited", "stopCode": "EssentialContainerExited"}
        return {"taskArn": job.id, "taskDefinitionArn": arn("ecs", "task-definition/" + job.name),
                "lastStatus": status, "createdAt": job.started_at,
                **({"startedBy": job.more["started_by"]} if job.more["started_by"] else {}),
                "containers": [{"name": "main", "lastStatus": status, **({} if code is None else {"exitCode": code})}],
                **({} if code is None else ended)}

    def DescribeTasks(self, tasks, cluster="default", **_):
        codes = {RUNNING: None, SUCCEEDED: 0, FAILED: 1, STOPPED: 137}
        shown = []
        for job in (self.jobs.of(task, "InvalidParameterException") for task in tasks):
            code = codes[self.jobs.state(job)]
            shown.append(self.shown(job, "RUNNING" if code is None else "STOPPED", code))
        return {"tasks": shown, "failures": []}

    def StopTask(self, task, cluster="default", reason=None):
        self.jobs.stop(task)
        return {"task": self.shown(self.jobs.of(task), "STOPPING")}


class Glue(Service):
    WORDS = {RUNNING: "RUNNING", SUCCEEDED: "SUCCEEDED", FAILED: "FAILED", STOPPED: "STOPPED"}

    def StartJobRun(self, JobName, Arguments=None, **_):
        return {"JobRunId": self.jobs.start(JobName, job_id="jr_" + uuid.uuid4().hex).id}

    def GetJobRun(self, JobName, RunId, **_):
        job = self.jobs.of(RunId, "EntityNotFoundException")
        state = self.word(job)
        return {"JobRun": {"Id": job.id, "JobName": JobName, "Attempt": 0, "JobRunState": state,
                           "StartedOn": job.started_at, **({"ErrorMessage": "it broke"} if state == "FAILED" else {})}}

    def BatchStopJobRun(self, JobName, JobRunIds):
        for run in JobRunIds:
            self.jobs.stop(run)
        return {"SuccessfulSubmissions": [{"JobName": JobName, "JobRunId": run} for run in JobRunIds], "Errors": []}


class DataBrew(Service):
    WORDS = {RUNNING: "RUNNING", SUCCEEDED: "SUCCEEDED", FAILED: "FAILED", STOPPED: "STOPPED"}

    def StartJobRun(self, Name):
        return {"RunId": self.jobs.start(Name, job_id="db_" + uuid.uuid4().hex).id}

    def DescribeJobRun(self, Name, RunId):
        return {"JobName": Name, "RunId": RunId, "State": self.word(self.jobs.of(RunId)), "Attempt": 1}

    def StopJobRun(self, Name, RunId):
        self.jobs.stop(RunId)
        return {"RunId": RunId}


class Athena(Service):
    """A query's name is its text."""

    WORDS = {RUNNING: "RUNNING", SUCCEEDED: "SUCCEEDED", FAILED: "FAILED", STOPPED: "CANCELLED"}

    def StartQueryExecution(self, QueryString, ClientRequestToken=None, **_):
        return {"QueryExecutionId": self.jobs.start(QueryString, token=ClientRequestToken).id}

    def GetQueryExecution(self, QueryExecutionId):
        job = self.jobs.of(QueryExecutionId, "InvalidRequestException")
        return {"QueryExecution": {"QueryExecutionId": job.id, "Query": job.name, "Status": {
            "State": self.word(job), "SubmissionDateTime": job.started_at}}}

    def StopQueryExecution(self, QueryExecutionId):
        self.jobs.stop(QueryExecutionId)

    def GetQueryResults(self, QueryExecutionId, **_):
        row = {"Data": [{"VarCharValue": self.jobs.of(QueryExecutionId).name}]}
        return {"UpdateCount": 0, "ResultSet": {"Rows": [row]}}


class CodeBuild(Service):
    """Builds, and batches of them. A build's name is its project's."""

    WORDS = {RUNNING: "IN_PROGRESS", SUCCEEDED: "SUCCEEDED", FAILED: "FAILED", STOPPED: "STOPPED"}

    def build(self, job):
        return {"id": job.id, "arn": arn("codebuild", "build/" + job.id), "projectName": job.name}

    def batch(self, job):
        return {"id": job.id, "arn": arn("codebuild", "build-batch/" + job.id), "projectName": job.name}

    def StartBuild(self, projectName, **_):
        job = self.jobs.start(projectName, job_id=f"{projectName}:{uuid.uuid4()}")
        return {"build": {**self.build(job), "buildStatus": "IN_PROGRESS"}}

    def BatchGetBuilds(self, ids):
        jobs = [self.jobs.of(each) for each in ids]
        return {"builds": [{**self.build(job), "buildStatus": self.word(job)} for job in jobs]}

    def StopBuild(self, id):
        self.jobs.stop(id)
        return {"build": {**self.build(self.jobs.of(id)), "buildStatus": "STOPPED"}}

    def StartBuildBatch(self, projectName, **_):
        job = self.jobs.start(projectName, job_id=f"{projectName}:{uuid.uuid4()}")
        return {"buildBatch": {**self.batch(job), "buildBatchStatus": "IN_PROGRESS"}}

    def RetryBuildBatch(self, id, **_):
        return self.StartBuildBatch(id.split(":")[0])

    def BatchGetBuildBatches(self, ids):
        jobs = [self.jobs.of(each) for each in ids]
        return {"buildBatches": [{**self.batch(job), "buildBatchStatus": self.word(job)} for job in jobs]}

    def StopBuildBatch(self, id):
        self.jobs.stop(id)
        return {"buildBatch": {**self.batch(self.jobs.of(id)), "buildBatchStatus": "STOPPED"}}


class SageMaker(Service):
    """Jobs of five kinds, found by their names."""

    WORDS = {RUNNING: "InProgress", SUCCEEDED: "Completed", FAILED: "Failed", STOPPED: "Stopped"}

    def __call__(self, operation, parameters):
        verb, kind = re.fullmatch(r"(Create|Describe|Stop)(\w+Job)", operation).groups()
        name = parameters[kind + "Name"]
        job_arn = arn("sagemaker", f"{kind.lower()}/{name}")
        if verb == "Create":
            self.jobs.start(name, job_id=job_arn, taken="ResourceInUse")
            return {kind + "Arn": job_arn}
        if verb == "Stop":
            return self.jobs.stop(job_arn)
        job = self.jobs.of(job_arn)
        return {kind + "Name": name, kind + "Arn": job_arn, kind + "Status": self.word(job),
                "CreationTime": job.started_at}
