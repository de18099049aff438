"""The kinds of faults. Each injects one fault at a time, heals it, and says from when on the work has to go on."""
import dataclasses
import signal
import socket
import struct
import threading
import time

from fault_cluster import CLOCK, DISK, NETWORK, PROXY, now
from small_load import HEARTBEAT_SECONDS, RETRY_SECONDS
from tcp_proxy import Weather

AFTER_KILL, AFTER_HANG, AFTER_DATABASE = 3, 15, 5  # seconds until every execution in hand has moved on
# A task that was lost with its worker has to miss its heartbeat first.
WITH_WORKER = HEARTBEAT_SECONDS + RETRY_SECONDS + 1


@dataclasses.dataclass
class Fault:
    kind: str
    variant: str
    at: float
    since: float  # from then on the work can go on
    bound: float  # seconds after that, in which everything in hand goes on
    more_for_tasks: float = 0
    open: int = 0
    resumes: dict = dataclasses.field(default_factory=dict)


class Kind:
    name, needs, bound, variants, takes_workers = "", (), AFTER_HANG, ("",), False

    def __init__(self):
        self.deck = []

    def draw(self, rng):
        """A variant; each comes once before one comes again."""
        if not self.deck:
            self.deck = rng.sample(self.variants, len(self.variants))
        return self.deck.pop()

    def inject(self, cluster, rng):
        """Injects and heals; blocks meanwhile."""
        variant = self.draw(rng)
        at = now()
        fault = Fault(self.name, variant, at, at, self.bound, WITH_WORKER if self.takes_workers else 0)
        getattr(self, "inject_" + variant.replace("-", "_") if variant else "run")(cluster, rng, fault)
        return fault


def hold(seconds):
    time.sleep(seconds)  # the fault itself


class CoordinatorKill(Kind):
    """kill -9 of a coordinator, which starts again at once, elsewhere, or not before the next fault."""
    name, bound, variants = "coordinator-kill", AFTER_KILL, ("again", "elsewhere", "never")

    def kill(self, cluster, rng, fault):
        victim = rng.choice(cluster.running())
        fault.at = now()
        victim.kill()
        fault.since = now()
        return victim

    def inject_again(self, cluster, rng, fault):
        self.kill(cluster, rng, fault).start()

    def inject_elsewhere(self, cluster, rng, fault):
        victim = self.kill(cluster, rng, fault)
        rng.choice([slot for slot in cluster.slots if slot not in cluster.running() and slot is not victim]).start()

    def inject_never(self, cluster, rng, fault):
        self.kill(cluster, rng, fault)


class CoordinatorStop(Kind):
    """SIGSTOP of a coordinator, and SIGCONT after seconds: it goes on with what others have moved on."""
    name = "coordinator-stop"

    def run(self, cluster, rng, fault):
        victim = rng.choice(cluster.running())
        fault.at = fault.since = now()
        victim.process.send_signal(signal.SIGSTOP)
        try:
            hold(rng.choice([1, 4, 12]))
        finally:
            victim.process.send_signal(signal.SIGCONT)


class WorkerKill(Kind):
    """kill -9 of a worker with all that it runs, started again."""
    name, takes_workers = "worker-kill", True

    def run(self, cluster, rng, fault):
        victim = rng.choice(cluster.workers)
        fault.at = fault.since = now()
        victim.kill()
        victim.start()


class WorkerStop(Kind):
    """SIGSTOP of a worker for longer than its heartbeats allow, or for less."""
    name, takes_workers = "worker-stop", True

    def run(self, cluster, rng, fault):
        victim = rng.choice(cluster.workers)
        fault.at = fault.since = now()
        victim.signal(signal.SIGSTOP)
        try:
            hold(rng.choice([1, 6]))
        finally:
            victim.signal(signal.SIGCONT)


class BackendKill(Kind):
    """kill -9 of one backend: PostgreSQL ends all others and recovers."""
    name, bound = "backend-kill", AFTER_DATABASE

    def run(self, cluster, rng, fault):
        assert cluster.postgres.kill_backend(rng)
        # Its end is noticed before long; until then it seems to be ready.
        deadline = now() + 2
        while now() < deadline and cluster.postgres.ready():
            pass
        cluster.postgres.wait_ready()
        fault.since = now()


class PostgresKill(Kind):
    """kill -9 of all processes of PostgreSQL, started again at once or after seconds."""
    name, bound = "postgres-kill", AFTER_DATABASE

    def run(self, cluster, rng, fault):
        cluster.postgres.kill_all()
        hold(rng.choice([0, 0, 3]))
        cluster.postgres.start()
        fault.since = now()


class PostgresRestart(Kind):
    """An immediate or fast shutdown of PostgreSQL, and a start."""
    name, bound, variants = "postgres-restart", AFTER_DATABASE, ("immediate", "fast")

    def restart(self, cluster, mode, fault):
        cluster.postgres.stop(mode)
        cluster.postgres.start()
        fault.since = now()

    def inject_immediate(self, cluster, rng, fault):
        self.restart(cluster, "immediate", fault)

    def inject_fast(self, cluster, rng, fault):
        self.restart(cluster, "fast", fault)


class TerminateStorm(Kind):
    """pg_terminate_backend of every session of the coordinators, 20 times a second for three seconds."""
    name, bound = "terminate-storm", AFTER_DATABASE

    def run(self, cluster, rng, fault):
        cluster.postgres.query("""do $$ begin
          for i in 1..60 loop
            perform pg_terminate_backend(pid) from pg_stat_activity where usename = 'pawl';
            perform pg_stat_clear_snapshot();
            perform pg_sleep(0.05);
          end loop; end $$""")
        fault.since = now()


class Crowd:
    """Takes every connection that others may have, for as long as it is there."""

    def __init__(self, path):
        self.path, self.taken, self.stopped = path, [], threading.Event()
        self.thread = threading.Thread(target=self.take)
        self.thread.start()

    def connect(self):
        """A session that does nothing, or None."""
        connection = socket.socket(socket.AF_UNIX)
        connection.settimeout(2)
        try:
            connection.connect(self.path)
            parameters = b"user\0crowd\0database\0postgres\0\0"
            connection.sendall(struct.pack("!ii", 8 + len(parameters), 196608) + parameters)
            if connection.recv(1) == b"R":  # authentication; an error is an E
                return connection
        except OSError:
            pass
        connection.close()
        return None

    def take(self):
        while not self.stopped.is_set():
            connection = self.connect()
            if connection:
                self.taken.append(connection)
            else:
                time.sleep(0.002)

    def close(self):
        self.stopped.set()
        self.thread.join()
        for connection in self.taken:
            connection.close()


class ConnectionExhaustion(Kind):
    """Others hold all of max_connections; in part of them also those that the coordinators had."""
    name, bound, variants = "connection-exhaustion", AFTER_DATABASE, ("rest", "all")

    def inject_rest(self, cluster, rng, fault):
        crowd = Crowd(cluster.socket)
        try:
            hold(3)
        finally:
            crowd.close()
            fault.since = now()

    def inject_all(self, cluster, rng, fault):
        crowd = Crowd(cluster.socket)
        try:
            for _ in range(8):
                cluster.postgres.query("select pg_terminate_backend(pid) from pg_stat_activity where usename = 'pawl'")
                hold(0.4)
        finally:
            crowd.close()
            fault.since = now()


class StatementTimeout(Kind):
    """Statements wait for locks until they are cancelled; are cancelled by hand; last longer than they may."""
    name, bound = "statement-timeout", AFTER_DATABASE
    variants = ("table-lock", "row-locks", "cancel-storm", "slow", "role")

    def prepare(self, cluster):
        """A table that says how long every insert of history takes."""
        cluster.postgres.query("""
          create schema if not exists fault;
          create table if not exists fault.slow (seconds float not null);
          grant usage on schema fault to pawl;
          grant select on fault.slow to pawl;
          create or replace function fault.be_slow() returns trigger language plpgsql as
            $$ begin perform pg_sleep(seconds) from fault.slow; return null; end $$;
          create or replace trigger slow before insert on pawl.history for each statement
            execute function fault.be_slow()""")

    def inject_table_lock(self, cluster, rng, fault):
        cluster.postgres.query("begin; lock table pawl.execution in access exclusive mode; select pg_sleep(4); commit")
        fault.since = now()

    def inject_row_locks(self, cluster, rng, fault):
        cluster.postgres.query("begin; select count(*) from (select from pawl.execution for update) e; "
                               "select pg_sleep(4); commit")
        fault.since = now()

    def inject_cancel_storm(self, cluster, rng, fault):
        cluster.postgres.query("""do $$ begin
          for i in 1..150 loop
            perform pg_cancel_backend(pid) from pg_stat_activity where usename = 'pawl' and state = 'active';
            perform pg_stat_clear_snapshot();
            perform pg_sleep(0.02);
          end loop; end $$""")
        fault.since = now()

    def inject_slow(self, cluster, rng, fault):
        """Statements that have begun meanwhile last until statement_timeout, 10 s, ends them."""
        self.prepare(cluster)
        cluster.postgres.query("insert into fault.slow values (30)")
        hold(3)
        cluster.postgres.query("delete from fault.slow")
        cluster.postgres.query("drop trigger slow on pawl.history")
        fault.since, fault.bound = now(), AFTER_HANG

    def inject_role(self, cluster, rng, fault):
        """The role's sessions begin with a time-out that no statement keeps: they have to set their own."""
        cluster.postgres.query("alter role pawl set statement_timeout = '1ms'")
        cluster.postgres.query("select pg_terminate_backend(pid) from pg_stat_activity where usename = 'pawl'")
        fault.since = now()
        hold(3)
        cluster.postgres.query("alter role pawl reset statement_timeout")


class DiskFull(Kind):
    """The disk of the data or of the log fills up, and is freed after seconds."""
    name, bound, needs, variants = "disk-full", AFTER_DATABASE, (DISK,), ("data", "log")

    def fill(self, cluster, disk, rng, fault):
        deadline = now() + rng.choice([3, 6])
        while now() < deadline:
            disk.fill()
            hold(0.05)
        disk.free()
        if cluster.postgres.server.poll() is not None:  # it could not recover without room
            cluster.postgres.start()
        cluster.postgres.wait_ready()
        fault.since = now()

    def inject_data(self, cluster, rng, fault):
        self.fill(cluster, cluster.disks[0], rng, fault)

    def inject_log(self, cluster, rng, fault):
        self.fill(cluster, cluster.disks[1], rng, fault)


class Partition(Kind):
    """The link of a coordinator, a worker or the database is cut for seconds: connections hang."""
    name, needs, variants, takes_workers = "partition", (NETWORK,), ("coordinator", "worker", "database"), True

    def cut(self, cluster, place, seconds):
        cluster.net.cut(place)
        try:
            hold(seconds)
        finally:
            cluster.net.mend(place)

    def inject_coordinator(self, cluster, rng, fault):
        victim = rng.choice(cluster.running())
        fault.at = fault.since = now()
        self.cut(cluster, cluster.places[cluster.slots.index(victim)], rng.choice([4, 14]))

    def inject_worker(self, cluster, rng, fault):
        self.cut(cluster, rng.choice(cluster.worker_places), rng.choice([4, 10]))

    def inject_database(self, cluster, rng, fault):
        self.cut(cluster, cluster.database_place, rng.choice([2, 8]))
        fault.since = now()


class SlowNetwork(Kind):
    """The way to the database or from the workers is slow, loses, is narrow, stalls, is cut, or swallows everything."""
    name, needs, takes_workers = "slow-network", (PROXY,), True
    variants = ("delay", "loss", "narrow", "stall", "cut", "refuse", "black-hole")

    def some(self, cluster, rng):
        return rng.choice([cluster.database_proxies, cluster.worker_proxies,
                           [rng.choice(cluster.database_proxies)]])

    def weather(self, cluster, rng, seconds, **weather):
        proxies = self.some(cluster, rng)
        for proxy in proxies:
            proxy.set(Weather(**weather))
        try:
            hold(seconds)
        finally:
            cluster.fair_weather()

    def inject_delay(self, cluster, rng, fault):
        self.weather(cluster, rng, 5, delay=0.04, jitter=0.04)

    def inject_loss(self, cluster, rng, fault):
        self.weather(cluster, rng, 5, delay=0.01, stalls=0.05)

    def inject_narrow(self, cluster, rng, fault):
        self.weather(cluster, rng, 5, bytes_per_second=50_000)

    def inject_stall(self, cluster, rng, fault):
        self.weather(cluster, rng, rng.choice([2, 8]), stalled=True)
        fault.since = now()

    def inject_cut(self, cluster, rng, fault):
        proxies = self.some(cluster, rng)
        for _ in range(10):
            for proxy in proxies:
                proxy.cut()
            hold(rng.uniform(0.05, 0.4))
        fault.since = now()

    def inject_refuse(self, cluster, rng, fault):
        proxies = self.some(cluster, rng)
        for proxy in proxies:
            proxy.set(Weather(refuses=True))
            proxy.cut()
        hold(3)
        cluster.fair_weather()
        fault.since = now()

    def inject_black_hole(self, cluster, rng, fault):
        """Connections that were in use stay silent for ever, without an end."""
        for proxy in cluster.database_proxies:
            proxy.set(Weather(black_hole=True))
        hold(2)
        cluster.fair_weather()
        fault.since = now()


class ClockJump(Kind):
    """A coordinator's or worker's clock jumps by minutes or hours, forward or back; or a coordinator starts with it."""
    name, bound, needs, takes_workers = "clock-jump", AFTER_DATABASE, (CLOCK,), True
    variants = ("forward", "back", "restarted", "worker")

    def jump(self, cluster, rng, hours):
        victim = rng.choice(cluster.running())
        cluster.set_clock(f"coordinator-{cluster.slots.index(victim)}", int(rng.choice(hours) * 3600))
        return victim

    def inject_forward(self, cluster, rng, fault):
        self.jump(cluster, rng, [0.03, 3, 26])
        hold(3)

    def inject_back(self, cluster, rng, fault):
        victim = self.jump(cluster, rng, [-0.03, -3, -26])
        hold(3)
        cluster.set_clock(f"coordinator-{cluster.slots.index(victim)}", 0)  # forward again

    def inject_worker(self, cluster, rng, fault):
        for hours in (-3, 26, -26, 0):
            for whose in ("worker-2", "worker-3"):
                cluster.set_clock(whose, hours * 3600)
            hold(rng.uniform(2, 4))

    def inject_restarted(self, cluster, rng, fault):
        """Only with a clock that is ahead: libfaketime does not know the deadlines that go to the kernel by a futex,
        which would have passed at once for a clock that is behind."""
        victim = self.jump(cluster, rng, [0.03, 3, 26])
        victim.kill()
        fault.since = now()
        victim.start()
        hold(3)


KINDS = {kind.name: kind for kind in (kind() for kind in Kind.__subclasses__())}


class Mixed(Kind):
    """One of all the others, each time."""
    name = "mixed"
    needs = (NETWORK, PROXY, DISK, CLOCK)

    def inject(self, cluster, rng):
        able = [kind for kind in KINDS.values() if kind is not self and set(kind.needs) <= set(cluster.needs)]
        return rng.choice(able).inject(cluster, rng)


KINDS["mixed"] = Mixed()
