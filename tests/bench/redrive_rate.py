#!/usr/bin/env python3
"""How fast `pawl redrive` redrives what an outage has left: N executions that have failed in their last state after
some others, and one with a long history.

    redrive_rate.py [N] [EVENTS]

Prints redrives a second, and what the redrive of an execution with about EVENTS events takes.
"""
import json
import os
import subprocess
import sys
import time

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "support"))
from pawl_test import BIN, Client, Coordinator, Postgres, create_schema, wait_until  # noqa: E402

ROLE = "arn:aws:iam::000000000000:role/r"
STATES = {f"P{i}": {"Type": "Pass", "Next": f"P{i + 1}" if i < 9 else "F"} for i in range(10)}
LINE = {"StartAt": "P0", "States": dict(STATES, F={"Type": "Fail", "Error": "E"})}
MAP = {"StartAt": "M", "States": {
    "M": {"Type": "Map", "ItemProcessor": {"StartAt": "P", "States": {"P": {"Type": "Pass", "End": True}}}, "Next": "F"},
    "F": {"Type": "Fail", "Error": "E"}}}


def redrive(endpoint, *arguments):
    began = time.monotonic()
    done = subprocess.run([os.path.join(BIN, "pawl"), "redrive", *arguments], check=True, capture_output=True, text=True,
                          env=dict(os.environ, PAWL_ENDPOINT=endpoint))
    return done.stdout.strip(), time.monotonic() - began


def main():
    count = int(sys.argv[1]) if len(sys.argv) > 1 else 2000
    events = int(sys.argv[2]) if len(sys.argv) > 2 else 24000
    postgres = Postgres()
    coordinator = Coordinator(postgres.url)
    try:
        create_schema(postgres.url)
        coordinator.close()
        coordinator.start()
        coordinator.wait_ready()
        aws = Client([coordinator.port])
        line, large = [aws.call("CreateStateMachine", name=name, roleArn=ROLE, definition=json.dumps(definition))
                       ["stateMachineArn"] for name, definition in (("line", LINE), ("large", MAP))]
        for i in range(count):
            aws.call("StartExecution", stateMachineArn=line, name=f"e{i}")
        arn = aws.call("StartExecution", stateMachineArn=large, name="one",
                       input=json.dumps([0] * (events // 4)))["executionArn"]
        wait_until(lambda: aws.call("DescribeExecution", executionArn=arn)["status"] == "FAILED", 600, "the large one")
        wait_until(lambda: not aws.call("ListExecutions", stateMachineArn=line, statusFilter="RUNNING")["executions"],
                   600, "the others")
        said, seconds = redrive(coordinator.endpoint, "--machine", "line")
        print(f"{said}: {count / seconds:.0f} a second")
        last = aws.call("GetExecutionHistory", executionArn=arn, reverseOrder=True, maxResults=1)["events"][0]["id"]
        said, seconds = redrive(coordinator.endpoint, arn)
        print(f"redriven with {last} events: {seconds * 1000:.0f} ms")
    finally:
        coordinator.close()
        postgres.close()


if __name__ == "__main__":
    main()
