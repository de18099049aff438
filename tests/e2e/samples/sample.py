"""What the sample processes share: a coordinator that can be killed, services played in this process, functions on
workers, and a look at how an execution went."""
import json
import os
import re
import socket
import subprocess
import sys
import unittest
import uuid

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path.insert(0, os.path.join(HERE, "..", "..", "support"))
import boto3  # noqa: E402
from aws_jobs import Batch, Jobs  # noqa: E402
from aws_queues import Queues, Topics, arn  # noqa: E402
from aws_server import ENVIRONMENT, KEY, REGION, SECRET, AwsServer, Hold  # noqa: E402, F401
from lambda_endpoint import LambdaEndpoint  # noqa: E402, F401
from pawl_test import (  # noqa: E402, F401
    BIN, ApiError, Client, Coordinator, Postgres, check_invariants, create_schema, free_port, wait_until)

ROLE = "arn:aws:iam::000000000000:role/r"
SECONDS = 45  # that any execution may take
SERVERS = os.path.join(HERE, "..", "aws_servers", "node_modules", ".bin")
FUNCTIONS = os.path.join(HERE, "functions")
# What a Task leaves in a history.
TASK = ["TaskStateEntered", "TaskScheduled", "TaskStarted", "TaskSucceeded", "TaskStateExited"]


def definition(name, **values):
    """A sample's definition, ${Name} in it filled in."""
    with open(os.path.join(HERE, name + ".asl.json"), encoding="utf-8") as file:
        return json.loads(re.sub(r"\$\{(\w+)\}", lambda name: values[name[1]], file.read()))


def function_arn(name):
    return arn("lambda", "function:" + name)


class SampleTest(unittest.TestCase):
    SETTINGS = {}  # of the coordinator
    SERVICES = {}  # that are played beside those that all have
    ENVIRONMENT = ENVIRONMENT  # its credentials

    @classmethod
    def setUpClass(cls):
        cls.queues, cls.jobs = Queues(), Jobs()
        cls.server = AwsServer({"sqs": cls.queues, "sns": Topics(cls.queues), "batch": Batch(cls.jobs),
                                **cls.SERVICES})
        cls.addClassCleanup(cls.server.close)
        cls.queues.address = cls.server.url
        cls.postgres = Postgres()
        cls.addClassCleanup(cls.postgres.close)
        create_schema(cls.postgres.url)
        cls.coordinator = Coordinator(cls.postgres.url, environment=cls.ENVIRONMENT,
                                      **{"aws_endpoint": cls.server.url, **cls.SETTINGS})
        cls.addClassCleanup(cls.coordinator.close)
        cls.coordinator.wait_ready()
        cls.client = Client([cls.coordinator.port])

    def tearDown(self):
        self.assertEqual(self.server.problems, [])
        self.assertEqual(check_invariants(self.postgres.url)[0], [])

    # --- the parts around a state machine

    @classmethod
    def boto(cls, service, url=None):
        return boto3.client(service, endpoint_url=url or cls.server.url, region_name=REGION, aws_access_key_id=KEY,
                            aws_secret_access_key=SECRET)

    @classmethod
    def start_server(cls, program, *arguments):
        """A server from aws_servers; its URL. PORT in the arguments is filled in."""
        port = free_port()
        process = subprocess.Popen([os.path.join(SERVERS, program), *(a.replace("PORT", str(port)) for a in arguments)],
                                   stdout=subprocess.DEVNULL)
        cls.addClassCleanup(process.wait)
        cls.addClassCleanup(process.kill)
        url = f"http://127.0.0.1:{port}"
        wait_until(lambda: listens(port), 30, f"{program} listens")
        return url

    @classmethod
    def start_worker(cls, *functions, **environment):
        """Functions are (name, file, handler). The python3 of a worker is Debian's, which has boto3."""
        command = [os.path.join(BIN, "pawl-worker"), "lambda", "--coordinator", f"127.0.0.1:{cls.coordinator.grpc_port}",
                   "--timeout", "20s", "--concurrency", "2"]
        for name, file, handler in functions:
            command += ["--function", name, "--handler", f"{os.path.join(FUNCTIONS, file)}:{handler}"]
        worker = subprocess.Popen(command, env={**os.environ, "PATH": "/usr/bin:" + os.environ["PATH"], **environment})
        cls.addClassCleanup(worker.wait)
        cls.addClassCleanup(worker.kill)

    def queue(self):
        """A new queue's URL and name."""
        name = "q-" + uuid.uuid4().hex[:8]
        return self.boto("sqs").create_queue(QueueName=name)["QueueUrl"], name

    def topic(self):
        """A new topic's ARN, and the name of the queue where its notices arrive."""
        topic = self.boto("sns").create_topic(Name="t-" + uuid.uuid4().hex[:8])["TopicArn"]
        _, queue = self.queue()
        self.boto("sns").subscribe(TopicArn=topic, Protocol="sqs", Endpoint=arn("sqs", queue))
        return topic, queue

    def notices(self, queue):
        return [json.loads(body)["Message"] for body in self.queues.messages(queue)]

    def restart(self):
        """kill -9, and the same coordinator again."""
        self.coordinator.kill()
        self.coordinator.start()
        self.coordinator.wait_ready()

    # --- executions

    def create(self, asl):
        return self.client.call("CreateStateMachine", name="s-" + uuid.uuid4().hex[:8], roleArn=ROLE,
                                definition=json.dumps(asl))["stateMachineArn"]

    def start(self, asl, data):
        machine = asl if isinstance(asl, str) else self.create(asl)
        return self.client.call("StartExecution", stateMachineArn=machine, name="e-" + uuid.uuid4().hex[:8],
                                input=json.dumps(data))["executionArn"]

    def describe(self, execution):
        return self.client.call("DescribeExecution", executionArn=execution)

    def end(self, execution):
        def ended():
            described = self.describe(execution)
            return described if described["status"] != "RUNNING" else None
        return wait_until(ended, SECONDS, f"{execution} ends")

    def succeed(self, execution):
        end = self.end(execution)
        self.assertEqual(end["status"], "SUCCEEDED", end)
        return json.loads(end["output"])

    def events(self, execution):
        found, more = [], {}
        while more is not None:
            page = self.client.call("GetExecutionHistory", executionArn=execution, maxResults=1000, **more)
            found += page["events"]
            more = {"nextToken": page["nextToken"]} if "nextToken" in page else None
        return found

    def types(self, execution):
        """Of an execution of one thread, where each event follows the one before it."""
        events = self.events(execution)
        self.assertEqual([event["id"] for event in events], list(range(1, len(events) + 1)))
        self.assertEqual([event["previousEventId"] for event in events], [0, 0, *range(2, len(events))][:len(events)])
        return [event["type"] for event in events]

    def wait_for_event(self, execution, kind, count=1):
        wait_until(lambda: [event["type"] for event in self.events(execution)].count(kind) >= count, SECONDS,
                   f"{count} {kind} in {execution}")


def listens(port):
    try:
        socket.create_connection(("127.0.0.1", port), timeout=2).close()
        return True
    except OSError:
        return False
