"""Random values of a model's shapes, each in two forms: as botocore takes it, and as Step Functions has it in Parameters."""
import datetime
import json
import string

from java_names import member_key

TEXTS = string.ascii_letters + string.digits + " -_.~/:+=&?%#@!$'()*,;<>\"|{}[]\\^`éßλ漢字🙂\t\n"
HEADER_TEXTS = string.ascii_letters + string.digits + "-_.~/:+=&?%#@!"
MAX_DEPTH = 5


class Values:
    def __init__(self, random, responses=False):
        self.random = random
        self.responses = responses

    def text(self, alphabet=TEXTS, least=0, most=12):
        return "".join(self.random.choice(alphabet) for _ in range(self.random.randint(least, most)))

    def json(self, depth=0):
        kind = self.random.randint(0, 6 if depth < 3 else 4)
        if kind == 5:
            return [self.json(depth + 1) for _ in range(self.random.randint(0, 3))]
        if kind == 6:
            return {self.text(): self.json(depth + 1) for _ in range(self.random.randint(0, 3))}
        return (self.text(), self.random.randint(-1000, 1000), True, False, 1.5)[kind]

    def make(self, shape, depth=0):
        """(botocore's, Step Functions')"""
        if getattr(shape, "is_document_type", False):
            value = {"any": self.json()}
            return value, value
        return getattr(self, "make_" + shape.type_name)(shape, depth)

    def wanted(self, shape, name, member, depth):
        if name in shape.required_members or member.serialization.get("location") == "uri":
            return True
        # What an empty body means is another question.
        if self.responses and depth == 0 and name == shape.serialization.get("payload"):
            return True
        if member.serialization.get("eventstream"):
            return False
        return depth < MAX_DEPTH and self.random.random() < (0.7 if depth == 0 else 0.5)

    def make_structure(self, shape, depth):
        ours, theirs, wires = {}, {}, set()
        members = list(shape.members.items())
        if shape.is_tagged_union:
            flat = [member for member in members if member[1].type_name not in ("structure", "list", "map")]
            members = [self.random.choice(flat if flat and depth >= MAX_DEPTH else members)]
        for name, member in members:
            if not shape.is_tagged_union and not self.wanted(shape, name, member, depth):
                continue
            if depth > 12 and not shape.is_tagged_union:
                continue  # required all the way down
            wire = member.serialization.get("name", name)
            if wire in wires:
                continue  # an old member beside the one that took its place
            wires.add(wire)
            theirs[name], ours[member_key(name)] = self.make(member, depth + 1)
        return theirs, ours

    def make_list(self, shape, depth):
        # A response cannot tell an empty flattened list from none; nor an empty header.
        least = 1 if self.responses or shape.serialization.get("location") else 0
        most = 3 if depth < MAX_DEPTH + 3 else 0
        pairs = [self.make(shape.member, depth + 1) for _ in range(self.random.randint(min(least, most), most))]
        if shape.serialization.get("location") in ("header", "querystring") and shape.member.type_name == "string":
            pairs = [(text, text) for text in (self.text(HEADER_TEXTS, 1) for _ in pairs)]
        return [theirs for theirs, _ in pairs], [ours for _, ours in pairs]

    def make_map(self, shape, depth):
        located = shape.serialization.get("location")
        theirs, ours = {}, {}
        for _ in range(self.random.randint(1 if self.responses or located else 0, 3) if depth < MAX_DEPTH + 3 else 0):
            if located == "headers":
                key = self.text(string.ascii_lowercase, 1)
                theirs[key] = ours[key] = self.text(HEADER_TEXTS, 1)
            else:
                key = self.text(string.ascii_letters if self.responses else TEXTS, 1)
                theirs[key], ours[key] = self.make(shape.value, depth + 1)
        return theirs, ours

    def make_string(self, shape, depth):
        if shape.serialization.get("jsonvalue") and shape.serialization.get("location") == "header":
            value = {"any": self.json()}
            return value, value
        location = shape.serialization.get("location")
        if shape.serialization.get("hostLabel"):
            text = self.text(string.ascii_lowercase, 1)
        elif location in ("header", "headers"):
            text = self.text(HEADER_TEXTS, 1)
        elif location == "uri":
            text = self.text(TEXTS, 1)
        elif shape.enum and self.random.random() < 0.8:
            text = self.random.choice(shape.enum)
        else:
            text = self.text()
        if not self.responses and not location and not shape.serialization and self.random.random() < 0.05:
            value = {"n": [1, True, "x"]}  # what is no string becomes JSON text
            return json.dumps(value, separators=(",", ":")), value
        return text, text

    make_character = make_string

    def make_boolean(self, shape, depth):
        value = self.random.random() < 0.5
        return value, value

    def make_integer(self, shape, depth):
        value = self.random.choice((0, 1, self.random.randint(-10**6, 10**6), 2**31 - 1))
        return value, value

    def make_long(self, shape, depth):
        value = self.random.choice((0, self.random.randint(-10**6, 10**6), 2**63 - 1, -2**63))
        return value, value

    def make_float(self, shape, depth):
        value = self.random.choice((0.5, -2.25, self.random.randint(-1000, 1000) / 8, 1e10 + 0.5))
        return value, value

    make_double = make_float

    def make_blob(self, shape, depth):
        text = self.text(HEADER_TEXTS, 1) if shape.serialization.get("location") else self.text()
        return text.encode(), text

    def make_timestamp(self, shape, depth):
        seconds = self.random.randint(0, 2**31 - 1)
        time = datetime.datetime.fromtimestamp(seconds, datetime.timezone.utc)
        return time, time.strftime("%Y-%m-%dT%H:%M:%SZ")
