#!/usr/bin/env python3
"""Kills coordinators under load: nothing may be lost, nothing recorded twice.

Two coordinators on one PostgreSQL, workers that poll both. Executions of the order process are kept under way
while every second one of the coordinators is killed with -9 and started again. In the end every execution has
SUCCEEDED, and the invariants hold over the tables (invariant_check).

    kill_coordinators_test.py [--executions N] [--kills N] [--workers N]
"""
import argparse
import tempfile
import threading
import time

from order_load import Run, Workers, wait_until


class Killing:
    """Kills one coordinator after the other, as long as there is load and there are kills to make."""

    def __init__(self, run, wanted):
        self.run, self.wanted = run, wanted
        self.kills, self.under_load, self.most_open = 0, 0, 0

    def kill_one(self):
        open_before = self.run.open()
        victim = self.run.coordinators[self.kills % 2]
        victim.kill()
        victim.start()
        self.kills += 1
        self.under_load += open_before > 100
        self.most_open = max(self.most_open, open_before)

    def until_done(self, starter):
        while starter.is_alive() or self.run.open() > 0:
            if self.under_load < self.wanted or starter.is_alive():
                self.kill_one()
            time.sleep(1)  # the pace of the killing is the test's, not a wait for something

    def check(self):
        assert self.under_load >= self.wanted, \
            f"only {self.under_load} kills while more than 100 executions were open"


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--executions", type=int, default=500)
    parser.add_argument("--kills", type=int, default=25, help="at least so many while more than 100 are open")
    parser.add_argument("--workers", type=int, default=20)
    arguments = parser.parse_args()
    folder = tempfile.mkdtemp(prefix="pawl-fault-")
    run = Run(arguments.executions, folder)
    try:
        machine = run.deploy()
        workers = Workers(run.ports, arguments.workers)
        starter = threading.Thread(target=run.start_all, args=(machine,), daemon=True)
        begun = time.monotonic()
        starter.start()
        wait_until(lambda: run.open() > 100 or not starter.is_alive(), 60, "100 executions under way")
        killing = Killing(run, arguments.kills)
        killing.until_done(starter)
        print(f"took {time.monotonic() - begun:.0f} s; logs in {folder}")
        workers.stop()
        run.check()
        killing.check()
        print(f"{run.executions} executions SUCCEEDED; {killing.kills} kills, {killing.under_load} of them while more "
              f"than 100 were open (at most {killing.most_open}); {workers.completed} completions accepted, "
              f"{workers.late} refused as late")
        print("1 passed, 0 failed")
    finally:
        run.close()


if __name__ == "__main__":
    main()
