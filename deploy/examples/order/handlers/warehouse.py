#!/usr/bin/env python3
"""Tells the warehouse what to pack."""
import json
import sys

order = json.load(sys.stdin)
json.dump({"warehouse": "told", "parcel": "P-%d" % order["id"]}, sys.stdout)
