"""The confirmation carries the terms whole, as they stood when it was ordered, after the words."""

import re
from collections.abc import Iterator
from contextlib import suppress

import pytest
from bs4 import Tag
from flask import Flask
from sqlalchemy import func, select

from shop.emails import agreed_terms
from shop.emails.on_order import AGREED, TODAY
from shop.orders.models import TermsText
from shop.orders.terms import Terms, keep_terms, terms_text
from tests.emails.orders import DISC, PETAL, email, paid, parts
from tests.fixtures import engine_name, harness
from tests.harness import Harness
from tests.shopper import Shopper, soup

__all__ = ["engine_name", "harness"]

FORM = (
    "Complete and return this form only if you wish to withdraw from the contract.",
    "I/We* hereby give notice that I/We* cancel my/our* contract of sale of the following goods:",
    "Ordered on*/received on*:",
    "Name of consumer(s):",
    "Address of consumer(s):",
    "Signature of consumer(s) (only if this form is notified on paper):",
    "Date:",
    "* Delete as appropriate",
)
"""Consumer Contracts Regulations 2013, schedule 3, part B."""
MOST_BYTES = 50_000
"""Gmail cuts off what is longer than 102 KB."""


def on_the_pages(app: Flask) -> Iterator[Tag]:
    """The parts of the pages that an order is made under, but for what is said of the donation."""
    buyer = Shopper(app)
    yield from soup(buyer.get("/terms")).select("section.split")
    yield from soup(buyer.get("/delivery")).select("#cancel, #wrong")


def words(said: str) -> str:
    return "".join(re.findall(r"\w", said))


def ordered_on_the_site(app: Flask, harness: Harness) -> int:
    buyer = Shopper(app)
    buyer.to_payment()
    buyer.press_pay()
    harness.pays(1)
    harness.sync(1)
    return 1


@pytest.fixture
def other_terms(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """A release with other terms."""
    yield from _with(monkeypatch)


def _with(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    agreed_terms.kept.cache_clear()
    monkeypatch.setitem(agreed_terms.FACTS, "deliver_days", 77)
    yield
    agreed_terms.kept.cache_clear()


def test_every_sentence_of_the_pages_stands_in_it_after_the_words_and_before_the_form(
    app: Flask, harness: Harness
) -> None:
    text, _ = parts(email(app, harness, paid(harness, DISC, PETAL), "order-confirmation"))
    own, _, rest = text.partition("\nTerms\n")
    terms, _, form = rest.partition("\nIf you want to cancel\n")
    assert "“A & B”" in own
    said = list(on_the_pages(app))
    assert len(said) == 9
    for part in said:
        for each in part.select("h2, p:not(.donation), address, tbody th, tbody td"):
            assert words(each.get_text(" ")) in words(terms), each
    assert [line for line in FORM if line not in form] == []


def test_it_says_what_stood_there_when_it_was_ordered(
    app: Flask, harness: Harness, monkeypatch: pytest.MonkeyPatch
) -> None:
    order = ordered_on_the_site(app, harness)
    for _ in _with(monkeypatch):
        assert "within 77 days" in Shopper(app).get("/terms").text
        for said in parts(email(app, harness, order, "order-confirmation")):
            assert "An order reaches you within 30 days" in " ".join(said.split())
            assert AGREED in said
            assert TODAY not in said


def test_of_an_order_from_before_they_were_kept_it_says_that_they_are_todays(
    app: Flask, harness: Harness, other_terms: None
) -> None:
    for said in parts(email(app, harness, paid(harness, PETAL), "order-confirmation")):
        assert "An order reaches you within 77 days" in " ".join(said.split())
        assert TODAY in said


def test_the_terms_of_many_orders_are_kept_once(app: Flask, harness: Harness) -> None:
    for _ in range(2):
        buyer = Shopper(app)
        buyer.to_payment("petal")
        assert buyer.press_pay(acknowledged=None).status_code == 303
    with harness.database.reading() as session:
        assert session.scalar(select(func.count()).select_from(TermsText)) == 1


def test_terms_of_an_order_that_was_not_kept_are_kept_with_the_next(harness: Harness) -> None:
    known: set[str] = set()
    terms = Terms.of("<p>In sixty days</p>")
    with suppress(KeyError), harness.database.transaction() as session:
        keep_terms(session, terms, known)
        raise KeyError
    for _ in range(3):
        with harness.database.transaction() as session:
            keep_terms(session, terms, known)
    assert known == {terms.digest}
    with harness.database.reading() as session:
        assert terms_text(session, terms.digest) == terms


def test_a_large_order_stays_far_below_what_a_mail_program_cuts_off(app: Flask, harness: Harness) -> None:
    harness.set_stock("disc", 30)
    text, html = parts(email(app, harness, paid(harness, *[DISC] * 20), "order-confirmation"))
    assert max(len(text.encode()), len(html.encode())) < MOST_BYTES
