"""Serving on this machine: granian with two processes, and one worker beside it.

Granian because it answers a bare page with less than half of gunicorn's CPU time, and serves WSGI, so that
nothing in the shop depends on it.
"""

import signal
import subprocess
import sys
from types import FrameType
from typing import NoReturn

from flask import Flask
from granian.constants import Interfaces
from granian.server import Server

from shop.settings import Settings

PROCESSES = 2
THREADS = 8


def serve(app: Flask) -> None:
    """Serve http://127.0.0.1:PORT until stopped."""
    settings: Settings = app.extensions["shop.settings"]
    worker = subprocess.Popen([sys.executable, "-m", "flask", "--app", "app", "worker"])
    signal.signal(signal.SIGTERM, _stop)
    try:
        server("app:app", settings.port).serve()
    finally:
        worker.terminate()
        worker.wait()


def server(target: str, port: int) -> Server:
    """A server of a WSGI application ("module:name") on this machine."""
    return Server(
        target,
        address="127.0.0.1",
        port=port,
        interface=Interfaces.WSGI,
        workers=PROCESSES,
        blocking_threads=THREADS,
        backlog=1024,
        log_access=False,  # addresses and query strings would be personal
        respawn_failed_workers=True,
        websockets=False,
    )


def _stop(_signal: int, _frame: FrameType | None) -> NoReturn:
    raise SystemExit(0)
