#!/usr/bin/env python3
"""A worker of the small load (small_load.py): polls over the AWS API, works as long as the task's input says, sends
heartbeats, and tells the result until a coordinator has taken it. Every call is recorded.

    load_worker.py --name NAME --log FILE --endpoints HOST:PORT,... ACTIVITY=THREADS...
"""
import argparse
import json
import os
import sys
import threading
import time

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "support"))
from call_log import CallLog, RecordingClient  # noqa: E402
from small_load import ACCOUNT, LOST, ApiError  # noqa: E402

HEARTBEAT_EVERY = 0.7
PATIENCE = 60  # seconds that a result is told again


class Handler:
    """One thread: one task at a time."""

    def __init__(self, log, name, endpoints, activity, turn):
        self.activity, self.name = activity, name
        self.poller = RecordingClient(log, name, endpoints, patience=0, timeout=70)
        self.teller = RecordingClient(log, name, endpoints, patience=PATIENCE, timeout=4)
        self.beater = RecordingClient(log, name, endpoints, patience=0, timeout=1)
        self.poller.turn = self.teller.turn = self.beater.turn = turn

    def run(self):
        while True:
            try:
                task = self.poller.once("GetActivityTask", {
                    "activityArn": f"{ACCOUNT}:activity:{self.activity}", "workerName": self.name})
            except LOST:
                self.poller.connections.clear()
                self.poller.turn += 1
                time.sleep(0.05)
                continue
            if task.get("taskToken"):
                self.work(task["taskToken"], json.loads(task["input"]))

    def work(self, token, given):
        end = time.monotonic() + given.get("work", 0)
        while (left := end - time.monotonic()) > 0:
            time.sleep(min(left, HEARTBEAT_EVERY))  # the work itself
            if time.monotonic() < end and not self.heartbeat(token):
                return
        try:
            if given.get("refuse"):
                self.teller.call("SendTaskFailure", taskToken=token, error="Refused", cause="as the input says")
            else:
                self.teller.call("SendTaskSuccess", taskToken=token, output=json.dumps({"n": given["n"]}))
        except LOST:
            pass  # the task was over, or nobody took the result: it times out

    def heartbeat(self, token):
        """Whether the task goes on."""
        try:
            self.beater.once("SendTaskHeartbeat", {"taskToken": token})
        except LOST as error:
            if isinstance(error, ApiError) and error.status < 500:
                return False
            self.beater.connections.clear()
            self.beater.turn += 1
        return True


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--name", required=True)
    parser.add_argument("--log", required=True)
    parser.add_argument("--endpoints", required=True)
    parser.add_argument("activities", nargs="+", metavar="ACTIVITY=THREADS")
    arguments = parser.parse_args()
    log, endpoints = CallLog(arguments.log), arguments.endpoints.split(",")
    threads = []
    for wanted in arguments.activities:
        activity, count = wanted.split("=")
        for _ in range(int(count)):
            number = len(threads)
            handler = Handler(log, f"{arguments.name}-{number}", endpoints, activity, number)
            threads.append(threading.Thread(target=handler.run, daemon=True))
    for thread in threads:
        thread.start()
    threads[0].join()


if __name__ == "__main__":
    main()
