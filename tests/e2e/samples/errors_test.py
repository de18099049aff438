#!/usr/bin/python3
"""Module 10 of the samples: a function whose errors are tried again, or caught, in Node behind an endpoint."""
import json
import os
import unittest

from sample import HERE, LambdaEndpoint, SampleTest, definition, function_arn, wait_until

ATTEMPT = ["LambdaFunctionScheduled", "LambdaFunctionStarted", "LambdaFunctionFailed"]
ERRORS = os.path.join(HERE, "..", "lambda", "errors.js")


class Module10Test(SampleTest):
    @classmethod
    def setUpClass(cls):
        cls.endpoint = LambdaEndpoint({"fail": (ERRORS, "fail"), "sleep": (ERRORS, "sleep")})
        cls.addClassCleanup(cls.endpoint.close)
        cls.SETTINGS = {"lambda_endpoint": cls.endpoint.url}
        super().setUpClass()

    def asl(self, kind, function):
        return definition("module10_" + kind, Function=function_arn(function))

    def check_retries(self, execution):
        end = self.end(execution)
        self.assertEqual((end["status"], end["error"]), ("FAILED", "CustomError"))
        self.assertEqual(self.types(execution), ["ExecutionStarted", "TaskStateEntered"] + ATTEMPT * 3 + ["ExecutionFailed"])
        events = self.events(execution)
        for event in events:
            if event["type"] == "LambdaFunctionFailed":
                cause = json.loads(event["lambdaFunctionFailedEventDetails"]["cause"])
                self.assertEqual(sorted(cause), ["errorMessage", "errorType", "trace"])
                self.assertEqual((cause["errorType"], cause["errorMessage"]), ("CustomError", "This is a custom error!"))
        backoffs = [events[after]["timestamp"] - events[after - 1]["timestamp"] for after in (5, 8)]
        for waited, least in zip(backoffs, (1, 2)):
            self.assertTrue(least <= waited < least + 2, backoffs)

    def test_attempts_are_in_the_history(self):
        self.check_retries(self.start(self.asl("retry", "fail"), {}))

    def test_backoff_goes_on_while_the_coordinator_is_gone(self):
        before = self.endpoint.calls.get("fail", 0)
        execution = self.start(self.asl("retry", "fail"), {})
        self.wait_for_event(execution, "LambdaFunctionFailed", count=2)
        self.restart()
        self.check_retries(execution)
        self.assertEqual(self.endpoint.calls["fail"] - before, 3)

    def check_caught(self, execution, output):
        self.assertEqual(self.succeed(execution), output)
        types = self.types(execution)
        self.assertEqual(types[:4] + types[5:], ["ExecutionStarted", "TaskStateEntered", "LambdaFunctionScheduled",
                                                 "LambdaFunctionStarted", "TaskStateExited", "PassStateEntered",
                                                 "PassStateExited", "ExecutionSucceeded"])
        return types[4]

    def test_each_error_has_its_fallback_and_updates_change_the_function(self):
        machine = self.create(self.asl("catch", "fail"))
        for function, output, event in (("fail", "A custom error", "LambdaFunctionFailed"),
                                        ("sleep", "A time-out", "LambdaFunctionTimedOut"),
                                        ("nobody", "Any other error", "LambdaFunctionFailed")):
            self.client.call("UpdateStateMachine", stateMachineArn=machine,
                             definition=json.dumps(self.asl("catch", function)))
            self.assertEqual(self.check_caught(self.start(machine, {}), output), event)

    def test_time_out_comes_in_time_over_a_restart(self):
        """A call under way when its coordinator dies is made again after ten seconds, here after the time-out."""
        before = self.endpoint.calls.get("sleep", 0)
        execution = self.start(self.asl("catch", "sleep"), {"seconds": 10})
        wait_until(lambda: self.endpoint.calls.get("sleep", 0) > before, 30, "the function is called")
        self.restart()
        self.assertEqual(self.check_caught(execution, "A time-out"), "LambdaFunctionTimedOut")
        self.assertEqual(self.endpoint.calls["sleep"] - before, 1)
        events = self.events(execution)
        took = events[4]["timestamp"] - events[3]["timestamp"]
        self.assertTrue(5 <= took < 7, f"it took {took} s")


if __name__ == "__main__":
    unittest.main(verbosity=2)
