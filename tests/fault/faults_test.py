#!/usr/bin/env python3
"""Real faults under load, one kind after the other: nothing is lost or done twice, and the work goes on in time.

Small executions of every kind run on two coordinators, their tasks on four workers; every call of clients and workers
is recorded. Before each fault a burst of executions is started that the coordinators have in hand when it comes. In
the end every execution has ended as its input says, the checker is content with the database and with what the callers
were told, and after each fault every execution in hand has moved on within the bound of its kind: 3 s after the kill of
a coordinator, 15 s after a hang or a cut link, 5 s after PostgreSQL is up again.

    faults_test.py [--fault KIND]... [--seed N] [--rounds N | --seconds N] [--executions N] [--report FILE.json]

Kinds that this machine does not allow (most often for want of root) are skipped with a message; named ones fail.
"""
import argparse
import dataclasses
import json
import os
import random
import sys
import tempfile
import time

import fault_cluster
import resume_times
from call_log import CallLog
from fault_cluster import CLOCK, Cluster
from fault_kinds import KINDS
from pawl_test import check_invariants, wait_until
from small_load import Load

BURST = 32


def why_not(kind):
    reasons = [fault_cluster.why_not(need) for need in kind.needs]
    return "; ".join(reason for reason in reasons if reason)


class Phase:
    """One cluster, and all the kinds that it serves."""

    def __init__(self, kinds, arguments):
        self.kinds, self.arguments = kinds, arguments
        self.random = random.Random(f"{arguments.seed} {' '.join(kind.name for kind in kinds)}")
        self.folder = tempfile.mkdtemp(prefix="pawl-faults-")
        self.faults, self.wrong, self.counts = [], [], {}

    def run(self):
        needs = {need for kind in self.kinds for need in kind.needs}
        print(f"== {', '.join(kind.name for kind in self.kinds)}; logs in {self.folder}", flush=True)
        self.cluster = Cluster(needs, self.folder)
        try:
            self.calls = CallLog(os.path.join(self.folder, "calls.jsonl"))
            self.load = Load(self.cluster.endpoints, self.calls, self.arguments.seed, self.arguments.executions)
            self.load.deploy()
            self.cluster.start_workers(self.calls)
            self.load.begin()
            for kind in self.kinds:
                self.inject_all(kind)
            if self.load.drain(90):
                self.measure()
            self.check()
        finally:
            self.cluster.close()
        self.wrong += self.load.wrong

    def inject_all(self, kind):
        begun, count = time.monotonic(), 0
        wait_until(lambda: len(self.load.open) >= self.arguments.executions * 3 // 4, 60, "the load is there")
        while not self.load.wrong:
            if self.arguments.seconds and time.monotonic() - begun > self.arguments.seconds:
                break
            if not self.arguments.seconds and count == (self.arguments.rounds or max(3, len(kind.variants))):
                break
            self.inject(kind)
            count += 1

    def inject(self, kind):
        self.cluster.revive(self.random)
        chains = self.load.burst(BURST)
        time.sleep(self.random.uniform(0, 0.1))  # so that it comes at any moment
        fault = kind.inject(self.cluster, self.random)
        self.faults.append(fault)
        try:
            # That they end is what is wanted; in what time they move on is measured later.
            wait_until(lambda: all(chain.ended for chain in chains), fault.bound + 45, "the burst has ended")
        except AssertionError as error:
            self.load.is_wrong(f"after {fault.kind} {fault.variant}: {error}: "
                               f"{[chain.name for chain in chains if not chain.ended][:5]}")
        print(f"  {fault.kind} {fault.variant}: all of the burst ended {time.time() - fault.since:.1f} s after it",
              flush=True)
        time.sleep(self.random.uniform(0.5, 1.5))  # the pace of the faults

    def measure(self):
        self.cluster.fair_weather()
        runs = resume_times.read_runs(self.cluster.postgres, self.load)
        resume_times.measure(self.faults, runs, self.load)
        self.wrong += resume_times.early_timers(runs, self.load)
        if CLOCK in self.cluster.needs:
            self.wrong += resume_times.wrong_clocks(runs, tolerance=30)
        if {fault.kind for fault in self.faults} == {"clock-jump"}:
            self.wrong += resume_times.timed_out(runs)
        for fault in self.faults:
            for at, entry in fault.resumes.items():
                bound = fault.bound + (fault.more_for_tasks if at == "task" else 0)
                if entry["seconds"] > bound:
                    self.wrong.append(f"{fault.kind} {fault.variant} at {fault.at:.3f}: {entry['execution']} ({at}) "
                                      f"moved on after {entry['seconds']} s, not within {bound} s")

    def check(self):
        violations, with_calls = check_invariants(self.cluster.postgres.url, self.calls.path)
        self.wrong += violations
        events = self.cluster.postgres.query("select coalesce(sum(event_count), 0) from pawl.history")[0][0]
        with open(self.calls.path) as lines:
            told = sum(1 for _ in lines)
        self.counts = {"executions": sum(self.load.counts.values()), "events": int(events), "calls": told,
                       "calls_checked": with_calls, "violations": len(violations)}


def grouped(kinds):
    """Those with the same needs share a cluster."""
    groups = {}
    for kind in kinds:
        groups.setdefault(kind.needs, []).append(kind)
    return list(groups.values())


def table(rows, counts):
    print(f"\n{'fault':24}{'faults':>7}{'under way':>11}{'bound s':>9}   longest time to resume, s (measured)")
    for name, row in rows.items():
        times = ", ".join(f"{at} {entry['seconds']:.2f} ({entry['count']})" for at, entry in row["resumes"].items())
        print(f"{name:24}{row['faults']:>7}{row['open_mean']:>11}{row['bound']:>9}   {times}")
    print(f"{sum(row['faults'] for row in rows.values())} faults; {counts['executions']} executions; "
          f"{counts['events']} events {'and' if counts['calls_checked'] else 'checked, not'} {counts['calls']} calls"
          f"{' checked' if counts['calls_checked'] else ''}; "
          f"{counts['violations']} violations\n", flush=True)


def report(path, arguments, phases, rows, counts):
    with open(path, "w") as file:
        json.dump({"seed": arguments.seed, **counts, "kinds": rows,
                   "faults": [dataclasses.asdict(fault) for phase in phases for fault in phase.faults],
                   "wrong": [text for phase in phases for text in phase.wrong]}, file, indent=1)
        file.write("\n")


def chosen(arguments, parser):
    names = arguments.fault or [name for name in KINDS if name != "mixed"]
    kinds = []
    for name in dict.fromkeys(names):
        if name not in KINDS:
            parser.error(f"there is no kind of fault '{name}'; --list tells those that there are")
        reason = why_not(KINDS[name])
        if not reason:
            kinds.append(KINDS[name])
        elif arguments.fault and not arguments.skip:
            parser.error(f"{name} is not possible here: {reason}")
        else:
            print(f"skipped: {name}: {reason}")
    return kinds


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--fault", action="append", metavar="KIND", help="as --list says; all but mixed by default")
    parser.add_argument("--seed", type=int, default=random.randrange(1_000_000))
    parser.add_argument("--rounds", type=int, default=0,
                        help="faults of each kind; by default each variant, and at least 3")
    parser.add_argument("--seconds", type=int, default=0, help="of faults of each kind, instead of rounds")
    parser.add_argument("--executions", type=int, default=50, help="kept under way beside the bursts")
    parser.add_argument("--report", metavar="FILE.json", help="the table as JSON, with each fault")
    parser.add_argument("--skip", action="store_true", help="skip what is not possible here, even if it was named")
    parser.add_argument("--list", action="store_true", help="the kinds of faults")
    arguments = parser.parse_args()
    if arguments.list:
        for kind in KINDS.values():
            print(f"{kind.name:24}{kind.__doc__.strip()}" + (f" [not here: {why_not(kind)}]" if why_not(kind) else ""))
        return 0
    kinds = chosen(arguments, parser)
    print(f"seed {arguments.seed}", flush=True)
    phases = [Phase(group, arguments) for group in grouped(kinds)]
    for phase in phases:
        phase.run()
    rows = resume_times.summary([fault for phase in phases for fault in phase.faults])
    counts = {"executions": 0, "events": 0, "calls": 0, "calls_checked": True, "violations": 0}
    for phase in phases:
        for name, value in phase.counts.items():
            counts[name] = counts[name] and value if name == "calls_checked" else counts[name] + value
    table(rows, counts)
    if arguments.report:
        report(arguments.report, arguments, phases, rows, counts)
    wrong = [text for phase in phases for text in phase.wrong]
    for text in wrong[:20]:
        print("WRONG " + text)
    print(f"{len(phases) - sum(bool(phase.wrong) for phase in phases)} passed, "
          f"{sum(bool(phase.wrong) for phase in phases)} failed")
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
