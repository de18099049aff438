#!/usr/bin/python3
"""Notices, jobs and callbacks of the samples, many at once, on two coordinators of which one after the other is killed (-9) at
times drawn at random. All end as they should; what was done twice had been under way at a kill.

    mixed_test.py [--seed N] [--kills N]
"""
import argparse
import collections
import json
import random
import threading
import time
import unittest

from botocore.exceptions import BotoCoreError, ClientError
from sample import ENVIRONMENT, ROLE, Client, Coordinator, SampleTest, definition, uuid

OPTIONS = argparse.Namespace(seed=random.randrange(10**6), kills=8)
EACH = 20  # executions of each kind
UNDER_WAY_SECONDS = 1  # a call that began so long before a kill may be made again


class Handler(threading.Thread):
    """Reads the queue, and sends each token back once; a message that came twice has a token that is known."""

    def __init__(self, sqs, sfn, url):
        super().__init__(daemon=True)
        self.sqs, self.sfn, self.url, self.done = sqs, sfn, url, threading.Event()

    def run(self):
        while not self.done.is_set():
            received = self.sqs.receive_message(QueueUrl=self.url, MaxNumberOfMessages=10, WaitTimeSeconds=1)
            for message in received.get("Messages", []):
                token = json.loads(message["Body"])["TaskToken"]
                if self.send(token):
                    self.sqs.delete_message(QueueUrl=self.url, ReceiptHandle=message["ReceiptHandle"])

    def send(self, token):
        for sfn in self.sfn:
            try:
                sfn.send_task_success(taskToken=token, output='{"answer": 42}')
                return True
            except ClientError as error:  # it has been sent, and was heard of or not
                if error.response["Error"]["Code"] == "TaskTimedOut":
                    return True
            except BotoCoreError:
                pass  # nobody is there
        return False  # the message comes again


def slow(service, rng):
    """The same service, which takes its time: before it does what it is asked, or before it answers."""
    def answer(operation, parameters):
        time.sleep(rng.uniform(0, 0.3))
        result = service(operation, parameters)
        time.sleep(rng.uniform(0, 0.3))
        return result
    return answer


class MixedTest(SampleTest):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.random = random.Random(OPTIONS.seed)
        cls.queues.visibility_seconds = 2
        for name in ("sns", "sqs", "batch"):
            cls.server.handlers[name] = slow(cls.server.handlers[name], random.Random(cls.random.random()))
        cls.other = Coordinator(cls.postgres.url, environment=ENVIRONMENT, aws_endpoint=cls.server.url)
        cls.addClassCleanup(cls.other.close)
        cls.other.wait_ready()
        cls.client = Client([cls.coordinator.port, cls.other.port])

    def start_all(self):
        """(kind, execution, where its notices arrive)"""
        url, _ = self.queue()
        self.handler = Handler(self.boto("sqs"), [self.boto("stepfunctions", each.endpoint)
                                                  for each in (self.coordinator, self.other)], url)
        self.handler.start()
        self.addCleanup(self.handler.join, 20)
        self.addCleanup(self.handler.done.set)
        started = []
        for kind in ("notice", "job", "failing job", "callback"):
            topic, queue = self.topic()
            asl = {"notice": lambda: definition("module2", Topic=topic), "callback": lambda: definition(
                "module4", Queue=url, Topic=topic)}.get(kind, lambda: definition(
                    "module3_sync", Topic=topic, JobQueue="q", JobDefinition="d"))()
            if "job" in kind:
                asl["States"]["Submit Job"]["Retry"][0]["IntervalSeconds"] = 1
            machine = self.client.call("CreateStateMachine", name="s-" + uuid.uuid4().hex[:8], roleArn=ROLE,
                                       definition=json.dumps(asl))["stateMachineArn"]
            for number in range(EACH):
                data = {"timer_seconds": self.random.randint(0, 8), "message": f"notice {number}",
                        "job": ("fail" if kind == "failing job" else "ok") + f"-{number}"}
                started.append((kind, self.client.call(
                    "StartExecution", stateMachineArn=machine, name=f"e-{number}", input=json.dumps(data))["executionArn"], queue))
        return started

    def kill_by_turns(self, times, killed):
        """Puts into `killed` when each was killed."""
        for number, seconds in enumerate(times):
            victim = (self.coordinator, self.other)[number % 2]
            time.sleep(seconds)  # the time is what is drawn
            killed.append(time.monotonic())
            victim.kill()
            victim.start()
            victim.wait_ready()
            if number == len(times) // 2:
                self.jobs.gate.set()

    def check_history(self, kind, execution):
        counts = collections.Counter(self.types(execution))
        # A token may come back before its message was heard to be sent, by a coordinator that died then.
        submitted = {"notice": [0], "job": [1], "failing job": [3], "callback": [0, 1]}[kind]
        self.assertIn(counts["TaskSubmitted"], submitted)
        self.assertEqual(counts["TaskFailed"], 3 if kind == "failing job" else 0)
        self.assertEqual(counts["TaskSucceeded"], 1 if kind in ("notice", "failing job") else 2)

    def test_all_end_as_they_should(self):
        print(f"seed {OPTIONS.seed}, {OPTIONS.kills} kills", flush=True)
        self.jobs.gate.clear()
        killed, times = [], [self.random.uniform(0.3, 1.5) for _ in range(OPTIONS.kills)]
        killer = threading.Thread(target=self.kill_by_turns, args=(times, killed), daemon=True)
        killer.start()
        started = self.start_all()
        killer.join(120)
        self.assertEqual(len(killed), OPTIONS.kills)
        for kind, execution, _ in started:
            with self.subTest(f"{kind} {execution}"):
                self.succeed(execution)
                self.check_history(kind, execution)

        done = collections.Counter(call.operation for call in self.server.calls if call.result is not None)
        wanted = {"Publish": 4 * EACH, "SubmitJob": 4 * EACH, "SendMessage": EACH}
        under_way = collections.Counter(call.operation for call in self.server.calls if any(
            0 <= at - call.at <= UNDER_WAY_SECONDS for at in killed))
        for operation, count in wanted.items():
            print(f"  {operation}: {count} wanted, {done[operation]} done, {under_way[operation]} under way at kills")
            self.assertGreaterEqual(done[operation], count)
            self.assertLessEqual(done[operation], count + under_way[operation])
        for kind, queue in sorted({(kind, queue) for kind, _, queue in started}):
            told = collections.Counter(self.notices(queue))
            self.assertEqual(len(told), EACH if kind == "notice" else 1, told)
            self.assertGreaterEqual(sum(told.values()), EACH)


if __name__ == "__main__":
    parser = argparse.ArgumentParser()
    parser.add_argument("--seed", type=int, default=OPTIONS.seed)
    parser.add_argument("--kills", type=int, default=OPTIONS.kills)
    OPTIONS, rest = parser.parse_known_args()
    unittest.main(argv=["mixed_test.py", *rest], verbosity=2)
