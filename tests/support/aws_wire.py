"""Requests as a service of AWS reads them, by the public models: the other side of what clients of the json, query and
rest-json protocols write. Needs botocore (Debian's python3-botocore), whose data has the models."""
import base64
import json
import os
import re
import sys
import urllib.parse

from botocore.loaders import Loader
from botocore.model import ServiceModel
from botocore.utils import parse_timestamp
from botocore.validate import ParamValidator

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path.insert(0, os.path.join(HERE, "..", "aws_models"))
import responses  # noqa: E402

# Models of services that are younger than Debian's botocore, as far as tests call them.
FOLDER = os.path.join(HERE, "aws_models")


class BadRequest(Exception):
    """No client that goes by the model sends this."""


def load_model(service):
    return ServiceModel(Loader(extra_search_paths=[FOLDER]).load_service_model(service, "service-2"), service)


def signing_name(model):
    return model.metadata.get("signingName", model.metadata["endpointPrefix"])


class Request:
    """`path` is as it stands in the request's first line, with the query; `headers` has names of any case."""

    def __init__(self, method, path, headers, body):
        self.method, self.headers, self.body = method, headers, body
        self.path, _, self.query_text = path.partition("?")
        self.query = urllib.parse.parse_qsl(self.query_text, keep_blank_values=True)


def read(model, request):
    """The operation and its parameters, as boto3 takes them."""
    operation, parameters = READERS[model.metadata["protocol"]](model, request)
    report = ParamValidator().validate(parameters, operation.input_shape) if operation.input_shape is not None else None
    if report is not None and report.has_errors():
        raise BadRequest(f"{operation.name}: {report.generate_report()}")
    return operation, parameters


def operation_named(model, name):
    if name not in model.operation_names:
        raise BadRequest(f"{model.service_name} has no operation {name}")
    return model.operation_model(name)


def scalar(shape, text):
    kind = shape.type_name
    if kind == "boolean":
        return {"true": True, "false": False}[text]
    if kind in ("integer", "long"):
        return int(text)
    if kind in ("float", "double"):
        return float(text)
    if kind == "timestamp":
        return parse_timestamp(text)
    return base64.b64decode(text) if kind == "blob" else text


# --- json


def read_json(model, request):
    prefix, _, name = request.headers.get("X-Amz-Target", "").rpartition(".")
    if prefix != model.metadata["targetPrefix"]:
        raise BadRequest(f"X-Amz-Target of {model.service_name} is {prefix}.{name}")
    operation = operation_named(model, name)
    document = json.loads(request.body or b"{}")
    return operation, json_value(operation.input_shape, document) if operation.input_shape is not None else {}


def json_value(shape, value):
    kind = shape.type_name
    if value is None or getattr(shape, "is_document_type", False):
        return value
    if kind == "structure":
        names = {responses.wire_name(member, name): name for name, member in shape.members.items()
                 if "location" not in member.serialization}
        if unknown := set(value) - set(names):
            raise BadRequest(f"{shape.name} has no {sorted(unknown)}")
        return {names[wire]: json_value(shape.members[names[wire]], member) for wire, member in value.items()}
    if kind == "list":
        return [json_value(shape.member, item) for item in value]
    if kind == "map":
        return {key: json_value(shape.value, item) for key, item in value.items()}
    if kind == "blob":
        return base64.b64decode(value)
    return parse_timestamp(value) if kind == "timestamp" else value


# --- query


def read_query(model, request):
    form = dict(urllib.parse.parse_qsl(request.body.decode(), keep_blank_values=True, strict_parsing=True))
    if form.pop("Version", None) != model.metadata["apiVersion"]:
        raise BadRequest(f"{model.service_name}: another Version")
    operation = operation_named(model, form.pop("Action", None))
    used = set()
    parameters = query_structure(operation.input_shape, form, "", used) if operation.input_shape is not None else {}
    if unknown := set(form) - used:
        raise BadRequest(f"{operation.name} has no {sorted(unknown)}")
    return operation, parameters


def query_structure(shape, form, prefix, used):
    found = {}
    for name, member in shape.members.items():
        at = prefix + responses.wire_name(member, name)
        value = query_value(member, form, at, used)
        if value is not None:
            found[name] = value
    return found


def query_value(shape, form, at, used):
    """None: it is not there."""
    kind = shape.type_name
    if kind == "structure":
        return query_structure(shape, form, at + ".", used) or None
    if kind == "list":
        if shape.serialization.get("flattened"):
            element = shape.member.serialization.get("name")
            at = ".".join(at.split(".")[:-1] + [element]) if element else at
        else:
            at += "." + shape.member.serialization.get("name", "member")
        items = (query_value(shape.member, form, f"{at}.{number}", used) for number in range(1, len(form) + 1))
        return [item for item in items if item is not None] or None
    if kind == "map":
        at += "" if shape.serialization.get("flattened") else ".entry"
        key, value = (responses.wire_name(part, name) for part, name in ((shape.key, "key"), (shape.value, "value")))
        pairs = ((query_value(shape.key, form, f"{at}.{number}.{key}", used),
                  query_value(shape.value, form, f"{at}.{number}.{value}", used)) for number in range(1, len(form) + 1))
        return {name: item for name, item in pairs if name is not None} or None
    if at not in form:
        return None
    used.add(at)
    return scalar(shape, form[at])


# --- rest-json


def read_rest_json(model, request):
    for name in model.operation_names:
        operation = model.operation_model(name)
        labels = match_uri(operation.http, request)
        if labels is not None:
            return operation, rest_parameters(operation.input_shape, request, labels)
    raise BadRequest(f"{model.service_name}: no operation is {request.method} {request.path}")


def match_uri(http, request):
    """The labels of the path; None: it is another operation's."""
    path, _, query = http["requestUri"].partition("?")
    if http["method"] != request.method or not set(urllib.parse.parse_qsl(query, True)) <= set(request.query):
        return None
    parts = re.split(r"\{(\w+)(\+?)\}", path)
    pattern = re.escape(parts[0])
    for label, greedy, literal in zip(parts[1::3], parts[2::3], parts[3::3]):
        pattern += f"(?P<{label}>{'.+' if greedy else '[^/]+'})" + re.escape(literal)
    matched = re.fullmatch(pattern, request.path)
    return {name: urllib.parse.unquote(text) for name, text in matched.groupdict().items()} if matched else None


def rest_parameters(shape, request, labels):
    if shape is None:
        return {}
    payload = shape.serialization.get("payload")
    if payload is None:
        body = json.loads(request.body) if request.body else {}
        parameters = json_value(shape, body)
    else:
        inner = shape.members[payload]
        is_raw = inner.type_name in ("blob", "string")
        parameters = {payload: request.body if is_raw else json_value(inner, json.loads(request.body or b"{}"))}
    for name, member in shape.members.items():
        value = rest_located(member, responses.wire_name(member, name), request, labels)
        if value is not None:
            parameters[name] = value
    return parameters


def rest_located(shape, wire, request, labels):
    location = shape.serialization.get("location")
    if location == "uri":
        return scalar(shape, labels[wire])
    if location == "header":
        text = request.headers.get(wire)
        return None if text is None else scalar(shape, text)
    if location == "querystring":
        texts = [text for name, text in request.query if name == wire]
        if shape.type_name == "list":
            return [scalar(shape.member, text) for text in texts] or None
        return scalar(shape, texts[0]) if texts else None
    return None


READERS = {"json": read_json, "query": read_query, "rest-json": read_rest_json}

# --- answers


def write(model, operation, result, request_id):
    """Status, headers and body of a result in the model's members, as boto3 gives them."""
    protocol, shape = model.metadata["protocol"], operation.output_shape
    headers, status = [["x-amzn-RequestId", request_id]], operation.http.get("responseCode", 200)
    if shape is not None and protocol.startswith("rest"):
        located, said = responses.located(shape, result)
        headers, status = headers + located, said if said != 200 else status
    if shape is not None:
        body = responses.body_of(protocol, model, operation, shape, result, request_id)
    else:
        body = responses.body_of(protocol, model, operation, EMPTY, {}, request_id) if protocol == "query" else ""
    kind = {"json": "application/x-amz-json-" + model.metadata.get("jsonVersion", "1.0"), "query": "text/xml"}
    return status, headers + [["Content-Type", kind.get(protocol, "application/json")]], body.encode()


def write_error(model, code, message, request_id):
    headers, body = responses.error(model.metadata["protocol"], code, message, request_id)
    named = any(name.lower() == "x-amzn-requestid" for name, _ in headers)
    return headers + ([] if named else [["x-amzn-RequestId", request_id]]), body.encode()


class EMPTY:
    """The shape of an answer that says nothing."""
    serialization, members = {}, {}
