#!/usr/bin/python3
"""Modules 6 and 7 of the samples: what each field makes of a function's input and output, and three functions in
parallel. The functions are on a worker."""
import json
import os
import unittest

from sample import HERE, SampleTest, definition, function_arn

INVOKED = ["TaskStateEntered", "TaskScheduled", "TaskStarted", "TaskSucceeded", "TaskStateExited"]
METADATA = ("SdkHttpMetadata", "SdkResponseMetadata")


def plain(result):
    """The result of a function without what differs from call to call."""
    return {name: value for name, value in result.items() if name not in METADATA}


class Module6Test(SampleTest):
    """Each machine calls the function that answers "Hello, " + event.who + "!"."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.start_worker(("hello", "hello.js", "handler"))
        with open(os.path.join(HERE, "module6.json"), encoding="utf-8") as file:
            cls.machines = json.load(file)

    def run_machine(self, name, data):
        execution = self.start(self.machines[name], data)
        output = self.succeed(execution)
        self.assertEqual(self.types(execution), ["ExecutionStarted"] + INVOKED + ["ExecutionSucceeded"])
        return output

    def test_input_path_chooses_what_the_function_gets(self):
        output = self.run_machine("InputPath", {"comment": "none", "data": {"who": "AWS Step Functions"}})
        self.assertEqual(plain(output), {"ExecutedVersion": "$LATEST", "Payload": "Hello, AWS Step Functions!", "StatusCode": 200})
        self.assertEqual(set(output) - set(plain(output)), set(METADATA))

    def test_parameters_make_what_the_function_gets(self):
        output = self.run_machine("Parameters", {"person": {"name": "Ada"}, "unused": [1, 2]})
        self.assertEqual(output["Payload"], "Hello, Ada!")

    def test_result_selector_makes_the_result(self):
        output = self.run_machine("ResultSelector", {"who": "Ada"})
        self.assertEqual(output, {"text": "Hello, Ada!", "version": "$LATEST", "fixed": True})

    def test_result_path_puts_the_result_beside_the_input(self):
        output = self.run_machine("ResultPath", {"who": "Ada", "kept": [1]})
        self.assertEqual((output["who"], output["kept"], output["answer"]["Payload"]), ("Ada", [1], "Hello, Ada!"))

    def test_output_path_chooses_what_goes_on(self):
        self.assertEqual(self.run_machine("OutputPath", {"who": "Ada"}), "Hello, Ada!")

    def test_context_object_tells_of_the_execution(self):
        execution = self.start(self.machines["Context"], {"who": "Ada"})
        name = execution.rsplit(":", 1)[1]
        output = self.succeed(execution)
        self.assertEqual(output["Payload"], f"Hello, Ada of {name} at Greet!")
        scheduled = json.loads(self.events(execution)[2]["taskScheduledEventDetails"]["parameters"])
        self.assertEqual(scheduled, {"FunctionName": "hello", "Payload": {"who": f"Ada of {name} at Greet"}})

    def test_all_fields_together_over_a_restart(self):
        """The coordinator dies while the function waits for a worker."""
        asl = json.loads(json.dumps(self.machines["All"]).replace('"hello"', '"hello-later"'))
        execution = self.start(asl, {"data": {"person": "Ada"}, "kept": 1})
        self.wait_for_event(execution, "TaskScheduled")
        self.restart()
        self.start_worker(("hello-later", "hello.js", "handler"))
        self.assertEqual(self.succeed(execution), {"text": "Hello, Ada!"})
        self.assertEqual(self.types(execution), ["ExecutionStarted"] + INVOKED + ["ExecutionSucceeded"])


class Module7Test(SampleTest):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.asl = definition("module7", **{name: function_arn(name) for name in ("total", "average", "maximum")})

    def check(self, execution):
        self.assertEqual(self.succeed(execution), [150, 30.0, 50])
        types = [event["type"] for event in self.events(execution)]
        self.assertEqual(types[:3], ["ExecutionStarted", "ParallelStateEntered", "ParallelStateStarted"])
        self.assertEqual(sorted(types[3:-3]), sorted(INVOKED * 3))
        self.assertEqual(types[-3:], ["ParallelStateSucceeded", "ParallelStateExited", "ExecutionSucceeded"])

    def test_branches_give_their_figures_in_order(self):
        """The coordinator dies while the three functions wait for a worker."""
        execution = self.start(self.asl, {"data": [10, 20, 30, 40, 50]})
        self.wait_for_event(execution, "TaskScheduled", count=3)
        self.restart()
        self.start_worker(*((name, "figures.py", name) for name in ("total", "average", "maximum")))
        self.check(execution)
        self.check(self.start(self.asl, {"data": [50, 10, 40, 20, 30]}))


if __name__ == "__main__":
    unittest.main(verbosity=2)
