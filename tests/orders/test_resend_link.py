"""The link to an order, for somebody who lost our e-mail: sent to the address it was ordered with."""

from dataclasses import replace
from datetime import timedelta

import pytest
from sqlalchemy import select

from shop import clock, privacy
from shop.orders import resend_link
from shop.orders.resend_link import KIND, MOST, send_links
from shop.orm import Base
from tests.engines import ONE_ENGINE
from tests.harness import CONTACT, Harness

BUYER = "ada@example.com"


def asks(harness: Harness, email: str = BUYER) -> int:
    with harness.database.transaction() as session:
        return send_links(session, harness.services.vault, email)


def paid(harness: Harness, *slugs: str) -> int:
    order_id = harness.place(*slugs or ("petal",))
    harness.pays(order_id)
    harness.sync(order_id)
    return order_id


def link_emails(harness: Harness, order_id: int) -> int:
    return harness.emails(order_id).count(KIND)


@ONE_ENGINE
@pytest.mark.parametrize("typed", [BUYER, "ADA@Example.com", "  ada@example.com "])
def test_orders_are_found_however_the_buyer_writes_the_address(harness: Harness, typed: str) -> None:
    first, second = paid(harness), paid(harness)
    assert asks(harness, typed) == 2
    assert link_emails(harness, first) == link_emails(harness, second) == 1


def test_another_address_finds_nothing(harness: Harness) -> None:
    order_id = paid(harness)
    assert asks(harness, "ada@example.org") == asks(harness, "a.da@example.com") == 0
    assert link_emails(harness, order_id) == 0


@ONE_ENGINE
def test_what_was_never_paid_has_no_email_and_what_was_refunded_has(harness: Harness) -> None:
    harness.place("petal")
    refunded = paid(harness)
    harness.refunds(refunded)
    harness.sync(refunded)
    assert asks(harness) == 1
    assert link_emails(harness, refunded) == 1


def test_there_is_an_hour_between_two_emails_and_three_a_day(
    harness: Harness, monkeypatch: pytest.MonkeyPatch
) -> None:
    order_id = paid(harness)
    start = clock.now()

    def asked(minutes: int) -> int:
        monkeypatch.setattr(clock, "now", lambda: start + timedelta(minutes=minutes))
        return asks(harness)

    assert [asked(minutes) for minutes in (0, 1, 59)] == [1, 0, 0]
    assert [asked(minutes) for minutes in (61, 90, 122)] == [1, 0, 1]
    assert [asked(minutes) for minutes in (200, 900, 1439)] == [0, 0, 0]
    assert asked(1441) == 1
    assert link_emails(harness, order_id) == 4


@ONE_ENGINE
@pytest.mark.parametrize("asked", ["ada@bücher.example", "Ada@xn--bcher-kva.example"])
def test_a_domain_with_accents_is_found_in_either_spelling(
    harness: Harness, monkeypatch: pytest.MonkeyPatch, asked: str
) -> None:
    monkeypatch.setattr("tests.harness.CONTACT", replace(CONTACT, email="ada@bücher.example"))
    paid(harness)
    assert asks(harness, asked) == 1


def test_an_erased_order_is_found_by_nobody(harness: Harness) -> None:
    order_id = paid(harness)
    with harness.database.transaction() as session:
        privacy.erase(session, harness.services.vault, harness.order(order_id).reference, actor="test")
    assert asks(harness) == 0


@ONE_ENGINE
def test_the_newest_orders_come_first_and_not_a_hundred_emails(
    harness: Harness, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert MOST == 10
    monkeypatch.setattr(resend_link, "MOST", 2)
    orders = [paid(harness) for _ in range(3)]
    assert asks(harness) == 2
    assert [link_emails(harness, order_id) for order_id in orders] == [0, 1, 1]


def test_no_table_holds_the_address_that_finds_an_order(harness: Harness) -> None:
    paid(harness)
    asks(harness)
    with harness.database.reading() as session:
        for table in Base.metadata.sorted_tables:
            for row in session.execute(select(table)):
                said = [
                    value.decode(errors="replace") if isinstance(value, bytes) else str(value)
                    for value in row
                ]
                assert BUYER not in " ".join(said).lower(), table.name
