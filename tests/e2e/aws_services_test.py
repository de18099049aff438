#!/usr/bin/env python3
"""Services of AWS by aws-sdk integrations and by optimized ones, against servers that speak their APIs: dynalite
(DynamoDB) and s3rver (S3, which looks at signatures)."""
import json
import os
import re
import subprocess
import sys
import tempfile
import unittest
import urllib.error
import urllib.request
import uuid

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "support"))
from pawl_test import ApiError, Client, Coordinator, Postgres, create_schema, free_port, wait_until  # noqa: E402

ROLE = "arn:aws:iam::000000000000:role/r"
SERVERS = os.path.join(os.path.dirname(os.path.abspath(__file__)), "aws_servers", "node_modules", ".bin")


def answers(url):
    try:
        urllib.request.urlopen(url, timeout=2).close()
        return True
    except urllib.error.HTTPError as error:
        error.close()
        return True
    except OSError:
        return False


class AwsServicesTest(unittest.TestCase):
    @classmethod
    def start_server(cls, program, *arguments):
        port = free_port()
        process = subprocess.Popen([os.path.join(SERVERS, program), *(str(a).replace("PORT", str(port)) for a in arguments)],
                                   stdout=subprocess.DEVNULL)
        cls.addClassCleanup(process.wait)
        cls.addClassCleanup(process.kill)
        url = f"http://127.0.0.1:{port}"
        wait_until(lambda: answers(url), 30, f"{program} answers")
        return url

    @classmethod
    def setUpClass(cls):
        folder = tempfile.TemporaryDirectory()
        cls.addClassCleanup(folder.cleanup)
        dynamodb = cls.start_server("dynalite", "--port", "PORT", "--createTableMs", "0")
        s3 = cls.start_server("s3rver", "--port", "PORT", "--address", "127.0.0.1", "--directory", folder.name, "--silent")
        cls.postgres = Postgres()
        cls.addClassCleanup(cls.postgres.close)
        create_schema(cls.postgres.url)
        nowhere = f"http://127.0.0.1:{free_port()}"
        cls.coordinator = Coordinator(
            cls.postgres.url, aws_endpoint=nowhere, aws_endpoints=f"dynamodb={dynamodb},s3={s3}",
            aws_sdk_allow="dynamodb:*,sfn:*,allowed-*/s3:*,*/sqs:listQueues",
            aws_integrations_allow="dynamodb:*,sqs:*,allowed-*/sns:*",
            environment={"AWS_ACCESS_KEY_ID": "S3RVER", "AWS_SECRET_ACCESS_KEY": "S3RVER"})
        cls.addClassCleanup(cls.coordinator.close)
        cls.coordinator.wait_ready()
        cls.client = Client([cls.coordinator.port])

    def create(self, states, prefix="allowed"):
        return self.client.call(
            "CreateStateMachine", name=f"{prefix}-{uuid.uuid4().hex[:8]}", roleArn=ROLE,
            definition=json.dumps({"StartAt": next(iter(states)), "States": states}))["stateMachineArn"]

    def start(self, states, data, prefix="allowed"):
        return self.client.call("StartExecution", stateMachineArn=self.create(states, prefix), name="e",
                                input=json.dumps(data))["executionArn"]

    def end(self, execution):
        def ended():
            described = self.client.call("DescribeExecution", executionArn=execution)
            return described if described["status"] != "RUNNING" else None
        return wait_until(ended, 30, f"{execution} ends")

    def run_tasks(self, *tasks, data=None, prefix="allowed", kind="aws-sdk:"):
        """Tasks of (service:action, parameters) one after the other; the end of the execution."""
        states = {}
        for number, (action, parameters) in enumerate(tasks):
            states[f"T{number}"] = {"Type": "Task", "Resource": f"arn:aws:states:::{kind}{action}",
                                    "Parameters": parameters, "ResultPath": f"$.r{number}",
                                    **({"Next": f"T{number + 1}"} if number + 1 < len(tasks) else {"End": True})}
        return self.end(self.start(states, data or {}, prefix))

    def create_table(self):
        name = "t-" + uuid.uuid4().hex[:8]
        end = self.run_tasks(("dynamodb:createTable", {
            "TableName": name, "AttributeDefinitions": [{"AttributeName": "id", "AttributeType": "S"}],
            "KeySchema": [{"AttributeName": "id", "KeyType": "HASH"}], "BillingMode": "PAY_PER_REQUEST"}))
        self.assertEqual(end["status"], "SUCCEEDED", end)
        created = json.loads(end["output"])["r0"]["TableDescription"]
        self.assertEqual(created["TableName"], name)
        self.assertRegex(created["CreationDateTime"], r"^20\d\d-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d{3})?Z$")
        return name

    def test_dynamodb(self):
        table = self.create_table()
        end = self.run_tasks(
            ("dynamodb:putItem", {"TableName": table, "Item": {"id": {"S.$": "$.id"}, "n": {"N": "1"}, "l": {"L": [{"BOOL": True}, {"Nul": True}]}}}),
            ("dynamodb:getItem", {"TableName": table, "Key": {"id": {"S.$": "$.id"}}}),
            ("dynamodb:getItem", {"TableName": table, "Key": {"id": {"S": "nobody"}}}), data={"id": "a é"})
        self.assertEqual(end["status"], "SUCCEEDED", end)
        output = json.loads(end["output"])
        self.assertEqual(output["r0"], {})
        self.assertEqual(output["r1"], {"Item": {"id": {"S": "a é"}, "n": {"N": "1"}, "l": {"L": [{"Bool": True}, {"Nul": True}]}}})
        self.assertEqual(output["r2"], {})

    def run_optimized(self, *tasks, **more):
        return self.run_tasks(*tasks, kind="", **more)

    def assert_metadata(self, result):
        """What AWS's SDK adds to the results of optimized integrations; without it the result is what it says alone."""
        self.assertEqual(list(result), sorted(result))
        http = result.pop("SdkHttpMetadata")
        self.assertEqual(list(http), ["AllHttpHeaders", "HttpHeaders", "HttpStatusCode"])
        self.assertEqual(http["HttpStatusCode"], 200)
        self.assertEqual({name: values[0] for name, values in http["AllHttpHeaders"].items()}, http["HttpHeaders"])
        headers = {name.lower(): value for name, value in http["HttpHeaders"].items()}
        self.assertEqual(result.pop("SdkResponseMetadata"), {"RequestId": headers["x-amzn-requestid"]})

    def test_optimized_dynamodb(self):
        table = self.create_table()
        key = {"id": {"S.$": "$.id"}}
        end = self.run_optimized(
            ("dynamodb:putItem", {"TableName": table, "Item": {**key, "n": {"N": 7}, "l": {"L": [{"BOOL": True}, {"NULL": True}]}}}),
            ("dynamodb:getItem", {"TableName": table, "Key": key}),
            ("dynamodb:updateItem", {"TableName": table, "Key": key, "UpdateExpression": "SET n = n + :one",
                                     "ExpressionAttributeValues": {":one": {"N": "1"}}, "ReturnValues": "UPDATED_NEW"}),
            ("dynamodb:deleteItem", {"TableName": table, "Key": key, "ReturnValues": "ALL_OLD"}),
            ("dynamodb:getItem", {"TableName": table, "Key": key}), data={"id": "a é"})
        self.assertEqual(end["status"], "SUCCEEDED", end)
        results = [json.loads(end["output"])[f"r{number}"] for number in range(5)]
        for result in results:
            self.assert_metadata(result)
        item = {"id": {"S": "a é"}, "n": {"N": "7"}, "l": {"L": [{"BOOL": True}, {"NULL": True}]}}
        self.assertEqual(results, [{}, {"Item": item}, {"Attributes": {"n": {"N": "8"}}},
                                   {"Attributes": {**item, "n": {"N": "8"}}}, {}])
        events = self.client.call("GetExecutionHistory", executionArn=end["executionArn"])["events"]
        scheduled = next(event["taskScheduledEventDetails"] for event in events if event["type"] == "TaskScheduled")
        self.assertEqual((scheduled["resourceType"], scheduled["resource"]), ("dynamodb", "putItem"))

    def requests(self, service, outcome):
        with urllib.request.urlopen(f"http://127.0.0.1:{self.coordinator.port}/metrics", timeout=10) as response:
            text = response.read().decode()
        found = re.search(rf'^pawl_aws_requests_total{{service="{service}",outcome="{outcome}"}} (\d+)$', text, re.M)
        return int(found.group(1)) if found else 0

    def test_requests_are_counted(self):
        before = [self.requests("dynamodb", outcome) for outcome in ("succeeded", "failed", "throttled")]
        table = self.create_table()
        self.run_optimized(("dynamodb:getItem", {"TableName": table, "Key": {"id": {"S": "x"}}}),
                           ("dynamodb:getItem", {"TableName": "nobody", "Key": {"id": {"S": "x"}}}))
        after = [self.requests("dynamodb", outcome) for outcome in ("succeeded", "failed", "throttled")]
        self.assertEqual([b - a for a, b in zip(before, after)], [2, 1, 0])

    def test_errors_of_optimized_dynamodb(self):
        get = ("dynamodb:getItem", {"TableName": "nobody", "Key": {"id": {"S": "x"}}})
        end = self.run_optimized(get)
        self.assertEqual((end["status"], end["error"]), ("FAILED", "DynamoDB.ResourceNotFoundException"), end)
        self.assertRegex(end["cause"], r"^Requested resource not found \(Service: AmazonDynamoDBv2; Status Code: 400; Error Code: "
                                       r"ResourceNotFoundException; Request ID: \S+; Proxy: null\)$")
        table = self.create_table()
        put = {"TableName": table, "Item": {"id": {"S": "x"}}, "ConditionExpression": "attribute_exists(id)"}
        end = self.run_optimized(("dynamodb:putItem", put))
        self.assertEqual(end["error"], "DynamoDB.ConditionalCheckFailedException", end)
        self.assertRegex(end["cause"], r"^The conditional request failed \(Service: AmazonDynamoDBv2; Status Code: 400; Error Code: "
                                       r"ConditionalCheckFailedException; Request ID: \S+; Proxy: null\)$")
        end = self.run_optimized(("dynamodb:putItem", {"TableName": table, "Item": {"other": {"S": "x"}}}))
        self.assertEqual(end["error"], "DynamoDB.AmazonDynamoDBException", end)
        self.assertIn("Error Code: ValidationException", end["cause"])
        end = self.run_optimized(("dynamodb:getItem", {"TableName": table, "Key": {"id": {"Nope": "x"}}}))
        self.assertEqual((end["status"], end["error"]), ("FAILED", "States.Runtime"), end)
        self.assertIn('The field "Nope" is not supported by Step Functions', end["cause"])

    def test_optimized_calls_that_may_not_or_cannot_be_made(self):
        message = {"TopicArn": "arn:aws:sns:us-east-1:000000000000:t", "Message": {"n.$": "$.n"}}
        end = self.run_optimized(("sns:publish", message), data={"n": 1}, prefix="other")
        self.assertEqual((end["status"], end["error"]), ("FAILED", "SNS.AmazonSNSException"), end)
        self.assertIn("because no entry of the setting aws_integrations_allow allows sns:publish", end["cause"])
        end = self.run_optimized(("sns:publish", message), data={"n": 1})
        self.assertEqual(end["error"], "SNS.SdkClientException", end)
        self.assertIn("Unable to execute HTTP request", end["cause"])
        execution = self.start({"T": {
            "Type": "Task", "Resource": "arn:aws:states:::sqs:sendMessage.waitForTaskToken", "Parameters": {
                "QueueUrl": "http://127.0.0.1/q", "MessageBody": {"Token.$": "$$.Task.Token"}}, "End": True}}, {})
        self.assertEqual(self.end(execution)["error"], "SQS.SdkClientException")
        with self.assertRaises(ApiError) as refused:
            self.create({"T": {"Type": "Task", "Resource": "arn:aws:states:::dynamodb:getItem",
                               "Parameters": {"TableName": "t", "Item": {}}, "End": True}})
        self.assertIn('The field "Item" is not supported by Step Functions', refused.exception.message)
        self.assertIn("The field 'Key' is required but was missing", refused.exception.message)

    def test_errors_of_the_service(self):
        end = self.run_tasks(("dynamodb:describeTable", {"TableName": "nobody"}))
        self.assertEqual((end["status"], end["error"]), ("FAILED", "DynamoDb.ResourceNotFoundException"), end)
        self.assertRegex(end["cause"], r"^Requested resource not found: Table: nobody not found \(Service: DynamoDb, "
                                       r"Status Code: 400, Request ID: \S+\) \(SDK Attempt Count: 1\)$")
        end = self.run_tasks(("dynamodb:describeTable", {"TableName": "a b"}))
        self.assertEqual(end["error"], "DynamoDb.DynamoDbException", end)

    def test_s3(self):
        bucket = "b-" + uuid.uuid4().hex[:8]
        end = self.run_tasks(
            ("s3:createBucket", {"Bucket": bucket}),
            ("s3:putObject", {"Bucket": bucket, "Key": "a b/é.json", "Body": {"n.$": "$.n"}, "Metadata": {"from": "pawl"}}),
            ("s3:getObject", {"Bucket": bucket, "Key": "a b/é.json"}),
            ("s3:listBuckets", {}),
            ("s3:getBucketLocation", {"Bucket": bucket}),
            ("s3:listObjectsV2", {"Bucket": bucket, "Prefix": "a b/"}), data={"n": 7})
        self.assertEqual(end["status"], "SUCCEEDED", end)
        output = json.loads(end["output"])
        self.assertEqual((output["r2"]["Body"], output["r2"]["ContentLength"]), ('{"n":7}', 7))
        self.assertEqual(output["r2"]["Metadata"], {"from": "pawl"})
        self.assertIn(bucket, [each["Name"] for each in output["r3"]["Buckets"]])
        self.assertEqual([each["Key"] for each in output["r5"]["Contents"]], ["a b/é.json"])
        end = self.run_tasks(("s3:getObject", {"Bucket": bucket, "Key": "none"}))
        self.assertEqual(end["error"], "S3.NoSuchKeyException", end)
        end = self.run_tasks(("s3:headObject", {"Bucket": bucket, "Key": "none"}))
        self.assertEqual(end["error"], "S3.NoSuchKeyException", end)

    def test_step_functions_are_this_server(self):
        child = self.create({"P": {"Type": "Pass", "End": True}})
        end = self.run_tasks(("sfn:startExecution", {"StateMachineArn": child, "Input": {"n.$": "$.n"}}),
                             ("sfn:describeStateMachine", {"StateMachineArn": child}), data={"n": 7})
        self.assertEqual(end["status"], "SUCCEEDED", end)
        output = json.loads(end["output"])
        self.assertEqual(self.end(output["r0"]["ExecutionArn"])["output"], '{"n":7}')
        self.assertRegex(output["r0"]["StartDate"], r"^20\d\d-.*Z$")
        self.assertEqual(output["r1"]["Type"], "STANDARD")
        end = self.run_tasks(("sfn:sendTaskFailure", {"TaskToken": "none"}))
        self.assertEqual(end["error"], "Sfn.InvalidTokenException", end)
        self.assertRegex(end["cause"], r"^Invalid Token: 'Invalid token' \(Service: Sfn, Status Code: 400, Request ID: \S+\) "
                                       r"\(SDK Attempt Count: 1\)$")

    def test_a_token_that_comes_back(self):
        table = self.create_table()
        execution = self.start({"T": {
            "Type": "Task", "Resource": "arn:aws:states:::aws-sdk:dynamodb:putItem.waitForTaskToken",
            "Parameters": {"TableName": table, "Item": {"id": {"S": "x"}, "token": {"S.$": "$$.Task.Token"}}}, "End": True}}, {})

        def token():
            events = self.client.call("GetExecutionHistory", executionArn=execution)["events"]
            if not any(event["type"] == "TaskSubmitted" for event in events):
                return None
            read = self.run_tasks(("dynamodb:getItem", {"TableName": table, "Key": {"id": {"S": "x"}}}))
            return json.loads(read["output"])["r0"]["Item"]["token"]["S"]
        back = wait_until(token, 30, "the item is there")
        self.coordinator.kill()  # nothing of it is lost
        self.coordinator.start()
        self.coordinator.wait_ready()
        self.client.call("SendTaskSuccess", taskToken=back, output='"done"')
        self.assertEqual(self.end(execution)["output"], '"done"')

    def test_what_may_not_be_called(self):
        end = self.run_tasks(("s3:listBuckets", {}), prefix="other")
        self.assertEqual((end["status"], end["error"]), ("FAILED", "S3.S3Exception"), end)
        self.assertIn("is not authorized to perform: s3:ListBuckets", end["cause"])
        end = self.run_tasks(("sqs:listQueues", {}))
        self.assertEqual((end["status"], end["error"]), ("FAILED", "Sqs.SdkClientException"), end)
        self.assertIn("Unable to execute HTTP request", end["cause"])
        end = self.run_tasks(("dynamodb:getItem", {"TableName": "t", "Key": {}, "Nope": 1}))
        self.assertEqual((end["status"], end["error"]), ("FAILED", "States.Runtime"), end)
        self.assertIn('The field "Nope" is not supported by Step Functions', end["cause"])
        events = self.client.call("GetExecutionHistory", executionArn=end["executionArn"])["events"]
        self.assertNotIn("TaskScheduled", [event["type"] for event in events])

    def test_unknown_actions_are_refused_when_the_machine_is_created(self):
        for action in ("dynamodb:getThing", "nobody:getItem", "sts:assumeRole", "kinesis:subscribeToShard"):
            resource = f"arn:aws:states:::aws-sdk:{action}"
            with self.assertRaises(ApiError) as refused:
                self.create({"T": {"Type": "Task", "Resource": resource, "End": True}})
            self.assertEqual(refused.exception.code, "InvalidDefinition")
            self.assertIn(f"The resource provided {resource} is not recognized. The value is not a valid resource ARN, or "
                          "the resource is not available in this region.", refused.exception.message)


if __name__ == "__main__":
    unittest.main(verbosity=2)
