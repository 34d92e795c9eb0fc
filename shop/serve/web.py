"""One web process: it takes connections on the shop's port until SIGTERM, or until others do in its place."""

import asyncio
import os
import signal
import socket
from typing import Any, Final, Protocol, cast

from granian._granian import SocketHolder
from granian.constants import HTTPModes, Interfaces
from granian.http import HTTP1Settings
from granian.server.embed import Server

from shop.serve.listening import BACKLOG, connections, listen, take_no_more
from shop.serve.supervisor import OTHERS_SERVE

MOST_OPEN: Final = 4096
"""Requests at once, the slow ones included."""
HEADER_MS: Final = 10_000
LOOK_EVERY_MS: Final = 100
ENDS_WITHIN: Final = 5.0
"""Seconds for what is under way when the shop is stopped."""


class Answers(Protocol):
    """What answers requests, of the shop: Bridge."""

    def start(self) -> None:
        """Start what it needs in the process that serves."""

    async def __rsgi__(self, scope: Any, proto: Any) -> None:
        """Answer one request."""


def serve(answers: Answers, port: int, listening: socket.socket | None = None) -> None:
    """Serve who connects to this port until told to end, and end the process.

    `listening` is a socket for it that another process has too; else it has one of its own.
    """
    answers.start()
    listening = listening or listen(port)
    asyncio.run(_serve(answers, port, listening))
    os._exit(0)  # a thread that still waits for something keeps nobody


async def _serve(answers: Answers, port: int, listening: socket.socket) -> None:
    server = _Server(
        answers,
        address="127.0.0.1",
        port=port,
        interface=Interfaces.RSGI,
        http=HTTPModes.http1,
        http1_settings=HTTP1Settings(header_read_timeout=HEADER_MS),
        backlog=BACKLOG,
        backpressure=MOST_OPEN,
        websockets=False,
        log_enabled=False,  # addresses and query strings would be personal
    )
    server.listening = listening
    loop = asyncio.get_running_loop()

    def stop() -> None:
        server.stop()  # type: ignore[no-untyped-call]
        loop.call_later(ENDS_WITHIN, os._exit, 0)

    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, stop)
    others_serve = asyncio.Event()
    loop.add_signal_handler(OTHERS_SERVE, others_serve.set)
    relieved = asyncio.create_task(_relieved(others_serve, port))
    relieved.add_done_callback(lambda _: stop())
    await server.serve()


async def _relieved(others_serve: asyncio.Event, port: int) -> None:
    """Until others serve, and whoever is connected to this process has had time to ask for something."""
    await others_serve.wait()
    take_no_more(port)
    for _ in range(HEADER_MS // LOOK_EVERY_MS):
        await asyncio.sleep(LOOK_EVERY_MS / 1000)
        if not connections(port):
            return


class _Server(Server):
    """Takes connections from a socket that is there already."""

    listening: socket.socket

    def _init_shared_socket(self) -> None:
        number, holder = self.listening.fileno(), cast("Any", SocketHolder)  # its stub names no arguments
        vars(self).update(_sfd=number, _ssp=None, _shd=holder(number, False, BACKLOG))
