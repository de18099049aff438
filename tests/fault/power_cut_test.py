#!/usr/bin/env python3
"""Crashes PostgreSQL under load: what anybody was told must still be so afterwards.

Two coordinators on one PostgreSQL, which writes its log late (wal_writer_delay of 10 s) and syncs it slowly. About
once a second one of its backends is killed with -9, so that it recovers by itself; or all of its processes; or its
power is cut (synced_wal.cc); in part of them while one coordinator is stopped, which wakes when the other one has gone
on. The clients remember all that they were told (crash_load.py). In the end every execution ends.

With --break-rule a coordinator breaks one rule of the flush barrier, and the test must find a violation in time.

    power_cut_test.py [--seconds N] [--seed N] [--break-rule N ... [--at-most SECONDS]]
"""
import argparse
import collections
import os
import random
import re
import signal
import subprocess
import sys
import tempfile
import time
import urllib.request

from crash_load import Load
from crashing_postgres import CrashingPostgres
from pawl_test import BIN, Coordinator, check_invariants, create_schema

RULES = [1, 2, 3, 4, 5, 7]
# The result of a transition goes out before its commit, which takes a while longer.
LATE_COMMIT = """
create function pawl.commit_late() returns trigger language plpgsql as $$
begin
  if random() < 0.1 then
    raise notice 'the commit comes later';
    perform pg_sleep(random() * 0.03);
  end if;
  return null;
end $$;
create constraint trigger commit_late after insert on pawl.history
  deferrable initially deferred for each row execute function pawl.commit_late();
"""


class RuleBreaker(Coordinator):
    def __init__(self, rule, *arguments, **settings):
        self.rule = rule
        super().__init__(*arguments, **settings)

    def start(self):
        with open(self.log, "ab") as out:
            self.process = subprocess.Popen(
                [os.path.join(BIN, "rule_breaker"), str(self.rule)], env=self.environment,
                stdout=out, stderr=out)

    def metric(self, name):
        """The sum over its labels."""
        with urllib.request.urlopen(self.endpoint + "/metrics", timeout=20) as answer:
            lines = answer.read().decode().splitlines()
        return sum(float(line.split()[-1]) for line in lines if re.match(name + r"[ {]", line))


class Crashes:
    def __init__(self, postgres, coordinators, seed):
        self.postgres, self.coordinators, self.random = postgres, coordinators, random.Random(seed)
        self.counts = collections.Counter()

    def one(self):
        kind = self.random.choice(["backend", "backend", "all", "power"])
        stopped = self.random.choice(self.coordinators) if self.random.random() < 0.3 else None
        self.counts[kind + (" with a stopped coordinator" if stopped else "")] += 1
        if stopped:
            stopped.process.send_signal(signal.SIGSTOP)
        try:
            if kind == "backend":
                self.postgres.kill_backend(self.random)
                time.sleep(0.1)  # the server needs a moment to notice
                self.postgres.wait_ready()
            else:
                self.postgres.kill_all() if kind == "all" else self.postgres.cut_power()
                self.postgres.start()
            if stopped:
                time.sleep(self.random.uniform(0.3, 1.5))  # the fault itself
        finally:
            if stopped:
                stopped.process.send_signal(signal.SIGCONT)


class Run:
    def __init__(self, rule, seed):
        self.rule, self.seed, self.random, self.begun = rule, seed, random.Random(seed), time.monotonic()
        self.folder = tempfile.mkdtemp(prefix="pawl-crash-")
        print((f"rule {rule} broken; " if rule else "") + f"seed {seed}; logs in {self.folder}", flush=True)
        self.coordinators, self.load = [], None
        # Steps that rest a while and get late to the disk: so one that a crash took, and its node does not know it yet,
        # meets another one of the same version.
        self.slow = rule == 7 or rule == 0 and seed // 2 % 2
        self.postgres = CrashingPostgres(longest_sync=0.05 if self.slow else 0.02 if rule in (3, 4) else 0.005)

    def begin(self):
        create_schema(self.postgres.url)
        if self.rule == 2 or self.rule == 0 and self.seed % 2:
            self.postgres.query(LATE_COMMIT)
        for i in range(2):
            self.coordinators.append(RuleBreaker(self.rule, self.postgres.url,
                                                 os.path.join(self.folder, f"coordinator-{i}.log"),
                                                 database_connections=12))
        for coordinator in self.coordinators:
            coordinator.wait_ready()
        self.load = Load([coordinator.port for coordinator in self.coordinators],
                         **({"branches": 6, "workers": 120, "work_seconds": 0.6} if self.slow else {}))
        self.crashes = Crashes(self.postgres, self.coordinators, self.seed)
        self.load.begin()

    def crash(self, seconds):
        """Until that has passed, or a violation was found."""
        deadline = time.monotonic() + seconds
        before = collections.Counter()
        while time.monotonic() < deadline and not self.load.violations:
            time.sleep(self.random.uniform(0.4, 1.2))  # the pace of the crashes
            self.crashes.one()
            if sum(self.crashes.counts.values()) % 10 == 0:
                now = collections.Counter(self.load.counts)
                print(f"  {sum(self.crashes.counts.values())} crashes; since the last line {dict(now - before)}; "
                      f"{len(self.load.open)} open", flush=True)
                before = now

    def lost_events(self):
        """Events whose commits had returned, and which are not there: what a crash took, and nobody was told."""
        counted = sum(coordinator.metric("pawl_history_events_total") for coordinator in self.coordinators)
        return int(counted) - int(self.postgres.query("select coalesce(sum(event_count), 0) from pawl.history")[0][0])

    def check_tables(self):
        for violation in check_invariants(self.postgres.url)[0]:
            self.load.violation("invariants: " + violation)

    def report(self):
        epochs = sum(coordinator.metric("pawl_flush_epochs_ended_total") for coordinator in self.coordinators)
        print(f"  {time.monotonic() - self.begun:.0f} s; {dict(self.crashes.counts)}; {dict(self.load.counts)}; "
              f"{int(epochs)} epochs ended; "
              f"{len(self.load.violations)} violations")
        for violation in self.load.violations[:5]:
            print("  VIOLATION " + violation[:400], flush=True)

    def close(self):
        if self.load:
            self.load.stopped.set()
        for coordinator in self.coordinators:
            coordinator.close()
        self.postgres.close()


def test(rule, seed, seconds):
    run = Run(rule, seed)
    try:
        run.begin()
        run.crash(seconds)
        if not run.load.violations:
            run.load.drain(90)
            run.check_tables()
            print(f"  {run.lost_events()} events of commits that had returned were lost in crashes, and nobody was "
                  "told of them")
        run.report()
        return bool(run.load.violations)
    finally:
        run.close()


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--seed", type=int, default=random.randrange(1_000_000))
    parser.add_argument("--seconds", type=int, default=45, help="of crashes, with no rule broken")
    parser.add_argument("--break-rule", type=int, nargs="+", choices=RULES, default=[])
    parser.add_argument("--at-most", type=int, default=300, help="seconds until the violation of a broken rule")
    arguments = parser.parse_args()
    if arguments.break_rule:
        unseen = [rule for rule in arguments.break_rule if not test(rule, arguments.seed, arguments.at_most)]
        assert not unseen, f"the test does not notice when these rules are broken: {unseen}"
    else:
        assert not test(0, arguments.seed, arguments.seconds), "there were violations"
    print("1 passed, 0 failed")


if __name__ == "__main__":
    sys.exit(main())
