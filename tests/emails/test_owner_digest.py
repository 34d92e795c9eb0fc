"""What the owner's e-mail says is so, and private is nothing of it."""

from collections.abc import Callable
from datetime import date

import pytest
from flask import Flask, render_template
from sqlalchemy import select

from shop import alerts
from shop.alerts.models import OwnerNews
from shop.emails.owner_digest import digest_of, written
from shop.mail.owner_outbox import Said
from shop.orders.models import Order
from shop.payments import cancelling
from shop.web.dates import weekday
from tests.emails.orders import BY_HAND, DISC, LIVES, PETAL, Unit, made, paid
from tests.emails.truth import of_html, of_text
from tests.fixtures import engine_name, harness
from tests.harness import CONTACT, Harness

__all__ = ["engine_name", "harness"]

SITE = "https://shop.example"
WREN = Unit("disc", {("front", 1): "Wren"}, dedication="For our Wren.", shared_as="Ada")


def said_of(app: Flask, harness: Harness) -> Said:
    """All that is open and new."""
    with harness.database.reading() as session, app.test_request_context():
        news = session.scalars(select(OwnerNews).order_by(OwnerNews.id)).all()
        open_still = alerts.open_alerts(session)
        said = written(render_template, digest_of(session, open_still, news, SITE, morning=None))
    assert of_html(said.html) == of_text(said.text)
    return said


def promised(harness: Harness, order: int) -> Order:
    with harness.database.transaction() as session:
        row = session.get_one(Order, order)
        row.posted_by = date(2026, 12, 3)
        return row


def test_a_new_order_names_its_pieces_its_day_and_its_page_and_nobody(app: Flask, harness: Harness) -> None:
    order = paid(harness, WREN, PETAL, as_gift=True, message="For you, from Rose.")
    row, said = promised(harness, order), said_of(app, harness)
    assert said.subject == "A new order"
    assert row.reference in said.text
    assert "To be posted by Thursday 3 December." in said.text
    assert "1. Disc, Sterling silver, 16 inch chain, engraved\n" in said.text
    assert "2. Petal, Sterling silver, 16 inch chain\n" in said.text
    assert f"{SITE}/owner/orders/{row.reference}" in said.text
    for private in ("Wren", "Ada", "Rose", "Byron", "Bath", "example.com\n", "For our", "For you"):
        assert private not in said.text + said.html, private


def test_what_is_drawn_by_hand_is_said_to_be(app: Flask, harness: Harness) -> None:
    paid(harness, BY_HAND)
    assert "drawn by hand" in said_of(app, harness).text


def test_what_was_cancelled_or_posted_since_is_said_to_be(app: Flask, harness: Harness) -> None:
    order = paid(harness, PETAL, PETAL, PETAL)
    with harness.database.transaction() as session:
        cancelling.cancel(session, order, [1], agreed_pence=harness.price_of("petal"), actor="buyer")
    made(harness, order, [2])
    promised(harness, order)
    text = said_of(app, harness).text
    assert "1. Petal, Sterling silver, 16 inch chain (cancelled since)" in text
    assert "2. Petal, Sterling silver, 16 inch chain (posted since)" in text
    assert "To be posted by" in text
    made(harness, order, [3])
    assert "To be posted by" not in said_of(app, harness).text


def test_an_order_whose_payment_a_bank_asks_about_rests(app: Flask, harness: Harness) -> None:
    LIVES["disputed"](harness, CONTACT)
    said = said_of(app, harness)
    assert "A bank has asked about its payment since, so it rests." in said.text
    assert said.subject == "Something needs you, a new order"


def test_a_late_order_is_told_with_the_day_that_its_buyer_was_told(app: Flask, harness: Harness) -> None:
    order = LIVES["late"](harness, CONTACT)
    row, text = harness.order(order), said_of(app, harness).text
    assert row.posted_by is not None
    assert f"- {row.reference}. Promised by {weekday(row.posted_by)}; its buyer was told " in text
    assert f"{SITE}/owner/today/late" in text


def test_what_sold_out_is_no_new_order(app: Flask, harness: Harness) -> None:
    LIVES["sold-out"](harness, CONTACT)
    with harness.database.reading() as session:
        assert session.scalars(select(OwnerNews)).all() == []


NEWS: dict[str, Callable[[Harness, int], object]] = {
    "fraud warning": lambda harness, order: harness.warns(order),
    "payment reviewed": lambda harness, order: harness.reviews(order),
    "disputed": lambda harness, order: harness.disputes(order),
    "a prevented dispute": lambda harness, order: harness.disputes(order, prevented=True),
    "refund sent back": lambda harness, order: harness.refund_fails(refunded(harness, order)),
    "payout failed": lambda harness, _order: harness.pays_out_and_fails(),
}


def refunded(harness: Harness, order: int) -> str:
    refund = harness.refunds(order)
    harness.deliver_webhooks()
    return refund


@pytest.mark.parametrize("news", NEWS)
def test_each_piece_of_stripes_news_reaches_the_owner_and_names_nobody(
    app: Flask, harness: Harness, news: str
) -> None:
    order = paid(harness, DISC)
    NEWS[news](harness, order)
    harness.deliver_webhooks()
    with harness.database.reading() as session:
        (alert,) = alerts.open_alerts(session)
    text = said_of(app, harness).text
    assert alert.said in text
    about = "po_" if news == "payout failed" else harness.order(order).reference
    assert alert.about.startswith(about)
    assert alert.about in text
    assert not any(private in text for private in ("Ada", "ada@example.com", "Quiet Street", "14 May"))
