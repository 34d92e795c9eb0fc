"""The link to an order, for somebody who lost our e-mail: sent to the address it was ordered with."""

from dataclasses import replace
from datetime import timedelta

import pytest
from sqlalchemy import select

from shop import clock, privacy
from shop.orders import resend_link
from shop.orders.resend_link import KIND, MOST, send_links
from shop.orm import Base
from tests.trade import CONTACT, Trade

HERS = "ada@example.com"


def asks(trade: Trade, email: str = HERS) -> int:
    with trade.database.transaction() as session:
        return send_links(session, trade.services.vault, email)


def paid(trade: Trade, *slugs: str) -> int:
    order_id = trade.place(*slugs or ("petal",))
    trade.pays(order_id)
    trade.looks(order_id)
    return order_id


def link_emails(trade: Trade, order_id: int) -> int:
    return trade.emails(order_id).count(KIND)


@pytest.mark.parametrize("typed", [HERS, "ADA@Example.com", "  ada@example.com "])
def test_her_orders_are_found_however_she_writes_her_address(trade: Trade, typed: str) -> None:
    first, second = paid(trade), paid(trade)
    assert asks(trade, typed) == 2
    assert link_emails(trade, first) == link_emails(trade, second) == 1


def test_another_address_finds_nothing(trade: Trade) -> None:
    order_id = paid(trade)
    assert asks(trade, "ada@example.org") == asks(trade, "a.da@example.com") == 0
    assert link_emails(trade, order_id) == 0


def test_what_was_never_paid_has_no_email_and_what_was_refunded_has(trade: Trade) -> None:
    trade.place("petal")
    refunded = paid(trade)
    trade.refunds(refunded)
    trade.looks(refunded)
    assert asks(trade) == 1
    assert link_emails(trade, refunded) == 1


def test_there_is_an_hour_between_two_emails_and_three_a_day(
    trade: Trade, monkeypatch: pytest.MonkeyPatch
) -> None:
    order_id = paid(trade)
    start = clock.now()

    def asked(minutes: int) -> int:
        monkeypatch.setattr(clock, "now", lambda: start + timedelta(minutes=minutes))
        return asks(trade)

    assert [asked(minutes) for minutes in (0, 1, 59)] == [1, 0, 0]
    assert [asked(minutes) for minutes in (61, 90, 122)] == [1, 0, 1]
    assert [asked(minutes) for minutes in (200, 900, 1439)] == [0, 0, 0]
    assert asked(1441) == 1
    assert link_emails(trade, order_id) == 4


@pytest.mark.parametrize("asked", ["ada@bücher.example", "Ada@xn--bcher-kva.example"])
def test_a_domain_with_accents_is_found_in_either_spelling(
    trade: Trade, monkeypatch: pytest.MonkeyPatch, asked: str
) -> None:
    monkeypatch.setattr("tests.trade.CONTACT", replace(CONTACT, email="ada@bücher.example"))
    paid(trade)
    assert asks(trade, asked) == 1


def test_an_erased_order_is_found_by_nobody(trade: Trade) -> None:
    order_id = paid(trade)
    with trade.database.transaction() as session:
        privacy.erase(session, trade.services.vault, trade.order(order_id).reference, actor="test")
    assert asks(trade) == 0


def test_the_newest_orders_come_first_and_not_a_hundred_emails(
    trade: Trade, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert MOST == 10
    monkeypatch.setattr(resend_link, "MOST", 2)
    orders = [paid(trade) for _ in range(3)]
    assert asks(trade) == 2
    assert [link_emails(trade, order_id) for order_id in orders] == [0, 1, 1]


def test_no_table_holds_the_address_that_finds_an_order(trade: Trade) -> None:
    paid(trade)
    asks(trade)
    with trade.database.reading() as session:
        for table in Base.metadata.sorted_tables:
            for row in session.execute(select(table)):
                said = [
                    value.decode(errors="replace") if isinstance(value, bytes) else str(value)
                    for value in row
                ]
                assert HERS not in " ".join(said).lower(), table.name
