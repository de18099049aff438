#!/usr/bin/env python3
"""pawl-worker against the coordinators of PAWL_COORDINATORS: results, failures, heartbeats, callbacks, a stop in
good order, coordinators that are not there."""
import json
import os
import signal
import subprocess
import sys
import tempfile
import unittest
import uuid

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "support"))
from pawl_test import BIN, Client, free_port, wait_until  # noqa: E402

ACCOUNT = "arn:aws:states:us-east-1:000000000000"
ENDPOINTS = os.environ["PAWL_ENDPOINTS"].split(",")
COORDINATORS = os.environ["PAWL_COORDINATORS"]


class WorkerTest(unittest.TestCase):
    def setUp(self):
        self.client = Client([int(endpoint.rsplit(":", 1)[1]) for endpoint in ENDPOINTS])
        self.name = "w-" + uuid.uuid4().hex[:8]
        self.folder = tempfile.TemporaryDirectory()
        self.addCleanup(self.folder.cleanup)

    def path(self, name):
        return os.path.join(self.folder.name, name)

    def start_worker(self, command, *arguments, coordinators=COORDINATORS):
        worker = subprocess.Popen(
            [os.path.join(BIN, "pawl-worker"), "--activity", self.name, "--exec", command, "--heartbeat", "200ms",
             "--coordinator", coordinators, *arguments],
            stderr=subprocess.PIPE, text=True)
        self.addCleanup(worker.stderr.close)
        self.addCleanup(worker.wait)
        self.addCleanup(worker.kill)
        return worker

    def start_execution(self, count=1, **task):
        self.client.call("CreateActivity", name=self.name)
        state = {"Type": "Task", "Resource": f"{ACCOUNT}:activity:{self.name}", "TimeoutSeconds": 60, "End": True}
        state.update(task)
        machine = self.client.call("CreateStateMachine", name=self.name, roleArn="arn:aws:iam::000000000000:role/r",
                                   definition=json.dumps({"StartAt": "T", "States": {"T": state}}))
        return [self.client.call("StartExecution", stateMachineArn=machine["stateMachineArn"], name=f"e{i}",
                                 input=json.dumps({"n": i}))["executionArn"] for i in range(count)]

    def end_of(self, execution):
        def ended():
            described = self.client.call("DescribeExecution", executionArn=execution)
            return described if described["status"] != "RUNNING" else None
        return wait_until(ended, 30, f"{execution} ends")

    def events_of(self, execution):
        return self.client.call("GetExecutionHistory", executionArn=execution)["events"]

    def test_output_of_the_command_is_that_of_the_task(self):
        executions = self.start_execution(count=5)
        worker = self.start_worker("cat", "--concurrency", "2", "--name", "the-worker")
        for i, execution in enumerate(executions):
            end = self.end_of(execution)
            self.assertEqual((end["status"], json.loads(end["output"])), ("SUCCEEDED", {"n": i}))
        started = [event for event in self.events_of(executions[0]) if event["type"] == "ActivityStarted"]
        self.assertEqual(started[0]["activityStartedEventDetails"]["workerName"], "the-worker")
        worker.send_signal(signal.SIGTERM)
        self.assertEqual(worker.wait(timeout=10), 0)

    def test_activity_is_created_when_it_is_missing(self):
        self.start_worker("cat")
        wait_until(lambda: self.name in [activity["name"] for activity in self.client.call(
            "ListActivities", maxResults=1000)["activities"]], 20, "the activity is there")

    def test_missing_activity_ends_the_worker_with_no_create(self):
        worker = self.start_worker("cat", "--no-create")
        self.assertEqual(worker.wait(timeout=20), 1)
        self.assertIn(f"there is no activity {self.name}", worker.stderr.read())

    def test_failure_carries_standard_error(self):
        execution = self.start_execution()[0]
        self.start_worker("echo no card >&2; exit 3")
        end = self.end_of(execution)
        self.assertEqual((end["status"], end["error"], end["cause"]), ("FAILED", "Pawl.CommandFailed", "no card\n"))

    def test_output_that_is_no_json_is_a_failure(self):
        execution = self.start_execution()[0]
        self.start_worker("echo hello")
        self.assertEqual(self.end_of(execution)["error"], "Pawl.InvalidOutput")

    def test_heartbeats_keep_a_long_task_alive(self):
        execution = self.start_execution(HeartbeatSeconds=1)[0]
        self.start_worker("sleep 3; echo '{}'")
        self.assertEqual(self.end_of(execution)["status"], "SUCCEEDED")

    def test_command_of_a_task_that_timed_out_is_ended(self):
        execution = self.start_execution(TimeoutSeconds=1)[0]
        worker = self.start_worker(f"trap 'touch {self.path('ended')}; exit 1' TERM; sleep 100 & wait")
        self.assertEqual(self.end_of(execution)["status"], "FAILED")
        wait_until(lambda: os.path.exists(self.path("ended")), 20, "the command is ended")
        self.assertIsNone(worker.poll())

    def test_token_completes_a_task_later(self):
        execution = self.start_execution()[0]
        token_file = self.path("token")
        self.start_worker(f"printf %s \"$PAWL_TASK_TOKEN\" >{token_file}.new; mv {token_file}.new {token_file}",
                          "--handler-completes")
        wait_until(lambda: os.path.exists(token_file), 20, "the handler has the token")
        with open(token_file) as file:
            token = file.read()
        done = subprocess.run([os.path.join(BIN, "pawl"), "task", "succeed", token, "--output", '{"approved": true}'],
                              capture_output=True, text=True)
        self.assertEqual(done.returncode, 0, done.stderr)
        self.assertEqual(json.loads(self.end_of(execution)["output"]), {"approved": True})

    def test_stop_finishes_the_task_in_hand(self):
        execution = self.start_execution()[0]
        go, begun = self.path("go"), self.path("begun")
        worker = self.start_worker(f"touch {begun}; until [ -e {go} ]; do sleep 0.05; done; echo '{{}}'")
        wait_until(lambda: os.path.exists(begun), 20, "the command runs")
        worker.send_signal(signal.SIGTERM)
        open(go, "w").close()
        self.assertEqual(worker.wait(timeout=20), 0)
        self.assertEqual(self.end_of(execution)["status"], "SUCCEEDED")

    def test_idle_worker_stops_at_once(self):
        worker = self.start_worker("cat")
        wait_until(lambda: self.name in [activity["name"] for activity in self.client.call(
            "ListActivities", maxResults=1000)["activities"]], 20, "the worker is there")
        worker.send_signal(signal.SIGTERM)
        self.assertEqual(worker.wait(timeout=5), 0)

    def test_coordinator_that_is_not_there_is_passed_over(self):
        execution = self.start_execution()[0]
        self.start_worker("cat", coordinators=f"127.0.0.1:{free_port()},{COORDINATORS}")
        self.assertEqual(self.end_of(execution)["status"], "SUCCEEDED")

    def test_wrong_usage_exits_with_2(self):
        for arguments in ([], ["--activity", "a"], ["--activity", "a", "--exec", "cat", "--heartbeat", "soon"],
                          ["--activity", "a", "--exec", "cat", "--coordinator", "http://127.0.0.1:8083"]):
            done = subprocess.run([os.path.join(BIN, "pawl-worker"), *arguments], capture_output=True)
            self.assertEqual(done.returncode, 2, arguments)


if __name__ == "__main__":
    unittest.main(warnings="ignore")
