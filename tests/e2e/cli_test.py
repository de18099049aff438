#!/usr/bin/env python3
"""Every command of `pawl` that talks to a coordinator, against that at PAWL_ENDPOINT: what it prints, its exit
codes, -o json."""
import json
import os
import subprocess
import sys
import tempfile
import unittest
import uuid

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "support"))
from pawl_test import BIN, free_port  # noqa: E402

PAWL = os.path.join(BIN, "pawl")
ACCOUNT = "arn:aws:states:us-east-1:000000000000"
PASS = {"StartAt": "Hello", "States": {"Hello": {"Type": "Pass", "End": True}}}
FAIL = {"StartAt": "No", "States": {"No": {"Type": "Fail", "Error": "Broken", "Cause": "as it must"}}}
WAIT = {"StartAt": "Rest", "States": {"Rest": {"Type": "Wait", "Seconds": 3600, "End": True}}}


def unique(prefix):
    return prefix + "-" + uuid.uuid4().hex[:8]


class Result:
    def __init__(self, done):
        self.code, self.out, self.err = done.returncode, done.stdout, done.stderr

    @property
    def json(self):
        return json.loads(self.out)


def run(*arguments, text="", **environment):
    return Result(subprocess.run([PAWL, *arguments], input=text, capture_output=True, text=True, timeout=60,
                                 env=dict(os.environ, **environment)))


class CommandTest(unittest.TestCase):
    def setUp(self):
        self.folder = tempfile.TemporaryDirectory()
        self.addCleanup(self.folder.cleanup)

    def ok(self, *arguments, **more):
        result = run(*arguments, **more)
        self.assertEqual(result.code, 0, f"{arguments}: {result.err}")
        return result

    def deploy(self, definition, *arguments):
        name = unique("machine")
        path = os.path.join(self.folder.name, name + ".asl.json")
        with open(path, "w") as file:
            json.dump(definition, file)
        return name, self.ok("deploy", path, *arguments), path

    # -- deploy, list, describe

    def test_deploy_names_the_machine_after_the_file_and_is_idempotent(self):
        name, result, path = self.deploy(PASS)
        self.assertEqual(result.out, f"created {ACCOUNT}:stateMachine:{name}\n")
        self.assertTrue(self.ok("deploy", path).out.startswith("unchanged "))
        with open(path, "w") as file:
            json.dump(FAIL, file)
        self.assertTrue(self.ok("deploy", path).out.startswith("updated "))
        self.assertIn("Broken", self.ok("describe", name).out)

    def test_deploy_takes_a_name_and_creates_activities(self):
        activity, name = unique("activity"), unique("named")
        definition = {"StartAt": "T", "States": {"T": {
            "Type": "Task", "Resource": f"{ACCOUNT}:activity:{activity}", "End": True}}}
        result = self.deploy(definition, "--name", name, "--activities", "-o", "json")[1]
        self.assertEqual(result.json, {"stateMachineArn": f"{ACCOUNT}:stateMachine:{name}", "result": "created"})
        self.assertIn(activity, self.ok("activity", "list").out)

    def test_deploy_tells_what_is_wrong_with_a_definition(self):
        path = os.path.join(self.folder.name, "bad.asl.json")
        with open(path, "w") as file:
            json.dump({"StartAt": "Nowhere", "States": {}}, file)
        result = run("deploy", path)
        self.assertEqual(result.code, 1)
        self.assertIn("InvalidDefinition", result.err)

    def test_list_shows_machines(self):
        name = self.deploy(PASS)[0]
        self.assertIn(name, self.ok("list", "--limit", "1000").out)
        machines = self.ok("list", "--limit", "1000", "-o", "json").json["stateMachines"]
        self.assertIn(name, [machine["name"] for machine in machines])

    def test_list_pages_through_executions_up_to_the_limit(self):
        name = self.deploy(PASS)[0]
        for i in range(3):
            self.ok("start", name, "--name", f"e{i}", "--wait")
        self.assertEqual(len(self.ok("list", name, "-o", "json").json["executions"]), 3)
        self.assertEqual(len(self.ok("list", name, "--limit", "2", "-o", "json").json["executions"]), 2)
        self.assertEqual(self.ok("list", name, "--status", "FAILED", "-o", "json").json["executions"], [])
        self.assertIn("SUCCEEDED", self.ok("list", name).out)

    def test_describe_finds_machines_activities_and_executions(self):
        name, activity = self.deploy(PASS)[0], unique("activity")
        self.ok("activity", "create", activity)
        self.ok("start", name, "--name", name + "-e", "--wait")
        self.assertIn("definition:", self.ok("describe", name).out)
        self.assertIn("activityArn:", self.ok("describe", activity).out)
        for named in (f"{name}/{name}-e", name + "-e", f"{ACCOUNT}:execution:{name}:{name}-e"):
            self.assertEqual(self.ok("describe", named, "-o", "json").json["status"], "SUCCEEDED")
        missing = run("describe", unique("nothing"))
        self.assertEqual(missing.code, 1)
        self.assertIn("StateMachineDoesNotExist", missing.err)

    # -- start, stop, history

    def test_start_waits_for_the_output(self):
        name = self.deploy(PASS)[0]
        result = self.ok("start", name, "--input", '{"n": 1}', "--wait")
        self.assertIn("SUCCEEDED", result.out)
        self.assertIn('{"n": 1}', result.out)

    def test_start_takes_its_input_from_a_file_or_standard_input(self):
        name = self.deploy(PASS)[0]
        path = os.path.join(self.folder.name, "input.json")
        with open(path, "w") as file:
            file.write('{"from": "file"}')
        of_file = self.ok("start", name, "--input", "@" + path, "--wait", "-o", "json").json
        self.assertEqual(json.loads(of_file["output"]), {"from": "file"})
        piped = self.ok("start", name, "--input", "-", "--wait", "-o", "json", text='{"from": "pipe"}').json
        self.assertEqual(json.loads(piped["output"]), {"from": "pipe"})

    def test_start_of_an_execution_that_fails_exits_with_1(self):
        name = self.deploy(FAIL)[0]
        result = run("start", name, "--wait")
        self.assertEqual(result.code, 1)
        self.assertIn("Broken: as it must", result.out)

    def test_start_without_wait_prints_the_arn(self):
        name = self.deploy(PASS)[0]
        self.assertEqual(self.ok("start", name, "--name", "one").out, f"{ACCOUNT}:execution:{name}:one\n")

    def test_stop_ends_an_execution(self):
        name = self.deploy(WAIT)[0]
        self.ok("start", name, "--name", "long")
        self.ok("stop", f"{name}/long", "--error", "Enough", "--cause", "no time")
        described = self.ok("describe", f"{name}/long", "-o", "json").json
        self.assertEqual((described["status"], described["error"]), ("ABORTED", "Enough"))

    def test_history_shows_events_and_follows_to_the_end(self):
        name = self.deploy(WAIT)[0]
        self.ok("start", name, "--name", "long", "--input", '{"n": 1}')
        self.assertIn("ExecutionStarted", self.ok("history", f"{name}/long").out)
        follower = subprocess.Popen([PAWL, "history", f"{name}/long", "--follow"], stdout=subprocess.PIPE, text=True)
        self.ok("stop", f"{name}/long")
        out = follower.communicate(timeout=30)[0]
        self.assertEqual(follower.returncode, 0)
        self.assertRegex(out, r"(?s)ExecutionStarted.*WaitStateEntered +Rest.*ExecutionAborted")
        events = self.ok("history", f"{name}/long", "-o", "json").json["events"]
        self.assertEqual([event["id"] for event in events], list(range(1, len(events) + 1)))

    # -- version, alias

    def test_versions_are_published_listed_started_and_deleted(self):
        name = self.deploy(PASS)[0]
        arn = f"{ACCOUNT}:stateMachine:{name}"
        self.assertEqual(self.ok("version", "publish", name, "--description", "first").out, arn + ":1\n")
        self.assertEqual(self.ok("describe", name + ":1", "-o", "json").json["description"], "first")
        self.assertRegex(self.ok("version", "list", name).out, r"^VERSION +CREATED\n1 ")
        started = self.ok("start", name + ":1", "--wait", "-o", "json").json
        self.assertEqual(started["stateMachineVersionArn"], arn + ":1")
        self.assertEqual(len(self.ok("list", name + ":1", "-o", "json").json["executions"]), 1)
        self.assertEqual(self.ok("version", "delete", name + ":1").out, f"deleted {arn}:1\n")
        self.assertEqual(self.ok("version", "list", name, "-o", "json").json, {"stateMachineVersions": []})
        gone = run("start", name + ":1")
        self.assertEqual(gone.code, 1)
        self.assertIn("StateMachineDoesNotExist", gone.err)

    def test_aliases_lead_to_one_version_or_two(self):
        name, _, path = self.deploy(PASS)
        arn = f"{ACCOUNT}:stateMachine:{name}"
        self.ok("version", "publish", name)
        with open(path, "w") as file:
            json.dump(WAIT, file)
        self.ok("deploy", path)
        self.ok("version", "publish", name)
        self.assertEqual(self.ok("alias", "create", name + ":PROD", "--route", "1").out, arn + ":PROD\n")
        started = self.ok("start", name + ":PROD", "--wait", "-o", "json").json
        self.assertEqual(started["stateMachineAliasArn"], arn + ":PROD")
        self.ok("alias", "update", name + ":PROD", "--route", "1=90", "--route", "2=10", "--description", "with care")
        shown = self.ok("alias", "describe", name + ":PROD").out
        self.assertRegex(shown, r"(?s)with care\n.*VERSION +WEIGHT\n1 +90\n2 +10\n$")
        self.assertRegex(self.ok("alias", "list", name + ":2").out, r"^ALIAS +CREATED\nPROD ")
        kept = run("version", "delete", name + ":2")
        self.assertEqual(kept.code, 1)
        self.assertIn("ConflictException", kept.err)
        self.ok("alias", "delete", name + ":PROD")
        self.assertEqual(self.ok("alias", "list", name, "-o", "json").json, {"stateMachineAliases": []})

    # -- activity, task

    def test_activities_are_created_listed_and_deleted(self):
        activity = unique("activity")
        self.assertEqual(self.ok("activity", "create", activity).out, f"{ACCOUNT}:activity:{activity}\n")
        self.ok("activity", "create", activity)
        self.ok("activity", "delete", activity)
        activities = self.ok("activity", "list", "-o", "json").json["activities"]
        self.assertNotIn(activity, [each["name"] for each in activities])

    def test_task_that_is_none_is_refused(self):
        for command in (["succeed", "no-token"], ["fail", "no-token"], ["heartbeat", "no-token"]):
            result = run("task", *command)
            self.assertEqual(result.code, 1)
            self.assertIn("InvalidToken", result.err)

    # -- test-state

    def test_a_state_is_tested_with_and_without_a_mock(self):
        state = {"Type": "Task", "Resource": "arn:aws:states:::aws-sdk:sqs:sendMessage", "Parameters": {"q.$": "$.q"}, "Next": "Later",
                 "Catch": [{"ErrorEquals": ["Full"], "Next": "Wait"}]}
        machine = {"StartAt": "Send", "States": {"Send": state, "Later": {"Type": "Succeed"}, "Wait": {"Type": "Succeed"}}}
        send = ["test-state", "-", "--state", "Send", "--input", '{"q": 1}']
        result = self.ok(*send, "--mock", '{"MessageId": "m"}', "--inspection-level", "DEBUG", text=json.dumps(machine))
        self.assertIn("SUCCEEDED -> Later", result.out)
        self.assertIn('  afterParameters: {"q":1}', result.out)
        result = run(*send, "--mock-error", "Full", "-o", "json", text=json.dumps(machine))
        self.assertEqual((result.code, result.json["status"], result.json["nextState"]), (1, "CAUGHT_ERROR", "Wait"))
        self.assertEqual(run(*send, "--mock", "{", text=json.dumps(machine)).code, 2)
        self.ok("test-state", "-", text='{"Type": "Pass", "End": true}')

    # -- everything else

    def test_wrong_usage_exits_with_2(self):
        for arguments in ([], ["fly"], ["start"], ["list", "--limit", "none"], ["start", "m", "--input", "{"],
                          ["deploy", "/nowhere.json"], ["config", "--region", "nowhere"], ["alias"],
                          ["alias", "create", "m:PROD"], ["alias", "create", "m:PROD", "--route", "one"],
                          ["version", "publish"]):
            self.assertEqual(run(*arguments).code, 2, arguments)

    def test_unreachable_coordinator_exits_with_3(self):
        result = run("list", PAWL_ENDPOINT=f"http://127.0.0.1:{free_port()}")
        self.assertEqual(result.code, 3)
        self.assertIn("pawl dev", result.err)

    def test_second_endpoint_is_used_when_the_first_is_gone(self):
        self.ok("list", "--endpoint", f"http://127.0.0.1:{free_port()}", "--endpoint", os.environ["PAWL_ENDPOINT"])

    def test_config_shows_where_a_value_comes_from(self):
        shown = self.ok("config", "-o", "json", "--region", "eu-west-1", PAWL_LOG_LEVEL="warn",
                        PAWL_DATABASE_URL="postgresql://pawl:secret@db/pawl").json
        self.assertEqual(shown["region"], {"value": "eu-west-1", "source": "flag --region"})
        self.assertEqual(shown["log_level"], {"value": "warn", "source": "environment PAWL_LOG_LEVEL"})
        self.assertEqual(shown["database_url"]["value"], "postgresql://pawl:***@db/pawl")

    def test_help_and_version_are_there(self):
        self.assertIn("First steps", self.ok("--help").out)
        self.assertRegex(self.ok("version").out, r"^pawl \d+\.\d+\.\d+\n$")
        for command in ("dev", "coordinator", "migrate", "deploy", "start", "history", "task", "version", "alias"):
            self.assertIn("Usage", self.ok(command, "--help").out)

    def test_migrate_without_a_database_exits_with_3(self):
        result = run("migrate", "--database-url", f"postgresql://127.0.0.1:{free_port()}/pawl")
        self.assertEqual(result.code, 3, result.err)


if __name__ == "__main__":
    unittest.main(warnings="ignore")
