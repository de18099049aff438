"""A proxy that knows where requests to PostgreSQL and their answers begin and end, and cuts the connection at one of
them.

A request ends with a Sync or is a simple Query; its answer ends with ReadyForQuery. Requests on all connections are
counted from the last `arm` on, which says at which one to cut: "before", it never gets to the server; "after", the
server has answered it, the transaction has ended, and the answer never gets to the client. Either way the connection is
reset. Messages go on in whole requests and whole answers.

Connections must be plain: sslmode=disable and gssencmode=disable.
"""
import socket
import struct
import threading

PROTOCOL_3 = 196608
CANCEL = 80877102


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
        messages, request = Messages(self.near, startup=True), b""
        while (read := messages.read()) is not None:
            kind, message = read
            if not kind:
                version = struct.unpack_from("!i", message, 4)[0]
                if version not in (PROTOCOL_3, CANCEL):
                    raise ValueError(f"a plain connection is wanted, not one that begins with {version}")
                self.far.sendall(message)
                continue
            request += message
            if kind in b"QS":
                cut = self.proxy.count()
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
        self.requests, self.at, self.how, self.was_cut = 0, 0, "", False
        self.server = socket.create_server(("127.0.0.1", 0))
        self.port = self.server.getsockname()[1]
        self.url = f"postgresql://pawl@127.0.0.1:{self.port}/pawl?sslmode=disable&gssencmode=disable"
        threading.Thread(target=self.accept, daemon=True).start()

    def arm(self, at, how):
        """Counts from here, and cuts at the request of that number, once."""
        with self.lock:
            self.requests, self.at, self.how, self.was_cut = 0, at, how, False

    def disarm(self):
        """How many requests there were, and whether one was cut."""
        with self.lock:
            self.at = 0
            return self.requests, self.was_cut

    def count(self):
        with self.lock:
            self.requests += 1
            if self.requests != self.at:
                return ""
            self.was_cut = True
            return self.how

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
