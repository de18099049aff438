"""Three functions that look at the same numbers."""


def total(event, context):
    return sum(event["data"])


def average(event, context):
    return sum(event["data"]) / len(event["data"])


def maximum(event, context):
    return max(event["data"])
