#!/usr/bin/env python3
"""PostgreSQL is killed with -9 again and again, one backend or all processes at once, while unflushed commits are
really lost (wal_writer_delay=10s). What clients were told stays true: acknowledged starts and completions are there,
events that were read do not change, no result is recorded twice.

    postgres_crash_test.py [--seconds N] [--load busy|slow|quiet]      the product: nothing may be violated
    postgres_crash_test.py --break-rule N [--seconds N]                with a rule of the barrier broken: passes when
                                                                       a violation is found within N seconds of faults

Loads: busy, tasks in parallel branches, completed at two coordinators, and readers; slow, the same with commits that
take 20 ms more after their result is known; quiet, executions that move without telling anybody, and readers.
The rules are those of docs/decisions/0005-flush-barrier.md.
"""
import argparse
import collections
import http.client
import json
import os
import random
import signal
import subprocess
import sys
import tempfile
import threading
import time
import uuid

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "support"))
from pawl_test import BIN, ApiError, Client, Coordinator, Postgres, create_schema, wait_until  # noqa: E402

ACCOUNT = "arn:aws:states:us-east-1:000000000000"
ROLE = "arn:aws:iam::000000000000:role/crash"
# The load that shows each rule soonest.
LOAD_FOR_RULE = {1: "busy", 2: "slow", 3: "busy", 4: "quiet", 5: "busy", 7: "slow"}


def task(activity):
    return {"Type": "Task", "Resource": f"{ACCOUNT}:activity:{activity}", "TimeoutSeconds": 8, "End": True,
            "Retry": [{"ErrorEquals": ["States.ALL"], "IntervalSeconds": 1, "MaxAttempts": 100, "BackoffRate": 1}]}


def pair(name, then):
    branches = [{"StartAt": name + activity, "States": {name + activity: task(activity)}} for activity in ["left", "right"]]
    return {"Type": "Parallel", "Branches": branches, "Next": then}


PAIRS = {"StartAt": "One", "States": {
    "One": pair("One ", "Between"),
    "Between": {"Type": "Pass", "Next": "Two"},
    "Two": pair("Two ", "Last"),
    "Last": {"Type": "Pass", "End": True}}}
# Moves every second, some thirty steps each time, and tells nobody.
DREAMER = {"StartAt": "Count", "States": {
    "Count": {"Type": "Pass", "Parameters": {"items": [1, 2, 3, 4, 5, 6, 7, 8], "left.$": "States.MathAdd($.left, -1)"},
              "Next": "Each"},
    "Each": {"Type": "Map", "ItemsPath": "$.items", "ResultPath": "$.seen", "MaxConcurrency": 1, "Next": "Rest",
             "ItemProcessor": {"StartAt": "See", "States": {"See": {"Type": "Pass", "Next": "Say"},
                                                             "Say": {"Type": "Pass", "End": True}}}},
    "Rest": {"Type": "Wait", "Seconds": 1, "Next": "More"},
    "More": {"Type": "Choice", "Choices": [{"Variable": "$.left", "NumericGreaterThan": 0, "Next": "Count"}],
             "Default": "Done"},
    "Done": {"Type": "Succeed"}}}
# NOTICE sends the result on before the commit, as a large result would.
SLOW_COMMITS = """
create function public.slow_commit() returns trigger language plpgsql as $$
begin raise notice 'committing'; perform pg_sleep(0.02); return null; end $$;
create constraint trigger slow_commit after insert or update or delete on pawl.execution deferrable initially deferred
  for each row execute function public.slow_commit();"""


class Violation(Exception):
    pass


class Record:
    """What clients were told. Raises as soon as something contradicts it."""

    def __init__(self):
        self.lock = threading.Lock()
        self.started = {}  # ARN by name
        self.completed = {}  # nonce: ARN is not known to workers
        self.events = collections.defaultdict(dict)  # ARN: id: event
        self.ended = {}  # ARN: (status, output)
        self.violations = []

    def violated(self, what):
        with self.lock:
            self.violations.append(what)

    def start(self, name, arn):
        with self.lock:
            self.started[name] = arn

    def completion(self, nonce):
        with self.lock:
            self.completed[nonce] = True

    def history(self, arn, events):
        with self.lock:
            known = self.events[arn]
            ids = [event["id"] for event in events]
            if ids != list(range(1, len(ids) + 1)):
                self.violations.append(f"{arn}: event ids {ids}")
            if len(known) > len(events):
                self.violations.append(f"{arn}: {len(known)} events were read, now there are {len(events)}")
            for event in events:
                text = json.dumps(event, sort_keys=True)
                if known.setdefault(event["id"], text) != text:
                    self.violations.append(f"{arn}: event {event['id']} was {known[event['id']]} and is {text}")

    def description(self, arn, status, output):
        with self.lock:
            if status == "RUNNING":
                if arn in self.ended:
                    self.violations.append(f"{arn} had ended, and runs")
            elif self.ended.setdefault(arn, (status, output)) != (status, output):
                self.violations.append(f"{arn} had ended with {self.ended[arn]}, now with {(status, output)}")


class Cluster(Postgres):
    def processes(self):
        """The postmaster and its children."""
        with open(os.path.join(self.data, "postmaster.pid")) as file:
            postmaster = int(file.readline())
        children = subprocess.run(["pgrep", "-P", str(postmaster)], capture_output=True, text=True).stdout.split()
        return postmaster, [int(child) for child in children]

    def backends(self):
        _, children = self.processes()
        found = []
        for child in children:
            try:
                with open(f"/proc/{child}/cmdline") as file:
                    if "[local]" in file.read():
                        found.append(child)
            except OSError:
                pass
        return found

    def kill_backend(self, rng):
        backends = self.backends()
        if backends:
            os.kill(rng.choice(backends), signal.SIGKILL)

    def kill_all(self):
        postmaster, children = self.processes()
        for pid in [postmaster] + children:
            try:
                os.kill(pid, signal.SIGKILL)
            except ProcessLookupError:
                pass
        wait_until(lambda: not any(os.path.exists(f"/proc/{pid}") for pid in [postmaster] + children), 10, "all gone")
        self.start()


class Load:
    def __init__(self, cluster, coordinators, kind, record):
        self.cluster, self.kind, self.record = cluster, kind, record
        self.ports = [coordinator.port for coordinator in coordinators]
        self.stopping, self.working = threading.Event(), threading.Event()
        self.working.set()
        self.arns = []
        client = Client(self.ports)
        for name in ["left", "right"]:
            client.call("CreateActivity", name=name)
        definition = DREAMER if kind == "quiet" else PAIRS
        self.machine = client.call("CreateStateMachine", name="crash", definition=json.dumps(definition),
                                   roleArn=ROLE)["stateMachineArn"]
        self.reads = 0
        clients = [(self.read, number) for number in range(6)]
        if kind == "quiet":
            self.workers = []
            clients += [(self.dream, number) for number in range(2)]
        else:
            self.workers = self.spawn([(self.work, number) for number in range(32)])
            clients += [(self.begin, number) for number in range(8)]
        self.clients = self.spawn(clients)

    def spawn(self, runs):
        threads = [threading.Thread(target=self.guard, args=run, daemon=True) for run in runs]
        for thread in threads:
            thread.start()
        return threads

    def guard(self, run, number):
        try:
            run(number)
        except Exception as error:  # a test that lost a thread must not pass
            self.record.violated(f"{run.__name__}: {error!r}")

    def client(self, number, patience=60):
        return Client(self.ports[number % 2:] + self.ports[:number % 2], patience=patience)

    def start_one(self, client, name, data):
        try:
            answer = client.call("StartExecution", stateMachineArn=self.machine, name=name, input=json.dumps(data))
        except ApiError as error:
            # The answer to a first try was lost, and the execution has ended meanwhile.
            if error.code != "ExecutionAlreadyExists":
                raise
            return None
        self.record.start(name, answer["executionArn"])
        self.arns.append(answer["executionArn"])
        return answer["executionArn"]

    def begin(self, number):
        """A closed loop: at most eight of its executions are open."""
        client, turn, mine = self.client(number), 0, collections.deque()
        while not self.stopping.is_set():
            arn = self.start_one(client, f"pairs-{number}-{turn}", {"turn": turn})
            turn += 1
            client.turn += 1
            if arn:
                mine.append(arn)
            while len(mine) >= 8 and not self.stopping.is_set():
                answer = client.call("DescribeExecution", executionArn=mine[0])
                self.record.description(mine[0], answer["status"], answer.get("output"))
                if answer["status"] == "RUNNING":
                    time.sleep(0.01)  # the pace of a client
                else:
                    mine.popleft()

    def dream(self, number):
        client = self.client(number)
        for turn in range(100_000):
            if self.stopping.is_set():
                return
            self.start_one(client, f"dream-{number}-{turn}", {"left": 20})
            self.stopping.wait(2)

    def work(self, number):
        activity = ["left", "right"][number // 2 % 2]
        client = self.client(number, patience=0)
        while self.working.is_set():
            try:
                polled = client.once("GetActivityTask", {"activityArn": f"{ACCOUNT}:activity:{activity}"})
            except (ApiError, OSError, http.client.HTTPException):
                client.connections.clear()
                time.sleep(0.02)
                continue
            if polled.get("taskToken"):
                self.complete(number, polled["taskToken"])

    def complete(self, number, token):
        nonce = uuid.uuid4().hex
        try:
            self.client(number).call("SendTaskSuccess", taskToken=token, output=json.dumps({"nonce": nonce}))
            self.record.completion(nonce)
        except ApiError as error:
            # Out of time, or a first try was recorded and its answer lost.
            if error.code != "TaskTimedOut":
                raise

    def read(self, number):
        client = self.client(number)
        while not self.stopping.is_set():
            if not self.arns:
                time.sleep(0.01)
                continue
            arn = random.choice(self.arns[-40:])
            answer = client.call("GetExecutionHistory", executionArn=arn, maxResults=1000)
            self.record.history(arn, answer["events"])
            self.reads += 1
            client.turn += 1

    def stop(self):
        """No new executions; those that are open end."""
        self.stopping.set()
        for thread in self.clients:
            thread.join(timeout=90)

    def end(self):
        self.working.clear()


def transitions(coordinators):
    """As the coordinators counted them, of those that wrote history."""
    total = 0
    for coordinator in coordinators:
        connection = http.client.HTTPConnection("127.0.0.1", coordinator.port)
        connection.request("GET", "/metrics")
        for line in connection.getresponse().read().decode().splitlines():
            if line.startswith("pawl_transitions_total{") and "quiet" not in line:
                total += float(line.split()[-1])
    return int(total)


def check(cluster, ports, record):
    """Everything that was told, against what there is now."""
    client = Client(ports)
    nonces = collections.Counter()
    for name, arn in list(record.started.items()):
        try:
            answer = client.call("DescribeExecution", executionArn=arn)
        except ApiError as error:
            record.violated(f"acknowledged start {name}: {error}")
            continue
        record.description(arn, answer["status"], answer.get("output"))
        if answer["status"] != "SUCCEEDED":
            record.violated(f"{name} is {answer['status']}")
        events = client.call("GetExecutionHistory", executionArn=arn, maxResults=1000)["events"]
        record.history(arn, events)
        for event in events:
            output = event.get("activitySucceededEventDetails", {}).get("output")
            if output:
                nonces[json.loads(output)["nonce"]] += 1
    for nonce, count in nonces.items():
        if count != 1:
            record.violated(f"result {nonce} is recorded {count} times")
    # Of executions whose start was not acknowledged, too.
    every = cluster.query("select count(*) from pawl.closed_execution")[0][0]
    if int(every) == len(record.started):
        for nonce in record.completed:
            if nonce not in nonces:
                record.violated(f"acknowledged completion {nonce} is nowhere")
    else:
        print(f"{every} executions, {len(record.started)} starts acknowledged")
        check_completions_of_all(cluster, client, record, nonces)


def check_completions_of_all(cluster, client, record, nonces):
    names = {row[0] for row in cluster.query("select name from pawl.closed_execution")} - set(record.started)
    for name in names:
        arn = f"{ACCOUNT}:execution:crash:{name}"
        for event in client.call("GetExecutionHistory", executionArn=arn, maxResults=1000)["events"]:
            output = event.get("activitySucceededEventDetails", {}).get("output")
            if output:
                nonces[json.loads(output)["nonce"]] += 1
    for nonce in record.completed:
        if nonce not in nonces:
            record.violated(f"acknowledged completion {nonce} is nowhere")


class Crashes:
    def __init__(self, cluster, seed):
        self.cluster, self.random, self.counts = cluster, random.Random(seed), collections.Counter()

    def one(self):
        if self.random.random() < 0.6:
            self.counts["one backend"] += 1
            self.cluster.kill_backend(self.random)
        else:
            self.counts["all processes"] += 1
            self.cluster.kill_all()


def open_executions(cluster):
    try:
        return int(cluster.query("select count(*) from pawl.execution")[0][0])
    except subprocess.CalledProcessError:  # it is coming back
        return -1


class RuleBreaker(Coordinator):
    def __init__(self, rule, *arguments, **settings):
        self.rule = rule
        super().__init__(*arguments, **settings)

    def start(self):
        out = open(self.log, "ab")
        self.process = subprocess.Popen([os.path.join(BIN, "rule_breaker"), str(self.rule)], env=self.environment,
                                        stdout=out, stderr=out)


def crash_under_load(cluster, load, record, seconds, seed, stop_at_violation):
    crashes, begun = Crashes(cluster, seed), time.monotonic()
    while time.monotonic() - begun < seconds and not (stop_at_violation and record.violations):
        time.sleep(crashes.random.uniform(0.4, 1.6))  # the pace of the faults
        crashes.one()
    return crashes.counts, time.monotonic() - begun


def run(arguments, rule, load_kind):
    folder = tempfile.mkdtemp(prefix="pawl-crash-")
    cluster = Cluster(["wal_writer_delay = 10s", "max_connections = 100", "restart_after_crash = on"])
    coordinators, record = [], Record()
    try:
        create_schema(cluster.url)
        if load_kind == "slow":
            cluster.query(SLOW_COMMITS)
        coordinators = [RuleBreaker(rule, cluster.url, os.path.join(folder, f"coordinator-{i}.log"), log_level="info")
                        for i in range(2)]
        for coordinator in coordinators:
            coordinator.wait_ready()
        load = Load(cluster, coordinators, load_kind, record)
        counts, took = crash_under_load(cluster, load, record, arguments.seconds, arguments.seed, rule != 0)
        load.stop()
        if not (rule and record.violations):
            try:
                wait_until(lambda: open_executions(cluster) == 0, 90, "all executions have ended")
            except AssertionError:
                record.violated(f"{open_executions(cluster)} executions do not end")
            load.end()
            check(cluster, load.ports, record)
            written = int(cluster.query("select count(*) from pawl.history")[0][0])
            print(f"{transitions(coordinators) - written} commits that had returned were lost unflushed", flush=True)
            checked = subprocess.run([os.path.join(BIN, "invariant_check"), cluster.url], capture_output=True, text=True)
            print(checked.stdout.strip())
            if checked.returncode:
                record.violated(checked.stderr)
        print(f"load {load_kind}, {took:.0f} s of faults ({dict(counts)}): {len(record.started)} starts and "
              f"{len(record.completed)} completions acknowledged, {load.reads} histories read, "
              f"{len(record.violations)} violations; logs in {folder}", flush=True)
        return record.violations
    finally:
        for coordinator in coordinators:
            coordinator.close()
        cluster.close()


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--seconds", type=int, default=30, help="of faults; then what is open may end in peace")
    parser.add_argument("--load", choices=["busy", "slow", "quiet"], default="busy")
    parser.add_argument("--break-rule", type=int, choices=sorted(LOAD_FOR_RULE), default=0)
    parser.add_argument("--seed", type=int, default=random.randrange(1_000_000))
    arguments = parser.parse_args()
    rule = arguments.break_rule
    print(f"seed {arguments.seed}, rule {rule or 'none'} broken", flush=True)
    violations = run(arguments, rule, LOAD_FOR_RULE.get(rule, arguments.load))
    for violation in violations[:5]:
        print("violation:", violation[:400])
    assert bool(violations) == bool(rule), "no violation was found" if rule else "something was lost"
    print("1 passed, 0 failed")


if __name__ == "__main__":
    main()
