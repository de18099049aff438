"""Messages in a form that can be compared: what means the same is equal."""
import base64
import json
import re
import urllib.parse
import xml.etree.ElementTree as ElementTree

WHOLE_NUMBER = re.compile(r"(?<=\d)\.0$")


def canonical_xml(text):
    def tree(node):
        # Of members with one name, which are a list, the order counts; that of others does not.
        children = sorted((tree(child) for child in node), key=lambda child: child[0])
        return (node.tag, sorted(node.attrib.items()), WHOLE_NUMBER.sub("", node.text or "") if not children else "", children)

    return tree(ElementTree.fromstring(text))


def canonical_body(protocol, body, raw):
    if raw or not body:
        return body or b""
    if protocol in ("json", "rest-json"):
        return json.loads(body)
    if protocol in ("query", "ec2"):
        items = urllib.parse.parse_qsl(body.decode(), keep_blank_values=True, strict_parsing=True)
        return sorted((name, WHOLE_NUMBER.sub("", text)) for name, text in items)
    return canonical_xml(body)


def query_items(text):
    return urllib.parse.parse_qsl(text, keep_blank_values=True)


def header_text(value):
    # Older versions of botocore write booleans and bytes as Python does.
    if isinstance(value, str) and value.startswith("b'"):
        return value[2:-1]
    try:  # JSON in base64, whose characters may be escaped or not
        return json.dumps(json.loads(base64.b64decode(value, validate=True)))
    except (ValueError, TypeError):
        return {"True": "true", "False": "false"}.get(str(value), str(value))


def of_botocore(protocol, request, raw):
    path, _, static = request["url_path"].partition("?")
    query = query_items(static)
    for name, value in request["query_string"].items() if request["query_string"] else ():
        for item in value if isinstance(value, list) else [value]:
            query.append((name, str(item)))
    body = request["body"]
    if isinstance(body, dict):
        body = urllib.parse.urlencode(body).encode()
    elif isinstance(body, str):
        body = body.encode()
    return {"method": request["method"], "path": path, "query": sorted(query),
            "headers": {name.lower(): header_text(value) for name, value in request["headers"].items()},
            "body": canonical_body(protocol, body, raw), "host_prefix": request.get("host_prefix") or ""}


def of_pawl(protocol, request, raw):
    body = base64.b64decode(request["body"]) if request["body"] is not None else b""
    return {"method": request["method"], "path": request["path"],
            "query": sorted((name, value or "") for name, value in request["query"]),
            "headers": {name.lower(): header_text(value) for name, value in request["headers"]},
            "body": canonical_body(protocol, body, raw), "host_prefix": request["host_prefix"]}, body
