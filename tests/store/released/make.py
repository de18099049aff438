#!/usr/bin/env python3
"""Writes the dump of a schema that is about to be released: NUMBER.sql beside this file.

    make.py NUMBER

The database it dumps has what an upgrade must carry along: a closed execution, and open ones in a task that a
worker has, in a task that is ready, in a Wait, in a Parallel, in a Map and in a wait for a child. A dump is made once, when its migration
is released, and never changed; upgrade_test.py starts from each.
"""
import json
import os
import subprocess
import sys

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path.insert(0, os.path.join(HERE, "..", "..", "support"))
from pawl_test import POSTGRES_BIN, Client, Coordinator, Postgres, create_schema, wait_until  # noqa: E402

ACCOUNT = "arn:aws:states:us-east-1:000000000000"
WORK = {"Type": "Task", "Resource": f"{ACCOUNT}:activity:work", "End": True}
MACHINES = {
    "pass": {"StartAt": "P", "States": {"P": {"Type": "Pass", "End": True}}},
    "task": {"StartAt": "T", "States": {"T": dict(WORK, TimeoutSeconds=99999999)}},
    "wait": {"StartAt": "W", "States": {"W": {"Type": "Wait", "Timestamp": "2026-01-01T00:00:00Z", "Next": "Y"},
                                        "Y": {"Type": "Wait", "Seconds": 99999999, "End": True}}},
    "parallel": {"StartAt": "P", "States": {"P": {"Type": "Parallel", "End": True, "Branches": [
        {"StartAt": "A", "States": {"A": WORK}}, {"StartAt": "B", "States": {"B": WORK}}]}}},
    "map": {"StartAt": "M", "States": {"M": {"Type": "Map", "MaxConcurrency": 1, "End": True, "ItemProcessor": {
        "StartAt": "I", "States": {"I": WORK}}}}},
    "child": {"StartAt": "C", "States": {"C": WORK}},
    "parent": {"StartAt": "S", "States": {"S": {
        "Type": "Task", "Resource": "arn:aws:states:::states:startExecution.sync:2", "End": True,
        "Parameters": {"StateMachineArn": f"{ACCOUNT}:stateMachine:child"}}}},
}


def fill(client):
    client.call("CreateActivity", name="work")
    for name, definition in MACHINES.items():
        machine = client.call("CreateStateMachine", name=name, roleArn="arn:aws:iam::000000000000:role/r",
                              definition=json.dumps(definition))
        if name == "child":
            continue  # its parent starts it
        client.call("StartExecution", stateMachineArn=machine["stateMachineArn"], name="one",
                    input="[1, 2]" if name == "map" else '{"from": "before the upgrade"}')
        if name == "task":  # the one task that a worker has got and not completed
            client.call("GetActivityTask", activityArn=f"{ACCOUNT}:activity:work", workerName="before")
    wait_until(lambda: client.call("DescribeExecution", executionArn=f"{ACCOUNT}:execution:pass:one")["status"] ==
               "SUCCEEDED", 20, "the closed execution")
    wait_until(lambda: "TaskSubmitted" in [event["type"] for event in client.call(
        "GetExecutionHistory", executionArn=f"{ACCOUNT}:execution:parent:one")["events"]], 20, "the wait for a child")


def main():
    postgres = Postgres()
    try:
        create_schema(postgres.url)
        coordinator = Coordinator(postgres.url)
        try:
            coordinator.wait_ready()
            fill(Client([coordinator.port]))
            coordinator.terminate()
        finally:
            coordinator.close()
        dump = subprocess.run([os.path.join(POSTGRES_BIN, "pg_dump"), "--no-owner", "--schema=pawl", postgres.url],
                              check=True, capture_output=True, text=True).stdout
        # \\restrict is of newer minor versions of psql only.
        lines = [line for line in dump.splitlines() if not line.startswith(("\\restrict", "\\unrestrict"))]
        with open(os.path.join(HERE, sys.argv[1] + ".sql"), "w") as file:
            file.write("\n".join(lines) + "\n")
    finally:
        postgres.close()


if __name__ == "__main__":
    main()
