"""One web process: `python -m shop.serve.web`. It ends with the process that started it."""

import asyncio
import gc
import os
import signal
import sys
from typing import Final

from shop.serve.lifeline import end_with_parent
from shop.serve.supervisor import CANNOT_START

BACKLOG: Final = 1024
MOST_OPEN: Final = 4096
"""Requests at once, the slow ones included."""
HEADER_MS: Final = 10_000
ENDS_WITHIN: Final = 5.0
"""Seconds for what is under way when the shop is stopped."""


def main() -> None:
    """Make the application and serve it until SIGTERM."""
    end_with_parent()
    from shop.application import LedgerUnguarded, create_app  # noqa: PLC0415  (the line to the parent first)
    from shop.settings import SettingsError, from_environment  # noqa: PLC0415

    try:
        settings = from_environment()
        app = create_app(settings)
    except (SettingsError, LedgerUnguarded) as error:
        sys.stderr.write(f"{error}\n")
        sys.exit(CANNOT_START)
    from shop.serve.bridge import Bridge  # noqa: PLC0415

    bridge = Bridge(app)
    gc.freeze()  # what is made at the start stays: no request need go through it again
    asyncio.run(_serve(bridge, settings.port))
    os._exit(0)  # a thread that still waits for something keeps nobody


async def _serve(bridge: object, port: int) -> None:
    from granian.constants import HTTPModes, Interfaces  # noqa: PLC0415
    from granian.http import HTTP1Settings  # noqa: PLC0415
    from granian.server.embed import Server  # noqa: PLC0415

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


if __name__ == "__main__":
    main()
