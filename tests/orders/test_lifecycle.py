"""References, links and what an order shows of itself."""

import re

import pytest

from shop.orders.lifecycle import by_token, make_link, new_reference, revoke_links, with_link
from shop.orders.models import Order
from shop.orders.view import view
from tests.engines import ONE_ENGINE
from tests.harness import Harness

OTHER = "another secret"


def test_a_reference_can_be_read_aloud_and_does_not_repeat() -> None:
    made = {new_reference() for _ in range(500)}
    assert all(re.fullmatch(r"PM-[2-9A-HJKMNP-TV-Z]{4}-[2-9A-HJKMNP-TV-Z]{2}", one) for one in made)
    assert len(made) == 500


def token(harness: Harness, order: int) -> str:
    with harness.database.reading() as session:
        found = with_link(session, order, harness.services.secret_key)[1]
    assert found is not None
    return found


def opens(harness: Harness, link: str) -> int | None:
    with harness.database.reading() as session:
        found = by_token(session, link)
    return found.id if found else None


@ONE_ENGINE
def test_a_link_opens_its_own_order_and_no_other(harness: Harness) -> None:
    first, second = harness.place("disc"), harness.place("petal")
    assert opens(harness, token(harness, first)) == first
    assert opens(harness, token(harness, second)) == second
    assert opens(harness, token(harness, first)[:-1]) is None
    assert opens(harness, "") is None


@ONE_ENGINE
def test_a_link_cannot_be_made_without_the_shops_secret(harness: Harness) -> None:
    order = harness.place("disc")
    with harness.database.reading() as session:
        forged = with_link(session, order, OTHER)[1]
    assert forged
    assert opens(harness, forged) is None


@ONE_ENGINE
def test_a_revoked_link_opens_nothing_and_a_new_one_does(harness: Harness) -> None:
    order = harness.place("disc")
    old = token(harness, order)
    with harness.database.transaction() as session:
        revoke_links(session, order)
        assert with_link(session, order, harness.services.secret_key)[1] is None
    assert opens(harness, old) is None
    with harness.database.transaction() as session:
        new = make_link(session, session.get_one(Order, order), harness.services.secret_key)
    assert (opens(harness, new), token(harness, order)) == (order, new)
    assert opens(harness, old) is None


@ONE_ENGINE
def test_an_order_shows_what_happened_to_it(harness: Harness) -> None:
    order = harness.place("disc")
    with harness.database.reading() as session:
        before = view(session, harness.services.vault, session.get_one(Order, order))
    assert (before.paid_at, before.given_pence) == (None, 0)
    harness.pays(order)
    harness.sync(order)
    with harness.database.reading() as session:
        after = view(session, harness.services.vault, session.get_one(Order, order))
    assert {event.kind for event in after.events} == {"placed", "paid"}
    assert after.paid_at is not None
    assert (after.given_pence, after.state) == (500, "paid")


@ONE_ENGINE
@pytest.mark.parametrize("lines", [("disc",), ("disc", "petal")])
def test_a_view_prints_nobodys_words(harness: Harness, lines: tuple[str, ...]) -> None:
    order = harness.place(*lines)
    with harness.database.reading() as session:
        shown = repr(view(session, harness.services.vault, session.get_one(Order, order)))
    assert "Byron" not in shown
    assert "Quiet Street" not in shown
