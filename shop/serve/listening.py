"""The sockets on which the shop's port is listened on.

Each web process has one of its own, so that the system shares out who comes. Whoever connects waits in the
socket until its process takes them on, and is cut off when nobody has that socket any more: so what the early
process listens on, one of those that stay has too.
"""

import os
import socket
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Final

BACKLOG: Final = 1024
"""How many may wait to be taken on."""


def listen(port: int) -> socket.socket:
    """A socket on which some of those wait who connect from now on. Raises OSError: others have the port."""
    found = socket.socket()
    found.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)  # visits that just ended do not count
    found.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEPORT, 1)
    found.bind(("127.0.0.1", port))
    found.listen(BACKLOG)
    return found


def take_no_more(port: int) -> None:
    """Leave whoever waits at that port to the other processes; connections of this one go on.

    In the place of each listening socket comes one that nobody knows of: it was copied where no hand of ours
    reaches, and to close it would have ended what it belongs to.
    """
    nobodys = listen(0)
    nobodys.setblocking(False)
    for number, peer in _sockets(port):
        if not peer:
            os.dup2(nobodys.fileno(), number, inheritable=False)


def connections(port: int) -> int:
    """How many connections to that port this process has."""
    return sum(peer for _, peer in _sockets(port))


def _sockets(port: int) -> Iterator[tuple[int, bool]]:
    """The number of each socket of this process with that port, and whether it is a connection."""
    for number in [int(entry.name) for entry in Path("/dev/fd").iterdir()]:
        with suppress(OSError), _socket(number) as one:
            if one.family == socket.AF_INET and one.getsockname()[1] == port:
                yield number, _has_peer(one)


@contextmanager
def _socket(number: int) -> Iterator[socket.socket]:
    """Somebody's socket, which stays open. Raises OSError when that number is something else."""
    found = socket.socket(fileno=number)
    try:
        yield found
    finally:
        found.detach()


def _has_peer(one: socket.socket) -> bool:
    try:
        one.getpeername()
    except OSError:
        return False
    return True
