"""The whole shop on a real port, known to itself by that address."""

import socket
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from dataclasses import replace

import pytest
from flask import Flask, got_request_exception
from playwright.sync_api import Browser

from shop.settings import Settings
from tests.browser import free_port, serving
from tests.journeys.live_shop import LiveShop
from tests.journeys.visitor import Visitor, visiting

ONE_ENGINE = pytest.mark.parametrize("engine_name", ["sqlite"], indirect=True)


@pytest.fixture
def taken_port() -> Iterator[socket.socket]:
    with free_port() as taken:
        yield taken


@pytest.fixture
def settings(settings: Settings, taken_port: socket.socket) -> Settings:
    """The shop's own address is where it is served: its payment pages and webhooks go by it."""
    return replace(settings, site_url=f"http://127.0.0.1:{taken_port.getsockname()[1]}")


@pytest.fixture
def live_shop(app: Flask, taken_port: socket.socket) -> Iterator[LiveShop]:
    """The shop, open. An exception that nobody expected fails the test, also when a page hid it."""
    shop = LiveShop(app, app.extensions["shop"].settings.site_url)

    def note(_sender: Flask, exception: BaseException, **_: object) -> None:
        shop.failures.append(repr(exception))

    with got_request_exception.connected_to(note), serving(app, taken_port):
        yield shop
    assert shop.failures == []


@pytest.fixture
def visit(browser: Browser, live_shop: LiveShop) -> Iterator[Callable[..., Visitor]]:
    """Somebody comes by, with a browser of their own: `visit()`; keywords go to the browser context."""
    with ExitStack() as everyone:

        def come(**how: object) -> Visitor:
            return everyone.enter_context(visiting(browser, live_shop, **how))

        yield come
