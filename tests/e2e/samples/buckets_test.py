#!/usr/bin/python3
"""The samples about S3: module 8, by the generic integration on s3rver, and executions that a rule of EventBridge starts
for objects that are created."""
import json
import tempfile
import threading
import unittest
import uuid

import boto3
from sample import TASK, ApiError, SampleTest, definition

RULE = {"source": ["aws.s3"], "detail-type": ["Object Created"], "detail": {"bucket": {"name": ["uploads"]}}}


class Module8Test(SampleTest):
    SETTINGS = {"aws_sdk_allow": "s3:listBuckets,s3:getBucketLocation"}
    ENVIRONMENT = {"AWS_ACCESS_KEY_ID": "S3RVER", "AWS_SECRET_ACCESS_KEY": "S3RVER"}

    @classmethod
    def setUpClass(cls):
        folder = tempfile.TemporaryDirectory()
        cls.addClassCleanup(folder.cleanup)
        url = cls.start_server("s3rver", "--port", "PORT", "--address", "127.0.0.1", "--directory", folder.name, "--silent")
        cls.SETTINGS = {**cls.SETTINGS, "aws_endpoints": f"s3={url}"}
        super().setUpClass()
        s3 = boto3.client("s3", endpoint_url=url, region_name="us-east-1", aws_access_key_id="S3RVER",
                          aws_secret_access_key="S3RVER")
        for name in ("a-bucket", "b-bucket"):
            s3.create_bucket(Bucket=name)

    def check(self, execution):
        self.assertEqual(self.succeed(execution), {})  # us-east-1 is where nothing is said
        self.assertEqual(self.types(execution), ["ExecutionStarted"] + TASK * 2 + ["ExecutionSucceeded"])
        events = self.events(execution)
        listed = json.loads(events[4]["taskSucceededEventDetails"]["output"])
        self.assertEqual([bucket["Name"] for bucket in listed["Buckets"]], ["a-bucket", "b-bucket"])
        self.assertRegex(listed["Buckets"][0]["CreationDate"], r"^20\d\d-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d{3})?Z$")
        self.assertIn("Owner", listed)
        self.assertNotIn("SdkHttpMetadata", listed)
        scheduled = events[7]["taskScheduledEventDetails"]
        self.assertEqual((scheduled["resourceType"], scheduled["resource"]), ("aws-sdk:s3", "getBucketLocation"))
        self.assertEqual(json.loads(scheduled["parameters"]), {"Bucket": "a-bucket"})

    def test_next_state_reads_the_first_name(self):
        self.check(self.start(definition("module8"), {}))

    def test_the_coordinator_that_comes_after_reads_the_same(self):
        executions = [self.start(definition("module8"), {}) for _ in range(5)]
        self.restart()
        for execution in executions:
            self.check(execution)


def matches(pattern, event):
    """Whether an event is one of a rule's: lists are of values that there may be."""
    if isinstance(pattern, list):
        return event in pattern
    return all(name in event and matches(inner, event[name]) for name, inner in pattern.items())


def created(number, bucket="uploads", kind="Object Created"):
    """The event of an object, as S3 sends it to EventBridge."""
    return {"version": "0", "id": str(uuid.uuid4()), "detail-type": kind, "source": "aws.s3", "account": "000000000000",
            "time": "2026-01-01T00:00:00Z", "region": "us-east-1", "resources": [f"arn:aws:s3:::{bucket}"],
            "detail": {"version": "0", "bucket": {"name": bucket}, "object": {"key": f"upload-{number}.txt", "size": number},
                       "reason": "PutObject"}}


class S3EventNotificationTest(SampleTest):
    def deliver(self, machine, event):
        """The rule's target: an execution with the event's id as its name, so that a redelivered event starts none."""
        if not matches(RULE, event):
            return
        try:
            self.client.call("StartExecution", stateMachineArn=machine, name=event["id"], input=json.dumps(event))
        except ApiError as error:
            if error.code != "ExecutionAlreadyExists":
                raise

    def executions(self, machine):
        found, more = [], {}
        while more is not None:
            page = self.client.call("ListExecutions", stateMachineArn=machine, **more)
            found += page["executions"]
            more = {"nextToken": page["nextToken"]} if "nextToken" in page else None
        return found

    def test_each_upload_starts_one_execution(self):
        """100 uploads, 5 delivered twice, the coordinator killed in their midst; the rule delivers again what nobody took."""
        machine = self.create(definition("s3_event_notification"))
        uploads = [created(number) for number in range(100)]
        others = [created(0, bucket="downloads"), created(0, kind="Object Deleted")]
        delivered = []
        half = threading.Event()

        def deliver():
            for event in uploads[:95] + uploads[10:15] + others + uploads[95:]:
                self.deliver(machine, event)
                delivered.append(event)
                if len(delivered) == 50:
                    half.set()
        rule = threading.Thread(target=deliver)
        rule.start()
        self.assertTrue(half.wait(60))
        self.restart()
        rule.join(60)
        self.assertEqual(len(delivered), 107)

        executions = self.executions(machine)
        self.assertEqual(sorted(each["name"] for each in executions), sorted(event["id"] for event in uploads))
        by_name = {event["id"]: event for event in uploads}
        for each in executions:
            self.assertEqual(self.succeed(each["executionArn"]), by_name[each["name"]])
            self.assertEqual(self.types(each["executionArn"]),
                             ["ExecutionStarted", "PassStateEntered", "PassStateExited", "ExecutionSucceeded"])


if __name__ == "__main__":
    unittest.main(verbosity=2)
