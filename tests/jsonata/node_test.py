#!/usr/bin/env python3
"""Runs a script with node.

  node_test.py SCRIPT ARGUMENT...

Ends with 77, which ctest counts as skipped, where there is no node; the scripts do the same where the
packages are not installed (`npm ci` in tests/jsonata/differential).
"""
import shutil
import subprocess
import sys


def main():
    node = shutil.which("node")
    if node is None:
        print("SKIPPED: there is no node on this machine")
        return 77
    return subprocess.run([node, *sys.argv[1:]], check=False).returncode


if __name__ == "__main__":
    sys.exit(main())
