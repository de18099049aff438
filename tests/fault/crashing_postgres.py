"""A PostgreSQL server that is crashed again and again: one backend killed, all processes killed, or the power cut."""
import os
import random
import re
import shutil
import signal
import subprocess
import sys

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "support"))
from pawl_test import BIN, POSTGRES_BIN, Postgres, wait_until  # noqa: E402

SEGMENT = 1 << 20
# How PostgreSQL calls a process that serves a client: user, database, and where the client is.
BACKEND = re.compile(r"postgres: \S+ \S+ (\[local\]|\S+\(\d+\))")
SETTINGS = ["max_connections = 200", "fsync = on", "wal_sync_method = fdatasync", "wal_writer_delay = 10s",
            "recovery_init_sync_method = syncfs"]


def children(pid):
    """Direct ones that are not dead."""
    found = []
    for entry in os.listdir("/proc"):
        if entry.isdigit():
            try:
                with open(f"/proc/{entry}/stat") as file:
                    state, parent = file.read().rpartition(")")[2].split()[:2]
            except OSError:
                continue
            if int(parent) == pid and state != "Z":
                found.append(int(entry))
    return found


def dead(pid):
    try:
        with open(f"/proc/{pid}/stat") as file:
            return file.read().rpartition(")")[2].split()[0] == "Z"
    except OSError:
        return True


def command_line(pid):
    try:
        with open(f"/proc/{pid}/cmdline") as file:
            return file.read()
    except OSError:
        return ""


class KillablePostgres(Postgres):
    """The server is a child of this process. `prefix`: a command that runs it."""

    def __init__(self, settings=(), data=None, prefix=()):
        self.server = None
        self.prefix = list(prefix)
        super().__init__(settings, data)

    def environment(self):
        return dict(os.environ)

    def start(self):
        self.begin()
        self.wait_ready()

    def begin(self):
        """Does not wait until it is ready."""
        environment = self.environment()
        with open(os.path.join(self.folder, "log"), "ab") as log:
            self.server = subprocess.Popen(
                self.prefix + self.as_user + [os.path.join(POSTGRES_BIN, "postgres"), "-D", self.data],
                env=environment, stdout=log, stderr=log, cwd="/")

    def ready(self):
        command = [os.path.join(POSTGRES_BIN, "pg_isready"), "-q", "-h", self.folder]
        return subprocess.run(command).returncode == 0

    def wait_ready(self):
        wait_until(self.ready, 60, "PostgreSQL is back")

    def stop(self, mode="fast"):
        self.server.send_signal({"fast": signal.SIGINT, "immediate": signal.SIGQUIT}[mode])
        self.server.wait()

    def backends(self):
        return [pid for pid in children(self.server.pid) if BACKEND.match(command_line(pid))]

    def kill_backend(self, rng=random):
        """One backend: the server ends all others, and recovers by itself. Whether there was one."""
        backends = self.backends()
        if not backends:
            return False
        os.kill(rng.choice(backends), signal.SIGKILL)
        return True

    def kill_all(self):
        pids = [self.server.pid] + children(self.server.pid)
        for pid in pids:
            try:
                os.kill(pid, signal.SIGKILL)
            except ProcessLookupError:
                pass
        self.server.wait()
        wait_until(lambda: all(dead(pid) for pid in pids), 30, "all of PostgreSQL is dead")

    def close(self):
        if self.server.poll() is None:
            self.stop("immediate")
        shutil.rmtree(self.folder, ignore_errors=True)


class CrashingPostgres(KillablePostgres):
    """Has synced_wal.cc preloaded, so that its power can be cut."""

    def __init__(self, longest_sync=0.005, settings=()):
        self.longest_sync = longest_sync
        super().__init__(SETTINGS + list(settings))

    def _run(self, program, *arguments):
        if program == "initdb":
            arguments += ("--wal-segsize=1",)
        super()._run(program, *arguments)

    def environment(self):
        self.synced = os.path.join(self.folder, "synced")
        library = os.path.join(self.folder, "synced_wal.so")
        if not os.path.exists(library):
            shutil.copy(os.path.join(BIN, "libsynced_wal.so"), library)
            os.chmod(library, 0o755)
            os.mkdir(self.synced)
            os.chmod(self.synced, 0o777)
        return dict(os.environ, LD_PRELOAD=library, PAWL_SYNCED_WAL=self.synced,
                    PAWL_SLOW_SYNC=str(int(self.longest_sync * 1e6)))

    def cut_power(self):
        """kill_all, and nothing of the log is left that no fdatasync had covered."""
        self.kill_all()
        log = os.path.join(self.data, "pg_wal")
        for name in os.listdir(log):
            path, copy = os.path.join(log, name), os.path.join(self.synced, name)
            if len(name) != 24:
                continue
            with open(path, "r+b") as segment:  # in place: its owner stays
                if os.path.exists(copy):
                    with open(copy, "rb") as source:
                        segment.write(source.read())
                else:
                    segment.write(bytes(SEGMENT))
