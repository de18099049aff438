"""Queues (SQS) and topics (SNS) in memory, for AwsServer: as much of them as the sample processes use."""
import hashlib
import json
import threading
import time
import uuid

from aws_server import ACCOUNT, REGION, Refusal

NO_QUEUE = "The specified queue does not exist for this wsdl version."


def arn(service, name):
    return f"arn:aws:{service}:{REGION}:{ACCOUNT}:{name}"


class Message:
    def __init__(self, body, attributes):
        self.body, self.attributes = body, attributes
        self.id, self.visible_at, self.received = str(uuid.uuid4()), 0, 0
        self.receipt = None


class Queues:
    """A message is hidden for `visibility_seconds` once it has been received, and comes again unless it is deleted.
    `address` is the server's, of which queues have URLs: some clients call what a queue's URL says."""

    def __init__(self, visibility_seconds=30):
        self.visibility_seconds, self.address = visibility_seconds, "http://nowhere.invalid"
        self.queues = {}
        self.changed = threading.Condition()

    def __call__(self, operation, parameters):
        with self.changed:
            return getattr(self, operation)(**parameters)

    def url(self, name):
        return f"{self.address}/{ACCOUNT}/{name}"

    def messages(self, name):
        """The bodies of all that are there, hidden ones too."""
        with self.changed:
            return [message.body for message in self.queues[name]]

    def deliver(self, queue_arn, body):
        with self.changed:
            self.put(self.queues[queue_arn.rsplit(":", 1)[1]], body, {})

    def put(self, queue, body, attributes):
        queue.append(Message(body, attributes))
        self.changed.notify_all()
        return queue[-1]

    def of(self, url):
        name = url.rsplit("/", 1)[1]
        if name not in self.queues:
            raise Refusal("AWS.SimpleQueueService.NonExistentQueue", NO_QUEUE)
        return self.queues[name]

    def CreateQueue(self, QueueName, **_):
        self.queues.setdefault(QueueName, [])
        return {"QueueUrl": self.url(QueueName)}

    def GetQueueAttributes(self, QueueUrl, **_):
        queue, now = self.of(QueueUrl), time.monotonic()
        hidden = len([message for message in queue if message.visible_at > now])
        return {"Attributes": {"QueueArn": arn("sqs", QueueUrl.rsplit("/", 1)[1]),
                               "ApproximateNumberOfMessages": str(len(queue) - hidden),
                               "ApproximateNumberOfMessagesNotVisible": str(hidden)}}

    def SendMessage(self, QueueUrl, MessageBody, MessageAttributes=None, **_):
        message = self.put(self.of(QueueUrl), MessageBody, MessageAttributes or {})
        return {"MessageId": message.id, "MD5OfMessageBody": hashlib.md5(MessageBody.encode()).hexdigest()}

    def ReceiveMessage(self, QueueUrl, MaxNumberOfMessages=1, WaitTimeSeconds=0, **_):
        queue = self.of(QueueUrl)

        def visible():
            now = time.monotonic()
            return [message for message in queue if message.visible_at <= now][:MaxNumberOfMessages]
        self.changed.wait_for(visible, WaitTimeSeconds)
        received = visible()
        for message in received:
            message.visible_at = time.monotonic() + self.visibility_seconds
            message.received += 1
            message.receipt = str(uuid.uuid4())
        return {"Messages": [{"MessageId": message.id, "ReceiptHandle": message.receipt, "Body": message.body,
                              "MD5OfBody": hashlib.md5(message.body.encode()).hexdigest()} for message in received]}

    def DeleteMessage(self, QueueUrl, ReceiptHandle, **_):
        queue = self.of(QueueUrl)
        queue[:] = [message for message in queue if message.receipt != ReceiptHandle]
        return {}


class Topics:
    def __init__(self, queues):
        self.queues, self.topics, self.lock = queues, {}, threading.Lock()

    def __call__(self, operation, parameters):
        with self.lock:
            return getattr(self, operation)(**parameters)

    def of(self, topic_arn):
        if topic_arn not in self.topics:
            raise Refusal("NotFound", "Topic does not exist", 404)
        return self.topics[topic_arn]

    def CreateTopic(self, Name, **_):
        self.topics.setdefault(arn("sns", Name), [])
        return {"TopicArn": arn("sns", Name)}

    def Subscribe(self, TopicArn, Protocol, Endpoint, **_):
        if Protocol != "sqs":
            raise Refusal("InvalidParameter", f"Invalid parameter: Protocol {Protocol} is not played here")
        self.of(TopicArn).append(Endpoint)
        return {"SubscriptionArn": f"{TopicArn}:{uuid.uuid4()}"}

    def Publish(self, Message, TopicArn=None, TargetArn=None, Subject=None, **_):
        topic, message_id = TopicArn or TargetArn, str(uuid.uuid4())
        for queue in self.of(topic):
            self.queues.deliver(queue, json.dumps({
                "Type": "Notification", "MessageId": message_id, "TopicArn": topic, "Message": Message,
                **({"Subject": Subject} if Subject else {})}))
        return {"MessageId": message_id}
