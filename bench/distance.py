"""How many round trips to the database a request takes: the server's way to PostgreSQL gets longer by a known time."""

import contextlib
import http.client
import socket
import statistics
import threading
import time
from collections.abc import Iterator

from processes import Server

EACH_WAY = 0.0005
"""Seconds: as between two machines of a data centre in different zones."""


@contextlib.contextmanager
def longer(host: str, port: int) -> Iterator[int]:
    """The port of a way to PostgreSQL on which everything comes later."""
    listener = socket.create_server(("127.0.0.1", 0))

    def carry(source: socket.socket, target: socket.socket) -> None:
        with contextlib.suppress(OSError):
            while data := source.recv(1 << 16):
                time.sleep(EACH_WAY)
                target.sendall(data)
        for end in (source, target):
            with contextlib.suppress(OSError):
                end.shutdown(socket.SHUT_RDWR)

    def accept() -> None:
        with contextlib.suppress(OSError):
            while True:
                near, _ = listener.accept()
                far = socket.create_connection((host, port))
                for end in (near, far):
                    end.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
                for pair in ((near, far), (far, near)):
                    threading.Thread(target=carry, args=pair, daemon=True).start()

    threading.Thread(target=accept, daemon=True).start()
    try:
        yield listener.getsockname()[1]
    finally:
        # A close alone doesn't end an accept that waits.
        listener.shutdown(socket.SHUT_RDWR)
        listener.close()


def milliseconds(
    server: Server, token: str, method: str, path: str, body: str | None = None, keys: Iterator[str] | None = None,
    times: int = 100
) -> float:
    """The median time of an answer, asked for one at a time."""
    connection = http.client.HTTPConnection("127.0.0.1", server.port, timeout=20)
    headers = {"Authorization": f"Bearer {token}", "Content-Type": "application/json"}
    taken = []
    for _ in range(times):
        key = {"Idempotency-Key": next(keys)} if keys else {}
        start = time.perf_counter()
        connection.request(method, path, body, headers | key)
        answer = connection.getresponse()
        answer.read()
        taken.append((time.perf_counter() - start) * 1000)
        if answer.status >= 300:
            raise RuntimeError(f"{method} {path}: {answer.status}")
    connection.close()
    return statistics.median(taken)
