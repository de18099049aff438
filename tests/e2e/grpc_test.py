#!/usr/bin/env python3
"""The gRPC API of real coordinators, by stubs that protoc makes here."""
import json
import os
import queue
import subprocess
import sys
import tempfile
import time
import unittest
import uuid

import grpc

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "support"))
from pawl_test import ROOT, Client, Coordinator, Postgres, create_schema, wait_until  # noqa: E402

STUBS = tempfile.TemporaryDirectory(prefix="pawl-stubs-")
PROTO = os.path.join(ROOT, "proto")
subprocess.run(["protoc", f"-I{PROTO}", f"--python_out={STUBS.name}", f"--grpc_out={STUBS.name}",
                "--plugin=protoc-gen-grpc=/usr/bin/grpc_python_plugin",
                "pawl/v1/worker.proto", "pawl/v1/client.proto"], check=True)
sys.path.insert(0, STUBS.name)
from pawl.v1 import client_pb2, client_pb2_grpc, worker_pb2, worker_pb2_grpc  # noqa: E402

ACCOUNT = "arn:aws:states:us-east-1:000000000000"
SECONDS = 30  # that anything may take


class Worker:
    """A Work stream: requests go out by send, tasks and acknowledgements come in by their own queues."""

    def __init__(self, stub, name="w", confirms=True):
        self.confirms = confirms
        self.requests, self.tasks, self.id = queue.Queue(), [], 0
        self.responses = stub.Work(iter(self.requests.get, None))
        self.send(hello=worker_pb2.Hello(worker_name=name))

    def send(self, **kind):
        self.id += 1
        self.requests.put(worker_pb2.WorkRequest(items=[worker_pb2.WorkItem(request_id=self.id, **kind)]))
        return self.id

    def receive(self):
        """One message's acknowledgements; its tasks are kept."""
        response = next(self.responses)
        self.tasks += response.tasks
        if response.tasks and self.confirms:
            self.send(confirm_tasks=worker_pb2.ConfirmTasks(task_tokens=[task.task_token for task in response.tasks]))
        return response.acknowledgements

    def call(self, **kind):
        """The acknowledgement; those of other requests that come before it are dropped."""
        sent = self.send(**kind)
        while True:
            for acknowledgement in self.receive():
                if acknowledgement.request_id == sent:
                    return acknowledgement

    def task(self):
        while not self.tasks:
            self.receive()
        return self.tasks.pop(0)

    def grant(self, activity, slots):
        return self.call(grant_slots=worker_pb2.GrantSlots(activity=activity, slots=slots)).code

    def complete(self, task, output="{}"):
        return self.call(complete_task=worker_pb2.CompleteTaskRequest(task_token=task.task_token, output=output)).code

    def close(self):
        self.requests.put(None)


class GrpcTest(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.postgres = Postgres()
        cls.addClassCleanup(cls.postgres.close)
        create_schema(cls.postgres.url)
        cls.coordinators = [cls.start_coordinator() for _ in range(2)]
        cls.aws = Client([cls.coordinators[0].port])

    @classmethod
    def start_coordinator(cls):
        coordinator = Coordinator(cls.postgres.url)
        cls.addClassCleanup(coordinator.close)
        coordinator.wait_ready()
        return coordinator

    def stubs(self, coordinator):
        channel = grpc.insecure_channel(f"127.0.0.1:{coordinator.grpc_port}")
        self.addCleanup(channel.close)
        return worker_pb2_grpc.WorkerServiceStub(channel), client_pb2_grpc.ClientServiceStub(channel)

    def setUp(self):
        self.name = "g-" + uuid.uuid4().hex[:8]
        self.worker, self.client = self.stubs(self.coordinators[0])
        self.aws.call("CreateActivity", name=self.name)

    def start(self, count=1, **task):
        state = {"Type": "Task", "Resource": f"{ACCOUNT}:activity:{self.name}", "TimeoutSeconds": 60, "End": True}
        state.update(task)
        self.aws.call("CreateStateMachine", name=self.name, roleArn="arn:aws:iam::000000000000:role/r",
                      definition=json.dumps({"StartAt": "T", "States": {"T": state}}))
        for i in range(count):
            self.client.StartExecution(client_pb2.StartExecutionRequest(
                state_machine=self.name, name=f"e{i}", input=json.dumps({"n": i})), timeout=SECONDS)

    def end(self, name="e0", client=None):
        waiting = client_pb2.WaitExecutionRequest(state_machine=self.name, name=name)
        return (client or self.client).WaitExecution(waiting, timeout=SECONDS).execution

    def poll(self, worker=None, wait=20, **more):
        request = worker_pb2.PollTaskRequest(activity=self.name, worker_name="poller", **more)
        request.wait.seconds = wait
        return (worker or self.worker).PollTask(request, timeout=SECONDS).task

    def complete(self, token):
        self.worker.CompleteTask(worker_pb2.CompleteTaskRequest(task_token=token, output="{}"), timeout=SECONDS)
        self.assertEqual(self.end().status, client_pb2.EXECUTION_STATUS_SUCCEEDED)
        history = self.client.GetExecutionHistory(client_pb2.GetExecutionHistoryRequest(
            state_machine=self.name, name="e0"), timeout=SECONDS)
        self.assertEqual([event.type for event in history.events].count("ActivityStarted"), 1)

    def assert_code(self, code, method, request):
        with self.assertRaises(grpc.RpcError) as raised:
            method(request, timeout=SECONDS)
        self.assertEqual(raised.exception.code(), code, raised.exception.details())

    def test_polled_task_is_completed_once(self):
        self.start()
        task = self.poll()
        self.assertEqual((task.activity, json.loads(task.input)), (self.name, {"n": 0}))
        end = worker_pb2.CompleteTaskRequest(task_token=task.task_token, output='{"x":1}')
        self.worker.CompleteTask(end, timeout=SECONDS)
        execution = self.end()
        self.assertEqual((execution.status, execution.output), (client_pb2.EXECUTION_STATUS_SUCCEEDED, '{"x":1}'))
        self.assert_code(grpc.StatusCode.FAILED_PRECONDITION, self.worker.CompleteTask, end)
        self.assertFalse(self.worker.HeartbeatTask(worker_pb2.HeartbeatTaskRequest(
            task_token=task.task_token), timeout=SECONDS).task_open)

    def test_function_is_polled_and_gives_lambdas_result(self):
        self.start(Resource="arn:aws:states:::lambda:invoke",
                   Parameters={"FunctionName": self.name + ":prod", "Payload.$": "$"})
        request = worker_pb2.PollTaskRequest(function=self.name, worker_name="poller")
        task = self.worker.PollTask(request, timeout=SECONDS).task
        invocation = task.invocation
        self.assertEqual((task.activity, json.loads(task.input)), ("", {"n": 0}))
        self.assertEqual((invocation.function, invocation.function_arn),
                         (self.name, f"arn:aws:lambda:us-east-1:000000000000:function:{self.name}:prod"))
        self.assertLess(abs(invocation.deadline.seconds - time.time() - 60), 30)
        self.assertTrue(self.worker.HeartbeatTask(worker_pb2.HeartbeatTaskRequest(
            task_token=task.task_token), timeout=SECONDS).task_open)
        self.worker.CompleteTask(worker_pb2.CompleteTaskRequest(task_token=task.task_token, output='{"m": 1}'),
                                 timeout=SECONDS)
        output = json.loads(self.end().output)
        self.assertEqual((output["Payload"], output["StatusCode"]), ({"m": 1}, 200))
        self.assertEqual(output["SdkResponseMetadata"]["RequestId"], invocation.request_id)

    def test_function_comes_over_a_stream_and_its_token_is_not_the_callbacks(self):
        self.start(Resource="arn:aws:states:::lambda:invoke.waitForTaskToken",
                   Parameters={"FunctionName": self.name, "Payload": {"token.$": "$$.Task.Token"}})
        worker = Worker(self.worker)
        self.addCleanup(worker.close)
        granted = worker.call(grant_slots=worker_pb2.GrantSlots(function=self.name, slots=1))
        self.assertEqual(granted.code, 0, granted.message)
        bad = worker.call(grant_slots=worker_pb2.GrantSlots(function="a:b:c", slots=1))
        self.assertEqual(bad.code, grpc.StatusCode.INVALID_ARGUMENT.value[0])
        task = worker.task()
        token = json.loads(task.input)["token"]
        self.assertNotEqual(token, task.task_token)
        # The function sends the token back before it returns.
        self.aws.call("SendTaskSuccess", taskToken=token, output='{"approved": true}')
        self.assertEqual(worker.complete(task, '"sent"'), 0)
        self.assertEqual(self.end().output, '{"approved": true}')
        events = self.aws.call("GetExecutionHistory",
                               executionArn=f"{ACCOUNT}:execution:{self.name}:e0")["events"]
        self.assertEqual([event["type"] for event in events[2:6]],
                         ["TaskScheduled", "TaskStarted", "TaskSubmitted", "TaskSucceeded"])
        self.assertEqual(json.loads(events[4]["taskSubmittedEventDetails"]["output"])["Payload"], "sent")
        self.assertEqual(events[2]["taskScheduledEventDetails"]["resource"], "invoke.waitForTaskToken")
        self.assertEqual(events[2]["taskScheduledEventDetails"]["region"], "us-east-1")

    def test_failure_has_error_and_cause(self):
        self.start()
        token = self.poll().task_token
        self.assertTrue(self.worker.HeartbeatTask(worker_pb2.HeartbeatTaskRequest(
            task_token=token), timeout=SECONDS).task_open)
        self.worker.FailTask(worker_pb2.FailTaskRequest(task_token=token, error="E", cause="C"), timeout=SECONDS)
        execution = self.end()
        self.assertEqual((execution.status, execution.error, execution.cause),
                         (client_pb2.EXECUTION_STATUS_FAILED, "E", "C"))

    def test_wrong_values_are_told_by_their_codes(self):
        code = grpc.StatusCode
        for method, request, expected in (
                (self.worker.PollTask, worker_pb2.PollTaskRequest(activity="none"), code.NOT_FOUND),
                (self.worker.CompleteTask, worker_pb2.CompleteTaskRequest(task_token="x", output="{}"),
                 code.INVALID_ARGUMENT),
                (self.worker.FailTask, worker_pb2.FailTaskRequest(task_token="x"), code.INVALID_ARGUMENT),
                (self.worker.HeartbeatTask, worker_pb2.HeartbeatTaskRequest(task_token="x"), code.INVALID_ARGUMENT),
                (self.client.StartExecution, client_pb2.StartExecutionRequest(state_machine="none"), code.NOT_FOUND),
                (self.client.StartExecution, client_pb2.StartExecutionRequest(state_machine="none", input="{"),
                 code.INVALID_ARGUMENT),
                (self.client.DescribeExecution, client_pb2.DescribeExecutionRequest(state_machine="none", name="e"),
                 code.NOT_FOUND)):
            with self.subTest(request=request):
                self.assert_code(expected, method, request)

    def test_name_is_taken_by_another_input(self):
        self.start()
        self.assert_code(grpc.StatusCode.ALREADY_EXISTS, self.client.StartExecution, client_pb2.StartExecutionRequest(
            state_machine=self.name, name="e0", input="[]"))

    def test_an_alias_leads_to_its_version(self):
        definition = {"StartAt": "A", "States": {"A": {"Type": "Pass", "Result": 1, "End": True}}}
        made = self.aws.call("CreateStateMachine", name=self.name, roleArn="arn:aws:iam::000000000000:role/r",
                             definition=json.dumps(definition), publish=True)
        self.aws.call("CreateStateMachineAlias", name="LIVE", routingConfiguration=[
            {"stateMachineVersionArn": made["stateMachineVersionArn"], "weight": 100}])
        self.client.StartExecution(client_pb2.StartExecutionRequest(state_machine=self.name, name="e0",
                                                                    qualifier="LIVE"), timeout=SECONDS)
        ended = self.end()
        self.assertEqual((ended.version, ended.alias, ended.output), (1, "LIVE", "1"))
        self.assert_code(grpc.StatusCode.NOT_FOUND, self.client.StartExecution, client_pb2.StartExecutionRequest(
            state_machine=self.name, qualifier="2"))

    def test_stop_history_and_wait_at_another_node(self):
        self.start()
        other = self.stubs(self.coordinators[1])[1]
        short = client_pb2.WaitExecutionRequest(state_machine=self.name, name="e0")
        short.wait.nanos = 1
        running = other.WaitExecution(short, timeout=SECONDS).execution
        self.assertEqual(running.status, client_pb2.EXECUTION_STATUS_RUNNING)
        waiting = other.WaitExecution.future(client_pb2.WaitExecutionRequest(
            state_machine=self.name, name="e0"), timeout=SECONDS)
        self.client.StopExecution(client_pb2.StopExecutionRequest(
            state_machine=self.name, name="e0", error="E"), timeout=SECONDS)
        self.assertEqual(waiting.result().execution.status, client_pb2.EXECUTION_STATUS_ABORTED)
        history = client_pb2.GetExecutionHistoryRequest(state_machine=self.name, name="e0", page_size=2)
        first = self.client.GetExecutionHistory(history, timeout=SECONDS)
        self.assertEqual([event.type for event in first.events], ["ExecutionStarted", "TaskStateEntered"])
        self.assertTrue(first.more)
        history.after_event_id, history.page_size = 2, 0
        rest = self.client.GetExecutionHistory(history, timeout=SECONDS)
        self.assertEqual(rest.events[-1].type, "ExecutionAborted")
        self.assertEqual(json.loads(rest.events[-1].json)["executionAbortedEventDetails"]["error"], "E")

    def test_stream_never_has_more_tasks_than_slots(self):
        self.start(count=5)
        worker = Worker(self.worker)
        self.assertEqual(worker.grant(self.name, 2), 0)
        held = [worker.task(), worker.task()]
        # Whatever the coordinator would send beyond comes before the answer to a later request.
        for _ in range(3):
            for task in held:
                beat = worker.call(heartbeat_task=worker_pb2.HeartbeatTaskRequest(task_token=task.task_token))
                self.assertTrue(beat.task_open)
        self.assertEqual(worker.tasks, [])
        self.assertEqual([worker.complete(task) for task in held], [0, 0])
        self.assertEqual(worker.grant(self.name, 3), 0)
        for _ in range(3):
            self.assertEqual(worker.complete(worker.task()), 0)
        for i in range(5):
            self.assertEqual(self.end(f"e{i}").status, client_pb2.EXECUTION_STATUS_SUCCEEDED)
        late = worker.complete(held[0])
        self.assertEqual(late, grpc.StatusCode.FAILED_PRECONDITION.value[0])
        self.assertEqual(worker.grant("none", 1), grpc.StatusCode.NOT_FOUND.value[0])
        self.assertEqual(worker.grant(self.name, 1001), grpc.StatusCode.INVALID_ARGUMENT.value[0])
        worker.close()
        self.assertEqual(list(worker.responses), [])
        self.assertEqual(worker.responses.code(), grpc.StatusCode.OK)

    def test_activity_is_created_when_a_grant_says_so(self):
        worker = Worker(self.worker)
        name = self.name + "-new"
        self.assertEqual(worker.grant(name, 1), grpc.StatusCode.NOT_FOUND.value[0])
        for code, activity in ((grpc.StatusCode.OK, name), (grpc.StatusCode.OK, name),
                               (grpc.StatusCode.OK, f"{ACCOUNT}:activity:{name}-too"),
                               (grpc.StatusCode.INVALID_ARGUMENT, "a b"),
                               (grpc.StatusCode.NOT_FOUND, "arn:aws:states:us-east-1:111111111111:activity:a")):
            with self.subTest(activity=activity):
                grant = worker_pb2.GrantSlots(activity=activity, slots=1, create_activity=True)
                self.assertEqual(worker.call(grant_slots=grant).code, code.value[0])
        self.assertEqual(worker.grant(name, 1), 0)
        worker.close()
        self.assertEqual(list(worker.responses), [])

    def test_slots_that_are_taken_back_get_no_task(self):
        worker = Worker(self.worker)
        self.assertEqual(worker.grant(self.name, 3), 0)
        self.assertEqual(worker.call(take_back_slots=worker_pb2.TakeBackSlots()).code, 0)
        self.start()
        task = self.poll()
        self.assertEqual(worker.tasks, [])
        self.assertEqual(worker.call(fail_task=worker_pb2.FailTaskRequest(task_token=task.task_token)).code, 0)
        worker.close()
        self.assertEqual(list(worker.responses), [])

    def test_slots_of_a_worker_that_has_gone_get_no_task(self):
        worker = Worker(self.worker)
        self.assertEqual(worker.grant(self.name, 3), 0)
        worker.responses.cancel()
        # The next connection's poll is answered although the slots were there before it.
        wait_until(lambda: worker.responses.done(), SECONDS, "the stream has ended")
        self.start()
        self.assertEqual(self.poll().activity, self.name)

    def test_drain_ends_streams_and_their_tasks_go_on_elsewhere(self):
        going = self.start_coordinator()
        stub, client = self.stubs(going)
        self.start()
        worker = Worker(stub)
        self.assertEqual(worker.grant(self.name, 2), 0)
        task = worker.task()
        waiting = client.WaitExecution.future(client_pb2.WaitExecutionRequest(
            state_machine=self.name, name="e0"), timeout=SECONDS)
        polling = stub.PollTask.future(worker_pb2.PollTaskRequest(activity=self.name), timeout=SECONDS)
        # Both have reached the coordinator when an answer to a later request has come.
        worker.call(heartbeat_task=worker_pb2.HeartbeatTaskRequest(task_token=task.task_token))
        self.assertEqual(going.terminate(), 0)
        with self.assertRaises(grpc.RpcError) as ended:
            next(worker.responses)
        self.assertEqual(ended.exception.code(), grpc.StatusCode.UNAVAILABLE)
        self.assertEqual(waiting.code(), grpc.StatusCode.UNAVAILABLE)
        self.assertIn(polling.code(), (grpc.StatusCode.OK, grpc.StatusCode.UNAVAILABLE))
        self.worker.CompleteTask(worker_pb2.CompleteTaskRequest(
            task_token=task.task_token, output="{}"), timeout=SECONDS)
        self.assertEqual(self.end().status, client_pb2.EXECUTION_STATUS_SUCCEEDED)

    def test_task_of_a_stream_that_is_cut_before_the_confirmation_is_given_again_at_once(self):
        self.start()
        cut, other = Worker(self.worker, confirms=False), Worker(self.worker)
        self.assertEqual(cut.grant(self.name, 1), 0)
        lost = cut.task()
        self.assertEqual(other.grant(self.name, 1), 0)
        began = time.monotonic()
        cut.responses.cancel()
        again = other.task()
        self.assertLess(time.monotonic() - began, 3)
        self.assertEqual(again, lost)
        self.complete(again.task_token)

    def test_task_of_a_stream_that_is_cut_after_the_confirmation_is_not_given_again(self):
        self.start()
        cut = Worker(self.worker)
        self.assertEqual(cut.grant(self.name, 1), 0)
        task = cut.task()
        # What was sent before an acknowledged request has been seen.
        self.assertEqual(cut.call(take_back_slots=worker_pb2.TakeBackSlots()).code, 0)
        cut.responses.cancel()
        self.assertEqual(self.poll(wait=7).task_token, "")
        self.complete(task.task_token)

    def test_task_of_a_coordinator_killed_before_the_confirmation_is_given_by_another(self):
        for confirmed in False, True:
            with self.subTest(confirmed=confirmed):
                self.setUp()
                self.start()
                killed = self.start_coordinator()
                worker = Worker(self.stubs(killed)[0], confirms=False)
                self.assertEqual(worker.grant(self.name, 1), 0)
                task = worker.task()
                if confirmed:
                    # At another coordinator, which writes it.
                    self.worker.ConfirmTask(worker_pb2.ConfirmTaskRequest(task_token=task.task_token), timeout=SECONDS)
                killed.kill()
                began = time.monotonic()
                again = self.poll(wait=8)
                self.assertLess(time.monotonic() - began, 9)
                self.assertEqual(again.task_token, "" if confirmed else task.task_token)
                self.complete(task.task_token)

    def test_polled_task_is_given_again_unless_it_is_confirmed(self):
        self.start()
        task = self.poll(confirms=True)
        again = self.poll(self.stubs(self.coordinators[1])[0], confirms=True)
        self.assertEqual(again, task)
        confirm = worker_pb2.ConfirmTaskRequest(task_token=again.task_token)
        self.worker.ConfirmTask(confirm, timeout=SECONDS)
        self.worker.ConfirmTask(confirm, timeout=SECONDS)
        self.assertEqual(self.poll(wait=7).task_token, "")
        self.complete(again.task_token)
        self.assert_code(grpc.StatusCode.FAILED_PRECONDITION, self.worker.ConfirmTask, confirm)
        self.assert_code(grpc.StatusCode.INVALID_ARGUMENT, self.worker.ConfirmTask,
                         worker_pb2.ConfirmTaskRequest(task_token="x"))


if __name__ == "__main__":
    unittest.main(warnings="ignore")
