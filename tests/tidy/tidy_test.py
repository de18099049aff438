#!/usr/bin/env python3
"""House rules that a tool can check: which folder may use which, who may know PostgreSQL and the wall clock."""
import os
import re
import sys

ROOT = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))

# A folder may include itself and what stands before it here, as CMake's link lists say in detail.
ORDER = ["base", "integrations", "metrics", "process", "query", "asl", "core", "audit", "store", "engine", "api", "rpc",
         "config", "node"]

WALL_CLOCK = re.compile(r"\babsl::Now\(|system_clock::now|\btime\(nullptr\)|gettimeofday")
# base/ has the clocks; the command line shows people the time that they live in.
WALL_CLOCK_ALLOWED = ("coordinator/base/", "cli/", "worker/", "tests/")


def sources():
    for top in ("coordinator", "cli", "worker", "tests"):
        for folder, folders, files in os.walk(os.path.join(ROOT, top)):
            folders[:] = [name for name in folders if name not in ("node_modules", "build", "__pycache__")]
            for name in files:
                if name.endswith((".h", ".cc")):
                    path = os.path.join(folder, name)
                    with open(path, encoding="utf-8") as file:
                        yield os.path.relpath(path, ROOT), file.read()


def check(path, text):
    folder = path.split("/")[1] if path.startswith("coordinator/") else None
    for included in re.findall(r'#include "coordinator/(\w+)/', text):
        if folder in ORDER and included in ORDER and ORDER.index(included) > ORDER.index(folder):
            yield f"includes coordinator/{included}, which stands above it"
    if re.search(r"#include <pqxx|#include <libpq", text) and not path.startswith(("coordinator/store/", "tests/store/",
                                                                                   "tests/support/", "tests/bench/")):
        yield "only coordinator/store/ knows PostgreSQL"
    if WALL_CLOCK.search(text) and not path.startswith(WALL_CLOCK_ALLOWED):
        yield "reads the wall clock; time is an argument (base/clock.h)"
    if path.endswith(".h"):
        guard = "PAWL_" + re.sub(r"\W", "_", re.sub(r"^coordinator/", "", path)).upper() + "_"
        if f"#ifndef {guard}\n#define {guard}\n" not in text:
            yield f"the include guard should be {guard}"
        if not text.startswith("//"):
            yield "a header opens with what it is for"
    lines = text.count("\n")
    if lines > 800:
        yield f"has {lines} lines; a file fits a few screens"


def undocumented_rules():
    """The rules of the audit and their table say the same."""
    with open(os.path.join(ROOT, "coordinator/audit/finding.h"), encoding="utf-8") as file:
        rules = set(re.findall(r'string_view k\w+ =\s+"([a-z-]+)"', file.read()))
    with open(os.path.join(ROOT, "docs/audit.md"), encoding="utf-8") as file:
        listed = {name for row in re.findall(r"^\| (`.*?) \|", file.read(), re.M) for name in re.findall(r"`(.+?)`", row)}
    return sorted(rules ^ listed)


def main():
    count, failed = 0, 0
    for path, text in sources():
        count += 1
        for problem in check(path, text):
            failed += 1
            print(f"{path}: {problem}")
    for rule in undocumented_rules():
        failed += 1
        print(f"docs/audit.md: '{rule}' is not both a rule and in the table")
    print(f"{count} files read")
    print(f"{1 if not failed else 0} passed, {failed} failed")
    return 1 if failed or not count else 0


if __name__ == "__main__":
    sys.exit(main())
