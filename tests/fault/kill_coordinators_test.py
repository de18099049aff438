#!/usr/bin/env python3
"""Kills coordinators under load: nothing may be lost, nothing recorded twice.

Two coordinators on one PostgreSQL, workers that poll both. Executions of the order process are kept under way
while every second one of the coordinators is killed with -9 and started again. In the end every execution has
SUCCEEDED, and the invariants hold over the tables (invariant_check).

    kill_coordinators_test.py [--executions N] [--kills N] [--workers N]
"""
import argparse
import json
import os
import subprocess
import sys
import tempfile
import threading
import time

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "support"))
from pawl_test import BIN, ApiError, Client, Coordinator, Postgres, create_schema, wait_until  # noqa: E402

ACCOUNT = "arn:aws:states:us-east-1:000000000000"
ROLE = "arn:aws:iam::000000000000:role/order"


def task(name, **more):
    """A task whose worker may die or whose hand-out may be lost: both end in a time-out, and a retry."""
    state = {"Type": "Task", "Resource": f"{ACCOUNT}:activity:{name}", "TimeoutSeconds": 6, "HeartbeatSeconds": 3,
             "Retry": [{"ErrorEquals": ["States.ALL"], "IntervalSeconds": 1, "MaxAttempts": 50, "BackoffRate": 1}]}
    state.update(more)
    return state


ORDER = {
    "StartAt": "Validate",
    "States": {
        "Validate": task("validate", ResultPath="$.valid", Next="Charge"),
        "Charge": task("charge", ResultPath="$.charge", Next="Decide"),
        "Decide": {"Type": "Choice", "Choices": [
            {"Variable": "$.charge.amount", "NumericGreaterThan": 100, "Next": "Approve"}], "Default": "Notify"},
        "Approve": task("approve", ResultPath="$.approval", Next="Notify"),
        "Notify": {"Type": "Parallel", "ResultPath": "$.notified", "Next": "Pause", "Branches": [
            {"StartAt": "Mail", "States": {"Mail": task("mail", End=True)}},
            {"StartAt": "Warehouse", "States": {"Warehouse": task("warehouse", End=True)}}]},
        "Pause": {"Type": "Wait", "SecondsPath": "$.pause", "Next": "Lines"},
        "Lines": {"Type": "Map", "ItemsPath": "$.lines", "ResultPath": "$.packed", "MaxConcurrency": 2, "Next": "Done",
                  "ItemProcessor": {"StartAt": "Pack", "States": {"Pack": {"Type": "Pass", "End": True}}}},
        "Done": {"Type": "Succeed"},
    },
}
ACTIVITIES = ["validate", "charge", "approve", "mail", "warehouse"]


class Workers:
    """Threads that poll the activities on all coordinators, and remember what was acknowledged."""

    def __init__(self, ports, count):
        self.stopped = threading.Event()
        self.completed, self.late, self.lock = 0, 0, threading.Lock()
        self.threads = [threading.Thread(target=self.run, args=(ports, ACTIVITIES[i % len(ACTIVITIES)], i), daemon=True)
                        for i in range(count)]
        for thread in self.threads:
            thread.start()

    def run(self, ports, activity, number):
        client = Client(ports[number % len(ports):] + ports[:number % len(ports)], patience=0, timeout=70)
        while not self.stopped.is_set():
            try:
                task = client.once("GetActivityTask", {"activityArn": f"{ACCOUNT}:activity:{activity}",
                                                       "workerName": f"worker-{number}"})
                if task.get("taskToken"):
                    self.complete(client, activity, task)
                continue
            except Exception:  # a coordinator that was killed: go to the other one
                client.turn += 1
                client.connections.clear()
                time.sleep(0.02)

    def complete(self, client, activity, task):
        order = json.loads(task["input"])
        output = {"by": activity, "order": order.get("id"), "amount": order.get("amount", 0)}
        patient = Client(client.ports, patience=20)
        patient.turn = client.turn
        try:
            patient.call("SendTaskSuccess", taskToken=task["taskToken"], output=json.dumps(output))
            with self.lock:
                self.completed += 1
        except ApiError as error:
            # A repeat of a completion whose reply was lost, or a task that had timed out meanwhile.
            assert error.code == "TaskTimedOut", error
            with self.lock:
                self.late += 1

    def stop(self):
        self.stopped.set()


class Run:
    def __init__(self, arguments, folder):
        self.arguments, self.folder = arguments, folder
        self.postgres = Postgres(["max_connections = 200"])
        create_schema(self.postgres.url)
        self.coordinators = [Coordinator(self.postgres.url, os.path.join(folder, f"coordinator-{i}.log"),
                                         database_connections=8) for i in range(2)]
        for coordinator in self.coordinators:
            coordinator.wait_ready()
        self.ports = [coordinator.port for coordinator in self.coordinators]
        self.client = Client(self.ports)
        self.kills, self.kills_under_load, self.most_open = 0, 0, 0

    def deploy(self):
        for name in ACTIVITIES:
            self.client.call("CreateActivity", name=name)
        machine = self.client.call("CreateStateMachine", name="order", definition=json.dumps(ORDER), roleArn=ROLE)
        return machine["stateMachineArn"]

    def start_all(self, machine):
        """Pauses of 10 to 40 s within the process keep the executions open as long as the killing lasts."""
        for number in range(self.arguments.executions):
            order = {"id": number, "amount": 50 + number % 2 * 100, "lines": [1, 2, 3], "pause": 10 + number % 31}
            try:
                self.client.call("StartExecution", stateMachineArn=machine, name=f"order-{number}",
                                 input=json.dumps(order))
            except ApiError as error:
                # The reply to a first try was lost, and the execution has ended since.
                assert error.code == "ExecutionAlreadyExists", error

    def open(self):
        return int(self.postgres.query("select count(*) from pawl.execution")[0][0])

    def kill_one(self):
        open_before = self.open()
        victim = self.coordinators[self.kills % 2]
        victim.kill()
        victim.start()
        self.kills += 1
        self.kills_under_load += open_before > 100
        self.most_open = max(self.most_open, open_before)

    def kill_until_done(self, starter):
        while starter.is_alive() or self.open() > 0:
            if self.kills_under_load < self.arguments.kills or starter.is_alive():
                self.kill_one()
            time.sleep(1)  # the pace of the killing is the test's, not a wait for something

    def check(self, workers):
        rows = self.postgres.query("select status, count(*) from pawl.closed_execution group by 1")
        assert rows == [["2", str(self.arguments.executions)]], f"not all succeeded: {rows}"
        checked = subprocess.run([os.path.join(BIN, "invariant_check"), self.postgres.url], capture_output=True,
                                 text=True)
        print(checked.stdout.strip())
        assert checked.returncode == 0, checked.stderr
        assert self.kills_under_load >= self.arguments.kills, \
            f"only {self.kills_under_load} kills while more than 100 executions were open"
        print(f"{self.arguments.executions} executions SUCCEEDED; {self.kills} kills, {self.kills_under_load} of them "
              f"while more than 100 were open (at most {self.most_open}); {workers.completed} completions accepted, "
              f"{workers.late} refused as late")

    def close(self):
        for coordinator in self.coordinators:
            coordinator.close()
        self.postgres.close()


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--executions", type=int, default=500)
    parser.add_argument("--kills", type=int, default=25, help="at least so many while more than 100 are open")
    parser.add_argument("--workers", type=int, default=20)
    arguments = parser.parse_args()
    folder = tempfile.mkdtemp(prefix="pawl-fault-")
    run = Run(arguments, folder)
    try:
        machine = run.deploy()
        workers = Workers(run.ports, arguments.workers)
        starter = threading.Thread(target=run.start_all, args=(machine,), daemon=True)
        begun = time.monotonic()
        starter.start()
        wait_until(lambda: run.open() > 100 or not starter.is_alive(), 60, "100 executions under way")
        run.kill_until_done(starter)
        print(f"took {time.monotonic() - begun:.0f} s; logs in {folder}")
        workers.stop()
        run.check(workers)
        print("1 passed, 0 failed")
    finally:
        run.close()


if __name__ == "__main__":
    main()
