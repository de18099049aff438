"""The error-handling pair: an error of one's own, and a function that is too slow."""
import time


class CustomError(Exception):
    pass


def fail(event, context):
    raise CustomError("This is a custom error!")


def sleep(event, context):
    time.sleep(event.get("seconds", 10))
    return {"msg": "slept"}
