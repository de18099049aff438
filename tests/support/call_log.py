"""What clients and workers saw: one JSON object per line for each call that has come to an end for its caller.

Times are seconds since 1970, of the caller's clock. `outcome` is "ok", AWS's name of the error, or "unknown": no
answer, or a server's error, so that the call may or may not have had its effect. A call that was given up because its
caller was killed has no line. The checker reads this together with the database (invariant_check --calls).
"""
import hashlib
import http.client
import json
import os
import socket
import time

from pawl_test import ApiError, Client


def digest(event):
    """Of a history event as it was answered: equal events have equal ones."""
    return hashlib.sha256(json.dumps(event, sort_keys=True, separators=(",", ":")).encode()).hexdigest()[:24]


def last_name(arn):
    return arn.rsplit(":", 1)[1]


def history_events(answer):
    return [[event["id"], event.get("previousEventId", 0), event["type"], round(event["timestamp"] * 1000),
             digest(event)] for event in answer.get("events", [])]


# What a line tells beside the call itself, from the request and from the answer (empty when there was none).
FIELDS = {
    "StartExecution": lambda q, a: {
        "machine": last_name(q["stateMachineArn"]), "name": q["name"], "input": q["input"],
        **({"execution": a["executionArn"], "started_at": a["startDate"]} if a else {})},
    "StopExecution": lambda q, a: {"execution": q["executionArn"], **({"stopped_at": a["stopDate"]} if a else {})},
    "DescribeExecution": lambda q, a: {
        "execution": q["executionArn"], **({"status": a["status"]} if a else {}),
        **({"output": a["output"]} if "output" in a else {})},
    "GetExecutionHistory": lambda q, a: {"execution": q["executionArn"], "events": history_events(a)},
    "GetActivityTask": lambda q, a: {
        "activity": last_name(q["activityArn"]), "token": a.get("taskToken"), "input": a.get("input")},
    "SendTaskSuccess": lambda q, a: {"token": q["taskToken"], "output": q["output"]},
    "SendTaskFailure": lambda q, a: {"token": q["taskToken"], "error": q["error"], "cause": q["cause"]},
    "SendTaskHeartbeat": lambda q, a: {"token": q["taskToken"]},
}


class CallLog:
    """Several threads and processes may write to one file: each line is one write."""

    def __init__(self, path):
        self.path = path
        self.file = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o644)

    def write(self, call, client, sent, outcome, request, answer):
        if call not in FIELDS or call == "GetActivityTask" and not answer.get("taskToken"):
            return  # a poll that brought nothing tells nothing
        line = {"call": call, "client": client, "sent": sent, "answered": time.time(), "outcome": outcome,
                **FIELDS[call](request, answer)}
        os.write(self.file, (json.dumps(line, separators=(",", ":")) + "\n").encode())


class RecordingClient(Client):
    """A client of the AWS JSON API whose calls are written to the log, each try as a call of its own. It notices
    within seconds that the way to a coordinator is cut, as a client with TCP keep-alives does."""

    def __init__(self, log, name, endpoints, **more):
        super().__init__(endpoints, **more)
        self.log, self.name = log, name

    def connect(self, port):
        connection = super().connect(port)
        connect = connection.connect

        def connect_with_keepalives():
            timeout, connection.timeout = connection.timeout, min(3, connection.timeout)
            connect()
            connection.timeout = timeout
            connection.sock.settimeout(timeout)
            for level, option, value in ((socket.SOL_SOCKET, socket.SO_KEEPALIVE, 1),
                                         (socket.IPPROTO_TCP, socket.TCP_KEEPIDLE, 2),
                                         (socket.IPPROTO_TCP, socket.TCP_KEEPINTVL, 1),
                                         (socket.IPPROTO_TCP, socket.TCP_KEEPCNT, 3),
                                         (socket.IPPROTO_TCP, socket.TCP_USER_TIMEOUT, 5000)):
                connection.sock.setsockopt(level, option, value)

        connection.connect = connect_with_keepalives
        return connection

    def once(self, operation, request):
        sent, answer, outcome = time.time(), {}, "unknown"
        try:
            answer = super().once(operation, request)
            outcome = "ok"
            return answer
        except ApiError as error:
            if error.status < 500:
                outcome = error.code
            raise
        except (OSError, http.client.HTTPException, ValueError) as error:
            if isinstance(error, ValueError):  # an answer that was cut within
                raise http.client.HTTPException("the answer is no JSON") from error
            raise
        finally:
            self.log.write(operation, self.name, sent, outcome, request, answer)
