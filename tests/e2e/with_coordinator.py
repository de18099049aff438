#!/usr/bin/env python3
"""Runs a command beside coordinators of its own: a private PostgreSQL, migrated, and N coordinators on free
ports, all gone afterwards. The command finds them in PAWL_ENDPOINT (the first), PAWL_ENDPOINTS (all, with
commas) and PAWL_COORDINATORS (their gRPC ports); the exit status is the command's.

    with_coordinator.py [--coordinators N] COMMAND [ARGUMENT...]
"""
import argparse
import os
import subprocess
import sys

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "support"))
from pawl_test import Coordinator, Postgres, create_schema  # noqa: E402


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--coordinators", type=int, default=1)
    parser.add_argument("command", nargs=argparse.REMAINDER)
    arguments = parser.parse_args()
    postgres = Postgres()
    coordinators = []
    log = os.path.join(postgres.folder, "coordinators.log")
    status = 1
    try:
        create_schema(postgres.url)
        for _ in range(arguments.coordinators):
            coordinators.append(Coordinator(postgres.url, log=log))
        for coordinator in coordinators:
            coordinator.wait_ready()
        endpoints = [coordinator.endpoint for coordinator in coordinators]
        status = subprocess.call(arguments.command, env=dict(
            os.environ, PAWL_ENDPOINT=endpoints[0], PAWL_ENDPOINTS=",".join(endpoints),
            PAWL_COORDINATORS=",".join(f"127.0.0.1:{coordinator.grpc_port}" for coordinator in coordinators)))
    finally:
        for coordinator in coordinators:
            coordinator.close()
        if status != 0 and os.path.exists(log):
            with open(log, errors="replace") as lines:
                sys.stderr.writelines(lines.readlines()[-50:])
        postgres.close()
    return status


if __name__ == "__main__":
    sys.exit(main())
