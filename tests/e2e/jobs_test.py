#!/usr/bin/python3
"""Jobs of every service that a .sync integration waits for: they succeed, fail, are stopped, and are looked after by the
coordinator that comes after one that was killed. The services are played in this process."""
import json
import os
import sys
import unittest
import uuid

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "support"))
from aws_clusters import Bedrock, Eks, Emr, EmrContainers, EmrServerless, MediaConvert  # noqa: E402
from aws_jobs import Athena, Batch, CodeBuild, DataBrew, Ecs, Glue, Jobs, SageMaker  # noqa: E402
from aws_server import ENVIRONMENT, AwsServer, refuse  # noqa: E402
from aws_wire import FOLDER  # noqa: E402
from job_table import JOBS, LIVES, ROLE, at, life, machine  # noqa: E402
from pawl_test import Client, Coordinator, Postgres, create_schema, wait_until  # noqa: E402

SECONDS = 60
MODELS = f"{FOLDER},/usr/lib/python3/dist-packages/botocore/data"
SERVICES = {"athena": Athena, "batch": Batch, "bedrock": Bedrock, "codebuild": CodeBuild, "databrew": DataBrew, "ecs": Ecs,
            "eks": Eks, "emr": Emr, "emr-containers": EmrContainers, "emr-serverless": EmrServerless, "glue": Glue,
            "mediaconvert": MediaConvert, "sagemaker": SageMaker}
BEGUN = ["ExecutionStarted", "TaskStateEntered", "TaskScheduled", "TaskStarted", "TaskSubmitted"]


class JobsTest(unittest.TestCase):
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

    def job(self, name):
        found = [job for job in self.jobs.jobs.values() if job.name == name]
        self.assertEqual(len(found), 1, name)
        return found[0]

    def check_success(self, row, name, execution):
        output = json.loads(self.end(execution, "SUCCEEDED")["output"])
        self.assertEqual(at(output, row.status), row.succeeded)
        self.assertNotIn("SdkHttpMetadata", output)
        self.assertEqual(self.types(execution), BEGUN + ["TaskSucceeded", "TaskStateExited", "ExecutionSucceeded"])
        events = self.events(execution)
        submitted = json.loads(events[4]["taskSubmittedEventDetails"]["output"])
        self.assertEqual(submitted["SdkHttpMetadata"]["HttpStatusCode"] // 100, 2)
        self.assertEqual([event["previousEventId"] for event in events], [0, 0, 2, 3, 4, 5, 6, 7])
        self.assertGreaterEqual(self.job(name).described, 2)

    def test_jobs_that_succeed(self):
        for row, name, execution in self.start_all("ok"):
            with self.subTest(row.action):
                self.check_success(row, name, execution)

    def test_task_of_ecs_knows_who_started_it(self):
        row = next(row for row in JOBS if row.action == "ecs:runTask")
        execution = self.start(machine(row, "ok"))
        self.assertEqual(json.loads(self.end(execution, "SUCCEEDED")["output"])["StartedBy"], "AWS Step Functions")
        scheduled = self.events(execution)[2]["taskScheduledEventDetails"]
        self.assertEqual(json.loads(scheduled["parameters"]), {**row.parameters, "TaskDefinition": "ok",
                                                               "StartedBy": "AWS Step Functions"})

    def test_jobs_that_fail(self):
        for row, name, execution in self.start_all("fail"):
            with self.subTest(row.action):
                end = self.end(execution, "FAILED")
                self.assertEqual(end["error"], "States.TaskFailed")
                self.assertEqual(at(json.loads(end["cause"]), row.status), row.failed)
                self.assertEqual(self.types(execution), BEGUN + ["TaskFailed", "ExecutionFailed"])
                failed = self.events(execution)[5]["taskFailedEventDetails"]
                self.assertEqual((failed["resourceType"], failed["resource"]), tuple((row.action + ".sync").split(":")))

    def check_stopped(self, row, name):
        job = self.job(name)
        if row.stop is None:
            return
        wait_until(lambda: job.stopped, SECONDS, f"{row.action} is stopped")
        self.assertIn(row.stop, [call.operation for call in self.server.calls if call.service == row.service])

    def test_stop_of_the_execution_stops_the_job(self):
        """Those of one coordinator, and those that the next one looks after."""
        for restarted in (False, True):
            executions = self.start_all("run-later" if restarted else "run")
            self.wait_until_submitted(executions)
            if restarted:
                self.restart()
            for row, name, execution in executions:
                with self.subTest(row.action, restarted=restarted):
                    self.client.call("StopExecution", executionArn=execution)
                    self.end(execution, "ABORTED")
                    self.assertEqual(self.types(execution), BEGUN + ["ExecutionAborted"])
            for row, name, _ in executions:
                with self.subTest(row.action, restarted=restarted):
                    self.check_stopped(row, name)

    def test_time_out_of_the_task_stops_the_job(self):
        for row, name, execution in self.start_all("run", TimeoutSeconds=3):
            with self.subTest(row.action):
                self.assertEqual(self.end(execution, "FAILED")["error"], "States.Timeout")
                self.assertEqual(self.types(execution), BEGUN + ["TaskTimedOut", "ExecutionFailed"])
                self.check_stopped(row, name)

    def restart(self):
        self.coordinator.kill()
        self.coordinator.start()
        self.coordinator.wait_ready()

    def test_jobs_are_looked_after_by_the_coordinator_that_comes_after(self):
        self.jobs.gate.clear()
        executions = self.start_all("ok")
        self.wait_until_submitted(executions)
        for _, name, _ in executions:
            job = self.job(name)
            wait_until(lambda: job.described > 0, SECONDS, f"{name} is described")
        self.coordinator.kill()
        self.jobs.gate.set()
        self.coordinator.start()
        self.coordinator.wait_ready()
        for row, name, execution in executions:
            with self.subTest(row.action):
                self.check_success(row, name, execution)

    def test_submission_that_is_refused(self):
        self.server.next("batch", "SubmitJob", refuse("ServerException", "it is not to be", 500), *[
            refuse("ServerException", "it is not to be", 500)] * 5)
        row = next(row for row in JOBS if row.action == "batch:submitJob")
        execution = self.start(machine(row, "refused"))
        end = self.end(execution, "FAILED")
        self.assertEqual(end["error"], "Batch.ServerException")
        self.assertIn("it is not to be (Service: AWSBatch; Status Code: 500; Error Code: ServerException; ", end["cause"])
        self.assertEqual(self.types(execution), BEGUN[:-1] + ["TaskSubmitFailed", "ExecutionFailed"])

    def test_lives_of_what_lasts(self):
        executions = {name: self.start(life(steps)) for name, steps in LIVES.items()}
        for name, execution in executions.items():
            with self.subTest(name):
                output = json.loads(self.end(execution, "SUCCEEDED")["output"])
                self.assertEqual(list(output), [step for step, _, _ in LIVES[name]])
        output = json.loads(self.end(executions["emr"], "SUCCEEDED")["output"])
        self.assertEqual(at(output, "NoCluster.Cluster.Status.State"), "TERMINATED")
        output = json.loads(self.end(executions["emr-serverless"], "SUCCEEDED")["output"])
        self.assertEqual([at(output, path) for path in (
            "Started.Application.State", "Cancelled.JobRun.State", "Stopped.Application.State", "Gone.Application.State")],
            ["STARTED", "CANCELLED", "STOPPED", "TERMINATED"])

    def test_removal_that_fails(self):
        steps = [("Made", "eks:createCluster", {"Name": "fail", "RoleArn": ROLE, "ResourcesVpcConfig": {"SubnetIds": ["s"]}}),
                 ("Gone", "eks:deleteCluster.sync", {"Name": "fail"})]
        end = self.end(self.start(life(steps)), "FAILED")
        self.assertEqual((end["error"], json.loads(end["cause"])["Cluster"]["Status"]), ("States.TaskFailed", "FAILED"))


if __name__ == "__main__":
    unittest.main(verbosity=2)
