"""Many small executions of every kind, each of which must end in a way that its input tells.

A bounded number is kept under way; watchers describe them until they have ended. All calls are recorded. A burst
starts executions that do nothing but Passes: a coordinator has each of them in hand from its start to its end.
"""
import collections
import http.client
import itertools
import json
import os
import random
import sys
import threading
import time

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "support"))
from call_log import RecordingClient  # noqa: E402
from pawl_test import ApiError  # noqa: E402

ACCOUNT = "arn:aws:states:us-east-1:000000000000"
ROLE = "arn:aws:iam::000000000000:role/r"
ACTIVITIES = ["work", "pack", "stream", "long"]
HEARTBEAT_SECONDS = 3
RETRY_SECONDS = 1
LONG_SECONDS = 5  # that a task of the activity `long` takes: heartbeats have to keep it alive


def task(activity, **more):
    """A hand-out that was lost and a worker that died end in a time-out, and are tried again."""
    return dict({"Type": "Task", "Resource": f"{ACCOUNT}:activity:{activity}", "TimeoutSeconds": 20,
                 "HeartbeatSeconds": HEARTBEAT_SECONDS,
                 "Retry": [{"ErrorEquals": ["States.Timeout", "States.HeartbeatTimeout"], "MaxAttempts": 99,
                            "IntervalSeconds": RETRY_SECONDS, "BackoffRate": 1}]}, **more)


def machine(**states):
    return {"StartAt": next(iter(states)), "States": states}


def run(child):
    """Starts an execution under the name of its own, or joins it, and waits for its end."""
    return {"Type": "Task", "Resource": "arn:aws:states:::states:startExecution.sync:2",
            "Parameters": {"StateMachineArn": f"{ACCOUNT}:stateMachine:{child}", "Name.$": "$$.Execution.Name",
                           "Input": {"n.$": "$.n"}}}


def chain(length):
    states = {f"P{i}": {"Type": "Pass", "Next": f"P{i + 1}"} for i in range(length)}
    return machine(**states, **{f"P{length}": {"Type": "Pass", "End": True}})


CHAIN_LENGTH = 300
MACHINES = {
    "chain": chain(CHAIN_LENGTH),
    "tasks": machine(
        Begin={"Type": "Pass", "Next": "Work"},
        Work=task("work", ResultPath="$.result", Next="Count",
                  Catch=[{"ErrorEquals": ["Refused"], "Next": "Caught"}]),
        Count={"Type": "Pass", "Next": "More", "Parameters": {
            "n.$": "$.n", "work.$": "$.work", "refuse.$": "$.refuse", "result.$": "$.result",
            "left.$": "States.MathAdd($.left, -1)"}},
        More={"Type": "Choice", "Default": "Done",
              "Choices": [{"Variable": "$.left", "NumericGreaterThan": 0, "Next": "Work"}]},
        Done={"Type": "Pass", "OutputPath": "$.result", "End": True},
        Caught={"Type": "Pass", "Result": "caught", "End": True}),
    "waits": machine(
        Wait={"Type": "Wait", "Seconds": 1, "Next": "Then"},
        Then={"Type": "Pass", "Next": "Again"},
        Again={"Type": "Wait", "SecondsPath": "$.pause", "Next": "Last"},
        Last={"Type": "Pass", "OutputPath": "$.n", "End": True}),
    "fork": machine(
        Both={"Type": "Parallel", "ResultPath": "$.both", "Next": "Each", "Branches": [
            machine(Pack=task("pack", End=True)),
            machine(Rest={"Type": "Wait", "Seconds": 1, "Next": "Rested"},
                    Rested={"Type": "Pass", "OutputPath": "$.n", "End": True})]},
        Each={"Type": "Map", "ItemsPath": "$.items", "ResultPath": "$.each", "MaxConcurrency": 2, "Next": "Out",
              "ItemProcessor": machine(Item=task("work", End=True))},
        Out={"Type": "Pass", "Parameters": {"both.$": "$.both", "each.$": "$.each"}, "End": True}),
    "stream": machine(First=task("stream", Next="Second"), Second=task("stream", End=True)),
    "long": machine(Long=task("long", End=True)),
    # Its heartbeats are asked for before a confirmation would be written: each hand-out is confirmed at once.
    "beats": machine(Beats=task("pack", HeartbeatSeconds=1, End=True)),
    "fails": machine(First={"Type": "Pass", "Next": "Fails"}, Fails={"Type": "Fail", "Error": "Wanted", "Cause": "so"}),
    "stopped": machine(Long={"Type": "Wait", "Seconds": 3600, "End": True}),
    # Two tasks wait for one child, unless one of them comes so late that it has ended.
    "shares": machine(
        Both={"Type": "Parallel", "ResultPath": "$.both", "Next": "Out", "Branches": [machine(**{
            f"Run{i}": dict(run("child"), OutputPath="$.Output", End=True, Catch=[
                {"ErrorEquals": ["StepFunctions.ExecutionAlreadyExistsException"], "ResultPath": None,
                 "Next": f"Late{i}"}]),
            f"Late{i}": {"Type": "Pass", "OutputPath": "$.n", "End": True}}) for i in range(2)]},
        Out={"Type": "Pass", "OutputPath": "$.both", "End": True}),
    "child": machine(Rest={"Type": "Wait", "Seconds": 2, "Next": "Rested"},
                     Rested={"Type": "Pass", "OutputPath": "$.n", "End": True}),
    # Stopped, and its child with it.
    "keeps": machine(Keep=dict(run("kept"), End=True)),
    "kept": machine(Long={"Type": "Wait", "Seconds": 3600, "End": True}),
}
STOPPED = ["stopped", "keeps"]
# How often each is drawn. A stream's task is a process of its own.
WEIGHTS = {"tasks": 6, "waits": 4, "fork": 3, "shares": 1, "stream": 1, "long": 1, "fails": 1, "stopped": 1}
LOST = (OSError, http.client.HTTPException, ApiError)


def input_of(kind, n, rng):
    if kind == "tasks":
        return {"n": n, "left": rng.randint(1, 4), "refuse": rng.random() < 0.15,
                "work": rng.choice([0, 0.05, 0.2, 0.2, 0.5, 4])}  # 4: needs heartbeats to live
    if kind == "fork":
        return {"n": n, "work": 0.1, "items": [{"n": n * 10 + i, "work": 0.1} for i in range(4)]}
    return {"n": n, "pause": rng.choice([1, 2])}


def end_of(kind, given):
    """Status and output, as they must be in the end."""
    if kind == "fails":
        return "FAILED", None
    if kind in STOPPED:
        return "ABORTED", None
    return "SUCCEEDED", {
        "chain": given,
        "stream": given,
        "long": given,
        "waits": given["n"],
        "shares": 2 * [given["n"]],
        "beats": {"n": given["n"]},
        "tasks": "caught" if given.get("refuse") else {"n": given["n"]},
        "fork": {"both": [{"n": given["n"]}, given["n"]],
                 "each": [{"n": item["n"]} for item in given.get("items", [])]},
    }[kind]


class Execution:
    def __init__(self, kind, name, given):
        self.kind, self.name, self.input = kind, name, given
        self.arn = f"{ACCOUNT}:execution:{kind}:{name}"
        self.started = self.ended = False
        self.stop_at = time.monotonic() + 1.5


class Load:
    def __init__(self, endpoints, log, seed, under_way=60):
        self.endpoints, self.log, self.random, self.under_way = endpoints, log, random.Random(seed), under_way
        self.lock, self.numbers = threading.Lock(), itertools.count(1)
        self.open, self.all, self.wrong, self.counts = {}, {}, [], collections.Counter()
        self.no_more_starts, self.stopped = threading.Event(), threading.Event()
        self.threads = [threading.Thread(target=run, args=(self.client(f"{role}{i}", i),), daemon=True)
                        for role, run, count in (("s", self.start_some, 4), ("r", self.watch, 3))
                        for i in range(count)]

    def client(self, name, turn=0, patience=120):
        client = RecordingClient(self.log, name, self.endpoints, patience=patience, timeout=5)
        client.turn = turn
        return client

    def deploy(self):
        client = self.client("deployer")
        for name in ACTIVITIES:
            client.call("CreateActivity", name=name)
        for name, definition in MACHINES.items():
            client.call("CreateStateMachine", name=name, definition=json.dumps(definition), roleArn=ROLE)

    def begin(self):
        for thread in self.threads:
            thread.start()

    def is_wrong(self, text):
        with self.lock:
            self.wrong.append(text)
        print("  WRONG " + text, flush=True)

    # ------------------------------------------------------------------ starts

    def draw(self, kind=None):
        with self.lock:
            n = next(self.numbers)
            kind = kind or self.random.choices(list(WEIGHTS), list(WEIGHTS.values()))[0]
            execution = Execution(kind, f"{kind}-{n}", input_of(kind, n, self.random))
            self.open[execution.name] = self.all[execution.name] = execution
        return execution

    def start(self, client, execution):
        request = {"stateMachineArn": f"{ACCOUNT}:stateMachine:{execution.kind}", "name": execution.name,
                   "input": json.dumps(execution.input)}
        try:
            client.call("StartExecution", **request)
        except ApiError as error:
            # The answer to a first try was lost, and the execution has ended since.
            if error.code != "ExecutionAlreadyExists":
                return self.is_wrong(f"{execution.name} could not be started: {error}")
        except LOST as error:
            return self.is_wrong(f"{execution.name} could not be started: {error}")
        execution.started = True
        self.counts[execution.kind] += 1

    def start_some(self, client):
        while not self.no_more_starts.is_set():
            if len(self.open) < self.under_way:
                self.start(client, self.draw())
            else:
                time.sleep(0.02)  # the pace of the load

    def burst(self, count, threads=4):
        """Starts `count` chains, and gives them back once all have begun."""
        chains = [self.draw("chain") for _ in range(count)]

        def some(first):
            client = self.client(f"b{first}", first)
            for execution in chains[first::threads]:
                self.start(client, execution)

        starters = [threading.Thread(target=some, args=(i,), daemon=True) for i in range(threads)]
        for starter in starters:
            starter.start()
        for starter in starters:
            starter.join()
        return chains

    # ------------------------------------------------------------------ watching

    def watch(self, client):
        client.patience = 0
        while not self.stopped.is_set():
            with self.lock:
                some = [execution for execution in self.open.values() if execution.started]
            if not some:
                time.sleep(0.05)
                continue
            for execution in random.sample(some, min(5, len(some))):
                self.patiently(client, lambda: self.look(client, execution), once=True)
            time.sleep(0.05)  # the pace of the load

    def patiently(self, client, call, once=False):
        while not self.stopped.is_set():
            try:
                return call()
            except LOST as error:
                if isinstance(error, ApiError) and error.status < 500:
                    return self.is_wrong(f"refused: {error}")
                client.connections.clear()
                client.turn += 1
                time.sleep(0.02)
                if once:
                    return None

    def look(self, client, execution):
        if execution.kind in STOPPED and time.monotonic() > execution.stop_at:
            client.once("StopExecution", {"executionArn": execution.arn, "error": "Stopped", "cause": "by a client"})
        if random.random() < 0.2:
            client.once("GetExecutionHistory", {"executionArn": execution.arn, "maxResults": 1000})
        answer = client.once("DescribeExecution", {"executionArn": execution.arn})
        if answer["status"] == "RUNNING" or execution.ended:
            return
        status, output = end_of(execution.kind, execution.input)
        found = json.loads(answer["output"]) if "output" in answer else None
        if (answer["status"], found) != (status, output):
            self.is_wrong(f"{execution.name} is {answer['status']} with {found}, not {status} with {output}")
        execution.ended = True
        with self.lock:
            self.open.pop(execution.name, None)

    def drain(self, seconds):
        """Lets all executions end; those that do not are wrong."""
        self.no_more_starts.set()
        deadline = time.monotonic() + seconds
        while self.open and time.monotonic() < deadline:
            time.sleep(0.1)
        self.stopped.set()
        with self.lock:
            left = sorted(self.open)
        if left:
            self.is_wrong(f"{len(left)} executions have not ended {seconds} s after the last fault: "
                          f"{', '.join(left[:10])}{', ...' if len(left) > 10 else ''}")
        return not left
