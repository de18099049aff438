"""Runs a Lambda handler of a Python file against the Runtime API, as AWS's runtime for Python does.
Nothing but Python itself is needed."""
import http.client
import importlib
import json
import os
import sys
import threading
import time
import traceback

HOST = os.environ["AWS_LAMBDA_RUNTIME_API"]
FILE = os.environ["PAWL_HANDLER_FILE"]
NAME = os.environ["PAWL_HANDLER_NAME"]
MODULE = os.path.splitext(os.path.basename(FILE))[0]
connection = http.client.HTTPConnection(HOST)


def go_with_worker():
    """The worker has the other end of standard input: without it nobody waits for what this process does."""
    os.read(0, 1)
    os._exit(1)


def call(method, target, body=None, headers=None):
    connection.request(method, "/2018-06-01/runtime/" + target, body, headers or {})
    response = connection.getresponse()
    return response.headers, response.read()


def tell_error(target, error):
    kind = error["errorType"].encode("ascii", "replace").decode()
    call("POST", target, json.dumps(error, ensure_ascii=False).encode("utf-8", "replace"),
         {"Content-Type": "application/json", "Lambda-Runtime-Function-Error-Type": kind})


def error_of(message, kind, request_id="", trace=()):
    return {"errorMessage": message, "errorType": kind, "requestId": request_id, "stackTrace": list(trace)}


class Identity:
    cognito_identity_id = None
    cognito_identity_pool_id = None


class ClientContext:
    def __init__(self, value):
        self.client = value.get("client")
        self.custom = value.get("custom")
        self.env = value.get("env")


class Context:
    def __init__(self, headers):
        self.function_name = os.environ["AWS_LAMBDA_FUNCTION_NAME"]
        self.function_version = os.environ["AWS_LAMBDA_FUNCTION_VERSION"]
        self.memory_limit_in_mb = os.environ["AWS_LAMBDA_FUNCTION_MEMORY_SIZE"]
        self.log_group_name = os.environ["AWS_LAMBDA_LOG_GROUP_NAME"]
        self.log_stream_name = os.environ["AWS_LAMBDA_LOG_STREAM_NAME"]
        self.aws_request_id = headers["Lambda-Runtime-Aws-Request-Id"]
        self.invoked_function_arn = headers["Lambda-Runtime-Invoked-Function-Arn"]
        self.identity = Identity()
        client = headers.get("Lambda-Runtime-Client-Context")
        self.client_context = ClientContext(json.loads(client)) if client else None
        self._end = int(headers["Lambda-Runtime-Deadline-Ms"])

    def get_remaining_time_in_millis(self):
        return max(0, self._end - int(time.time() * 1000))

    def log(self, text):
        sys.stdout.write(str(text))


def load():
    sys.path.insert(0, os.path.dirname(os.path.abspath(FILE)))
    try:
        module = importlib.import_module(MODULE)
    except ImportError as e:
        return None, error_of(f"Unable to import module '{MODULE}': {e}", "Runtime.ImportModuleError")
    except SyntaxError as e:
        trace = [f'  File "{e.filename}" Line {e.lineno}\n    {e.text}']
        return None, error_of(f"Syntax error in module '{MODULE}': {e}", "Runtime.UserCodeSyntaxError", "", trace)
    handler = getattr(module, NAME, None)
    if not callable(handler):
        return None, error_of(f"Handler '{NAME}' missing on module '{MODULE}'", "Runtime.HandlerNotFound")
    return handler, None


def frames_of(error):
    """Those of the user's code."""
    frames = traceback.extract_tb(error.__traceback__)
    return traceback.format_list(frame for frame in frames
                                 if not frame.filename.startswith("<") and frame.filename != importlib.__file__)


def run(handler, body, context):
    """The response's body, or None and the error."""
    try:
        result = handler(json.loads(body), context)
    except Exception as e:  # whatever a handler raises is its error
        return None, error_of(str(e), type(e).__name__, context.aws_request_id, frames_of(e))
    try:
        return json.dumps(result, ensure_ascii=False).encode(), None
    except (TypeError, ValueError) as e:
        return None, error_of(f"Unable to marshal response: {e}", "Runtime.MarshalError", context.aws_request_id)


def main():
    threading.Thread(target=go_with_worker, daemon=True).start()
    try:
        handler, error = load()
    except Exception as e:  # of the module's own code
        handler, error = None, error_of(str(e), type(e).__name__, "", frames_of(e))
    if error:
        tell_error("init/error", error)
        sys.exit(1)
    while True:
        headers, body = call("GET", "invocation/next")
        os.environ["_X_AMZN_TRACE_ID"] = headers.get("Lambda-Runtime-Trace-Id", "")
        context = Context(headers)
        response, error = run(handler, body, context)
        sys.stdout.flush()
        target = "invocation/" + context.aws_request_id
        if error:
            tell_error(target + "/error", error)
        else:
            call("POST", target + "/response", response, {"Content-Type": "application/json"})


main()
