#!/usr/bin/env python3
"""HTTP tasks against a server of this machine: what is sent, what comes back, what fails."""
import json
import os
import sys
import tempfile
import threading
import unittest
import uuid
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "support"))
from pawl_test import Client, Coordinator, Postgres, create_schema, wait_until  # noqa: E402

ROLE = "arn:aws:iam::000000000000:role/r"


class Echo(BaseHTTPRequestHandler):
    """Gives back what it is asked, as JSON; /status/N answers so."""
    protocol_version = "HTTP/1.1"

    def log_message(self, *_):
        pass

    def answer(self):
        body = self.rfile.read(int(self.headers.get("Content-Length") or 0)).decode()
        status = int(self.path.rsplit("/", 1)[1]) if self.path.startswith("/status/") else 200
        text = json.dumps({"method": self.command, "path": self.path, "body": body,
                           "headers": {k.lower(): v for k, v in self.headers.items()}}).encode()
        self.send_response(status)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(text)))
        self.end_headers()
        self.wfile.write(text)

    do_GET = do_POST = do_PUT = do_DELETE = answer


class HttpTaskTest(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.server = ThreadingHTTPServer(("127.0.0.1", 0), Echo)
        cls.addClassCleanup(cls.server.server_close)
        cls.addClassCleanup(cls.server.shutdown)
        threading.Thread(target=cls.server.serve_forever, daemon=True).start()
        cls.url = f"http://127.0.0.1:{cls.server.server_port}"
        connections = tempfile.NamedTemporaryFile("w", suffix=".yaml")
        cls.addClassCleanup(connections.close)
        connections.write("crm: {type: api_key, name: X-Key, value: '${CRM_KEY}', body: {source: pawl}}\n")
        connections.flush()
        cls.postgres = Postgres()
        cls.addClassCleanup(cls.postgres.close)
        create_schema(cls.postgres.url)
        cls.coordinator = Coordinator(cls.postgres.url, http_task_allow_plain="true",
                                      connections_file=connections.name, environment={"CRM_KEY": "s3cret"})
        cls.addClassCleanup(cls.coordinator.close)
        cls.coordinator.wait_ready()
        cls.client = Client([cls.coordinator.port])

    def run_task(self, **parameters):
        machine = {"StartAt": "T", "States": {"T": {
            "Type": "Task", "Resource": "arn:aws:states:::http:invoke", "Parameters": parameters, "End": True}}}
        created = self.client.call("CreateStateMachine", name="m-" + uuid.uuid4().hex[:8], roleArn=ROLE,
                                   definition=json.dumps(machine))
        execution = self.client.call("StartExecution", stateMachineArn=created["stateMachineArn"], name="e",
                                     input='{"id": 7}')["executionArn"]

        def ended():
            described = self.client.call("DescribeExecution", executionArn=execution)
            return described if described["status"] != "RUNNING" else None
        return wait_until(ended, 30, f"{execution} ends")

    def test_request_and_response(self):
        end = self.run_task(**{"ApiEndpoint": self.url + "/orders", "Method": "POST", "QueryParameters": {"a": ["1", "2"]},
                               "Headers": {"X-One": "1"}, "RequestBody": {"id.$": "$.id"},
                               "Authentication": {"ConnectionArn":
                                                  "arn:aws:events:us-east-1:000000000000:connection/crm/1234"}})
        self.assertEqual(end["status"], "SUCCEEDED", end)
        output = json.loads(end["output"])
        self.assertEqual((output["StatusCode"], output["StatusText"]), (200, "OK"))
        echo = output["ResponseBody"]
        self.assertEqual((echo["method"], echo["path"]), ("POST", "/orders?a=1&a=2"))
        self.assertEqual(json.loads(echo["body"]), {"id": 7, "source": "pawl"})
        self.assertEqual(echo["headers"]["x-key"], "s3cret")
        self.assertEqual(echo["headers"]["user-agent"], "Amazon|StepFunctions|HttpInvoke|us-east-1")

    def test_failures(self):
        for parameters, error, cause in (
                ({"ApiEndpoint": self.url + "/status/404", "Method": "GET"}, "States.Http.StatusCode.404", "Not Found"),
                ({"ApiEndpoint": "http://169.254.169.254/latest/meta-data/", "Method": "GET"},
                 "States.Http.AccessDenied", "calls to 169.254.169.254 are denied"),
                ({"ApiEndpoint": "http://no-such-host.invalid/", "Method": "GET"}, "States.Http.Socket",
                 "no-such-host.invalid: Name or service not known"),
                ({"ApiEndpoint": self.url, "Method": "GET", "Authentication": {"ConnectionArn": "none"}},
                 "Events.ConnectionResource.ResourceNotFound", "none"),
                ({"ApiEndpoint": self.url, "Method": "GET", "Headers": {"Host": "a"}}, "States.Runtime",
                 "could not be used to start the Task: [The header 'Host'")):
            end = self.run_task(**parameters)
            self.assertEqual((end["status"], end["error"]), ("FAILED", error), end)
            self.assertIn(cause, end["cause"])


if __name__ == "__main__":
    unittest.main(verbosity=2)
