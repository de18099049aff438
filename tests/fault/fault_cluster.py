"""What faults are injected into: PostgreSQL, coordinators, workers, and as far as a kind of fault needs it a network
between them, proxies, a disk that can be filled, clocks that can be set.

Coordinators live in slots, one more than there are coordinators: clients and workers are told all of them, so that a
coordinator can come back elsewhere.
"""
import glob
import os
import shutil
import signal
import subprocess
import sys
import tempfile
import time

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "support"))
import network  # noqa: E402
from crashing_postgres import KillablePostgres  # noqa: E402
from pawl_test import BIN, Coordinator, create_schema  # noqa: E402
from small_load import LONG_SECONDS  # noqa: E402
from tcp_proxy import TcpProxy, Weather  # noqa: E402

HERE = os.path.dirname(os.path.abspath(__file__))
FAKETIME = next(iter(glob.glob("/usr/lib/*/faketime/libfaketimeMT.so.1")), None)
DATABASE_CONNECTIONS = 8
SETTINGS = ["max_connections = 60", "superuser_reserved_connections = 5", "track_commit_timestamp = on",
            "restart_after_crash = on"]
NETWORK, PROXY, DISK, CLOCK = "network", "proxy", "disk", "clock"


def why_not(need):
    """Why this machine cannot give what a kind of fault needs; empty if it can."""
    if need == NETWORK:
        return network.why_not()
    if need == DISK:
        return "" if os.geteuid() == 0 else "a file system of its own needs root"
    if need == CLOCK:
        return "" if FAKETIME else "there is no libfaketimeMT.so.1: install libfaketime"
    return ""


class Disk:
    """A small file system that can be filled."""

    def __init__(self, megabytes):
        self.folder = tempfile.mkdtemp(prefix="pawl-disk-")
        subprocess.run(["mount", "-t", "tmpfs", "-o", f"size={megabytes}m,mode=0755", "pawl-disk", self.folder],
                       check=True)
        shutil.chown(self.folder, "postgres", "postgres")
        self.filling = os.path.join(self.folder, "filling")

    def fill(self):
        """Takes what is free."""
        piece = bytes(1 << 16)
        with open(self.filling, "ab", buffering=0) as file:
            try:
                while True:
                    file.write(piece)
            except OSError:
                pass

    def free(self):
        if os.path.exists(self.filling):
            os.unlink(self.filling)

    def close(self):
        subprocess.run(["umount", "--lazy", self.folder], stderr=subprocess.DEVNULL)
        shutil.rmtree(self.folder, ignore_errors=True)


class PostgresOnDisks(KillablePostgres):
    def __init__(self, settings, data_disk, log_disk, prefix):
        self.log_folder = os.path.join(log_disk.folder, "wal")
        super().__init__(settings, os.path.join(data_disk.folder, "data"), prefix)

    def _run(self, program, *arguments):
        if program == "initdb":
            # Small segments: a new one is wanted soon after the disk is full.
            arguments += (f"--waldir={self.log_folder}", "--wal-segsize=1")
        super()._run(program, *arguments)


class Worker:
    """A process in a session of its own, so that what it runs dies with it."""

    def __init__(self, command, log, environment):
        self.command, self.log, self.environment, self.process = command, log, dict(os.environ, **environment), None
        self.start()

    def start(self):
        with open(self.log, "ab") as out:
            self.process = subprocess.Popen(self.command, stdout=out, stderr=out, env=self.environment,
                                            start_new_session=True)

    def signal(self, number):
        try:
            os.killpg(self.process.pid, number)
        except ProcessLookupError:
            pass

    def kill(self):
        self.signal(signal.SIGKILL)
        self.process.wait()


class Cluster:
    def __init__(self, needs, folder, coordinators=2):
        self.needs, self.folder, self.wanted = needs, folder, coordinators
        self.net = self.postgres = None
        self.slots, self.workers, self.disks = [], [], []
        self.database_proxies, self.worker_proxies, self.places, self.worker_places = [], [], [], []
        try:
            self.build()
        except BaseException:
            self.close()
            raise

    def build(self):
        if NETWORK in self.needs:
            self.net = network.Network()
            self.here = self.net.join_here()
            self.database_place = self.net.join("db")
        self.start_postgres()
        for i in range(self.wanted + 1):
            self.add_slot(i)
        for slot in self.slots[:self.wanted]:
            slot.start()
        for slot in self.running():
            slot.wait_ready()
        self.endpoints = [f"{slot.host}:{slot.port}" for slot in self.slots]

    # ------------------------------------------------------------------ PostgreSQL

    def start_postgres(self):
        prefix = self.database_place.prefix if self.net else []
        settings = list(SETTINGS)
        if self.net:
            settings.append(f"listen_addresses = '{self.database_place.address}'")
        if DISK in self.needs:
            self.disks = [Disk(512), Disk(160)]  # the data, and the log
            settings += ["max_wal_size = 32MB", "min_wal_size = 2MB"]
            self.postgres = PostgresOnDisks(settings, *self.disks, prefix)
        else:
            self.postgres = KillablePostgres(settings, prefix=prefix)
        if self.net:
            with open(os.path.join(self.postgres.data, "pg_hba.conf"), "a") as access:
                access.write(f"host all all {self.net.subnet}.0/24 trust\n")
            self.postgres.query("select pg_reload_conf()")
        # No superuser: the connections that are kept for those are not for coordinators.
        self.postgres.query("create role pawl login")
        self.postgres.query("create role crowd login")
        self.postgres.query("create database pawl owner pawl")
        self.socket = os.path.join(self.postgres.folder, ".s.PGSQL.5432")
        self.postgres.url = f"postgresql://postgres@/pawl?host={self.postgres.folder}"
        create_schema(f"postgresql://pawl@/pawl?host={self.postgres.folder}")

    def database_url(self):
        if PROXY in self.needs:
            target = (self.database_place.address, 5432) if self.net else self.socket
            proxy = TcpProxy(target, self.here.address if self.net else "127.0.0.1")
            self.database_proxies.append(proxy)
            return "postgresql://pawl@{}:{}/pawl".format(*proxy.address)
        if self.net:
            return f"postgresql://pawl@{self.database_place.address}:5432/pawl"
        return f"postgresql://pawl@/pawl?host={self.postgres.folder}"

    # ------------------------------------------------------------------ coordinators and workers

    def add_slot(self, i):
        settings, environment, prefix, host = {}, {}, [], "127.0.0.1"
        if self.net:
            place = self.net.join(f"c{i}")
            self.places.append(place)
            host, prefix = place.address, place.prefix
            settings["allow_unauthenticated"] = "true"
        if CLOCK in self.needs:
            environment = self.with_clock(f"coordinator-{i}")
        slot = Coordinator(self.database_url(), os.path.join(self.folder, f"coordinator-{i}.log"), host, prefix,
                           environment, start=False, database_connections=DATABASE_CONNECTIONS, log_level="info",
                           **settings)
        self.slots.append(slot)

    def clock_file(self, whose):
        return os.path.join(self.folder, f"clock-{whose}")

    def with_clock(self, whose):
        """The environment of a process that has a clock of its own."""
        self.set_clock(whose, 0)
        return {"LD_PRELOAD": FAKETIME, "FAKETIME_NO_CACHE": "1", "FAKETIME_DONT_FAKE_MONOTONIC": "1",
                "FAKETIME_TIMESTAMP_FILE": self.clock_file(whose)}

    def set_clock(self, whose, seconds):
        """How far it is ahead of the true time."""
        path = self.clock_file(whose)
        with open(path + ".new", "w") as file:
            file.write(f"{seconds:+d}\n")
        os.rename(path + ".new", path)

    def running(self):
        return [slot for slot in self.slots if slot.process and slot.process.poll() is None]

    def start_elsewhere(self, rng):
        idle = [slot for slot in self.slots if slot not in self.running()]
        slot = rng.choice(idle)
        slot.start()
        return slot

    def revive(self, rng):
        """As many coordinators as there should be, ready to serve."""
        while len(self.running()) < self.wanted:
            self.start_elsewhere(rng)
        for slot in self.running():
            slot.wait_ready(60)

    def start_workers(self, call_log):
        http = [(slot.host, slot.port) for slot in self.slots]
        grpc = [(slot.host, slot.grpc_port) for slot in self.slots]
        if PROXY in self.needs:
            host = self.here.address if self.net else "127.0.0.1"
            proxies = [[TcpProxy(target, host) for target in targets] for targets in (http, grpc)]
            self.worker_proxies = proxies[0] + proxies[1]
            http, grpc = ([proxy.address for proxy in some] for some in proxies)
        http, grpc = (",".join(f"{host}:{port}" for host, port in some) for some in (http, grpc))
        for i in range(4):
            prefix = []
            if self.net:
                self.worker_places.append(self.net.join(f"w{i}"))
                prefix = self.worker_places[-1].prefix
            command = [sys.executable, os.path.join(HERE, "load_worker.py"), "--name", f"w{i}", "--log", call_log.path,
                       "--endpoints", http, "work=8", "pack=3"]
            if i >= 2:
                activity, run = ("stream", "cat") if i == 2 else ("long", f"sleep {LONG_SECONDS}; cat")
                command = [os.path.join(BIN, "pawl-worker"), "--coordinator", grpc, "--activity", activity,
                           "--exec", run, "--heartbeat", "500ms", "--concurrency", "32"]  # no task has to queue
            environment = self.with_clock(f"worker-{i}") if i >= 2 and CLOCK in self.needs else {}
            self.workers.append(Worker(prefix + command, os.path.join(self.folder, f"worker-{i}.log"), environment))

    # ------------------------------------------------------------------ the end

    def fair_weather(self):
        for proxy in self.database_proxies + self.worker_proxies:
            proxy.set(Weather())

    def close(self):
        for worker in self.workers:
            worker.signal(signal.SIGCONT)
            worker.kill()
        for slot in self.slots:
            slot.close()
        for proxy in self.database_proxies + self.worker_proxies:
            proxy.close()
        for disk in self.disks:
            disk.free()
        if self.postgres:
            if self.folder:
                shutil.copy(os.path.join(self.postgres.folder, "log"), os.path.join(self.folder, "postgres.log"))
            self.postgres.close()
        for disk in self.disks:
            disk.close()
        if self.net:
            self.net.close()


def now():
    return time.time()
