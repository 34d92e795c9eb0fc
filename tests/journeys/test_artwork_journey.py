"""A foot print from its photograph to the post, on a small phone, by what a screen reader says of a page."""

import io
import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import pytest
from flask import Flask
from PIL import Image
from playwright.sync_api import expect

from shop.checkout.upload_forms import CORNERS
from shop.orders.lifecycle import with_link
from tests.artwork.sheets import SHEETS, sheet_photograph
from tests.inspection.finished_pieces import SIDES, photographed_cut
from tests.journeys.live_shop import LiveShop
from tests.journeys.visitor import Visitor
from tests.shopper import Shopper, form_on, harness_of, soup

pytestmark = [pytest.mark.browser, pytest.mark.parametrize("engine_name", ["sqlite"], indirect=True)]

PHONE = {"viewport": {"width": 375, "height": 812}}
LONG = 30_000
"""Milliseconds that a busy machine may take to trace."""
DATE = "14 May"
LOOKED_AT_FIRST = {"machine": "fibre", "look_first": "y"}
STEPS = ("checked", "engraving begun", "engraved", "inspected", "packed")
"""What the bench does with a piece before it is posted, as its forms send it."""


@dataclass(frozen=True)
class Taken:
    """A telephone's photograph, and where the sheet lies on it: hundredths across and down, clockwise."""

    file: dict[str, Any]
    corners: list[tuple[str, str]]


@pytest.fixture(scope="module")
def taken() -> Taken:
    """The print of a foot on a sheet of paper."""
    sheet = next(sheet for sheet in SHEETS if sheet.kind == "print" and not sheet.poor)
    photograph = sheet_photograph(sheet, 1600)
    wide, high = Image.open(io.BytesIO(photograph.data)).size
    corners = [(f"{100 * x / wide:.1f}", f"{100 * y / high:.1f}") for x, y in photograph.corners]
    return Taken({"name": "IMG_1.jpg", "mimeType": "image/jpeg", "buffer": photograph.data}, corners)


def chooses_the_photograph(buyer: Visitor, taken: Taken) -> None:
    buyer.open("/pieces/disc")
    buyer.presses(re.compile(r"^front ?\(add handwriting"))
    page = buyer.page
    page.get_by_role("group", name="What is on it").get_by_text("A foot or hand print").click()
    page.get_by_role("button", name="Choose the photograph").set_input_files(taken.file)
    buyer.presses("Show me the outline")
    expect(page.get_by_role("heading", level=1)).to_have_text("Your photograph", timeout=LONG)


def sets_the_corners(buyer: Visitor, taken: Taken) -> None:
    """By their numbers, with all of it to be reached by who neither sees nor drags."""
    page = buyer.page
    page.get_by_role("group").get_by_text("Corners and edges as numbers").click()
    for corner, places in zip(CORNERS, taken.corners, strict=True):
        for way, place in zip(("across", "down"), places, strict=True):
            page.get_by_role("spinbutton", name=f"{corner}, {way}").fill(place)
    buyer.presses("Draw it again")
    said = page.get_by_role("region", name="Its outline").get_by_role("status")
    expect(said).to_have_text(re.compile(r"^Traced: \d+ parts?, up to [\d.]+ mm wide"), timeout=LONG)
    expect(page.get_by_role("img", name=re.compile("^The outline, black on paper. Traced"))).to_be_visible()


def places_it_beside_a_date(buyer: Visitor) -> None:
    buyer.presses("Place it on Disc, front")
    page = buyer.page
    place = page.get_by_role("group", name="Front: a foot or hand print")
    place.get_by_role("spinbutton", name="Width in mm").fill("4")
    place.get_by_role("spinbutton", name=re.compile("^Down")).fill("-1")
    expect(place.get_by_role("status")).to_have_text(re.compile("^4.0 mm wide .* 1 mm above the middle"))
    words = page.get_by_role("group", name="Front (optional)")
    words.get_by_role("textbox", name=re.compile("edge")).fill(DATE)
    buyer.picks("Sterling silver", "18 in")
    buyer.presses("Add to basket")
    expect(page.get_by_role("heading", level=1)).to_have_text(re.compile("basket"))


def buys(buyer: Visitor) -> str:
    """Pay on the stand-in. Give the reference."""
    buyer.presses("Checkout")
    buyer.fills_in_details()
    said = buyer.reads()
    assert "a foot or hand print from a photograph, 4.0 mm wide" in said
    assert DATE in said
    buyer.page.get_by_role("checkbox", name=re.compile("^I have checked every letter")).check()
    buyer.presses(re.compile("^Place order and pay"))
    buyer.presses(re.compile("^Pay £"))
    found = re.search(r"PM-\w{4}-\w\w", buyer.reads())
    assert found
    return found[0]


def makes_it(owner: Visitor, reference: str) -> None:
    """As far as it is engraved; nothing engraved leaves this shop before it was looked at."""
    owner.signs_in("owner")
    owner.sends("/owner/machine", "/owner/machine", LOOKED_AT_FIRST)
    owner.presses("Bench")
    owner.page.get_by_role("link", name=re.compile(reference)).first.click()
    expect(owner.page.get_by_role("img", name=re.compile("^The photograph of a foot"))).to_be_visible()
    for button in ("Cut it as it was bought", "Mark as checked", "Begin engraving", "Mark as engraved"):
        owner.presses(re.compile(f"^{button}"))


def photographs_it(owner: Visitor, reference: str) -> None:
    """The piece that the cutter made of the order's own file, held against what was approved."""
    owner.presses("Bench")
    owner.page.get_by_role("link", name=re.compile(reference)).first.click()
    made = owner.reads_ahead(f"/owner/orders/{reference}/lines/1/front.svg")
    seen = photographed_cut(5, "disc", SIDES["disc"][0], made)
    front = owner.page.get_by_role("region", name="Photograph of the finished piece").get_by_role(
        "region", name="Front"
    )
    photograph = {"name": "IMG_2.jpg", "mimeType": "image/jpeg", "buffer": seen}
    front.get_by_role("button", name="Photograph of front").set_input_files(photograph)
    owner.presses("Hold it against what was approved")
    expect(front).to_contain_text("On the photograph every letter is as approved.", timeout=LONG)
    expect(front.get_by_role("img", name="The photograph of the finished piece, front")).to_be_visible()


def looks_and_posts(owner: Visitor) -> None:
    owner.presses("It is as approved")
    said = owner.page.get_by_role("region", name="Photograph of the finished piece")
    expect(said).to_contain_text("It was looked at and is as approved (owner@example.com")
    for button in ("Mark as packed", "Mark as posted"):
        owner.presses(re.compile(f"^{button}"))


def test_a_foot_print_goes_from_its_photograph_to_the_post(
    visit: Callable[..., Visitor], live_shop: LiveShop, taken: Taken
) -> None:
    buyer, owner = visit(**PHONE), visit(**PHONE)
    chooses_the_photograph(buyer, taken)
    sets_the_corners(buyer, taken)
    places_it_beside_a_date(buyer)
    reference = buys(buyer)
    live_shop.deliver_webhooks()
    makes_it(owner, reference)
    photographs_it(owner, reference)
    looks_and_posts(owner)
    buyer.presses("See your order")
    assert "Posted" in buyer.reads()


def test_without_script_the_same_forms_lead_there(app: Flask, taken: Taken) -> None:
    buyer = Shopper(app)
    page = "/pieces/disc/artwork/front"
    assert soup(buyer.get("/pieces/disc")).select_one(f"a[href='{page}']")
    _, fields = form_on(buyer.get(page), page)
    photograph = (io.BytesIO(taken.file["buffer"]), "IMG_1.jpg")
    answer = buyer.client.post(page, data={**fields.to_dict(), "kind": "print", "photograph": photograph})
    places = {
        f"corner-{number}-{way}": place
        for number, corner in enumerate(taken.corners, 1)
        for way, place in zip(("across", "down"), corner, strict=True)
    }
    answer = buyer.send(answer.location, answer.location, places)
    link = soup(buyer.get(answer.location)).find("a", string="Place it on Disc, front")
    assert link
    chosen = {
        "variant": str(buyer.variant("disc").id),
        "artwork-front-width": "4",
        "artwork-front-down": "-1",
        "engraving-front-2": DATE,
        "face": "marcellus",
    }
    shown = buyer.send(str(link["href"]), "/basket/lines", {**chosen, "preview": "words"})
    assert "1 mm above the middle" in shown.text
    _, fields = form_on(shown, "/basket/lines")
    assert buyer.post("/basket/lines", fields).location.endswith("/basket")
    buyer.tell_details()
    paying = buyer.press_pay()
    assert paying.status_code == 303, paying.text
    harness = harness_of(app)
    harness.pays(1)
    harness.sync(1)
    owner, reference = Shopper(app).sign_in("owner"), harness.order(1).reference
    posts_without_a_photograph(owner, reference)
    with harness.database.transaction() as session:
        token = with_link(session, 1, harness.services.secret_key)[1]
    assert "Posted" in buyer.get(f"/orders/{token}").text


def posts_without_a_photograph(owner: Shopper, reference: str) -> None:
    """By forms alone, with a reason in the place of the look that this shop asks for."""
    owner.send("/owner/machine", "/owner/machine", LOOKED_AT_FIRST)
    place = f"/owner/orders/{reference}"
    owner.send(place, f"{place}/lines/1/artwork")
    for step in STEPS:
        assert form_on(owner.get(place), f"{place}/lines/1/steps")[1]["action"] == step
        owner.send(place, f"{place}/lines/1/steps")
    look = soup(owner.get(place)).select_one("a[href$='#finished']")
    assert look
    assert look.text.startswith("Look at the finished piece first")
    card = str(look["href"]).partition("#")[0]
    reason = {"why": "The telephone is broken, and she looked at it through the loupe."}
    assert owner.send(card, f"{card}/look/without", reason).status_code == 303
    assert "It goes without a look (owner@example.com" in owner.get(card).text
    owner.send(place, f"{place}/lines/1/steps")
