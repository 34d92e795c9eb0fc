"""What a dispute that is over took is gone, whatever it is called: its balance transactions say so."""

from dataclasses import replace
from typing import Any

import pytest

from shop.db import Database
from shop.orders.lifecycle import State
from tests.engines import ONE_ENGINE
from tests.faults.stripe_server import after_sales, paying
from tests.faults.stripe_server.account import Account
from tests.faults.stripe_server.server import StripeServer
from tests.faults.stripe_server.wire import gateway_to
from tests.harness import Harness, services_of

GIFT = 500


@pytest.fixture
def account() -> Account:
    return Account()


@pytest.fixture
def harness(database: Database, account: Account) -> Harness:
    services = services_of(database)
    return Harness(database, replace(services, gateway=gateway_to(StripeServer(account))))


@pytest.fixture
def order(harness: Harness, account: Account) -> int:
    """A disc and a petal, paid."""
    order = harness.place("disc", "petal")
    paying.pay(account, harness.session_id(order))
    harness.sync(order)
    assert harness.given() == 2 * GIFT
    return order


@ONE_ENGINE
@pytest.mark.parametrize(
    ("how", "end", "state", "kept"),
    [
        ({"status": "prevented"}, None, State.PART_REFUNDED, 1),
        ({"status": "prevented", "withdrawn": 0}, None, State.PAID, 2),
        ({"status": "prevented", "withdrawn": 100}, None, State.PART_REFUNDED, 2),
        ({}, {"won": True}, State.PAID, 2),
        ({}, {"won": True, "gives_back": 100}, State.PART_REFUNDED, 1),
        ({}, {"won": False}, State.DISPUTE_LOST, 1),
    ],
)
def test_the_gift_of_a_piece_whose_money_stayed_away_is_taken_back(
    harness: Harness,
    account: Account,
    order: int,
    how: dict[str, Any],
    end: dict[str, Any] | None,
    state: State,
    kept: int,
) -> None:
    opened = after_sales.dispute(account, harness.intent(order), harness.price_of("disc") + 100, **how)
    harness.sync(order)
    if end:
        after_sales.close_dispute(account, opened["id"], **end)
    assert harness.sync(order) is state
    assert harness.given() == kept * GIFT
    moved = sum(move["amount"] for move in account.all("balance_transaction"))
    assert harness.kept_pence(order) == moved
    assert harness.sound() == []


@ONE_ENGINE
def test_all_of_a_payment_that_was_prevented_leaves_nothing_to_give_back(
    harness: Harness, account: Account, order: int
) -> None:
    paid = harness.order(order).total_pence
    after_sales.dispute(account, harness.intent(order), paid, status="prevented")
    assert harness.sync(order) is State.REFUNDED
    assert (harness.given(), harness.kept_pence(order)) == (0, 0)
