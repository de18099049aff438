#!/usr/bin/env python3
"""Stands in for a human at the inbox: approves the orders with an even number and overlooks the others, which
the state machine then approves by rule once their time is up.

    human.py INBOX PAWL
"""
import glob
import json
import os
import subprocess
import sys
import time

inbox, pawl = sys.argv[1:]
while True:
    for path in glob.glob(os.path.join(inbox, "*.approval")):
        with open(path) as letter:
            token, order = letter.read().split("\n", 1)
        if json.loads(order)["id"] % 2 == 0:
            answer = subprocess.run([pawl, "task", "succeed", token, "--output",
                                     '{"approved": true, "by": "human"}'], capture_output=True, text=True)
            if answer.returncode == 3:
                continue  # no coordinator answered: once more
            # Otherwise it is approved, or it came too late.
        os.remove(path)
    time.sleep(0.2)
