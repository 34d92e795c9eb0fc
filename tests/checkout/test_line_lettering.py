"""A line may have another lettering than others of its side: on the form, in the basket, and ever after."""

import pytest
from flask import Flask
from werkzeug.test import TestResponse

from shop.orders.models import Order
from shop.orders.view import view
from shop.privacy_rows import piece as exported
from tests.checkout.test_order_told import emailed, heard, read_aloud
from tests.planning.test_one_day_everywhere import newest, pay
from tests.shopper import Shopper, form_on, reason_beside, soup

ADD = "/basket/lines"
NAME, DAY = "engraving-back-1", "engraving-back-2"
BOTH = {"engraving-front-1": "", "engraving-front-2": "", NAME: "Wren", DAY: "14 May 2026"}
TWO = BOTH | {"face": "marcellus", "face-back-1": "great-vibes"}
SAID = "Wren in Great Vibes, 14 May 2026 in Marcellus"


def chosen(page: TestResponse, name: str = "face-back-1") -> str:
    option = soup(page).select_one(f"select[name='{name}'] option[selected]")
    return str(option["value"]) if option else ""


def without_marks(text: str) -> str:
    """Words as they are heard: no quotation marks, and no marks of direction round them."""
    return " ".join(text.translate({ord(mark): " " for mark in "“”\u2068\u2069"}).split())


def added(shopper: Shopper, **changes: str) -> TestResponse:
    return shopper.send("/pieces/disc", ADD, {"variant": str(shopper.variant("disc").id), **TWO, **changes})


def test_each_line_of_a_side_with_several_has_its_own_list_and_one_line_alone_has_none(
    shopper: Shopper,
) -> None:
    page = soup(shopper.get("/pieces/disc"))
    lists = {str(each["name"]): each for each in page.select("select[name^='face-']")}
    assert list(lists) == ["face-front-1", "face-front-2", "face-back-1", "face-back-2", "face-back-3"]
    for each in lists.values():
        assert [option.text for option in each.select("option")][:3] == [
            "Like the others",
            "Great Vibes",
            "Marcellus",
        ]
        assert not each.find_parent("details").has_attr("open")  # type: ignore[union-attr]
    assert lists["face-back-3"]["aria-label"] == "Lettering, line 3"
    assert lists["face-front-2"]["aria-label"] == "Lettering, along the lower edge"
    for single in ("two-rings", "thread"):
        assert not soup(shopper.get(f"/pieces/{single}")).select("select[name^='face-']")


def test_the_preview_button_shows_both_letterings_and_keeps_them_chosen(shopper: Shopper) -> None:
    sent = {**form_on(shopper.get("/pieces/disc"), ADD)[1], **TWO}
    page = shopper.post(ADD, {**sent, "preview": "words"})
    assert chosen(page) == "great-vibes"
    details = soup(page).select_one("[name='face-back-1']").find_parent("details")  # type: ignore[union-attr]
    assert details
    assert details.has_attr("open")
    plain = shopper.post(ADD, {**sent, "face-back-1": "", "preview": "words"})
    back = "[data-picture='disc-silver-back'] path"
    assert soup(page).select(back)
    assert soup(page).select(back) != soup(plain).select(back)
    assert shopper.lines() == []


def test_what_the_lettering_of_a_line_cannot_cut_is_said_beside_it_with_a_button_for_that_line(
    shopper: Shopper,
) -> None:
    refused = added(shopper, **{NAME: "Мария", "face-back-1": "marcellus", "face": "rubik"})
    assert reason_beside(refused, NAME).startswith("Marcellus has no Cyrillic letters.")
    ways = [str(way["value"]) for way in soup(refused).select(f"[data-ways='{NAME}'] button")]
    assert "face great-vibes face-back-1" in ways
    tiles = {str(tile["value"]): tile.parent for tile in soup(refused).select("[name=face]")}
    assert not any(tile.select(".tile-why") for tile in tiles.values() if tile), "their line is in another"
    _, sent = form_on(refused, ADD)
    sent["instead"] = "face great-vibes face-back-1"
    mended = shopper.post(ADD, sent)
    assert chosen(mended) == "great-vibes"
    assert form_on(mended, ADD)[1]["face"] == "rubik"
    assert shopper.post(ADD, form_on(mended, ADD)[1]).status_code == 303


def test_a_line_in_another_script_may_be_set_in_a_face_for_it_beside_latin_ones(shopper: Shopper) -> None:
    assert added(shopper, **{NAME: "Ελένη", "face-back-1": "noto-serif"}).status_code == 303
    (line,) = shopper.lines()
    again = shopper.get(f"/basket/lines/{line}")
    assert chosen(again) == "noto-serif"


def test_the_basket_keeps_it_through_a_change_and_one_more_like_it(shopper: Shopper) -> None:
    assert added(shopper).status_code == 303
    (line,) = shopper.lines()
    assert SAID in without_marks(read_aloud(shopper.get("/basket")))
    page = shopper.get(f"/basket/lines/{line}")
    assert chosen(page) == "great-vibes"
    assert chosen(page, "face-back-2") == ""
    _, sent = form_on(page, f"/basket/lines/{line}")
    shopper.post(f"/basket/lines/{line}", {**sent, "face-back-1": "rubik"})
    now = read_aloud(shopper.get("/basket"))
    assert "You changed the lettering of your Disc." in now
    assert "Wren in Rubik, 14 May 2026 in Marcellus" in without_marks(now)
    assert chosen(shopper.get(f"/basket/lines/{line}/another?words=same")) == "rubik"
    assert chosen(shopper.get(f"/basket/lines/{line}/another")) == "rubik"


def test_where_all_lines_have_the_same_lettering_it_is_named_once(shopper: Shopper) -> None:
    added(shopper, **{"face-back-1": "rubik", "face-back-2": "rubik"})
    said = read_aloud(shopper.get("/basket"))
    assert "Lettering Rubik" in said
    assert "Marcellus" not in said


def test_every_place_an_order_is_told_says_which_lettering_each_line_has(app: Flask) -> None:
    buyer = Shopper(app)
    assert added(buyer).status_code == 303
    assert buyer.tell_details().status_code == 303
    said = [
        read_aloud(buyer.get("/checkout/payment")),
        read_aloud(pay(buyer)),
        *emailed(buyer, newest(buyer)),
    ]
    assert [without_marks(text).count(SAID) for text in said] == [1] * len(said)


def test_the_bench_hears_it_line_by_line_and_an_export_has_it(app: Flask) -> None:
    buyer = Shopper(app)
    added(buyer)
    buyer.tell_details()
    pay(buyer)
    owner = Shopper(app).sign_in("owner", "bench@example.com")
    order = newest(buyer)
    ticket = without_marks(
        heard(soup(owner.get(f"/owner/orders/{order.reference}")).select_one(".bench-words"))
    )
    assert SAID in ticket
    services = app.extensions["shop"].services
    with buyer.database.reading() as session:
        (line,) = view(session, services.vault, session.get_one(Order, order.id)).lines
    assert line.words_for_bench == [
        ("Back, line 1, in Great Vibes", "Wren"),
        ("Back, line 2, in Marcellus", "14 May 2026"),
    ]
    assert exported(line, [])["engraving"] == [
        {"side": "back", "line": 1, "text": "Wren", "face": "great-vibes"},
        {"side": "back", "line": 2, "text": "14 May 2026"},
    ]


@pytest.mark.parametrize("slug", ["by-hand", "comic-sans", "<b>"])
def test_a_lettering_that_there_is_not_is_refused_beside_its_line(shopper: Shopper, slug: str) -> None:
    assert (
        reason_beside(added(shopper, **{"face-back-1": slug}), NAME)
        == "Please choose one of the faces shown."
    )


def test_words_drawn_by_hand_are_drawn_whole(shopper: Shopper) -> None:
    assert added(shopper, face="by-hand").status_code == 303
    assert "Lettering Drawn by hand" in read_aloud(shopper.get("/basket"))
