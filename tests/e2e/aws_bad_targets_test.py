#!/usr/bin/python3
"""Services of AWS that are not as one would like: unknown, refusing, throttling, broken, slow, not there. By the generic
integrations (aws-sdk) and the optimized ones, whose errors have other names."""
import json
import os
import sys
import threading
import unittest
import uuid

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "support"))
from aws_queues import Queues, Topics  # noqa: E402
from aws_server import ENVIRONMENT, AwsServer, close, refuse  # noqa: E402
from pawl_test import ApiError, Client, Coordinator, Postgres, create_schema, free_port, wait_until  # noqa: E402

ROLE = "arn:aws:iam::000000000000:role/r"
PUT = {"TableName": "table", "Item": {"id": {"S": "x"}}}
UNKNOWN = ("The resource provided {} is not recognized. The value is not a valid resource ARN, or the resource is not "
           "available in this region.")
# A put by each way, and how what it says of a failure begins and ends.
WAYS = {
    "aws-sdk:dynamodb:putItem": ("DynamoDb.", "DynamoDb.DynamoDbException",
                                 r"\(Service: DynamoDb, Status Code: {status}, Request ID: \S+\)"
                                 r" \(SDK Attempt Count: {attempts}\)$"),
    "dynamodb:putItem": ("DynamoDB.", "DynamoDB.AmazonDynamoDBException",
                         r"\(Service: AmazonDynamoDBv2; Status Code: {status}; Error Code: {code}; Request ID: \S+; "
                         r"Proxy: null\)$"),
}


class BadTargetsTest(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.queues = Queues()
        cls.server = AwsServer({"dynamodb": lambda operation, parameters: {}, "sqs": cls.queues, "sns": Topics(cls.queues)})
        cls.addClassCleanup(cls.server.close)
        cls.queues.address = cls.server.url
        cls.postgres = Postgres()
        cls.addClassCleanup(cls.postgres.close)
        create_schema(cls.postgres.url)
        cls.coordinator = Coordinator(cls.postgres.url, environment=ENVIRONMENT, aws_endpoint=cls.server.url, aws_sdk_allow="*",
                                      aws_endpoints=f"glue=http://127.0.0.1:{free_port()},athena=http://nowhere.invalid")
        cls.addClassCleanup(cls.coordinator.close)
        cls.coordinator.wait_ready()
        cls.client = Client([cls.coordinator.port])

    def setUp(self):
        self.server.faults.clear()
        self.before = len(self.server.calls)

    def create(self, resource, parameters, **more):
        return self.client.call(
            "CreateStateMachine", name="m-" + uuid.uuid4().hex[:8], roleArn=ROLE, definition=json.dumps(
                {"StartAt": "T", "States": {"T": {"Type": "Task", "Resource": "arn:aws:states:::" + resource,
                                                  "Parameters": parameters, "End": True, **more}}}))["stateMachineArn"]

    def run_task(self, resource, parameters, **more):
        execution = self.client.call("StartExecution", stateMachineArn=self.create(resource, parameters, **more),
                                     name="e")["executionArn"]

        def ended():
            described = self.client.call("DescribeExecution", executionArn=execution)
            return described if described["status"] != "RUNNING" else None
        return wait_until(ended, 40, f"{execution} ends")

    def types(self, end):
        return [event["type"] for event in self.client.call(
            "GetExecutionHistory", executionArn=end["executionArn"])["events"]]

    def calls(self):
        return self.server.calls[self.before:]

    def check_cause(self, way, end, message, attempts=1, status=400, code="null"):
        pattern = WAYS[way][2].format(status=status, attempts=attempts, code=code)
        self.assertRegex(end["cause"], "^" + message + " " + pattern)
        self.assertEqual(self.types(end), ["ExecutionStarted", "TaskStateEntered", "TaskScheduled", "TaskStarted",
                                           "TaskFailed", "ExecutionFailed"])
        self.assertEqual(len(self.calls()), attempts)

    def test_what_is_unknown_is_refused_when_the_machine_is_created(self):
        for resource in ("aws-sdk:nobody:putItem", "aws-sdk:dynamodb:putThing", "aws-sdk:dynamodb:PutItem",
                         "aws-sdk:sqs:sendMessage.sync", "nobody:putItem", "dynamodb:putThing", "sqs:sendMessages",
                         "sqs:sendMessage.sync", "dynamodb:putItem.waitForTaskToken", "batch:submitJob.waitForTaskToken"):
            with self.subTest(resource), self.assertRaises(ApiError) as refused:
                self.create(resource, {})
            self.assertEqual(refused.exception.code, "InvalidDefinition")
            self.assertIn(UNKNOWN.format("arn:aws:states:::" + resource), refused.exception.message)

    def test_parameters_that_are_missing_or_unknown(self):
        for resource, parameters, wanted in (
                ("aws-sdk:dynamodb:putItem", {"TableName": "table"}, "The field 'Item' is required but was missing"),
                ("aws-sdk:dynamodb:putItem", {**PUT, "Nope": 1}, 'The field "Nope" is not supported by Step Functions'),
                ("dynamodb:putItem", {"TableName": "table"}, "The field 'Item' is required but was missing"),
                ("dynamodb:putItem", {**PUT, "Nope": 1}, 'The field "Nope" is not supported by Step Functions'),
                ("dynamodb:putItem", {"TableName": {"a": 1}, "Item": []}, "The value for the field 'Item' must be")):
            with self.subTest(f"{resource} {parameters}"):
                try:
                    end = self.run_task(resource, parameters)
                except ApiError as refused:  # which AWS does where it can tell
                    self.assertEqual(refused.code, "InvalidDefinition")
                    self.assertIn(wanted, refused.message)
                    continue
                self.assertEqual((end["status"], end["error"]), ("FAILED", "States.Runtime"))
                self.assertIn(wanted, end["cause"])
                self.assertEqual(self.types(end), ["ExecutionStarted", "TaskStateEntered", "ExecutionFailed"])
        self.assertEqual(self.calls(), [])
        for resource, parameters, field in (("sqs:sendMessage", {"QueueUrl": "q"}, "MessageBody"),
                                            ("sns:publish", {"TopicArn": "t"}, "Message"),
                                            ("events:putEvents", {}, "Entries")):
            with self.subTest(resource), self.assertRaises(ApiError) as refused:
                self.create(resource, parameters)
            self.assertEqual(refused.exception.code, "InvalidDefinition")
            self.assertIn(field, refused.exception.message)

    def test_credentials_that_have_expired(self):
        for way, (_, unmodelled, _) in WAYS.items():
            with self.subTest(way):
                self.setUp()
                self.server.next("dynamodb", "PutItem", refuse("ExpiredTokenException", "The security token has expired"))
                end = self.run_task(way, PUT)
                self.assertEqual(end["error"], unmodelled)
                self.check_cause(way, end, "The security token has expired", code="ExpiredTokenException")

    def test_error_of_the_model_has_its_name(self):
        for way, (prefix, _, _) in WAYS.items():
            with self.subTest(way):
                self.setUp()
                self.server.next("dynamodb", "PutItem", refuse("ConditionalCheckFailedException", "The request failed"))
                end = self.run_task(way, PUT)
                self.assertEqual(end["error"], prefix + "ConditionalCheckFailedException")
                self.check_cause(way, end, "The request failed", code="ConditionalCheckFailedException")

    def test_throttling_is_tried_three_times(self):
        for way, (prefix, unmodelled, _) in WAYS.items():
            for code, name in (("ThrottlingException", unmodelled),
                               ("ProvisionedThroughputExceededException", prefix + "ProvisionedThroughputExceededException")):
                with self.subTest(f"{way} {code}"):
                    self.setUp()
                    self.server.next("dynamodb", "PutItem", *[refuse(code, "Rate exceeded")] * 3)
                    end = self.run_task(way, PUT)
                    self.assertEqual(end["error"], name)
                    self.check_cause(way, end, "Rate exceeded", attempts=3, code=code)

    def test_what_passes_is_not_seen(self):
        for way in WAYS:
            for fault in (refuse("ThrottlingException", "Rate exceeded"), refuse("InternalServerError", "sorry", 500), close):
                with self.subTest(way):
                    self.setUp()
                    self.server.next("dynamodb", "PutItem", fault, fault)
                    end = self.run_task(way, PUT)
                    self.assertEqual(end["status"], "SUCCEEDED", end)
                    self.assertEqual(len(self.calls()), 3)
                    self.assertEqual(self.types(end), ["ExecutionStarted", "TaskStateEntered", "TaskScheduled", "TaskStarted",
                                                       "TaskSucceeded", "TaskStateExited", "ExecutionSucceeded"])

    def test_error_of_the_server_that_stays(self):
        for way, (prefix, _, _) in WAYS.items():
            with self.subTest(way):
                self.setUp()
                self.server.next("dynamodb", "PutItem", *[refuse("InternalServerError", "sorry", 500)] * 3)
                end = self.run_task(way, PUT)
                self.assertIn(end["error"], (prefix + "InternalServerErrorException", prefix + "InternalServerException"))
                self.check_cause(way, end, "sorry", attempts=3, status=500, code="InternalServerError")

    def test_connection_that_is_closed_each_time(self):
        for way, (prefix, _, _) in WAYS.items():
            with self.subTest(way):
                self.setUp()
                # A connection that had been used before is closed once more, which is no attempt.
                self.server.next("dynamodb", "PutItem", *[close] * 4)
                end = self.run_task(way, PUT)
                self.assertEqual(end["error"], prefix + "SdkClientException")
                self.assertIn("Unable to execute HTTP request: ", end["cause"])
                self.assertIn(len(self.calls()), (3, 4))

    def test_endpoint_where_nobody_is(self):
        for resource, parameters, error in (
                ("aws-sdk:glue:getJob", {"JobName": "j"}, "Glue.SdkClientException"),
                ("glue:startJobRun", {"JobName": "j"}, "Glue.SdkClientException"),
                ("aws-sdk:athena:getQueryExecution", {"QueryExecutionId": "q"}, "Athena.SdkClientException"),
                ("athena:getQueryExecution", {"QueryExecutionId": "q"}, "Athena.SdkClientException")):
            with self.subTest(resource):
                end = self.run_task(resource, parameters)
                self.assertEqual((end["status"], end["error"]), ("FAILED", error), end)
                self.assertIn("Unable to execute HTTP request: ", end["cause"])
                if "athena" in resource:
                    self.assertIn("nowhere.invalid", end["cause"])

    def test_errors_of_queues_and_topics(self):
        no_queue = self.server.url + "/000000000000/none"
        for resource, parameters, error, code in (
                ("aws-sdk:sqs:sendMessage", {"QueueUrl": no_queue, "MessageBody": "x"}, "Sqs.QueueDoesNotExistException", None),
                ("sqs:sendMessage", {"QueueUrl": no_queue, "MessageBody": "x"}, "SQS.QueueDoesNotExistException",
                 "AWS.SimpleQueueService.NonExistentQueue"),
                ("aws-sdk:sns:publish", {"TopicArn": "arn:none", "Message": "x"}, "Sns.NotFoundException", None),
                ("sns:publish", {"TopicArn": "arn:none", "Message": "x"}, "SNS.NotFoundException", "NotFound")):
            with self.subTest(resource):
                end = self.run_task(resource, parameters)
                self.assertEqual(end["error"], error, end)
                if code:
                    self.assertIn(f"; Error Code: {code}; ", end["cause"])

    def test_credentials_of_the_query_protocol_that_have_expired(self):
        queue = self.queues("CreateQueue", {"QueueName": "expired"})["QueueUrl"]
        for resource, error in (("aws-sdk:sqs:sendMessage", "Sqs.SqsException"), ("sqs:sendMessage", "SQS.AmazonSQSException")):
            with self.subTest(resource):
                self.server.next("sqs", "SendMessage", refuse("ExpiredToken", "The security token has expired", 403))
                end = self.run_task(resource, {"QueueUrl": queue, "MessageBody": "x"})
                self.assertEqual(end["error"], error)
                self.assertRegex(end["cause"], "^The security token has expired .*403")
        self.assertEqual(self.queues.messages("expired"), [])

    def test_service_that_does_not_answer_in_time(self):
        for way in WAYS:
            with self.subTest(way):
                self.setUp()
                released = threading.Event()
                self.addCleanup(released.set)

                def wait(go, released=released):
                    released.wait(30)
                    return go()
                self.server.next("dynamodb", "PutItem", wait)
                end = self.run_task(way, PUT, TimeoutSeconds=2)
                self.assertEqual((end["status"], end["error"]), ("FAILED", "States.Timeout"))
                self.assertEqual(self.types(end)[-2:], ["TaskTimedOut", "ExecutionFailed"])
                self.assertEqual(len(self.calls()), 1)
                released.set()

    def test_calls_are_signed_for_their_service(self):
        queue = self.queues("CreateQueue", {"QueueName": "signed"})["QueueUrl"]
        self.run_task("sqs:sendMessage", {"QueueUrl": queue, "MessageBody": {"n": [1, "é"]}})
        self.run_task("aws-sdk:dynamodb:putItem", PUT)
        self.assertEqual([call.scope for call in self.calls()],
                         [("AKIDPAWL", "us-east-1", "sqs"), ("AKIDPAWL", "us-east-1", "dynamodb")])
        self.assertEqual(self.queues.messages("signed"), ['{"n":[1,"é"]}'])
        self.assertEqual(self.server.problems, [])


if __name__ == "__main__":
    unittest.main(verbosity=2)
