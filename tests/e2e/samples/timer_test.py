#!/usr/bin/python3
"""Modules 1 and 2 of the samples: a wait, and a notice after it."""
import json
import unittest

from sample import TASK, Hold, SampleTest, definition

WAIT = ["ExecutionStarted", "WaitStateEntered", "WaitStateExited"]
MESSAGE = "Hello from Step Functions!"


class Module1Test(SampleTest):
    """Wait, Succeed."""

    def check(self, execution):
        self.assertEqual(self.succeed(execution), {"timer_seconds": 5})
        self.assertEqual(self.types(execution), WAIT + ["SucceedStateEntered", "SucceedStateExited", "ExecutionSucceeded"])
        end = self.describe(execution)
        took = end["stopDate"] - end["startDate"]
        self.assertTrue(5 <= took < 8, f"it took {took} s")

    def test_wait_ends_when_its_time_has_come(self):
        execution = self.start(definition("module1"), {"timer_seconds": 5})
        self.wait_for_event(execution, "WaitStateEntered")
        self.assertEqual(self.describe(execution)["status"], "RUNNING")
        self.check(execution)

    def test_wait_goes_on_while_the_coordinator_is_gone(self):
        execution = self.start(definition("module1"), {"timer_seconds": 5})
        self.wait_for_event(execution, "WaitStateEntered")
        self.restart()
        self.assertEqual(self.describe(execution)["status"], "RUNNING")
        self.check(execution)


class Module2Test(SampleTest):
    """Wait, sns:publish."""

    def start_with(self, seconds):
        topic, queue = self.topic()
        execution = self.start(definition("module2", Topic=topic), {"timer_seconds": seconds, "message": MESSAGE})
        return topic, queue, execution

    def check(self, topic, execution):
        output = self.succeed(execution)
        self.assertEqual(sorted(output), ["MessageId", "SdkHttpMetadata", "SdkResponseMetadata"])
        self.assertEqual(output["SdkHttpMetadata"]["HttpStatusCode"], 200)
        self.assertEqual(sorted(output["SdkHttpMetadata"]), ["AllHttpHeaders", "HttpHeaders", "HttpStatusCode"])
        self.assertEqual(list(output["SdkResponseMetadata"]), ["RequestId"])
        self.assertEqual(self.types(execution), WAIT + TASK + ["ExecutionSucceeded"])
        scheduled = self.events(execution)[4]["taskScheduledEventDetails"]
        self.assertEqual((scheduled["resourceType"], scheduled["resource"]), ("sns", "publish"))
        self.assertEqual(json.loads(scheduled["parameters"]), {"TopicArn": topic, "Message": MESSAGE})
        return output["MessageId"]

    def test_subscriber_gets_one_notice(self):
        topic, queue, execution = self.start_with(1)
        message_id = self.check(topic, execution)
        self.assertEqual([json.loads(body)["MessageId"] for body in self.queues.messages(queue)], [message_id])
        self.assertEqual(self.notices(queue), [MESSAGE])

    def test_notice_is_sent_once_by_the_coordinator_that_comes_after(self):
        topic, queue, execution = self.start_with(3)
        self.wait_for_event(execution, "WaitStateEntered")
        self.restart()
        self.check(topic, execution)
        self.assertEqual(self.notices(queue), [MESSAGE])

    def test_notice_whose_answer_was_lost_is_sent_again(self):
        """At least once: the topic took it, and the coordinator died before it heard of that."""
        sent = Hold(done=True)
        self.server.next("sns", "Publish", sent)
        topic, queue, execution = self.start_with(1)
        self.assertTrue(sent.arrived.wait(30))
        self.restart()
        sent.released.set()
        self.check(topic, execution)
        self.assertEqual(self.notices(queue), [MESSAGE] * 2)


if __name__ == "__main__":
    unittest.main(verbosity=2)
