"""A proxy that knows where requests to PostgreSQL and their answers begin and end, and cuts the connection at one of
them.

A request ends with a Sync or is a simple Query; its answer ends with ReadyForQuery. Requests on all connections are
counted by what they run from the last `arm` on, which says at which one to cut: "before", it never gets to the server;
"after", the server has answered it, its transaction has ended (unless it stands within a longer one), and the answer
never gets to the client. Either way the connection is reset. Requests go on as a whole.

Connections must be plain: sslmode=disable and gssencmode=disable.
"""
import collections
import socket
import struct
import threading

PROTOCOL_3 = 196608
CANCEL = 80877102


def name_of(kind, message):
    """The prepared statement that a message runs or makes, the first words of a simple query; empty for others."""
    if kind == b"Q":
        return " ".join(message[5:-1].decode(errors="replace").split()[:2])
    if kind == b"P":
        return "prepare " + message[5:].split(b"\0")[0].decode()
    return message[5:].split(b"\0")[1].decode() if kind == b"B" else ""


class Messages:
    """What comes on a socket, message by message. The client's first one has no type."""

    def __init__(self, connection, startup):
        self.connection, self.startup, self.buffer = connection, startup, b""

    def read(self):
        """Type and all bytes of the next message; None at the end."""
        header = 4 if self.startup else 5
        while True:
            if len(self.buffer) >= header:
                length = struct.unpack_from("!i", self.buffer, header - 4)[0] + header - 4
                if len(self.buffer) >= length:
                    message, self.buffer = self.buffer[:length], self.buffer[length:]
                    kind = b"" if self.startup else message[:1]
                    self.startup = False
                    return kind, message
            try:
                more = self.connection.recv(65536)
            except OSError:
                return None
            if not more:
                return None
            self.buffer += more


class Connection:
    def __init__(self, proxy, near, far):
        self.proxy, self.near, self.far = proxy, near, far
        # Of the answers that are awaited: whether each is to be passed on. The first one ends the startup.
        self.awaited, self.lock = [True], threading.Lock()
        for run in (self.requests, self.answers):
            threading.Thread(target=run, daemon=True).start()

    def requests(self):
        messages, request, name = Messages(self.near, startup=True), b"", ""
        while (read := messages.read()) is not None:
            kind, message = read
            if not kind:
                version = struct.unpack_from("!i", message, 4)[0]
                if version not in (PROTOCOL_3, CANCEL):
                    raise ValueError(f"a plain connection is wanted, not one that begins with {version}")
                self.far.sendall(message)
                continue
            request += message
            name = name_of(kind, message) or name
            if kind in b"QS":
                cut = self.proxy.count(name)
                if cut == "before":
                    return self.end()
                with self.lock:
                    self.awaited.append(cut != "after")
            if kind in b"QSXHp":
                try:
                    self.far.sendall(request)
                except OSError:
                    break
                request = b""
        self.end()

    def answers(self):
        messages, answer = Messages(self.far, startup=False), b""
        while (read := messages.read()) is not None:
            kind, message = read
            answer += message
            if kind == b"Z":
                with self.lock:
                    wanted = self.awaited.pop(0)
                if not wanted:
                    return self.end()
            with self.lock:
                # What comes while nothing is awaited is a notification or a farewell; within the startup the client
                # has to answer. An answer that is not to be passed on is held back until its end.
                held = self.awaited and not self.awaited[0]
            if not held or kind == b"Z":
                try:
                    self.near.sendall(answer)
                except OSError:
                    break
                answer = b""
        self.end()

    def end(self):
        for one in (self.near, self.far):
            try:
                one.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
            except OSError:
                pass
            try:
                one.shutdown(socket.SHUT_RDWR)
            except OSError:
                pass
            one.close()


class PostgresProxy:
    """`target`: the path of PostgreSQL's socket."""

    def __init__(self, target):
        self.target, self.lock = target, threading.Lock()
        self.requests, self.target_cut, self.was_cut = collections.Counter(), None, False
        self.server = socket.create_server(("127.0.0.1", 0))
        self.port = self.server.getsockname()[1]
        self.url = f"postgresql://pawl@127.0.0.1:{self.port}/pawl?sslmode=disable&gssencmode=disable"
        threading.Thread(target=self.accept, daemon=True).start()

    def arm(self, name="", number=0, how=""):
        """Counts from here, and cuts at the request of that name and number, once."""
        with self.lock:
            self.requests, self.target_cut, self.was_cut = collections.Counter(), (name, number, how), False

    def disarm(self):
        """How many requests there were by name, and whether one was cut."""
        with self.lock:
            self.target_cut = None
            return self.requests, self.was_cut

    def count(self, name):
        with self.lock:
            self.requests[name] += 1
            if self.target_cut is None or (name, self.requests[name]) != self.target_cut[:2]:
                return ""
            self.was_cut = True
            return self.target_cut[2]

    def accept(self):
        while True:
            near, _ = self.server.accept()
            near.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            far = socket.socket(socket.AF_UNIX)
            try:
                far.connect(self.target)
            except OSError:
                near.close()
                continue
            Connection(self, near, far)
