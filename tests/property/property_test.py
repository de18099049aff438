#!/usr/bin/env python3
"""Random machines over random inputs have the same history whether the pure core runs them alone or the whole engine
does, with coordinators that are killed all the time.

Three coordinators on one PostgreSQL, one after the other killed with -9 and started again until all executions have
ended. Workers answer by a function of the task's input. Then property_reference runs the same executions by the core
alone, in the order in which their branches moved on, and compares event by event: all but times and workers' names
must be equal. Where the order of branches makes no difference to the core, the events must be those of any order.

    property_test.py [--seed S] [--machines N] [--executions M] [--keep FILE]

In the end the same histories are compared again with what must be noticed: a core that forgets the counters of
retriers, or variables; histories without one of their events, or with another input of a state.
"""
import argparse
import itertools
import json
import os
import shutil
import subprocess
import sys
import tempfile
import threading
import time

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "support"))
from pawl_test import (  # noqa: E402
    BIN, ApiError, Client, Coordinator, Postgres, check_invariants, create_schema, wait_until)
from property_worker import ACCOUNT, ACTIVITIES, Workers  # noqa: E402

ROLE = "arn:aws:iam::000000000000:role/property"
COORDINATORS = 3
OPEN_AT_ONCE = 150
KILL_EVERY = 0.7
LEAST_KILLS = 10


class Cases:
    """What property_reference makes of the arguments, and thinks of histories."""

    def __init__(self, arguments):
        self.arguments = ["--seed", str(arguments.seed), "--machines", str(arguments.machines),
                          "--executions", str(arguments.executions)]
        made = self.run("make")
        assert made.returncode == 0, made.stderr
        self.all = [json.loads(line) for line in made.stdout.splitlines()]

    def run(self, command, *more):
        return subprocess.run([os.path.join(BIN, "property_reference"), command, *self.arguments, *more],
                              capture_output=True, text=True)

    def compare(self, file, *more):
        """Whether all is the same, and what was said."""
        compared = self.run("compare", "--histories", file, *more)
        assert compared.returncode in (0, 1), f"could not compare: {compared.returncode} {compared.stderr}"
        return compared.returncode == 0, compared.stdout.strip()


class Cluster:
    def __init__(self, folder):
        self.postgres = Postgres(["max_connections = 200"])
        create_schema(self.postgres.url)
        self.coordinators = [Coordinator(self.postgres.url, os.path.join(folder, f"coordinator-{i}.log"),
                                         database_connections=8) for i in range(COORDINATORS)]
        for coordinator in self.coordinators:
            coordinator.wait_ready()
        self.ports = [coordinator.port for coordinator in self.coordinators]
        self.kills, self.stopped = 0, threading.Event()
        self.killer = threading.Thread(target=self.kill_them, daemon=True)

    def kill_them(self):
        """One after the other, as long as the next one is up: somebody goes on with the work."""
        while not self.stopped.wait(KILL_EVERY):
            victim = self.coordinators[self.kills % COORDINATORS]
            self.coordinators[(self.kills + 1) % COORDINATORS].wait_ready()
            victim.kill()
            victim.start()
            self.kills += 1

    def open(self):
        return int(self.postgres.query("select count(*) from pawl.execution")[0][0])

    def close(self):
        self.stopped.set()
        for coordinator in self.coordinators:
            coordinator.close()
        self.postgres.close()


class Run:
    def __init__(self, cluster, cases):
        self.cluster, self.cases, self.client = cluster, cases, Client(cluster.ports)

    def deploy(self):
        for name in ACTIVITIES:
            self.client.call("CreateActivity", name=name)
        for case in self.cases.all:
            self.client.call("CreateStateMachine", name=f"machine-{case['machine']}", definition=case["definition"],
                             roleArn=ROLE)

    def start_all(self):
        """Machine by machine the first execution, then the second ones, and so on."""
        for number in itertools.count():
            some = [case for case in self.cases.all if number < len(case["inputs"])]
            if not some:
                return
            for case in some:
                wait_until(lambda: self.cluster.open() < OPEN_AT_ONCE, 120, "an execution has ended")
                self.start(case, number)

    def start(self, case, number):
        try:
            self.client.call("StartExecution", stateMachineArn=f"{ACCOUNT}:stateMachine:machine-{case['machine']}",
                             name=f"{case['machine']}-{number}", input=case["inputs"][number])
        except ApiError as error:
            # The reply to a first try was lost, and the execution has ended since.
            assert error.code == "ExecutionAlreadyExists", error

    def histories(self):
        for case in self.cases.all:
            for number in range(len(case["inputs"])):
                events, more = [], {}
                while True:
                    page = self.client.call("GetExecutionHistory", maxResults=1000, executionArn=(
                        f"{ACCOUNT}:execution:machine-{case['machine']}:{case['machine']}-{number}"), **more)
                    events += page["events"]
                    if not page.get("nextToken"):
                        break
                    more = {"nextToken": page["nextToken"]}
                yield {"machine": case["machine"], "execution": number, "events": events}

    def whole(self):
        self.deploy()
        self.cluster.killer.start()
        workers = Workers(self.cluster.ports)
        self.start_all()
        wait_until(lambda: self.cluster.open() == 0, 300, "all executions closed")
        self.cluster.stopped.set()
        self.cluster.killer.join()
        workers.stop()
        assert self.cluster.kills >= LEAST_KILLS, f"only {self.cluster.kills} kills"
        print(f"{self.cluster.kills} kills; {workers.answered} answers accepted, {workers.late} came late or twice")
        violations, _ = check_invariants(self.cluster.postgres.url)
        assert not violations, violations[:10]
        return list(self.histories())


def write(folder, name, histories):
    path = os.path.join(folder, name)
    with open(path, "w") as file:
        for history in histories:
            file.write(json.dumps(history, ensure_ascii=False) + "\n")
    return path


def without_one(events):
    """Without an event in the middle that another one follows from: the others close the gap."""
    followed = [event["id"] for event in events if event["id"] in {other["previousEventId"] for other in events}]
    lost = followed[len(followed) // 2]
    before = events[lost - 1]["previousEventId"]

    def moved(number):
        return before if number == lost else number - (number > lost)

    return [dict(event, id=moved(event["id"]), previousEventId=moved(event["previousEventId"]))
            for event in events if event["id"] != lost]


def with_another_input(events):
    """One that is the same to JSON, in the last state that was entered."""
    place = max(i for i, event in enumerate(events) if "stateEnteredEventDetails" in event)
    details = events[place]["stateEnteredEventDetails"]
    changed = dict(events[place], stateEnteredEventDetails=dict(details, input=details["input"] + " "))
    return events[:place] + [changed] + events[place + 1:]


def check_noticed(cases, folder, path, histories):
    """What is broken on purpose is found."""
    for part in ("retries", "variables"):
        same, said = cases.compare(path, "--forget", part)
        assert not same, f"a core that forgets {part} goes unnoticed: {said}"
        print(f"a core that forgets {part}: {said.splitlines()[-1]}")
    for spoil in (without_one, with_another_input):
        spoiled = [dict(history, events=spoil(history["events"])) for history in histories]
        same, said = cases.compare(write(folder, spoil.__name__, spoiled))
        count = f"{len(histories)} different"
        assert not same and said.endswith(count), f"histories {spoil.__name__} go unnoticed: {said[-500:]}"
        print(f"histories {spoil.__name__}: {said.splitlines()[-1]}")


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--machines", type=int, default=40)
    parser.add_argument("--executions", type=int, default=3, help="of each machine")
    parser.add_argument("--keep", help="a file for the histories")
    arguments = parser.parse_args()
    folder = tempfile.mkdtemp(prefix="pawl-property-")
    begun = time.monotonic()
    cases = Cases(arguments)
    cluster = Cluster(folder)
    try:
        histories = Run(cluster, cases).whole()
    finally:
        cluster.close()
    path = write(folder, "histories", histories)
    if arguments.keep:
        write(".", arguments.keep, histories)
    same, said = cases.compare(path)
    print(f"seed {arguments.seed}: {said}", flush=True)
    assert same, f"histories differ; they and the logs are in {folder}"
    check_noticed(cases, folder, path, histories)
    shutil.rmtree(folder)
    print(f"took {time.monotonic() - begun:.0f} s\n1 passed, 0 failed")


if __name__ == "__main__":
    main()
