"""The model of the AWS Step Functions API as the AWS SDK for JavaScript has it, and what a document must be like to fit
it. Lengths, enumerations and errors are not in that model; shapes, types and required members are."""
import json
import os

FILE = os.path.join(os.path.dirname(os.path.abspath(__file__)), "aws_api_model", "node_modules", "aws-sdk", "apis",
                    "states-2016-11-23.min.json")
# What each type is in JSON; `bool` is an `int` for Python, and is told apart below.
KINDS = {"string": str, "boolean": bool, "integer": int, "long": int, "float": (int, float), "timestamp": (int, float),
         "structure": dict, "list": list, "map": dict}
# What AWS has added since that SDK was last brought up to date.
NEWER = {"variableReferences": {"type": "map", "value": {"type": "list", "member": {}}},
         "assignedVariables": {"type": "map", "value": {}},
         "assignedVariablesDetails": {"type": "structure", "members": {"truncated": {"type": "boolean"}}}}
OTHER_VALUE = {"string": 7, "boolean": "true", "integer": "7", "long": "7", "float": "7", "structure": "x", "list": "x"}


class Model:
    def __init__(self):
        with open(FILE, encoding="utf-8") as file:
            model = json.load(file)
        self.shapes, self.operations = model["shapes"], model["operations"]

    def resolve(self, shape):
        return self.shapes[shape["shape"]] if "shape" in shape else shape

    def members(self, operation, side):
        """(name, type, whether it is required) of a request or an answer."""
        shape = self.resolve(self.operations[operation].get(side) or {"type": "structure", "members": {}})
        for name, member in shape.get("members", {}).items():
            yield name, self.resolve(member).get("type", "string"), name in shape.get("required", [])

    def problems(self, document, shape, path=""):
        """What does not fit, as texts."""
        shape = self.resolve(shape)
        kind = shape.get("type", "string")
        fits = isinstance(document, KINDS[kind]) and (kind == "boolean" or not isinstance(document, bool))
        if not fits:
            return [f"{path or '/'} is {document!r}, not a {kind}"]
        if kind == "structure":
            return self.structure_problems(document, shape, path)
        if kind == "list":
            return [problem for i, item in enumerate(document)
                    for problem in self.problems(item, shape["member"], f"{path}/{i}")]
        if kind == "map":
            return [problem for key, value in document.items()
                    for problem in self.problems(value, shape["value"], f"{path}/{key}")]
        return []

    def structure_problems(self, document, shape, path):
        members = shape.get("members", {})
        found = [f"{path}/{name} is missing" for name in shape.get("required", []) if name not in document]
        for name, value in document.items():
            if name in members or name in NEWER:
                found += self.problems(value, members[name] if name in members else NEWER[name], f"{path}/{name}")
            else:
                found.append(f"{path}/{name} is not in the model")
        return found

    def answer_problems(self, operation, document):
        shape = self.operations[operation].get("output") or {"type": "structure", "members": {}}
        return self.problems(document, shape)
