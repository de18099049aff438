#!/usr/bin/python3
"""Optimized integrations, asked for and answered at once or called back: what the services get, and what tasks see. The
services are played in this process; the sample processes (samples/) have queues, topics and tables."""
import json
import os
import sys
import unittest
import uuid

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "support"))
from aws_clusters import Emr  # noqa: E402
from aws_jobs import Athena, CodeBuild, Ecs, Glue, Jobs  # noqa: E402
from aws_server import ENVIRONMENT, AwsServer, Refusal  # noqa: E402
from aws_wire import FOLDER  # noqa: E402
from pawl_test import Client, Coordinator, Postgres, create_schema, wait_until  # noqa: E402

ROLE = "arn:aws:iam::000000000000:role/r"
MODELS = f"{FOLDER},/usr/lib/python3/dist-packages/botocore/data"


def put_events(operation, parameters):
    """A bus that takes only what is an object."""
    entries = [{"EventId": str(uuid.uuid4())} if entry["Detail"].startswith("{") else
               {"ErrorCode": "MalformedDetail", "ErrorMessage": "Detail is malformed."} for entry in parameters["Entries"]]
    return {"FailedEntryCount": len([entry for entry in entries if "ErrorCode" in entry]), "Entries": entries}


def invoke_model(operation, parameters):
    """A model that counts words."""
    if parameters["modelId"] == "none":
        raise Refusal("ResourceNotFoundException", "Could not resolve the foundation model", 404)
    asked = json.loads(parameters["body"])
    return {"contentType": "application/json", "body": json.dumps({"words": len(asked["prompt"].split())}).encode()}


class IntegrationsTest(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        jobs = Jobs()
        cls.server = AwsServer({"events": put_events, "bedrock-runtime": invoke_model, "ecs": Ecs(jobs), "athena": Athena(jobs),
                                "glue": Glue(jobs), "codebuild": CodeBuild(jobs), "emr": Emr(jobs)})
        cls.addClassCleanup(cls.server.close)
        cls.postgres = Postgres()
        cls.addClassCleanup(cls.postgres.close)
        create_schema(cls.postgres.url)
        cls.coordinator = Coordinator(cls.postgres.url, environment=ENVIRONMENT, aws_endpoint=cls.server.url, aws_models=MODELS)
        cls.addClassCleanup(cls.coordinator.close)
        cls.coordinator.wait_ready()
        cls.client = Client([cls.coordinator.port])

    def tearDown(self):
        self.assertEqual(self.server.problems, [])

    def start(self, resource, parameters, data=None):
        machine = self.client.call(
            "CreateStateMachine", name="m-" + uuid.uuid4().hex[:8], roleArn=ROLE, definition=json.dumps(
                {"StartAt": "T", "States": {"T": {"Type": "Task", "Resource": "arn:aws:states:::" + resource,
                                                  "Parameters": parameters, "End": True}}}))["stateMachineArn"]
        return self.client.call("StartExecution", stateMachineArn=machine, name="e", input=json.dumps(data or {}))["executionArn"]

    def end(self, execution):
        def ended():
            described = self.client.call("DescribeExecution", executionArn=execution)
            return described if described["status"] != "RUNNING" else None
        return wait_until(ended, 40, f"{execution} ends")

    def result(self, resource, parameters, data=None):
        end = self.end(self.start(resource, parameters, data))
        self.assertEqual(end["status"], "SUCCEEDED", end)
        return json.loads(end["output"])

    def last(self, service, operation):
        return self.server.calls_of(service, operation)[-1].parameters

    def test_events(self):
        execution = self.start("events:putEvents", {"Entries": [
            {"Detail": {"n.$": "$.n", "nested": [1]}, "DetailType": "Told", "Source": "pawl", "Resources": ["arn:mine"]},
            {"Detail": '{"text": true}', "DetailType": "Told", "Source": "pawl", "EventBusName": "b"}]}, {"n": 7})
        output = json.loads(self.end(execution)["output"])
        self.assertEqual(sorted(output), ["Entries", "FailedEntryCount"])
        self.assertEqual([list(entry) for entry in output["Entries"]], [["EventId"]] * 2)
        machine = self.client.call("DescribeExecution", executionArn=execution)["stateMachineArn"]
        sent = self.last("events", "PutEvents")["Entries"]
        self.assertEqual(json.loads(sent[0]["Detail"]), {"n": 7, "nested": [1]})
        self.assertEqual((sent[1]["Detail"], sent[1]["EventBusName"]), ('{"text": true}', "b"))
        self.assertEqual(sent[0]["Resources"][0], "arn:mine")
        for entry in sent:
            self.assertLessEqual({execution, machine}, set(entry["Resources"]))

    def test_event_that_is_not_taken_fails_the_task(self):
        end = self.end(self.start("events:putEvents", {"Entries": [
            {"Detail": {}, "DetailType": "Told", "Source": "pawl"}, {"Detail": "no", "DetailType": "Told", "Source": "pawl"}]}))
        self.assertEqual((end["status"], end["error"]), ("FAILED", "EventBridge.FailedEntry"))
        cause = json.loads(end["cause"])
        self.assertEqual((cause["FailedEntryCount"], cause["Entries"][1]),
                         (1, {"ErrorCode": "MalformedDetail", "ErrorMessage": "Detail is malformed."}))

    def test_event_that_carries_a_token(self):
        execution = self.start("events:putEvents.waitForTaskToken", {"Entries": [
            {"Detail": {"token.$": "$$.Task.Token"}, "DetailType": "Asked", "Source": "pawl"}]})
        asked = wait_until(lambda: [entry for call in self.server.calls_of("events", "PutEvents")
                                    for entry in call.parameters["Entries"] if entry["DetailType"] == "Asked"], 30, "the event")
        token = json.loads(asked[0]["Detail"])["token"]
        self.client.call("SendTaskSuccess", taskToken=token, output='{"done": 1}')
        self.assertEqual(json.loads(self.end(execution)["output"]), {"done": 1})

    def test_model(self):
        output = self.result("bedrock:invokeModel", {"ModelId": "words.v1:0", "Body": {"prompt.$": "$.prompt"},
                                                     "ContentType": "application/json", "Accept": "application/json"},
                             {"prompt": "how many words"})
        self.assertEqual(output, {"Body": {"words": 3}, "ContentType": "application/json"})
        self.assertEqual(self.last("bedrock-runtime", "InvokeModel")["modelId"], "words.v1:0")
        end = self.end(self.start("bedrock:invokeModel", {"ModelId": "none", "Body": {"prompt": ""}}))
        self.assertEqual(end["error"], "Bedrock.ResourceNotFoundException")

    def test_task_of_ecs(self):
        output = self.result("ecs:runTask", {"Cluster": "c", "TaskDefinition": "run", "LaunchType": "FARGATE", "Overrides": {
            "ContainerOverrides": [{"Name": "main", "Environment": [{"Name": "N", "Value.$": "$.n"}]}]}}, {"n": "7"})
        self.assertEqual(sorted(output), ["Failures", "SdkHttpMetadata", "SdkResponseMetadata", "Tasks"])
        self.assertEqual(output["Failures"], [])
        self.assertEqual(output["Tasks"][0]["LastStatus"], "PROVISIONING")
        self.assertNotIn("StartedBy", output["Tasks"][0])  # which tasks have that are waited for
        self.assertIsInstance(output["Tasks"][0]["CreatedAt"], int)  # milliseconds
        sent = self.last("ecs", "RunTask")
        self.assertEqual(sent["overrides"]["containerOverrides"][0]["environment"], [{"name": "N", "value": "7"}])

    def test_query_and_its_rows(self):
        query = self.result("athena:startQueryExecution", {"QueryString": "select 1", "WorkGroup": "primary"})
        self.assertEqual(sorted(query), ["QueryExecutionId", "SdkHttpMetadata", "SdkResponseMetadata"])
        rows = self.result("athena:getQueryResults", {"QueryExecutionId": query["QueryExecutionId"]})
        self.assertEqual(rows["ResultSet"]["Rows"], [{"Data": [{"VarCharValue": "select 1"}]}])
        found = self.result("athena:getQueryExecution", {"QueryExecutionId": query["QueryExecutionId"]})
        self.assertEqual(found["QueryExecution"]["Status"]["State"], "RUNNING")
        self.result("athena:stopQueryExecution", {"QueryExecutionId": query["QueryExecutionId"]})

    def test_step_of_a_cluster(self):
        cluster = self.result("elasticmapreduce:createCluster", {"Name": "c", "Instances": {"KeepJobFlowAliveWhenNoSteps": True}})
        step = self.result("elasticmapreduce:addStep", {"ClusterId": cluster["ClusterId"], "Step": {
            "Name": "run", "HadoopJarStep": {"Jar": "x.jar"}}})
        self.assertEqual(self.last("emr", "AddJobFlowSteps")["Steps"][0]["Name"], "run")
        cancelled = self.result("elasticmapreduce:cancelStep", {"ClusterId": cluster["ClusterId"], "StepId": step["StepId"]})
        self.assertEqual(cancelled["CancelStepsInfo"], {"StepId": step["StepId"], "Status": "SUBMITTED"})

    def test_runs_and_builds(self):
        run = self.result("glue:startJobRun", {"JobName": "j", "Arguments": {"--userKey": "v", "lower": "w"}})
        self.assertRegex(run["JobRunId"], "^jr_")
        self.assertEqual(self.last("glue", "StartJobRun")["Arguments"], {"--userKey": "v", "lower": "w"})
        build = self.result("codebuild:startBuild", {"ProjectName": "p", "EnvironmentVariablesOverride": [
            {"Name": "N", "Value": "v", "Type": "PLAINTEXT"}]})
        self.assertEqual(build["Build"]["BuildStatus"], "IN_PROGRESS")
        self.assertEqual(self.last("codebuild", "StartBuild")["environmentVariablesOverride"],
                         [{"name": "N", "value": "v", "type": "PLAINTEXT"}])


if __name__ == "__main__":
    unittest.main(verbosity=2)
