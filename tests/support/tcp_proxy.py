"""A TCP proxy that makes a connection bad: slow, stalling, narrow, cut, or a black hole.

    proxy = TcpProxy(("127.0.0.1", 5432))
    connect(*proxy.address)
    proxy.weather = Weather(delay=0.05, jitter=0.02, stalls=0.01)   # from now on, both ways, old connections too
    proxy.cut()                                                     # all connections of the moment are reset

Runs on an event loop of its own thread; the methods may be called from any thread.
"""
import asyncio
import dataclasses
import random
import socket
import struct
import threading


@dataclasses.dataclass(frozen=True)
class Weather:
    delay: float = 0  # seconds that everything takes, each way
    jitter: float = 0  # seconds more, up to
    stalls: float = 0  # share of the pieces that come later by what TCP takes to send a lost one again
    bytes_per_second: float = 0  # 0: without bound
    stalled: bool = False  # nothing goes through; it does later
    refuses: bool = False  # new connections are reset
    # What is sent is taken and lost for ever, and new connections are made and stay silent.
    black_hole: bool = False


RETRANSMISSIONS = (0.2, 0.2, 0.2, 0.6, 1.4)  # seconds: most lost pieces come at the first try
PIECE = 65536


class Loop:
    """The event loop that all proxies of this process run on."""
    shared, lock = None, threading.Lock()

    @classmethod
    def get(cls):
        with cls.lock:
            if cls.shared is None:
                cls.shared = asyncio.new_event_loop()
                threading.Thread(target=cls.shared.run_forever, daemon=True).start()
            return cls.shared


def reset(writer):
    """Ends the connection at once, with a reset and not with a farewell."""
    try:
        writer.get_extra_info("socket").setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    except (OSError, AttributeError):
        pass
    writer.transport.abort()


class TcpProxy:
    """`target`: host and port, or the path of a Unix socket."""

    def __init__(self, target, host="127.0.0.1", seed=None):
        self.target, self.random = target, random.Random(seed)
        self.weather = Weather()
        self.writers = set()
        self.loop = Loop.get()
        self.changed = None
        self.server = asyncio.run_coroutine_threadsafe(self.listen(host), self.loop).result()
        self.address = self.server.sockets[0].getsockname()[:2]

    async def listen(self, host):
        self.changed = asyncio.Event()
        return await asyncio.start_server(self.accept, host, 0)

    def set(self, weather):
        """Sets the weather; what was stalled goes on."""
        def change():
            self.weather = weather
            self.changed.set()
            self.changed = asyncio.Event()
        self.loop.call_soon_threadsafe(change)

    def cut(self):
        """Resets all connections of the moment."""
        self.loop.call_soon_threadsafe(lambda: [reset(writer) for writer in list(self.writers)])

    def close(self):
        self.loop.call_soon_threadsafe(self.server.close)
        self.cut()

    def connect(self):
        if isinstance(self.target, str):
            return asyncio.open_unix_connection(self.target)
        return asyncio.open_connection(*self.target)

    async def accept(self, reader, writer):
        if self.weather.refuses:
            return reset(writer)
        self.writers.add(writer)
        try:
            far_reader, far_writer = await asyncio.wait_for(self.connect(), 5)
        except (OSError, asyncio.TimeoutError):
            self.writers.discard(writer)
            return reset(writer)
        self.writers.add(far_writer)
        one = asyncio.ensure_future(self.carry(reader, far_writer))
        other = asyncio.ensure_future(self.carry(far_reader, writer))
        await asyncio.wait({one, other}, return_when=asyncio.FIRST_EXCEPTION)
        for task in (one, other):
            task.cancel()
        for end in (writer, far_writer):
            self.writers.discard(end)
            end.transport.abort()

    async def carry(self, reader, writer):
        """One direction: pieces wait in a queue for their time and keep their order."""
        pieces = asyncio.Queue(maxsize=256)
        delivery = asyncio.ensure_future(self.deliver(pieces, writer))
        lost = False
        try:
            while True:
                piece = await reader.read(PIECE)
                lost = lost or self.weather.black_hole
                if lost and piece:
                    continue
                await pieces.put((self.due(), piece))
                if not piece:
                    return await delivery
                if delivery.done():
                    return delivery.result()
        finally:
            delivery.cancel()

    def due(self):
        weather = self.weather
        delay = weather.delay + self.random.uniform(0, weather.jitter)
        if self.random.random() < weather.stalls:
            delay += self.random.choice(RETRANSMISSIONS)
        return self.loop.time() + delay

    async def deliver(self, pieces, writer):
        while True:
            due, piece = await pieces.get()
            wait = due - self.loop.time()
            if wait > 0:
                await asyncio.sleep(wait)
            while self.weather.stalled:
                await self.changed.wait()
            if not piece:
                if writer.can_write_eof():
                    writer.write_eof()
                return
            writer.write(piece)
            await writer.drain()
            if self.weather.bytes_per_second:
                await asyncio.sleep(len(piece) / self.weather.bytes_per_second)
