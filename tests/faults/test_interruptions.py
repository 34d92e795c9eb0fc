"""Nothing typed is lost on the way: not by reloads, killed tabs, lost cookies, restarts, or no network."""

import os
import random
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from typing import Final

import pytest
from flask import Flask
from playwright.sync_api import Browser, BrowserContext
from sqlalchemy import func, select
from werkzeug.serving import BaseWSGIServer

from shop.application import create_app
from shop.network import Allowance
from shop.orders.models import Order
from shop.orders.view import view
from shop.settings import Settings
from tests.browser import CHROMIUM, FLAGS, address, serving
from tests.faults.interruptions.bidi import firefox
from tests.faults.interruptions.devices import QUICK, Chromium, Device
from tests.faults.interruptions.in_firefox import InFirefox, Spare
from tests.faults.interruptions.journey import Journey
from tests.shopper import harness_of

pytestmark = [pytest.mark.browser, pytest.mark.parametrize("engine_name", ["sqlite"], indirect=True)]

FIRST: Final = int(os.environ.get("FIRST_JOURNEY", "0"))
LAST: Final = FIRST + int(os.environ.get("JOURNEYS", "1000"))
"""Seeds of the journeys in each browser, in the long run."""
PART: Final = 25
"""Journeys of one test: each has a shop and a browser of its own, so several can run at once."""
PLENTY = 100_000
MOST_TOLD = 20


@pytest.fixture
def settings(settings: Settings, door: BaseWSGIServer) -> Settings:
    return replace(settings, site_url=address(door))


@dataclass
class Shop:
    """The shop behind its door; it can be stopped and started again."""

    app: Flask
    settings: Settings
    door: BaseWSGIServer
    seen: int = 0
    """The newest order that was looked at."""

    def restart(self) -> None:
        self.app.extensions["shop"].database.dispose()
        self.app = self.door.app = create_app(self.settings)

    def placed(self) -> dict[str, object] | None:
        harness = harness_of(self.app)
        with harness.database.reading() as session:
            newest = session.scalar(select(func.max(Order.id))) or 0
            if newest == self.seen:
                return None
            order = view(session, harness.services.vault, session.get_one(Order, newest))
        self.seen = newest
        harness.pays(newest)
        harness.sync(newest)
        contact, lines = order.contact or {}, [line for line in order.lines if line.approved]
        parts = (contact["name"], contact["line1"], contact["line2"], contact["town"], contact["postcode"])
        return {
            "words": [each.text for line in lines for each in line.approved.engraving.lines if line.approved],
            "card": order.lines[0].dedication,
            "address": [part for part in parts if part],
            "total": f"{order.row.total_pence / 100:.2f}",
        }


@pytest.fixture
def shop(
    app: Flask, settings: Settings, door: BaseWSGIServer, monkeypatch: pytest.MonkeyPatch
) -> Iterator[Shop]:
    """Open, with enough of everything, and in no hurry."""
    for limit in ("shop.checkout.throttle.DRAWING", "shop.catalogue.previews.ALLOWED"):
        monkeypatch.setattr(limit, Allowance(1e9, 1e9))
    harness_of(app).set_stock("disc", PLENTY)
    with serving(app, door):
        yield Shop(app, settings, door)


@contextmanager
def devices(name: str, browser: Browser, at: str) -> Iterator[Callable[[random.Random], Device]]:
    """Makes devices with that browser; every fourth in Chromium runs no script."""
    if name == "firefox":
        with firefox() as opened:
            shelf: Spare = []
            yield lambda _: InFirefox(opened, at, shelf)
        return
    quick = browser.browser_type.launch(executable_path=CHROMIUM, args=[*FLAGS, *QUICK])
    spare: dict[bool, list[BrowserContext]] = {True: [], False: []}

    def device(dice: random.Random) -> Device:
        script = dice.random() < 0.75
        return Chromium(quick, at, spare[script], script=script)

    yield device
    quick.close()


PARTS: Final = [
    pytest.param(name, first, min(PART, LAST - first), marks=pytest.mark.faults_long)
    for name in ("chromium", "firefox")
    for first in range(FIRST, LAST, PART)
]


@pytest.mark.parametrize(("name", "first", "journeys"), [("chromium", 0, 5), *PARTS])
def test_whatever_happens_on_the_way_nothing_is_lost_and_what_is_shown_is_ordered(
    shop: Shop, browser: Browser, name: str, first: int, journeys: int
) -> None:
    happened: Counter[str] = Counter()
    lost: list[str] = []
    with devices(name, browser, shop.settings.site_url) as device_for:
        for seed in range(first, first + journeys):
            dice = random.Random(seed)
            journey = Journey(device_for(dice), shop, dice)
            journey.go()
            journey.device.close()
            happened += journey.happened
            lost += [f"{name}, journey {seed}: {sentence}" for sentence in journey.lost]
            print(f"{name} {seed}: {journey.lost or 'nothing lost'}", flush=True)  # noqa: T201  (progress)
    figures = f"{name}, journeys {first} to {first + journeys - 1}: {shop.seen} orders, {len(lost)} losses"
    print(f"{figures}; interrupted by {dict(sorted(happened.items()))}")  # noqa: T201  (figures)
    assert lost[:MOST_TOLD] == []
    assert shop.seen == journeys
