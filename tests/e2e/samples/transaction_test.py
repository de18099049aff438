#!/usr/bin/python3
"""The transaction processor of the samples: an item of DynamoDB (dynalite), with the whole history."""
import json
import unittest
import uuid

from botocore import xform_name
from sample import ROLE, Hold, SampleTest, definition

RETRY = ["TaskScheduled", "TaskStarted", "TaskFailed"]
NOT_TRUNCATED = {"truncated": False}


class TransactionProcessor(SampleTest):
    """`in_between`: calls of dynalite go through the server that can hold them."""
    in_between = False

    @classmethod
    def setUpClass(cls):
        url = cls.start_server("dynalite", "--port", "PORT", "--createTableMs", "0")
        cls.dynamodb = cls.boto("dynamodb", url)
        if cls.in_between:
            cls.SERVICES = {"dynamodb": cls.forward}
        else:
            cls.SETTINGS = {"aws_endpoints": f"dynamodb={url}"}
        super().setUpClass()

    @classmethod
    def forward(cls, operation, parameters):
        result = getattr(cls.dynamodb, xform_name(operation))(**parameters)
        return {name: value for name, value in result.items() if name != "ResponseMetadata"}

    def setUp(self):
        self.table = "transactions-" + uuid.uuid4().hex[:8]

    def create_table(self):
        self.dynamodb.create_table(
            TableName=self.table, KeySchema=[{"AttributeName": "TransactionId", "KeyType": "HASH"}],
            AttributeDefinitions=[{"AttributeName": "TransactionId", "AttributeType": "S"}], BillingMode="PAY_PER_REQUEST")

    def begin(self):
        return self.start(definition("transaction_processor", Table=self.table), {"TransactionId": "abcde1234"})

    def check(self, execution):
        output = self.succeed(execution)
        self.assertEqual(sorted(output), ["DynamoDB", "TransactionId"])
        result = output["DynamoDB"]
        metadata = result["SdkHttpMetadata"]
        self.assertEqual(result, {
            "SdkHttpMetadata": {"AllHttpHeaders": metadata["AllHttpHeaders"], "HttpHeaders": metadata["HttpHeaders"],
                                "HttpStatusCode": 200},
            "SdkResponseMetadata": {"RequestId": metadata["HttpHeaders"]["x-amzn-RequestId"]}})
        self.assertEqual({name: [value] for name, value in metadata["HttpHeaders"].items()}, metadata["AllHttpHeaders"])
        found = self.dynamodb.get_item(TableName=self.table, Key={"TransactionId": {"S": "abcde1234"}})
        self.assertEqual(found["Item"], {"TransactionId": {"S": "abcde1234"}})

        # A Pass without fields leaves the client's text as it is.
        given, put = '{"TransactionId": "abcde1234"}', json.dumps(result, separators=(",", ":"))
        whole = json.dumps({"TransactionId": "abcde1234", "DynamoDB": result}, separators=(",", ":"))
        parameters = {"TableName": self.table, "Item": {"TransactionId": {"S": "abcde1234"}}}
        resource = {"resourceType": "dynamodb", "resource": "putItem"}
        expected = [
            ("ExecutionStarted", 0, "executionStartedEventDetails",
             {"input": given, "inputDetails": NOT_TRUNCATED, "roleArn": ROLE}),
            ("PassStateEntered", 0, "stateEnteredEventDetails",
             {"name": "Begin", "input": given, "inputDetails": NOT_TRUNCATED}),
            ("PassStateExited", 2, "stateExitedEventDetails",
             {"name": "Begin", "output": given, "outputDetails": NOT_TRUNCATED}),
            ("TaskStateEntered", 3, "stateEnteredEventDetails",
             {"name": "Keep", "input": given, "inputDetails": NOT_TRUNCATED}),
            ("TaskScheduled", 4, "taskScheduledEventDetails", {**resource, "region": "us-east-1", "parameters": parameters}),
            ("TaskStarted", 5, "taskStartedEventDetails", resource),
            ("TaskSucceeded", 6, "taskSucceededEventDetails", {**resource, "output": put, "outputDetails": NOT_TRUNCATED}),
            ("TaskStateExited", 7, "stateExitedEventDetails", {"name": "Keep", "output": whole, "outputDetails": NOT_TRUNCATED}),
            ("ExecutionSucceeded", 8, "executionSucceededEventDetails", {"output": whole, "outputDetails": NOT_TRUNCATED})]
        events = self.events(execution)
        times = [event.pop("timestamp") for event in events]
        self.assertEqual(times, sorted(times))
        scheduled = events[4]["taskScheduledEventDetails"]
        scheduled["parameters"] = json.loads(scheduled["parameters"])  # the order of its members is nobody's business
        self.assertEqual(events, [{"id": number + 1, "previousEventId": previous, "type": kind, member: details}
                                  for number, (kind, previous, member, details) in enumerate(expected)])


class HistoryTest(TransactionProcessor):
    def test_item_is_kept_and_told(self):
        self.create_table()
        self.check(self.begin())

    def test_retry_of_states_all_in_another_spelling_never_matches(self):
        end = self.end(self.begin())  # there is no table
        self.assertEqual((end["status"], end["error"]), ("FAILED", "DynamoDB.ResourceNotFoundException"))
        self.assertRegex(end["cause"], r"^Requested resource not found \(Service: AmazonDynamoDBv2; Status Code: 400; Error Code: "
                                       r"ResourceNotFoundException; Request ID: \S+; Proxy: null\)$")
        self.assertEqual(self.types(end["executionArn"]), ["ExecutionStarted", "PassStateEntered", "PassStateExited",
                                                           "TaskStateEntered"] + RETRY + ["ExecutionFailed"])


class RestartTest(TransactionProcessor):
    in_between = True

    def test_history_is_the_same_over_a_restart(self):
        """At least once: the item that was put before the coordinator died is put again, which changes nothing."""
        self.create_table()
        put = Hold(done=True)
        self.server.next("dynamodb", "PutItem", put)
        execution = self.begin()
        self.assertTrue(put.arrived.wait(30))
        self.restart()
        put.released.set()
        self.check(execution)
        self.assertEqual(len(self.server.calls_of("dynamodb", "PutItem")), 2)


if __name__ == "__main__":
    unittest.main(verbosity=2)
