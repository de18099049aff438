"""A server that plays services of AWS for tests: it reads requests by the public models, looks at their signatures,
records every call, and gives what Python functions answer. On it: queues and topics (aws_queues.py), jobs (aws_jobs.py)."""
import re
import sys
import threading
import time
import traceback
import uuid
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

from botocore.auth import SigV4Auth
from botocore.awsrequest import AWSRequest
from botocore.credentials import Credentials

import aws_wire

KEY, SECRET = "AKIDPAWL", "a secret"
ENVIRONMENT = {"AWS_ACCESS_KEY_ID": KEY, "AWS_SECRET_ACCESS_KEY": SECRET}  # of clients that may call
ACCOUNT, REGION = "000000000000", "us-east-1"
AUTHORIZATION = re.compile(r"AWS4-HMAC-SHA256 Credential=([^/]+)/\d{8}/([^/]+)/([^/]+)/aws4_request, "
                           r"SignedHeaders=([^,]+), Signature=(\w+)")


class Refusal(Exception):
    """What a service answers in place of a result."""

    def __init__(self, code, message, status=400):
        super().__init__(message)
        self.code, self.message, self.status = code, message, status


class Closed(Exception):
    """The connection is closed without an answer."""


class Call:
    """`result` is there once the service has done it, whether or not the answer reached anybody."""

    def __init__(self, service, operation, parameters, headers, scope):
        self.service, self.operation, self.parameters = service, operation, parameters
        self.headers, self.scope = headers, scope
        self.at, self.result = time.monotonic(), None

    def __repr__(self):
        return f"{self.service}:{self.operation}({self.parameters})"


# Faults: functions that are given `go`, which does the call.


def refuse(code, message, status=400):
    def fault(go):
        raise Refusal(code, message, status)
    return fault


def close(go):
    raise Closed


def lose_answer(go):
    go()
    raise Closed


class Hold:
    """Keeps calls waiting, done or not yet, until it lets go."""

    def __init__(self, done=False):
        self.done, self.arrived, self.released = done, threading.Event(), threading.Event()

    def __call__(self, go):
        result = go() if self.done else None
        self.arrived.set()
        self.released.wait(60)
        return result if self.done else go()


def signed_scope(request):
    """(key id, region, service) of a request, whose signature is right; Refusal: it is not."""
    given = AUTHORIZATION.fullmatch(request.headers.get("Authorization", ""))
    if given is None:
        raise Refusal("MissingAuthenticationTokenException", "Missing Authentication Token", 403)
    key, region, service, names, signature = given.groups()
    if key != KEY:
        raise Refusal("UnrecognizedClientException", "The security token included in the request is invalid.", 403)
    signer = SigV4Auth(Credentials(KEY, SECRET), service, region)
    signed = AWSRequest(request.method, f"http://{request.headers['Host']}{request.path}?{request.query_text}",
                        {name: request.headers[name] for name in names.split(";")}, request.body)
    signed.context["timestamp"] = request.headers["X-Amz-Date"]
    if signature != signer.signature(signer.string_to_sign(signed, signer.canonical_request(signed)), signed):
        raise Refusal("InvalidSignatureException", "The request signature we calculated does not match the signature "
                      "you provided.", 403)
    return key, region, service


class AwsServer:
    """`services`: botocore's name of each to a function of (operation, parameters) that gives the result as boto3 shows
    it, or raises Refusal. Thread-safe; the functions are called by several threads at once.

    `calls` are in the order of their arrival, refused ones among them. `problems` tells of requests that no client
    should send and of functions that broke: tests look that there are none.
    """

    def __init__(self, services):
        self.handlers = dict(services)
        self.models = {name: aws_wire.load_model(name) for name in self.handlers}
        self.calls, self.problems, self.faults = [], [], {}
        self.changed = threading.Condition()
        owner = self

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"
            disable_nagle_algorithm = True  # the head of an answer and its body are two writes

            def log_message(self, *_):
                pass

            def serve(self):
                body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
                try:
                    status, headers, answer = owner.answer(
                        aws_wire.Request(self.command, self.path, self.headers, body))
                    self.send_response(status)
                    for name, value in headers:
                        self.send_header(name, value)
                    self.send_header("Content-Length", str(len(answer)))
                    self.end_headers()
                    self.wfile.write(answer)
                except (Closed, OSError):  # the latter: nobody waits any more
                    self.close_connection = True

            do_GET = do_POST = do_PUT = do_PATCH = do_DELETE = serve

        class Server(ThreadingHTTPServer):
            daemon_threads = True
            request_queue_size = 256

            def handle_error(self, request, client_address):
                if not isinstance(sys.exc_info()[1], ConnectionError):  # of clients that are killed
                    owner.problem(traceback.format_exc())

        self.server = Server(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self.server.server_port}"
        threading.Thread(target=self.server.serve_forever, daemon=True).start()

    def close(self):
        self.server.shutdown()
        self.server.server_close()

    # --- what tests ask and say

    def calls_of(self, service, operation):
        with self.changed:
            return [call for call in self.calls if (call.service, call.operation) == (service, operation)]

    def wait_for(self, service, operation, count=1, seconds=30, done=False):
        """The calls of an operation once there are so many, or, `done`, so many that the service has carried out."""
        def there():
            found = [call for call in self.calls if (call.service, call.operation) == (service, operation)]
            return len([call for call in found if call.result is not None or not done]) >= count and found
        with self.changed:
            found = self.changed.wait_for(there, seconds)
            assert found, f"not within {seconds} s: {count} calls of {service}:{operation}; there are {self.calls}"
            return found

    def next(self, service, operation, *faults):
        """The next calls of an operation, one each, meet these."""
        with self.changed:
            self.faults.setdefault((service, operation), []).extend(faults)

    # --- a request

    def answer(self, request):
        request_id, model = str(uuid.uuid4()), None
        try:
            scope = signed_scope(request)
            model, operation, parameters = self.read(request, scope[2])
            call = Call(model.service_name, operation.name, parameters, dict(request.headers), scope)
            result = self.carry_out(call)
            return aws_wire.write(model, operation, result, request_id)
        except Refusal as refusal:
            return refusal.status, *self.refused(request, model, refusal, request_id)
        except aws_wire.BadRequest as bad:
            return 400, *self.refused(request, None, Refusal("ValidationException", str(bad)), request_id)
        except Closed:
            raise
        except Exception:
            self.problem(f"{request.method} {request.path} {request.body!r}:\n{traceback.format_exc()}")
            return 500, [["x-amzn-RequestId", request_id]], b""

    def refused(self, request, model, refusal, request_id):
        if model is None:  # nobody who knows how to ask is refused so
            self.problem(f"{request.method} {request.path} {request.body!r}: {refusal.code}: {refusal.message}")
            service = request.headers.get("Authorization", "").partition("/aws4_request")[0].rpartition("/")[2]
            model = next(iter(self.models_of(service) or self.models.values()))
        return aws_wire.write_error(model, refusal.code, refusal.message, request_id)

    def read(self, request, service):
        """Several services may sign as one: whose model has it is asked."""
        error = aws_wire.BadRequest(f"nobody plays {service}")
        for model in self.models_of(service):
            try:
                return model, *aws_wire.read(model, request)
            except aws_wire.BadRequest as bad:
                error = bad
        raise error

    def models_of(self, service):
        return [model for model in self.models.values() if aws_wire.signing_name(model) == service]

    def carry_out(self, call):
        with self.changed:
            self.calls.append(call)
            waiting = self.faults.get((call.service, call.operation), [])
            fault = waiting.pop(0) if waiting else lambda go: go()
            self.changed.notify_all()
        return fault(lambda: self.go(call))

    def go(self, call):
        result = self.handlers[call.service](call.operation, call.parameters)
        with self.changed:
            call.result = {} if result is None else result
            self.changed.notify_all()
        return call.result

    def problem(self, text):
        with self.changed:
            self.problems.append(text)
