"""A person at a browser, and somebody who watches over their shoulder."""

import re
from collections.abc import Callable, Mapping
from typing import Any

from playwright.sync_api import ConsoleMessage, Page, Request, Response, WebError
from werkzeug.test import TestResponse

from tests.journeys.live_shop import LiveShop
from tests.journeys.quick_requests import QuickRequests

DETAILS = {
    "E-mail": "ada@example.com",
    "Who is it for?": "Ada Byron",
    "Address, first line": "12 Quiet Street",
    "Town or city": "Bath",
    "Postcode": "ba11aa",
}
FIELDS = {
    "email": "ada@example.com",
    "name": "Ada Byron",
    "line1": "12 Quiet Street",
    "town": "Bath",
    "postcode": "BA1 1AA",
}

ANSWERED_WITH_ERROR = "Failed to load resource: the server responded with a status of"
"""Chromium says so of every page with an error status; `Visitor` looks at the statuses themselves."""


class Visitor:
    """One browser of their own (cookies and all) at the open shop. `complaints` must stay empty."""

    def __init__(self, page: Page, shop: LiveShop) -> None:
        self.shop = shop
        self.complaints: list[str] = []
        self.statuses: dict[str, int] = {}
        self._page = page
        self._quick = QuickRequests(shop.app, shop.address, page.context)
        self._hears: dict[Any, Callable[..., None]] = {
            "request": self._request,
            "response": self._response,
            "console": self._console,
            "weberror": self._weberror,
        }
        for event, hears in self._hears.items():
            page.context.on(event, hears)

    @property
    def page(self) -> Page:
        """What the browser shows; it has heard of every cookie."""
        self._quick.give_cookies()
        return self._page

    def open(self, path: str) -> None:
        """Go to a page of the shop."""
        self.page.goto(self.shop.address + path)

    @property
    def path(self) -> str:
        """The page's address."""
        return self.page.url.removeprefix(self.shop.address)

    def reads(self) -> str:
        """The words of the page as they are shown, once it is there."""
        self.page.wait_for_load_state()
        return self.page.locator("main").inner_text()

    def types(self, label: str, text: str, within: str | None = None) -> None:
        """Click into a field and type, key by key. `within`: the name of the group it is in."""
        self._clicks_into(label, within)
        self.page.keyboard.type(text)

    def puts(self, label: str, text: str, within: str | None = None) -> None:
        """The same in one go: each key on its own would draw the words anew."""
        self._clicks_into(label, within)
        self.page.keyboard.insert_text(text)

    def _clicks_into(self, label: str, within: str | None) -> None:
        place = self.page.get_by_role("group", name=within) if within else self.page
        written = place.locator("textarea, input:not([type=checkbox], [type=radio])")
        place.get_by_label(label).and_(written).click()

    def presses(self, name: str | re.Pattern[str]) -> None:
        """Click the button of that name, or the link where there is none, once the page is there."""
        self.page.wait_for_load_state("domcontentloaded")
        button, link = (self.page.get_by_role(role, name=name) for role in ("button", "link"))
        (button if button.count() else button.or_(link)).first.click()
        self.page.wait_for_load_state()

    def picks(self, group: str, option: str) -> None:
        """Click a radio tile."""
        self.page.get_by_role("group", name=re.compile(rf"^{group}")).locator(
            "label.tile", has_text=option
        ).click()

    def puts_disc_in(self, front: tuple[str, ...], back: tuple[str, ...] = (), dedication: str = "") -> None:
        """Choose a silver Disc on an 18 inch chain and give it words."""
        self.open("/pieces/disc")
        self.picks("Sterling silver", "18 in")
        for side, words in (("Front", front), ("Back", back)):
            for number, text in enumerate(words, start=1):
                self.puts(f"Line {number}", text, within=side)
        if dedication:
            self.types("Dedication", dedication)
        self.presses("Add to basket")

    def fills_in_details(self) -> None:
        """E-mail, name, address; the postage that is chosen already."""
        for label, text in DETAILS.items():
            self.types(label, text)
        self.presses("Review your order")

    def signs_in(self, role: str) -> None:
        """Open the one-time link and press its button."""
        self.open(self.shop.link_for(role))
        self.presses("Sign in")
        self.presses("Go on without one")

    # Quickly, without looking: the same requests, for what only leads up to a page.

    def sends(self, form_on: str, action: str, fields: Mapping[str, str]) -> TestResponse:
        """Load a page and send its form to `action`, with these fields beside those it came with."""
        return self._quick.send(form_on, action, fields)

    def reads_ahead(self, path: str) -> str:
        """A page as it is sent, which its visitor does not look at."""
        return self._quick.get(path).text

    def led(self, path: str, *links: str) -> str:
        """Where these links lead to from a page, one after the other."""
        for name in links:
            path = self._quick.link(path, name)
        return path

    def leaves(self) -> None:
        """Nobody looks over their shoulder any more."""
        for event, hears in self._hears.items():
            self._page.context.remove_listener(event, hears)

    def forgets(self) -> None:
        """Somebody else sits down at the same browser."""
        self.page.context.clear_cookies()

    def has_in_basket(self, slug: str = "disc", sku: str = "DISC-SILVER-18", **words: str) -> None:
        """A piece with its words is in the basket."""
        with self.shop.database.reading() as session:
            variant = self.shop._variant(session, sku)
        fields = {"variant": str(variant), **{name.replace("_", "-"): text for name, text in words.items()}}
        assert self.sends(f"/pieces/{slug}", "/basket/lines", fields).status_code == 303

    def has_given_details(self, **others: str) -> None:
        """The delivery details are filled in."""
        assert self.sends("/checkout", "/checkout", {**FIELDS, **others}).status_code == 303

    def has_ordered(self) -> str:
        """A Disc with words and a Petal are ordered; gives the path of the stand-in's payment page."""
        self.has_in_basket(
            engraving_front_1="Caoimhe", engraving_back_1="14 May", dedication="For you, always.\nM"
        )
        self.has_in_basket("petal", "PETAL-SILVER-18")
        self.has_given_details(gift_message="With love from all of us", as_gift="y")
        sent = self.sends("/checkout/payment", "/checkout/payment", {"acknowledged": "y"})
        return self._path(sent)

    def has_chosen(self, pay_page: str, outcome: str) -> str:
        """On the stand-in's payment page something was chosen; gives the path it leads to."""
        sent = self.sends(pay_page, "", {"outcome": outcome})
        return self._path(sent) if sent.status_code == 303 else pay_page

    def has_paid(self) -> str:
        """An order is paid for; gives the path of the page of thanks."""
        return self.has_chosen(self.has_ordered(), "pays")

    def has_signed_in(self, role: str) -> None:
        """A person of that role is signed in."""
        link = self.shop.link_for(role)
        assert self.sends(link, "", {}).status_code == 303

    def _path(self, answer: TestResponse) -> str:
        assert answer.status_code == 303, (answer.status, answer.text)
        return (answer.location or "").removeprefix(self.shop.address)

    def _request(self, request: Request) -> None:
        if not request.url.startswith((self.shop.address + "/", "data:")):
            self.complaints.append(f"left the house: {request.url}")

    def _response(self, response: Response) -> None:
        if response.request.is_navigation_request():
            self.statuses[response.url.removeprefix(self.shop.address)] = response.status
        elif response.status >= 400:
            self.complaints.append(f"{response.status}: {response.url}")

    def _weberror(self, error: WebError) -> None:
        self.complaints.append(f"script: {error.error}")

    def _console(self, message: ConsoleMessage) -> None:
        if message.type in {"error", "warning"} and not message.text.startswith(ANSWERED_WITH_ERROR):
            self.complaints.append(f"console: {message.text}")
