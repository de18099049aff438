#!/usr/bin/env python3
"""Executions that start others and wait for them: over the API, with coordinators that are killed between."""
import json
import os
import sys
import unittest
import uuid

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "support"))
from pawl_test import Client, Coordinator, Postgres, check_invariants, create_schema, wait_until  # noqa: E402

ROLE = "arn:aws:iam::000000000000:role/r"
SECONDS = 60  # that anything may take


class ChildrenTest(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.postgres = Postgres()
        cls.addClassCleanup(cls.postgres.close)
        create_schema(cls.postgres.url)

    def setUp(self):
        self.coordinators = [Coordinator(self.postgres.url) for _ in range(2)]
        for coordinator in self.coordinators:
            self.addCleanup(coordinator.close)
            coordinator.wait_ready()
        self.aws = Client([coordinator.port for coordinator in self.coordinators])

    def tearDown(self):
        self.assertEqual(check_invariants(self.postgres.url)[0], [])

    def deploy(self, states):
        definition = {"StartAt": next(iter(states)), "States": states}
        return self.aws.call("CreateStateMachine", name="m-" + uuid.uuid4().hex[:8], roleArn=ROLE,
                             definition=json.dumps(definition))["stateMachineArn"]

    def parent_of(self, child, resource, **more):
        return self.deploy({"Run": {"Type": "Task", "Resource": "arn:aws:states:::states:" + resource,
                                    "Parameters": {"StateMachineArn": child, "Name": "child", "Input.$": "$"},
                                    "End": True, **more}})

    def waiting_child(self):
        """A machine that waits for a task of an activity, and the activity."""
        activity = self.aws.call("CreateActivity", name="a-" + uuid.uuid4().hex[:8])["activityArn"]
        return self.deploy({"Ask": {"Type": "Task", "Resource": activity, "End": True}}), activity

    def start(self, machine, data):
        return self.aws.call("StartExecution", stateMachineArn=machine, name="e-" + uuid.uuid4().hex[:8],
                             input=json.dumps(data))["executionArn"]

    def describe(self, arn):
        return self.aws.call("DescribeExecution", executionArn=arn)

    def end_of(self, arn):
        def ended():
            described = self.describe(arn)
            return described if described["status"] != "RUNNING" else None
        return wait_until(ended, SECONDS, f"end of {arn}")

    def task_of(self, activity):
        return wait_until(lambda: self.aws.call("GetActivityTask", activityArn=activity).get("taskToken"), SECONDS,
                          "a task")

    def child_of(self, machine):
        return machine.replace(":stateMachine:", ":execution:") + ":child"

    def types(self, arn):
        return [event["type"] for event in self.aws.call("GetExecutionHistory", executionArn=arn)["events"]]

    def test_a_parent_waits_for_its_child(self):
        child, activity = self.waiting_child()
        parent = self.start(self.parent_of(child, "startExecution.sync:2"), {"n": 1})
        self.aws.call("SendTaskSuccess", taskToken=self.task_of(activity), output='{"m": 2}')
        end = self.end_of(parent)
        self.assertEqual(end["status"], "SUCCEEDED")
        output = json.loads(end["output"])
        self.assertEqual(output["ExecutionArn"], self.child_of(child))
        self.assertEqual(output["Input"], {"n": 1})
        self.assertEqual(output["Output"], {"m": 2})
        self.assertEqual(output["Status"], "SUCCEEDED")
        self.assertEqual(self.types(parent), [
            "ExecutionStarted", "TaskStateEntered", "TaskScheduled", "TaskStarted", "TaskSubmitted", "TaskSucceeded",
            "TaskStateExited", "ExecutionSucceeded"])

    def test_a_parent_does_not_wait_where_it_is_not_asked_to(self):
        child, activity = self.waiting_child()
        parent = self.end_of(self.start(self.parent_of(child, "startExecution"), {}))
        self.assertEqual(json.loads(parent["output"])["ExecutionArn"], self.child_of(child))
        self.assertEqual(self.describe(self.child_of(child))["status"], "RUNNING")
        self.aws.call("SendTaskFailure", taskToken=self.task_of(activity))
        self.assertEqual(self.end_of(self.child_of(child))["status"], "FAILED")

    def test_a_childs_failure_is_caught(self):
        child = self.deploy({"Fail": {"Type": "Fail", "Error": "Boom", "Cause": "it broke"}})
        run = {"Type": "Task", "Resource": "arn:aws:states:::states:startExecution.sync",
               "Parameters": {"StateMachineArn": child}, "End": True,
               "Catch": [{"ErrorEquals": ["States.TaskFailed"], "Next": "Caught"}]}
        parent = self.deploy({"Run": run, "Caught": {"Type": "Pass", "End": True}})
        end = self.end_of(self.start(parent, {}))
        self.assertEqual(end["status"], "SUCCEEDED")
        cause = json.loads(json.loads(end["output"])["Cause"])
        self.assertEqual((cause["Error"], cause["Cause"], cause["Status"]), ("Boom", "it broke", "FAILED"))

    def test_the_stop_of_the_parent_stops_the_child(self):
        child, activity = self.waiting_child()
        parent = self.start(self.parent_of(child, "startExecution.sync"), {})
        token = self.task_of(activity)
        self.aws.call("StopExecution", executionArn=parent)
        self.assertEqual(self.end_of(self.child_of(child))["status"], "ABORTED")
        with self.assertRaisesRegex(Exception, "TaskTimedOut"):
            self.aws.call("SendTaskSuccess", taskToken=token, output="1")

    def test_the_end_reaches_the_parent_when_the_node_that_started_the_child_has_died(self):
        child, activity = self.waiting_child()
        machine = self.parent_of(child, "startExecution.sync")
        for victim in self.coordinators:
            self.aws = Client([victim.port])
            parent = self.start(machine, {})
            wait_until(lambda: "TaskSubmitted" in self.types(parent), SECONDS, "the child's start")
            victim.kill()
            self.aws = Client([one.port for one in self.coordinators if one is not victim])
            self.aws.call("SendTaskSuccess", taskToken=self.task_of(activity), output="1")
            self.assertEqual(self.end_of(parent)["status"], "SUCCEEDED")
            child, activity = self.waiting_child()
            machine = self.parent_of(child, "startExecution.sync")
            victim.start()
            victim.wait_ready()


if __name__ == "__main__":
    unittest.main()
