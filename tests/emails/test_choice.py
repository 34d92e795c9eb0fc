"""A buyer who wants only to know when it is posted is told that, and whatever something depends on."""

import pytest
from flask import Flask
from sqlalchemy import select

from shop.emails.email_kinds import KINDS
from shop.mail.outbox import Drop
from shop.orders import email_choice
from shop.orders.lifecycle import with_link
from shop.orders.models import Order
from tests.emails.orders import DISC, LIVES, PETAL, emails, paid
from tests.fixtures import engine_name, harness
from tests.fulfilment.conftest import WORDS, Bench
from tests.harness import CONTACT, Harness
from tests.shopper import Shopper

__all__ = ["engine_name", "harness"]


def chooses(app: Flask, harness: Harness, order: int, which: str) -> str:
    with harness.database.reading() as session:
        token = with_link(session, order, harness.services.secret_key)[1]
    buyer, page = Shopper(app), f"/orders/{token}"
    assert buyer.send(page, f"{page}/emails", {"which": which}).status_code == 303
    return buyer.get(page).text


def test_who_wants_few_is_not_told_of_a_step_and_may_think_again(app: Flask, harness: Harness) -> None:
    order = LIVES["engraving-begun"](harness, CONTACT)
    assert "Only when it is posted" in chooses(app, harness, order, "few")
    assert dict(emails(app, harness, order))["engraving-begun"] is Drop.NOT_WANTED
    assert "Only tell me when it is posted" in chooses(app, harness, order, "all")
    assert not isinstance(dict(emails(app, harness, order))["engraving-begun"], Drop)


@pytest.mark.parametrize("few", [True, False])
def test_the_choice_at_the_checkout_is_said_back_and_kept(app: Flask, harness: Harness, few: bool) -> None:
    buyer = Shopper(app)
    buyer.add("disc")
    buyer.tell_details(few_emails="y" if few else None)
    assert ("After the confirmation we write when it is posted" in buyer.get("/checkout/payment").text) is few
    buyer.press_pay()
    harness.pays(1)
    harness.sync(1)
    assert not isinstance(dict(emails(app, harness, 1))["order-confirmation"], Drop), "it always goes"
    Bench(harness).act(1, 1, *WORDS[:2])
    assert (dict(emails(app, harness, 1))["engraving-begun"] is Drop.NOT_WANTED) is few


def test_who_chooses_otherwise_before_paying_has_it_otherwise(app: Flask, harness: Harness) -> None:
    buyer = Shopper(app)
    buyer.to_payment()
    buyer.press_pay()
    buyer.tell_details(few_emails="y")
    buyer.press_pay()
    with harness.database.reading() as session:
        newest = session.scalars(select(Order.id).order_by(Order.id.desc())).first()
        assert newest is not None
        assert email_choice.wants_few(session, harness.services.vault, newest)


@pytest.mark.parametrize("kind", ["refund", "posted", "question", "words-changed"])
def test_what_something_depends_on_is_told_whatever_was_chosen(
    app: Flask, harness: Harness, kind: str
) -> None:
    order = LIVES[kind](harness, CONTACT)
    chooses(app, harness, order, "few")
    assert not isinstance(dict(emails(app, harness, order))[kind], Drop)


def test_only_steps_are_spared() -> None:
    assert {kind for kind, each in KINDS.items() if each.spared} == {"engraving-begun"}


def test_what_is_begun_together_is_told_together_and_a_slip_not_at_all(app: Flask, harness: Harness) -> None:
    order, bench = paid(harness, DISC, DISC, PETAL), Bench(harness)
    for number in (1, 2):
        bench.act(order, number, *WORDS[:2])
    assert harness.emails(order).count("engraving-begun") == 1
    for number in (2, 1):
        bench.undo(order, number)
    assert dict(emails(app, harness, order))["engraving-begun"] is Drop.NOT_SO
