#!/usr/bin/env python3
"""A coordinator that is killed in the middle of 200 calls: all executions end right, each result is recorded once, and
no more calls are repeated than were under way there."""
import collections
import json
import os
import sys
import threading
import time
import unittest
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "support"))
from pawl_test import Client, Coordinator, Postgres, create_schema, wait_until  # noqa: E402

COUNT = 200
ROLE = "arn:aws:iam::000000000000:role/r"
MACHINE = {"StartAt": "T", "States": {"T": {
    "Type": "Task", "Resource": "arn:aws:lambda:us-east-1:000000000000:function:f", "End": True}}}


class Function:
    """Answers once it is told to; counts the calls for each input."""

    def __init__(self):
        self.calls, self.lock, self.go = collections.Counter(), threading.Lock(), threading.Event()
        owner = self

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def log_message(self, *_):
                pass

            def do_POST(self):
                number = json.loads(self.rfile.read(int(self.headers["Content-Length"])))["n"]
                with owner.lock:
                    owner.calls[number] += 1
                owner.go.wait()
                text = json.dumps({"n": number}).encode()
                try:
                    self.send_response(200)
                    self.send_header("Content-Length", str(len(text)))
                    self.end_headers()
                    self.wfile.write(text)
                except OSError:
                    pass  # the coordinator is dead

        class Server(ThreadingHTTPServer):
            daemon_threads = True
            request_queue_size = 512

        self.server = Server(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self.server.server_port}"
        threading.Thread(target=self.server.serve_forever, daemon=True).start()


class CallsFailoverTest(unittest.TestCase):
    def test_killed_in_the_middle_of_calls(self):
        function = Function()
        self.addCleanup(function.server.shutdown)
        postgres = Postgres()
        self.addCleanup(postgres.close)
        create_schema(postgres.url)
        coordinators = [Coordinator(postgres.url, lambda_endpoint=function.url) for _ in range(2)]
        for coordinator in coordinators:
            self.addCleanup(coordinator.close)
            coordinator.wait_ready()
        client = Client([coordinators[1].port])
        machine = client.call("CreateStateMachine", name="m", roleArn=ROLE, definition=json.dumps(MACHINE))
        # Half of them begin at each.
        executions = [Client([coordinators[n % 2].port]).call(
            "StartExecution", stateMachineArn=machine["stateMachineArn"], name=f"e{n}",
            input=json.dumps({"n": n}))["executionArn"] for n in range(COUNT)]
        wait_until(lambda: sum(function.calls.values()) == COUNT, 30, "all calls are under way")
        coordinators[0].kill()
        killed_at = time.monotonic()
        wait_until(lambda: sum(function.calls.values()) > COUNT, 60, "calls are made again")
        again_after = time.monotonic() - killed_at
        function.go.set()
        running = lambda: client.call("ListExecutions", stateMachineArn=machine["stateMachineArn"],  # noqa: E731
                                      statusFilter="RUNNING")["executions"]
        wait_until(lambda: not running(), 90, "all executions end")
        for n, execution in enumerate(executions):
            end = client.call("DescribeExecution", executionArn=execution)
            self.assertEqual((end["status"], json.loads(end["output"])), ("SUCCEEDED", {"n": n}))
            kinds = [event["type"] for event in client.call("GetExecutionHistory", executionArn=execution)["events"]]
            self.assertEqual(kinds.count("LambdaFunctionSucceeded"), 1)
            self.assertEqual(kinds.count("LambdaFunctionStarted"), 1)
        repeated = sum(function.calls.values()) - COUNT
        print(f"{repeated} of {COUNT} calls were made again, the first after {again_after:.1f} s")
        self.assertLessEqual(max(function.calls.values()), 2)
        self.assertLessEqual(repeated, COUNT)


if __name__ == "__main__":
    unittest.main(verbosity=2)
