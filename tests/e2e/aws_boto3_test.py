#!/usr/bin/python3
"""The AWS API as boto3 sees it, against the coordinator at PAWL_ENDPOINT.

    PAWL_ENDPOINT=http://127.0.0.1:8083 /usr/bin/python3 tests/e2e/aws_boto3_test.py

Needs Debian's python3-boto3. Each test makes machines and activities with names of its own and deletes them.
"""

import json
import os
import threading
import unittest
import urllib.error
import urllib.request
import uuid

import boto3
from botocore.config import Config
from botocore.exceptions import ClientError

ENDPOINT = os.environ.get("PAWL_ENDPOINT", "http://127.0.0.1:8083")
REGION = os.environ.get("AWS_DEFAULT_REGION", "us-east-1")
ROLE = "arn:aws:iam::123456789012:role/e2e"

PASS = {"StartAt": "A", "States": {"A": {"Type": "Pass", "End": True}}}
WAIT = {"StartAt": "W", "States": {"W": {"Type": "Wait", "Seconds": 3600, "End": True}}}


def make_client():
    return boto3.client(
        "stepfunctions",
        endpoint_url=ENDPOINT,
        region_name=REGION,
        aws_access_key_id="any",
        aws_secret_access_key="any",
        config=Config(read_timeout=70, retries={"max_attempts": 1}),
    )


def unique(prefix):
    return f"{prefix}-{uuid.uuid4().hex[:12]}"


class ApiTest(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.client = make_client()
        cls.addClassCleanup(cls.client.close)

    def machine(self, definition, **more):
        name = unique("machine")
        made = self.client.create_state_machine(
            name=name, definition=json.dumps(definition), roleArn=ROLE, **more
        )
        arn = made["stateMachineArn"]
        self.addCleanup(self.client.delete_state_machine, stateMachineArn=arn)
        return arn

    def activity(self):
        arn = self.client.create_activity(name=unique("activity"))["activityArn"]
        self.addCleanup(self.client.delete_activity, activityArn=arn)
        return arn

    def task_machine(self, activity, **more):
        state = {"Type": "Task", "Resource": activity, "End": True, **more}
        return self.machine({"StartAt": "T", "States": {"T": state}})

    def expect_member(self, operation, answer, member, value):
        """Older releases of boto3, such as Debian 12's, drop members that they do not know."""
        if member in self.client.meta.service_model.operation_model(operation).output_shape.members:
            self.assertEqual(answer[member], value)

    def error_of(self, code, call, **arguments):
        with self.assertRaises(ClientError) as caught:
            call(**arguments)
        self.assertEqual(caught.exception.response["Error"]["Code"], code)
        return caught.exception.response["Error"]["Message"]

    def ended(self, execution, status):
        """Waits for the end by asking again; each answer takes a round trip."""
        for _ in range(2000):
            described = self.client.describe_execution(executionArn=execution)
            if described["status"] != "RUNNING":
                self.assertEqual(described["status"], status)
                return described
        self.fail("the execution does not end")

    def history(self, execution, **more):
        pages = self.client.get_paginator("get_execution_history").paginate(
            executionArn=execution, **more
        )
        return [event for page in pages for event in page["events"]]


class WholeLife(ApiTest):
    def test_activity_task_from_start_to_history(self):
        activity = self.activity()
        machine = self.task_machine(activity, HeartbeatSeconds=600)
        started = self.client.start_execution(
            stateMachineArn=machine, name="first", input='{"order": 7}'
        )
        execution = started["executionArn"]
        self.assertTrue(execution.endswith(":first"))

        task = self.client.get_activity_task(activityArn=activity, workerName="worker-1")
        self.assertEqual(json.loads(task["input"]), {"order": 7})
        self.client.send_task_heartbeat(taskToken=task["taskToken"])
        self.client.send_task_success(taskToken=task["taskToken"], output='{"done":true}')

        described = self.ended(execution, "SUCCEEDED")
        self.assertEqual(described["input"], '{"order": 7}')
        self.assertEqual(described["output"], '{"done":true}')
        self.assertEqual(described["startDate"], started["startDate"])
        self.assertGreaterEqual(described["stopDate"], described["startDate"])
        self.expect_member("DescribeExecution", described, "redriveCount", 0)

        events = self.history(execution)
        self.assertEqual(
            [event["type"] for event in events],
            [
                "ExecutionStarted",
                "TaskStateEntered",
                "ActivityScheduled",
                "ActivityStarted",
                "ActivitySucceeded",
                "TaskStateExited",
                "ExecutionSucceeded",
            ],
        )
        self.assertEqual(events[0]["executionStartedEventDetails"]["input"], '{"order": 7}')
        self.assertEqual(events[0]["executionStartedEventDetails"]["roleArn"], ROLE)
        self.assertEqual(events[2]["activityScheduledEventDetails"]["resource"], activity)
        self.assertEqual(events[2]["activityScheduledEventDetails"]["heartbeatInSeconds"], 600)
        self.assertEqual(events[3]["activityStartedEventDetails"]["workerName"], "worker-1")

        # Three to a page, forwards and backwards, give the same events.
        self.assertEqual(self.history(execution, PaginationConfig={"PageSize": 3}), events)
        backwards = self.history(execution, reverseOrder=True, PaginationConfig={"PageSize": 3})
        self.assertEqual(backwards, events[::-1])
        bare = self.history(execution, includeExecutionData=False)
        self.assertNotIn("input", bare[0]["executionStartedEventDetails"])

    def test_failure_of_a_worker(self):
        activity = self.activity()
        machine = self.task_machine(activity)
        execution = self.client.start_execution(stateMachineArn=machine)["executionArn"]
        task = self.client.get_activity_task(activityArn=activity)
        self.client.send_task_failure(taskToken=task["taskToken"], error="Broken", cause="it broke")
        described = self.ended(execution, "FAILED")
        self.assertEqual((described["error"], described["cause"]), ("Broken", "it broke"))
        self.expect_member("DescribeExecution", described, "redriveStatus", "REDRIVABLE")
        message = self.error_of(
            "TaskTimedOut",
            self.client.send_task_success,
            taskToken=task["taskToken"],
            output="{}",
        )
        self.assertEqual(message, f"Task Timed Out: '{activity}'")

    def test_a_redrive(self):
        if not hasattr(self.client, "redrive_execution"):
            self.skipTest("this boto3 is older than RedriveExecution")
        activity = self.activity()
        execution = self.client.start_execution(stateMachineArn=self.task_machine(activity))["executionArn"]
        task = self.client.get_activity_task(activityArn=activity)
        self.client.send_task_failure(taskToken=task["taskToken"], error="Broken")
        self.ended(execution, "FAILED")
        redriven = self.client.redrive_execution(executionArn=execution, clientToken="once")
        self.assertEqual(self.client.redrive_execution(executionArn=execution, clientToken="once")["redriveDate"],
                         redriven["redriveDate"])
        message = self.error_of("ExecutionNotRedrivable", self.client.redrive_execution, executionArn=execution)
        self.assertEqual(
            message, f"Execution {execution} invalid for redrive as: Execution is RUNNING and cannot be redriven"
        )
        task = self.client.get_activity_task(activityArn=activity)
        self.client.send_task_success(taskToken=task["taskToken"], output='"done"')
        described = self.ended(execution, "SUCCEEDED")
        self.expect_member("DescribeExecution", described, "redriveCount", 1)
        self.expect_member("DescribeExecution", described, "redriveDate", redriven["redriveDate"])
        events = self.history(execution)
        self.assertEqual(events[6]["executionRedrivenEventDetails"], {"redriveCount": 1})

    def test_a_poll_waits_for_its_task(self):
        activity = self.activity()
        machine = self.task_machine(activity)
        client = make_client()
        self.addCleanup(client.close)
        got = []
        poller = threading.Thread(
            target=lambda: got.append(client.get_activity_task(activityArn=activity))
        )
        poller.start()
        self.client.start_execution(stateMachineArn=machine, input='"late"')
        poller.join(timeout=65)
        self.assertEqual(got[0]["input"], '"late"')
        self.client.send_task_success(taskToken=got[0]["taskToken"], output="1")

    def test_stop(self):
        machine = self.machine(WAIT)
        execution = self.client.start_execution(stateMachineArn=machine)["executionArn"]
        stopped = self.client.stop_execution(executionArn=execution, error="Enough", cause="told so")
        described = self.ended(execution, "ABORTED")
        self.assertEqual((described["error"], described["cause"]), ("Enough", "told so"))
        self.assertEqual(described["stopDate"], stopped["stopDate"])
        again = self.client.stop_execution(executionArn=execution, error="Other")
        self.assertEqual(again["stopDate"], stopped["stopDate"])
        self.assertEqual(self.history(execution)[-1]["type"], "ExecutionAborted")


class Machines(ApiTest):
    def test_describe_gives_back_what_was_sent(self):
        machine = self.machine(PASS)
        described = self.client.describe_state_machine(stateMachineArn=machine)
        self.assertEqual(described["definition"], json.dumps(PASS))
        self.assertEqual(described["roleArn"], ROLE)
        self.assertEqual((described["status"], described["type"]), ("ACTIVE", "STANDARD"))
        self.assertEqual(
            described["loggingConfiguration"], {"level": "OFF", "includeExecutionData": False}
        )
        self.assertEqual(described["tracingConfiguration"], {"enabled": False})
        self.assertNotIn("revisionId", described)

    def test_a_repeated_creation_gives_the_first_answer(self):
        name = unique("machine")
        wanted = {"name": name, "definition": json.dumps(PASS), "roleArn": ROLE}
        first = self.client.create_state_machine(**wanted)
        self.addCleanup(
            self.client.delete_state_machine, stateMachineArn=first["stateMachineArn"]
        )
        second = self.client.create_state_machine(**{**wanted, "roleArn": ROLE + "-2"})
        self.assertEqual(second["creationDate"], first["creationDate"])
        message = self.error_of(
            "StateMachineAlreadyExists",
            self.client.create_state_machine,
            **{**wanted, "definition": json.dumps(PASS, indent=1)},
        )
        self.assertEqual(message, f"State Machine Already Exists: '{first['stateMachineArn']}'")

    def test_an_update_holds_for_later_executions(self):
        machine = self.machine(WAIT)
        old = self.client.start_execution(stateMachineArn=machine)["executionArn"]
        updated = self.client.update_state_machine(
            stateMachineArn=machine, definition=json.dumps(PASS)
        )
        described = self.client.describe_state_machine(stateMachineArn=machine)
        self.expect_member(
            "DescribeStateMachine", described, "revisionId", updated.get("revisionId")
        )
        self.assertEqual(described["definition"], json.dumps(PASS))
        pinned = self.client.describe_state_machine_for_execution(executionArn=old)
        self.assertEqual(pinned["definition"], json.dumps(WAIT))
        new = self.client.start_execution(stateMachineArn=machine)["executionArn"]
        self.ended(new, "SUCCEEDED")
        self.client.stop_execution(executionArn=old)

    def test_delete(self):
        machine = self.machine(PASS)
        self.client.delete_state_machine(stateMachineArn=machine)
        self.client.delete_state_machine(stateMachineArn=machine)
        message = self.error_of(
            "StateMachineDoesNotExist",
            self.client.describe_state_machine,
            stateMachineArn=machine,
        )
        self.assertEqual(message, f"State Machine Does Not Exist: '{machine}'")

    def test_lists_come_in_pages(self):
        machines = {self.machine(PASS) for _ in range(3)}
        listed = [
            item["stateMachineArn"]
            for page in self.client.get_paginator("list_state_machines").paginate(
                PaginationConfig={"PageSize": 2}
            )
            for item in page["stateMachines"]
        ]
        self.assertLessEqual(machines, set(listed))
        self.assertEqual(listed, sorted(listed))

        activities = {self.activity() for _ in range(3)}
        listed = [
            item["activityArn"]
            for page in self.client.get_paginator("list_activities").paginate(
                PaginationConfig={"PageSize": 2}
            )
            for item in page["activities"]
        ]
        self.assertLessEqual(activities, set(listed))

    def test_executions_are_listed_newest_first(self):
        machine = self.machine(PASS)
        started = [
            self.client.start_execution(stateMachineArn=machine)["executionArn"] for _ in range(5)
        ]
        for execution in started:
            self.ended(execution, "SUCCEEDED")
        pages = list(
            self.client.get_paginator("list_executions").paginate(
                stateMachineArn=machine, PaginationConfig={"PageSize": 2}
            )
        )
        listed = [item["executionArn"] for page in pages for item in page["executions"]]
        self.assertCountEqual(listed, started)
        dates = [item["startDate"] for page in pages for item in page["executions"]]
        self.assertEqual(dates, sorted(dates, reverse=True))
        running = self.client.list_executions(stateMachineArn=machine, statusFilter="RUNNING")
        self.assertEqual(running["executions"], [])


class Errors(ApiTest):
    def test_start(self):
        machine = self.machine(WAIT)
        start = self.client.start_execution
        first = start(stateMachineArn=machine, name="one", input='{"a":1}')
        again = start(stateMachineArn=machine, name="one", input='{"a":1}')
        self.assertEqual(again, {**first, "ResponseMetadata": again["ResponseMetadata"]})
        message = self.error_of(
            "ExecutionAlreadyExists", start, stateMachineArn=machine, name="one", input="{}"
        )
        self.assertEqual(message, f"Execution Already Exists: '{first['executionArn']}'")
        self.client.stop_execution(executionArn=first["executionArn"])
        self.error_of(
            "ExecutionAlreadyExists", start, stateMachineArn=machine, name="one", input='{"a":1}'
        )
        self.error_of("InvalidName", start, stateMachineArn=machine, name="a b")
        message = self.error_of(
            "InvalidExecutionInput", start, stateMachineArn=machine, input="not some json"
        )
        self.assertEqual(
            message,
            "Invalid State Machine Execution Input: 'Unrecognized token 'not': was expecting "
            "(JSON String, Number, Array, Object or token 'null', 'true' or 'false')'",
        )
        self.error_of("InvalidArn", start, stateMachineArn="nonsense")
        self.error_of("StateMachineDoesNotExist", start, stateMachineArn=machine + "x")

    def test_things_that_do_not_exist(self):
        machine = self.machine(PASS)
        execution = machine.replace(":stateMachine:", ":execution:") + ":none"
        for call in (
            self.client.describe_execution,
            self.client.get_execution_history,
            self.client.stop_execution,
            self.client.describe_state_machine_for_execution,
        ):
            message = self.error_of("ExecutionDoesNotExist", call, executionArn=execution)
            self.assertEqual(message, f"Execution Does Not Exist: '{execution}'")
        activity = self.activity()
        self.client.delete_activity(activityArn=activity)
        self.client.delete_activity(activityArn=activity)
        for call in (self.client.describe_activity, self.client.get_activity_task):
            self.error_of("ActivityDoesNotExist", call, activityArn=activity)
        self.error_of(
            "StateMachineDoesNotExist", self.client.list_executions, stateMachineArn=machine + "x"
        )

    def test_definitions(self):
        message = self.error_of(
            "InvalidDefinition",
            self.client.create_state_machine,
            name=unique("machine"),
            definition='{"StartAt":"A"}',
            roleArn=ROLE,
        )
        self.assertEqual(
            message,
            "Invalid State Machine Definition: "
            "'SCHEMA_VALIDATION_FAILED: These fields are required: [States] at /'",
        )
        self.error_of(
            "MissingRequiredParameter",
            self.client.update_state_machine,
            stateMachineArn=self.machine(PASS),
        )

    def test_tokens(self):
        self.error_of("InvalidToken", self.client.list_activities, nextToken="nonsense")
        self.error_of("InvalidToken", self.client.list_state_machines, nextToken="nonsense")
        for call, more in (
            (self.client.send_task_success, {"output": "{}"}),
            (self.client.send_task_failure, {}),
            (self.client.send_task_heartbeat, {}),
        ):
            message = self.error_of("InvalidToken", call, taskToken="nonsense", **more)
            self.assertEqual(message, "Invalid Token: 'Invalid token'")

        # A token of one list is none of another.
        self.machine(PASS), self.machine(PASS)
        page = self.client.list_state_machines(maxResults=1)
        self.error_of("InvalidToken", self.client.list_activities, nextToken=page["nextToken"])

    def test_output_that_is_not_json(self):
        activity = self.activity()
        machine = self.task_machine(activity)
        execution = self.client.start_execution(stateMachineArn=machine)["executionArn"]
        token = self.client.get_activity_task(activityArn=activity)["taskToken"]
        self.error_of(
            "InvalidOutput", self.client.send_task_success, taskToken=token, output="nonsense"
        )
        self.client.send_task_success(taskToken=token, output="[]")
        self.ended(execution, "SUCCEEDED")

    def test_validation_by_the_server(self):
        """What boto3 itself would refuse never reaches the server; so its checks are switched off."""
        client = boto3.client(
            "stepfunctions",
            endpoint_url=ENDPOINT,
            region_name=REGION,
            aws_access_key_id="any",
            aws_secret_access_key="any",
            config=Config(parameter_validation=False),
        )
        self.addCleanup(client.close)
        self.assertEqual(
            self.error_of("ValidationException", client.describe_activity),
            "1 validation error detected: Value null at 'activityArn' failed to satisfy "
            "constraint: Member must not be null",
        )
        self.error_of("ValidationException", client.list_activities, maxResults=1001)


class Pages(unittest.TestCase):
    def test_health(self):
        for path in ("/healthz", "/readyz", "/"):
            with urllib.request.urlopen(ENDPOINT + path) as answer:
                self.assertEqual(answer.status, 200)
        with self.assertRaises(urllib.error.HTTPError) as caught:
            urllib.request.urlopen(ENDPOINT + "/nothing")
        self.assertEqual(caught.exception.code, 404)


if __name__ == "__main__":
    unittest.main(verbosity=2)
