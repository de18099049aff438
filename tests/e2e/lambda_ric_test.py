#!/usr/bin/env python3
"""AWS's own runtime client for Node.js, npm's aws-lambda-ric, under `pawl-worker lambda`: run beside a coordinator
(with_coordinator.py). npm compiles it when it is installed (cmake, make, g++, python3, xz; about half a minute), for which
there is no need where its sources cannot be had: then the tests are skipped, and say why."""
import json
import os
import subprocess
import sys
import unittest

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "support"))
from pawl_test import BIN, Client, wait_until  # noqa: E402

FOLDER = os.path.dirname(os.path.abspath(__file__))
RIC = os.path.join(FOLDER, "lambda_ric")
PROGRAM = os.path.join(RIC, "node_modules", ".bin", "aws-lambda-ric")
ROLE = "arn:aws:iam::000000000000:role/r"


def install():
    """What keeps the client from being there, or None."""
    environment = dict(os.environ)
    if os.path.exists("/usr/include/node/node.h"):
        environment["npm_config_nodedir"] = "/usr"  # else its headers are fetched from nodejs.org
    try:
        done = subprocess.run(["npm", "ci", "--no-audit", "--no-fund", "--prefix", RIC], env=environment,
                              capture_output=True, text=True, timeout=240)
    except (OSError, subprocess.TimeoutExpired) as error:
        return str(error)
    return None if done.returncode == 0 else (done.stdout + done.stderr)[-1000:]


class RuntimeClient(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        reason = install()
        if reason is not None:
            raise unittest.SkipTest("aws-lambda-ric cannot be built here: " + reason)
        cls.client = Client([int(os.environ["PAWL_ENDPOINT"].rsplit(":", 1)[1])])

    def serve(self, function, handler):
        worker = subprocess.Popen(
            [os.path.join(BIN, "pawl-worker"), "lambda", "--coordinator", os.environ["PAWL_COORDINATORS"],
             "--function", function, "--handler", handler, "--timeout", "20s", "--", PROGRAM, handler],
            cwd=os.path.join(FOLDER, "lambda"))
        self.addCleanup(worker.wait)
        self.addCleanup(worker.kill)

    def invoke(self, function, **parameters):
        machine = {"StartAt": "T", "States": {"T": {
            "Type": "Task", "Resource": "arn:aws:states:::lambda:invoke", "End": True,
            "Parameters": {"FunctionName": function, "Payload.$": "$", **parameters}}}}
        created = self.client.call("CreateStateMachine", name=function, roleArn=ROLE, definition=json.dumps(machine))
        execution = self.client.call("StartExecution", stateMachineArn=created["stateMachineArn"], name="e",
                                     input='{"n":1}')["executionArn"]

        def ended():
            described = self.client.call("DescribeExecution", executionArn=execution)
            return described if described["status"] != "RUNNING" else None
        return wait_until(ended, 60, f"{execution} ends")

    def test_handler_gets_what_lambda_gives_it(self):
        self.serve("ric-echo", "behaviours.echo")
        end = self.invoke("ric-echo", ClientContext="eyJjdXN0b20iOnsiYSI6MX19", LogType="Tail")
        self.assertEqual(end["status"], "SUCCEEDED", end)
        output = json.loads(end["output"])
        payload = output["Payload"]
        self.assertEqual((payload["event"], payload["name"], payload["client"]), ({"n": 1}, "ric-echo", {"custom": {"a": 1}}))
        self.assertEqual(payload["id"], output["SdkResponseMetadata"]["RequestId"])
        self.assertIn("LogResult", output)

    def test_error_has_the_name_that_the_handler_gave_it(self):
        self.serve("ric-fail", "errors.fail")
        end = self.invoke("ric-fail")
        self.assertEqual((end["status"], end["error"]), ("FAILED", "CustomError"))
        self.assertEqual(json.loads(end["cause"])["errorMessage"], "This is a custom error!")

    def test_handler_that_is_not_there_is_told(self):
        self.serve("ric-none", "behaviours.noSuchHandler")
        end = self.invoke("ric-none")
        self.assertEqual((end["status"], end["error"]), ("FAILED", "Runtime.HandlerNotFound"))


if __name__ == "__main__":
    unittest.main(verbosity=2)
