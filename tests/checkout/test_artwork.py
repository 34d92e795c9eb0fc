"""Artwork from a buyer's photograph, from the piece to the cutter: what is shown is what is cut."""

import math
import re
from email.message import EmailMessage
from io import BytesIO
from xml.etree import ElementTree as ET

import pytest
from flask import Flask
from sqlalchemy.orm import Session
from werkzeug.test import TestResponse

from shop import bench
from shop.alerts import AlertKind, open_alerts
from shop.artwork.artwork import Artwork
from shop.artwork.positioning import BEYOND, GONE, TOUCHES
from shop.checkout.line_item_form import NOT_BESIDE_A_DRAWING
from shop.engraving import HAND, MACHINES
from shop.engraving.jig import Jig
from shop.fulfilment import units
from shop.fulfilment.stages import Action
from shop.fulfilment.units import NotAllowed
from shop.orders.lifecycle import with_link
from shop.orders.view import LineView, view
from shop.uploads import order_photographs, store
from tests.artwork.outlines import FOOT, HAIR, PHOTOGRAPH, sent
from tests.emails.orders import emails
from tests.harness import Harness
from tests.shopper import Shopper, form_on, harness_of, reason_beside, soup, summary

ADD = "/basket/lines"
HERS, HIS = "h" * 43, "i" * 43
SMALL = {"artwork-front-width": "4", "artwork-front-down": "-1"}
SVG = "{http://www.w3.org/2000/svg}"
CORNER = re.compile(r"(-?[\d.]+)[ ,](-?[\d.]+)")
CLOSE_MM = 0.0002
DRAWN = (
    b'<svg xmlns="http://www.w3.org/2000/svg" width="16mm" height="16mm" viewBox="0 0 16 16">'
    b'<path fill="#000" d="M4 4h8v8h-8zM6 6v4h4v-4z"/></svg>'
)


def browser(app: Flask, token: str = HERS) -> Shopper:
    shopper = Shopper(app)
    shopper.client.set_cookie("basket", token)
    return shopper


@pytest.fixture
def shopper(app: Flask) -> Shopper:
    return browser(app)


@pytest.fixture
def harness(app: Flask) -> Harness:
    return harness_of(app)


def sends(shopper: Shopper, artwork: Artwork | None = FOOT, token: str = HERS) -> str:
    """A photograph comes from this browser, and is traced. Give its id."""
    return sent(shopper.database, token, artwork)


def page_of(upload: str, side: str = "front", slug: str = "disc") -> str:
    return f"/pieces/{slug}/artwork/{side}/{upload}"


def add(shopper: Shopper, upload: str, **changes: str | None) -> TestResponse:
    chosen = {
        "variant": str(shopper.variant("disc").id),
        **SMALL,
        **{k.replace("_", "-"): v for k, v in changes.items()},
    }
    return shopper.send(page_of(upload), ADD, chosen)


def paths_on(page: TestResponse) -> list[str]:
    return [path["d"] for path in soup(page).select(".artwork path, .proof path.words, g.words > path")]


@pytest.fixture
def order(shopper: Shopper, harness: Harness) -> int:
    """An order of a disc with a foot print and a date along its edge, paid for."""
    assert add(shopper, sends(shopper), engraving_front_2="14 May", face="marcellus").status_code == 303
    shopper.tell_details()
    shopper.press_pay()
    harness.pays(1)
    harness.sync(1)
    return 1


def line_of(harness: Harness, order: int) -> LineView:
    def read(session: Session) -> LineView:
        return view(session, harness.services.vault, harness.order(order)).lines[0]

    with harness.database.reading() as session:
        return read(session)


def begin(harness: Harness, order: int) -> None:
    with harness.database.transaction() as session:
        for action in (Action.CHECK, Action.BEGIN):
            units.act(session, order, 1, action, actor="owner@example.com")


def test_the_piece_is_shown_with_the_foot_print_cut_into_it(shopper: Shopper) -> None:
    page = shopper.get(page_of(sends(shopper)))
    assert page.status_code == 200
    (stage,) = {str(group["data-side"]) for group in soup(page).select(".stage .artwork")}
    assert stage == "front"
    assert "mm wide" in soup(page).select_one("[data-artwork-said]").text  # type: ignore[union-attr]
    assert float(form_on(page, ADD)[1]["artwork-front-width"]) > 4


@pytest.mark.parametrize("address", ["/pieces/disc/artwork/{}/{}", "/pieces/two-rings/artwork/{}/{}"])
def test_nobody_else_is_shown_it(shopper: Shopper, address: str) -> None:
    upload = sends(shopper)
    page = address.format("front", upload)
    assert browser(shopper.app, HIS).get(page).status_code == 404
    assert Shopper(shopper.app).get(page).status_code == 404


def test_no_other_side_and_no_ring_takes_it(shopper: Shopper) -> None:
    upload = sends(shopper)
    ring = shopper.piece("two-rings").sides[0].key
    for page in (
        page_of(upload, "nowhere"),
        page_of(upload, ring, "two-rings"),
        page_of(upload, "front", "none"),
    ):
        assert shopper.get(page).status_code == 404


def test_the_basket_and_the_last_look_show_what_was_placed(shopper: Shopper) -> None:
    assert add(shopper, sends(shopper)).status_code == 303
    shopper.tell_details()
    for page in (shopper.get("/basket"), shopper.get("/checkout/payment")):
        assert "a foot or hand print from a photograph, 4.0 mm wide" in page.text
        assert "We look at your artwork ourselves before we cut it" in page.text
        assert soup(page).select(".engraved svg use"), "the piece is shown without it"


def test_what_somebody_else_photographed_cannot_be_bought(shopper: Shopper) -> None:
    theirs = sends(shopper, token=HIS)
    page = add(shopper, sends(shopper), artwork_front=theirs)
    assert page.status_code == 422
    assert reason_beside(page, "artwork-front") == GONE


@pytest.mark.parametrize(
    ("changes", "why"),
    [
        ({"artwork_front_width": "12"}, BEYOND),
        ({"artwork_front_across": "6"}, BEYOND),
        ({"engraving_front_1": "Wren", "face": "marcellus"}, TOUCHES),
        ({"artwork_front_width": "0.1"}, "Its width is from 2 to 16 mm."),
        ({"artwork_front_width": "nan"}, "Please give each size and place as a number."),
        ({"artwork_front_turn": "upside down"}, "Please give each size and place as a number."),
        ({"artwork_front_thicker": "9"}, "Its strokes can gain up to 0.5 mm."),
    ],
)
def test_what_cannot_be_cut_there_is_refused_beside_its_fields(
    shopper: Shopper, changes: dict[str, str], why: str
) -> None:
    page = add(shopper, sends(shopper), **changes)
    assert page.status_code == 422
    assert reason_beside(page, "artwork-front") == why
    assert "#artwork-front" in summary(page)
    assert shopper.lines() == []


def test_words_that_we_draw_do_not_stand_beside_it(shopper: Shopper) -> None:
    page = add(shopper, sends(shopper), engraving_back_1="ᏣᎳᎩ", face=HAND)
    assert reason_beside(page, "face") == NOT_BESIDE_A_DRAWING


def test_what_is_too_fine_is_marked_and_bought_only_to_be_looked_at_together(
    shopper: Shopper, harness: Harness
) -> None:
    with harness.database.transaction() as session:
        bench.save(session, bench.Profile(MACHINES["fibre"].usual, Jig()), actor="owner@example.com")
    page = add(shopper, sends(shopper, HAIR))
    assert page.status_code == 422
    said = reason_beside(page, "artwork-front")
    assert "Its finest line is 0.01 mm, and our tool cuts none under 0.05 mm" in said
    assert "mm thicker" in said
    assert soup(page).select(".artwork-lost path[d^=M]"), "nothing marks what would be lost"
    thicker = add(shopper, sends(shopper, HAIR), artwork_front_thicker="0.1")
    assert thicker.status_code == 303
    together = add(shopper, sends(shopper, HAIR), artwork_front_together="1")
    assert together.status_code == 303


def test_a_browser_without_script_moves_it_and_takes_it_off_again(shopper: Shopper) -> None:
    page = page_of(sends(shopper))
    shown = shopper.send(page, ADD, {**SMALL, "artwork-front-turn": "90", "preview": "words"})
    assert shown.status_code == 200
    _, fields = form_on(shown, ADD)
    assert (fields["artwork-front-width"], fields["artwork-front-turn"]) == ("4", "90")
    assert "6.3 mm wide and 4.0 mm high, 1 mm above the middle" in shown.text
    fields["instead"] = "off artwork-front"
    bare = shopper.post(ADD, fields)
    assert not soup(bare).select(".artwork")
    assert not [name for name in form_on(bare, ADD)[1] if name.startswith("artwork-")]


def test_what_is_said_while_it_moves_is_what_would_be_refused(shopper: Shopper) -> None:
    _, fields = form_on(shopper.get(page_of(sends(shopper))), ADD)
    for width, wrong in (("4", False), ("12", True)):
        fields["artwork-front-width"] = width
        said = shopper.post("/artwork/said", fields).get_json()
        assert said["front"]["wrong"] is wrong
        assert (said["front"]["said"] == BEYOND) is wrong
    assert Shopper(shopper.app).post("/artwork/said", fields).get_json()["front"]["said"] == GONE
    fields["csrf_token"] = "forged"
    assert shopper.post("/artwork/said", fields).status_code == 400


def test_a_line_in_the_basket_is_changed_and_keeps_its_artwork(shopper: Shopper) -> None:
    add(shopper, sends(shopper))
    (line,) = shopper.lines()
    action = f"/basket/lines/{line}"
    assert shopper.send(action, action, {"engraving-back-1": "Wren", "face": "marcellus"}).status_code == 303
    page = shopper.get("/basket")
    assert "4.0 mm wide" in page.text
    assert "Wren" in page.text


def test_a_line_keeps_its_artwork_when_the_photograph_is_forgotten(shopper: Shopper) -> None:
    upload = sends(shopper)
    add(shopper, upload)
    with shopper.database.transaction() as session:
        assert store.forget(session, HERS, upload)
    (line,) = shopper.lines()
    action = f"/basket/lines/{line}"
    assert shopper.send(action, action, {"engraving-back-1": "Wren", "face": "marcellus"}).status_code == 303
    assert "4.0 mm wide" in shopper.get("/basket").text
    moved = shopper.send(action, action, {"artwork-front-width": "5"})
    assert reason_beside(moved, "artwork-front") == GONE


def test_another_machine_leaves_the_artwork_in_the_basket(shopper: Shopper, harness: Harness) -> None:
    add(shopper, sends(shopper), engraving_back_1="Wren", face="marcellus")
    with harness.database.transaction() as session:
        bench.save(session, bench.Profile(MACHINES["fibre"].usual, Jig()), actor="owner@example.com")
    assert "a foot or hand print from a photograph" in shopper.get("/basket").text


def test_the_owner_looks_before_anything_is_cut(order: int, harness: Harness, app: Flask) -> None:
    owner, reference = Shopper(app).sign_in("owner"), harness.order(order).reference
    page = f"/owner/orders/{reference}"
    with harness.database.reading() as session:
        (alert,) = (alert for alert in open_alerts(session) if alert.kind == AlertKind.ARTWORK_WAITS)
    assert alert.about == f"{reference}, piece 1"
    assert owner.get(f"{page}/lines/1/front.svg").status_code == 409
    with pytest.raises(NotAllowed, match="looked at first"):
        begin(harness, order)
    (photograph,) = soup(owner.get(page)).select(".bench-photographs img")
    found = owner.get(str(photograph["src"]))
    assert (found.data, found.content_type) == (PHOTOGRAPH, "image/jpeg")
    assert found.headers["Cache-Control"] == "private, no-store"
    assert owner.send(page, f"{page}/lines/1/artwork").status_code == 303
    with harness.database.reading() as session:
        assert not [alert for alert in open_alerts(session) if alert.kind == AlertKind.ARTWORK_WAITS]
    assert owner.get(f"{page}/lines/1/front.svg").status_code == 200
    begin(harness, order)


def test_what_is_cut_is_what_the_buyer_approved(order: int, harness: Harness, app: Flask) -> None:
    line = line_of(harness, order)
    assert line.approved is not None
    assert line.approved.digest() == line.row.proof_digest
    owner, reference = Shopper(app).sign_in("owner"), harness.order(order).reference
    owner.send(f"/owner/orders/{reference}", f"/owner/orders/{reference}/lines/1/artwork")
    cut = ET.fromstring(owner.get(f"/owner/orders/{reference}/lines/1/front.svg").data)
    written = [
        tuple(map(float, at)) for path in cut.iter(f"{SVG}path") for at in CORNER.findall(path.get("d", ""))
    ]
    (artwork,) = line.approved.engraving.artwork
    for x, y in (tuple(map(float, at)) for at in CORNER.findall(artwork.drawing)):
        assert min(math.hypot(x - a, y - b) for a, b in written) < CLOSE_MM


def test_only_the_owner_sees_the_photograph(order: int, harness: Harness, app: Flask) -> None:
    upload = line_of(harness, order).engraving.artwork[0].upload  # type: ignore[union-attr]
    place = f"/owner/orders/{harness.order(order).reference}/lines/1/photographs/{upload}.jpg"
    for somebody in (Shopper(app), browser(app), Shopper(app).sign_in("finance")):
        assert somebody.get(place).status_code in {302, 303, 403, 404}
    owner = Shopper(app).sign_in("owner")
    assert owner.get(place.replace(upload, "0" * 32)).status_code == 404
    with harness.database.transaction() as session:
        order_photographs.forget_photographs(session, harness.services.vault, order)
    assert owner.get(place).status_code == 404


def test_the_owner_sends_a_drawing_of_her_own_and_that_is_cut_once_approved(
    order: int, harness: Harness, app: Flask
) -> None:
    owner, reference = Shopper(app).sign_in("owner"), harness.order(order).reference
    place, page = f"/owner/orders/{reference}/lines/1/front.svg", f"/owner/orders/{reference}"
    _, fields = form_on(owner.get(page), f"{page}/lines/1/drawing")
    files = {**fields.to_dict(), "side-front": (BytesIO(DRAWN), "foot.svg")}
    answer = owner.client.post(f"{page}/lines/1/drawing", data=files, follow_redirects=True)
    assert "Drawing 1 is with the buyer" in answer.text
    assert owner.get(place).status_code == 409
    with harness.database.reading() as session:
        link = f"/orders/{with_link(session, order, harness.services.secret_key)[1]}"
    buyer = Shopper(app)
    assert "This is drawing 1 of your artwork" in buyer.get(link).text
    assert buyer.send(link, f"{link}/drawings/1/approval").status_code == 303
    cut = owner.get(place)
    assert cut.status_code == 200
    line = line_of(harness, order)
    assert line.may_be_cut
    assert line.as_approved
    begin(harness, order)


def test_words_are_corrected_and_the_artwork_stays_to_be_looked_at_again(
    order: int, harness: Harness, app: Flask
) -> None:
    owner, reference = Shopper(app).sign_in("owner"), harness.order(order).reference
    owner.send(f"/owner/orders/{reference}", f"/owner/orders/{reference}/lines/1/artwork")
    before = line_of(harness, order)
    with harness.database.reading() as session:
        link = f"/orders/{with_link(session, order, harness.services.secret_key)[1]}/lines/1/words"
    buyer = Shopper(app)
    look = buyer.send(link, link, {"engraving-front-2": "15 May"})
    assert look.status_code == 200
    _, fields = form_on(look, link)
    fields["acknowledged"], fields["approve"] = "y", "y"
    assert buyer.post(link, fields).status_code == 303
    after = line_of(harness, order)
    assert after.words == [("Front, along the lower edge", "15 May")]
    assert after.engraving.artwork == before.engraving.artwork  # type: ignore[union-attr]
    assert before.may_be_cut
    assert not after.may_be_cut


def test_the_confirmation_says_and_shows_it(order: int, harness: Harness, app: Flask) -> None:
    ((_, message),) = emails(app, harness, order)
    assert isinstance(message, EmailMessage)
    text = message.get_body(("plain",)).get_content()  # type: ignore[union-attr]
    assert "Front: a foot or hand print from a photograph, 4.0 mm wide" in text
    assert "We look at your artwork ourselves before we cut it" in text
    assert [part for part in message.walk() if part.get_content_maintype() == "image"]
