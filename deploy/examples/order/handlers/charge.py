#!/usr/bin/env python3
"""Charges a card. Every third order finds the card network down at first, which Retry gets over."""
import json
import sys
import time

task = json.load(sys.stdin)
order = task["order"]
time.sleep(0.5)  # a payment takes its time
if order["id"] % 3 == 0 and task["attempt"] == 0:
    json.dump({"Error": "CardNetworkDown", "Cause": "no answer from the card network"}, sys.stdout)
    sys.exit(1)
json.dump({"receipt": "R-%d" % order["id"], "amount": order["amount"], "attempt": task["attempt"]}, sys.stdout)
