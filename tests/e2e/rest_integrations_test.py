#!/usr/bin/python3
"""Optimized integrations that are HTTP requests: eks:call and eks:runJob with a Kubernetes API that looks at tokens,
apigateway:invoke with a gateway that looks at signatures."""
import json
import os
import sys
import threading
import unittest
import uuid
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "support"))
from aws_jobs import Jobs  # noqa: E402
from aws_server import ENVIRONMENT, Refusal, signed_scope  # noqa: E402
from aws_wire import Request  # noqa: E402
from kubernetes_api import KubernetesApi  # noqa: E402
from pawl_test import ApiError, Client, Coordinator, Postgres, check_invariants, create_schema, wait_until  # noqa: E402

ROLE = "arn:aws:iam::000000000000:role/r"
SECONDS = 40
NAMESPACE = "/apis/batch/v1/namespaces/default/jobs"


class Gateway(BaseHTTPRequestHandler):
    """Gives back what it is asked; /signed wants a signature, /status/N answers so."""
    protocol_version = "HTTP/1.1"
    calls = []

    def log_message(self, *_):
        pass

    def serve(self):
        body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
        Gateway.calls.append(dict(self.headers))
        status, scope = 200, None
        if "/status/" in self.path:
            status = int(self.path.rsplit("/", 1)[1])
        if "/signed" in self.path:
            try:
                scope = signed_scope(Request(self.command, self.path, self.headers, body))
            except Refusal as refusal:
                status = refusal.status
        text = json.dumps({"method": self.command, "path": self.path, "body": body.decode(), "scope": scope,
                           "authorized": "Authorization" in self.headers}).encode()
        self.send_response(status)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(text)))
        self.end_headers()
        self.wfile.write(text)

    do_GET = do_POST = do_PUT = do_DELETE = serve


class RestIntegrationsTest(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.jobs = Jobs()
        cls.cluster = KubernetesApi("c", cls.jobs)
        cls.addClassCleanup(cls.cluster.close)
        cls.gateway = ThreadingHTTPServer(("127.0.0.1", 0), Gateway)
        cls.addClassCleanup(cls.gateway.server_close)
        cls.addClassCleanup(cls.gateway.shutdown)
        threading.Thread(target=cls.gateway.serve_forever, daemon=True).start()
        cls.postgres = Postgres()
        cls.addClassCleanup(cls.postgres.close)
        create_schema(cls.postgres.url)
        cls.coordinator = Coordinator(cls.postgres.url, environment=ENVIRONMENT, http_task_allow_plain="true")
        cls.addClassCleanup(cls.coordinator.close)
        cls.coordinator.wait_ready()
        cls.client = Client([cls.coordinator.port])

    def tearDown(self):
        self.assertEqual(check_invariants(self.postgres.url)[0], [])

    def start(self, resource, parameters):
        machine = self.client.call(
            "CreateStateMachine", name="m-" + uuid.uuid4().hex[:8], roleArn=ROLE, definition=json.dumps(
                {"StartAt": "T", "States": {"T": {"Type": "Task", "Resource": "arn:aws:states:::" + resource,
                                                  "Parameters": parameters, "End": True}}}))["stateMachineArn"]
        return self.client.call("StartExecution", stateMachineArn=machine, name="e")["executionArn"]

    def end(self, execution, status="SUCCEEDED"):
        def ended():
            described = self.client.call("DescribeExecution", executionArn=execution)
            return described if described["status"] != "RUNNING" else None
        end = wait_until(ended, SECONDS, f"{execution} ends")
        self.assertEqual(end["status"], status, end)
        return end

    def types(self, execution):
        return [event["type"] for event in self.client.call("GetExecutionHistory", executionArn=execution)["events"]]

    def result(self, resource, parameters):
        return json.loads(self.end(self.start(resource, parameters))["output"])

    # --- clusters

    def of_cluster(self, **more):
        return {"ClusterName": "c", "CertificateAuthority": self.cluster.authority, "Endpoint": self.cluster.url, **more}

    def run_job(self, name, **more):
        return self.start("eks:runJob.sync", self.of_cluster(Namespace="default", Job={
            "apiVersion": "batch/v1", "kind": "Job", "metadata": {"name": name}, "spec": {"backoffLimit": 0, "template": {
                "spec": {"containers": [{"name": "main", "image": "i"}], "restartPolicy": "Never"}}}}, **more))

    def test_call_of_a_cluster(self):
        name = "call-" + uuid.uuid4().hex[:8]
        made = self.result("eks:call", self.of_cluster(Method="POST", Path=NAMESPACE, RequestBody={"metadata": {"name": name}}))
        self.assertEqual((made["StatusCode"], made["ResponseBody"]["metadata"]), (201, {"name": name}))
        self.result("eks:call", self.of_cluster(Method="GET", Path="/api/v1/namespaces/default/pods",
                                                QueryParameters={"labelSelector": ["job-name=" + name]}))
        self.assertEqual(self.cluster.calls[-1], ("GET", "/api/v1/namespaces/default/pods", {"labelSelector": "job-name=" + name}))
        end = self.end(self.start("eks:call", self.of_cluster(Method="GET", Path=NAMESPACE + "/none")), "FAILED")
        self.assertEqual(end["error"], "EKS.404")
        self.assertIn("not found", end["cause"])

    def test_cluster_that_is_another(self):
        end = self.end(self.start("eks:call", {**self.of_cluster(Method="GET", Path="/"), "ClusterName": "other"}), "FAILED")
        self.assertEqual(end["error"], "EKS.401")  # the token is for one cluster

    def test_job_with_its_logs(self):
        name = "ok-" + uuid.uuid4().hex[:8]
        output = json.loads(self.end(self.run_job(name, LogOptions={"RetrieveLogs": True, "RawLogs": True}))["output"])
        self.assertEqual(output["metadata"]["name"], name)
        self.assertEqual(output["status"]["conditions"], [{"type": "Complete", "status": "True"}])
        self.assertEqual(output["logs"]["pods"][name + "-pod"]["containers"]["main"]["log"], f'{{"line": "{name} has run"}}')

    def test_job_that_fails(self):
        execution = self.run_job("fail-" + uuid.uuid4().hex[:8])
        end = self.end(execution, "FAILED")
        self.assertEqual(end["error"], "States.TaskFailed")
        self.assertEqual(json.loads(end["cause"])["status"]["conditions"][0]["type"], "Failed")
        self.assertEqual(self.types(execution)[-3:], ["TaskSubmitted", "TaskFailed", "ExecutionFailed"])

    def test_job_is_looked_after_and_stopped_by_the_coordinator_that_comes_after(self):
        self.jobs.gate.clear()
        self.addCleanup(self.jobs.gate.set)
        names = [kind + uuid.uuid4().hex[:8] for kind in ("ok-", "run-")]
        executions = [self.run_job(name) for name in names]
        for name, execution in zip(names, executions):
            wait_until(lambda: "TaskSubmitted" in self.types(execution), SECONDS, "the job is submitted")
            wait_until(lambda: self.jobs.of(f"{NAMESPACE}/{name}").described > 0, SECONDS, "the job is looked at")
        self.coordinator.kill()
        self.jobs.gate.set()
        self.coordinator.start()
        self.coordinator.wait_ready()
        self.client.call("StopExecution", executionArn=executions[1])
        self.end(executions[1], "ABORTED")
        wait_until(lambda: self.jobs.of(f"{NAMESPACE}/{names[1]}").stopped, SECONDS, "the job is deleted")
        self.end(executions[0])
        self.assertEqual([call for call in self.cluster.calls if call[0] == "DELETE"],
                         [("DELETE", f"{NAMESPACE}/{names[1]}", {"propagationPolicy": "Background"})])

    # --- gateways

    def at_gateway(self, **more):
        return {"ApiEndpoint": f"http://127.0.0.1:{self.gateway.server_port}", "Method": "POST", **more}

    def test_gateway(self):
        output = self.result("apigateway:invoke", self.at_gateway(
            Stage="prod", Path="a%20b/%C3%A9", QueryParameters={"q": ["1", "2"]}, RequestBody={"n": [1]}, Headers={"X-Mine": ["v"]}))
        self.assertEqual((output["StatusCode"], output["StatusText"]), (200, "OK"))
        self.assertEqual(output["Headers"]["Content-Type"], ["application/json"])
        asked = output["ResponseBody"]
        self.assertEqual((asked["method"], asked["path"], asked["body"]), ("POST", "/prod/a%20b/%C3%A9?q=1&q=2", '{"n":[1]}'))
        self.assertFalse(asked["authorized"])
        self.assertEqual(Gateway.calls[-1]["X-Mine"], "v")

    def test_gateway_that_wants_a_signature(self):
        for path, query in (("signed", {}), ("signed/a%20b/%C3%A9", {"q": ["a b", "é"]})):
            output = self.result("apigateway:invoke", self.at_gateway(Path=path, QueryParameters=query, AuthType="IAM_ROLE",
                                                                      RequestBody={"n": 1}))
            self.assertEqual(output["ResponseBody"]["scope"], ["AKIDPAWL", "us-east-1", "execute-api"])
        end = self.end(self.start("apigateway:invoke", self.at_gateway(Path="signed")), "FAILED")
        self.assertEqual((end["error"], json.loads(end["cause"])["authorized"]), ("ApiGateway.403", False))

    def test_gateway_that_refuses(self):
        for status in (400, 404):
            end = self.end(self.start("apigateway:invoke", self.at_gateway(Path=f"status/{status}")), "FAILED")
            self.assertEqual(end["error"], f"ApiGateway.{status}")

    def test_headers_are_lists(self):
        try:
            end = self.end(self.start("apigateway:invoke", self.at_gateway(Headers={"X-Mine": "v"})), "FAILED")
            error, cause = end["error"], end["cause"]
        except ApiError as refused:
            error, cause = refused.code, refused.message
        self.assertIn(error, ("States.Runtime", "InvalidDefinition"))
        self.assertIn("The value of the field 'Headers' has an invalid format", cause)

    def test_token_that_comes_back_through_the_gateway(self):
        execution = self.start("apigateway:invoke.waitForTaskToken", self.at_gateway(
            Path="called-back", Headers={"Task-Token.$": "States.Array($$.Task.Token)"}))
        token = wait_until(lambda: next((call["Task-Token"] for call in Gateway.calls if "Task-Token" in call), None), SECONDS,
                           "the token")
        self.client.call("SendTaskSuccess", taskToken=token, output='"back"')
        self.assertEqual(self.end(execution)["output"], '"back"')


if __name__ == "__main__":
    unittest.main(verbosity=2)
