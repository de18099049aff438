#!/usr/bin/env python3
"""Waiting costs nothing: many executions in a Wait of a day, and as many whose Wait ends at one moment.

After the first ones are asleep the coordinator's memory grows by less than 50 MB and its processor rests; those whose
time comes all end, none before it.

    sleepers_test.py [--executions N]
"""
import argparse
import json
import os
import re
import sys
import tempfile
import threading
import time
import urllib.request
from datetime import datetime, timedelta, timezone

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "support"))
from pawl_test import Client, Coordinator, Postgres, create_schema, wait_until  # noqa: E402

ROLE = "arn:aws:iam::000000000000:role/sleeper"
WAIT = {"StartAt": "Sleep", "States": {"Sleep": {"Type": "Wait", "TimestampPath": "$.until", "End": True}}}
STARTERS = 16
REST_SECONDS = 10


def stamp(time_utc):
    return time_utc.strftime("%Y-%m-%dT%H:%M:%SZ")


class Node:
    """A coordinator, seen from outside."""

    def __init__(self, coordinator):
        self.coordinator, self.pid = coordinator, coordinator.process.pid

    def memory(self):
        """Resident, in MB."""
        with open(f"/proc/{self.pid}/status") as status:
            return int(re.search(r"VmRSS:\s+(\d+) kB", status.read())[1]) / 1024

    def cpu(self):
        """Seconds spent so far."""
        with open(f"/proc/{self.pid}/stat") as stat:
            fields = stat.read().rsplit(")", 1)[1].split()
        return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")

    def metric(self, name):
        text = urllib.request.urlopen(self.coordinator.endpoint + "/metrics").read().decode()
        return float(re.search(rf"^{re.escape(name)} (\S+)$", text, re.M)[1])


def start_many(coordinator, machine, prefix, count, until):
    def some(first):
        client = Client([coordinator.port])
        for number in range(first, count, STARTERS):
            client.call("StartExecution", stateMachineArn=machine, name=f"{prefix}-{number}",
                        input=json.dumps({"until": until}))
    threads = [threading.Thread(target=some, args=(first,)) for first in range(STARTERS)]
    begun = time.monotonic()
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return count / (time.monotonic() - begun)


def asleep(postgres):
    return int(postgres.query("select count(*) from pawl.execution")[0][0])


def sleep_for_a_day(node, postgres, machine, count):
    tomorrow = stamp(datetime.now(timezone.utc) + timedelta(days=1))
    start_many(node.coordinator, machine, "first", 5000, tomorrow)  # its caches are full now
    before = node.memory()
    rate = start_many(node.coordinator, machine, "day", count, tomorrow)
    grown = node.memory() - before
    assert asleep(postgres) == count + 5000
    cpu = node.cpu()
    time.sleep(REST_SECONDS)  # what is measured
    cpu = (node.cpu() - cpu) / REST_SECONDS
    print(f"{count} asleep for a day: {rate:.0f} starts/s, memory {before:.0f} MB + {grown:.1f} MB, "
          f"at rest {100 * cpu:.2f} % of a processor")
    assert grown < 50, f"{grown:.1f} MB more"
    assert cpu < 0.05, f"{100 * cpu:.1f} % of a processor with nothing to do"


def wake_together(node, postgres, machine, count):
    others = asleep(postgres)
    # Far enough away for all to be asleep by then.
    due = datetime.now(timezone.utc) + timedelta(seconds=30 + count / 500)
    start_many(node.coordinator, machine, "short", count, stamp(due))
    due = due.replace(microsecond=0)
    assert datetime.now(timezone.utc) < due, "starting took longer than the sleep"
    assert asleep(postgres) == others + count, "some ended before their time"
    wait_until(lambda: asleep(postgres) == others, (due - datetime.now(timezone.utc)).total_seconds() + 120,
               "all whose time has come have ended")
    first, last, succeeded = postgres.query(
        "select min(closed_at), max(closed_at), count(*) filter (where status = 2) from pawl.closed_execution "
        "where name like 'short-%'")[0]
    early = postgres.query(f"select count(*) from pawl.closed_execution where closed_at < '{due.isoformat()}'")[0][0]
    print(f"{succeeded} woke together at {due.isoformat()}: first end {first}, last end {last}")
    assert int(succeeded) == count
    assert early == "0", f"{early} ended early"


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--executions", type=int, default=100_000)
    arguments = parser.parse_args()
    folder = tempfile.mkdtemp(prefix="pawl-sleepers-")
    postgres = Postgres()
    coordinator = None
    try:
        create_schema(postgres.url)
        coordinator = Coordinator(postgres.url, os.path.join(folder, "coordinator.log"))
        coordinator.wait_ready()
        machine = Client([coordinator.port]).call("CreateStateMachine", name="sleeper", definition=json.dumps(WAIT),
                                                  roleArn=ROLE)["stateMachineArn"]
        node = Node(coordinator)
        sleep_for_a_day(node, postgres, machine, arguments.executions)
        wake_together(node, postgres, machine, arguments.executions)
        print("1 passed, 0 failed")
    finally:
        if coordinator:
            coordinator.close()
        postgres.close()


if __name__ == "__main__":
    main()
