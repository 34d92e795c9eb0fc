"""Whoever only hears the pages learns all that an order is, in the same words from basket to e-mail."""

from collections.abc import Mapping
from datetime import UTC, date, datetime, timedelta

import pytest
from bs4 import BeautifulSoup, Tag
from flask import Flask, render_template
from werkzeug.test import TestResponse

from shop import clock
from shop.emails import order_emails
from shop.engraving.spelling import letter_by_letter
from shop.fulfilment.stages import Action
from shop.mail.outbox import Claimed
from shop.orders.models import Order
from tests.fulfilment.conftest import Bench
from tests.planning.test_one_day_everywhere import newest, pay
from tests.shopper import Shopper, harness_of, reason_beside, soup

NOON = datetime(2026, 11, 30, 12, 30, tzinfo=UTC)
"""A Monday: what is ordered now is posted by Wednesday 2 December."""
CAOIMHE = "capital C, a, o, i, m, h, e"
SILE = "capital S, i with acute, l, e"
IN_TIME = (
    "We post it by Wednesday 2 December. With Royal Mail Tracked 24, it should arrive by Friday 4 December."
)
ASKED = "You asked for it to arrive by Friday 18 December."
UNTIL = "You can change the words until we begin to engrave."


@pytest.fixture(autouse=True)
def moment(monkeypatch: pytest.MonkeyPatch) -> list[datetime]:
    now = [NOON]
    monkeypatch.setattr(clock, "now", lambda: now[-1])
    monkeypatch.setattr("shop.catalogue.page_cache.FRESH_SECONDS", -1)
    return now


def heard(part: BeautifulSoup | Tag | None) -> str:
    assert part
    return " ".join(part.get_text(" ").split()).replace(" .", ".")


def read_aloud(page: TestResponse) -> str:
    return heard(soup(page).main)


def emailed(who: Shopper, order: Order) -> list[str]:
    """The confirmation, as text and as what its HTML says."""
    harness = harness_of(who.app)
    with who.app.test_request_context():
        claimed = Claimed(1, "order-confirmation", order.id, "<a@b>", 0, clock.now())
        trader = who.app.extensions["shop"].trader
        written = order_emails.write(harness.services, render_template, claimed, trader)
    text, html = (written.get_body((kind,)).get_content() for kind in ("plain", "html"))  # type: ignore[union-attr]
    return [" ".join(text.split()), heard(BeautifulSoup(html, "html.parser"))]


def bought(buyer: Shopper, **details: str) -> Mapping[str, str]:
    """What each place says of an order, from the basket to the e-mail."""
    assert buyer.add().status_code == 303
    assert buyer.tell_details(**details).status_code == 303
    said = {"basket": read_aloud(buyer.get("/basket"))}
    said["last look"] = read_aloud(buyer.get("/checkout/payment"))
    thanks = pay(buyer)
    said["thanks"] = read_aloud(thanks)
    said["order"] = read_aloud(buyer.get(page_of(thanks)))
    said["e-mail"], said["e-mail in HTML"] = emailed(buyer, newest(buyer))
    return said


def page_of(thanks: TestResponse) -> str:
    return str(soup(thanks).select_one("a.button[href*='/orders/']")["href"])  # type: ignore[index]


def missing(said: Mapping[str, str], *wanted: str) -> dict[str, list[str]]:
    lacking = {place: [one for one in wanted if one not in text] for place, text in said.items()}
    return {place: found for place, found in lacking.items() if found}


def test_the_words_are_spelled_and_their_lettering_and_side_named_everywhere(app: Flask) -> None:
    said = bought(Shopper(app))
    assert missing(said, CAOIMHE, SILE, "Lettering", "Marcellus", "Front, line 1", "Back", "inch chain") == {}


def test_each_picture_of_the_words_has_them_in_its_text(app: Flask) -> None:
    buyer = Shopper(app)
    buyer.add()
    page = soup(buyer.get("/basket"))
    told = [str(img["alt"]) for img in page.select(".line img")]
    told += [str(svg["aria-label"]) for svg in page.select(".line-proof svg")]
    assert len(told) == 3
    assert ["Caoimhe" in one or "Síle" in one for one in told] == [True] * 3
    assert all("in Marcellus" in one for one in told[:2])


def test_a_quotation_mark_in_the_words_ends_no_text_of_a_picture(app: Flask) -> None:
    buyer = Shopper(app)
    assert buyer.add(engraving_front_1='A "B" & C').status_code == 303
    proof = soup(buyer.get("/basket")).select_one(".line-proof svg")
    assert proof
    assert 'A "B" & C' in str(proof["aria-label"])


def test_the_recipient_the_day_and_whether_it_is_in_time_are_said_everywhere_alike(app: Flask) -> None:
    said = bought(Shopper(app), needed_by="18/12/2026")
    gift = "It is a gift for Ada Byron."
    assert missing(said, gift, IN_TIME, f"{ASKED} It should be there in good time.") == {}


def test_what_is_for_the_buyer_is_called_no_gift(app: Flask) -> None:
    said = bought(Shopper(app), as_gift=None, gift_message="")  # type: ignore[arg-type]
    assert missing(said, "It goes to Ada Byron.") == {}
    assert "gift for" not in said["thanks"]


def test_before_a_post_is_chosen_the_basket_promises_no_day_of_arrival(app: Flask) -> None:
    buyer = Shopper(app)
    buyer.add()
    said = read_aloud(buyer.get("/basket"))
    assert "If you order now, we post it by Wednesday 2 December." in said
    assert "should arrive" not in said


def test_thanks_says_the_total_and_until_when_the_words_can_be_changed(app: Flask) -> None:
    buyer = Shopper(app)
    buyer.to_payment()
    thanks = pay(buyer)
    said, order = read_aloud(thanks), newest(buyer)
    assert f"Total £{order.total_pence / 100:.2f}" in said
    assert "Royal Mail Tracked 24 £4.50" in said
    assert UNTIL in said
    link = soup(thanks).select_one(f"a[href='{page_of(thanks)}/lines/1/words']")
    assert link
    assert link.text == "Change the words (Disc, piece 1)"


def test_thanks_opened_once_more_says_that_engraving_has_begun(app: Flask) -> None:
    buyer = Shopper(app)
    buyer.to_payment()
    pay(buyer)
    harness, order = harness_of(app), newest(buyer)
    Bench(harness).act(order.id, 1, Action.CHECK, Action.BEGIN)
    again = read_aloud(buyer.get(f"/checkout/thanks?session_id={harness.session_id(order.id)}"))
    assert "We have begun to engrave it." in again
    assert UNTIL not in again


def test_an_order_that_is_late_is_not_said_to_be_in_time(app: Flask) -> None:
    buyer = Shopper(app)
    buyer.add()
    buyer.tell_details(needed_by="18/12/2026")
    page = page_of(pay(buyer))
    with buyer.database.transaction() as session:
        order = session.get_one(Order, newest(buyer).id)
        order.arrives_by = date(2026, 12, 18) + timedelta(days=1)
    assert f"{ASKED} We can no longer promise that day." in read_aloud(buyer.get(page))


def test_a_day_is_typed_in_words_or_figures_and_said_back_as_a_day(app: Flask) -> None:
    buyer = Shopper(app)
    buyer.add()
    assert soup(buyer.get("/checkout")).select_one("#needed_by")["type"] == "text"  # type: ignore[index]
    assert buyer.tell_details(needed_by="the eighteenth of December").status_code == 303
    assert ASKED in read_aloud(buyer.get("/basket"))
    kept = soup(buyer.get("/checkout")).select_one("#needed_by")
    assert kept
    assert kept["value"] == "18 December 2026"


@pytest.mark.parametrize("field", ["needed_by", "not_before", "not_on"])
def test_a_day_that_nobody_can_tell_is_refused_kindly_and_kept(app: Flask, field: str) -> None:
    buyer = Shopper(app)
    buyer.add()
    refused = buyer.tell_details(**{field: "before Christmas"})
    assert refused.status_code == 422
    assert reason_beside(refused, field) == (
        "We cannot tell which day you mean. Please write it like 15 December or 15/12/2026. "
        "You can also leave it empty."
    )
    assert soup(refused).select_one(f"#{field}")["value"] == "before Christmas"  # type: ignore[index]


def first_of(page: TestResponse) -> Tag:
    """Where reading begins."""
    found = soup(page).select_one("[autofocus]")
    assert found
    return found


def test_saving_a_change_says_what_was_changed_and_is_read_first(app: Flask) -> None:
    buyer = Shopper(app)
    buyer.add()
    line = f"/basket/lines/{buyer.lines()[0]}"
    gold = str(buyer.variant("disc", 3).id)
    for changes, said in (
        ({"engraving-front-1": "Caoimhín"}, "Saved. You changed the words of your Disc."),
        (
            {"variant": gold, "face": "great-vibes"},
            "Saved. You changed the metal or chain and lettering of your Disc.",
        ),
        ({"dedication": "Always"}, "Saved. You changed the dedication of your Disc."),
        ({}, "Nothing was changed. Your basket is as it was."),
    ):
        assert buyer.send(line, line, changes).status_code == 303
        told = first_of(buyer.get("/basket"))
        assert (told["role"], told["tabindex"], heard(told)) == ("status", "-1", said)
    assert soup(buyer.get("/basket")).select_one("[autofocus]") is None


def test_taking_a_piece_out_is_said(app: Flask) -> None:
    buyer = Shopper(app)
    buyer.add()
    line = f"/basket/lines/{buyer.lines()[0]}"
    buyer.send("/basket", f"{line}/removal")
    assert heard(first_of(buyer.get("/basket"))) == "The piece is no longer in your basket."


def test_a_page_that_changes_what_is_in_the_basket_is_called_that(app: Flask) -> None:
    buyer = Shopper(app)
    buyer.add()
    page = soup(buyer.get(f"/basket/lines/{buyer.lines()[0]}"))
    assert page.title
    assert page.title.text.strip() == "Change the Disc in your basket"
    assert heard(page.h1) == "Your Disc"
    again = soup(buyer.get("/pieces/disc"))
    assert again.title
    assert again.title.text.strip() == "Disc · Part of Me"


def test_a_page_that_changes_the_words_of_an_order_is_called_that(app: Flask) -> None:
    buyer = Shopper(app)
    buyer.to_payment()
    page = soup(buyer.get(f"{page_of(pay(buyer))}/lines/1/words"))
    assert page.title
    assert page.title.text.startswith("Change the words of order ")
    assert heard(page.h1) == "Change the words on your Disc"


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("Siobhán", "capital S, i, o, b, h, a with acute, n"),
        ("I l1 O0", "capital I, space, l, 1, space, capital O, 0"),
        ("A & B.", "capital A, space, and sign, space, capital B, full stop"),
        ("Ελένη", "Greek capital epsilon, lamda, epsilon with tonos, nu, eta"),
        ("Aа", "capital A, Cyrillic a"),
        ("аb", "Cyrillic a, Latin b"),
        ("נֹעָה", "from right to left: Hebrew nun with holam, ayin with qamats, he"),
        ("فاطمة", "from right to left: Arabic feh, alef, tah, meem, teh marbuta"),
        ("नीना", "Devanagari na with vowel sign ii, na with vowel sign aa"),
        ("ไทย", "Thai sara ai maimalai, tho thahan, yo yak"),
        ("さくら", "Hiragana sa, ku, ra"),
        ("지우", "Hangul ji, u"),
        ("李明", "李, 明"),
        ("♥ ☆", "heart, space, star in outline"),
        ("Nguyễn", "capital N, g, u, y, e with circumflex and tilde, n"),
    ],
)
def test_words_are_spelled_as_on_the_telephone(text: str, said: str) -> None:
    assert letter_by_letter(text) == said
