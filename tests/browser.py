"""A live server and a real Chromium for tests: import the fixtures `live_server` and `browser` are made of.

`axe(page)` gives the accessibility violations of the page as short sentences; it should give none.
"""

import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager

from axe_playwright_python.sync_playwright import Axe
from flask import Flask
from playwright.sync_api import Browser, Page, sync_playwright
from werkzeug.serving import make_server

CHROMIUM = "/usr/bin/chromium"
FLAGS = [
    "--headless",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]


def free_port() -> socket.socket:
    """A port of this machine, taken but not answering yet: for an application that must know its address."""
    taken = socket.socket()
    taken.bind(("127.0.0.1", 0))
    return taken


@contextmanager
def serving(app: Flask, at: socket.socket | None = None) -> Iterator[str]:
    """The application on a free port of this machine, or on the one taken `at`; gives its address."""
    port = at.getsockname()[1] if at else 0
    if at:
        at.listen()
    server = make_server("127.0.0.1", port, app, threaded=True, fd=at.fileno() if at else None)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.port}"
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


@contextmanager
def chromium() -> Iterator[Browser]:
    """A browser without a window."""
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=FLAGS)
        yield browser
        browser.close()


def axe(page: Page) -> list[str]:
    """What axe finds wrong with the page: the rule and where."""
    found = Axe().run(page).response["violations"]
    return [
        f"{rule['id']}: {node['target']} {node['failureSummary']}" for rule in found for node in rule["nodes"]
    ]
