"""What `python app.py` does: the port, the processes, the end."""

import os
import socket
import sys
from typing import Final

from shop import erasures
from shop.db import Database
from shop.dedications.keys import KeyStore
from shop.dedications.vault import Vault
from shop.serve.supervisor import CANNOT_START, Child, Supervisor
from shop.settings import Settings

WEB_PROCESSES: Final = 2


def serve(settings: Settings) -> None:
    """Serve http://127.0.0.1:PORT until stopped, with a worker beside it."""
    if taken(settings.port):
        raise SystemExit(
            f"Port {settings.port} is in use, perhaps by this shop: stop that first, or set PORT."
        )
    _refuse_lost_keys(settings)
    print(f"\nThe shop is at {settings.site_url}\nStop it with Ctrl-C.\n", flush=True)  # noqa: T201
    web = [sys.executable, "-m", "shop.serve.web"]
    worker = [sys.executable, "-m", "flask", "--app", "app", "worker", "--beside", str(os.getpid())]
    children = [*(Child(web) for _ in range(WEB_PROCESSES)), Child(worker)]
    raise SystemExit(Supervisor(children, gives_up=lambda status: status == CANNOT_START).run())


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
