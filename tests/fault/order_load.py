"""The load that fault tests run under: order processes, two coordinators on one PostgreSQL, workers that poll both."""
import json
import os
import sys
import threading
import time

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "support"))
from pawl_test import (  # noqa: E402,F401
    ApiError, Client, Coordinator, Postgres, check_invariants, create_schema, wait_until)

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
    """A cluster of its own, with coordinators that can be killed and started again."""

    def __init__(self, executions, folder):
        self.executions, self.folder = executions, folder
        self.postgres = Postgres(["max_connections = 200"])
        create_schema(self.postgres.url)
        self.coordinators = [Coordinator(self.postgres.url, os.path.join(folder, f"coordinator-{i}.log"),
                                         database_connections=8) for i in range(2)]
        for coordinator in self.coordinators:
            coordinator.wait_ready()
        self.ports = [coordinator.port for coordinator in self.coordinators]
        self.client = Client(self.ports)

    def deploy(self):
        for name in ACTIVITIES:
            self.client.call("CreateActivity", name=name)
        machine = self.client.call("CreateStateMachine", name="order", definition=json.dumps(ORDER), roleArn=ROLE)
        return machine["stateMachineArn"]

    def start_all(self, machine):
        """Pauses of 10 to 40 s within the process keep the executions open as long as the killing lasts."""
        for number in range(self.executions):
            order = {"id": number, "amount": 50 + number % 2 * 100, "lines": [1, 2, 3], "pause": 10 + number % 31}
            try:
                self.client.call("StartExecution", stateMachineArn=machine, name=f"order-{number}",
                                 input=json.dumps(order))
            except ApiError as error:
                # The reply to a first try was lost, and the execution has ended since.
                assert error.code == "ExecutionAlreadyExists", error

    def open(self):
        return int(self.postgres.query("select count(*) from pawl.execution")[0][0])

    def check(self):
        """Every execution has SUCCEEDED and the invariants hold over the tables."""
        rows = self.postgres.query("select status, count(*) from pawl.closed_execution group by 1")
        assert rows == [["2", str(self.executions)]], f"not all succeeded: {rows}"
        violations, _ = check_invariants(self.postgres.url)
        assert not violations, violations[:10]

    def close(self):
        for coordinator in self.coordinators:
            coordinator.close()
        self.postgres.close()
