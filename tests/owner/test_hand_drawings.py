"""Words that no face can set are drawn by hand: sold as that, shown, approved by link, and cut only then."""

from io import BytesIO

import pytest
from sqlalchemy import select, text
from werkzeug.test import TestResponse

from shop import bench
from shop.alerts import AlertKind, open_alerts
from shop.engraving import HAND, MACHINES, Area
from shop.engraving.by_hand import MOST_BYTES, NotADrawing, cut_by_hand, read_drawing
from shop.engraving.jig import Jig
from shop.engraving.outlines import CutSide, cut_path
from shop.mail.models import QueuedEmail
from shop.orders.hand_drawings import MOST_WORDS
from shop.orders.lifecycle import with_link
from shop.orders.models import OrderLine
from tests.harness import Harness
from tests.shopper import Shopper, form_on, reason_beside, soup

ADD = "/basket/lines"
WORDS = "ᏣᎳᎩ Anna"
"""Cherokee, which none of the faces has."""

DISC = Area("front", "Front", "disc", 16, 16, 2)
DRAWN = (
    '<svg xmlns="http://www.w3.org/2000/svg" width="16mm" height="16mm" viewBox="0 0 16 16"><title>a</title>'
    '<g id="words"><path fill="#000" d="M4 4h8v8h-8zM6 6v4h4v-4z"/></g></svg>'
)


@pytest.fixture
def buyer(owner: Shopper) -> Shopper:
    """Somebody whose basket holds a disc with words that no face can set."""
    shopper = Shopper(owner.app)
    refused = shopper.add(engraving_front_1=WORDS, engraving_front_2="", engraving_back_1="")
    assert "We can draw them for you" in reason_beside(refused, "engraving-front-1")
    _, sent = form_on(refused, ADD)
    (button,) = soup(refused).select("[data-ways='engraving-front-1'] button")
    sent["instead"] = str(button["value"])
    _, sent = form_on(shopper.post(ADD, sent), ADD)
    assert sent["face"] == HAND
    assert shopper.post(ADD, sent).status_code == 303
    return shopper


@pytest.fixture
def ordered(buyer: Shopper, harness: Harness) -> str:
    assert "cut nothing until you approve it" in buyer.get("/basket").text
    buyer.tell_details()
    buyer.press_pay()
    harness.pays(1)
    harness.sync(1)
    return harness.order(1).reference


def order_page(harness: Harness) -> str:
    with harness.database.reading() as session:
        return f"/orders/{with_link(session, 1, harness.services.secret_key)[1]}"


def send(owner: Shopper, reference: str, drawing: str | bytes = DRAWN) -> TestResponse:
    data = drawing.encode() if isinstance(drawing, str) else drawing
    page = f"/owner/orders/{reference}"
    form, sent = form_on(owner.get(page), f"{page}/lines/1/drawing")
    assert form["enctype"] == "multipart/form-data"
    files = {**sent.to_dict(), "side-front": (BytesIO(data), "words.svg")}
    return owner.client.post(f"{page}/lines/1/drawing", data=files, follow_redirects=True)


def cut_file(owner: Shopper, reference: str) -> TestResponse:
    return owner.get(f"/owner/orders/{reference}/lines/1/front.svg")


def emails(harness: Harness) -> list[str]:
    with harness.database.reading() as session:
        return list(session.scalars(select(QueuedEmail.kind).order_by(QueuedEmail.id)))


def alerts(harness: Harness, kind: AlertKind = AlertKind.TO_BE_DRAWN) -> list[str]:
    with harness.database.reading() as session:
        return [alert.about for alert in open_alerts(session) if alert.kind == kind]


def test_from_the_order_to_the_approved_drawing(owner: Shopper, harness: Harness, ordered: str) -> None:
    with harness.database.reading() as session:
        line = session.scalars(select(OrderLine)).one()
        assert (line.engraved, line.by_hand, line.cut_digest) == (True, True, None)
    assert alerts(harness) == [f"{ordered}, piece 1"]
    assert WORDS in owner.get(f"/owner/orders/{ordered}").text
    assert not soup(owner.get(f"/owner/orders/{ordered}")).select(".bench-files a")
    assert cut_file(owner, ordered).status_code == 409

    buyer, page = Shopper(owner.app), order_page(harness)
    assert "We cut nothing until you approve it" in " ".join(buyer.get(page).text.split())
    assert "e-mail says so" in send(owner, ordered).text
    assert alerts(harness) == []
    assert emails(harness) == ["order-confirmation", "drawing-ready"]
    assert cut_file(owner, ordered).status_code == 409
    shown = soup(buyer.get(page)).select_one(".line-proof svg path.words")
    assert shown is not None

    assert buyer.send(page, f"{page}/drawings/1/approval").status_code == 303
    assert "the one you approved" in buyer.get(page).text
    answer = cut_file(owner, ordered)
    assert answer.status_code == 200
    assert soup(owner.get(f"/owner/orders/{ordered}")).select(".bench-files a")
    assert not soup(owner.get(f"/owner/orders/{ordered}")).select("form[enctype]")


def test_a_change_is_asked_for_and_the_owner_draws_again(
    owner: Shopper, harness: Harness, ordered: str
) -> None:
    send(owner, ordered)
    buyer, page = Shopper(owner.app), order_page(harness)
    wish = "\n".join([*["The second letter is wider."] * 20, "Thank you for all of it, and good luck."])
    assert len(wish) < MOST_WORDS < len(wish.replace("\n", "\r\n"))
    stale = {"wish": wish.replace("\n", "\r\n"), "csrf_token": "another"}
    asked = buyer.send(page, f"{page}/drawings/1/changes", stale)
    assert asked.status_code == 400, "its session had ended"
    _, again = form_on(asked)
    assert buyer.post(f"{page}/drawings/1/changes", again).status_code == 303
    assert alerts(harness) == [f"{ordered}, piece 1"]
    assert (
        "The second letter is wider.\nThank you for all of it, and good luck."
        in soup(owner.get(f"/owner/orders/{ordered}")).text
    )
    with harness.database.reading() as session:
        for table in ("hand_drawing_step", "alert", "order_event"):
            assert "second letter" not in str(session.execute(text(f"SELECT * FROM {table}")).all())
    assert cut_file(owner, ordered).status_code == 409
    send(owner, ordered)
    assert "drawing 2" in buyer.get(page).text
    buyer.send(page, f"{page}/drawings/1/approval")
    assert cut_file(owner, ordered).status_code == 200


def test_only_the_drawing_that_is_in_sight_is_approved(
    owner: Shopper, harness: Harness, ordered: str
) -> None:
    buyer, page = Shopper(owner.app), order_page(harness)
    send(owner, ordered)
    _, seen = form_on(buyer.get(page), f"{page}/drawings/1/approval")
    send(owner, ordered)
    buyer.post(f"{page}/drawings/1/approval", seen)
    assert cut_file(owner, ordered).status_code == 409
    assert "a newer one has taken its place" in buyer.get(page).text


def test_a_file_that_is_no_outline_reaches_nobody(owner: Shopper, harness: Harness, ordered: str) -> None:
    said = send(owner, ordered, DRAWN.replace("<title>a</title>", "<script>alert(1)</script>")).text
    assert "Nothing was sent" in said
    assert emails(harness) == ["order-confirmation"]
    assert alerts(harness) == [f"{ordered}, piece 1"]


@pytest.mark.parametrize(
    "drawing",
    [
        "",
        "words",
        "<svg/>",
        DRAWN.replace("<title>a</title>", "<image href='x'/>"),
        DRAWN.replace("<title>a</title>", "<style>path{}</style>"),
        DRAWN.replace("<g id", "<g onclick='x' id"),
        DRAWN.replace("<g id", "<g transform='scale(2)' id"),
        DRAWN.replace("<path fill", "<path stroke='#000' fill"),
        "<!DOCTYPE svg [<!ENTITY a 'b'>]>" + DRAWN,
        DRAWN.replace("viewBox", "data-viewBox"),
        DRAWN.replace("0 0 16 16", "0 0 160 160"),
        DRAWN.replace("M4 4h8v8h-8z", "M4 4h8v8h-8"),
        DRAWN.replace("M4 4h8v8h-8z", "M0 0h16v16h-16z"),
        DRAWN.replace("M4 4h8v8h-8z", "M4 4h1e999z"),
        DRAWN.replace("M4 4h8v8h-8z", "M4 4c1e999 0 1 1 2 2z"),
        DRAWN.replace("0 0 16 16", "0 0 1.6.0 16"),
        DRAWN.replace("0 0 16 16", "nan 0 16 16"),
        DRAWN.replace("M4 4h8v8h-8z", "url(x)"),
        DRAWN.replace("M4 4h8v8h-8zM6 6v4h4v-4z", ""),
        DRAWN + " " * MOST_BYTES,
    ],
)
def test_a_drawing_is_outlines_alone_as_large_as_the_side(drawing: str) -> None:
    with pytest.raises(NotADrawing) as refused:
        read_drawing(DISC, drawing.encode())
    assert str(refused.value).endswith(".")


@pytest.mark.parametrize("declared", ["", "<!DOCTYPE svg [<!ENTITY a 'b'>]>"])
def test_a_drawing_is_in_the_letters_in_which_declarations_are_looked_for(declared: str) -> None:
    with pytest.raises(NotADrawing, match="UTF-8"):
        read_drawing(DISC, (declared + DRAWN).encode("utf-16"))


@pytest.mark.parametrize(
    "drawing",
    [
        DRAWN.replace("M6 6v4h4v-4z", "M6 6h4v4h-4z").replace('fill="#000"', 'fill-rule="evenodd"'),
        DRAWN.replace("M6 6v4h4v-4z", "").replace("</g>", '<path fill="#fff" d="M6 6h4v4h-4z"/></g>'),
        DRAWN.replace('fill="#000"', 'fill="none"'),
        DRAWN.replace('<g id="words">', '<g fill="none">').replace(' fill="#000"', ""),
        DRAWN.replace("</g>", '<path d="M7 5v6h4v-6z"/></g>'),
    ],
    ids=[
        "hole by a rule",
        "hole by a colour",
        "not filled",
        "not filled as a group",
        "cancelled where two meet",
    ],
)
def test_a_drawing_whose_outlines_enclose_something_else_than_is_seen_is_refused(drawing: str) -> None:
    with pytest.raises(NotADrawing, match="enclose something else"):
        read_drawing(DISC, drawing.encode())


@pytest.mark.parametrize(
    "drawing",
    [
        DRAWN.replace('fill="#000"', 'fill-rule="evenodd"'),
        DRAWN.replace('<g id="words">', '<g fill="navy">').replace(' fill="#000"', ""),
        DRAWN.replace("</g>", '<path d="M3 7h2v2h-2z"/></g>'),
    ],
    ids=["a rule that changes nothing", "another dark colour", "two that meet"],
)
def test_however_a_program_writes_the_same_drawing_it_is_taken(drawing: str) -> None:
    assert read_drawing(DISC, drawing.encode())


def test_a_drawing_finer_than_the_machine_can_cut_is_refused(
    owner: Shopper, harness: Harness, ordered: str
) -> None:
    diamond = bench.Profile(MACHINES["diamond"].usual, Jig())
    with harness.database.transaction() as session:
        bench.save(session, diamond, actor="owner@example.com")
    fine = DRAWN.replace("M4 4h8v8h-8zM6 6v4h4v-4z", "M4 4h8v0.1h-8zM4 8h8v0.1h-8z")
    assert "finer than 0.15 mm" in send(owner, ordered, fine).text
    assert "e-mail says so" in send(owner, ordered, fine.replace("v0.1", "v0.2")).text


@pytest.mark.parametrize("drawing", ["M4 4h8z", "M4 4h8v0z", "M4 4v8zM8 8z"])
def test_a_drawing_that_encloses_nothing_is_refused(drawing: str) -> None:
    with pytest.raises(NotADrawing):
        read_drawing(
            DISC, DRAWN.replace("M4 4h8v8h-8zM6 6v4h4v-4z", drawing).encode(), MACHINES["fibre"].usual
        )


def test_the_bench_gets_no_file_of_a_drawing_that_lost_ink(
    owner: Shopper, harness: Harness, ordered: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    send(owner, ordered)
    page = order_page(harness)
    Shopper(owner.app).send(page, f"{page}/drawings/1/approval")
    assert cut_file(owner, ordered).status_code == 200

    def loses_its_eye(area: Area, path: str) -> CutSide:
        whole = cut_path(area, path)
        return CutSide(area, tuple(contour for contour in whole.contours if contour.signed_area > 0))

    monkeypatch.setattr("shop.engraving.by_hand.cut_path", loses_its_eye)
    assert cut_file(owner, ordered).status_code == 409
    assert alerts(harness, AlertKind.CUT_DIFFERS) == [ordered]


def test_what_is_cut_is_what_was_drawn_at_its_place() -> None:
    path = read_drawing(DISC, DRAWN.encode())
    cut = cut_by_hand(DISC, path)
    assert sum(contour.signed_area for contour in cut.filled) == pytest.approx(48, abs=0.01)
    assert {(round(x), round(y)) for contour in cut.filled for x, y in contour.corners()} == {
        (x, y) for size in (4, 2) for x in (-size, size) for y in (-size, size)
    }
