#!/usr/bin/env python3
"""A coordinator as operators meet it: a schema that is missing, SIGTERM, a database that goes and comes back."""
import http.client
import json
import os
import subprocess
import sys
import threading
import unittest

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "support"))
from pawl_test import BIN, Client, Coordinator, Postgres, create_schema, wait_until  # noqa: E402

ACCOUNT = "arn:aws:states:us-east-1:000000000000"


def status_of(port, path):
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=5)
    connection.request("GET", path)
    return connection.getresponse().status


class NodeTest(unittest.TestCase):
    def setUp(self):
        self.postgres = Postgres()
        self.addCleanup(self.postgres.close)
        self.log = os.path.join(self.postgres.folder, "coordinator.log")

    def coordinator(self, **settings):
        coordinator = Coordinator(self.postgres.url, log=self.log, **settings)
        self.addCleanup(coordinator.close)
        return coordinator

    def ready_coordinator(self):
        create_schema(self.postgres.url)
        coordinator = self.coordinator()
        coordinator.wait_ready()
        return coordinator

    def logged(self):
        with open(self.log) as file:
            return file.read()

    def start_wait(self, client, seconds, count=1):
        machine = client.call("CreateStateMachine", name=f"wait{seconds}", roleArn="arn:aws:iam::000000000000:role/r",
                              definition=json.dumps({"StartAt": "W", "States": {
                                  "W": {"Type": "Wait", "Seconds": seconds, "End": True}}}))
        return [client.call("StartExecution", stateMachineArn=machine["stateMachineArn"], name=f"e{i}",
                            input="{}")["executionArn"] for i in range(count)]

    def wait_succeeded(self, client, executions):
        wait_until(lambda: all(client.call("DescribeExecution", executionArn=execution)["status"] == "SUCCEEDED"
                               for execution in executions), 60, "all executions succeeded")

    def test_missing_schema_is_refused_with_what_to_do(self):
        coordinator = self.coordinator()
        self.assertEqual(coordinator.process.wait(timeout=20), 1)
        self.assertIn("pawl migrate", self.logged())

    def test_schema_is_made_when_asked_for(self):
        coordinator = self.coordinator(migrate="true")
        coordinator.wait_ready()
        self.assertEqual(coordinator.terminate(), 0)

    def test_bad_setting_exits_with_2(self):
        done = subprocess.run([os.path.join(BIN, "pawl-coordinator"), "--listen-http", "nowhere"],
                              capture_output=True, text=True)
        self.assertEqual(done.returncode, 2)
        self.assertIn("HOST:PORT", done.stderr)

    def test_start_waits_for_the_database(self):
        create_schema(self.postgres.url)
        self.postgres.stop()
        coordinator = self.coordinator()
        wait_until(lambda: os.path.exists(self.log) and "database_unreachable" in self.logged(), 20, "it has tried")
        self.assertIsNone(coordinator.process.poll())
        self.postgres.start()
        coordinator.wait_ready()

    def test_stop_before_the_database_is_there_is_a_clean_one(self):
        self.postgres.stop()
        coordinator = self.coordinator()
        wait_until(lambda: os.path.exists(self.log) and "database_unreachable" in self.logged(), 20, "it has tried")
        self.assertEqual(coordinator.terminate(), 0)
        self.postgres.start()

    def test_sigterm_answers_pollers_and_exits_with_0(self):
        coordinator = self.ready_coordinator()
        client = Client([coordinator.port], patience=0)
        client.call("CreateActivity", name="idle")
        answers = []
        poller = threading.Thread(target=lambda: answers.append(client.once(
            "GetActivityTask", {"activityArn": f"{ACCOUNT}:activity:idle"})))
        # Whether the poll has arrived shows nowhere outside; one that comes later is answered or refused too.
        poller.start()
        self.start_wait(Client([coordinator.port]), 0)
        self.assertEqual(coordinator.terminate(), 0)
        poller.join(timeout=10)
        self.assertFalse(poller.is_alive())
        self.assertEqual([answer.get("taskToken") for answer in answers], [None])

    def test_restart_goes_on_with_what_was_under_way(self):
        coordinator = self.ready_coordinator()
        client = Client([coordinator.port])
        executions = self.start_wait(client, 2, count=5)
        self.assertEqual(coordinator.terminate(), 0)
        coordinator.start()
        coordinator.wait_ready()
        self.wait_succeeded(client, executions)

    def test_database_that_restarts_costs_readiness_and_nothing_else(self):
        coordinator = self.ready_coordinator()
        client = Client([coordinator.port], patience=60)
        executions = self.start_wait(client, 3, count=5)
        self.postgres.stop("immediate")
        wait_until(lambda: status_of(coordinator.port, "/readyz") == 503, 20, "not ready")
        self.assertEqual(status_of(coordinator.port, "/healthz"), 200)
        self.postgres.start()
        coordinator.wait_ready()
        self.wait_succeeded(client, executions)
        self.wait_succeeded(client, self.start_wait(client, 1))

    def test_machines_that_loop_for_ever_run_beside_others_and_can_be_stopped(self):
        coordinator = self.ready_coordinator()
        client = Client([coordinator.port])
        role = "arn:aws:iam::000000000000:role/r"
        loop = {"StartAt": "A", "States": {
            "A": {"Type": "Choice", "Choices": [{"Variable": "$.end", "IsPresent": True, "Next": "End"}],
                  "Default": "B"},
            "B": {"Type": "Pass", "Next": "A"}, "End": {"Type": "Succeed"}}}
        machine = client.call("CreateStateMachine", name="loop", roleArn=role, definition=json.dumps(loop))
        # More loops than the node has connections for transitions.
        loops = [client.call("StartExecution", stateMachineArn=machine["stateMachineArn"], name=f"loop-{i}")
                 for i in range(40)]
        self.wait_succeeded(client, self.start_wait(client, 1, count=5))
        for execution in loops:
            client.call("StopExecution", executionArn=execution["executionArn"], error="Enough")
            described = client.call("DescribeExecution", executionArn=execution["executionArn"])
            self.assertEqual((described["status"], described["error"]), ("ABORTED", "Enough"))
            events = client.call("GetExecutionHistory", executionArn=execution["executionArn"], maxResults=1,
                                 reverseOrder=True)["events"]
            self.assertEqual(events[0]["type"], "ExecutionAborted")
            self.assertGreater(events[0]["id"], 10)

    def test_large_payloads_survive_a_restart_in_every_kind_of_branch(self):
        coordinator = self.ready_coordinator()
        client = Client([coordinator.port])
        client.call("CreateActivity", name="work")
        task = {"Type": "Task", "Resource": f"{ACCOUNT}:activity:work", "End": True}
        grow = {"Type": "Pass", "Parameters": {"big.$": "States.Format('{}{}', $.big, $.big)"}}
        machine = client.call("CreateStateMachine", name="large", roleArn="arn:aws:iam::000000000000:role/r",
                              definition=json.dumps({"StartAt": "Grow", "States": {
                                  "Grow": dict(grow, Next="Both"),
                                  "Both": {"Type": "Parallel", "End": True, "Branches": [
                                      {"StartAt": "Pass", "States": {"Pass": dict(grow, End=True)}},
                                      {"StartAt": "Task", "States": {"Task": task}}]}}}))
        execution = client.call("StartExecution", stateMachineArn=machine["stateMachineArn"],
                                input=json.dumps({"big": "x" * 20000}))["executionArn"]
        worker = client.call("GetActivityTask", activityArn=f"{ACCOUNT}:activity:work")
        self.assertEqual(json.loads(worker["input"]), {"big": "x" * 40000})
        # What passes through it stands in the history once, not in the positions.
        widths = self.postgres.query("""
            select length(position) from pawl.execution union all select length(position) from pawl.branch""")
        self.assertEqual(len(widths), 3)
        self.assertLess(max(int(width) for width, in widths), 2000)
        coordinator.kill()
        coordinator.start()
        coordinator.wait_ready()
        client.call("SendTaskSuccess", taskToken=worker["taskToken"], output='"done"')
        self.wait_succeeded(client, [execution])
        output = json.loads(client.call("DescribeExecution", executionArn=execution)["output"])
        self.assertEqual(output, [{"big": "x" * 80000}, "done"])


if __name__ == "__main__":
    unittest.main(warnings="ignore")
