"""Renders values as services would send them: one encoder for each protocol, written for this test alone."""
import base64
import calendar
import email.utils
import json
from xml.sax.saxutils import escape, quoteattr


def wire_name(shape, name):
    return shape.serialization.get("name", name)


def timestamp(time, form):
    seconds = calendar.timegm(time.utctimetuple())
    form = (form or "").lower()
    if form == "iso8601":
        return time.strftime("%Y-%m-%dT%H:%M:%SZ")
    if form == "rfc822":
        return email.utils.formatdate(seconds, usegmt=True)
    return seconds


def json_value(shape, value):
    if getattr(shape, "is_document_type", False):
        return value
    kind = shape.type_name
    if kind == "structure":
        return {wire_name(shape.members[name], name): json_value(shape.members[name], member)
                for name, member in value.items() if "location" not in shape.members[name].serialization}
    if kind == "list":
        return [json_value(shape.member, item) for item in value]
    if kind == "map":
        return {key: json_value(shape.value, item) for key, item in value.items()}
    if kind == "blob":
        return base64.b64encode(value).decode()
    if kind == "timestamp":
        return timestamp(value, shape.serialization.get("timestampFormat", "unixTimestamp"))
    return value


def scalar_text(shape, value, form):
    if shape.type_name == "boolean":
        return "true" if value else "false"
    if shape.type_name == "blob":
        return base64.b64encode(value).decode()
    if shape.type_name == "timestamp":
        return str(timestamp(value, shape.serialization.get("timestampFormat", form)))
    return str(value)


def xml_element(shape, value, name):
    """One element, or several of a flattened list or map."""
    kind = shape.type_name
    if kind == "structure":
        attributes = "".join(
            f" xmlns:{wire_name(member, '').split(':')[0]}='urn:x' {wire_name(member, '')}={quoteattr(value[key])}"
            for key, member in shape.members.items() if member.serialization.get("xmlAttribute") and key in value)
        return f"<{name}{attributes}>{xml_members(shape, value)}</{name}>"
    flattened = shape.serialization.get("flattened")
    if kind == "list":
        element = shape.member.serialization.get("name", name if flattened else "member")
        inner = "".join(xml_element(shape.member, item, element) for item in value)
        return inner if flattened else f"<{name}>{inner}</{name}>"
    if kind == "map":
        key_name, value_name = shape.key.serialization.get("name", "key"), shape.value.serialization.get("name", "value")
        entry = name if flattened else "entry"
        inner = "".join(f"<{entry}>{xml_element(shape.key, key, key_name)}{xml_element(shape.value, item, value_name)}</{entry}>"
                        for key, item in value.items())
        return inner if flattened else f"<{name}>{inner}</{name}>"
    return f"<{name}>{escape(scalar_text(shape, value, 'iso8601'))}</{name}>"


def xml_members(shape, value):
    return "".join(xml_element(shape.members[name], member, wire_name(shape.members[name], name))
                   for name, member in value.items()
                   if "location" not in shape.members[name].serialization
                   and not shape.members[name].serialization.get("xmlAttribute"))


def header_text(shape, value):
    if shape.serialization.get("jsonvalue"):
        return base64.b64encode(json.dumps(value).encode()).decode()
    if shape.type_name == "list":
        return ",".join(header_text(shape.member, item) for item in value)
    return scalar_text(shape, value, "rfc822")


def located(shape, value):
    """Headers, and the status where a member says it."""
    headers, status = [], 200
    for name, member in value.items():
        inner = shape.members[name]
        location = inner.serialization.get("location")
        if location == "header":
            headers.append([wire_name(inner, name), header_text(inner, member)])
        elif location == "headers":
            headers += [[inner.serialization.get("name", "") + key, text] for key, text in member.items()]
        elif location == "statusCode":
            status = member
    return headers, status


def body_of(protocol, model, operation, shape, value, request_id="r-1"):
    if protocol == "json":
        return json.dumps(json_value(shape, value))
    if protocol in ("query", "ec2"):
        wrapper = shape.serialization.get("resultWrapper")
        inner = xml_members(shape, value)
        inner = f"<{wrapper}>{inner}</{wrapper}>" if wrapper else inner
        return (f"<?xml version='1.0' encoding='UTF-8'?>\n<{operation.name}Response xmlns='urn:pawl'>{inner}"
                f"<ResponseMetadata><RequestId>{request_id}</RequestId></ResponseMetadata></{operation.name}Response>")
    payload = shape.serialization.get("payload")
    if payload:
        inner = shape.members[payload]
        if payload not in value:
            return ""
        if inner.type_name == "blob":
            return value[payload].decode()
        if inner.type_name == "string":
            return value[payload]
        if protocol == "rest-json":
            return json.dumps(json_value(inner, value[payload]))
        return xml_element(inner, value[payload], wire_name(inner, payload))
    if protocol == "rest-json":
        return json.dumps(json_value(shape, value))
    return f"<{operation.name}Result>{xml_members(shape, value)}</{operation.name}Result>"


def error(protocol, code, message, request_id="r-1"):
    """(headers, body) of a failure; of JSON in one of the forms that there are."""
    if protocol == "json":
        return [["x-amzn-RequestId", request_id]], json.dumps({"__type": f"com.amazonaws.x#{code}", "message": message})
    if protocol == "rest-json":
        return ([["x-amzn-RequestId", request_id], ["x-amzn-ErrorType", f"{code}:http://x/"]], json.dumps({"Message": message}))
    code, message = escape(code), escape(message)
    if protocol == "ec2":
        return [], f"<Response><Errors><Error><Code>{code}</Code><Message>{message}</Message></Error></Errors><RequestID>{request_id}</RequestID></Response>"
    return [], (f"<ErrorResponse xmlns='urn:x'><Error><Type>Sender</Type><Code>{code}</Code><Message>{message}</Message></Error>"
                f"<RequestId>{request_id}</RequestId></ErrorResponse>")
