#!/usr/bin/env python3
"""The limits of coordinators that are set to others than AWS's, and of two that are set differently."""
import json
import os
import subprocess
import sys
import unittest

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "support"))
from pawl_test import (BIN, ApiError, Client, Coordinator, Postgres, check_invariants,  # noqa: E402
                       create_schema, wait_until)

ACTIVITY = "arn:aws:states:us-east-1:000000000000:activity:work"
LARGE = 6_000_000  # more than gRPC takes by default
ROLE = "arn:aws:iam::000000000000:role/r"


class LimitsTest(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.postgres = Postgres()
        cls.addClassCleanup(cls.postgres.close)
        create_schema(cls.postgres.url)
        cls.strict = cls.coordinator(max_history_events=100)
        cls.generous = cls.coordinator(max_payload_bytes=LARGE)
        cls.strict.wait_ready()
        cls.generous.wait_ready()
        Client([cls.strict.port]).call("CreateActivity", name="work")

    @classmethod
    def coordinator(cls, **settings):
        coordinator = Coordinator(cls.postgres.url, **settings)
        cls.addClassCleanup(coordinator.close)
        return coordinator

    def setUp(self):
        self.on_strict, self.on_generous = Client([self.strict.port]), Client([self.generous.port])

    def tearDown(self):
        violations, _ = check_invariants(self.postgres.url)
        self.assertEqual(violations, [])

    def machine(self, states, start="A"):
        name = self.id().rsplit(".", 1)[-1]
        return self.on_strict.call("CreateStateMachine", name=name, roleArn=ROLE, definition=json.dumps(
            {"StartAt": start, "States": states}))["stateMachineArn"]

    def start(self, client, machine, value):
        return client.call("StartExecution", stateMachineArn=machine, input=json.dumps(value))["executionArn"]

    def ended(self, client, execution):
        def closed():
            found = client.call("DescribeExecution", executionArn=execution)
            return found if found["status"] != "RUNNING" else None
        return wait_until(closed, 60, "the execution ends")

    def task(self, client):
        def given():
            task = client.call("GetActivityTask", activityArn=ACTIVITY)
            return task if task.get("taskToken") else None
        return wait_until(given, 60, "a task is given")

    def test_history_that_is_full_fails_the_execution(self):
        machine = self.machine({"A": {"Type": "Pass", "Next": "B"}, "B": {"Type": "Pass", "Next": "A2"}, "A2": {
            "Type": "Choice", "Choices": [{"Variable": "$.n", "IsPresent": True, "Next": "A"}], "Default": "End"},
            "End": {"Type": "Succeed"}})
        ended = self.ended(self.on_strict, self.start(self.on_strict, machine, {"n": 1}))
        self.assertEqual((ended["status"], ended["error"]), ("FAILED", "States.Runtime"))
        self.assertEqual(ended["cause"], "The execution reached the maximum number of history events (100).")
        history = self.on_strict.call("GetExecutionHistory", executionArn=ended["executionArn"], maxResults=1000)
        self.assertEqual([event["id"] for event in history["events"]], list(range(1, 101)))
        last = history["events"][-1]
        self.assertEqual((last["type"], last["previousEventId"]), ("ExecutionFailed", 99))

    def test_map_whose_tasks_fill_the_history_is_not_stuck(self):
        machine = self.machine({"A": {"Type": "Map", "End": True, "ItemProcessor": {"StartAt": "T", "States": {
            "T": {"Type": "Task", "Resource": ACTIVITY, "End": True}}}}})
        execution = self.start(self.on_strict, machine, list(range(40)))
        ended = self.ended(self.on_strict, execution)  # by its start, whose 40 iterations there is no room for
        self.assertEqual((ended["status"], ended["error"]), ("FAILED", "States.Runtime"))
        # 3 events, 3 for each of 32 iterations: nothing is left for the first hand-out but the end.
        execution = self.start(self.on_strict, machine, list(range(32)))
        self.assertEqual(self.on_strict.call("DescribeExecution", executionArn=execution)["status"], "RUNNING")
        free = self.start(self.on_generous, machine, [7])
        task = self.task(self.on_strict)
        while self.on_strict.call("DescribeExecution", executionArn=free)["status"] == "RUNNING":
            try:
                self.on_strict.call("SendTaskSuccess", taskToken=task["taskToken"], output="1")
            except ApiError as error:
                self.assertEqual(error.code, "TaskTimedOut")  # of the execution that has ended meanwhile
            if self.on_strict.call("DescribeExecution", executionArn=free)["status"] == "RUNNING":
                task = self.task(self.on_strict)
        ended = self.ended(self.on_strict, execution)
        self.assertEqual(ended["cause"], "The execution reached the maximum number of history events (100).")

    def test_payloads_may_be_larger_where_the_node_allows_it(self):
        machine = self.machine({"A": {"Type": "Pass", "ResultPath": "$.copy", "Parameters": {"all.$": "$.text"},
                                      "Next": "B"}, "B": {"Type": "Succeed"}})
        with self.assertRaises(ApiError) as refused:
            self.start(self.on_strict, machine, {"text": "x" * 300_000})
        self.assertIn("262144", str(refused.exception))
        ended = self.ended(self.on_strict, self.start(self.on_generous, machine, {"text": "x" * 2_900_000}))
        self.assertEqual(ended["status"], "SUCCEEDED")
        self.assertEqual(len(json.loads(ended["output"])["copy"]["all"]), 2_900_000)
        ended = self.ended(self.on_strict, self.start(self.on_generous, machine, {"text": "x" * 3_100_000}))
        self.assertEqual((ended["status"], ended["error"]), ("FAILED", "States.DataLimitExceeded"))
        with self.assertRaises(ApiError) as refused:
            self.start(self.on_generous, machine, {"text": "x" * LARGE})
        self.assertIn(str(LARGE), str(refused.exception))

    def test_execution_keeps_its_limit_on_a_node_that_allows_more(self):
        machine = self.machine({"A": {"Type": "Task", "Resource": ACTIVITY, "End": True, "Catch": [
            {"ErrorEquals": ["States.DataLimitExceeded"], "ResultPath": None, "Next": "Caught"}]},
            "Caught": {"Type": "Succeed"}})
        output = json.dumps("x" * 500_000)
        for starter, status, length in ((self.on_strict, "caught", 2), (self.on_generous, "done", len(output))):
            execution = self.start(starter, machine, {})
            task = self.task(self.on_generous)
            with self.assertRaises(ApiError) as refused:
                self.on_strict.call("SendTaskSuccess", taskToken=task["taskToken"], output=output)
            self.assertEqual(refused.exception.code, "ValidationException")
            self.on_generous.call("SendTaskSuccess", taskToken=task["taskToken"], output=output)
            ended = self.ended(self.on_generous, execution)
            self.assertEqual((ended["status"], len(ended["output"])), ("SUCCEEDED", length), status)

    def test_worker_takes_and_gives_what_its_coordinator_allows(self):
        self.on_strict.call("CreateActivity", name="echo")
        machine = self.machine({"A": {"Type": "Task", "Resource": ACTIVITY.replace(":work", ":echo"), "End": True}})
        text = "x" * 5_000_000
        execution = self.start(self.on_generous, machine, text)
        for coordinator in (self.generous, self.strict):
            worker = subprocess.Popen([os.path.join(BIN, "pawl-worker"), "--activity", "echo", "--exec", "cat",
                                       "--coordinator", f"127.0.0.1:{coordinator.grpc_port}"])
            try:
                ended = self.ended(self.on_strict, execution)
            finally:
                worker.terminate()
                worker.wait()
            if coordinator is self.generous:
                self.assertEqual((ended["status"], ended.get("output")), ("SUCCEEDED", json.dumps(text)))
                execution = self.start(self.on_generous, machine, text)
        self.assertEqual((ended["status"], ended["error"]), ("FAILED", "Pawl.InvalidOutput"))
        self.assertIn("262144", ended["cause"])


if __name__ == "__main__":
    unittest.main(warnings="ignore")
