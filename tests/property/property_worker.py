"""The workers of the property test: threads that answer each task by a function of its activity and input and of
nothing else (worker_rule.cc has the same function), whatever becomes of the coordinators."""
import http.client
import os
import sys
import threading
import time
import zlib

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "support"))
from pawl_test import ApiError, Client  # noqa: E402

ACCOUNT = "arn:aws:states:us-east-1:000000000000"
# How many threads poll each activity.
ACTIVITIES = {"steady": 5, "moody": 6, "beating": 3, "quiet": 3, "fading": 4}
BEATS, BEAT_EVERY = 3, 0.3
LOST = (OSError, http.client.HTTPException, ApiError)


def answer_to(activity, given):
    """The operation that ends the task, and its arguments; None: nothing does."""
    if activity in ("quiet", "fading"):
        return None
    total = zlib.crc32(f"{activity}\n{given}".encode())
    if activity == "moody" and total % 10 >= 5:
        if total % 10 < 8:
            return "SendTaskFailure", {"error": "E", "cause": f"cause {total // 17 % 3}"}
        return "SendTaskFailure", {"error": "F"}
    numbers = ",".join(str(total // (11 + i) % 5) for i in range(total // 7 % 4))
    flag = "true" if total // 5 % 2 == 0 else "false"
    return "SendTaskSuccess", {
        "output": f'{{"n":{total % 12},"s":"s{total // 3 % 7}","list":[{numbers}],"flag":{flag},'
                  f'"w":{total // 13 % 2},"by":"{activity}"}}'}


class Workers:
    def __init__(self, ports):
        self.ports, self.stopped, self.lock = ports, threading.Event(), threading.Lock()
        self.answered, self.late = 0, 0
        number = 0
        for activity, count in ACTIVITIES.items():
            for _ in range(count):
                threading.Thread(target=self.run, args=(activity, number), daemon=True).start()
                number += 1

    def run(self, activity, number):
        poller = Client(self.ports, patience=0, timeout=70)
        teller = Client(self.ports, patience=120, timeout=10)
        poller.turn = teller.turn = number
        while not self.stopped.is_set():
            try:
                task = poller.once("GetActivityTask", {"activityArn": f"{ACCOUNT}:activity:{activity}",
                                                       "workerName": f"{activity}-{number}"})
            except LOST:  # the coordinator was killed: go to the next one
                poller.connections.clear()
                poller.turn += 1
                time.sleep(0.02)
                continue
            if task.get("taskToken"):
                self.work(teller, activity, task["taskToken"], task["input"])

    def work(self, teller, activity, token, given):
        if activity in ("beating", "fading"):
            self.beat(token, teller.turn)
        answer = answer_to(activity, given)
        if answer is None:
            return
        operation, arguments = answer
        try:
            teller.call(operation, taskToken=token, **arguments)
            with self.lock:
                self.answered += 1
        except ApiError as error:
            # A repeat of an answer whose reply was lost, or the end of what the task belonged to.
            assert error.code == "TaskTimedOut", error
            with self.lock:
                self.late += 1

    def beat(self, token, turn):
        client = Client(self.ports, patience=0, timeout=2)
        client.turn = turn
        for _ in range(BEATS):
            time.sleep(BEAT_EVERY)  # the work
            try:
                client.once("SendTaskHeartbeat", {"taskToken": token})
            except LOST:
                client.connections.clear()
                client.turn += 1

    def stop(self):
        self.stopped.set()
