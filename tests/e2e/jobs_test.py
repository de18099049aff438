#!/usr/bin/python3
"""Jobs of every service that a .sync integration waits for: they succeed, fail, are stopped, and time out. The services are
played in this process."""
import json
import unittest

from job_case import BEGUN, SUCCEEDED, JobsCase, close, refuse
from job_table import JOBS, at, machine


class JobsTest(JobsCase):
    def test_jobs_that_succeed(self):
        for row, name, execution in self.start_all("ok"):
            with self.subTest(row.action):
                self.check_success(row, execution)
                self.assertEqual(self.job(name).described, 2)

    def test_stop_of_the_execution_stops_the_job(self):
        executions = self.start_all("run")
        self.wait_until_submitted(executions)
        self.check_stop(executions)

    def test_job_is_asked_for_again_when_its_service_has_no_answer(self):
        row = next(row for row in JOBS if row.action == "batch:submitJob")
        throttled = refuse("TooManyRequestsException", "Too Many Requests", 429)
        self.server.next("batch", "DescribeJobs", *[throttled] * 4, close, *[refuse("ServerException", "sorry", 500)] * 4, close)
        execution = self.start(machine(row, "ok"))
        self.check_success(row, execution)
        self.assertEqual(len(self.server.calls_of("batch", "SubmitJob")), 1)

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

    def test_time_out_of_the_task_stops_the_job(self):
        for row, name, execution in self.start_all("run", TimeoutSeconds=3):
            with self.subTest(row.action):
                self.assertEqual(self.end(execution, "FAILED")["error"], "States.Timeout")
                self.assertEqual(self.types(execution), BEGUN + ["TaskTimedOut", "ExecutionFailed"])
                self.check_stopped(row, name)

    def test_submission_that_is_refused(self):
        self.server.next("batch", "SubmitJob", *[refuse("ServerException", "it is not to be", 500)] * 3)
        row = next(row for row in JOBS if row.action == "batch:submitJob")
        execution = self.start(machine(row, "refused"))
        end = self.end(execution, "FAILED")
        self.assertEqual(end["error"], "Batch.ServerException")
        self.assertIn("it is not to be (Service: AWSBatch; Status Code: 500; Error Code: ServerException; ", end["cause"])
        self.assertEqual(self.types(execution), BEGUN[:-1] + ["TaskSubmitFailed", "ExecutionFailed"])

    def test_redriven_execution_has_a_new_job(self):
        row = next(row for row in JOBS if row.action == "batch:submitJob")
        execution = self.start(machine(row, "fail-then-ok"))
        self.end(execution, "FAILED")
        self.job("fail-then-ok").name = "failed"  # and the next one of its name succeeds
        self.jobs.plans["fail-then-ok"] = SUCCEEDED
        self.client.call("RedriveExecution", executionArn=execution)
        output = json.loads(self.end(execution, "SUCCEEDED")["output"])
        self.assertEqual(output["JobId"], self.job("fail-then-ok").id)
        self.assertEqual(self.types(execution), BEGUN + ["TaskFailed", "ExecutionFailed", "ExecutionRedriven"] + BEGUN[2:] +
                         ["TaskSucceeded", "TaskStateExited", "ExecutionSucceeded"])


if __name__ == "__main__":
    unittest.main(verbosity=2)
