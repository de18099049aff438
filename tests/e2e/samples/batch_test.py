#!/usr/bin/python3
"""Module 3 of the samples: a job of Batch, asked for or waited for, and a notice of how it went. The retries' interval,
30 s in the sample, is a second here."""
import json
import unittest

from sample import TASK, SampleTest, definition, wait_until

SUCCESS, FAILURE = "The job was submitted and succeeded", "The job failed"
TRY = ["TaskScheduled", "TaskStarted", "TaskSubmitted"]


class Module3Test(SampleTest):
    def run_job(self, kind, job):
        """The execution, and where its notices arrive."""
        topic, queue = self.topic()
        asl = definition("module3_" + kind, Topic=topic, JobQueue="queue", JobDefinition="job:1")
        retry = asl["States"]["Submit Job"]["Retry"][0]
        self.assertEqual(retry["IntervalSeconds"], 30)
        retry["IntervalSeconds"] = 1
        return self.start(asl, {"job": job}), queue

    def submitted(self, name):
        return [call for call in self.server.calls_of("batch", "SubmitJob") if call.parameters["jobName"] == name]

    def described(self, name):
        ids = [call.result["jobId"] for call in self.submitted(name) if call.result]
        return [call for call in self.server.calls_of("batch", "DescribeJobs") if set(call.parameters["jobs"]) & set(ids)]

    def wait_until_polled(self, name):
        wait_until(lambda: self.described(name), 30, f"job {name} is described")

    def test_request_response_ends_with_the_answer(self):
        execution, queue = self.run_job("request_response", "run-for-ever")
        output = self.succeed(execution)
        self.assertIn("MessageId", output)
        self.assertEqual(self.types(execution), ["ExecutionStarted"] + TASK * 2 + ["ExecutionSucceeded"])
        self.assertEqual(self.notices(queue), [SUCCESS])
        self.assertEqual(self.described("run-for-ever"), [])
        submitted = json.loads(self.events(execution)[4]["taskSucceededEventDetails"]["output"])
        self.assertEqual(sorted(submitted), ["JobArn", "JobId", "JobName", "SdkHttpMetadata", "SdkResponseMetadata"])
        call = self.submitted("run-for-ever")[0]
        self.assertEqual((call.parameters["jobQueue"], call.parameters["jobDefinition"]), ("queue", "job:1"))
        self.assertIn({"name": "MANAGED_BY_AWS", "value": "STARTED_BY_STEP_FUNCTIONS"},
                      call.parameters["containerOverrides"]["environment"])

    def check_success(self, execution, queue, job):
        self.succeed(execution)
        self.assertEqual(self.types(execution), ["ExecutionStarted", "TaskStateEntered"] + TRY +
                         ["TaskSucceeded", "TaskStateExited"] + TASK + ["ExecutionSucceeded"])
        events = self.events(execution)
        submitted = json.loads(events[4]["taskSubmittedEventDetails"]["output"])
        self.assertIn("SdkHttpMetadata", submitted)
        done = json.loads(events[5]["taskSucceededEventDetails"]["output"])
        self.assertEqual((done["JobId"], done["JobName"], done["Status"]), (submitted["JobId"], job, "SUCCEEDED"))
        self.assertNotIn("SdkHttpMetadata", done)
        self.assertEqual(self.notices(queue), [SUCCESS])
        self.assertEqual(len(self.submitted(job)), 1)

    def test_sync_waits_for_the_job(self):
        execution, queue = self.run_job("sync", "quick")
        self.check_success(execution, queue, "quick")

    def test_job_is_waited_for_by_the_coordinator_that_comes_after(self):
        self.jobs.gate.clear()
        self.addCleanup(self.jobs.gate.set)
        execution, queue = self.run_job("sync", "long")
        self.wait_for_event(execution, "TaskSubmitted")
        self.wait_until_polled("long")
        self.restart()
        self.assertEqual(self.describe(execution)["status"], "RUNNING")
        self.jobs.gate.set()
        self.check_success(execution, queue, "long")

    def check_failure(self, execution, queue, job):
        self.succeed(execution)
        self.assertEqual(self.types(execution), ["ExecutionStarted", "TaskStateEntered"] + (TRY + ["TaskFailed"]) * 3 +
                         ["TaskStateExited"] + TASK + ["ExecutionSucceeded"])
        failures = [event["taskFailedEventDetails"] for event in self.events(execution) if event["type"] == "TaskFailed"]
        for failed, call in zip(failures, self.submitted(job)):
            self.assertEqual((failed["resourceType"], failed["resource"], failed["error"]),
                             ("batch", "submitJob.sync", "States.TaskFailed"))
            cause = json.loads(failed["cause"])
            self.assertEqual((cause["JobId"], cause["Status"]), (call.result["jobId"], "FAILED"))
        self.assertEqual(self.notices(queue), [FAILURE])
        self.assertEqual(len(self.submitted(job)), 3)

    def test_failed_job_is_tried_again_and_told(self):
        execution, queue = self.run_job("sync", "fail-always")
        self.check_failure(execution, queue, "fail-always")

    def test_tries_are_counted_over_a_restart(self):
        execution, queue = self.run_job("sync", "fail-twice")
        self.wait_for_event(execution, "TaskSubmitted", count=2)
        self.restart()
        self.check_failure(execution, queue, "fail-twice")

    def check_stopped(self, execution, queue, job):
        wait_until(lambda: self.server.calls_of("batch", "TerminateJob"), 30, "the job is terminated")
        wanted = self.submitted(job)[0].result["jobId"]
        self.assertIn(wanted, [call.parameters["jobId"] for call in self.server.calls_of("batch", "TerminateJob")])
        self.assertEqual(self.describe(execution)["status"], "ABORTED")
        self.assertEqual([event["type"] for event in self.events(execution)],
                         ["ExecutionStarted", "TaskStateEntered"] + TRY + ["ExecutionAborted"])
        self.assertEqual(self.notices(queue), [])

    def test_stop_terminates_the_job(self):
        execution, queue = self.run_job("sync", "run-until-stopped")
        self.wait_for_event(execution, "TaskSubmitted")
        self.client.call("StopExecution", executionArn=execution)
        self.check_stopped(execution, queue, "run-until-stopped")

    def test_stop_terminates_a_job_that_another_coordinator_began(self):
        execution, queue = self.run_job("sync", "run-until-restart")
        self.wait_for_event(execution, "TaskSubmitted")
        self.restart()
        self.client.call("StopExecution", executionArn=execution)
        wait_until(lambda: len(self.server.calls_of("batch", "TerminateJob")) > 0, 30, "the job is terminated")
        self.check_stopped(execution, queue, "run-until-restart")


if __name__ == "__main__":
    unittest.main(verbosity=2)
