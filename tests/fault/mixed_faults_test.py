#!/usr/bin/env python3
"""All kinds of faults under load, drawn from a seed: nothing may be lost, nothing recorded twice.

Every second one of: a coordinator killed with -9; a coordinator stopped for seconds and continued, so that it wakes
with a position that others have moved on; every session of PostgreSQL terminated; PostgreSQL stopped as if it had
crashed, and started again. In the end every execution has SUCCEEDED, and the invariants hold over the tables.

    mixed_faults_test.py [--seed N] [--executions N] [--seconds N]
"""
import argparse
import collections
import random
import signal
import subprocess
import tempfile
import threading
import time

from order_load import Run, Workers

TERMINATE = """select pg_terminate_backend(pid) from pg_stat_activity
                where backend_type = 'client backend' and pid <> pg_backend_pid()"""


class Faults:
    def __init__(self, run, seed):
        self.run, self.random = run, random.Random(seed)
        self.counts = collections.Counter()

    def one(self):
        kind = self.random.choice(["kill", "pause", "terminate", "crash"])
        self.counts[kind] += 1
        getattr(self, kind)()

    def kill(self):
        victim = self.random.choice(self.run.coordinators)
        victim.kill()
        victim.start()

    def pause(self):
        victim = self.random.choice(self.run.coordinators)
        victim.process.send_signal(signal.SIGSTOP)
        time.sleep(self.random.choice([0.5, 3, 7]))  # the fault itself
        victim.process.send_signal(signal.SIGCONT)

    def terminate(self):
        self.run.postgres.query(TERMINATE)

    def crash(self):
        self.run.postgres.stop("immediate")
        self.run.postgres.start()


def open_executions(run):
    """None while PostgreSQL has gone or is coming back."""
    try:
        return run.open()
    except subprocess.CalledProcessError:
        return None


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--seed", type=int, default=random.randrange(1_000_000))
    parser.add_argument("--executions", type=int, default=300)
    parser.add_argument("--seconds", type=int, default=40, help="of faults; then what is left may end in peace")
    arguments = parser.parse_args()
    print(f"seed {arguments.seed}", flush=True)
    folder = tempfile.mkdtemp(prefix="pawl-fault-")
    run = Run(arguments.executions, folder)
    try:
        machine = run.deploy()
        workers = Workers(run.ports, 20)
        starter = threading.Thread(target=run.start_all, args=(machine,), daemon=True)
        starter.start()
        faults = Faults(run, arguments.seed)
        begun = time.monotonic()
        while starter.is_alive() or open_executions(run) != 0:
            assert time.monotonic() - begun < arguments.seconds + 120, f"{open_executions(run)} are still open"
            if time.monotonic() - begun < arguments.seconds:
                faults.one()
            time.sleep(1)  # the pace of the faults is the test's, not a wait for something
        workers.stop()
        run.check()
        print(f"{run.executions} executions SUCCEEDED through {dict(faults.counts)} in "
              f"{time.monotonic() - begun:.0f} s; {workers.completed} completions accepted, {workers.late} refused "
              f"as late; logs in {folder}")
        print("1 passed, 0 failed")
    finally:
        run.close()


if __name__ == "__main__":
    main()
