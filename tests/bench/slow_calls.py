#!/usr/bin/env python3
"""What slow targets cost the others: many calls under way to a Lambda endpoint that answers after some seconds, on one
coordinator, and beside them executions of five Pass states, one after the other, as before without the calls.

    slow_calls.py [--calls 2000] [--seconds 5] [--others 400]

Prints the coordinator's threads and resident memory, and percentiles of the others' latency in ms: of StartExecution
as its caller sees it, and of the execution from its start to its end by its own dates. The target is a process of its own;
PostgreSQL is a private cluster. All executions must succeed.
"""
import argparse
import asyncio
import concurrent.futures
import json
import multiprocessing
import os
import re
import sys
import time
import urllib.request

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "support"))
from pawl_test import Client, Coordinator, Postgres, create_schema, free_port, wait_until  # noqa: E402

ROLE = "arn:aws:iam::000000000000:role/r"
ROUNDS = 4  # calls that each execution makes, one after the other
STARTERS = 8


def chain(states):
    names = [f"S{number}" for number in range(len(states))]
    return json.dumps({"StartAt": names[0], "States": {
        name: {**state, **({"End": True} if name == names[-1] else {"Next": names[number + 1]})}
        for number, (name, state) in enumerate(zip(names, states))}})


def serve(port, seconds):
    """Answers each invocation with {} after so many seconds."""
    async def answer(reader, writer):
        try:
            while True:
                head = await reader.readuntil(b"\r\n\r\n")
                await reader.readexactly(int(re.search(rb"(?i)content-length: (\d+)", head)[1]))
                await asyncio.sleep(seconds)
                writer.write(b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: 2\r\n\r\n{}")
                await writer.drain()
        except (asyncio.IncompleteReadError, ConnectionError):
            writer.close()

    async def main():
        server = await asyncio.start_server(answer, "127.0.0.1", port, backlog=4096)
        await server.serve_forever()

    asyncio.run(main())


class Run:
    def __init__(self, coordinator, options):
        self.coordinator, self.options = coordinator, options
        self.client = Client([coordinator.port])
        function = {"Type": "Task", "Resource": "arn:aws:lambda:us-east-1:000000000000:function:slow"}
        self.slow = self.machine("slow", chain([function] * ROUNDS))
        self.quick = self.machine("quick", chain([{"Type": "Pass"}] * 5))

    def machine(self, name, definition):
        return self.client.call("CreateStateMachine", name=name, roleArn=ROLE, definition=definition)["stateMachineArn"]

    def status(self, field):
        with open(f"/proc/{self.coordinator.process.pid}/status") as status:
            return int(re.search(rf"{field}:\s+(\d+)", status.read())[1])

    def under_way(self):
        text = urllib.request.urlopen(self.coordinator.endpoint + "/metrics").read().decode()
        return float(re.search(r"(?m)^pawl_calls_under_way (\S+)$", text)[1])

    def start_slow(self):
        def some(first):
            client = Client([self.coordinator.port])
            for _ in range(first, self.options.calls, STARTERS):
                client.call("StartExecution", stateMachineArn=self.slow)
        with concurrent.futures.ThreadPoolExecutor(STARTERS) as starters:
            list(starters.map(some, range(STARTERS)))

    def others(self, what):
        starts, runs = [], []
        arns = []
        for _ in range(self.options.others):
            begin = time.monotonic()
            arns.append(self.client.call("StartExecution", stateMachineArn=self.quick)["executionArn"])
            starts.append((time.monotonic() - begin) * 1000)
        calls = self.under_way()
        print(f"{what}: {calls:.0f} calls under way, {self.status('Threads')} threads, "
              f"{self.status('VmRSS') / 1024:.0f} MiB", flush=True)
        for arn in arns:
            wait_until(lambda arn=arn: self.execution(arn)["status"] == "SUCCEEDED", 30, arn)
            execution = self.execution(arn)
            runs.append((execution["stopDate"] - execution["startDate"]) * 1000)
        return {"StartExecution": starts, "execution": runs}

    def execution(self, arn):
        return self.client.call("DescribeExecution", executionArn=arn)


def percentile(values, share):
    return sorted(values)[min(len(values) - 1, int(len(values) * share))]


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--calls", type=int, default=2000)
    parser.add_argument("--seconds", type=float, default=5)
    parser.add_argument("--others", type=int, default=400)
    options = parser.parse_args()
    port = free_port()
    target = multiprocessing.Process(target=serve, args=(port, options.seconds), daemon=True)
    target.start()
    postgres = Postgres()
    try:
        create_schema(postgres.url)
        coordinator = Coordinator(postgres.url, lambda_endpoint=f"http://127.0.0.1:{port}")
        try:
            coordinator.wait_ready()
            run = Run(coordinator, options)
            run.others("warming up")
            idle = run.others("idle")
            run.start_slow()
            wait_until(lambda: run.under_way() >= 0.9 * options.calls, 60, "the calls are under way")
            busy = run.others("beside the calls")
            for what in idle:
                for name, share in (("p50", 0.5), ("p99", 0.99)):
                    one, two = percentile(idle[what], share), percentile(busy[what], share)
                    print(f"{what} {name}: {one:.2f} ms idle, {two:.2f} ms beside, ratio {two / max(one, 0.01):.2f}")
            wait_until(lambda: postgres.query("select count(*) from pawl.execution") == [["0"]],
                       120 + ROUNDS * options.seconds, "all have ended")
            failed = int(postgres.query("select count(*) from pawl.closed_execution where status <> 2")[0][0])
            print(f"{failed} executions did not succeed")
            return 0 if failed == 0 else 1
        finally:
            coordinator.close()
    finally:
        postgres.close()
        target.terminate()


if __name__ == "__main__":
    sys.exit(main())
