"""The whole shop on a real port, known to itself by that address."""

from collections.abc import Callable, Iterator
from contextlib import ExitStack
from dataclasses import replace

import pytest
from flask import Flask, got_request_exception
from playwright.sync_api import Browser
from werkzeug.serving import BaseWSGIServer

from shop.settings import Settings
from tests.browser import address, serving
from tests.journeys.live_shop import LiveShop
from tests.journeys.visitor import Visitor
from tests.journeys.visits import Booth, visiting


@pytest.fixture
def settings(settings: Settings, door: BaseWSGIServer) -> Settings:
    """The shop's own address is where it is served: its payment pages and webhooks go by it."""
    return replace(settings, site_url=address(door))


@pytest.fixture
def live_shop(app: Flask, door: BaseWSGIServer) -> Iterator[LiveShop]:
    """The shop, open. An exception that nobody expected fails the test, also when a page hid it."""
    shop = LiveShop(app, app.extensions["shop"].settings.site_url)

    def note(_sender: Flask, exception: BaseException, **_: object) -> None:
        shop.failures.append(repr(exception))

    with got_request_exception.connected_to(note), serving(app, door):
        yield shop
    assert shop.failures == []


@pytest.fixture
def visit(browser: Browser, live_shop: LiveShop) -> Iterator[Callable[..., Visitor]]:
    """Somebody comes by, with a browser of their own: `visit()`; keywords go to the browser context."""
    with ExitStack() as everyone:

        def come(**how: object) -> Visitor:
            return everyone.enter_context(visiting(browser, live_shop, **how))

        yield come


@pytest.fixture(scope="session")
def booth(browser: Browser) -> Iterator[Booth]:
    """One browser for those who come one after the other."""
    opened = Booth(browser)
    yield opened
    opened.close()


@pytest.fixture
def visitor(booth: Booth, live_shop: LiveShop) -> Iterator[Visitor]:
    """Somebody on a small phone, who finds nothing there of whoever came before, but the shop's files."""
    with booth.used_at(live_shop) as somebody:
        yield somebody
