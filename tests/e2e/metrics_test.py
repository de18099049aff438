#!/usr/bin/env python3
"""/metrics against what happened: after a run of all kinds of machines its figures are those of the tables and of
the histories; promtool finds nothing to say, and a Prometheus that scrapes it has the series. Needs Debian's
package prometheus."""
import collections
import http.client
import json
import os
import re
import subprocess
import sys
import tempfile
import threading
import unittest
import urllib.parse

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "support"))
from pawl_test import ROOT, ApiError, Client, Coordinator, Postgres, create_schema, free_port, wait_until  # noqa: E402

ACTIVITY = "arn:aws:states:us-east-1:000000000000:activity:"
STATUSES = {2: "succeeded", 3: "failed", 4: "timed_out", 5: "aborted"}


def get(port, path):
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=10)
    connection.request("GET", path)
    response = connection.getresponse()
    return response.status, response.read().decode()


class Scrape:
    """An answer of /metrics: the value of each series by its name, labels included."""

    def __init__(self, port):
        status, self.text = get(port, "/metrics")
        assert status == 200, self.text
        self.values = {}
        for line in self.text.splitlines():
            if not line.startswith("#"):
                series, value = line.rsplit(" ", 1)
                self.values[series] = float(value)

    def __getitem__(self, series):
        return self.values[series]

    def by_label(self, name):
        found = {}
        for series, value in self.values.items():
            match = re.fullmatch(re.escape(name) + r'\{\w+="(\w+)"\}', series)
            if match:
                found[match.group(1)] = value
        return found

    def table(self):
        """What docs/metrics.md shows: a line for each metric."""
        types = dict(re.findall(r"^# TYPE (\w+) (\w+)$", self.text, re.M))
        rows = []
        for name, text in re.findall(r"^# HELP (\w+) (.*)$", self.text, re.M):
            labels = collections.OrderedDict()
            for label, value in re.findall(r"^" + name + r'(?:_count)?\{(\w+)="(\w+)"\}', self.text, re.M):
                labels.setdefault(label, []).append(value)
            shown = UNSEEN.get(name) or "; ".join(f"`{label}`: {NAMES.get(label) or ', '.join(values)}" for label, values in labels.items())
            rows.append(f"| `{name}` | {types[name]} | {shown} | {text} |")
        return rows


def task(activity, **more):
    return dict({"Type": "Task", "Resource": ACTIVITY + activity, "End": True}, **more)


def machine(state, **more):
    return dict({"StartAt": "S", "States": {"S": state, "Caught": {"Type": "Pass", "End": True}}}, **more)


def lone(state, name="S"):
    return {"StartAt": name, "States": {name: state}}


# Labels whose values are the user's own.
NAMES = {"activity": "its name"}
# What nothing here raises; aws_services_test.py does.
UNSEEN = {"pawl_aws_requests_total": "`service`: its name; `outcome`: succeeded, throttled, failed"}
CAUGHT = [{"ErrorEquals": ["States.ALL"], "Next": "Caught"}]
# Name, definition, input, executions.
RUNS = [
    ("pass", lone({"Type": "Pass", "End": True}), {}, 5),
    ("fail", lone({"Type": "Fail", "Error": "E", "Cause": "c"}), {}, 3),
    ("flaky", lone(task("flaky", TimeoutSeconds=60, Retry=[
        {"ErrorEquals": ["States.ALL"], "IntervalSeconds": 1, "MaxAttempts": 9, "BackoffRate": 1.0}])), {}, 4),
    ("late", machine(task("silent", TimeoutSeconds=1, Catch=CAUGHT)), {}, 2),
    ("silent", lone(task("silent", TimeoutSeconds=60, HeartbeatSeconds=1)), {}, 2),
    ("parallel", lone({"Type": "Parallel", "End": True, "Branches": [
        lone({"Type": "Wait", "Seconds": 1, "End": True}, "A"),
        lone(task("work", HeartbeatSeconds=60), "B"), lone(task("work"), "C")]}), {}, 3),
    ("broken", machine({"Type": "Parallel", "Next": "Caught", "Catch": CAUGHT, "Branches": [
        lone({"Type": "Fail", "Error": "E"}, "A"), lone({"Type": "Wait", "Seconds": 600, "End": True}, "B")]}), {}, 2),
    ("map", lone({"Type": "Map", "End": True, "ItemsPath": "$.items", "MaxConcurrency": 2,
                  "ItemProcessor": lone(task("work"), "A")}), {"items": [1, 2, 3, 4, 5]}, 3),
    ("limited", dict(lone({"Type": "Wait", "Seconds": 600, "End": True}), TimeoutSeconds=1), {}, 2),
]
STOPPED = ("stopped", lone(task("nobody")), {}, 3)


class Workers:
    """Threads that poll until the coordinator is gone. `beats`: heartbeats that were accepted."""

    def __init__(self, port):
        self.port, self.beats, self.count = port, 0, 0
        self.lock = threading.Lock()
        self.flaky_tasks = 0

    def start(self, activity, work, count):
        for _ in range(count):
            threading.Thread(target=self.run, args=(activity, work), daemon=True).start()
            self.count += 1

    def run(self, activity, work):
        client = Client([self.port])
        while True:
            try:
                given = client.once("GetActivityTask", {"activityArn": ACTIVITY + activity})
                if given.get("taskToken"):
                    work(client, given["taskToken"])
            except (OSError, http.client.HTTPException, ApiError):
                return

    def succeed(self, client, token):
        client.once("SendTaskHeartbeat", {"taskToken": token})
        with self.lock:
            self.beats += 1
        client.once("SendTaskSuccess", {"taskToken": token, "output": "{}"})

    def fail_every_other(self, client, token):
        with self.lock:
            self.flaky_tasks += 1
            fails = self.flaky_tasks % 2 == 1
        if fails:
            client.once("SendTaskFailure", {"taskToken": token, "error": "Flaky"})
        else:
            client.once("SendTaskSuccess", {"taskToken": token, "output": "{}"})


class MetricsTest(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.postgres = Postgres()
        cls.addClassCleanup(cls.postgres.close)
        create_schema(cls.postgres.url)
        cls.coordinator = Coordinator(cls.postgres.url, log=os.path.join(cls.postgres.folder, "coordinator.log"))
        cls.addClassCleanup(cls.coordinator.close)
        cls.coordinator.wait_ready()
        cls.client = Client([cls.coordinator.port])
        cls.workers = Workers(cls.coordinator.port)
        for activity in ("work", "flaky", "silent", "nobody"):
            cls.client.call("CreateActivity", name=activity)
        cls.run_all()

    @classmethod
    def start_all(cls, name, definition, data, count):
        made = cls.client.call("CreateStateMachine", name=name, roleArn="arn:aws:iam::000000000000:role/r",
                               definition=json.dumps(definition))
        return [cls.client.call("StartExecution", stateMachineArn=made["stateMachineArn"], name=f"e{i}",
                                input=json.dumps(data))["executionArn"] for i in range(count)]

    @classmethod
    def run_all(cls):
        # Half of the tasks are there before their workers, so that both ways of handing out are taken.
        cls.executions = [arn for run in RUNS[:len(RUNS) // 2] for arn in cls.start_all(*run)]
        cls.workers.start("work", cls.workers.succeed, 3)
        cls.workers.start("flaky", cls.workers.fail_every_other, 1)
        cls.workers.start("silent", lambda client, token: None, 2)
        cls.executions += [arn for run in RUNS[len(RUNS) // 2:] for arn in cls.start_all(*run)]
        wait_until(lambda: int(cls.postgres.query("select count(*) from pawl.execution")[0][0]) == 0, 60,
                   "all executions closed")
        stopped = cls.start_all(*STOPPED)
        cls.backlog = wait_until(lambda: cls.scrape_if(lambda s: s["pawl_ready_tasks"] == len(stopped)), 20,
                                 "the backlog is shown")
        for arn in stopped:
            cls.client.call("StopExecution", executionArn=arn)
        cls.executions += stopped
        # A redrive that fails again, and so ends once more.
        cls.redriven = [arn for arn in cls.executions if ":execution:fail:" in arn][:1]
        for arn in cls.redriven:
            cls.client.call("RedriveExecution", executionArn=arn)
        cls.ends = len(cls.executions) + len(cls.redriven)
        # The last answers and this scrape are on different connections.
        cls.scrape = wait_until(
            lambda: cls.scrape_if(lambda s: sum(s.by_label("pawl_executions_closed_total").values())
                                  == cls.ends and s["pawl_pollers"] == cls.workers.count), 20,
            "all that happened is shown")

    @classmethod
    def scrape_if(cls, condition):
        scrape = Scrape(cls.coordinator.port)
        return scrape if condition(scrape) else None

    def query_one(self, sql):
        return int(self.postgres.query(sql)[0][0])

    def event_counts(self):
        counts = collections.Counter()
        for arn in self.executions:
            page = {"nextToken": None}
            while "nextToken" in page:
                more = {"nextToken": page["nextToken"]} if page["nextToken"] else {}
                page = self.client.call("GetExecutionHistory", executionArn=arn, maxResults=1000, **more)
                counts.update(event["type"] for event in page["events"])
        return counts

    def test_executions_are_those_of_the_tables(self):
        self.assertEqual(self.scrape["pawl_executions_started_total"], len(self.executions))
        wanted = {name: 0.0 for name in STATUSES.values()}
        for status, count in self.postgres.query("select status, count(*) from pawl.closed_execution group by 1"):
            wanted[STATUSES[int(status)]] = float(count)
        wanted["failed"] += len(self.redriven)
        self.assertEqual(self.scrape.by_label("pawl_executions_closed_total"), wanted)
        self.assertTrue(all(wanted.values()), wanted)

    def test_transitions_are_the_rows_of_history(self):
        kinds = self.scrape.by_label("pawl_transitions_total")
        self.assertTrue(all(kinds[kind] for kind in kinds if kind not in ("quiet", "redrive")), kinds)
        seen = sum(count for kind, count in kinds.items() if kind != "quiet")
        self.assertEqual(seen, self.query_one("select count(*) from pawl.history"))
        self.assertEqual(self.scrape["pawl_history_events_total"],
                         self.query_one("select sum(event_count) from pawl.history"))
        commits = self.scrape.by_label("pawl_commits_total")
        self.assertEqual(commits["committed"], sum(kinds.values()) - kinds["hand_out"])
        self.assertEqual(self.scrape["pawl_commit_duration_seconds_count"], sum(commits.values()))

    def test_tasks_are_those_of_the_histories(self):
        counts = self.event_counts()
        self.assertEqual(self.scrape["pawl_history_events_total"], sum(counts.values()))
        self.assertEqual(self.scrape["pawl_tasks_scheduled_total"], counts["ActivityScheduled"])
        self.assertEqual(self.scrape["pawl_tasks_dispatched_total"], counts["ActivityStarted"])
        self.assertEqual(self.scrape["pawl_task_schedule_to_start_seconds_count"], counts["ActivityStarted"])
        ended = {"succeeded": counts["ActivitySucceeded"], "failed": counts["ActivityFailed"],
                 "timed_out": counts["ActivityTimedOut"]}
        self.assertEqual(self.scrape.by_label("pawl_tasks_ended_total"), ended)
        self.assertTrue(all(ended.values()), ended)
        self.assertEqual(self.scrape["pawl_task_heartbeats_total"], self.workers.beats)
        self.assertEqual(self.scrape["pawl_timer_lag_seconds_count"],
                         self.scrape.by_label("pawl_transitions_total")["timer"])

    def test_what_waits_is_shown(self):
        self.assertGreater(self.backlog["pawl_ready_tasks_oldest_age_seconds"], 0)
        self.assertGreater(self.scrape.by_label("pawl_store_connections")["transitions"], 0)
        self.assertEqual(self.scrape.by_label("pawl_activity_pollers"), {"work": 3, "flaky": 1, "silent": 2})
        self.assertEqual(set(self.scrape.by_label("pawl_store_queue_length")), {"transitions", "claims", "reads"})
        self.assertGreater(self.scrape['pawl_store_queue_wait_seconds_count{pool="transitions"}'], 0)
        self.assertGreater(self.scrape["pawl_claims_total"], 0)

    def test_promtool_has_nothing_to_say(self):
        done = subprocess.run(["promtool", "check", "metrics"], input=self.scrape.text, capture_output=True, text=True)
        self.assertEqual((done.returncode, done.stdout + done.stderr), (0, ""))

    def test_documentation_has_the_same_table(self):
        with open(os.path.join(ROOT, "docs", "metrics.md")) as file:
            documented = [line.rstrip("\n") for line in file if line.startswith("| `pawl_")]
        self.assertEqual(documented, self.scrape.table(), "docs/metrics.md should have:\n" +
                         "\n".join(self.scrape.table()))

    def test_prometheus_scrapes_it(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        config = os.path.join(folder.name, "prometheus.yml")
        with open(config, "w") as file:
            file.write("global: {scrape_interval: 1s, scrape_timeout: 1s}\n"
                       "scrape_configs:\n"
                       "  - job_name: pawl\n"
                       f"    static_configs: [{{targets: ['127.0.0.1:{self.coordinator.port}']}}]\n")
        port = free_port()
        prometheus = subprocess.Popen(
            ["prometheus", f"--config.file={config}", f"--storage.tsdb.path={folder.name}/data",
             f"--web.listen-address=127.0.0.1:{port}"], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        self.addCleanup(prometheus.wait)
        self.addCleanup(prometheus.kill)

        def value(query):
            try:
                status, body = get(port, "/api/v1/query?query=" + urllib.parse.quote(query))
            except OSError:
                return None
            found = json.loads(body)["data"]["result"] if status == 200 else []
            return float(found[0]["value"][1]) if found else None

        wait_until(lambda: value("up") == 1, 30, "Prometheus has scraped the coordinator")
        self.assertEqual(value("pawl_executions_started_total"), len(self.executions))
        self.assertEqual(value("sum(pawl_executions_closed_total)"), self.ends)
        self.assertIsNotNone(value("histogram_quantile(0.99, pawl_commit_duration_seconds_bucket)"))


if __name__ == "__main__":
    unittest.main(verbosity=2)
