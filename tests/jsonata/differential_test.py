#!/usr/bin/env python3
"""Runs tests/jsonata/differential for a few thousand cases.

  differential_test.py PAWL

Ends with 77, which ctest counts as skipped, where there is no node or the packages are not
installed (`npm ci` in tests/jsonata/differential).
"""
import os
import shutil
import subprocess
import sys

FOLDER = os.path.join(os.path.dirname(os.path.abspath(__file__)), "differential")
CASES = 8000
SEED = 1


def main():
    node = shutil.which("node")
    if node is None:
        print("SKIPPED: there is no node on this machine")
        return 77
    command = [node, os.path.join(FOLDER, "differential.js"), "--pawl", sys.argv[1],
               "--seed", str(SEED), "--count", str(CASES)]
    return subprocess.run(command, check=False).returncode


if __name__ == "__main__":
    sys.exit(main())
