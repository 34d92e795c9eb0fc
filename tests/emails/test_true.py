"""No e-mail says what is not so: what was found failing once, as it was found."""

import re
from dataclasses import replace
from email.message import EmailMessage

import pytest
from bs4 import BeautifulSoup
from flask import Flask
from sqlalchemy import select

from shop.mail.outbox import Drop
from shop.orders.lifecycle import with_link
from shop.payments import cancelling
from shop.payments.kinds import Goodwill
from shop.payments.models import RefundRequest
from shop.payments.refunds import ask
from tests.emails.orders import DISC, LIVES, PETAL, email, emails, made, paid, parts
from tests.fixtures import engine_name, harness
from tests.harness import CONTACT, Harness
from tests.shopper import Shopper, soup

__all__ = ["engine_name", "harness"]

OF_WORDS = re.compile(r"engrav|letter|proof|\bcut\b", re.IGNORECASE)


def flat(html: str) -> str:
    return " ".join(BeautifulSoup(html, "html.parser").get_text(" ").split())


def page(app: Flask, harness: Harness, order: int) -> BeautifulSoup:
    with harness.database.reading() as session:
        token = with_link(session, order, harness.services.secret_key)[1]
    return soup(Shopper(app).get(f"/orders/{token}"))


def cancelled(harness: Harness, order: int, *numbers: int) -> None:
    with harness.database.transaction() as session:
        pence = cancelling.what_goes_back(session, harness.order(order), numbers).amount_pence
        cancelling.cancel(session, order, numbers, agreed_pence=pence, actor="buyer")


def test_who_cancels_is_told_what_becomes_of_the_donation(app: Flask, harness: Harness) -> None:
    order = paid(harness, DISC, PETAL)

    def says() -> str:
        return parts(email(app, harness, order, "cancelled"))[0]

    cancelled(harness, order, 1)
    soon = "nce it has gone back, £5.00 of what this order gave is no longer given; £5.00 still is."
    assert soon in says()
    harness.sync(order)
    assert soon not in says()
    assert "\n£5.00 of what this order gave is no longer given; £5.00 still is.\n" in says()
    cancelled(harness, order, 2)
    assert "Once it has gone back, the £5.00 that this order gave is no longer given." in says()
    harness.sync(order)
    assert "\nThe £5.00 that this order gave is no longer given.\n" in says()
    with harness.database.reading() as session:
        newest = session.scalars(select(RefundRequest.stripe_id).order_by(RefundRequest.id.desc())).first()
    harness.refund_fails(newest or "")
    harness.sync(order)
    assert "no longer given" not in says(), "the money is ours again, and so is the gift the charity's"


def test_of_what_sold_out_nothing_is_given(app: Flask, harness: Harness) -> None:
    order = LIVES["sold-out"](harness, CONTACT)
    text, _ = parts(email(app, harness, order, "sold-out"))
    assert "Nothing was sold, so nothing is given to the charity." in text
    assert harness.order(order).donation_statement


def test_a_petal_alone_says_nothing_of_engraving_in_any_part(app: Flask, harness: Harness) -> None:
    order = paid(harness, PETAL)
    message = email(app, harness, order, "order-confirmation")
    text, html = parts(message)
    own = (text.partition("\nTerms\n")[0], html.partition("<h2>Terms</h2>")[0].partition("<body")[2])
    for said in (str(message["Subject"]), *own):
        assert "Terms" not in said
        assert OF_WORDS.findall(said) == []
    assert [part.get_content_type() for part in message.walk()] == [
        "multipart/alternative", "text/plain", "text/html",
    ]  # fmt: skip


def test_a_gift_is_greeted_by_the_buyers_own_name_and_never_the_recipients(
    app: Flask, harness: Harness
) -> None:
    named = paid(harness, PETAL, contact=replace(CONTACT, buyer_name="Zoë"), as_gift=True)
    unnamed = paid(harness, PETAL, as_gift=True)
    own = paid(harness, PETAL)
    for order, greeting in ((named, "Dear Zoë,"), (unnamed, "Hello,"), (own, "Dear Ada Byron,")):
        text, html = parts(email(app, harness, order, "order-confirmation"))
        for said in (text, BeautifulSoup(html, "html.parser").get_text()):
            assert greeting in said
            assert said.count("Dear") == greeting.count("Dear")


def test_four_refunds_of_one_order_are_four_different_letters_each_with_its_own_sum(
    app: Flask, harness: Harness
) -> None:
    order = paid(harness, PETAL, PETAL, postage="tracked-48")
    total = harness.order(order).total_pence
    sums = (300, 1, 6400, total - 6701)
    for pence in sums:
        harness.refunds(order, pence)
        harness.sync(order)
    letters = [message for kind, message in emails(app, harness, order) if kind == "refund"]
    texts = [parts(message)[0] for message in letters if isinstance(message, EmailMessage)]
    assert len(set(texts)) == 4
    for text, sum_ in zip(texts, ("£3.00", "£0.01", "£64.00", "£64.59"), strict=True):
        assert f"We have sent {sum_} back to you" in text
    back = ["£3.00", "£3.01", "£67.01", "all"]
    for text, said in zip(texts, back, strict=True):
        assert f"In all, {said} of the £131.60 you paid has gone back." in text
    stays = "This order still gives £10.00."
    assert [stays in text for text in texts] == [True, True, False, False]
    assert "£5.00 of what this order gave is no longer given; £5.00 still is." in texts[2]
    assert "The £5.00 that this order gave is no longer given." in texts[3]
    assert "Still in your order" in texts[2]
    assert "Still in your order" not in texts[3]
    assert "We make and send nothing more of this order." in texts[3]


def test_a_refund_of_named_units_says_for_what_it_is(app: Flask, harness: Harness) -> None:
    order = paid(harness, DISC, PETAL)
    with harness.database.transaction() as session:
        ask(session, order, lines=[2], postage=True, actor="owner")
    harness.sync(order)
    text, html = parts(email(app, harness, order, "refund"))
    assert "2. Petal, Sterling silver, 16 inch chain: £64.00\nPostage: £4.50\nSent back: £68.50" in text
    assert "1. Disc, Sterling silver, 16 inch chain" in text.partition("Still in your order:")[2]
    assert "Sent back £68.50" in flat(html)


def test_what_was_refunded_is_on_the_orders_page(app: Flask, harness: Harness) -> None:
    order = paid(harness, DISC, PETAL)
    assert page(app, harness, order).find(id="refunded") is None
    with harness.database.transaction() as session:
        ask(session, order, lines=[2], postage=True, actor="owner")
    harness.sync(order)
    harness.refund_fails(harness.refunds(order, 250))
    harness.sync(order)
    shown = page(app, harness, order).find(id="refunded")
    assert shown is not None
    rows = [" ".join(row.text.split()) for row in shown.parent.select("li")]  # type: ignore[union-attr]
    day = f"{harness.order(order).placed_at:%-d %B %Y}"
    assert rows[0] == f"Petal, piece 2 and postage, {day} £68.50"
    assert len(rows) == 1, "what never was a refund of ours and came back at once was no news"


@pytest.mark.parametrize("beside", [(), (2,)])
def test_a_refund_out_of_goodwill_is_called_that_and_takes_no_piece_and_no_donation_with_it(
    app: Flask, harness: Harness, beside: tuple[int, ...]
) -> None:
    """Though it comes to just the price of a piece."""
    order, reason = paid(harness, DISC, PETAL), Goodwill.LATE
    with harness.database.transaction() as session:
        ask(session, order, lines=beside, postage=False, actor="owner", goodwill=reason, goodwill_pence=6400)
    harness.sync(order)
    text, html = parts(email(app, harness, order, "refund"))
    (row,) = page(app, harness, order).select("section:has(#refunded) li")
    if beside:
        assert (
            "2. Petal, Sterling silver, 16 inch chain: £64.00\nGoodwill: £64.00\nSent back: £128.00" in text
        )
        assert "You do not need to send anything back for the goodwill." in flat(html)
        assert "£5.00 of what this order gave is no longer given; £5.00 still is." in text
        assert row.text.split()[:5] == ["Petal,", "piece", "2", "and", "goodwill,"]
    else:
        assert "This is goodwill from us. You do not need to send anything back." in flat(html)
        assert "This order still gives £10.00." in text
        assert row.text.split()[0] == "Goodwill,"
    stays = text.partition("Still in your order:")[2]
    assert "1. Disc" in stays
    assert ("2. Petal" in stays) is not bool(beside)


def test_a_refund_that_the_bank_returned_is_told_and_no_longer_said_to_be_sent(
    app: Flask, harness: Harness
) -> None:
    order = paid(harness, PETAL)
    refund = harness.refunds(order, 250)
    harness.sync(order)
    harness.refund_fails(refund)
    harness.sync(order)
    found = dict(emails(app, harness, order))
    assert found["refund"] is Drop.NOT_SO
    text, _ = parts(email(app, harness, order, "refund-returned"))
    assert "The £2.50 that we sent back to you on" in text
    assert "did not reach you. Your bank returned it to us." in text
    (row,) = page(app, harness, order).select("section:has(#refunded) li")
    assert "Your bank returned it to us" in row.text


@pytest.mark.parametrize("by", ["the owner", "Stripe's dashboard"])
def test_who_got_everything_back_from_the_bank_reads_of_no_other_way(
    app: Flask, harness: Harness, by: str
) -> None:
    order = paid(harness, DISC)
    if by == "the owner":
        with harness.database.transaction() as session:
            ask(
                session,
                order,
                lines=[],
                postage=False,
                actor="owner",
                goodwill=Goodwill.KINDNESS,
                goodwill_pence=250,
            )
        harness.sync(order)
        with harness.database.reading() as session:
            refund = str(session.scalars(select(RefundRequest.stripe_id)).one())
    else:
        refund = harness.refunds(order, 250)
        harness.sync(order)
    harness.refund_fails(refund)
    harness.sync(order)
    assert not isinstance(dict(emails(app, harness, order))["refund-returned"], Drop)
    dispute = harness.disputes(order)
    harness.sync(order)
    harness.dispute_ends(dispute, won=False)
    harness.sync(order)
    assert dict(emails(app, harness, order))["refund-returned"] is Drop.NOT_SO


def test_an_email_that_is_sent_late_says_what_is_so_then(app: Flask, harness: Harness) -> None:
    order = paid(harness, DISC, PETAL)
    change = "until we begin to engrave"
    assert change in parts(email(app, harness, order, "order-confirmation"))[0]
    made(harness, order, [1], words=[1])
    assert change not in parts(email(app, harness, order, "order-confirmation"))[0]


@pytest.mark.parametrize("posted", [False, True])
def test_a_dispute_says_that_work_rests_only_where_there_is_any(
    app: Flask, harness: Harness, *, posted: bool
) -> None:
    order = paid(harness, PETAL)
    if posted:
        made(harness, order, [1])
    dispute = harness.disputes(order)
    harness.sync(order)
    text, _ = parts(email(app, harness, order, "disputed"))
    assert ("stop work" in text) != posted
    harness.dispute_ends(dispute, won=True)
    harness.sync(order)
    assert dict(emails(app, harness, order))["disputed"] is Drop.NOT_SO
