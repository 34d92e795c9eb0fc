"""One web process: it takes connections on the shop's port until SIGTERM."""

import asyncio
import os
import signal
from typing import Final

from granian.constants import HTTPModes, Interfaces
from granian.http import HTTP1Settings
from granian.server.embed import Server

from shop.serve.bridge import Bridge

BACKLOG: Final = 1024
MOST_OPEN: Final = 4096
"""Requests at once, the slow ones included."""
HEADER_MS: Final = 10_000
ENDS_WITHIN: Final = 5.0
"""Seconds for what is under way when the shop is stopped."""


def serve(bridge: Bridge, port: int) -> None:
    """Serve until SIGTERM, and end the process."""
    bridge.start()
    asyncio.run(_serve(bridge, port))
    os._exit(0)  # a thread that still waits for something keeps nobody


async def _serve(bridge: Bridge, port: int) -> None:
    server = Server(
        bridge,
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
    loop = asyncio.get_running_loop()

    def stop() -> None:
        server.stop()  # type: ignore[no-untyped-call]
        loop.call_later(ENDS_WITHIN, os._exit, 0)

    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, stop)
    await server.serve()
