#!/usr/bin/env python3
"""Upgrades a database of each released schema (released/*.sql) and runs on: what was open is carried to its end."""
import glob
import os
import subprocess
import sys
import unittest

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path.insert(0, os.path.join(HERE, "..", "support"))
from pawl_test import BIN, Client, Coordinator, Postgres, create_schema, wait_until  # noqa: E402

ACCOUNT = "arn:aws:states:us-east-1:000000000000"


class UpgradeTest(unittest.TestCase):
    def setUp(self):
        self.postgres = Postgres()
        self.addCleanup(self.postgres.close)

    def status(self, name):
        return self.client.call("DescribeExecution", executionArn=f"{ACCOUNT}:execution:{name}:one")["status"]

    def work(self):
        """Completes the ready tasks, one after the other."""
        task = self.client.call("GetActivityTask", activityArn=f"{ACCOUNT}:activity:work", workerName="after")
        self.client.call("SendTaskSuccess", taskToken=task["taskToken"], output='"after the upgrade"')

    def load(self, dump):
        """Leaves the database as the dump has it, then upgraded."""
        subprocess.run(["psql", "-X", "-q", "-v", "ON_ERROR_STOP=1", "-d", self.postgres.url,
                        "-c", "drop schema if exists pawl cascade", "-f", dump], check=True,
                       stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        create_schema(self.postgres.url)

    def check(self, dump):
        self.load(dump)
        coordinator = Coordinator(self.postgres.url, retention="876000h")
        try:
            coordinator.wait_ready()
            self.client = Client([coordinator.port])
            self.carry_on()
        finally:
            coordinator.close()
        checked = subprocess.run([os.path.join(BIN, "invariant_check"), self.postgres.url], capture_output=True,
                                 text=True)
        self.assertEqual(checked.returncode, 0, checked.stdout + checked.stderr)

    def carry_on(self):
        self.assertEqual(self.status("pass"), "SUCCEEDED")
        machines = [machine["name"] for machine in self.client.call("ListStateMachines")["stateMachines"]]
        parents = ["parent"] if "parent" in machines else []  # since 0002
        for _ in range(4 + len(parents)):  # two branches, two items, a child
            self.work()
        for name in ["parallel", "map", *parents]:
            wait_until(lambda name=name: self.status(name) == "SUCCEEDED", 20, f"{name} has succeeded")
        for name in ("task", "wait"):
            self.assertEqual(self.status(name), "RUNNING")
            self.client.call("StopExecution", executionArn=f"{ACCOUNT}:execution:{name}:one")
            self.assertEqual(self.status(name), "ABORTED")

    def test_every_released_schema(self):
        dumps = sorted(glob.glob(os.path.join(HERE, "released", "*.sql")))
        self.assertTrue(dumps)
        for dump in dumps:
            with self.subTest(dump=os.path.basename(dump)):
                self.check(dump)


if __name__ == "__main__":
    unittest.main(warnings="ignore")
