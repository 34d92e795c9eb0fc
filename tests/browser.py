"""A live server and a real Chromium for tests: import the fixtures `live_server` and `browser` are made of.

`axe(page)` gives the accessibility violations of the page as short sentences; it should give none.
"""

import shutil
import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from axe_playwright_python.base import AXE_SCRIPT
from flask import Flask
from playwright.sync_api import Browser, Page, sync_playwright
from werkzeug.serving import make_server

CHROMIUM = shutil.which("chromium-headless-shell") or "/usr/bin/chromium"
"""The same browser. The one without any window opens a page in a quarter of the time."""
FLAGS = [
    "--headless",
    "--no-sandbox",
    "--disable-gpu",
    "--font-render-hinting=slight",  # as the browser with windows does here: the gallery is taken with either
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


IN_SIGHT = """async () => {
  for (let y = 0; y < document.body.scrollHeight; y += innerHeight / 2) {
    scrollTo(0, y);
    await new Promise(requestAnimationFrame);
  }
  scrollTo(0, 0);
  const shown = [...document.images].filter(picture => picture.checkVisibility());
  await Promise.all(shown.map(picture => picture.decode().catch(() => {})));
}"""
"""Pictures below the fold are fetched when the reader comes near them; those that are hidden, never."""


def all_loaded(page: Page) -> None:
    """Wait until every picture of the page is there; afterwards the reader is at its top."""
    page.wait_for_load_state()
    page.evaluate(IN_SIGHT)


def whole_page(page: Page, width: int, file: Path) -> None:
    """Keep a picture of the whole page at that width."""
    page.set_viewport_size({"width": width, "height": 900})
    all_loaded(page)
    page.screenshot(path=file, full_page=True)


def axe(page: Page, *rules: str, without: str = "") -> list[str]:
    """What axe finds wrong with the page (by these rules, or by all but one): the rule and where."""
    if not page.evaluate("'axe' in window"):
        page.evaluate(AXE_SCRIPT)
    how: dict[str, object] = {"resultTypes": ["violations"], **({"runOnly": list(rules)} if rules else {})}
    if without:
        how["rules"] = {without: {"enabled": False}}
    found = page.evaluate("how => axe.run(how).then(results => results.violations)", how)
    return [
        f"{rule['id']}: {node['target']} {node['failureSummary']}" for rule in found for node in rule["nodes"]
    ]
