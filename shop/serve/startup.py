"""What `python app.py` does: the port, the application, the processes, the end.

The application is imported and made once; the processes that work are copies of the one that made it. The
first visitor need not wait for all that they share: an early copy serves while the rest is loaded.
"""

import gc
import os
import socket
import sys
import time
from contextlib import suppress
from functools import partial
from importlib import import_module
from itertools import chain, repeat
from typing import Final

from flask import Flask
from sqlalchemy.exc import OperationalError

from shop import erasures
from shop.application import create_app
from shop.catalogue import snapshot
from shop.db import Database
from shop.dedications.keys import KeyStore
from shop.dedications.vault import Vault
from shop.left_out import left_out
from shop.payments.services import Services
from shop.schema_checks import Unguarded
from shop.serve import web
from shop.serve.allocator import give_back, keep_tidy
from shop.serve.bridge import Bridge
from shop.serve.handover import handing_over
from shop.serve.memory_gaps import fill_gaps
from shop.settings import Settings, SettingsError

WEB_PROCESSES: Final = 2
WORKER_GIVES_WAY: Final = 5
"""How much nicer the worker is than those who answer (nice(2)): a buyer waits for a page, an e-mail may be a
second later."""
PAUSES: Final = (0.5, 1.0, 2.0, 5.0)
"""In seconds, while the database does not answer; the last again and again."""
NEEDED_SOON: Final = (
    "shapely",
    # What Pillow asks for when it writes a JPEG, and to read a WebP.
    *(f"PIL.{kind}ImagePlugin" for kind in ("Bmp", "Gif", "Jpeg", "Ppm", "Png", "WebP")),
    "fontTools.svgLib.path",
    *(f"fontTools.ttLib.tables._{table}" for table in ("g_l_y_f", "h_e_a_d", "h_h_e_a", "h_m_t_x")),
    *(f"fontTools.ttLib.tables._{table}" for table in ("l_o_c_a", "m_a_x_p", "p_o_s_t")),
    "shop.worker",
    "shop.payments.stripe_client",
    "stripe.checkout._session",
    "stripe.checkout._session_service",
    *(
        f"stripe._{what}"
        for what in ("charge", "payment_intent", "balance_transaction", "object_classes", "checkout_service")
    ),
    *(f"stripe._{what}_service" for what in ("refund", "dispute", "radar", "balance_transaction", "payout")),
    "stripe.radar._early_fraud_warning_service",
    "email_validator",
    "_strptime",
    "netrc",
)
"""What the worker is, and what the first purchase would load, in each process apart."""
SHOWN_SOON: Final = ("catalogue/", "checkout/", "emails/", "pages/", "ui/", "error.html")
"""Templates, by how their names begin. Made under a rush of visits, they would be made by several at once."""

VISITED_SOON: Final = ("/", "/pieces", "/basket", "/giving", "/story", "/wall", "/journal", "/support")
"""Pages to look at once: else each process would make their statements by itself, and so write on most of
the memory that it shares."""


def serve(settings: Settings, *, prepare: bool = False) -> None:
    """Serve http://127.0.0.1:PORT until stopped, with a worker beside it.

    `prepare` makes the database ready first, and prints a link for the owner.
    """
    if port_taken(settings.port):
        raise SystemExit(
            f"Port {settings.port} is in use, perhaps by this shop: stop that first, or set PORT."
        )
    give_back()
    if prepare:
        prepare_database(settings)
    app = make_app(settings)
    bridge = Bridge(app)
    print(f"\nThe shop is at {settings.site_url}\nStop it with Ctrl-C.\n", flush=True)  # noqa: T201
    gc.freeze()  # what is made by now stays: no request need go through it again, and its pages stay shared
    serving, working = partial(_serve, bridge, settings.port), partial(_work, app)
    others = [*[partial(serving, None)] * (WEB_PROCESSES - 1), working]
    handing_over(settings.port, serving, others, partial(warm_up, app)).run()


def prepare_database(settings: Settings) -> None:
    """Do what the command `init` does, and print what `accounts first-owner` prints."""
    from shop.cli import accounts, init  # noqa: PLC0415 - who starts without this needs no commands

    database, keys = Database(settings.database_url), KeyStore(settings.key_store_url)
    init.make_ready(database, Vault(settings.vault_key, keys))
    with database.transaction() as session:
        said = accounts.first_link(session, settings.site_url)
    print(f"The database is ready.\n\n{said}", flush=True)  # noqa: T201
    keys.dispose()
    database.dispose()


def make_app(settings: Settings) -> Flask:
    """The application, with its first page read once, and nothing open that two processes cannot share.

    A database that does not answer yet is waited for.
    """
    for pause in chain(PAUSES, repeat(PAUSES[-1])):
        try:
            return _make_app(settings)
        except OperationalError:
            sys.stderr.write("The database does not answer, or is not migrated. It is tried again.\n")
            time.sleep(pause)
    raise AssertionError


def _make_app(settings: Settings) -> Flask:
    try:
        app = create_app(settings)
        services: Services = app.extensions["shop"].services
        erasures.refuse_lost_keys(services.database, services.vault)
    except (SettingsError, Unguarded, erasures.KeysLost) as refused:
        raise SystemExit(str(refused)) from None
    app.test_client().get("/", base_url=settings.site_url)
    services.vault.keys.dispose()
    services.database.dispose()
    return app


def warm_up(app: Flask) -> None:
    """Load and open what each process would for itself at its first purchase, while an early one serves."""
    gc.unfreeze()
    gc.collect()  # what was needed only once makes room for what comes now
    os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")  # numpy starts others as it is loaded
    with left_out("lxml"):  # where only a path is to be read
        for needed in NEEDED_SOON:
            import_module(needed)
    for template in app.jinja_env.list_templates(filter_func=lambda name: name.startswith(SHOWN_SOON)):
        app.jinja_env.get_template(template)
    services: Services = app.extensions["shop"].services
    with suppress(OperationalError):
        with services.database.reading() as session:
            pieces = snapshot.load(session).pieces
        shown = [f"/pieces/{piece.slug}" for piece in pieces if piece.engravable][:1]  # it shows every face
        for address in (*shown, *VISITED_SOON):
            app.test_client().get(address, base_url=services.site_url)
    services.vault.keys.dispose()
    services.database.dispose()
    gc.freeze()
    fill_gaps()


def _serve(bridge: Bridge, port: int, listening: socket.socket | None) -> None:
    gc.enable()
    keep_tidy()
    web.serve(bridge, port, listening)


def _work(app: Flask) -> None:
    os.nice(WORKER_GIVES_WAY)
    gc.enable()
    keep_tidy()
    from shop import worker  # noqa: PLC0415 - `warm_up` has loaded it, for the first page does without

    worker.run(app)


def port_taken(port: int) -> bool:
    """Whether somebody listens there already. The port would be shared, and each get half the visits."""
    with socket.socket() as ours:
        ours.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)  # visits that just ended do not count
        try:
            ours.bind(("127.0.0.1", port))
        except OSError:
            return True
    return False
