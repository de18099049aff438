#!/usr/bin/python3
"""Module 4 of the samples: a task whose token goes through a queue to a handler, which calls back."""
import json
import unittest

from botocore.exceptions import ClientError
from sample import TASK, Hold, SampleTest, definition

BEGUN = ["ExecutionStarted", "TaskStateEntered", "TaskScheduled", "TaskStarted", "TaskSubmitted"]
SUCCESS, FAILURE = "The callback came back", "The callback brought a failure"


class Module4Test(SampleTest):
    def setUp(self):
        self.url, self.queue_name = self.queue()
        self.topic_arn, self.notice_queue = self.topic()
        # The handler's clients: they know queues and Step Functions, and nothing of Pawl.
        self.sqs, self.sfn = self.boto("sqs"), self.boto("stepfunctions", self.coordinator.endpoint)

    def begin(self):
        return self.start(definition("module4", Queue=self.url, Topic=self.topic_arn), {})

    def take_message(self):
        """What the handler reads, and then deletes."""
        received = self.sqs.receive_message(QueueUrl=self.url, WaitTimeSeconds=20)["Messages"]
        self.assertEqual(len(received), 1)
        self.sqs.delete_message(QueueUrl=self.url, ReceiptHandle=received[0]["ReceiptHandle"])
        message = json.loads(received[0]["Body"])
        self.assertEqual(sorted(message), ["MessageTitle", "TaskToken"])
        self.assertEqual(message["MessageTitle"], "A task waits for its token to come back")
        return message["TaskToken"]

    def check_success(self, execution, token):
        output = self.succeed(execution)
        self.assertEqual(output["answer"], 42)
        self.assertEqual(self.types(execution), BEGUN + ["TaskSucceeded", "TaskStateExited"] + TASK + ["ExecutionSucceeded"])
        events = self.events(execution)
        scheduled = events[2]["taskScheduledEventDetails"]
        self.assertEqual((scheduled["resourceType"], scheduled["resource"]), ("sqs", "sendMessage.waitForTaskToken"))
        self.assertEqual(json.loads(scheduled["parameters"])["MessageBody"]["TaskToken"], token)
        submitted = json.loads(events[4]["taskSubmittedEventDetails"]["output"])
        self.assertEqual(sorted(submitted), ["MD5OfMessageBody", "MessageId", "SdkHttpMetadata", "SdkResponseMetadata"])
        self.assertEqual(json.loads(events[5]["taskSucceededEventDetails"]["output"]), {"answer": 42})
        self.assertEqual(self.notices(self.notice_queue), [SUCCESS])

    def test_token_comes_back_once(self):
        execution = self.begin()
        token = self.take_message()
        self.wait_for_event(execution, "TaskSubmitted")
        self.assertEqual(self.describe(execution)["status"], "RUNNING")
        self.sfn.send_task_success(taskToken=token, output='{"answer": 42}')
        with self.assertRaises(ClientError) as refused:
            self.sfn.send_task_success(taskToken=token, output='{"answer": 43}')
        error = refused.exception.response["Error"]
        self.assertEqual((error["Code"], error["Message"]),
                         ("TaskTimedOut", "Task Timed Out: 'Provided task does not exist anymore'"))
        with self.assertRaises(ClientError) as refused:
            self.sfn.send_task_failure(taskToken=token)
        self.assertEqual(refused.exception.response["Error"]["Code"], "TaskTimedOut")
        self.check_success(execution, token)

    def test_execution_waits_over_restarts(self):
        execution = self.begin()
        self.wait_for_event(execution, "TaskSubmitted")
        self.restart()
        token = self.take_message()
        self.restart()
        self.assertEqual(self.describe(execution)["status"], "RUNNING")
        self.sfn.send_task_success(taskToken=token, output='{"answer": 42}')
        self.check_success(execution, token)
        self.assertEqual(self.queues.messages(self.queue_name), [])

    def test_message_whose_answer_was_lost_has_the_same_token(self):
        """At least once: the message is sent again, and either may bring the token back."""
        sent = Hold(done=True)
        self.server.next("sqs", "SendMessage", sent)
        execution = self.begin()
        self.assertTrue(sent.arrived.wait(30))
        self.restart()
        sent.released.set()
        self.wait_for_event(execution, "TaskSubmitted")
        token = self.take_message()
        self.assertEqual(self.take_message(), token)
        self.sfn.send_task_success(taskToken=token, output='{"answer": 42}')
        self.check_success(execution, token)

    def test_failure_goes_through_states_all(self):
        execution = self.begin()
        token = self.take_message()
        self.wait_for_event(execution, "TaskSubmitted")
        self.restart()
        self.sfn.send_task_failure(taskToken=token, error="Refused", cause="nobody was there")
        output = self.succeed(execution)
        self.assertEqual((output["Error"], output["Cause"]), ("Refused", "nobody was there"))
        self.assertEqual(self.types(execution), BEGUN + ["TaskFailed", "TaskStateExited"] + TASK + ["ExecutionSucceeded"])
        self.assertEqual(self.notices(self.notice_queue), [FAILURE])

    def test_callback_may_be_quicker_than_the_queues_answer(self):
        sent = Hold(done=True)
        self.server.next("sqs", "SendMessage", sent)
        execution = self.begin()
        self.assertTrue(sent.arrived.wait(30))
        self.sfn.send_task_success(taskToken=self.take_message(), output='{"answer": 42}')
        sent.released.set()
        self.assertEqual(self.succeed(execution)["answer"], 42)
        self.assertEqual(self.notices(self.notice_queue), [SUCCESS])


if __name__ == "__main__":
    unittest.main(verbosity=2)
