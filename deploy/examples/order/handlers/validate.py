#!/usr/bin/env python3
"""Checks an order. An order that is not valid is an error of its own, which the state machine catches."""
import json
import sys

order = json.load(sys.stdin)
if not isinstance(order.get("amount"), (int, float)) or order["amount"] <= 0:
    json.dump({"Error": "InvalidOrder", "Cause": "found amount %r, expected more than 0" % order.get("amount")},
              sys.stdout)
    sys.exit(1)
json.dump({"valid": True}, sys.stdout)
