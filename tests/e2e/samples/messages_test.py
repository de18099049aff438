#!/usr/bin/python3
"""Module 5 of the samples: messages out of a queue, each kept in a table, deleted, and told. DynamoDB is dynalite."""
import unittest

from sample import ENVIRONMENT, TASK, Hold, SampleTest, definition, function_arn, wait_until

READ = ["ExecutionStarted"] + TASK + ["ChoiceStateEntered", "ChoiceStateExited"]
ITERATION = (["MapIterationStarted"] + TASK +
             ["TaskStateEntered", "LambdaFunctionScheduled", "LambdaFunctionStarted", "LambdaFunctionSucceeded",
              "TaskStateExited"] + TASK + ["MapIterationSucceeded"])
FINISH = ["SucceedStateEntered", "SucceedStateExited", "ExecutionSucceeded"]
BODIES = [f"message {number}" for number in range(10)]


class Module5Test(SampleTest):
    @classmethod
    def setUpClass(cls):
        dynamodb = cls.start_server("dynalite", "--port", "PORT", "--createTableMs", "0")
        cls.SETTINGS = {"aws_endpoints": f"dynamodb={dynamodb}"}
        super().setUpClass()
        cls.dynamodb = cls.boto("dynamodb", dynamodb)
        cls.start_worker(("read-queue", "messages.py", "read"), ("delete-message", "messages.py", "delete"),
                         SQS_ENDPOINT=cls.server.url, **ENVIRONMENT)

    def begin(self, bodies):
        self.url, self.queue_name = self.queue()
        self.topic_arn, self.notice_queue = self.topic()
        self.table = self.queue_name
        self.dynamodb.create_table(
            TableName=self.table, KeySchema=[{"AttributeName": "MessageId", "KeyType": "HASH"}], BillingMode="PAY_PER_REQUEST",
            AttributeDefinitions=[{"AttributeName": "MessageId", "AttributeType": "S"}])
        for body in bodies:
            self.boto("sqs").send_message(QueueUrl=self.url, MessageBody=body)
        return self.start(definition("module5", Queue=self.url, Topic=self.topic_arn, Table=self.table,
                                     ReadFunction="read-queue", DeleteFunction=function_arn("delete-message")), {})

    def items(self):
        """Body and number of what is kept."""
        found = self.dynamodb.scan(TableName=self.table)["Items"]
        return sorted((item["Body"]["S"], item["Number"]["N"]) for item in found)

    def check(self, execution):
        output = self.succeed(execution)
        self.assertEqual(len(output), 10)
        self.assertEqual(self.items(), [(body, body.split()[1]) for body in BODIES])
        self.assertEqual(self.queues.messages(self.queue_name), [])
        types = [event["type"] for event in self.events(execution)]
        self.assertEqual(types[:10], READ + ["MapStateEntered", "MapStateStarted"])
        self.assertEqual(sorted(types[10:-5]), sorted(ITERATION * 10))
        self.assertEqual(types[-5:], ["MapStateSucceeded", "MapStateExited"] + FINISH)
        for index, notice in enumerate(output):
            self.assertEqual(sorted(notice), ["MessageId", "SdkHttpMetadata", "SdkResponseMetadata"], index)

    def test_ten_messages(self):
        execution = self.begin(BODIES)
        self.check(execution)
        self.assertEqual(sorted(self.notices(self.notice_queue)), BODIES)

    def test_empty_queue_takes_the_other_way(self):
        execution = self.begin([])
        self.assertEqual(self.succeed(execution), "No messages")
        self.assertEqual(self.types(execution), READ + FINISH)
        self.assertEqual((self.items(), self.notices(self.notice_queue)), ([], []))

    def test_messages_are_handled_to_the_end_by_the_coordinator_that_comes_after(self):
        """The topic has taken three notices of which the coordinator has not heard when it dies: they come twice (at
        least once), all others once. Nothing else is done again."""
        taken, before = [Hold(done=True) for _ in range(3)], len(self.server.calls_of("sqs", "DeleteMessage"))
        self.server.next("sns", "Publish", *taken)
        execution = self.begin(BODIES)
        wait_until(lambda: len(self.notices(self.notice_queue)) == 10, 30, "all are told")
        self.wait_for_event(execution, "MapIterationSucceeded", count=7)
        self.restart()
        for hold in taken:
            hold.released.set()
        self.check(execution)
        notices = sorted(self.notices(self.notice_queue))
        self.assertEqual((len(notices), sorted(set(notices))), (13, BODIES))
        self.assertEqual(len(self.server.calls_of("sqs", "DeleteMessage")) - before, 10)


if __name__ == "__main__":
    unittest.main(verbosity=2)
