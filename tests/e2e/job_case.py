"""What tests of jobs share: the services that play them, a coordinator that can be killed, executions that wait for one job
each."""
import json
import os
import sys
import unittest
import uuid

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "support"))
from aws_clusters import Bedrock, Eks, Emr, EmrContainers, EmrServerless, MediaConvert  # noqa: E402
from aws_jobs import (  # noqa: E402, F401
    SUCCEEDED, Athena, Batch, CodeBuild, DataBrew, Ecs, Glue, Jobs, SageMaker)
from aws_server import ENVIRONMENT, AwsServer, Hold, close, refuse  # noqa: E402, F401
from aws_wire import FOLDER  # noqa: E402
from job_table import JOBS, ROLE, at, machine  # noqa: E402
from pawl_test import Client, Coordinator, Postgres, check_invariants, create_schema, wait_until  # noqa: E402

SECONDS = 60
MODELS = f"{FOLDER},/usr/lib/python3/dist-packages/botocore/data"
SERVICES = {"athena": Athena, "batch": Batch, "bedrock": Bedrock, "codebuild": CodeBuild, "databrew": DataBrew, "ecs": Ecs,
            "eks": Eks, "emr": Emr, "emr-containers": EmrContainers, "emr-serverless": EmrServerless, "glue": Glue,
            "mediaconvert": MediaConvert, "sagemaker": SageMaker}
BEGUN = ["ExecutionStarted", "TaskStateEntered", "TaskScheduled", "TaskStarted", "TaskSubmitted"]


class JobsCase(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.postgres = Postgres()
        cls.addClassCleanup(cls.postgres.close)
        create_schema(cls.postgres.url)

    def setUp(self):
        self.jobs = Jobs()
        self.server = AwsServer({name: service(self.jobs) for name, service in SERVICES.items()})
        self.addCleanup(self.server.close)
        self.coordinator = Coordinator(self.postgres.url, environment=ENVIRONMENT, aws_endpoint=self.server.url,
                                       aws_models=MODELS)
        self.addCleanup(self.coordinator.close)
        self.coordinator.wait_ready()
        self.client = Client([self.coordinator.port])

    def tearDown(self):
        self.assertEqual(self.server.problems, [])
        self.assertEqual(check_invariants(self.postgres.url)[0], [])

    def start(self, asl):
        created = self.client.call("CreateStateMachine", name="m-" + uuid.uuid4().hex[:8], roleArn=ROLE,
                                   definition=json.dumps(asl))
        return self.client.call("StartExecution", stateMachineArn=created["stateMachineArn"], name="e")["executionArn"]

    def start_all(self, prefix, rows=JOBS, **more):
        """An execution for each job; its name has the row's number, so that the services' calls can be told apart."""
        asls = [machine(row, f"{prefix}-{number}", **more) for number, row in enumerate(rows)]
        return [(row, f"{prefix}-{number}", self.start(asl)) for number, (row, asl) in enumerate(zip(rows, asls))]

    def end(self, execution, status):
        def ended():
            described = self.client.call("DescribeExecution", executionArn=execution)
            return described if described["status"] != "RUNNING" else None
        end = wait_until(ended, SECONDS, f"{execution} ends")
        self.assertEqual(end["status"], status, end)
        return end

    def events(self, execution):
        return self.client.call("GetExecutionHistory", executionArn=execution)["events"]

    def types(self, execution):
        return [event["type"] for event in self.events(execution)]

    def wait_until_submitted(self, executions):
        for _, _, execution in executions:
            wait_until(lambda: "TaskSubmitted" in self.types(execution), SECONDS, f"a job of {execution}")

    def jobs_named(self, name):
        with self.jobs.lock:
            return [job for job in self.jobs.jobs.values() if job.name == name]

    def job(self, name):
        found = self.jobs_named(name)
        self.assertEqual(len(found), 1, name)
        return found[0]

    def check_success(self, row, execution):
        output = json.loads(self.end(execution, "SUCCEEDED")["output"])
        self.assertEqual(at(output, row.status), row.succeeded)
        self.assertNotIn("SdkHttpMetadata", output)
        self.assertEqual(self.types(execution), BEGUN + ["TaskSucceeded", "TaskStateExited", "ExecutionSucceeded"])
        events = self.events(execution)
        submitted = json.loads(events[4]["taskSubmittedEventDetails"]["output"])
        self.assertEqual(submitted["SdkHttpMetadata"]["HttpStatusCode"] // 100, 2)
        self.assertEqual([event["previousEventId"] for event in events], [0, 0, 2, 3, 4, 5, 6, 7])

    def check_stop(self, executions):
        """Stops the executions, and sees that their jobs are."""
        for row, _, execution in executions:
            with self.subTest(row.action):
                self.client.call("StopExecution", executionArn=execution)
                self.end(execution, "ABORTED")
                self.assertEqual(self.types(execution), BEGUN + ["ExecutionAborted"])
        for row, name, _ in executions:
            with self.subTest(row.action):
                self.check_stopped(row, name)

    def check_stopped(self, row, name):
        if row.stop is None:
            return
        wait_until(lambda: self.job(name).stopped, SECONDS, f"{row.action} is stopped")
        self.assertIn(row.stop, [call.operation for call in self.server.calls if call.service == row.service])

    def restart(self):
        self.coordinator.kill()
        self.coordinator.start()
        self.coordinator.wait_ready()
