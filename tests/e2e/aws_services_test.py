#!/usr/bin/env python3
"""Services of AWS by aws-sdk integrations, against servers that speak their APIs: dynalite (DynamoDB) and s3rver (S3,
which looks at signatures)."""
import json
import os
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

    def run_tasks(self, *tasks, data=None, prefix="allowed"):
        """Tasks of (service:action, parameters) one after the other; the end of the execution."""
        states = {}
        for number, (action, parameters) in enumerate(tasks):
            states[f"T{number}"] = {"Type": "Task", "Resource": f"arn:aws:states:::aws-sdk:{action}",
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
