#!/usr/bin/env python3
"""Kills a coordinator with -9 in the middle of its outgoing calls: others make them again, and each counts once.

Two coordinators, and a Lambda endpoint that answers nothing until it is told to. Once all calls are under way the
coordinator that makes them is killed; when the other one has made again what was lost, the endpoint answers. In the
end every execution has SUCCEEDED with what its own call was answered, each result is recorded once, and the
invariants hold over the tables.

    kill_calls_test.py [--calls N]
"""
import argparse
import collections
import json
import os
import sys
import threading
import time
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "support"))
from pawl_test import (Client, Coordinator, Postgres, check_invariants, create_schema,  # noqa: E402
                       wait_until)

ROLE = "arn:aws:iam::000000000000:role/r"
DEFINITION = json.dumps({"StartAt": "Call", "States": {"Call": {
    "Type": "Task", "Resource": "arn:aws:states:::lambda:invoke",
    "Parameters": {"FunctionName": "slow", "Payload.$": "$"}, "OutputPath": "$.Payload", "End": True}}})
# The lease of a young call (docs/decisions/0013), and what it takes to find and make it.
MADE_AGAIN_WITHIN = 20


class SlowEndpoint:
    """A Lambda Invoke API whose function answers `{"echo": n}` to `{"n": n}`, but not before it is released."""

    def __init__(self):
        self.lock, self.released = threading.Lock(), threading.Event()
        self.requests = collections.Counter()
        owner = self

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def log_message(self, *_):
                pass

            def do_POST(self):
                number = json.loads(self.rfile.read(int(self.headers["Content-Length"])))["n"]
                with owner.lock:
                    owner.requests[number] += 1
                owner.released.wait()
                text = json.dumps({"echo": number}).encode()
                try:
                    self.send_response(200)
                    self.send_header("Content-Type", "application/json")
                    self.send_header("Content-Length", str(len(text)))
                    self.end_headers()
                    self.wfile.write(text)
                except OSError:
                    pass  # whoever asked is dead

        class Server(ThreadingHTTPServer):
            daemon_threads = True
            request_queue_size = 1024

            def handle_error(self, request, address):
                pass  # a connection of a coordinator that was killed

        self.server = Server(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self.server.server_port}"
        threading.Thread(target=self.server.serve_forever, daemon=True).start()

    def seen(self):
        with self.lock:
            return len(self.requests), sum(self.requests.values())

    def close(self):
        self.released.set()
        self.server.shutdown()
        self.server.server_close()


def results_recorded(client, execution_arn):
    history = client.call("GetExecutionHistory", executionArn=execution_arn, maxResults=1000)
    return [event["type"] for event in history["events"]].count("TaskSucceeded")


def run(calls, postgres, endpoint):
    first, second = (Coordinator(postgres.url, lambda_endpoint=endpoint.url) for _ in range(2))
    try:
        first.wait_ready()
        client = Client([first.port])
        machine = client.call("CreateStateMachine", name="calls", definition=DEFINITION,
                              roleArn=ROLE)["stateMachineArn"]
        # The other one is stopped until the calls are under way: so all are the first one's.
        second.wait_ready()
        second.kill()
        arns = [client.call("StartExecution", stateMachineArn=machine, name=f"e{n}",
                            input=json.dumps({"n": n}))["executionArn"] for n in range(calls)]
        wait_until(lambda: endpoint.seen()[0] == calls, 60, f"{calls} calls under way")
        first.kill()
        killed = time.monotonic()
        second.start()
        second.wait_ready()
        wait_until(lambda: endpoint.seen()[1] >= 2 * calls, MADE_AGAIN_WITHIN + 30, "all calls made again")
        took = time.monotonic() - killed
        endpoint.released.set()
        client = Client([second.port])
        for number, arn in enumerate(arns):
            def ended(arn=arn):
                described = client.call("DescribeExecution", executionArn=arn)
                return described if described["status"] != "RUNNING" else None
            described = wait_until(ended, 60, f"end of {arn}")
            assert described["status"] == "SUCCEEDED", described
            assert json.loads(described["output"]) == {"echo": number}, described
            recorded = results_recorded(client, arn)
            assert recorded == 1, f"{arn} has {recorded} results"
        violations, _ = check_invariants(postgres.url)
        assert not violations, violations
        assert took <= MADE_AGAIN_WITHIN, f"the last call was made again {took:.1f} s after the kill"
        repeated = endpoint.seen()[1] - calls
        print(f"{calls} executions SUCCEEDED, each result recorded once; {repeated} calls were made again, the last "
              f"{took:.1f} s after the kill")
    finally:
        first.close()
        second.close()


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--calls", type=int, default=200)
    arguments = parser.parse_args()
    postgres, endpoint = Postgres(), SlowEndpoint()
    try:
        create_schema(postgres.url)
        run(arguments.calls, postgres, endpoint)
        print("1 passed, 0 failed")
    finally:
        endpoint.close()
        postgres.close()


if __name__ == "__main__":
    main()
