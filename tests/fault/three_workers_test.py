#!/usr/bin/env python3
"""Workers of three kinds (the C++ library's example, pawl-worker, a Python program over gRPC) on two coordinators,
while workers and coordinators are killed with -9 or stopped and continued, and connections are cut.

Every execution succeeds, each of its tasks ends once; a long task outlives coordinators by its heartbeats; the worker
of a cancelled task learns of it; a worker that is told to stop leaves no task to time out.

    three_workers_test.py [--seconds N] [--executions N] [--seed N]
"""
import argparse
import collections
import json
import os
import random
import signal
import subprocess
import sys
import tempfile
import threading
import time

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "support"))
from pawl_test import (  # noqa: E402
    BIN, ROOT, ApiError, Client, Coordinator, Postgres, check_invariants, create_schema, wait_until)
from tcp_proxy import TcpProxy  # noqa: E402

ACCOUNT = "arn:aws:states:us-east-1:000000000000"
ROLE = "arn:aws:iam::000000000000:role/r"
ENDS = ("ActivitySucceeded", "ActivityFailed", "ActivityTimedOut")


def python_worker(coordinators):
    """Serves the activity `python`: polls, confirms, completes; another coordinator when one does not answer."""
    import grpc
    stubs = tempfile.mkdtemp(prefix="pawl-stubs-")
    proto = os.path.join(ROOT, "proto")
    subprocess.run(["protoc", f"-I{proto}", f"--python_out={stubs}", f"--grpc_out={stubs}",
                    "--plugin=protoc-gen-grpc=/usr/bin/grpc_python_plugin", "pawl/v1/worker.proto"], check=True)
    sys.path.insert(0, stubs)
    from pawl.v1 import worker_pb2, worker_pb2_grpc
    services = [worker_pb2_grpc.WorkerServiceStub(grpc.insecure_channel(at)) for at in coordinators]
    turn = 0

    def patiently(method, request):
        nonlocal turn
        deadline = time.monotonic() + 20
        while time.monotonic() < deadline:
            try:
                return getattr(services[turn % len(services)], method)(request, timeout=5)
            except grpc.RpcError as error:
                if error.code() not in (grpc.StatusCode.UNAVAILABLE, grpc.StatusCode.DEADLINE_EXCEEDED,
                                        grpc.StatusCode.UNKNOWN, grpc.StatusCode.CANCELLED):
                    return None  # the task is over
                turn += 1
                time.sleep(0.05)
        return None

    while True:
        poll = worker_pb2.PollTaskRequest(activity="python", worker_name="python", confirms=True)
        poll.wait.seconds = 3
        answer = patiently("PollTask", poll)
        if answer is None or not answer.HasField("task"):
            continue
        token = answer.task.task_token
        patiently("ConfirmTask", worker_pb2.ConfirmTaskRequest(task_token=token))
        patiently("CompleteTask", worker_pb2.CompleteTaskRequest(task_token=token, output=answer.task.input))


class Worker:
    def __init__(self, *command):
        self.command = command
        self.start()

    def start(self):
        # A session of its own: what it runs dies with it.
        self.process = subprocess.Popen(self.command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
                                        start_new_session=True)

    def heeds(self, number):
        """Whether it has come so far that the signal does not simply end it."""
        with open(f"/proc/{self.process.pid}/status", encoding="utf-8") as status:
            masks = [line.split()[1] for line in status if line.startswith(("SigCgt", "SigBlk"))]
        return any(int(mask, 16) >> (number - 1) & 1 for mask in masks)

    def kill(self):
        try:
            os.killpg(self.process.pid, signal.SIGKILL)
        except ProcessLookupError:
            pass
        self.process.wait()


class Cluster:
    def __init__(self, seed):
        self.random, self.counts = random.Random(seed), collections.Counter()
        self.folder = tempfile.mkdtemp(prefix="pawl-workers-")
        self.postgres = Postgres(["max_connections = 200"])
        create_schema(self.postgres.url)
        self.coordinators = [Coordinator(self.postgres.url, os.path.join(self.folder, f"coordinator-{i}.log"),
                                         database_connections=10) for i in range(2)]
        for coordinator in self.coordinators:
            coordinator.wait_ready()
        self.proxies = [TcpProxy(("127.0.0.1", coordinator.grpc_port)) for coordinator in self.coordinators]
        self.addresses = ["{}:{}".format(*proxy.address) for proxy in self.proxies]
        self.client = Client([coordinator.port for coordinator in self.coordinators])
        for name in ("greet", "shell", "python", "long"):
            self.client.call("CreateActivity", name=name)
        self.workers = [Worker(os.path.join(BIN, "pawl-example-greet"), *self.addresses),
                        self.shell("shell", "sleep 0.05; cat", 4),
                        Worker(sys.executable, os.path.abspath(__file__), "--worker", *self.addresses)]

    def shell(self, activity, command, concurrency):
        return Worker(os.path.join(BIN, "pawl-worker"), "--coordinator", ",".join(self.addresses), "--activity",
                      activity, "--exec", command, "--heartbeat", "500ms", "--concurrency", str(concurrency))

    def machine(self, name, states):
        return self.client.call("CreateStateMachine", name=name, roleArn=ROLE, definition=json.dumps(
            {"StartAt": next(iter(states)), "States": states}))["stateMachineArn"]

    def start(self, machine, name):
        try:
            self.client.call("StartExecution", stateMachineArn=machine, name=name,
                             input=json.dumps({"name": name}))
        except ApiError as error:
            assert error.code == "ExecutionAlreadyExists", error  # the answer to a first try was lost
        return machine.replace(":stateMachine:", ":execution:") + ":" + name

    def status(self, arn):
        return self.client.call("DescribeExecution", executionArn=arn)["status"]

    def events(self, arn):
        return self.client.call("GetExecutionHistory", executionArn=arn, maxResults=1000)["events"]

    def fault(self):
        kind = self.random.choice(["kill worker", "stop worker", "kill coordinator", "stop coordinator", "cut", "cut"])
        self.counts[kind] += 1
        if kind == "cut":
            return self.random.choice(self.proxies).cut()
        victim = self.random.choice(self.workers if "worker" in kind else self.coordinators)
        if kind.startswith("kill"):
            victim.kill()
            return victim.start()
        victim.process.send_signal(signal.SIGSTOP)
        time.sleep(self.random.choice([0.5, 2, 5]))  # the fault itself
        victim.process.send_signal(signal.SIGCONT)

    def close(self):
        for worker in self.workers:
            worker.kill()
        for coordinator in self.coordinators:
            coordinator.close()
        self.postgres.close()


def task(activity, **more):
    return dict({"Type": "Task", "Resource": f"{ACCOUNT}:activity:{activity}", "TimeoutSeconds": 30}, **more)


def test_faults(cluster, executions, seconds):
    retry = [{"ErrorEquals": ["States.ALL"], "IntervalSeconds": 1, "MaxAttempts": 50, "BackoffRate": 1}]
    more = {"HeartbeatSeconds": 4, "Retry": retry, "ResultPath": None}
    machine = cluster.machine("three", {"Greet": task("greet", **more, Next="Shell"),
                                        "Shell": task("shell", **more, Next="Python"),
                                        "Python": task("python", **more, End=True)})
    arns = []

    def start_all():
        for i in range(executions):
            arns.append(cluster.start(machine, f"e{i}"))
            time.sleep(seconds / executions)  # spread over the time of the faults

    starter = threading.Thread(target=start_all, daemon=True)
    starter.start()
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        cluster.fault()
        time.sleep(cluster.random.uniform(0.3, 1.5))  # the pace of the faults
    starter.join()
    for number, worker in enumerate(cluster.workers):
        assert worker.process.poll() is None, f"worker {number} has ended by itself"
    attempts = 0
    for arn in arns:
        wait_until(lambda: cluster.status(arn) != "RUNNING", 120, f"{arn} ends")
        assert cluster.status(arn) == "SUCCEEDED", arn
        events = cluster.events(arn)
        ends = collections.Counter(event["previousEventId"] for event in events if event["type"] in ENDS)
        assert max(ends.values()) == 1, f"a task of {arn} ended twice"
        kinds = collections.Counter(event["type"] for event in events)
        assert kinds["ActivitySucceeded"] == 3, f"{arn}: {kinds}"
        assert kinds["ActivityScheduled"] == sum(kinds[end] for end in ENDS), f"{arn}: {kinds}"
        attempts += kinds["ActivityScheduled"]
    print(f"{len(arns)} executions, {attempts} tasks, through {dict(cluster.counts)}", flush=True)


def test_long_task_outlives_coordinators(cluster):
    machine = cluster.machine("long", {"Long": task("long", HeartbeatSeconds=3, End=True)})
    worker = cluster.shell("long", "sleep 9; cat", 1)
    cluster.workers.append(worker)
    arn = cluster.start(machine, "long")
    wait_until(lambda: any(event["type"] == "ActivityStarted" for event in cluster.events(arn)), 20, "it is started")
    for coordinator in cluster.coordinators:
        coordinator.kill()
        coordinator.start()
        coordinator.wait_ready()
        time.sleep(2)  # so that the worker comes to each of them
    wait_until(lambda: cluster.status(arn) != "RUNNING", 30, "the long task ends")
    assert cluster.status(arn) == "SUCCEEDED", [event["type"] for event in cluster.events(arn)]
    worker.kill()
    print("a task of 9 s with heartbeats of 3 s outlived both coordinators", flush=True)


def test_cancelled_task_is_told(cluster):
    machine = cluster.machine("cancelled", {"Long": task("long", HeartbeatSeconds=10, End=True)})
    told = os.path.join(cluster.folder, "told")
    worker = cluster.shell("long", f"trap 'touch {told}; exit 1' TERM; touch {told}.begun; sleep 60 & wait", 1)
    cluster.workers.append(worker)
    arn = cluster.start(machine, "cancelled")
    wait_until(lambda: os.path.exists(told + ".begun"), 20, "the command runs")
    cluster.client.call("StopExecution", executionArn=arn)
    begun = time.monotonic()
    wait_until(lambda: os.path.exists(told), 3, "the command is told that its task is cancelled")
    print(f"the worker of a cancelled task learnt of it after {time.monotonic() - begun:.2f} s", flush=True)
    worker.kill()


def test_drain_loses_nothing(cluster):
    machine = cluster.machine("drain", {"Shell": task("shell", End=True)})
    arns = [cluster.start(machine, f"d{i}") for i in range(120)]
    for _ in range(3):
        going = cluster.workers[1]
        cluster.workers[1] = cluster.shell("shell", "sleep 0.2; cat", 4)
        wait_until(lambda: cluster.workers[1].heeds(signal.SIGTERM), 10, "the next worker heeds SIGTERM")
        going.process.send_signal(signal.SIGTERM)
        assert going.process.wait(timeout=20) == 0
    for arn in arns:
        wait_until(lambda: cluster.status(arn) != "RUNNING", 60, f"{arn} ends")
        kinds = [event["type"] for event in cluster.events(arn)]
        assert kinds.count("ActivityScheduled") == 1 and "ActivitySucceeded" in kinds, kinds
    print("three workers were told to stop, and none of 120 tasks was lost", flush=True)


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--seed", type=int, default=random.randrange(1_000_000))
    parser.add_argument("--seconds", type=int, default=40, help="of faults")
    parser.add_argument("--executions", type=int, default=400)
    parser.add_argument("--worker", nargs="+", metavar="COORDINATOR", help=argparse.SUPPRESS)
    arguments = parser.parse_args()
    if arguments.worker:
        return python_worker(arguments.worker)
    cluster = Cluster(arguments.seed)
    print(f"seed {arguments.seed}; logs in {cluster.folder}", flush=True)
    try:
        test_faults(cluster, arguments.executions, arguments.seconds)
        test_long_task_outlives_coordinators(cluster)
        test_cancelled_task_is_told(cluster)
        test_drain_loses_nothing(cluster)
        violations, _ = check_invariants(cluster.postgres.url)
        assert not violations, violations[:10]
        print("4 passed, 0 failed")
    finally:
        cluster.close()


if __name__ == "__main__":
    main()
