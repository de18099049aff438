"""A load whose clients remember all that they were told, and hold it against all that they are told later.

What is remembered for each execution: that its start was acknowledged; each event of its history that was read; each
completion that was acknowledged; each task that a worker got; its end, once somebody read it. A read that is sent
after one of these was learnt must show it again, as it was.
"""
import collections
import dataclasses
import http.client
import json
import os
import random
import sys
import threading
import time
import uuid

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "support"))
from pawl_test import ApiError, Client  # noqa: E402

ACCOUNT = "arn:aws:states:us-east-1:000000000000"
ACTIVITIES = ["a", "b", "c"]
ENDS = ("ActivitySucceeded", "ActivityFailed", "ActivityTimedOut")


def task(name, **more):
    return dict({"Type": "Task", "Resource": f"{ACCOUNT}:activity:{name}", "TimeoutSeconds": 5, "ResultPath": None,
                 "Parameters": {"name.$": "$.name", "state.$": "$$.State.Name", "retry.$": "$$.State.RetryCount"},
                 "Retry": [{"ErrorEquals": ["States.ALL"], "IntervalSeconds": 1, "MaxAttempts": 90, "BackoffRate": 1}]},
                **more)


def both(turn, branches):
    """Tasks of one execution, which end at any node in any order."""
    names = [(ACTIVITIES[i % len(ACTIVITIES)], f"{i} {turn}") for i in range(branches)]
    return [{"StartAt": f"Pass {name}", "States": {
        f"Pass {name}": {"Type": "Pass", "Next": f"Task {name}"},
        f"Task {name}": task(activity, End=True)}} for activity, name in names]


def crossing(branches):
    return {"StartAt": "First", "States": {
        "First": {"Type": "Pass", "Next": "Both"},
        "Both": {"Type": "Parallel", "Branches": both(1, branches), "ResultPath": None, "Next": "Then"},
        "Then": {"Type": "Pass", "Next": "Alone"},
        "Alone": task("c", Next="Again"),
        "Again": {"Type": "Parallel", "Branches": both(2, branches), "ResultPath": None, "Next": "Last"},
        "Last": {"Type": "Pass", "End": True}}}


class Told:
    """What the clients know of one execution."""

    def __init__(self, name):
        self.name, self.arn = name, f"{ACCOUNT}:execution:crossing:{name}"
        self.started, self.final = False, None
        self.events, self.completed, self.given = {}, set(), []


@dataclasses.dataclass
class Given:
    """One attempt of a task that a worker got."""
    attempt: str  # its input
    worker: str
    at: float


class Load:
    def __init__(self, ports, wanted=96, branches=2, workers=24, readers=6, starters=3, work_seconds=0, seed=0):
        self.ports, self.wanted, self.work_seconds, self.random = ports, wanted, work_seconds, random.Random(seed)
        self.lock, self.stopped, self.no_more_starts = threading.Lock(), threading.Event(), threading.Event()
        self.violations, self.counts = [], collections.Counter()
        self.all, self.open, self.hot = {}, set(), collections.deque(maxlen=64)
        self.client = Client(ports)
        for name in ACTIVITIES:
            self.client.call("CreateActivity", name=name)
        definition = json.dumps(crossing(branches))
        self.machine = self.client.call("CreateStateMachine", name="crossing", definition=definition,
                                        roleArn="arn:aws:iam::000000000000:role/r")["stateMachineArn"]
        self.threads = [threading.Thread(target=self.guard, args=(run, i), daemon=True)
                        for run, count in ((self.work, workers), (self.read, readers), (self.start, starters))
                        for i in range(count)]

    def begin(self):
        for thread in self.threads:
            thread.start()

    def guard(self, run, number):
        client = Client(self.ports[number % 2:] + self.ports[:number % 2], patience=0, timeout=20)
        while not self.stopped.is_set():
            try:
                run(client, number)
            except (OSError, http.client.HTTPException, ApiError):
                self.counts["unanswered"] += 1
                client.connections.clear()
                client.turn += 1
                time.sleep(0.01)

    def violation(self, text):
        with self.lock:
            if text not in self.violations:
                self.violations.append(text)

    # ------------------------------------------------------------------ starts

    def start(self, client, number):
        while not self.stopped.is_set():
            if self.no_more_starts.is_set() or len(self.open) >= self.wanted:
                time.sleep(0.01)  # the pace of the load
                continue
            told = Told(uuid.uuid4().hex)
            with self.lock:
                self.all[told.name] = told
                self.open.add(told.name)
            patient = Client(client.ports, patience=60)
            try:
                answer = patient.call("StartExecution", stateMachineArn=self.machine, name=told.name,
                                      input=json.dumps({"name": told.name}))
                assert answer["executionArn"] == told.arn, answer
            except ApiError as error:
                if error.code != "ExecutionAlreadyExists":  # that says as well that it was started
                    raise
            told.started = True
            self.counts["starts"] += 1

    # ------------------------------------------------------------------ workers

    def work(self, client, number):
        me = uuid.uuid4().hex
        activity = ACTIVITIES[number % len(ACTIVITIES)]
        answer = client.once("GetActivityTask", {"activityArn": f"{ACCOUNT}:activity:{activity}", "workerName": me})
        if not answer.get("taskToken"):
            return
        told = self.all[json.loads(answer["input"])["name"]]
        told.given.append(Given(answer["input"], me, time.time()))
        nonce = uuid.uuid4().hex
        self.hot.append(told)
        if self.work_seconds:
            time.sleep(random.uniform(0, self.work_seconds))  # the work
        client.turn += random.getrandbits(1)
        deadline = time.monotonic() + 10
        request = {"taskToken": answer["taskToken"], "output": json.dumps(nonce)}
        while time.monotonic() < deadline and not self.stopped.is_set():
            try:
                client.once("SendTaskSuccess", request)
                told.completed.add(nonce)
                self.counts["completions"] += 1
                self.hot.append(told)
                return
            except ApiError as error:
                if error.status < 500:
                    self.counts["refused"] += 1  # perhaps a repeat of one whose answer was lost
                    return
            except (OSError, http.client.HTTPException):
                client.connections.clear()
            client.turn += 1
            time.sleep(0.01)

    # ------------------------------------------------------------------ readers

    def read(self, client, number):
        with self.lock:
            some = random.choice(list(self.open)) if self.open else None
        told = self.hot.popleft() if self.hot and random.random() < 0.8 else self.all.get(some)
        if told is None:
            time.sleep(0.01)
            return
        client.turn += random.getrandbits(1)
        if random.random() < 0.3:
            self.describe(client, told)
        else:
            self.history(client, told)

    def missing(self, told, started):
        if started:
            self.violation(f"start of {told.name} was acknowledged, or seen, and is lost")

    def describe(self, client, told):
        started, final = told.started or bool(told.events), told.final
        try:
            answer = client.once("DescribeExecution", {"executionArn": told.arn})
        except ApiError as error:
            if error.code == "ExecutionDoesNotExist":
                return self.missing(told, started)
            raise
        self.counts["descriptions"] += 1
        state = (answer["status"], answer.get("output"), answer.get("stopDate"))
        if final and state != final:
            self.violation(f"the end of {told.name} was {final} and is {state}")
        told.started = True
        if state[0] != "RUNNING":
            told.final = state
            with self.lock:
                self.open.discard(told.name)

    def history(self, client, told):
        with self.lock:
            known, completed, given = dict(told.events), set(told.completed), list(told.given)
        started = told.started or bool(known)
        try:
            answer = client.once("GetExecutionHistory", {"executionArn": told.arn, "maxResults": 1000})
        except ApiError as error:
            if error.code == "ExecutionDoesNotExist":
                return self.missing(told, started)
            raise
        assert "nextToken" not in answer or not answer["nextToken"], "a history of one page"
        self.counts["histories"] += 1
        events = {event["id"]: event for event in answer["events"]}
        self.compare(told, known, events)
        self.look_at(told, answer["events"], completed, given)
        with self.lock:
            told.events.update(events)

    def compare(self, told, known, events):
        for number, event in known.items():
            if number not in events:
                return self.violation(f"event {number} of {told.name} was read and is gone: {event['type']}")
            if events[number] != event:
                return self.violation(f"event {number} of {told.name} was {event} and is {events[number]}")

    def look_at(self, told, events, completed, given):
        outputs, starts, ended, started = collections.Counter(), collections.Counter(), collections.Counter(), {}
        for place, event in enumerate(events, 1):
            if event["id"] != place:
                return self.violation(f"event {event['id']} of {told.name} stands at {place}")
            if event["type"] == "ActivitySucceeded":
                outputs[json.loads(event["activitySucceededEventDetails"]["output"])] += 1
            elif event["type"] == "ActivityStarted":
                scheduled = events[event["previousEventId"] - 1]
                starts[scheduled["id"]] += 1
                started[scheduled["activityScheduledEventDetails"]["input"]] = event
            if event["type"] in ENDS:
                ended[event["previousEventId"]] += 1
        for what, counts in (("result", outputs), ("hand-out of", starts), ("end of", ended)):
            for key, count in counts.items():
                if count > 1:
                    self.violation(f"{what} {key} stands {count} times in the history of {told.name}")
        for nonce in completed - set(outputs):
            self.violation(f"completion {nonce} of {told.name} was acknowledged and is lost")
        for one in given:
            self.look_at_hand_out(told, one, started.get(one.attempt))

    def look_at_hand_out(self, told, given, started):
        """The worker stands in the history, but for one who got what an earlier one was to get and did not."""
        if started is None:
            self.violation(f"{given} of {told.name} is lost")
        elif started["activityStartedEventDetails"]["workerName"] != given.worker:
            if started["timestamp"] > given.at + 0.05:
                self.violation(f"{given} of {told.name} is lost, and was given once more: {started}")

    # ------------------------------------------------------------------ the end

    def patiently(self, client, read, told):
        deadline = time.monotonic() + 60
        while True:
            try:
                return read(client, told)
            except (OSError, http.client.HTTPException, ApiError):
                if time.monotonic() > deadline:
                    raise
                client.connections.clear()
                client.turn += 1
                time.sleep(0.05)

    def drain(self, seconds):
        """Lets all executions end in peace, and reads everything once more."""
        self.no_more_starts.set()
        client = Client(self.ports, patience=0, timeout=20)
        deadline = time.monotonic() + seconds
        while self.open and time.monotonic() < deadline and not self.violations:
            for name in list(self.open):
                if self.all[name].started:
                    self.patiently(client, self.describe, self.all[name])
            time.sleep(0.2)
        for name in self.open:
            self.violation(f"execution {name} has not ended")
        self.stopped.set()
        for told in list(self.all.values()):
            if self.violations:
                return
            self.patiently(client, self.describe, told)
            self.patiently(client, self.history, told)
