"""One of each way in which a handler in Python can end."""
import os
import sys
import time

calls = 0


def lambda_handler(event, context):
    global calls
    calls += 1
    return {
        "event": event, "calls": calls, "id": context.aws_request_id, "arn": context.invoked_function_arn,
        "name": context.function_name, "memory": context.memory_limit_in_mb,
        "remaining": context.get_remaining_time_in_millis(), "region": os.environ["AWS_REGION"],
        "handler": os.environ["_HANDLER"], "root": os.environ["LAMBDA_TASK_ROOT"] == os.path.dirname(__file__),
    }


def nothing(event, context):
    pass


def thrown(event, context):
    raise ValueError("ünfit")


def unwritable(event, context):
    return {1, 2}


def leave(event, context):
    os._exit(event["code"])


def big(event, context):
    return "x" * event["size"]


def sleep(event, context):
    time.sleep(60)


def print_text(event, context):
    print("x" * event["before"])
    print(event["text"], file=sys.stderr)
    return os.environ["AWS_LAMBDA_FUNCTION_VERSION"]
