#!/usr/bin/env python3
"""Recorded executions and expressions, played again. The recordings are not part of the repository: the folder is
PAWL_CONFORMANCE, by default `../shared/conformance` beside the repository; without it the tests are skipped.

All must pass but those that ask for what Pawl does not have yet, which its own words say: a distributed Map."""
import os
import re
import subprocess
import sys
import unittest

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "support"))
from pawl_test import BIN, ROOT, Coordinator, Postgres, create_schema, free_port  # noqa: E402

FOLDER = os.environ.get("PAWL_CONFORMANCE", os.path.join(ROOT, "..", "shared", "conformance"))
NOT_YET = re.compile(r"is not available in this version of Pawl|The resource provided \S+ is not recognized"
                     r"|UnknownOperationException")
# Recordings that are older than others, which have what these lack: RedriveCount in the Context object,
# encryptionConfiguration in descriptions of state machines.
OLD = re.compile(r"/RedriveCount\n +expected: \(nothing\)|at /encryptionConfiguration .*\n +expected: \(nothing\)")


def run(script, *arguments):
    done = subprocess.run([sys.executable, os.path.join(FOLDER, script), *arguments], capture_output=True, text=True)
    return done.returncode, done.stdout + done.stderr


@unittest.skipUnless(os.path.isdir(FOLDER), f"there are no recordings in {FOLDER}")
class Conformance(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.lambda_port = free_port()
        postgres = Postgres()
        cls.addClassCleanup(postgres.close)
        create_schema(postgres.url)
        cls.coordinator = Coordinator(postgres.url, lambda_endpoint=f"http://127.0.0.1:{cls.lambda_port}",
                                      aws_sdk_allow="sfn:*")
        cls.addClassCleanup(cls.coordinator.close)
        cls.coordinator.wait_ready()

    def expressions(self, *arguments):
        status, output = run("check.py", "--pawl", os.path.join(BIN, "pawl"), *arguments)
        self.assertEqual(status, 0, output[-3000:])

    def test_paths_select_what_they_select_on_aws(self):
        self.expressions("--lang", "jsonpath", "--messages")

    def test_intrinsics_give_what_they_give_on_aws(self):
        self.expressions("--lang", "intrinsic")

    def machines(self, kind, at_least, *more):
        status, output = run("check_asl.py", "--endpoint", self.coordinator.endpoint, "--kind", kind,
                             "-j", "4", "--timeout", "60", *more)
        self.assertIn(status, (0, 1), output[-3000:])
        failures = [block for block in re.split(r"(?m)^(?=FAIL )", output) if block.startswith("FAIL ")]
        wrong = [block for block in failures if not NOT_YET.search(block) and not OLD.search(block)]
        self.assertEqual(wrong, [], "".join(wrong)[-3000:])
        passed = int(re.search(r"(?m)^(\d+) passed, \d+ failed$", output).group(1))
        self.assertGreaterEqual(passed, at_least, output[-3000:])

    def test_executions_end_as_on_aws_with_the_same_history(self):
        self.machines("execution", 415, "--strict")

    def test_functions_and_activities_are_called_as_on_aws(self):
        # Not to the letter of what is skipped: headers that Lambda and startExecution answered with.
        self.machines("execution", 466, "--lambda-port", str(self.lambda_port))
        self.machines("api", 63, "--lambda-port", str(self.lambda_port))

    def test_variables_of_jsonata_are_described_as_on_aws(self):
        self.machines("api", 2, "--strict", "--only", "*variable_references*jsonata*")

    def test_states_are_tested_as_on_aws(self):
        self.machines("teststate", 119, "--strict")

    def test_definitions_are_judged_as_on_aws(self):
        self.machines("validate", 3, "--strict")


if __name__ == "__main__":
    unittest.main()
