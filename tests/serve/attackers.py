"""Visitors who send slowly, much or oddly, from an address of their choice on this machine."""

import http.client
import socket
import threading
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import dataclass

ATTACKER, BUYER = "127.0.0.2", "127.0.0.3"


@dataclass(frozen=True)
class Answer:
    status: int
    seconds: float
    headers: dict[str, str]
    body: bytes


def ask(
    port: int,
    path: str,
    *,
    source: str = BUYER,
    method: str = "GET",
    body: bytes | None = None,
    **headers: str,
) -> Answer:
    """One request on a connection of its own. Raises TimeoutError after twenty seconds."""
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=20, source_address=(source, 0))
    began = time.monotonic()
    try:
        connection.request(
            method, path, body, {name.replace("_", "-"): value for name, value in headers.items()}
        )
        answer = connection.getresponse()
        read = answer.read()
        return Answer(answer.status, time.monotonic() - began, dict(answer.getheaders()), read)
    finally:
        connection.close()


def slow_body(
    port: int, *, source: str = ATTACKER, length: int = 5000, path: str = "/basket/lines"
) -> socket.socket:
    """Begin a form that says it is long, and send its first byte."""
    opened = socket.create_connection(("127.0.0.1", port), timeout=20, source_address=(source, 0))
    head = f"POST {path} HTTP/1.1\r\nHost: 127.0.0.1:{port}\r\nContent-Length: {length}\r\n"
    opened.sendall(f"{head}Content-Type: application/x-www-form-urlencoded\r\n\r\na".encode())
    return opened


@contextmanager
def slow_bodies(
    port: int, count: int, *, source: str = ATTACKER, every: float = 1.0
) -> Iterator[list[socket.socket]]:
    """So many forms that come a byte a second, for as long as the block lasts; who is cut off begins anew."""
    stop = threading.Event()
    with ExitStack() as all_of_them:
        opened = [slow_body(port, source=source) for _ in range(count)]

        def drip() -> None:
            while not stop.wait(every):
                for at, connection in enumerate(opened):
                    try:
                        connection.sendall(b"a")
                    except OSError:
                        connection.close()
                        with suppress(OSError):
                            opened[at] = slow_body(port, source=source)

        dripping = threading.Thread(target=drip)
        dripping.start()
        all_of_them.callback(lambda: [connection.close() for connection in opened])
        all_of_them.callback(dripping.join)
        all_of_them.callback(stop.set)
        yield opened
