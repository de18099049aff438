#!/usr/bin/env python3
"""Lambda functions of Node and Python, on workers and behind an endpoint of the Invoke API: the random-number process
and the error-handling pair of the samples, with handlers that know nothing of Pawl."""
import base64
import json
import os
import signal
import subprocess
import sys
import unittest
import uuid

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "support"))
from lambda_endpoint import LambdaEndpoint  # noqa: E402
from pawl_test import BIN, Client, Coordinator, Postgres, create_schema, wait_until  # noqa: E402

FOLDER = os.path.join(os.path.dirname(os.path.abspath(__file__)), "lambda")
ROLE = "arn:aws:iam::000000000000:role/r"
# Every name, the file that has it, the handler in it.
FUNCTIONS = {
    "random": ("random_number.js", "handler"),
    "greater": ("greater.mjs", "handler"),
    "less": ("less_or_equal.py", "lambda_handler"),
    "fail-js": ("errors.js", "fail"), "sleep-js": ("errors.js", "sleep"),
    "fail-py": ("errors.py", "fail"), "sleep-py": ("errors.py", "sleep"),
}


def invoke(function, payload, **more):
    return {"Type": "Task", "Resource": "arn:aws:states:::lambda:invoke",
            "Parameters": {"FunctionName": arn(function), "Payload.$": payload},
            "Retry": [{"ErrorEquals": ["Lambda.ServiceException", "Lambda.AWSLambdaException",
                                       "Lambda.SdkClientException", "Lambda.TooManyRequestsException"],
                       "IntervalSeconds": 2, "MaxAttempts": 6, "BackoffRate": 2}], **more}


def arn(function):
    return f"arn:aws:lambda:us-east-1:000000000000:function:{function}"


RANDOM_NUMBER = {
    "StartAt": "Draw", "TimeoutSeconds": 300, "States": {
        "Draw": invoke("random", "$", OutputPath="$.Payload", Next="Wait"),
        "Wait": {"Type": "Wait", "Seconds": 1, "Next": "Compare"},
        "Compare": {"Type": "Choice", "Choices": [
            {"Variable": "$.generatedRandomNumber", "NumericGreaterThanPath": "$.numberToCheck", "Next": "Greater"},
            {"Variable": "$.generatedRandomNumber", "NumericLessThanEqualsPath": "$.numberToCheck", "Next": "Less"}]},
        "Greater": invoke("greater", "$", End=True),
        "Less": invoke("less", "$", End=True)}}


def caught(function, **more):
    def end(result):
        return {"Type": "Pass", "Result": result, "ResultPath": "$.end", "End": True}
    return {"StartAt": "Call", "States": {
        "Call": {"Type": "Task", "Resource": arn(function), "End": True, "Catch": [
            {"ErrorEquals": ["CustomError"], "ResultPath": "$.error", "Next": "Custom"},
            {"ErrorEquals": ["States.Timeout"], "ResultPath": "$.error", "Next": "Timeout"},
            {"ErrorEquals": ["States.ALL"], "ResultPath": "$.error", "Next": "Any"}], **more},
        "Custom": end("custom"), "Timeout": end("timeout"), "Any": end("any")}}


class Machines:
    def run_machine(self, definition, data):
        name = "m-" + uuid.uuid4().hex[:8]
        machine = self.client.call("CreateStateMachine", name=name, roleArn=ROLE, definition=json.dumps(definition))
        execution = self.client.call("StartExecution", stateMachineArn=machine["stateMachineArn"], name="e",
                                     input=json.dumps(data))["executionArn"]

        def ended():
            described = self.client.call("DescribeExecution", executionArn=execution)
            return described if described["status"] != "RUNNING" else None
        end = wait_until(ended, 60, f"{execution} ends")
        events = self.client.call("GetExecutionHistory", executionArn=execution)["events"]
        return end, [event["type"] for event in events]


class Functions(Machines):
    """The tests, wherever the functions run."""

    def test_random_number_process(self):
        for check, message, function in ((0, "greater", "greater"), (10, "lessOrEqual", "less")):
            end, _ = self.run_machine(RANDOM_NUMBER, {"body": {"maxNumber": 10, "numberToCheck": check}})
            self.assertEqual(end["status"], "SUCCEEDED", end)
            output = json.loads(end["output"])
            self.assertEqual(output["Payload"]["msg"], message)
            self.assertEqual(output["StatusCode"], 200)
            self.assertEqual(output["ExecutedVersion"], "$LATEST")
            self.assertIn("RequestId", output["SdkResponseMetadata"])
            self.assertEqual(output["SdkHttpMetadata"]["HttpStatusCode"], 200)

    def test_custom_errors_are_caught(self):
        for function in ("fail-js", "fail-py"):
            end, _ = self.run_machine(caught(function), {})
            output = json.loads(end["output"])
            self.assertEqual((output["end"], output["error"]["Error"]), ("custom", "CustomError"))
            cause = json.loads(output["error"]["Cause"])
            self.assertEqual((cause["errorType"], cause["errorMessage"]), ("CustomError", "This is a custom error!"))
            self.assertIn("trace" if function.endswith("js") else "stackTrace", cause)

    def test_timeout_of_the_state_is_caught(self):
        for function in ("sleep-js", "sleep-py"):
            end, _ = self.run_machine(caught(function, TimeoutSeconds=2), {"seconds": 8})
            output = json.loads(end["output"])
            self.assertEqual((output["end"], output["error"]["Error"]), ("timeout", "States.Timeout"))

    def test_retries_are_in_the_history(self):
        retry = [{"ErrorEquals": ["CustomError"], "IntervalSeconds": 1, "MaxAttempts": 2, "BackoffRate": 2}]
        end, events = self.run_machine(caught("fail-js", Retry=retry), {})
        self.assertEqual(json.loads(end["output"])["end"], "custom")
        attempt = ["LambdaFunctionScheduled", "LambdaFunctionStarted", "LambdaFunctionFailed"]
        self.assertEqual([kind for kind in events if kind.startswith("Lambda")], attempt * 3)


class OnWorkersTest(unittest.TestCase, Functions):
    @classmethod
    def setUpClass(cls):
        cls.postgres = Postgres()
        cls.addClassCleanup(cls.postgres.close)
        create_schema(cls.postgres.url)
        cls.coordinator = Coordinator(cls.postgres.url)
        cls.addClassCleanup(cls.coordinator.close)
        cls.coordinator.wait_ready()
        cls.client = Client([cls.coordinator.port])
        cls.worker = cls.start_worker(FUNCTIONS, "--timeout", "20s", "--concurrency", "2")

    @classmethod
    def start_worker(cls, functions, *arguments):
        command = [os.path.join(BIN, "pawl-worker"), "lambda", "--coordinator",
                   f"127.0.0.1:{cls.coordinator.grpc_port}", *arguments]
        for name, (file, handler) in functions.items():
            command += ["--function", name, "--handler", f"{os.path.join(FOLDER, file)}:{handler}"]
        worker = subprocess.Popen(command)
        cls.addClassCleanup(worker.wait)
        cls.addClassCleanup(worker.kill)
        return worker

    def test_timeout_of_the_function_is_an_error_of_it(self):
        self.start_worker({"slow": ("errors.js", "sleep")}, "--timeout", "1s")
        end, _ = self.run_machine(caught("slow"), {"seconds": 30})
        output = json.loads(end["output"])
        self.assertEqual((output["end"], output["error"]["Error"]), ("any", "Sandbox.Timedout"))
        self.assertIn("Task timed out after 1.00 seconds", output["error"]["Cause"])

    def test_worker_stops_in_good_order(self):
        worker = self.start_worker({"brief": ("errors.py", "sleep")}, "--timeout", "20s")
        machine = {"StartAt": "T", "States": {"T": {"Type": "Task", "Resource": arn("brief"), "End": True}}}
        created = self.client.call("CreateStateMachine", name="brief", roleArn=ROLE, definition=json.dumps(machine))
        execution = self.client.call("StartExecution", stateMachineArn=created["stateMachineArn"], name="e",
                                     input='{"seconds": 2}')["executionArn"]
        wait_until(lambda: "LambdaFunctionStarted" in [event["type"] for event in self.client.call(
            "GetExecutionHistory", executionArn=execution)["events"]], 20, "the function runs")
        worker.send_signal(signal.SIGTERM)
        self.assertEqual(worker.wait(timeout=20), 0)
        self.assertEqual(self.client.call("DescribeExecution", executionArn=execution)["status"], "SUCCEEDED")


    def result_of(self, **parameters):
        machine = {"StartAt": "T", "States": {"T": {
            "Type": "Task", "Resource": "arn:aws:states:::lambda:invoke", "Parameters": parameters, "End": True}}}
        return json.loads(self.run_machine(machine, {})[0]["output"])

    def test_end_of_the_log_comes_with_the_result(self):
        self.start_worker({"print-js": ("behaviours.js", "print"), "print-py": ("behaviours.py", "print_text")})
        for function in ("print-js", "print-py"):
            result = self.result_of(FunctionName=function, LogType="Tail", Payload={"before": 2, "text": "the end"})
            log = base64.b64decode(result["LogResult"]).decode()
            self.assertIn("Version: $LATEST\nxx\nthe end\nEND RequestId: " + result["SdkResponseMetadata"]["RequestId"], log)
            self.assertEqual(result["SdkHttpMetadata"]["HttpHeaders"]["X-Amz-Log-Result"], result["LogResult"])

    def test_event_runs_the_function_later(self):
        result = self.result_of(FunctionName="print-later", InvocationType="Event", Payload={"before": 0, "text": ""})
        self.assertEqual((result["StatusCode"], result["Payload"]), (202, ""))
        self.start_worker({"print-later": ("behaviours.py", "print_text")})
        execution = ("arn:aws:states:us-east-1:000000000000:execution:pawl-lambda-events:"
                     + result["SdkResponseMetadata"]["RequestId"])
        wait_until(lambda: self.client.call("DescribeExecution", executionArn=execution)["status"] == "SUCCEEDED",
                   30, "the function has run")

    def test_dry_run_runs_nothing(self):
        self.assertEqual(self.result_of(FunctionName="none", InvocationType="DryRun")["StatusCode"], 204)


class VersionsTest(unittest.TestCase, Machines):
    """Workers of an alias, beside those of all the rest."""
    start_worker = classmethod(OnWorkersTest.start_worker.__func__)

    @classmethod
    def setUpClass(cls):
        cls.postgres = Postgres()
        cls.addClassCleanup(cls.postgres.close)
        create_schema(cls.postgres.url)
        cls.coordinator = Coordinator(cls.postgres.url, lambda_functions="greater:prod=worker")
        cls.addClassCleanup(cls.coordinator.close)
        cls.coordinator.wait_ready()
        cls.client = Client([cls.coordinator.port])
        cls.start_worker({**FUNCTIONS, "greater:prod": ("behaviours.py", "print_text")}, "--timeout", "20s")

    def test_alias_has_the_workers_that_are_its_own(self):
        payload = {"generatedRandomNumber": 7, "before": 0, "text": ""}
        for qualifier, wanted in (("prod", "prod"), ("beta", {"msg": "greater", "of": 7})):
            for parameters in ({"FunctionName": "greater", "Qualifier": qualifier},
                               {"FunctionName": arn("greater") + ":" + qualifier}):
                end, _ = self.run_machine({"StartAt": "T", "States": {"T": {
                    "Type": "Task", "Resource": "arn:aws:states:::lambda:invoke", "End": True,
                    "Parameters": {**parameters, "Payload": payload}}}}, {})
                result = json.loads(end["output"])
                self.assertEqual((result["Payload"], result["ExecutedVersion"]), (wanted, qualifier))
            end, _ = self.run_machine({"StartAt": "T", "States": {"T": {
                "Type": "Task", "Resource": arn("greater") + ":" + qualifier, "End": True}}}, payload)
            self.assertEqual(json.loads(end["output"]), wanted)


class BehindAnEndpointTest(unittest.TestCase, Functions):
    @classmethod
    def setUpClass(cls):
        cls.endpoint = LambdaEndpoint({name: (os.path.join(FOLDER, file), handler)
                                       for name, (file, handler) in FUNCTIONS.items()})
        cls.addClassCleanup(cls.endpoint.close)
        cls.postgres = Postgres()
        cls.addClassCleanup(cls.postgres.close)
        create_schema(cls.postgres.url)
        cls.coordinator = Coordinator(cls.postgres.url, lambda_endpoint=cls.endpoint.url)
        cls.addClassCleanup(cls.coordinator.close)
        cls.coordinator.wait_ready()
        cls.client = Client([cls.coordinator.port])

    def test_function_that_does_not_exist_is_caught_by_all(self):
        end, _ = self.run_machine(caught("none"), {})
        output = json.loads(end["output"])
        self.assertEqual((output["end"], output["error"]["Error"]), ("any", "Lambda.ResourceNotFoundException"))
        self.assertIn("Function not found: none (Service: AWSLambda; Status Code: 404; ", output["error"]["Cause"])


if __name__ == "__main__":
    unittest.main(verbosity=2)
