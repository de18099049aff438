#!/usr/bin/env python3
"""`pawl fork` against real coordinators: what a fork begins with, what is refused, and what tells where it came from."""
import json
import os
import subprocess
import sys
import unittest

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
import redrive_test  # noqa: E402
from pawl_test import BIN  # noqa: E402
from redrive_test import machine, work  # noqa: E402

LINE = machine(
    A={"Type": "Pass", "Assign": {"v": 7}, "Parameters": {"from": "A"}, "Next": "B"},
    B=work(Next="C"),
    C={"Type": "Pass", "Parameters": {"out.$": "$", "v.$": "$v"}, "End": True})


class ForkTest(redrive_test.RedriveCase):
    def pawl(self, *arguments, code=0):
        done = subprocess.run([os.path.join(BIN, "pawl"), *arguments], capture_output=True, text=True,
                              env=dict(os.environ, PAWL_ENDPOINT=self.coordinators[0].endpoint))
        self.assertEqual(done.returncode, code, done.stderr)
        return done.stderr if code else done.stdout

    def failed_line(self):
        machine_arn = self.deploy(LINE)
        arn = self.start(machine_arn, '{"x": 1}')
        self.fail_task()
        self.end_of(arn)
        return machine_arn, arn

    def test_a_fork_begins_with_what_the_other_one_had(self):
        _, arn = self.failed_line()
        fork = self.pawl("fork", arn, "--from", "B").strip()
        self.do(fork, "succeed")
        end = self.end_of(fork)
        self.assertEqual((end["input"], json.loads(end["output"])), ('{"x": 1}', {"out": "done", "v": 7}))
        self.assertEqual(end["forkedFrom"], {"executionArn": arn, "state": "B", "eventId": 4})
        self.assertEqual([event["type"] for event in self.history(fork)][:3],
                         ["ExecutionStarted", "TaskStateEntered", "ActivityScheduled"])
        self.assertEqual(self.history(fork)[1]["stateEnteredEventDetails"]["input"], '{"from":"A"}')
        self.assertIn(arn, self.pawl("describe", fork))
        self.assertIn(f"forkedFrom={arn}", self.pawl("history", fork, "--wide"))
        self.assertNotIn("forkedFrom", self.describe(arn))

    def test_an_input_and_a_revision_of_its_own(self):
        machine_arn, arn = self.failed_line()
        self.aws.call("UpdateStateMachine", stateMachineArn=machine_arn,
                      definition=json.dumps(machine(B={"Type": "Pass", "Parameters": {"new.$": "$.mended"}, "End": True})))
        fork = self.pawl("fork", arn, "--from", "B", "--input", '{"mended": true}', "--definition", "current",
                         "--name", "mended").strip()
        self.assertTrue(fork.endswith(":mended"))
        self.assertEqual(self.end_of(fork)["output"], '{"new":true}')
        # A repeat of a fork that has ended is no repeat; the name is taken.
        self.assertIn("ExecutionAlreadyExists", self.pawl("fork", arn, "--from", "B", "--name", "mended", code=1))

    def test_a_fork_that_failed_is_redriven(self):
        _, arn = self.failed_line()
        fork = self.pawl("fork", arn, "--from", "B").strip()
        self.fail_task()
        self.end_of(fork)
        self.pawl("redrive", fork)
        self.do(fork, "succeed")
        self.assertEqual(json.loads(self.end_of(fork)["output"]), {"out": "done", "v": 7})

    def test_what_cannot_be_forked_is_told(self):
        _, arn = self.failed_line()
        self.assertIn("has no state 'X'", self.pawl("fork", arn, "--from", "X", code=1))
        self.assertIn("has never entered the state 'C'", self.pawl("fork", arn, "--from", "C", code=1))
        self.assertIn("no revision 'r'", self.pawl("fork", arn, "--from", "B", "--definition", "r", code=1))
        self.assertIn("ExecutionDoesNotExist", self.pawl("fork", arn + "x", "--from", "B", code=1))
        self.pawl("fork", arn, code=2)
        self.pawl("fork", arn, "--from", "B", "--input", "{", code=2)


if __name__ == "__main__":
    unittest.main(warnings="ignore")
