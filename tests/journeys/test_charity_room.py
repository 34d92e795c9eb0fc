"""The charity's whole road on a telephone: invited, joined by passkey, a payment confirmed, one gift found.

The passkey is a virtual authenticator of Chromium's own (the DevTools protocol, WebAuthn): it does what a
telephone does when its owner shows a face, and the shop is met by the browser's own WebAuthn.
"""

import re
from collections.abc import Callable, Iterator
from dataclasses import replace

import pytest
from werkzeug.serving import BaseWSGIServer

from shop import clock
from shop.settings import Settings
from tests.browser import axe
from tests.harness import Harness
from tests.journeys.live_shop import LiveShop
from tests.journeys.visitor import Visitor
from tests.shopper import harness_of

pytestmark = [
    pytest.mark.browser,
    pytest.mark.parametrize("engine_name", ["sqlite"], indirect=True),
]

PHONE = {"viewport": {"width": 375, "height": 720}, "is_mobile": True, "has_touch": True}
TELEPHONE = {
    "protocol": "ctap2", "transport": "internal", "hasResidentKey": True, "hasUserVerification": True,
    "isUserVerified": True, "automaticPresenceSimulation": True,
}  # fmt: skip


@pytest.fixture
def settings(settings: Settings, door: BaseWSGIServer) -> Settings:
    """At a name: a number can have no passkeys."""
    return replace(settings, site_url=f"http://localhost:{door.port}")


@pytest.fixture
def sold(live_shop: LiveShop) -> str:
    """Two pieces were bought; gives the order's reference."""
    harness: Harness = harness_of(live_shop.app)
    order = harness.place("disc", "petal")
    harness.pays(order)
    harness.sync(order)
    return harness.order(order).reference


@pytest.fixture
def with_telephone(visit: Callable[..., Visitor]) -> Iterator[Callable[[], Visitor]]:
    """Somebody comes by who has a telephone that keeps passkeys."""
    sessions = []

    def come() -> Visitor:
        visitor = visit(**PHONE)
        protocol = visitor.page.context.new_cdp_session(visitor.page)
        protocol.send("WebAuthn.enable")
        protocol.send("WebAuthn.addVirtualAuthenticator", {"options": TELEPHONE})
        sessions.append(protocol)
        return visitor

    yield come
    for protocol in sessions:
        protocol.send("WebAuthn.disable")


def emailed(shop: LiveShop) -> str:
    """The path of the link in the invitation, once the worker has sent it."""
    (task,) = [task for lane in shop.worker.work for task in lane if task.name == "invited"]
    task.run()
    body = shop.emails()[-1].get_body(("plain",))
    assert body
    found = re.search(r"http://localhost:\d+(/charity/join/\S+)", body.get_content())
    assert found, body.get_content()
    return found[1]


def sound(visitor: Visitor) -> None:
    """Nothing is wider than the telephone, and axe finds nothing wrong."""
    wide = "document.documentElement.scrollWidth > document.documentElement.clientWidth"
    assert not visitor.page.evaluate(wide), visitor.path
    assert axe(visitor.page) == []


def test_the_charity_joins_confirms_a_payment_and_finds_one_gift(
    live_shop: LiveShop, sold: str, visit: Callable[..., Visitor], with_telephone: Callable[[], Visitor]
) -> None:
    finance = visit(**PHONE)
    finance.has_signed_in("finance")
    paid = {"amount": "10", "paid_on": clock.today().isoformat(), "bank_reference": "PANDAS 1"}
    assert finance.sends("/finance/remittances", "/finance/remittances", paid).status_code == 303
    finance.open("/finance/charity")
    finance.puts("E-mail", "jo@example.com")
    finance.presses("Invite")

    jo = with_telephone()
    link = emailed(live_shop)
    jo.open(link)
    sound(jo)
    jo.presses("Make a passkey and come in")
    jo.page.wait_for_url("**/charity/")
    assert "PANDAS Foundation UK" in jo.reads()
    sound(jo)
    fingerprint = jo.page.locator("code.digest").inner_text()

    jo.presses("Payments")
    jo.page.locator("#payments tbody th a").click()
    jo.presses("Yes, it has reached us")
    jo.page.get_by_text("Thank you. That it reached you is signed").wait_for()
    assert "which no agreement names yet" in jo.reads()

    finance.open("/finance/agreements/1/keys")
    finance.puts("Fingerprint", fingerprint)
    finance.page.get_by_label("Signed on").fill(clock.today().isoformat())
    finance.page.get_by_label("I have the paper before me").check()
    finance.presses("Name the key")
    assert "The key is named." in finance.reads()
    sound(finance)

    jo.open(jo.path)
    assert "which no agreement names" not in jo.reads()
    sound(jo)
    jo.presses("Ledger")
    jo.puts("An order’s reference, or an entry’s number here or in the log", sold)
    jo.presses("Find")
    assert jo.page.locator("#ledger tbody tr").count() == 2
    sound(jo)

    jo.presses("Sign out")
    jo.page.wait_for_url("**/sign-in")
    jo.presses("Sign in with a passkey")
    jo.page.wait_for_url("**/charity/")
    assert "Your key is in the agreement" in jo.reads()
    anybody = visit(**PHONE)
    anybody.open("/giving")
    anybody.page.get_by_text("Confirmed by the charity on").wait_for()
    told = live_shop.app.test_cli_runner().invoke(args=["ledger", "verify"])
    assert "confirmation" not in told.output
    assert "key" not in told.output


def test_who_says_no_on_the_device_is_told_so_and_nothing_is_lost(
    visit: Callable[..., Visitor], with_telephone: Callable[[], Visitor]
) -> None:
    somebody = with_telephone()
    somebody.open("/sign-in")
    somebody.presses("Sign in with a passkey")
    somebody.page.get_by_text("Your device was not asked, or it said no.").wait_for()
    sound(somebody)
