"""Functions of the queue's sample, which know SQS by boto3 and nothing of Pawl."""
import os

import boto3

sqs = boto3.client("sqs", endpoint_url=os.environ["SQS_ENDPOINT"], region_name="us-east-1")


def read(event, context):
    received = sqs.receive_message(QueueUrl=event["QueueUrl"], MaxNumberOfMessages=10).get("Messages", [])
    return [{"QueueUrl": event["QueueUrl"], **message} for message in received] or "No messages"


def delete(event, context):
    sqs.delete_message(QueueUrl=event["QueueUrl"], ReceiptHandle=event["ReceiptHandle"])
