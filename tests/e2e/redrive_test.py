#!/usr/bin/env python3
"""RedriveExecution over the API, with real coordinators: what each shape of machine does, event by event; what is
refused; and that an acknowledged redrive outlives a crash of everything."""
import json
import os
import re
import signal
import subprocess
import sys
import unittest
import uuid

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "support"))
from pawl_test import (BIN, ApiError, Client, Coordinator, Postgres, check_invariants, create_schema,  # noqa: E402
                       wait_until)

ACCOUNT = "arn:aws:states:us-east-1:000000000000"
ROLE = "arn:aws:iam::000000000000:role/r"
SECONDS = 60  # that anything may take
WORK = {"Type": "Task", "Resource": f"{ACCOUNT}:activity:work"}


def machine(**states):
    return {"StartAt": next(iter(states)), "States": states}


def work(**more):
    return dict(WORK, **more) if "Next" in more else dict(WORK, End=True, **more)


CHILD = machine(C=work())

# Name, definition, what is done, the whole history. `fail` and `succeed` are what a worker does with the next task,
# `events N` waits until the history has so many, `end` until the execution has ended.
SHAPES = [
    ("plain", machine(A={"Type": "Pass", "Next": "B"}, B=work()),
     "events 4, fail, end, redrive, succeed, end", """
 1 <0> ExecutionStarted
 2 <0> PassStateEntered A
 3 <2> PassStateExited A
 4 <3> TaskStateEntered B
 5 <4> ActivityScheduled
 6 <5> ActivityStarted
 7 <6> ActivityFailed
 8 <7> ExecutionFailed
 9 <8> ExecutionRedriven 1
10 <4> ActivityScheduled
11 <10> ActivityStarted
12 <11> ActivitySucceeded
13 <12> TaskStateExited B
14 <13> ExecutionSucceeded"""),
    ("retry exhausted", machine(B=work(Retry=[{"ErrorEquals": ["E"], "MaxAttempts": 1, "IntervalSeconds": 1}])),
     "fail, fail, end, redrive, fail, succeed, end", """
 1 <0> ExecutionStarted
 2 <0> TaskStateEntered B
 3 <2> ActivityScheduled
 4 <3> ActivityStarted
 5 <4> ActivityFailed
 6 <5> ActivityScheduled
 7 <6> ActivityStarted
 8 <7> ActivityFailed
 9 <8> ExecutionFailed
10 <9> ExecutionRedriven 1
11 <2> ActivityScheduled
12 <11> ActivityStarted
13 <12> ActivityFailed
14 <13> ActivityScheduled
15 <14> ActivityStarted
16 <15> ActivitySucceeded
17 <16> TaskStateExited B
18 <17> ExecutionSucceeded"""),
    ("catch taken", machine(B=work(Catch=[{"ErrorEquals": ["States.ALL"], "Next": "H"}]), H=work()),
     "fail, fail, end, redrive, succeed, end", """
 1 <0> ExecutionStarted
 2 <0> TaskStateEntered B
 3 <2> ActivityScheduled
 4 <3> ActivityStarted
 5 <4> ActivityFailed
 6 <5> TaskStateExited B
 7 <6> TaskStateEntered H
 8 <7> ActivityScheduled
 9 <8> ActivityStarted
10 <9> ActivityFailed
11 <10> ExecutionFailed
12 <11> ExecutionRedriven 1
13 <7> ActivityScheduled
14 <13> ActivityStarted
15 <14> ActivitySucceeded
16 <15> TaskStateExited H
17 <16> ExecutionSucceeded"""),
    ("timed out", dict(machine(B=work()), TimeoutSeconds=3),
     "end, redrive, succeed, end", """
 1 <0> ExecutionStarted
 2 <0> TaskStateEntered B
 3 <2> ActivityScheduled
 4 <0> ExecutionTimedOut
 5 <4> ExecutionRedriven 1
 6 <2> ActivityScheduled
 7 <6> ActivityStarted
 8 <7> ActivitySucceeded
 9 <8> TaskStateExited B
10 <9> ExecutionSucceeded"""),
    ("aborted, twice", machine(W={"Type": "Wait", "Seconds": 3600, "Next": "B"}, B=work()),
     "stop, end, redrive, stop, end, redrive, stop, end", """
 1 <0> ExecutionStarted
 2 <0> WaitStateEntered W
 3 <0> ExecutionAborted
 4 <3> ExecutionRedriven 1
 5 <0> ExecutionAborted
 6 <5> ExecutionRedriven 2
 7 <0> ExecutionAborted"""),
    ("Parallel", machine(P={"Type": "Parallel", "End": True, "Branches": [
        machine(A={"Type": "Pass", "End": True}), machine(B=work())]}),
     "events 7, fail, end, redrive, succeed, end", """
 1 <0> ExecutionStarted
 2 <0> ParallelStateEntered P
 3 <2> ParallelStateStarted
 4 <3> PassStateEntered A
 5 <3> TaskStateEntered B
 6 <5> ActivityScheduled
 7 <4> PassStateExited A
 8 <6> ActivityStarted
 9 <8> ActivityFailed
10 <9> TaskStateAborted
11 <9> ParallelStateFailed
12 <11> ExecutionFailed
13 <12> ExecutionRedriven 1
14 <5> ActivityScheduled
15 <14> ActivityStarted
16 <15> ActivitySucceeded
17 <16> TaskStateExited B
18 <17> ParallelStateSucceeded
19 <17> ParallelStateExited P
20 <19> ExecutionSucceeded"""),
    ("nested Map", machine(M={"Type": "Map", "ItemsPath": "$.rows", "MaxConcurrency": 1, "End": True,
                              "ItemProcessor": machine(N={"Type": "Map", "MaxConcurrency": 1, "End": True,
                                                          "ItemProcessor": machine(T=work())})}),
     "succeed, fail, end, redrive, succeed, end", """
 1 <0> ExecutionStarted
 2 <0> MapStateEntered M
 3 <2> MapStateStarted
 4 <3> MapIterationStarted M 0
 5 <4> MapStateEntered N
 6 <5> MapStateStarted
 7 <6> MapIterationStarted N 0
 8 <7> TaskStateEntered T
 9 <8> ActivityScheduled
10 <9> ActivityStarted
11 <10> ActivitySucceeded
12 <11> TaskStateExited T
13 <12> MapIterationSucceeded N 0
14 <12> MapIterationStarted N 1
15 <14> TaskStateEntered T
16 <15> ActivityScheduled
17 <16> ActivityStarted
18 <17> ActivityFailed
19 <18> MapIterationFailed N 1
20 <18> TaskStateAborted
21 <18> MapStateFailed
22 <21> MapIterationFailed M 0
23 <21> MapStateFailed
24 <23> ExecutionFailed
25 <24> ExecutionRedriven 1
26 <15> ActivityScheduled
27 <26> ActivityStarted
28 <27> ActivitySucceeded
29 <28> TaskStateExited T
30 <29> MapIterationSucceeded N 1
31 <30> MapStateSucceeded
32 <30> MapStateExited N
33 <32> MapIterationSucceeded M 0
34 <33> MapStateSucceeded
35 <33> MapStateExited M
36 <35> ExecutionSucceeded"""),
    ("child execution", machine(S={"Type": "Task", "Resource": "arn:aws:states:::states:startExecution.sync",
                                   "Parameters": {"StateMachineArn": f"{ACCOUNT}:stateMachine:child"}, "End": True}),
     "events 5, fail, end, redrive, events 11, succeed, end", """
 1 <0> ExecutionStarted
 2 <0> TaskStateEntered S
 3 <2> TaskScheduled
 4 <3> TaskStarted
 5 <4> TaskSubmitted
 6 <5> TaskFailed
 7 <6> ExecutionFailed
 8 <7> ExecutionRedriven 1
 9 <2> TaskScheduled
10 <9> TaskStarted
11 <10> TaskSubmitted
12 <11> TaskSucceeded
13 <12> TaskStateExited S
14 <13> ExecutionSucceeded"""),
]


def line(event):
    details = next((value for key, value in event.items() if key.endswith("EventDetails")), {})
    more = [str(details[key]) for key in ("name", "index", "redriveCount") if key in details]
    return " ".join([f"{event['id']:2} <{event['previousEventId']}> {event['type']}", *more])


class RedriveCase(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.postgres = Postgres()
        cls.addClassCleanup(cls.postgres.close)
        create_schema(cls.postgres.url)

    def setUp(self):
        self.coordinators = [Coordinator(self.postgres.url) for _ in range(2)]
        for coordinator in self.coordinators:
            self.addCleanup(coordinator.close)
            coordinator.wait_ready()
        self.aws = Client([coordinator.port for coordinator in self.coordinators])
        self.aws.call("CreateActivity", name="work")

    def tearDown(self):
        self.assertEqual(check_invariants(self.postgres.url)[0], [])

    def deploy(self, definition, name=None):
        return self.aws.call("CreateStateMachine", name=name or "m-" + uuid.uuid4().hex[:8], roleArn=ROLE,
                             definition=json.dumps(definition))["stateMachineArn"]

    def start(self, machine_arn, data="{}"):
        return self.aws.call("StartExecution", stateMachineArn=machine_arn, name="e-" + uuid.uuid4().hex[:8],
                             input=data)["executionArn"]

    def describe(self, arn):
        return self.aws.call("DescribeExecution", executionArn=arn)

    def end_of(self, arn):
        def ended():
            described = self.describe(arn)
            return described if described["status"] != "RUNNING" else None
        return wait_until(ended, SECONDS, f"end of {arn}")

    def task(self):
        return wait_until(lambda: self.aws.call("GetActivityTask", activityArn=WORK["Resource"]).get("taskToken"),
                          SECONDS, "a task")

    def fail_task(self):
        self.aws.call("SendTaskFailure", taskToken=self.task(), error="E", cause="why")

    def history(self, arn):
        return self.aws.call("GetExecutionHistory", executionArn=arn, maxResults=1000)["events"]

    def failed(self):
        """An execution that a worker has failed."""
        arn = self.start(self.deploy(machine(B=work())))
        self.fail_task()
        self.assertEqual(self.end_of(arn)["status"], "FAILED")
        return arn

    def refusal(self, **request):
        with self.assertRaises(ApiError) as refused:
            self.aws.call("RedriveExecution", **request)
        return refused.exception.code, refused.exception.message

    def do(self, arn, step):
        what, _, number = step.partition(" ")
        if what == "events":
            wait_until(lambda: len(self.history(arn)) >= int(number), SECONDS, f"{number} events")
        elif what == "fail":
            self.fail_task()
        elif what == "succeed":
            self.aws.call("SendTaskSuccess", taskToken=self.task(), output='"done"')
        elif what == "stop":
            self.aws.call("StopExecution", executionArn=arn)
        elif what == "redrive":
            self.aws.call("RedriveExecution", executionArn=arn)
        else:
            self.end_of(arn)


class RedriveTest(RedriveCase):
    def test_each_shape_goes_on_from_where_it_stood(self):
        self.deploy(CHILD, "child")
        for name, definition, steps, wanted in SHAPES:
            with self.subTest(shape=name):
                arn = self.start(self.deploy(definition), '{"rows": [[1, 2]]}')
                for step in steps.split(", "):
                    self.do(arn, step)
                found = "\n".join(line(event) for event in self.history(arn))
                self.assertEqual(found, wanted.strip("\n"))

    def test_describe_and_list_tell_of_it(self):
        arn = self.failed()
        before = self.describe(arn)
        self.assertEqual((before["redriveCount"], before["redriveStatus"]), (0, "REDRIVABLE"))
        self.assertNotIn("redriveDate", before)
        redriven = self.aws.call("RedriveExecution", executionArn=arn)["redriveDate"]
        running = self.describe(arn)
        self.assertEqual((running["status"], running["redriveCount"], running["redriveDate"]), ("RUNNING", 1, redriven))
        self.assertEqual((running["redriveStatus"], running["redriveStatusReason"]),
                         ("NOT_REDRIVABLE", "Execution is RUNNING and cannot be redriven"))
        for gone in ("stopDate", "error", "cause"):
            self.assertNotIn(gone, running)
        self.assertEqual(running["startDate"], before["startDate"])
        self.fail_task()
        ended = self.end_of(arn)
        self.assertEqual((ended["status"], ended["error"], ended["redriveCount"]), ("FAILED", "E", 1))
        listed = self.aws.call("ListExecutions", stateMachineArn=ended["stateMachineArn"])["executions"]
        self.assertEqual([(one["redriveCount"], one["redriveDate"]) for one in listed], [(1, redriven)])

    def test_what_cannot_be_redriven_is_refused(self):
        arn = self.start(self.deploy(machine(B={"Type": "Succeed"})))
        self.end_of(arn)
        self.assertEqual(self.refusal(executionArn=arn), (
            "ExecutionNotRedrivable",
            f"Execution {arn} invalid for redrive as: Execution is SUCCEEDED and cannot be redriven"))
        self.assertEqual(self.refusal(executionArn=arn + "x"), (
            "ExecutionDoesNotExist", f"Execution Does Not Exist: '{arn}x'"))
        self.assertEqual(self.refusal(executionArn=f"{ACCOUNT}:execution:m/Label:one")[0], "ValidationException")
        self.assertEqual(self.refusal(executionArn=f"{ACCOUNT}:stateMachine:m")[0], "InvalidArn")
        self.assertEqual(self.refusal(executionArn=arn, clientToken="with space"), (
            "ValidationException", "1 validation error detected: Value 'with space' at 'clientToken' failed to "
            "satisfy constraint: Member must satisfy regular expression pattern: [!-~]+"))
        self.assertEqual(self.refusal(executionArn=arn, clientToken="x" * 65)[0], "ValidationException")
        failed = self.failed()
        self.aws.call("DeleteStateMachine", stateMachineArn=self.describe(failed)["stateMachineArn"])
        self.assertEqual(self.refusal(executionArn=failed)[1],
                         f"Execution {failed} invalid for redrive as: State machine is in DELETING status")
        self.assertEqual(self.describe(failed)["redriveStatusReason"], "State machine is in DELETING status")

    def test_a_repeat_with_its_token_is_answered_as_the_first_call(self):
        arn = self.failed()
        first = self.aws.call("RedriveExecution", executionArn=arn, clientToken="t-1")
        for coordinator in self.coordinators:
            again = Client([coordinator.port]).call("RedriveExecution", executionArn=arn, clientToken="t-1")
            self.assertEqual(again, first)
        self.assertEqual(self.refusal(executionArn=arn, clientToken="t-2")[0], "ExecutionNotRedrivable")
        self.assertEqual(self.describe(arn)["redriveCount"], 1)
        self.do(arn, "succeed")

    def test_an_acknowledged_redrive_outlives_a_crash_of_everything(self):
        arn = self.failed()
        for count in range(1, 6):
            self.aws.call("RedriveExecution", executionArn=arn)
            self.postgres.stop("immediate")
            for coordinator in self.coordinators:
                coordinator.kill()
            self.postgres.start()
            for coordinator in self.coordinators:
                coordinator.start()
                coordinator.wait_ready()
            described = self.describe(arn)
            self.assertEqual((described["status"], described["redriveCount"]), ("RUNNING", count))
            self.fail_task()
            self.assertEqual(self.end_of(arn)["status"], "FAILED")

    def test_the_old_revision_is_gone_on_with(self):
        machine_arn = self.deploy(machine(B=work(Next="P"), P={"Type": "Pass", "Result": "old", "End": True}))
        arn = self.start(machine_arn)
        self.fail_task()
        self.end_of(arn)
        self.aws.call("UpdateStateMachine", stateMachineArn=machine_arn,
                      definition=json.dumps(machine(X={"Type": "Pass", "Result": "new", "End": True})))
        self.aws.call("RedriveExecution", executionArn=arn)
        self.do(arn, "succeed")
        self.assertEqual(self.end_of(arn)["output"], '"old"')


class BulkRedriveTest(RedriveCase):
    """`pawl redrive` with a filter."""

    def pawl(self, *arguments, code=0):
        done = subprocess.run([os.path.join(BIN, "pawl"), "redrive", *arguments], capture_output=True, text=True,
                              env=dict(os.environ, PAWL_ENDPOINT=self.coordinators[0].endpoint))
        self.assertEqual(done.returncode, code, done.stderr)
        return done

    def machine_with(self, errors):
        """A machine, and an execution of it that has failed with each of these."""
        machine_arn = self.deploy(machine(B=work()))
        for error in errors:
            arn = self.start(machine_arn)
            self.aws.call("SendTaskFailure", taskToken=self.task(), error=error)
            self.end_of(arn)
        return machine_arn.rpartition(":")[2], machine_arn

    def counts(self, machine_arn):
        listed = self.aws.call("ListExecutions", stateMachineArn=machine_arn)["executions"]
        return sorted(one["redriveCount"] for one in listed)

    def finish(self, number):
        for _ in range(number):
            self.aws.call("SendTaskSuccess", taskToken=self.task(), output="1")

    def test_one_execution(self):
        arn = self.failed()
        self.assertEqual(self.pawl(arn).stdout, f"redriven {arn}\n")
        self.assertIn("ExecutionNotRedrivable", self.pawl(arn, code=1).stderr)
        self.finish(1)

    def test_a_dry_run_counts_and_changes_nothing(self):
        name, machine_arn = self.machine_with(["E", "F", "E"])
        self.assertIn("3 executions would be redriven", self.pawl("--machine", name, "--dry-run").stdout)
        filtered = json.loads(self.pawl("--machine", name, "--error", "E", "--dry-run", "-o", "json").stdout)
        self.assertEqual(filtered["count"], 2)
        self.assertEqual(self.counts(machine_arn), [0, 0, 0])

    def test_a_filter_selects(self):
        name, machine_arn = self.machine_with(["E", "F", "E"])
        stopped = self.start(machine_arn)
        self.aws.call("StopExecution", executionArn=stopped)
        self.assertEqual(self.pawl("--machine", name, "--since", "1h", "--until", "30m").stdout, "redriven 0 of 0\n")
        self.assertEqual(self.pawl("--machine", name, "--status", "TIMED_OUT").stdout, "redriven 0 of 0\n")
        self.assertEqual(self.pawl("--machine", name, "--error", "F").stdout, "redriven 1 of 1\n")
        self.assertEqual(self.pawl("--machine", name, "--limit", "1").stdout, "redriven 1 of 1\n")
        self.assertEqual(self.counts(machine_arn), [0, 0, 1, 1])
        self.assertEqual(self.pawl("--machine", name, "--status", "FAILED,ABORTED").stdout, "redriven 2 of 2\n")
        self.assertEqual(self.counts(machine_arn), [1, 1, 1, 1])
        self.finish(4)

    def test_a_run_over_again_redrives_none_twice(self):
        name, machine_arn = self.machine_with(["E", "E", "E"])
        first = json.loads(self.pawl("--machine", name, "--limit", "2", "-o", "json").stdout)
        self.assertEqual(first["redriven"], 2)
        for _ in range(2):
            self.fail_task()  # again, after the redrive
        wait_until(lambda: all(one["status"] == "FAILED" for one in self.aws.call(
            "ListExecutions", stateMachineArn=machine_arn)["executions"]), SECONDS, "the failures")
        again = json.loads(self.pawl("--machine", name, "--until", first["until"], "-o", "json").stdout)
        self.assertEqual((again["redriven"], again["refused"]), (1, []))
        self.assertEqual(self.counts(machine_arn), [1, 1, 1])
        self.finish(1)

    def test_an_interrupted_run_goes_on_where_it_was(self):
        machine_arn = self.deploy(machine(F={"Type": "Fail", "Error": "E"}))
        name = machine_arn.rpartition(":")[2]
        for i in range(1000):
            self.aws.call("StartExecution", stateMachineArn=machine_arn, name=f"e{i}")
        redriven = "select count(*) from pawl.closed_execution where redrive_count is not null and machine_name = " \
                   f"'{name}'"
        wait_until(lambda: not self.aws.call("ListExecutions", stateMachineArn=machine_arn,
                                             statusFilter="RUNNING")["executions"], SECONDS, "all have failed")
        run = subprocess.Popen([os.path.join(BIN, "pawl"), "redrive", "--machine", name], stdout=subprocess.PIPE,
                               stderr=subprocess.PIPE, text=True,
                               env=dict(os.environ, PAWL_ENDPOINT=self.coordinators[0].endpoint))
        wait_until(lambda: int(self.postgres.query(redriven)[0][0]) > 0, SECONDS, "the first redrive")
        run.send_signal(signal.SIGINT)
        said = run.communicate(timeout=SECONDS)[1]
        self.assertEqual(run.returncode, 1, said)
        until = re.search(r"--until (\S+) goes on", said).group(1)
        self.pawl("--machine", name, "--until", until)
        wait_until(lambda: int(self.postgres.query(redriven)[0][0]) == 1000, SECONDS, "the other redrives")
        self.assertEqual(self.postgres.query(redriven + " and redrive_count <> 1"), [["0"]])

    def test_wrong_usage(self):
        for arguments in ([], ["x/y", "--machine", "m"], ["x/y", "--since", "1h"],
                          ["--machine", "m", "--since", "yesterday"], ["--machine", "m", "--status", "RUNNING"]):
            self.assertEqual(self.pawl(*arguments, code=2).stdout, "", arguments)


if __name__ == "__main__":
    unittest.main(warnings="ignore")
