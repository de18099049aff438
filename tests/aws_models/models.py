"""AWS's models from folders, all in botocore's form, of which botocore's own classes read them."""
import glob
import gzip
import json
import os

from botocore.model import ServiceModel

from java_names import service_prefix

PROTOCOLS = ("json", "query", "ec2", "rest-json", "rest-xml")


def newest(files_and_models):
    best = {}
    for file, metadata in files_and_models:
        service = service_prefix(metadata["serviceId"]).lower()
        key = (metadata["apiVersion"], )
        if service not in best or key >= best[service][0]:
            best[service] = (key, file)
    return {service: file for service, (_, file) in sorted(best.items())}


def read(file):
    with (gzip.open if file.endswith(".gz") else open)(file, "rt", encoding="utf-8") as opened:
        return json.load(opened)


def files_in(folder):
    return sorted(glob.glob(os.path.join(folder, "*/*/service-2.json")) +
                  glob.glob(os.path.join(folder, "*/*/service-2.json.gz")) +
                  glob.glob(os.path.join(folder, "*.min.json")))


def load(folder, wanted=None):
    """(service in a Resource, botocore's ServiceModel, protocol, whether exceptions are listed)"""
    by_file = {file: read(file) for file in files_in(folder)}
    for service, file in newest((file, model["metadata"]) for file, model in by_file.items()).items():
        if wanted and service not in wanted:
            continue
        model = by_file[file]
        short = file.endswith(".min.json")
        if short:
            model = Unfolder(model).model
        metadata = model["metadata"]
        spoken = metadata.get("protocols", []) + [metadata["protocol"]]
        protocol = next((p for p in spoken if p in PROTOCOLS), None)
        if protocol is None:
            print(f"left out: {service} speaks {', '.join(sorted(set(spoken)))} only")
            continue
        metadata["protocol"] = protocol
        yield service, ServiceModel(model), protocol, not short


class Unfolder:
    """Gives every shape of a min.json a name, as botocore's models have it."""

    USE_KEYS = ("location", "locationName", "flattened", "xmlAttribute", "idempotencyToken", "hostLabel", "jsonvalue",
                "streaming", "timestampFormat", "xmlNamespace", "queryName", "resultWrapper", "eventstream", "event",
                "eventpayload", "eventheader")

    def __init__(self, short):
        self.shapes = {}
        self.model = {"metadata": short["metadata"], "operations": {}, "shapes": self.shapes}
        for name, shape in short.get("shapes", {}).items():
            self.shapes[name] = self.full(shape)
        for name, operation in short["operations"].items():
            full = {**operation, "name": name, "http": {"method": "POST", "requestUri": "/", **operation.get("http", {})}}
            for side in ("input", "output"):
                if side in operation:
                    full[side] = self.use(operation[side])
            self.model["operations"][name] = full

    def use(self, place):
        if "shape" in place:
            return dict(place)
        name = f"Inline{len(self.shapes)}"
        self.shapes[name] = None  # keeps the name taken
        self.shapes[name] = self.full(place)
        return {"shape": name}

    def full(self, shape):
        full = dict(shape)
        if "type" not in full:
            full["type"] = ("structure" if "members" in full else "list" if "member" in full else
                            "map" if "key" in full else "string")
        if "members" in full:
            full["members"] = {name: self.use(member) for name, member in full["members"].items()}
        for part in ("member", "key", "value"):
            if part in full:
                full[part] = self.use(full[part])
        return full
