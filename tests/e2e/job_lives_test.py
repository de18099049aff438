#!/usr/bin/python3
"""What lasts, from its making to its end, by one execution each: clusters of EKS and EMR, applications, with all that a .sync
integration can wait for about them."""
import json
import unittest

from job_case import JobsCase
from job_table import LIVES, ROLE, at, life


class JobLivesTest(JobsCase):
    def test_lives_of_what_lasts(self):
        executions = {name: self.start(life(steps)) for name, steps in LIVES.items()}
        for name, execution in executions.items():
            with self.subTest(name):
                output = json.loads(self.end(execution, "SUCCEEDED")["output"])
                self.assertEqual(list(output), [step for step, _, _ in LIVES[name]])
        output = json.loads(self.end(executions["emr"], "SUCCEEDED")["output"])
        self.assertEqual(at(output, "NoCluster.Cluster.Status.State"), "TERMINATED")
        output = json.loads(self.end(executions["emr-serverless"], "SUCCEEDED")["output"])
        self.assertEqual([at(output, path) for path in (
            "Started.Application.State", "Cancelled.JobRun.State", "Stopped.Application.State", "Gone.Application.State")],
            ["STARTED", "CANCELLED", "STOPPED", "TERMINATED"])

    def test_removal_that_fails(self):
        steps = [("Made", "eks:createCluster", {"Name": "fail", "RoleArn": ROLE, "ResourcesVpcConfig": {"SubnetIds": ["s"]}}),
                 ("Gone", "eks:deleteCluster.sync", {"Name": "fail"})]
        end = self.end(self.start(life(steps)), "FAILED")
        self.assertEqual((end["error"], json.loads(end["cause"])["Cluster"]["Status"]), ("States.TaskFailed", "FAILED"))


if __name__ == "__main__":
    unittest.main(verbosity=2)
