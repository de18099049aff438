#!/usr/bin/env python3
"""Every call of the store cut once before and once after its commit.

Two coordinators talk to PostgreSQL through a proxy that resets the connection at the nth request which runs a certain
statement, during a small fixed workload: before the server has got it, or after it has answered. All statements have
their turn, n goes from 1 until the workload takes fewer. Each time all executions end as they should, and at the end
the checker is content with the database and with what the callers were told.

    cut_calls_test.py [--most N] [--seed N] [--no-barrier] [--jobs N] [--report FILE.json]

With --most N, N of the calls of each statement are cut, drawn from the seed, one of them always the first. Most of a
round is waiting: with --jobs N, N processes share the calls, each with a PostgreSQL and coordinators of its own.
"""
import argparse
import collections
import itertools
import json
import os
import random
import subprocess
import sys
import tempfile
import threading
import time

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "support"))
from call_log import CallLog  # noqa: E402
from crashing_postgres import KillablePostgres  # noqa: E402
from load_worker import Handler  # noqa: E402
from pawl_test import Coordinator, check_invariants, create_schema, wait_until  # noqa: E402
from postgres_proxy import PostgresProxy  # noqa: E402
from small_load import Load  # noqa: E402

# One of each: all ways in which an execution moves on.
WORKLOAD = ["tasks", "tasks", "waits", "fork", "beats", "fails", "stopped", "shares", "keeps"]
END_WITHIN = 40
# What moves executions on; all the rest is read, or done now and then.
NEEDED = ["start", "move", "move_with_history", "move_with_branches", "close", "claim", "lock_ready", "COMMIT", "load",
          "start_child", "await_child", "ended_waits", "orphaned_waits", "forget_wait"]
# After the last one has ended: the children of those that were stopped, and what they leave.
REST_WITHIN = 30


class Rounds:
    def __init__(self, arguments):
        self.arguments, self.random = arguments, random.Random(arguments.seed)
        self.folder = tempfile.mkdtemp(prefix="pawl-cuts-")
        self.most, self.cuts = collections.Counter(), collections.Counter()  # by name; by name and how
        self.coordinators, self.slowest, self.postgres, self.load = [], 0, None, None

    def begin(self):
        self.postgres = KillablePostgres(["max_connections = 80"])
        self.postgres.query("create role pawl login")
        self.postgres.query("create database pawl owner pawl")
        self.postgres.url = f"postgresql://postgres@/pawl?host={self.postgres.folder}"
        self.proxy = PostgresProxy(os.path.join(self.postgres.folder, ".s.PGSQL.5432"))
        create_schema(self.proxy.url)
        barrier = "false" if self.arguments.no_barrier else "true"
        self.coordinators = [Coordinator(self.proxy.url, os.path.join(self.folder, f"coordinator-{i}.log"),
                                         database_connections=6, flush_barrier=barrier) for i in range(2)]
        for coordinator in self.coordinators:
            coordinator.wait_ready()
        endpoints = [f"127.0.0.1:{coordinator.port}" for coordinator in self.coordinators]
        self.calls = CallLog(os.path.join(self.folder, "calls.jsonl"))
        self.load = Load(endpoints, self.calls, self.arguments.seed)
        self.load.deploy()
        for number, activity in enumerate(["work", "work", "work", "pack", "pack", "work"]):
            handler = Handler(self.calls, f"w{number}", endpoints, activity, number)
            handler.teller.turn += number % 3 == 0  # tells the other coordinator, which has to load the execution
            threading.Thread(target=handler.run, daemon=True).start()
        for i in range(2):
            threading.Thread(target=self.load.watch, args=(self.load.client(f"r{i}", i),), daemon=True).start()

    def draw(self, kind):
        """The same executions in each round, but for their names."""
        execution = self.load.draw(kind)
        execution.input.update({"tasks": {"left": 2, "work": 0, "refuse": False}, "waits": {"pause": 0}}.get(kind, {}))
        if "items" in execution.input:
            execution.input["work"] = 0
            execution.input["items"] = [dict(item, work=0) for item in execution.input["items"][:3]]
        execution.stop_at = time.monotonic() + 1 if kind == "keeps" else 0  # its child has begun by then
        return execution

    def one(self, name="", n=0, how=""):
        """Runs the workload with a cut at the nth request of that name. Whether there was one."""
        self.proxy.arm(name, n, how)
        executions = [self.draw(kind) for kind in WORKLOAD]
        executions[1].input["refuse"] = True
        begun = time.monotonic()
        starters = [threading.Thread(target=self.load.start, daemon=True,
                                     args=(self.load.client(f"s{i}", i), execution))
                    for i, execution in enumerate(executions)]
        for starter in starters:
            starter.start()
        wait_until(lambda: self.load.wrong or all(execution.ended for execution in executions), END_WITHIN,
                   f"all has ended after a cut {how} request {n} of {name}: "
                   f"{[execution.name for execution in executions if not execution.ended]}")
        self.slowest = max(self.slowest, time.monotonic() - begun)
        requests, was_cut = self.proxy.disarm()
        for each, count in requests.items():
            self.most[each] = max(self.most[each], count)
        self.cuts[name, how] += was_cut
        assert not self.load.wrong, f"after a cut {how} request {n} of {name}: {self.load.wrong}"
        return was_cut

    def cut(self, name, n, how):
        """Not every round has each of the rare calls: those that must be cut are waited for."""
        return any(self.one(name, n, how) for _ in range(25 if n == 1 and name in self.needed() else 1))

    def needed(self):
        return NEEDED + ([] if self.arguments.no_barrier else ["flush"])

    def check(self):
        self.proxy.disarm()
        for left in ("select count(*) from pawl.execution", "select count(*) from pawl.child_wait"):
            wait_until(lambda left=left: self.postgres.query(left) == [["0"]], REST_WITHIN, f"{left}: 0")
        violations, _ = check_invariants(self.postgres.url, self.calls.path)
        assert not violations, violations[:10]

    def run(self):
        for _ in range(3):
            self.one()  # to learn what is called
        learnt = {name for name in self.most if name and not name.startswith(("prepare ", "set "))}
        names = sorted(learnt.union(self.needed()))
        self.random.shuffle(names)
        for name in names:
            for n in self.numbers(self.most[name]):
                if not [self.cut(name, n, how) for how in ("before", "after")].count(True):
                    break
            print(f"  {name}: {self.most[name]} in a round, cut before {self.cuts[name, 'before']}, after "
                  f"{self.cuts[name, 'after']}", flush=True)

    def numbers(self, count):
        """Which of so many calls are to be cut, and of those that come beyond."""
        share, shares = self.arguments.share
        if not self.arguments.most:
            return itertools.count(1 + share, shares)
        others = range(2, count + 1)
        return [1] + sorted(self.random.sample(others, min(len(others), self.arguments.most - 1)))

    def close(self):
        if self.load:
            self.load.stopped.set()
        for coordinator in self.coordinators:
            coordinator.close()
        if self.postgres:
            self.postgres.close()


def show(figures):
    print(", ".join(f"{name} {value}" for name, value in figures.items() if name != "statements"))


def figures_of(rounds):
    cuts = {how: sum(count for (_, at), count in rounds.cuts.items() if at == how) for how in ("before", "after")}
    return {"seed": rounds.arguments.seed, "cut_before": cuts["before"], "cut_after": cuts["after"],
            "executions": sum(rounds.load.counts.values()), "slowest_seconds": round(rounds.slowest, 2),
            "statements": {name: {how: rounds.cuts[name, how] for how in ("before", "after")}
                           for name in sorted({name for name, _ in rounds.cuts if name})}}


def add(sums, figures):
    for name in ("cut_before", "cut_after", "executions"):
        sums[name] += figures[name]
    sums["slowest_seconds"] = max(sums["slowest_seconds"], figures["slowest_seconds"])
    for name, cuts in figures["statements"].items():
        for how, count in cuts.items():
            sums["statements"].setdefault(name, {"before": 0, "after": 0})[how] += count


def run_share(arguments):
    rounds = Rounds(arguments)
    print(f"seed {arguments.seed}; logs in {rounds.folder}", flush=True)
    try:
        rounds.begin()
        rounds.run()
        rounds.check()
        return figures_of(rounds)
    finally:
        rounds.close()


def run_shares(arguments):
    """All shares at once, each in a process of its own; the sums of their figures."""
    with tempfile.TemporaryDirectory(prefix="pawl-cuts-") as folder:
        reports = [os.path.join(folder, f"{share}.json") for share in range(arguments.jobs)]
        options = ["--seed", str(arguments.seed)] + (["--no-barrier"] if arguments.no_barrier else [])
        processes = [subprocess.Popen([sys.executable, os.path.abspath(__file__), *options, "--report", report,
                                       "--share", str(share), str(arguments.jobs)])
                     for share, report in enumerate(reports)]
        codes = [process.wait() for process in processes]
        assert not any(codes), f"shares failed: {codes}"
        sums = None
        for report in reports:
            with open(report) as file:
                figures = json.load(file)
            if sums is None:
                sums = figures
            else:
                add(sums, figures)
        return sums


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--most", type=int, default=0, metavar="N", help="all by default")
    parser.add_argument("--seed", type=int, default=random.randrange(1_000_000))
    parser.add_argument("--no-barrier", action="store_true", help="with synchronous commits, as behind a pooler")
    parser.add_argument("--jobs", type=int, default=1, metavar="N")
    parser.add_argument("--share", type=int, nargs=2, default=(0, 1), metavar=("K", "N"), help="of --jobs: the Kth of N")
    parser.add_argument("--report", metavar="FILE.json")
    arguments = parser.parse_args()
    figures = run_shares(arguments) if arguments.jobs > 1 else run_share(arguments)
    show(figures)
    if arguments.report:
        with open(arguments.report, "w") as file:
            json.dump(figures, file, indent=1)
    needed = NEEDED + ([] if arguments.no_barrier else ["flush"])
    never = [f"{name} {how}" for name in needed for how in ("before", "after")
             if not figures["statements"].get(name, {}).get(how)]
    assert arguments.share[0] or not never, f"never cut: {never}"
    print("1 passed, 0 failed")


if __name__ == "__main__":
    sys.exit(main())
