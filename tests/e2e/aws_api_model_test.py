#!/usr/bin/env python3
"""The operations of the API against AWS's own model, at PAWL_ENDPOINT: every answer has the model's shape; every member
of every request is checked for its presence and its type; and each documented error that can be provoked is."""
import json
import os
import sys
import unittest
import urllib.parse
import uuid

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path.insert(0, os.path.join(HERE, "..", "support"))
sys.path.insert(0, HERE)
from aws_api_model import OTHER_VALUE, Model  # noqa: E402
from pawl_test import ApiError, Client, wait_until  # noqa: E402

ENDPOINT = os.environ.get("PAWL_ENDPOINT", "http://127.0.0.1:8083")
ACCOUNT = "arn:aws:states:us-east-1:000000000000"
ROLE = "arn:aws:iam::000000000000:role/test"
PASS = json.dumps({"StartAt": "A", "States": {"A": {"Type": "Pass", "Assign": {"x": 1}, "Next": "B"},
                                              "B": {"Type": "Pass", "Parameters": {"x.$": "$x"}, "End": True}}})
WAIT = json.dumps({"StartAt": "W", "States": {"W": {"Type": "Wait", "Seconds": 3600, "End": True}}})
LOG_GROUP = {"cloudWatchLogsLogGroup": {"logGroupArn": "arn:aws:logs:us-east-1:000000000000:log-group:g:*"}}
# Of the model's operations those that Pawl does not have yet.
NOT_YET = {"DescribeMapRun", "ListMapRuns", "StartSyncExecution", "UpdateMapRun"}


def unique(prefix="m"):
    return prefix + "-" + uuid.uuid4().hex[:12]


def task_machine(activity):
    return json.dumps({"StartAt": "T", "States": {"T": {"Type": "Task", "Resource": activity, "End": True}}})


class ApiModelTest(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.model = Model()
        cls.client = Client([urllib.parse.urlsplit(ENDPOINT).port])
        cls.seen = set()

    def call(self, operation, **request):
        answer = self.client.call(operation, **request)
        self.assertEqual(self.model.answer_problems(operation, answer), [], operation)
        self.seen.add(operation)
        return answer

    def refused(self, code, message, operation, **request):
        """The error's name, and a part of its message."""
        with self.assertRaises(ApiError) as caught:
            self.client.call(operation, **request)
        self.assertEqual(caught.exception.code, code, f"{operation} {request}: {caught.exception}")
        self.assertIn(message, caught.exception.message)

    def machine(self, definition=PASS, **more):
        name = unique()
        answer = self.call("CreateStateMachine", name=name, definition=definition, roleArn=ROLE, **more)
        self.addCleanup(self.client.call, "DeleteStateMachine", stateMachineArn=answer["stateMachineArn"])
        return answer["stateMachineArn"]

    def activity(self, **more):
        arn = self.call("CreateActivity", name=unique("a"), **more)["activityArn"]
        self.addCleanup(self.client.call, "DeleteActivity", activityArn=arn)
        return arn

    def update(self, machine, comment, **more):
        definition = json.dumps(dict(json.loads(PASS), Comment=comment))
        return self.call("UpdateStateMachine", stateMachineArn=machine, definition=definition, **more)

    def ended(self, execution):
        return wait_until(lambda: (lambda d: d if d["status"] != "RUNNING" else None)(
            self.call("DescribeExecution", executionArn=execution)), 20, f"the end of {execution}")

    # -- answers

    def tour_of_machines(self):
        machine = self.machine(publish=True, versionDescription="first", tags=[{"key": "a", "value": "b"}],
                               loggingConfiguration={"level": "ALL", "destinations": [LOG_GROUP]},
                               tracingConfiguration={"enabled": True},
                               encryptionConfiguration={"type": "CUSTOMER_MANAGED_KMS_KEY", "kmsKeyId": "k"})
        described = self.call("DescribeStateMachine", stateMachineArn=machine)
        self.assertEqual(described["encryptionConfiguration"]["kmsDataKeyReusePeriodSeconds"], 300)
        self.assertEqual(described["variableReferences"], {"B": ["x"]})
        self.update(machine, "second", publish=True)
        self.call("DescribeStateMachine", stateMachineArn=machine + ":1")
        self.call("PublishStateMachineVersion", stateMachineArn=machine)
        self.call("ListStateMachineVersions", stateMachineArn=machine, maxResults=1)
        routes = [{"stateMachineVersionArn": f"{machine}:{n}", "weight": 50} for n in (1, 2)]
        alias = self.call("CreateStateMachineAlias", name="live", description="d",
                          routingConfiguration=routes)["stateMachineAliasArn"]
        self.call("UpdateStateMachineAlias", stateMachineAliasArn=alias, description="e")
        self.call("DescribeStateMachineAlias", stateMachineAliasArn=alias)
        self.call("ListStateMachineAliases", stateMachineArn=machine)
        self.call("ListStateMachines")
        self.call("ValidateStateMachineDefinition", definition="{}", severity="WARNING")
        self.call("TagResource", resourceArn=machine, tags=[{"key": "c", "value": "d"}])
        self.call("UntagResource", resourceArn=machine, tagKeys=["a", "never"])
        self.assertEqual(self.call("ListTagsForResource", resourceArn=machine)["tags"], [{"key": "c", "value": "d"}])
        return machine, alias

    def tour_of_executions(self, machine, alias):
        execution = self.call("StartExecution", stateMachineArn=alias, traceHeader="Root=1")["executionArn"]
        ended = self.ended(execution)
        self.assertEqual((ended["stateMachineAliasArn"], ended["traceHeader"]), (alias, "Root=1"))
        self.assertIn(ended["stateMachineVersionArn"], (machine + ":1", machine + ":2"))
        self.call("DescribeStateMachineForExecution", executionArn=execution)
        started = self.call("GetExecutionHistory", executionArn=execution)["events"][0]["executionStartedEventDetails"]
        self.assertEqual(started["stateMachineVersionArn"], ended["stateMachineVersionArn"])
        self.assertEqual(started["stateMachineAliasArn"], alias)
        for filtered in (machine, alias, ended["stateMachineVersionArn"]):
            listed = self.call("ListExecutions", stateMachineArn=filtered, statusFilter="SUCCEEDED")["executions"]
            self.assertEqual([item["executionArn"] for item in listed], [execution])
            self.assertEqual(listed[0]["stateMachineAliasArn"], alias)
        waits = self.call("StartExecution", stateMachineArn=self.machine(WAIT))["executionArn"]
        self.call("StopExecution", executionArn=waits, error="E", cause="C")
        self.call("RedriveExecution", executionArn=waits, clientToken="t")
        described = self.call("DescribeExecution", executionArn=waits)
        self.assertEqual((described["status"], described["redriveCount"]), ("RUNNING", 1))
        self.call("StopExecution", executionArn=waits)
        tested = self.call("TestState", definition='{"Type": "Pass", "Result": 1, "End": true}', roleArn=ROLE,
                           inspectionLevel="DEBUG")
        self.assertEqual((tested["status"], tested["output"]), ("SUCCEEDED", "1"))

    def tour_of_tasks(self):
        activity = self.activity(tags=[{"key": "k", "value": "v"}])
        self.call("DescribeActivity", activityArn=activity)
        self.call("ListActivities")
        self.assertEqual(self.call("ListTagsForResource", resourceArn=activity)["tags"], [{"key": "k", "value": "v"}])
        machine = self.machine(task_machine(activity))
        for end in ({"operation": "SendTaskSuccess", "output": "{}"}, {"operation": "SendTaskFailure", "error": "E"}):
            execution = self.call("StartExecution", stateMachineArn=machine)["executionArn"]
            token = self.call("GetActivityTask", activityArn=activity, workerName="w")["taskToken"]
            self.call("SendTaskHeartbeat", taskToken=token)
            self.call(end.pop("operation"), taskToken=token, **end)
            self.ended(execution)

    def test_answers_have_the_shapes_of_the_model(self):
        machine, alias = self.tour_of_machines()
        self.tour_of_executions(machine, alias)
        self.tour_of_tasks()
        self.call("DeleteStateMachineAlias", stateMachineAliasArn=alias)
        self.call("DeleteStateMachineVersion", stateMachineVersionArn=machine + ":1")
        self.call("DeleteStateMachine", stateMachineArn=machine)
        self.call("DeleteActivity", activityArn=self.activity())
        self.assertEqual(set(self.model.operations) - NOT_YET - self.seen, set())

    # -- requests

    def test_operations_that_are_not_there_say_so(self):
        for operation in NOT_YET:
            with self.subTest(operation=operation):
                self.refused("UnknownOperationException", operation, operation)

    def test_required_members_are_asked_for(self):
        for operation in set(self.model.operations) - NOT_YET:
            for name, _, required in self.model.members(operation, "input"):
                # The role of a test is not required any more.
                if not required or (operation, name) == ("TestState", "roleArn"):
                    continue
                with self.subTest(operation=operation, member=name):
                    self.refused("ValidationException", f"at '{name}' failed to satisfy constraint: "
                                 "Member must not be null", operation)

    def test_members_of_another_type_are_refused(self):
        for operation in set(self.model.operations) - NOT_YET:
            for name, kind, _ in self.model.members(operation, "input"):
                with self.subTest(operation=operation, member=name):
                    self.refused("SerializationException", "", operation, **{name: OTHER_VALUE[kind]})

    # -- errors

    def test_arns_of_something_else_are_refused(self):
        wrong = ["nonsense", "arn:aws:lambda:us-east-1:000000000000:function:f",
                 "arn:aws:states:eu-west-1:000000000000:stateMachine:m",
                 "arn:aws:states:us-east-1:999999999999:stateMachine:m", "arn:aws-cn:states:us-east-1:000000000000:stateMachine:m"]
        more = {"StartExecution": {}, "UpdateStateMachine": {"definition": PASS}, "TagResource": {"tags": []},
                "UntagResource": {"tagKeys": []}, "UpdateStateMachineAlias": {"description": ""},
                "GetActivityTask": {}}
        for operation in set(self.model.operations) - NOT_YET:
            for name, _, required in self.model.members(operation, "input"):
                if not name.endswith("Arn") or name in ("roleArn", "mapRunArn"):
                    continue
                for arn in wrong:
                    with self.subTest(operation=operation, arn=arn):
                        self.refused("InvalidArn", f"Invalid Arn: 'Invalid ARN prefix: {arn}'", operation,
                                     **{name: arn}, **more.get(operation, {}))

    def test_what_is_not_there_is_not_found(self):
        machine, activity = ACCOUNT + ":stateMachine:nobody", ACCOUNT + ":activity:nobody"
        execution = ACCOUNT + ":execution:nobody:e"
        there = self.machine(publish=True)
        for code, operation, request in [
                ("StateMachineDoesNotExist", "DescribeStateMachine", {"stateMachineArn": machine}),
                ("StateMachineDoesNotExist", "DescribeStateMachine", {"stateMachineArn": there + ":2"}),
                ("StateMachineDoesNotExist", "DescribeStateMachine", {"stateMachineArn": there + ":live"}),
                ("StateMachineDoesNotExist", "StartExecution", {"stateMachineArn": machine}),
                ("StateMachineDoesNotExist", "StartExecution", {"stateMachineArn": there + ":2"}),
                ("StateMachineDoesNotExist", "StartExecution", {"stateMachineArn": there + ":live"}),
                ("StateMachineDoesNotExist", "UpdateStateMachine", {"stateMachineArn": machine, "roleArn": ROLE}),
                ("StateMachineDoesNotExist", "UpdateStateMachine", {"stateMachineArn": there + ":1", "roleArn": ROLE}),
                ("StateMachineDoesNotExist", "PublishStateMachineVersion", {"stateMachineArn": machine}),
                ("StateMachineDoesNotExist", "PublishStateMachineVersion", {"stateMachineArn": there + ":1"}),
                ("StateMachineDoesNotExist", "ListExecutions", {"stateMachineArn": machine}),
                ("StateMachineDoesNotExist", "ListExecutions", {"stateMachineArn": there + ":2"}),
                ("StateMachineDoesNotExist", "ListExecutions", {"stateMachineArn": there + ":live"}),
                ("StateMachineDoesNotExist", "ListStateMachineAliases", {"stateMachineArn": machine}),
                ("ResourceNotFound", "ListStateMachineAliases", {"stateMachineArn": there + ":2"}),
                ("ResourceNotFound", "DescribeStateMachineAlias", {"stateMachineAliasArn": there + ":live"}),
                ("ResourceNotFound", "UpdateStateMachineAlias",
                 {"stateMachineAliasArn": there + ":live", "description": "d"}),
                ("ResourceNotFound", "CreateStateMachineAlias", {"name": "live", "routingConfiguration": [
                    {"stateMachineVersionArn": there + ":2", "weight": 100}]}),
                ("ResourceNotFound", "CreateStateMachineAlias", {"name": "live", "routingConfiguration": [
                    {"stateMachineVersionArn": machine + ":1", "weight": 100}]}),
                ("ResourceNotFound", "ListTagsForResource", {"resourceArn": machine}),
                ("ResourceNotFound", "ListTagsForResource", {"resourceArn": there + ":1"}),
                ("ResourceNotFound", "TagResource", {"resourceArn": activity, "tags": []}),
                ("ResourceNotFound", "UntagResource", {"resourceArn": execution, "tagKeys": []}),
                ("ResourceNotFound", "ListExecutions", {"mapRunArn": ACCOUNT + ":mapRun:m/l:u"}),
                ("ExecutionDoesNotExist", "DescribeExecution", {"executionArn": execution}),
                ("ExecutionDoesNotExist", "StopExecution", {"executionArn": execution}),
                ("ExecutionDoesNotExist", "GetExecutionHistory", {"executionArn": execution}),
                ("ExecutionDoesNotExist", "DescribeStateMachineForExecution", {"executionArn": execution}),
                ("ActivityDoesNotExist", "DescribeActivity", {"activityArn": activity}),
                ("ActivityDoesNotExist", "GetActivityTask", {"activityArn": activity}),
                ("InvalidToken", "SendTaskSuccess", {"taskToken": "t", "output": "1"}),
                ("InvalidToken", "ListStateMachines", {"nextToken": "t"}),
                ("InvalidToken", "ListActivities", {"nextToken": "t"}),
                ("InvalidToken", "ListExecutions", {"stateMachineArn": there, "nextToken": "t"}),
                ("InvalidToken", "ListStateMachineVersions", {"stateMachineArn": there, "nextToken": "t"}),
                ("InvalidToken", "ListStateMachineAliases", {"stateMachineArn": there, "nextToken": "t"})]:
            with self.subTest(operation=operation, request=request):
                self.refused(code, "", operation, **request)
        # What is to be deleted need not be there; the list of what is not there is empty.
        for operation, request in [("DeleteStateMachine", {"stateMachineArn": machine}),
                                   ("DeleteStateMachineVersion", {"stateMachineVersionArn": there + ":7"}),
                                   ("DeleteStateMachineAlias", {"stateMachineAliasArn": there + ":live"}),
                                   ("DeleteActivity", {"activityArn": activity}),
                                   ("ListStateMachineVersions", {"stateMachineArn": machine})]:
            with self.subTest(operation=operation):
                self.call(operation, **request)

    def test_values_that_are_not_allowed_are_refused(self):
        machine = self.machine(publish=True)
        route = {"stateMachineVersionArn": machine + ":1", "weight": 100}
        new = {"name": unique(), "definition": PASS, "roleArn": ROLE}
        cmk = {"type": "CUSTOMER_MANAGED_KMS_KEY"}
        for code, message, operation, request in [
                ("InvalidName", "Invalid Name: 'a b'", "CreateStateMachine", dict(new, name="a b")),
                ("InvalidName", "Invalid Name: 'a b'", "CreateActivity", {"name": "a b"}),
                ("InvalidName", "Invalid Name: 'a:b'", "StartExecution", {"stateMachineArn": machine, "name": "a:b"}),
                ("InvalidDefinition", "Invalid State Machine Definition: '", "CreateStateMachine",
                 dict(new, definition="{}")),
                ("InvalidDefinition", "Invalid State Machine Definition: '", "UpdateStateMachine",
                 {"stateMachineArn": machine, "definition": "{}"}),
                ("InvalidArn", "Invalid Role Arn: 'role'", "CreateStateMachine", dict(new, roleArn="role")),
                ("InvalidLoggingConfiguration", "Must specify exactly one Log Destination.", "CreateStateMachine",
                 dict(new, loggingConfiguration={"level": "ALL"})),
                ("InvalidEncryptionConfiguration", "Must set a valid kmsKeyId.", "CreateStateMachine",
                 dict(new, encryptionConfiguration=cmk)),
                ("InvalidEncryptionConfiguration", "Must set a valid kmsKeyId.", "CreateActivity",
                 {"name": unique(), "encryptionConfiguration": cmk}),
                ("ValidationException", "Version description can only be set when publish is true",
                 "CreateStateMachine", dict(new, versionDescription="d")),
                ("ValidationException", "Version description can only be set when publish is true",
                 "UpdateStateMachine", {"stateMachineArn": machine, "roleArn": ROLE, "versionDescription": "d"}),
                ("MissingRequiredParameter", "Either the definition", "UpdateStateMachine",
                 {"stateMachineArn": machine, "publish": True}),
                ("ValidationException", "must be specified", "UpdateStateMachineAlias",
                 {"stateMachineAliasArn": machine + ":live"}),
                ("ValidationException", "versions of one state machine", "CreateStateMachineAlias",
                 {"name": "live", "routingConfiguration": [
                     dict(route, weight=50), {"stateMachineVersionArn": self.machine(publish=True) + ":1",
                                              "weight": 50}]}),
                ("InvalidArn", "Not the ARN of a state machine version", "DeleteStateMachineVersion",
                 {"stateMachineVersionArn": machine}),
                ("InvalidArn", "Not the ARN of a state machine alias", "DescribeStateMachineAlias",
                 {"stateMachineAliasArn": machine + ":1"}),
                ("ValidationException", "ARNs are not supported", "DeleteStateMachine",
                 {"stateMachineArn": machine + ":1"}),
                ("ValidationException", "Labeled", "StartExecution", {"stateMachineArn": machine + "/label"}),
                ("ValidationException", "RedriveFilter cannot be applied", "ListExecutions",
                 {"stateMachineArn": machine, "redriveFilter": "REDRIVEN"}),
                ("ValidationException", "Exactly one of", "ListExecutions", {}),
                ("ValidationException", "Member must satisfy enum value set", "ListExecutions",
                 {"stateMachineArn": machine, "statusFilter": "OTHER"}),
                ("InvalidExecutionInput", "Unrecognized token", "StartExecution",
                 {"stateMachineArn": machine, "input": "not json"}),
                ("TooManyTags", "50", "TagResource",
                 {"resourceArn": machine, "tags": [{"key": f"k{i}", "value": ""} for i in range(51)]}),
                ("TooManyTags", "50", "CreateStateMachine",
                 dict(new, tags=[{"key": f"k{i}", "value": ""} for i in range(51)])),
                ("ValidationException", "System tags", "TagResource",
                 {"resourceArn": machine, "tags": [{"key": "aws:x", "value": ""}]}),
                ("ValidationException", "Tag keys and values", "TagResource",
                 {"resourceArn": machine, "tags": [{"key": "a!", "value": ""}]}),
                ("ValidationException", "at 'tagKeys'", "UntagResource",
                 {"resourceArn": machine, "tagKeys": ["k" * 129]}),
                ("ValidationException", "less than or equal to 256", "PublishStateMachineVersion",
                 {"stateMachineArn": machine, "description": "d" * 257})]:
            with self.subTest(operation=operation, message=message):
                self.refused(code, message, operation, **request)

    def test_what_stands_in_the_way_is_named(self):
        activity = ACCOUNT + ":activity:" + unique("a")
        self.call("CreateActivity", name=activity.split(":")[-1])
        self.addCleanup(self.client.call, "DeleteActivity", activityArn=activity)
        self.refused("ActivityAlreadyExists", activity, "CreateActivity", name=activity.split(":")[-1],
                     encryptionConfiguration={"type": "CUSTOMER_MANAGED_KMS_KEY", "kmsKeyId": "k"})
        machine = self.machine(WAIT, publish=True)
        name = machine.split(":")[-1]
        for difference in ({"definition": WAIT + " "}, {"versionDescription": "other"}, {"type": "EXPRESS"},
                           {"tracingConfiguration": {"enabled": True}}):
            self.refused("StateMachineAlreadyExists", machine, "CreateStateMachine",
                         **{"name": name, "definition": WAIT, "roleArn": ROLE, "publish": True, **difference})
        again = self.call("CreateStateMachine", name=name, definition=WAIT, roleArn=ROLE + "2", publish=True,
                          tags=[{"key": "ignored", "value": ""}])
        self.assertEqual(again["stateMachineVersionArn"], machine + ":1")
        self.assertEqual(self.call("ListTagsForResource", resourceArn=machine)["tags"], [])
        self.refused("ConflictException", "Failed to publish the State Machine version for revision other. The "
                     "current State Machine revision is INITIAL.", "PublishStateMachineVersion",
                     stateMachineArn=machine, revisionId="other")
        self.call("PublishStateMachineVersion", stateMachineArn=machine, revisionId="INITIAL")
        alias = {"name": "live", "routingConfiguration": [{"stateMachineVersionArn": machine + ":1", "weight": 100}]}
        made = self.call("CreateStateMachineAlias", **alias)
        self.assertEqual(self.call("CreateStateMachineAlias", **alias), made)
        self.refused("ConflictException", "an alias with the same name and a different routing configuration",
                     "CreateStateMachineAlias", **alias, description="other")
        self.refused("ConflictException", "Current list of aliases referencing this version: [live]",
                     "DeleteStateMachineVersion", stateMachineVersionArn=machine + ":1")
        start = {"stateMachineArn": machine + ":live", "name": "e"}
        first = self.call("StartExecution", **start)
        self.assertEqual(self.call("StartExecution", **start), first)
        self.refused("ExecutionAlreadyExists", first["executionArn"], "StartExecution", **start, input="1")
        self.refused("StateMachineTypeNotSupported", "", "StartExecution",
                     stateMachineArn=self.machine(type="EXPRESS", publish=True) + ":1")
        # With an execution that runs it goes on being deleted.
        self.call("DeleteStateMachine", stateMachineArn=machine)
        self.assertEqual(self.call("DescribeStateMachine", stateMachineArn=machine)["status"], "DELETING")
        for operation, request in [
                ("StartExecution", {"stateMachineArn": machine}), ("StartExecution", {"stateMachineArn": machine + ":1"}),
                ("StartExecution", {"stateMachineArn": machine + ":live"}),
                ("UpdateStateMachine", {"stateMachineArn": machine, "definition": PASS}),
                ("PublishStateMachineVersion", {"stateMachineArn": machine}), ("CreateStateMachineAlias", alias),
                ("UpdateStateMachineAlias", {"stateMachineAliasArn": machine + ":live", "description": "d"}),
                ("ListStateMachineAliases", {"stateMachineArn": machine}),
                ("CreateStateMachine", {"name": name, "definition": WAIT, "roleArn": ROLE})]:
            with self.subTest(operation=operation, request=request):
                self.refused("StateMachineDeleting", machine, operation, **request)

    def test_quotas_are_kept(self):
        machine = self.machine(publish=True)
        route = [{"stateMachineVersionArn": machine + ":1", "weight": 100}]
        for i in range(100):
            self.call("CreateStateMachineAlias", name=f"a{i}", routingConfiguration=route)
        self.refused("ServiceQuotaExceededException", machine, "CreateStateMachineAlias", name="one-more",
                     routingConfiguration=route)
        pages, token = [], {}
        while token is not None:
            page = self.call("ListStateMachineAliases", stateMachineArn=machine, maxResults=30, **token)
            pages.append(len(page["stateMachineAliases"]))
            token = {"nextToken": page["nextToken"]} if "nextToken" in page else None
        self.assertEqual(pages, [30, 30, 30, 10])

    def test_a_token_is_good_for_its_own_list_only(self):
        machine, other = self.machine(publish=True), self.machine(publish=True)
        for arn in (machine, other):
            self.update(arn, "second", publish=True)
        token = self.call("ListStateMachineVersions", stateMachineArn=machine, maxResults=1)["nextToken"]
        listed = self.call("ListStateMachineVersions", stateMachineArn=machine, nextToken=token)
        self.assertEqual([v["stateMachineVersionArn"] for v in listed["stateMachineVersions"]], [machine + ":1"])
        self.refused("InvalidToken", "Invalid token", "ListStateMachineVersions", stateMachineArn=other,
                     nextToken=token)
        self.refused("InvalidToken", "Invalid token", "ListStateMachineAliases", stateMachineArn=machine,
                     nextToken=token)


if __name__ == "__main__":
    unittest.main()
