#!/usr/bin/env python3
"""pawl doctor and pawl why on a real node and database: what each kind of waiting looks like, that a database in use
is healthy, and that each thing that hurts it is named."""
import json
import os
import shutil
import signal
import subprocess
import sys
import tempfile
import time
import unittest

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "support"))
from pawl_test import BIN, Client, Coordinator, Postgres, create_schema, free_port, wait_until  # noqa: E402

PAWL = os.path.join(BIN, "pawl")
ACTIVITY = "arn:aws:states:us-east-1:000000000000:activity:"
ROLE = "arn:aws:iam::000000000000:role/r"


def lone(name, state):
    return {"StartAt": name, "States": {name: dict(state, End=True)}}


def task(activity, **more):
    return dict({"Type": "Task", "Resource": ACTIVITY + activity}, **more)


MACHINES = {
    "charge": lone("Charge", task("charge", TimeoutSeconds=3600)),
    "pause": lone("Pause", {"Type": "Wait", "Seconds": 3600}),
    "flaky": lone("Flaky", task("flaky", Retry=[
        {"ErrorEquals": ["States.ALL"], "IntervalSeconds": 900, "MaxAttempts": 4}])),
    "batch": lone("Batch", {"Type": "Map", "ItemsPath": "$.items", "MaxConcurrency": 3,
                            "ItemProcessor": lone("Item", task("item"))}),
    "done": lone("Done", {"Type": "Pass"}),
}
# All kinds of steps, over in a few seconds.
BUSY = {"StartAt": "Wait", "States": {
    "Wait": {"Type": "Wait", "Seconds": 1, "Next": "Map"},
    "Map": {"Type": "Map", "ItemsPath": "$.items", "MaxConcurrency": 4, "Next": "Fork",
            "ItemProcessor": lone("Item", task("item", HeartbeatSeconds=30, TimeoutSeconds=60))},
    "Fork": {"Type": "Parallel", "End": True, "Branches": [
        lone("Left", {"Type": "Wait", "Seconds": 1}), lone("Right", {"Type": "Pass"})]}}}


def pawl(*arguments, env=None):
    return subprocess.run([PAWL, *arguments], capture_output=True, text=True, timeout=120,
                          env=dict(os.environ, **(env or {})))


def finding(report, check):
    return next(found for found in report["findings"] if found["check"] == check)


class DoctorTest(unittest.TestCase):
    def setUp(self):
        self.postgres = Postgres()
        self.addCleanup(self.postgres.close)
        create_schema(self.postgres.url)
        self.coordinator = Coordinator(self.postgres.url, log=os.path.join(self.postgres.folder, "coordinator.log"))
        self.addCleanup(self.coordinator.close)
        self.coordinator.wait_ready()
        self.client = Client([self.coordinator.port])
        for activity in ("charge", "flaky", "item"):
            self.client.call("CreateActivity", name=activity)

    def start(self, machine):
        made = self.client.call("CreateStateMachine", name=machine, roleArn=ROLE,
                                definition=json.dumps(MACHINES[machine]))
        return self.client.call("StartExecution", stateMachineArn=made["stateMachineArn"], name="1",
                                input=json.dumps({"items": list(range(10))}))["executionArn"]

    def take(self, activity, worker):
        return self.client.call("GetActivityTask", activityArn=ACTIVITY + activity, workerName=worker)["taskToken"]

    def doctor(self, *arguments):
        """The exit code and the report."""
        done = pawl("doctor", "--database-url", self.postgres.url, "-o", "json", *arguments)
        self.assertIn(done.returncode, (0, 1), done.stderr)
        return done.returncode, json.loads(done.stdout)

    def why(self, execution, *arguments):
        done = pawl("why", execution, "--database-url", self.postgres.url, "--endpoint", self.coordinator.endpoint,
                    *arguments)
        self.assertEqual(done.returncode, 0, done.stderr)
        return done.stdout

    def why_says(self, execution, *texts):
        """Once it says so: a start is answered before its first state has been reached."""
        def said():
            out = self.why(execution)
            return out if all(text in out for text in texts) else None
        try:
            return wait_until(said, 15, "")
        except AssertionError:
            self.fail(f"{self.why(execution)}\nlacks one of {texts}")

    def start_all(self):
        for machine in MACHINES:
            self.start(machine)
        token = self.take("flaky", "w1")
        self.client.call("SendTaskFailure", taskToken=token, error="CardDeclined", cause="limit")
        self.client.call("SendTaskSuccess", taskToken=self.take("item", "w2"), output="{}")
        self.take("item", "w2")

    def test_why_says_what_each_execution_waits_for(self):
        self.start_all()
        self.why_says("charge/1", "Charge: waits for a worker of activity charge since",
                      "0 workers poll for it at the coordinator asked")
        self.why_says("pause/1", "Pause: waits until", "(in 59 min")
        self.why_says("flaky/1", "backoff: attempt 2 of 5 begins at", "failed at", "with CardDeclined: limit")
        self.why_says("batch/1", "Batch: Map: 4 of 10 items begun, 3 running, 1 ended; limit 3",
                      "Batch[1] > Item: its task of activity item was given to worker w2 at",
                      "has neither TimeoutSeconds nor HeartbeatSeconds",  # once it is confirmed
                      "Batch[2] > Item: waits for a worker of activity item since", "2 tasks of it wait")
        self.why_says("done/1", "closed: SUCCEEDED at")
        self.take("charge", "w3")
        self.why_says("arn:aws:states:us-east-1:000000000000:execution:charge:1",
                      "its task of activity charge was given to worker w3 at", "its TimeoutSeconds ends it at")
        document = json.loads(self.why("batch/1", "-o", "json"))
        self.assertEqual([branch["waitsFor"] for branch in document["branches"]],
                         ["branches", "task", "worker", "worker"])
        self.assertIn("batch/1", self.why(document["executionId"]))

    def test_why_tells_workers_that_poll_from_those_that_do_not(self):
        self.start("charge")
        poll = subprocess.Popen([os.path.join(BIN, "pawl-worker"), "--coordinator",
                                 f"127.0.0.1:{self.coordinator.grpc_port}", "--activity", "flaky", "--exec", "true"],
                                stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        self.addCleanup(poll.wait)
        self.addCleanup(poll.terminate)
        wait_until(lambda: self.client.call("ListActivities"), 10, "the coordinator answers")
        self.why_says("charge/1", "0 workers poll for it at the coordinator asked")
        self.client.call("DeleteActivity", activityArn=ACTIVITY + "charge")
        self.why_says("charge/1", "the activity was deleted")
        code, report = self.doctor("--quick")
        self.assertEqual((code, finding(report, "tasks")["level"]), (0, "WARN"))
        self.assertEqual(self.doctor("--quick", "--strict")[0], 1)

    def test_why_says_what_keeps_a_due_execution_from_moving(self):
        self.start("pause")
        self.coordinator.kill()
        self.postgres.query("update pawl.execution set claimable_at = now() - interval '1 min'")
        locker = subprocess.Popen(["psql", "-X", "-q", "-d", self.postgres.url + "&application_name=locker"],
                                  stdin=subprocess.PIPE, stdout=subprocess.DEVNULL, text=True)
        self.addCleanup(locker.wait)
        self.addCleanup(locker.stdin.close)
        self.why_says("pause/1", "no coordinator seems to run", "no node is connected")
        locker.stdin.write("begin; select from pawl.execution for update;\n")
        locker.stdin.flush()
        self.why_says("pause/1", "its row is locked by pid", "(locker) of user postgres, idle in transaction",
                      "select from pawl.execution for update;")

    def test_a_database_in_use_is_healthy(self):
        self.start_all()
        code, report = self.doctor("--strict")
        self.assertEqual((code, report["verdict"]), (0, "OK"), report)
        self.assertEqual(report["executions"]["total"], 4)
        self.assertIn("4 open and 1 closed", finding(report, "histories")["found"])
        self.assertIn("1 node connected", finding(report, "nodes")["found"])
        for arguments in ([], ["--quick"]):
            done = pawl("doctor", *arguments, env={"PAWL_DATABASE_URL": self.postgres.url})
            self.assertEqual((done.returncode, done.stderr), (0, ""), done)
            self.assertIn("\nhealthy\n", done.stdout)
            self.assertNotIn("WARN", done.stdout)
            self.assertEqual("histories" in done.stdout, not arguments)

    def test_what_moves_while_it_is_looked_at_is_not_taken_for_broken(self):
        made = self.client.call("CreateStateMachine", name="busy", roleArn=ROLE,
                                definition=json.dumps(BUSY))["stateMachineArn"]
        worker = subprocess.Popen([os.path.join(BIN, "pawl-worker"), "--coordinator",
                                   f"127.0.0.1:{self.coordinator.grpc_port}", "--activity", "item",
                                   "--concurrency", "8", "--exec", "cat"],
                                  stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        self.addCleanup(worker.wait)
        self.addCleanup(worker.terminate)
        started, looks = 0, 0
        deadline = time.monotonic() + 6
        while time.monotonic() < deadline:
            for _ in range(10):
                started += 1
                self.client.call("StartExecution", stateMachineArn=made, name=f"e{started}",
                                 input=json.dumps({"items": list(range(6))}))
            report = self.doctor()[1]
            looks += 1
            # Of a machine that is busy with other things nothing may be asked about time.
            broken = [found for found in report["findings"] if found["level"] == "BROKEN" and
                      found["check"] != "overdue"]
            self.assertEqual(broken, [])
        self.assertGreater(looks, 3)
        self.assertGreater(int(self.postgres.query("select count(*) from pawl.closed_execution")[0][0]), 0)

    def test_executions_saw_the_arns_of_the_account_that_is_configured(self):
        self.client.call("CreateStateMachine", name="self", roleArn=ROLE, definition=json.dumps(
            lone("Say", {"Type": "Pass", "Parameters": {"me.$": "$$.Execution.Id"}})))
        self.client.call("StartExecution", stateMachineArn="arn:aws:states:us-east-1:000000000000:stateMachine:self")
        wait_until(lambda: self.postgres.query("select 1 from pawl.closed_execution"), 10, "it ends")
        self.assertEqual(finding(self.doctor()[1], "histories")["level"], "OK")
        for other in (["--account-id", "123456789012"], ["--region", "eu-central-1"]):
            code, report = self.doctor(*other)
            self.assertEqual((code, finding(report, "histories")["level"]), (1, "BROKEN"), other)
            self.assertIn("replay-gives-history", str(finding(report, "histories")["details"]))

    def test_what_hurts_is_named(self):
        self.start_all()
        self.coordinator.terminate()
        self.assertEqual(finding(self.doctor("--quick")[1], "nodes")["level"], "WARN")
        hurt = {
            "histories": "update pawl.closed_execution set status = 3",
            "executions": "update pawl.execution set claimable_at = 'infinity' where machine_name = 'pause'",
            "partitions of history": "do $$ declare p text; begin for p in select c.relname from pg_inherits i join "
                                     "pg_class c on c.oid = i.inhrelid where i.inhparent = 'pawl.history'::regclass "
                                     "and c.relname ~ '_p' loop execute 'alter table pawl.history detach partition "
                                     "pawl.' || p; end loop; end $$",
        }
        for check, sql in hurt.items():
            self.assertEqual(finding(self.doctor()[1], check)["level"], "OK", check)
            self.postgres.query(sql)
            code, report = self.doctor()
            self.assertEqual((code, finding(report, check)["level"]), (1, "BROKEN"), report)
            if check == "histories":
                self.assertIn(": status-fits-history: it is FAILED", str(finding(report, check)["details"]))
            if check == "executions":
                [pause] = self.postgres.query("select execution_id from pawl.execution where name = '1' and "
                                              "machine_name = 'pause'")[0]
                self.assertIn("its timer is due at", finding(report, check)["details"][0])
                self.assertTrue(finding(report, check)["details"][0].startswith(pause), report)
                self.assertIn("BROKEN: waits until", self.why(pause))

    def test_a_server_that_does_not_flush_is_named(self):
        self.postgres.query("alter system set full_page_writes = off")
        self.postgres.query("select pg_reload_conf()")
        wait_until(lambda: self.postgres.query("show full_page_writes") == [["off"]], 10, "the setting is in force")
        code, report = self.doctor("--quick")
        self.assertEqual(code, 1)
        self.assertIn("full_page_writes=off", finding(report, "durability")["found"])

    def test_no_database_and_wrong_usage_have_their_exit_codes(self):
        nowhere = "postgresql://pawl:secret@127.0.0.1:1/pawl"
        for command in (["doctor"], ["why", "order/1"]):
            done = pawl(*command, "--database-url", nowhere)
            self.assertEqual(done.returncode, 3, done)
            self.assertNotIn("secret", done.stdout + done.stderr)
        for command in (["doctor", "--limit", "0"], ["why"], ["why", "order"], ["why", ACTIVITY + "x"]):
            self.assertEqual(pawl(*command, "--database-url", nowhere).returncode, 2, command)
        missing = pawl("why", "order/1", "--database-url", self.postgres.url)
        self.assertEqual((missing.returncode, "no execution order/1" in missing.stderr), (1, True), missing)

    def test_progress_is_shown_when_it_is_asked_for(self):
        self.start("pause")
        done = pawl("doctor", "--progress", "--database-url", self.postgres.url)
        self.assertEqual(done.returncode, 0, done.stderr)
        self.assertIn("open executions and branches: 1\n", done.stderr)


class DevDatabaseTest(unittest.TestCase):
    def test_the_database_of_pawl_dev_is_found(self):
        folder = tempfile.mkdtemp(prefix="pawl-dev-")
        self.addCleanup(shutil.rmtree, folder, ignore_errors=True)
        os.chmod(folder, 0o755)  # the user postgres must get through when this is root
        port = free_port()
        log = open(os.path.join(folder, "dev.log"), "w")
        self.addCleanup(log.close)
        dev = subprocess.Popen([PAWL, "dev", "--data-dir", folder, "--listen-http", f"127.0.0.1:{port}",
                                "--listen-grpc", "127.0.0.1:0"], stdout=log, stderr=log)
        self.addCleanup(dev.wait)
        self.addCleanup(dev.send_signal, signal.SIGTERM)
        Client([port], patience=60).call("ListStateMachines")
        done = pawl("doctor", "--quick", "--data-dir", folder)
        self.assertEqual(done.returncode, 0, done)
        self.assertIn(folder.replace("/", "%2f"), done.stdout)
        done = pawl("why", "order/1", "--data-dir", folder)
        self.assertEqual(done.returncode, 1, done)


if __name__ == "__main__":
    unittest.main(warnings="ignore")
