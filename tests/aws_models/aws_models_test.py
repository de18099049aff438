#!/usr/bin/env python3
"""For every operation of every service in AWS's models: a request from random values, made by Pawl and by botocore, is the
same; so is what both read in a random response; and errors have the names that Step Functions gives them.

  aws_models_test.py --codec build/release/bin/aws_codec [--folder DIR]... [--seed N] [--rounds N] [--quick]
"""
import argparse
import base64
import collections
import datetime
import hashlib
import json
import random
import subprocess
import sys

import botocore
from botocore import parsers, serialize
from botocore.awsrequest import HeadersDict

import models
import responses
import wire_forms
from java_names import action_name, exception_name, member_key, service_prefix
from values import Values

DEBIAN = "/usr/lib/python3/dist-packages/botocore/data"
TOKEN = "00000000-0000-4000-8000-000000000000"
# What Pawl adds beyond the model, and botocore's serializers do not.
ADDED_HEADERS = ("content-md5", "x-amz-checksum-crc32", "x-amz-checksum-crc32c", "x-amz-checksum-sha1", "x-amz-checksum-sha256", "accept",
                 "x-amzn-query-mode", "x-amz-glacier-version", "x-amz-content-sha256", "x-amz-sha256-tree-hash")
# Two members with one name on the wire, of which botocore reads the older one as no value.
AMBIGUOUS = {"GetBucketNotification"}
QUICK = {"s3", "ec2", "dynamodb", "sqs", "sns", "route53", "cloudfront", "iam", "lambda", "sfn", "glacier", "iot",
         "s3control", "rds", "cloudwatch", "ssm", "batch", "ecs", "glue", "athena", "apigateway", "lexruntime"}


class Codec:
    """Answers a batch of lines."""

    def __init__(self, program, folder):
        self.command = [program, folder]

    def ask(self, lines):
        text = "".join(json.dumps(line) + "\n" for line in lines)
        done = subprocess.run(self.command, input=text.encode(), stdout=subprocess.PIPE, check=True)
        answers = [json.loads(line) for line in done.stdout.decode().split("\n") if line]
        assert len(answers) == len(lines), f"{len(answers)} answers to {len(lines)} lines"
        return answers


class Case:
    """One line for the codec, what is known about it, and how the answer is judged."""

    def __init__(self, kind, service, protocol, operation, line, expected):
        self.kind, self.service, self.protocol, self.operation = kind, service, protocol, operation
        self.line, self.expected = line, expected


def is_event_stream(shape):
    return shape is not None and shape.type_name == "structure" and any(
        member.serialization.get("eventstream") for member in shape.members.values())


def is_raw(shape):
    """Whether the body is a member as it is."""
    payload = shape.serialization.get("payload") if shape is not None else None
    return payload is not None and shape.members[payload].type_name in ("blob", "string")


def request_case(service, protocol, operation, rng):
    shape = operation.input_shape
    theirs, ours = Values(rng).make(shape) if shape is not None else ({}, {})
    for name in operation.idempotent_members:
        theirs.setdefault(name, TOKEN)
    serializer = serialize.create_serializer(protocol, include_validation=False)
    expected = serializer.serialize_to_request(theirs, operation)
    line = {"do": "request", "service": service, "action": action_name(operation.name), "parameters": ours, "token": TOKEN}
    raw = protocol.startswith("rest") and is_raw(shape)
    return Case("request", service, protocol, operation, line, (wire_forms.of_botocore(protocol, expected, raw), raw))


def checksum_problem(headers, body):
    digests = {"content-md5": hashlib.md5, "x-amz-checksum-sha1": hashlib.sha1, "x-amz-checksum-sha256": hashlib.sha256}
    for name, digest in digests.items():
        if name in headers and headers[name] != base64.b64encode(digest(body).digest()).decode():
            return f"{name} is not that of the body"
    return None


def judge_request(case, answer):
    expected, raw = case.expected
    if "method" not in answer:
        return f"no request: {answer}"
    got, body = wire_forms.of_pawl(case.protocol, answer, raw)
    given = dict(expected["headers"])
    added = {name: value for name, value in got["headers"].items() if name in ADDED_HEADERS and name not in given}
    for name in added:
        del got["headers"][name]
    if problem := checksum_problem(added, body):
        return problem
    if case.operation.http_checksum_required and not any(
            name == "content-md5" or name.startswith("x-amz-checksum-") for name in {**added, **given}):
        return "a checksum is required"
    # botocore leaves the type of some bodies to whoever sends them.
    if "content-type" not in expected["headers"]:
        got["headers"].pop("content-type", None)
    for part in expected:
        if got[part] != expected[part]:
            return f"{part}\n    Pawl     {got[part]!r}\n    botocore {expected[part]!r}"
    return None


def shown(shape, value):
    """What botocore read, as Step Functions shows it."""
    if getattr(shape, "is_document_type", False):
        return value
    kind = shape.type_name
    if kind == "structure":
        return {member_key(name): shown(shape.members[name], member) for name, member in value.items()
                if name in shape.members and member is not None}
    if kind == "list":
        return [shown(shape.member, item) for item in value]
    if kind == "map":
        return {key: shown(shape.value, item) for key, item in value.items()}
    if kind == "timestamp":
        return value.astimezone(datetime.timezone.utc).strftime("%Y-%m-%dT%H:%M:%SZ")
    if kind == "blob" and isinstance(value, bytes):
        return value.decode()
    return value


def response_case(service, model, protocol, operation, rng):
    shape = operation.output_shape
    value = Values(rng, responses=True).make(shape)[0] if shape is not None else {}
    headers, status, body = [], 200, "<Empty/>" if protocol in ("query", "ec2") else ""
    if shape is not None:
        headers, status = responses.located(shape, value) if protocol.startswith("rest") else ([], 200)
        status = 200 + abs(status) % 100
        body = responses.body_of(protocol, model, operation, shape, value)
    headers.append(["x-amzn-RequestId", "r-1"])
    parsed = parsers.create_parser(protocol).parse(
        {"status_code": status, "headers": HeadersDict(headers), "body": body.encode()}, shape)
    parsed.pop("ResponseMetadata", None)
    expected = shown(shape, parsed) if shape is not None else {}
    if shape is not None:
        for name, member in shape.members.items():
            if member.serialization.get("location") == "headers" and not expected.get(member_key(name)):
                expected.pop(member_key(name), None)
    line = {"do": "response", "service": service, "action": action_name(operation.name), "status": status,
            "headers": headers, "body": base64.b64encode(body.encode()).decode()}
    return Case("response", service, protocol, operation, line, expected)


def judge_response(case, answer):
    if "result" not in answer:
        return f"no result: {answer}"
    if answer["result"] != case.expected:
        return f"result\n    Pawl     {answer['result']!r}\n    botocore {case.expected!r}"
    return None


def error_case(service, model, protocol, operation, lists_exceptions, rng):
    prefix = service_prefix(model.metadata["serviceId"])
    known = list(operation.error_shapes) if operation.error_shapes else []
    if known and rng.random() < 0.8:
        shape = rng.choice(known)
        code = shape.error_code
        name = exception_name(shape.name)
    else:
        code = rng.choice(("SomethingUnheardOf", "Nobody.Knows.This"))
        name = f"{prefix}Exception"
    if not lists_exceptions and rng.random() < 0.5:
        code, name = "SomethingException", "SomethingException"
    message, status = Values(rng).text("abc <&>'\"é", 1), rng.choice((400, 403, 404, 409))
    headers, body = responses.error(protocol, code, message)
    parsed = parsers.create_parser(protocol).parse(
        {"status_code": status, "headers": HeadersDict(headers), "body": body.encode()}, None)
    assert parsed["Error"]["Code"] == code, (parsed, code)
    line = {"do": "response", "service": service, "action": action_name(operation.name), "status": status,
            "headers": headers, "body": base64.b64encode(body.encode()).decode()}
    cause = f"{parsed['Error']['Message']} (Service: {prefix}, Status Code: {status}, Request ID: r-1) (SDK Attempt Count: 1)"
    return Case("error", service, protocol, operation, line, (f"{prefix}.{name}", cause))


def judge_error(case, answer):
    got = answer.get("error"), answer.get("cause")
    return None if got == case.expected else f"error\n    Pawl     {got!r}\n    expected {case.expected!r}"


JUDGES = {"request": judge_request, "response": judge_response, "error": judge_error}


def cases_of(service, model, protocol, lists_exceptions, rng, skipped):
    for name in model.operation_names:
        operation = model.operation_model(name)
        if is_event_stream(operation.input_shape) or is_event_stream(operation.output_shape):
            skipped[protocol] += 1
            continue
        yield request_case(service, protocol, operation, rng)
        if name not in AMBIGUOUS:
            yield response_case(service, model, protocol, operation, rng)
        yield error_case(service, model, protocol, operation, lists_exceptions, rng)


def run(arguments):
    counts, skipped, operations, services = (collections.Counter() for _ in range(4))
    failures = []
    for folder in arguments.folder:
        cases = []
        wanted = set(arguments.service) or (QUICK if arguments.quick else None)
        for service, model, protocol, lists_exceptions in models.load(folder, wanted):
            services[protocol] += 1
            operations[protocol] += len(model.operation_names)
            for round_number in range(arguments.rounds):
                rng = random.Random(f"{arguments.seed} {service} {round_number}")
                cases += cases_of(service, model, protocol, lists_exceptions, rng, skipped)
        for case, answer in zip(cases, Codec(arguments.codec, folder).ask([case.line for case in cases])):
            counts[case.protocol, case.kind] += 1
            if problem := JUDGES[case.kind](case, answer):
                failures.append(f"{case.service}:{case.operation.name} ({case.protocol}, {case.kind}): {problem}")
    for failure in failures[:arguments.show]:
        print(failure)
    print(f"botocore {botocore.__version__}, seed {arguments.seed}, rounds {arguments.rounds}, folders {arguments.folder}")
    for protocol in sorted(services):
        print(f"  {protocol:10} {services[protocol]:4} services {operations[protocol]:6} operations: " +
              ", ".join(f"{counts[protocol, kind]} {kind}s" for kind in JUDGES) +
              f", {skipped[protocol]} with event streams left out")
    total = sum(counts.values())
    print(f"{total - len(failures)} passed, {len(failures)} failed")
    return 1 if failures or not total else 0


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--codec", required=True)
    parser.add_argument("--folder", action="append", default=[])
    parser.add_argument("--service", action="append", default=[])
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--rounds", type=int, default=1)
    parser.add_argument("--show", type=int, default=20)
    parser.add_argument("--quick", action="store_true")
    arguments = parser.parse_args()
    arguments.folder = arguments.folder or [DEBIAN]
    return run(arguments)


if __name__ == "__main__":
    sys.exit(main())
