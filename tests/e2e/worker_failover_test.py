#!/usr/bin/env python3
"""Workers on two coordinators that are killed, stopped with SIGSTOP and ended in good order under them: pawl-worker,
and a worker in C++ (worker/examples/greet.cc)."""
import json
import os
import signal
import subprocess
import sys
import tempfile
import time
import unittest
import uuid

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "support"))
from pawl_test import BIN, Client, Coordinator, Postgres, create_schema, wait_until  # noqa: E402

ACCOUNT = "arn:aws:states:us-east-1:000000000000"
SECONDS = 60  # that anything may take


class FailoverTest(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.postgres = Postgres()
        cls.addClassCleanup(cls.postgres.close)
        create_schema(cls.postgres.url)

    def setUp(self):
        self.name = "f-" + uuid.uuid4().hex[:8]
        self.folder = tempfile.TemporaryDirectory()
        self.addCleanup(self.folder.cleanup)
        self.coordinators = []
        for _ in range(2):
            self.coordinators.append(Coordinator(self.postgres.url))
            self.addCleanup(self.coordinators[-1].close)
        for coordinator in self.coordinators:
            coordinator.wait_ready()
        self.aws = Client([coordinator.port for coordinator in self.coordinators])

    def path(self, name):
        return os.path.join(self.folder.name, name)

    def addresses(self):
        return [f"127.0.0.1:{coordinator.grpc_port}" for coordinator in self.coordinators]

    def start(self, program, *arguments):
        log = self.path(f"log-{uuid.uuid4().hex[:4]}")
        with open(log, "w") as file:
            worker = subprocess.Popen([os.path.join(BIN, program), *arguments], stderr=file)
        worker.log = log
        self.addCleanup(worker.wait)
        self.addCleanup(worker.kill)
        return worker

    def start_worker(self, command, *arguments):
        return self.start("pawl-worker", "--activity", self.name, "--exec", command, "--heartbeat", "200ms",
                          "--coordinator", ",".join(self.addresses()), *arguments)

    def log_of(self, worker):
        with open(worker.log) as file:
            return file.read()

    def used_by(self, worker):
        """The coordinator that the worker's latest stream is at."""
        def latest():
            lines = [line for line in self.log_of(worker).splitlines() if "event=worker_connected" in line]
            return lines and lines[-1].rsplit(":", 1)[1].strip('"')
        port = int(wait_until(latest, SECONDS, "the worker is connected"))
        return next(coordinator for coordinator in self.coordinators if coordinator.grpc_port == port)

    def start_executions(self, count=1, activity=None, inputs=None, **task):
        activity = activity or self.name
        self.aws.call("CreateActivity", name=activity)
        state = {"Type": "Task", "Resource": f"{ACCOUNT}:activity:{activity}", "TimeoutSeconds": 120}
        state.update(task)
        machine = self.aws.call(
            "CreateStateMachine", name=self.name, roleArn="arn:aws:iam::000000000000:role/r", definition=json.dumps(
                {"StartAt": "A", "States": {"A": {**state, "Next": "B"}, "B": {**state, "End": True}}}))
        return [self.aws.call("StartExecution", stateMachineArn=machine["stateMachineArn"], name=f"e{i}",
                              input=json.dumps((inputs or {"n": i})))["executionArn"] for i in range(count)]

    def end_of(self, execution):
        def ended():
            described = self.aws.call("DescribeExecution", executionArn=execution)
            return described if described["status"] != "RUNNING" else None
        return wait_until(ended, SECONDS, f"{execution} ends")

    def events_of(self, execution, kind):
        events = self.aws.call("GetExecutionHistory", executionArn=execution, maxResults=1000)["events"]
        return [event for event in events if event["type"] == kind]

    def assert_all_ended_once(self, executions):
        for execution in executions:
            self.assertEqual(self.end_of(execution)["status"], "SUCCEEDED", execution)
            self.assertEqual(len(self.events_of(execution, "ActivitySucceeded")), 2)

    def test_no_task_is_lost_or_done_twice_when_a_coordinator_is_killed(self):
        executions = self.start_executions(count=40)
        done = self.path("done")
        # One line for each run of the command.
        worker = self.start_worker(f"echo $PAWL_TASK_TOKEN >>{done}; cat", "--concurrency", "4")
        wait_until(lambda: os.path.exists(done), SECONDS, "the first task is run")
        self.used_by(worker).kill()
        self.assert_all_ended_once(executions)
        with open(done) as file:
            tokens = file.read().split()
        self.assertEqual(len(tokens), len(set(tokens)))
        worker.send_signal(signal.SIGTERM)
        self.assertEqual(worker.wait(timeout=SECONDS), 0)

    def test_task_in_hand_survives_its_coordinator(self):
        executions = self.start_executions(HeartbeatSeconds=8)
        begun, go = self.path("begun"), self.path("go")
        worker = self.start_worker(f"touch {begun}; until [ -e {go} ]; do sleep 0.05; done; echo '{{}}'")
        wait_until(lambda: os.path.exists(begun), SECONDS, "the command runs")
        killed = self.used_by(worker)
        killed.kill()
        wait_until(lambda: self.used_by(worker) is not killed, SECONDS, "the worker is at the other one")
        open(go, "w").close()
        self.assert_all_ended_once(executions)
        self.assertEqual(len(self.events_of(executions[0], "ActivityStarted")), 2)

    def test_coordinator_that_hangs_is_left_within_seconds(self):
        worker = self.start_worker("cat")
        hung = self.used_by(worker)
        hung.process.send_signal(signal.SIGSTOP)
        stopped = time.monotonic()
        self.aws = Client([coordinator.port for coordinator in self.coordinators if coordinator is not hung])
        wait_until(lambda: self.used_by(worker) is not hung, SECONDS, "the worker is at the other one")
        self.assertLess(time.monotonic() - stopped, 7)
        self.assert_all_ended_once(self.start_executions())
        hung.process.send_signal(signal.SIGCONT)

    def test_drain_tells_what_is_in_hand_although_the_coordinator_dies(self):
        executions = self.start_executions()
        begun, go = self.path("begun"), self.path("go")
        worker = self.start_worker(f"touch {begun}; until [ -e {go} ]; do sleep 0.05; done; echo '{{}}'")
        wait_until(lambda: os.path.exists(begun), SECONDS, "the command runs")
        used = self.used_by(worker)
        worker.send_signal(signal.SIGTERM)
        wait_until(lambda: "event=worker_draining" in self.log_of(worker), SECONDS, "the worker drains")
        used.kill()
        open(go, "w").close()
        self.assertEqual(worker.wait(timeout=SECONDS), 0)
        self.assertEqual(len(self.events_of(executions[0], "ActivitySucceeded")), 1)
        # Nothing that the worker could have lost: the second state's task is for the next one.
        self.start_worker("cat")
        self.assert_all_ended_once(executions)

    def test_coordinator_that_ends_in_good_order_is_left_without_a_loss(self):
        executions = self.start_executions(count=20)
        worker = self.start_worker("cat", "--concurrency", "4")
        used = self.used_by(worker)
        self.assertEqual(used.terminate(), 0)
        self.assert_all_ended_once(executions)

    def test_worker_in_cpp_goes_on_at_the_other_coordinator(self):
        executions = self.start_executions(count=20, activity="greet", inputs={"name": "Ada"}, ResultPath="$.said")
        worker = self.start("pawl-example-greet", *self.addresses())
        self.used_by(worker).kill()
        self.assert_all_ended_once(executions)
        self.assertEqual(json.loads(self.end_of(executions[0])["output"])["said"], {"greeting": "Hello, Ada!"})
        worker.send_signal(signal.SIGTERM)
        self.assertEqual(worker.wait(timeout=SECONDS), 0)


if __name__ == "__main__":
    unittest.main(warnings="ignore")
