#!/usr/bin/env python3
"""pawl dev: comes up from nothing, keeps its data, survives kill -9, stops in good order."""
import json
import os
import shutil
import signal
import subprocess
import sys
import tempfile
import unittest

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "support"))
from pawl_test import BIN, Client, free_port, wait_until  # noqa: E402

PAWL = os.path.join(BIN, "pawl")
WAIT = {"StartAt": "W", "States": {"W": {"Type": "Wait", "Seconds": 2, "End": True}}}


class DevTest(unittest.TestCase):
    def setUp(self):
        self.folder = tempfile.mkdtemp(prefix="pawl-dev-")
        self.addCleanup(shutil.rmtree, self.folder, ignore_errors=True)
        os.chmod(self.folder, 0o755)  # the user postgres must get through when this is root
        self.port = free_port()
        self.client = Client([self.port], patience=60)

    def command(self):
        return [PAWL, "dev", "--data-dir", self.folder, "--listen-http", f"127.0.0.1:{self.port}",
                "--listen-grpc", "127.0.0.1:0"]

    def start(self):
        log = open(os.path.join(self.folder, "dev.log"), "a")
        dev = subprocess.Popen(self.command(), stdout=log, stderr=log)
        log.close()
        self.addCleanup(self.end, dev)
        self.client.call("ListStateMachines")
        return dev

    def end(self, dev):
        if dev.poll() is None:
            dev.terminate()
            dev.wait(timeout=60)

    def logged(self):
        with open(os.path.join(self.folder, "dev.log")) as file:
            return file.read()

    def postgres_runs(self):
        return os.path.exists(os.path.join(self.folder, "postgres", "postmaster.pid"))

    def start_execution(self):
        machine = self.client.call("CreateStateMachine", name="wait", roleArn="arn:aws:iam::000000000000:role/r",
                                   definition=json.dumps(WAIT))
        return self.client.call("StartExecution", stateMachineArn=machine["stateMachineArn"], name="one",
                                input="{}")["executionArn"]

    def wait_succeeded(self, execution):
        wait_until(lambda: self.client.call("DescribeExecution", executionArn=execution)["status"] == "SUCCEEDED",
                   60, "the execution succeeded")

    def test_keeps_its_data_over_a_stop(self):
        dev = self.start()
        execution = self.start_execution()
        dev.send_signal(signal.SIGINT)
        self.assertEqual(dev.wait(timeout=60), 0)
        self.assertFalse(self.postgres_runs())
        self.assertIn(f"http://127.0.0.1:{self.port}", self.logged())
        self.start()
        self.wait_succeeded(execution)

    def test_goes_on_after_it_was_killed(self):
        dev = self.start()
        execution = self.start_execution()
        dev.kill()
        dev.wait()
        self.start()
        self.wait_succeeded(execution)

    def test_second_one_on_the_same_data_is_refused(self):
        self.start()
        second = subprocess.run([PAWL, "dev", "--data-dir", self.folder, "--listen-http",
                                 f"127.0.0.1:{free_port()}"], capture_output=True, text=True, timeout=30)
        self.assertEqual(second.returncode, 1)
        self.assertIn("another `pawl dev`", second.stderr)


if __name__ == "__main__":
    unittest.main(warnings="ignore")
