"""What the tests of the books do all the time."""

from typing import Any

from shop.accounting.money_months import MonthBooks, months
from shop.bookkeeping.chart_of_accounts import MoneyAccount
from shop.standin import after_sales
from tests.harness import Harness


def pays(harness: Harness, *pieces: str) -> int:
    """Somebody buys these pieces. Give the order's id."""
    order = harness.place(*pieces)
    harness.pays(order)
    harness.sync(order)
    return order


def pays_out(harness: Harness, **how: Any) -> str:
    """Stripe pays the balance out. Give the payout's id."""
    with harness.database.transaction() as session:
        return after_sales.pay_out(session, **how).id


def books(harness: Harness) -> list[MonthBooks]:
    """Every month's books."""
    with harness.database.reading() as session:
        return list(months(session, harness.services))


def standing(harness: Harness) -> dict[MoneyAccount, int]:
    """How the accounts stand, but for those that hold nothing."""
    return {account: pence for account, pence in books(harness)[-1].closing.items() if pence}
