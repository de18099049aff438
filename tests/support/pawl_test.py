"""What tests of real binaries need: a private PostgreSQL, coordinators that can be killed, an AWS JSON client.

Standard library only, so that any Python 3.9 runs it. The binaries are found in PAWL_BIN (default
build/release/bin), PostgreSQL's in PAWL_TEST_POSTGRES_BIN (default /usr/lib/postgresql/15/bin).
"""
import http.client
import json
import os
import shutil
import signal
import socket
import subprocess
import tempfile
import time

ROOT = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
BIN = os.environ.get("PAWL_BIN", os.path.join(ROOT, "build", "release", "bin"))
POSTGRES_BIN = os.environ.get("PAWL_TEST_POSTGRES_BIN", "/usr/lib/postgresql/15/bin")


def free_port():
    with socket.socket() as s:
        s.bind(("127.0.0.1", 0))
        return s.getsockname()[1]


def wait_until(condition, seconds, what):
    """Waits for something that other processes do; there is no signal to wait for across them."""
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        value = condition()
        if value:
            return value
        time.sleep(0.05)
    raise AssertionError(f"not within {seconds} s: {what}")


class Postgres:
    """A cluster of its own in a temporary folder, reached through a Unix socket there. `data`: where its files are
    instead, an empty folder or none yet."""

    def __init__(self, settings=(), data=None):
        self.folder = tempfile.mkdtemp(prefix="pawl-pg-")
        self.data = data or os.path.join(self.folder, "data")
        self.as_user = []
        if os.geteuid() == 0:  # PostgreSQL refuses root
            shutil.chown(self.folder, "postgres", "postgres")
            self.as_user = ["setpriv", "--reuid=postgres", "--regid=postgres", "--clear-groups"]
        os.chmod(self.folder, 0o755)
        self._run("initdb", "-D", self.data, "-U", "postgres", "-A", "trust", "-N", "-E", "UTF8", "--locale=C")
        with open(os.path.join(self.data, "postgresql.auto.conf"), "a") as conf:
            conf.write(f"listen_addresses = ''\nunix_socket_directories = '{self.folder}'\n")
            for line in settings:
                conf.write(line + "\n")
        self.start()
        self.url = f"postgresql://postgres@/postgres?host={self.folder}"

    def _run(self, program, *arguments):
        subprocess.run(self.as_user + [os.path.join(POSTGRES_BIN, program), *arguments], check=True,
                       stdout=subprocess.DEVNULL, cwd="/")

    def start(self):
        self._run("pg_ctl", "-D", self.data, "-w", "-l", os.path.join(self.folder, "log"), "start")

    def stop(self, mode="fast"):
        self._run("pg_ctl", "-D", self.data, "-w", "-m", mode, "stop")

    def query(self, sql):
        """The rows of a statement, each a list of texts."""
        done = subprocess.run(["psql", "-X", "-q", "-A", "-t", "-F", "\t", "-v", "ON_ERROR_STOP=1", "-d", self.url,
                               "-c", sql], check=True, capture_output=True, text=True)
        return [line.split("\t") for line in done.stdout.splitlines()]

    def close(self):
        try:
            self.stop("immediate")
        except subprocess.CalledProcessError:
            pass
        shutil.rmtree(self.folder, ignore_errors=True)


class Coordinator:
    """A pawl-coordinator process on a port of its own. `prefix` is a command that runs it, and `environment` what is
    set for it alone."""

    def __init__(self, database_url, log=None, host="127.0.0.1", prefix=(), environment=None, start=True, **settings):
        self.host = host
        self.port = free_port()
        self.grpc_port = free_port()
        self.endpoint = f"http://{host}:{self.port}"
        self.environment = dict(os.environ, PAWL_DATABASE_URL=database_url,
                                PAWL_LISTEN_HTTP=f"{host}:{self.port}", PAWL_LISTEN_GRPC=f"{host}:{self.grpc_port}")
        self.environment.update({"PAWL_" + key.upper(): str(value) for key, value in settings.items()})
        self.environment.update(environment or {})
        self.log = log
        self.prefix = list(prefix)
        self.process = None
        if start:
            self.start()

    def start(self):
        out = open(self.log, "ab") if self.log else subprocess.DEVNULL
        self.process = subprocess.Popen(self.prefix + [os.path.join(BIN, "pawl-coordinator")], env=self.environment,
                                        stdout=out, stderr=out)

    def ready(self):
        try:
            connection = http.client.HTTPConnection(self.host, self.port, timeout=2)
            connection.request("GET", "/readyz")
            return connection.getresponse().status == 200
        except OSError:
            return False

    def wait_ready(self, seconds=30):
        wait_until(self.ready, seconds, f"coordinator on port {self.port} ready")

    def kill(self):
        self.process.send_signal(signal.SIGKILL)
        self.process.wait()

    def terminate(self, seconds=30):
        """SIGTERM; the exit status."""
        self.process.send_signal(signal.SIGTERM)
        return self.process.wait(timeout=seconds)

    def close(self):
        if self.process and self.process.poll() is None:
            self.kill()


class ApiError(Exception):
    def __init__(self, status, code, message):
        super().__init__(f"{code}: {message}")
        self.status, self.code, self.message = status, code, message


class Client:
    """Calls of the AWS JSON API on one of several coordinators, each a port of this machine or "HOST:PORT". A call
    that no coordinator answered is made again on the next one for `patience` seconds: only calls that may be repeated
    are made through it."""

    def __init__(self, ports, patience=30, timeout=70):
        self.ports, self.patience, self.timeout, self.turn = list(ports), patience, timeout, 0
        self.connections = {}

    def connect(self, port):
        host, number = port.rsplit(":", 1) if isinstance(port, str) else ("127.0.0.1", port)
        return http.client.HTTPConnection(host, int(number), timeout=self.timeout)

    def once(self, operation, request):
        port = self.ports[self.turn % len(self.ports)]
        connection = self.connections.pop(port, None) or self.connect(port)
        connection.request("POST", "/", json.dumps(request), {
            "Content-Type": "application/x-amz-json-1.0", "X-Amz-Target": "AWSStepFunctions." + operation})
        response = connection.getresponse()
        raw = response.read()
        self.connections[port] = connection
        document = json.loads(raw) if raw else {}
        if response.status >= 300:
            raise ApiError(response.status, document.get("__type", "").split("#")[-1],
                           document.get("message", ""))
        return document

    def call(self, operation, **request):
        deadline = time.monotonic() + self.patience
        while True:
            try:
                return self.once(operation, request)
            except ApiError as error:
                if error.status < 500 or time.monotonic() > deadline:
                    raise
            except (OSError, http.client.HTTPException):
                if time.monotonic() > deadline:
                    raise
            self.turn += 1
            time.sleep(0.02)


def create_schema(database_url):
    subprocess.run([os.path.join(BIN, "pawl"), "migrate"], check=True, stdout=subprocess.DEVNULL,
                   env=dict(os.environ, PAWL_DATABASE_URL=database_url))


def check_invariants(database_url, calls=None):
    """Prints what the checker says of the database, and of a log of calls (call_log.py) if it can read one.

    Gives the violations and whether the calls were checked.
    """
    program = os.path.join(BIN, "invariant_check")
    usage = subprocess.run([program, "--help"], capture_output=True, text=True)
    with_calls = calls is not None and "--calls" in usage.stdout + usage.stderr
    checked = subprocess.run([program, database_url] + (["--calls", calls] if with_calls else []),
                             capture_output=True, text=True)
    print("  " + (checked.stdout + checked.stderr).strip().replace("\n", "\n  "), flush=True)
    violations = [line for line in checked.stdout.splitlines() if line.startswith("VIOLATION")]
    if checked.returncode != 0 and not violations:
        violations = [f"the checker failed: {checked.stderr.strip()}"]
    return violations, with_calls
