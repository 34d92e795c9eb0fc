"""A live server and a real Chromium for tests: import the fixtures `live_server` and `browser` are made of.

`axe(page)` gives the accessibility violations of the page as short sentences; it should give none.
"""

import shutil
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from wsgiref.types import StartResponse, WSGIEnvironment

from axe_playwright_python.base import AXE_SCRIPT
from flask import Flask
from playwright.sync_api import Browser, Page, sync_playwright
from werkzeug.serving import BaseWSGIServer, make_server

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


def nobody(_environ: WSGIEnvironment, start_response: StartResponse) -> list[bytes]:
    """What answers while no shop is open: a picture asked for when its test was over."""
    start_response("503 Service Unavailable", [])
    return []


@contextmanager
def front_door() -> Iterator[BaseWSGIServer]:
    """A port of this machine where now one application answers and then another.

    A server of its own for each test took a quarter of a second to close; and at the same address a browser
    that is used again has the files it had before.
    """
    server = make_server("127.0.0.1", 0, nobody, threaded=True)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    try:
        yield server
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


@contextmanager
def serving(app: Flask, door: BaseWSGIServer) -> Iterator[str]:
    """The application behind that door; gives its address."""
    door.app = app
    try:
        yield address(door)
    finally:
        door.app = nobody


def address(door: BaseWSGIServer) -> str:
    """Where its applications are found."""
    return f"http://127.0.0.1:{door.port}"


@contextmanager
def chromium() -> Iterator[Browser]:
    """A browser without a window."""
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=FLAGS)
        yield browser
        browser.close()


LATER = ".tiles-faces, .photos, .about > section"
"""What a browser lays out when somebody comes near (site.css), and has no words until then."""
IN_SIGHT = f"""async () => {{
  for (const part of document.querySelectorAll('{LATER}')) part.style.contentVisibility = 'visible';
  for (let y = 0; y < document.body.scrollHeight; y += innerHeight / 2) {{
    scrollTo(0, y);
    await new Promise(requestAnimationFrame);
  }}
  scrollTo(0, 0);
  const shown = [...document.images].filter(picture => picture.checkVisibility());
  await Promise.all(shown.map(picture => picture.decode().catch(() => {{}})));
}}"""
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


def axe(page: Page, *rules: str) -> list[str]:
    """What axe finds wrong with the page (by these rules, or by all): the rule and where."""
    axe_ready(page)
    how: dict[str, object] = {"resultTypes": ["violations"], **({"runOnly": list(rules)} if rules else {})}
    return sentences(page.evaluate("how => axe.run(how).then(results => results.violations)", how))


def axe_ready(page: Page) -> None:
    """Have axe in the page; a page of many has it at hand (`loadAxe`)."""
    if not page.evaluate("'axe' in window || ('loadAxe' in window && (loadAxe(), true))"):
        page.evaluate(AXE_SCRIPT)


def sentences(violations: list[dict[str, Any]]) -> list[str]:
    """Of each violation the rule and where."""
    return [
        f"{rule['id']}: {node['target']} {node['failureSummary']}"
        for rule in violations
        for node in rule["nodes"]
    ]
