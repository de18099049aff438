"""Names as the AWS SDK for Java 2 makes them, which Step Functions shows: written down again from its rules, with regular
expressions, to compare with."""
import re

# Keywords of Java, and methods that all objects of the SDK have.
TAKEN = set("""
abstract assert boolean break builder byte case catch char class clone const continue default do double
else enum equals extends false final finalize finally float for getClass goto hashCode if implements
import instanceof int interface long native new notify notifyAll null package private protected public
return sdkFields short static strictfp super switch synchronized this throw throws toBuilder toString
transient true try void volatile wait while
""".split())


def words(name):
    text = re.sub(r"[^A-Za-z0-9]+", " ", name)
    text = re.sub(r"([^a-z]{2,})v([0-9]+)", r"\1 v\2 ", text)
    text = re.sub(r"([^A-Z]{2,})V([0-9]+)", r"\1 V\2 ", text)
    text = " ".join(re.split(r"(?<=[a-z])(?=[A-Z]([a-zA-Z]|[0-9]))", text)[::2])
    text = re.sub(r"([A-Z]+)([A-Z][a-z])", r"\1 \2", text)
    text = re.sub(r"([0-9])([a-zA-Z])", r"\1 \2", text)
    return text.split()


def pascal_case(name):
    return "".join(word[0].upper() + word[1:].lower() for word in words(name))


def service_prefix(service_id):
    prefix = pascal_case(service_id)
    for brand in ("Amazon", "Aws"):
        prefix = prefix[len(brand):] if prefix.startswith(brand) else prefix
    return prefix[:-len("Service")] if prefix.endswith("Service") else prefix


def exception_name(shape):
    if shape.endswith("Fault"):
        return pascal_case(shape[:-len("Fault")]) + "Exception"
    return pascal_case(shape) if shape.endswith("Exception") else pascal_case(shape) + "Exception"


def member_key(member):
    if member == "NULL":
        return "Nul"
    leading = re.match(r"^[A-Z]+(?=[A-Z][a-z])|^[A-Z]+|^.", member).group(0)
    rest = member[len(leading):]
    lower = leading.lower() + rest
    return lower[0].upper() + lower[1:] + ("Value" if lower in TAKEN else "")


def action_name(operation):
    return operation[0].lower() + operation[1:]
