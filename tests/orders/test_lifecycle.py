"""References, links and what an order shows of itself."""

import re

import pytest

from shop.orders.lifecycle import by_token, link_token, make_link, new_reference, revoke_links
from shop.orders.models import Order
from shop.orders.view import view
from tests.trade import Trade

OTHER = "another secret"


def test_a_reference_can_be_read_aloud_and_does_not_repeat() -> None:
    made = {new_reference() for _ in range(500)}
    assert all(re.fullmatch(r"PM-[2-9A-HJKMNP-TV-Z]{4}-[2-9A-HJKMNP-TV-Z]{2}", one) for one in made)
    assert len(made) == 500


def token(trade: Trade, order: int) -> str:
    with trade.database.reading() as session:
        found = link_token(session, order, trade.services.secret_key)
    assert found is not None
    return found


def opens(trade: Trade, link: str) -> int | None:
    with trade.database.reading() as session:
        found = by_token(session, link)
    return found.id if found else None


def test_a_link_opens_its_own_order_and_no_other(trade: Trade) -> None:
    first, second = trade.place("disc"), trade.place("petal")
    assert opens(trade, token(trade, first)) == first
    assert opens(trade, token(trade, second)) == second
    assert opens(trade, token(trade, first)[:-1]) is None
    assert opens(trade, "") is None


def test_a_link_cannot_be_made_without_the_shops_secret(trade: Trade) -> None:
    order = trade.place("disc")
    with trade.database.reading() as session:
        forged = link_token(session, order, OTHER)
    assert forged
    assert opens(trade, forged) is None


def test_a_revoked_link_opens_nothing_and_a_new_one_does(trade: Trade) -> None:
    order = trade.place("disc")
    old = token(trade, order)
    with trade.database.transaction() as session:
        revoke_links(session, order)
        assert link_token(session, order, trade.services.secret_key) is None
    assert opens(trade, old) is None
    with trade.database.transaction() as session:
        new = make_link(session, session.get_one(Order, order), trade.services.secret_key)
    assert (opens(trade, new), token(trade, order)) == (order, new)
    assert opens(trade, old) is None


def test_an_order_shows_what_happened_to_it(trade: Trade) -> None:
    order = trade.place("disc")
    with trade.database.reading() as session:
        before = view(session, trade.services.vault, session.get_one(Order, order))
    assert (before.paid_at, before.given_pence) == (None, 0)
    trade.pays(order)
    trade.looks(order)
    with trade.database.reading() as session:
        after = view(session, trade.services.vault, session.get_one(Order, order))
    assert {event.kind for event in after.events} == {"placed", "paid"}
    assert after.paid_at is not None
    assert (after.given_pence, after.state) == (500, "paid")


@pytest.mark.parametrize("lines", [("disc",), ("disc", "petal")])
def test_a_view_prints_nobodys_words(trade: Trade, lines: tuple[str, ...]) -> None:
    order = trade.place(*lines)
    with trade.database.reading() as session:
        shown = repr(view(session, trade.services.vault, session.get_one(Order, order)))
    assert "Byron" not in shown
    assert "Quiet Street" not in shown
