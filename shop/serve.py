"""Serving on this machine: granian with two processes, and one worker beside it.

Granian because it answers a bare page with less than half of gunicorn's CPU time, and serves WSGI, so that
nothing in the shop depends on it.
"""

import os
import socket
import subprocess
import sys

from granian.constants import Interfaces
from granian.server import MPServer

from shop import erasures
from shop.db import Database
from shop.dedications.keys import KeyStore
from shop.dedications.vault import Vault
from shop.settings import Settings

PROCESSES = 2
THREADS = min(8, 2 * (os.cpu_count() or 1) + 1)
"""Per process. They share one interpreter, so more of them wait for each other rather than for the disk."""


def serve(settings: Settings) -> None:
    """Serve http://127.0.0.1:PORT until stopped. Its processes make the application; this one watches."""
    if taken(settings.port):
        raise SystemExit(
            f"Port {settings.port} is in use, perhaps by this shop: stop that first, or set PORT."
        )
    _refuse_lost_keys(settings)
    print(f"\nThe shop is at {settings.site_url}\nStop it with Ctrl-C.\n", flush=True)  # noqa: T201
    command = [sys.executable, "-m", "flask", "--app", "app", "worker", "--beside", str(os.getpid())]
    worker = subprocess.Popen(command)  # noqa: S603  (our own command, nothing typed in it)
    try:
        server("app:app", settings.port).serve()
    finally:
        worker.terminate()
        worker.wait()


def _refuse_lost_keys(settings: Settings) -> None:
    database = Database(settings.database_url)
    keys = KeyStore(settings.key_store_url)
    try:
        erasures.refuse_lost_keys(database, Vault(settings.vault_key, keys))
    except erasures.KeysLost as lost:
        raise SystemExit(str(lost)) from None
    finally:
        keys.dispose()
        database.dispose()


def taken(port: int) -> bool:
    """Whether somebody listens there already. Granian would share the port, and each get half the visits."""
    with socket.socket() as ours:
        ours.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)  # visits that just ended do not count
        try:
            ours.bind(("127.0.0.1", port))
        except OSError:
            return True
    return False


def server(target: str, port: int) -> MPServer:
    """A server of a WSGI application ("module:name") on this machine, not started yet."""
    return MPServer(
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
