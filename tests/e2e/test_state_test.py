#!/usr/bin/env python3
"""TestState with real calls: HTTP tasks and their trace, executions that are started, time-outs."""
import json
import os
import sys
import tempfile
import threading
import unittest
import uuid
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "support"))
from pawl_test import ApiError, Client, Coordinator, Postgres, create_schema  # noqa: E402

ROLE = "arn:aws:iam::000000000000:role/r"
CONNECTION = "arn:aws:events:us-east-1:000000000000:connection/crm/1234"


class Shop(BaseHTTPRequestHandler):
    """Answers with a line, but never at /slow."""
    protocol_version = "HTTP/1.1"
    over = threading.Event()

    def log_message(self, *_):
        pass

    def answer(self):
        self.rfile.read(int(self.headers.get("Content-Length") or 0))
        if self.path.startswith("/slow"):
            self.over.wait()
            self.close_connection = True
            return
        self.send_response(404 if self.path.startswith("/lost") else 200)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", "8")
        self.end_headers()
        self.wfile.write(b'{"n": 1}')

    do_GET = do_POST = answer


class TestStateTest(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.server = ThreadingHTTPServer(("127.0.0.1", 0), Shop)
        cls.server.daemon_threads = True
        cls.addClassCleanup(cls.server.server_close)
        cls.addClassCleanup(cls.server.shutdown)
        cls.addClassCleanup(Shop.over.set)
        threading.Thread(target=cls.server.serve_forever, daemon=True).start()
        cls.url = f"http://127.0.0.1:{cls.server.server_port}"
        connections = tempfile.NamedTemporaryFile("w", suffix=".yaml")
        cls.addClassCleanup(connections.close)
        connections.write("crm: {type: api_key, name: X-Key, value: s3cret, body: {from: pawl}}\n")
        connections.flush()
        postgres = Postgres()
        cls.addClassCleanup(postgres.close)
        create_schema(postgres.url)
        cls.coordinator = Coordinator(postgres.url, http_task_allow_plain="true", connections_file=connections.name)
        cls.addClassCleanup(cls.coordinator.close)
        cls.coordinator.wait_ready()
        cls.client = Client([cls.coordinator.port])

    def run_state(self, parameters, resource="arn:aws:states:::http:invoke", state=None, **request):
        task = {"Type": "Task", "Resource": resource, "Parameters": parameters, "End": True, **(state or {})}
        return self.client.call("TestState", definition=json.dumps(task), roleArn=ROLE, **request)

    def order(self, path="/orders", **request):
        return self.run_state({
            "ApiEndpoint": self.url + path, "Method": "POST", "RequestBody": {"id.$": "$.id"},
            "Authentication": {"ConnectionArn": CONNECTION}}, input='{"id": 7}', **request)

    def test_trace_shows_request_and_response_without_what_the_connection_adds(self):
        answer = self.order(inspectionLevel="TRACE")
        self.assertEqual(answer["status"], "SUCCEEDED", answer)
        request, response = answer["inspectionData"]["request"], answer["inspectionData"]["response"]
        self.assertEqual((request["protocol"], request["method"], request["url"]), ("http", "POST", self.url + "/orders"))
        self.assertEqual(json.loads(request["body"]), {"id": 7})
        self.assertIn("Content-Type: application/json", request["headers"])
        self.assertNotIn("s3cret", json.dumps(answer))
        self.assertEqual((response["protocol"], response["statusCode"], response["statusMessage"]), ("http", "200", "OK"))
        self.assertEqual(response["body"], '{"n": 1}')
        self.assertIn("Content-Length: 8", response["headers"])

    def test_secrets_are_shown_to_who_asks_for_them(self):
        request = self.order(inspectionLevel="TRACE", revealSecrets=True)["inspectionData"]["request"]
        self.assertEqual(json.loads(request["body"]), {"id": 7, "from": "pawl"})
        self.assertIn("X-Key: s3cret", request["headers"])

    def test_other_levels_show_no_request(self):
        self.assertNotIn("request", self.order(inspectionLevel="DEBUG")["inspectionData"])
        self.assertNotIn("inspectionData", self.order())

    def test_a_refused_request_is_retried_by_the_state(self):
        answer = self.order("/lost", inspectionLevel="TRACE",
                            state={"Retry": [{"ErrorEquals": ["States.Http.StatusCode.404"], "IntervalSeconds": 3}]})
        self.assertEqual((answer["status"], answer["error"]), ("RETRIABLE", "States.Http.StatusCode.404"), answer)
        self.assertEqual(answer["inspectionData"]["errorDetails"], {"retryIndex": 0, "retryBackoffIntervalSeconds": 3})
        self.assertEqual(answer["inspectionData"]["response"]["statusCode"], "404")

    def test_a_call_ends_with_its_time(self):
        answer = self.order("/slow", state={"TimeoutSeconds": 1})
        self.assertEqual((answer["status"], answer["error"]), ("FAILED", "States.Timeout"), answer)

    def test_an_execution_is_started(self):
        machine = self.client.call("CreateStateMachine", name="m-" + uuid.uuid4().hex[:8], roleArn=ROLE, definition=json.dumps(
            {"StartAt": "P", "States": {"P": {"Type": "Pass", "End": True}}}))["stateMachineArn"]
        answer = self.run_state({"StateMachineArn": machine, "Input": {"a": 1}}, "arn:aws:states:::states:startExecution")
        self.assertEqual(answer["status"], "SUCCEEDED", answer)
        arn = json.loads(answer["output"])["ExecutionArn"]
        self.assertEqual(json.loads(self.client.call("DescribeExecution", executionArn=arn)["input"]), {"a": 1})

    def test_what_cannot_be_tested_is_refused_in_the_words_of_aws(self):
        task = {"Type": "Task", "Resource": "arn:aws:states:::aws-sdk:sqs:sendMessage", "End": True}
        waiting = {**task, "Resource": "arn:aws:states:::aws-sdk:sqs:sendMessage.waitForTaskToken"}
        bad_context = "Invalid Context object provided: "
        inner = {"StartAt": "I", "States": {"I": {"Type": "Pass", "End": True}}}
        branches = {"Type": "Parallel", "Branches": [inner, inner | {"StartAt": "J", "States": {"J": {"Type": "Fail"}}}],
                    "End": True}
        items = {"Type": "Map", "ItemProcessor": inner, "End": True}
        with_result = {"mock": {"result": "{}"}}
        for message, state, request in [
            ("RoleArn must be specified when testing a Task state", task, {}),
            ("Invalid Role Arn: 'no-role'", task, {"roleArn": "no-role"}),
            ("TestState API does not support activities, .sync or .waitForTaskToken service integration patterns when a "
             "mock is not specified.", waiting, {"roleArn": ROLE}),
            ("State type 'Wait' is not supported when a mock is specified", {"Type": "Wait", "Seconds": 1, "End": True},
             with_result),
            ("A test mock should have only one of the following fields: [result, errorOutput].", task, {"mock": {}}),
            ("Mocked result must be valid JSON", task, {"mock": {"result": "{"}}),
            ("Mocked result must contain the same number of items as number of Parallel branches.", branches,
             {"mock": {"result": "[1]"}}),
            ("TestState does not support RetrierRetryCount when a mock is not specified.", task,
             {"stateConfiguration": {"retrierRetryCount": 1}}),
            ("Map iteration failure count must be less than or equal to the number of Map iterations", items,
             {"input": "[1]", "mock": {"result": "[1]"}, "stateConfiguration": {"mapIterationFailureCount": 2}}),
            ("State not found in definition", items,
             {"mock": {"errorOutput": {"error": "E"}}, "stateConfiguration": {"errorCausedByState": "No"}}),
            ("State not found in definition", {"StartAt": "A", "States": {"A": {"Type": "Succeed"}}}, {"stateName": "B"}),
            (bad_context + "Execution.Id must be a string", task, with_result | {"context": '{"Execution": {"Id": 1}}'}),
            (bad_context + "Field 'Odd' is not allowed", task, with_result | {"context": '{"Odd": 1}'}),
            (bad_context + "Field 'Odd' is not allowed", task, with_result | {"context": '{"State": {"Odd": 1}}'}),
            ("'Map' field is not supported when mocking a Context object", task, with_result | {"context": '{"Map": {}}'}),
            ("Context object contains 'Task' when state is not a Task state with a '.sync' or '.waitForTaskToken' service "
             "integration pattern", task, with_result | {"context": '{"Task": {}}'}),
            ("Variables must be a valid JSON object", task, with_result | {"variables": "[]"}),
            ("Invalid State Machine Execution Input: 'Invalid execution input.'", task, with_result | {"input": ""}),
        ]:
            with self.subTest(message):
                with self.assertRaises(ApiError) as refused:
                    self.client.call("TestState", definition=json.dumps(state), **request)
                self.assertEqual((refused.exception.status, refused.exception.message), (400, message))

    def test_a_token_is_in_the_context_of_a_task_that_waits_for_it(self):
        task = {"Type": "Task", "Resource": "arn:aws:states:::aws-sdk:sqs:sendMessage.waitForTaskToken",
                "Parameters": {"t.$": "$$.Task.Token"}, "End": True}
        definition = json.dumps({"StartAt": "P", "States": {"P": {"Type": "Parallel", "End": True, "Branches": [
            {"StartAt": "T", "States": {"T": task}}]}}})
        for request, token in [({}, r"."), ({"context": '{"Task": {"Token": "mine"}}'}, r"^mine$")]:
            answer = self.client.call("TestState", definition=definition, stateName="T", inspectionLevel="DEBUG",
                                      mock={"result": '"what it was told"'}, **request)
            self.assertEqual(answer["output"], '"what it was told"')
            self.assertRegex(json.loads(answer["inspectionData"]["afterParameters"])["t"], token)


if __name__ == "__main__":
    unittest.main()
