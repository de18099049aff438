#!/usr/bin/python3
"""Jobs whose coordinator is killed (kill -9): those of every service are looked after, stopped, or submitted again by the one
that comes after."""
import unittest

from job_case import SECONDS, Hold, JobsCase, wait_until
from job_table import JOBS

# Their requests carry a token, by which they know one that comes again.
WITH_TOKENS = {"athena", "bedrock", "eks", "emr-containers", "emr-serverless", "mediaconvert"}


class JobsRestartTest(JobsCase):
    def test_jobs_are_looked_after_by_the_coordinator_that_comes_after(self):
        self.jobs.gate.clear()
        executions = self.start_all("ok")
        self.wait_until_submitted(executions)
        for _, name, _ in executions:
            job = self.job(name)
            wait_until(lambda: job.described > 0, SECONDS, f"{name} is described")
        self.coordinator.kill()
        self.jobs.gate.set()
        self.coordinator.start()
        self.coordinator.wait_ready()
        for row, name, execution in executions:
            with self.subTest(row.action):
                self.check_success(row, execution)
                self.assertEqual(self.job(name).submitted, 1)

    def test_stop_stops_a_job_that_another_coordinator_began(self):
        executions = self.start_all("run")
        self.wait_until_submitted(executions)
        self.restart()
        self.check_stop(executions)

    def test_job_whose_submission_was_not_heard_of_is_submitted_again(self):
        """At least once: where the service knows the request by its token, that is the same job; else there are two, of
        which the second is waited for. SageMaker's jobs have no name but the caller's: the second is refused, and the
        first one waited for."""
        rows = JOBS
        holds = [Hold(done=True) for _ in rows]
        for row, hold in zip(rows, holds):
            self.server.next(row.service, row.start, hold)
        executions = self.start_all("ok", rows)
        for row, hold in zip(rows, holds):
            self.assertTrue(hold.arrived.wait(SECONDS), row.action)
        self.restart()
        for hold in holds:
            hold.released.set()
        for row, name, execution in executions:
            with self.subTest(row.action):
                if row.service == "sagemaker":
                    self.end(execution, "SUCCEEDED")
                else:
                    self.check_success(row, execution)
                jobs = self.jobs_named(name)
                self.assertEqual(len(jobs), 1 if row.service in WITH_TOKENS or row.service == "sagemaker" else 2)
                self.assertEqual([job.described > 0 for job in jobs], [True] if len(jobs) == 1 else [False, True])


if __name__ == "__main__":
    unittest.main(verbosity=2)
