#!/usr/bin/python3
"""The services that tests play, asked by boto3: what is wrong with them is not a finding about Pawl."""
import json
import unittest

import boto3
from aws_clusters import Eks, EmrServerless
from aws_jobs import Batch, Glue, Jobs
from aws_queues import Queues, Topics, arn
from aws_server import KEY, SECRET, AwsServer, Hold, lose_answer, refuse
from botocore.config import Config
from botocore.exceptions import ClientError, ConnectionClosedError


class AwsServerTest(unittest.TestCase):
    def setUp(self):
        self.queues, jobs = Queues(), Jobs()
        self.server = AwsServer({"sqs": self.queues, "sns": Topics(self.queues), "batch": Batch(jobs), "glue": Glue(jobs),
                                 "eks": Eks(jobs), "emr-serverless": EmrServerless(jobs)})
        self.queues.address = self.server.url
        self.addCleanup(self.server.close)

    def client(self, service, secret=SECRET):
        client = boto3.client(service, endpoint_url=self.server.url, region_name="us-east-1", aws_access_key_id=KEY,
                              aws_secret_access_key=secret, config=Config(retries={"total_max_attempts": 1}))
        self.addCleanup(client.close)
        return client

    def test_messages_go_through_topics_and_queues(self):
        sqs, sns = self.client("sqs"), self.client("sns")
        url = sqs.create_queue(QueueName="q")["QueueUrl"]
        topic = sns.create_topic(Name="t")["TopicArn"]
        sns.subscribe(TopicArn=topic, Protocol="sqs", Endpoint=arn("sqs", "q"))
        sent = sns.publish(TopicArn=topic, Message="<é> & 1 + 1 = 2", Subject="s")
        sqs.send_message(QueueUrl=url, MessageBody="second", MessageAttributes={"a": {"DataType": "String", "StringValue": "v"}})
        received = sqs.receive_message(QueueUrl=url, MaxNumberOfMessages=10)["Messages"]
        notice = json.loads(received[0]["Body"])
        self.assertEqual((notice["Message"], notice["Subject"], notice["MessageId"]), ("<é> & 1 + 1 = 2", "s", sent["MessageId"]))
        self.assertNotIn("Messages", sqs.receive_message(QueueUrl=url))  # hidden
        for message in received:
            sqs.delete_message(QueueUrl=url, ReceiptHandle=message["ReceiptHandle"])
        counts = sqs.get_queue_attributes(QueueUrl=url, AttributeNames=["All"])["Attributes"]
        self.assertEqual((counts["ApproximateNumberOfMessages"], counts["ApproximateNumberOfMessagesNotVisible"]), ("0", "0"))
        self.assertEqual(self.server.calls_of("sqs", "SendMessage")[0].parameters["MessageAttributes"],
                         {"a": {"DataType": "String", "StringValue": "v"}})
        self.assertEqual(self.server.problems, [])

    def test_jobs_end_as_their_names_say(self):
        batch, glue, application = self.client("batch"), self.client("glue"), self.client("emr-serverless")
        for name, ends in (("ok", "SUCCEEDED"), ("fail", "FAILED"), ("run", "RUNNING")):
            job = batch.submit_job(jobName=name, jobQueue="q", jobDefinition="d", tags={"a": "b"})["jobId"]
            run = glue.start_job_run(JobName=name)["JobRunId"]
            for wanted in ("RUNNING", ends):
                self.assertEqual(batch.describe_jobs(jobs=[job])["jobs"][0]["status"], wanted)
                self.assertEqual(glue.get_job_run(JobName=name, RunId=run)["JobRun"]["JobRunState"], wanted)
        batch.terminate_job(jobId=job, reason="r")
        self.assertEqual(batch.describe_jobs(jobs=[job])["jobs"][0]["status"], "FAILED")
        request = {"applicationId": "a", "clientToken": "t", "executionRoleArn": "arn:aws:iam::000000000000:role/r"}
        self.assertEqual(*(application.start_job_run(**request)["jobRunId"] for _ in range(2)))
        with self.assertRaises(ClientError) as refused:
            self.client("eks").describe_cluster(name="none")
        self.assertEqual(refused.exception.response["Error"]["Code"], "ResourceNotFoundException")

    def test_what_no_client_should_send_is_a_problem(self):
        with self.assertRaises(ClientError) as refused:
            self.client("glue", secret="another").get_jobs()
        self.assertEqual(refused.exception.response["Error"]["Code"], "InvalidSignatureException")
        with self.assertRaises(ClientError):
            self.client("athena").list_work_groups()
        self.assertIn("nobody plays athena", self.server.problems[1])

    def test_faults(self):
        glue, batch = self.client("glue"), self.client("batch")
        self.server.next("glue", "StartJobRun", refuse("ThrottlingException", "Rate exceeded"), lose_answer)
        with self.assertRaises(ClientError) as refused:
            glue.start_job_run(JobName="j")
        self.assertEqual(refused.exception.response["Error"], {"Code": "ThrottlingException", "Message": "Rate exceeded"})
        with self.assertRaises(ConnectionClosedError):
            glue.start_job_run(JobName="j")
        self.assertEqual([call.result is not None for call in self.server.calls_of("glue", "StartJobRun")], [False, True])
        hold = Hold()
        self.server.next("batch", "DescribeJobs", hold)
        hold.released.set()
        with self.assertRaises(ClientError):
            batch.describe_jobs(jobs=["none"])
        self.assertTrue(hold.arrived.is_set())
        self.assertEqual(self.server.problems, [])


if __name__ == "__main__":
    unittest.main(verbosity=2)
