"""How long after a fault each execution that was under way moved on: read from the history when all is over.

The time of an event is that of the commit which wrote it, by PostgreSQL's clock (track_commit_timestamp): what a
coordinator believes the time to be does not matter. An execution is measured by what it was at when the work could go
on: `hand`, a step is due, and some coordinator had it in hand; `timer`, a Wait, from its time on; `task`, a worker is
to get a task or has it, from the end of its work on.
"""
import bisect
import collections

from small_load import LONG_SECONDS, RETRY_SECONDS

# Of chains, which have no waits and no tasks, the history need not be read.
LINES = ("tasks", "waits", "stream", "long", "fails")  # one branch: the last event says what the execution is at
ROWS = """select e.execution_id, h.first_event_id, h.event_count, extract(epoch from h.occurred_at),
                 extract(epoch from pg_xact_commit_timestamp(h.xmin))
            from pawl.history h join pawl.closed_execution e using (execution_id) order by 1, 2"""
CLOSED = """select execution_id, machine_name, name, extract(epoch from started_at), extract(epoch from closed_at)
              from pawl.closed_execution"""


class Run:
    """One execution: when each of its events was committed."""

    def __init__(self, kind, name, started, closed):
        self.kind, self.name, self.started, self.closed = kind, name, started, closed
        self.commits, self.occurred, self.first_ids, self.last_ids, self.events = [], [], [], [], {}

    def last_event(self, at):
        """Of those that were committed by then."""
        place = bisect.bisect_right(self.commits, at)
        return self.last_ids[place - 1] if place else 0

    def next_commit(self, at):
        place = bisect.bisect_right(self.commits, at)
        return self.commits[place] if place < len(self.commits) else None

    def commit_of(self, event_id):
        return self.commits[bisect.bisect_right(self.first_ids, event_id) - 1]


def read_runs(postgres, load):
    runs = {}
    for key, machine, name, started, closed in postgres.query(CLOSED):
        runs[key] = Run(machine, name, float(started), float(closed))
    for key, first, count, occurred, committed in postgres.query(ROWS):
        run = runs[key]
        run.first_ids.append(int(first))
        run.last_ids.append(int(first) + int(count) - 1)
        run.occurred.append(float(occurred))
        # Commits of one execution are in order; their times are read before, and may not be.
        run.commits.append(max([float(committed)] + run.commits[-1:]))
    client = load.client("reader")
    for run in runs.values():
        if run.kind in LINES:
            answer = client.call("GetExecutionHistory", executionArn=load.all[run.name].arn, maxResults=1000)
            run.events = {event["id"]: event for event in answer["events"]}
    return list(runs.values())


def state_name(event):
    return event.get("stateEnteredEventDetails", {}).get("name")


def pause_of(run, event, load):
    return 1 if state_name(event) == "Wait" else load.all[run.name].input.get("pause", 0)


def at_work(run, at, load):
    """What the execution was at, and since when its next event was due."""
    place = bisect.bisect_right(run.commits, at)
    committed = run.commits[place - 1]
    if run.kind == "chain":
        return "hand", committed
    event = run.events[run.last_ids[place - 1]]
    if event["type"] == "WaitStateEntered":
        return "timer", event["timestamp"] + pause_of(run, event, load)
    if event["type"] == "ActivityTimedOut":
        return "timer", event["timestamp"] + RETRY_SECONDS
    if event["type"] in ("ActivityScheduled", "ActivityStarted"):
        work = LONG_SECONDS if run.kind == "long" else load.all[run.name].input.get("work", 0)
        return "task", event["timestamp"] + work
    return "hand", committed


# Seconds after a fault at which it is looked what each execution waits for: what had been sent to PostgreSQL before may
# still be committed, and a hand that lost its hold may have gone on for a moment.
LOOKS = (0, 0.05, 0.2, 0.5, 1)


def measure(faults, runs, load):
    """Adds to each fault what was open and the longest time to resume of each class, with its execution."""
    for number, fault in enumerate(faults):
        until = faults[number + 1].at if number + 1 < len(faults) else float("inf")
        under_way = [run for run in runs if run.started <= fault.at < run.closed]
        fault.open = len(under_way)
        for run in under_way:
            if run.kind in LINES + ("chain",):
                measure_one(fault, run, until, load)


def measure_one(fault, run, until, load):
    longest = {}
    for look in LOOKS:
        at = fault.since + look
        if not run.last_event(at) or run.closed <= at:
            continue
        what, due = at_work(run, at, load)
        moved = run.next_commit(at)
        if moved is None or moved > until or due > fault.since + fault.bound:
            continue  # the next fault kept it; that one is measured
        longest[what] = max(longest.get(what, 0), moved - max(due, fault.since))
    for what, seconds in longest.items():
        entry = fault.resumes.setdefault(what, {"seconds": 0.0, "execution": "", "count": 0})
        entry["count"] += 1
        if seconds > entry["seconds"]:
            entry.update(seconds=round(seconds, 3), execution=run.name)


def early_timers(runs, load, tolerance=0.25):
    """Waits that ended before their time, by PostgreSQL's clock."""
    early = []
    for run in runs:
        if run.kind != "waits":
            continue
        entered = [event for event in run.events.values() if event["type"] == "WaitStateEntered"]
        exited = [event for event in run.events.values() if event["type"] == "WaitStateExited"]
        for begin, end in zip(entered, exited):
            # It is decided before it is committed: the earliest that it can have begun.
            place = bisect.bisect_right(run.first_ids, begin["id"]) - 1
            before = run.commits[place - 1] if place else run.started
            lasted = run.commit_of(end["id"]) - before
            if lasted < pause_of(run, begin, load) - tolerance:
                early.append(f"{run.name}: a Wait of {pause_of(run, begin, load)} s lasted {lasted:.2f} s")
    return early


def wrong_clocks(runs, tolerance):
    """Events whose time in the history is not near that of their commit."""
    found = []
    for run in runs:
        for occurred, committed, first in zip(run.occurred, run.commits, run.first_ids):
            if not committed - tolerance < occurred < committed + 1:
                found.append(f"{run.name}: event {first} says {occurred:.3f} and was committed at {committed:.3f}")
    return found


def timed_out(runs):
    """Tasks of workers that had nothing to suffer, and which timed out."""
    return [f"{run.name}: a task timed out" for run in runs
            if run.kind == "long" and any(event["type"] == "ActivityTimedOut" for event in run.events.values())]


def summary(faults):
    """By kind of fault."""
    rows = collections.OrderedDict()
    for fault in faults:
        row = rows.setdefault(fault.kind, {"faults": 0, "open": 0, "bound": fault.bound, "resumes": {}, "variants": {}})
        row["faults"] += 1
        row["open"] += fault.open
        row["bound"] = max(row["bound"], fault.bound)
        row["variants"][fault.variant] = row["variants"].get(fault.variant, 0) + 1
        for at, entry in fault.resumes.items():
            best = row["resumes"].setdefault(at, {"seconds": 0.0, "count": 0})
            best["count"] += entry["count"]
            best["seconds"] = max(best["seconds"], entry["seconds"])
    for row in rows.values():
        row["open_mean"] = round(row.pop("open") / row["faults"], 1)
    return rows
