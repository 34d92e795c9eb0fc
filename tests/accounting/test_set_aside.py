"""What is not the shop's at Stripe stands apart in the books, once somebody can say so."""

from shop.accounting.money_months import check
from shop.bookkeeping.balance_transaction_reading import read_balance_transactions
from shop.bookkeeping.chart_of_accounts import MoneyAccount as A
from shop.reconciliation.differences import explain
from tests.bookkeeping.helpers import books, standing
from tests.engines import ONE_ENGINE
from tests.faults.stripe_server import elsewhere, paying
from tests.reconciliation.account_shop import AccountShop, a_busy_week


@ONE_ENGINE
def test_at_an_account_with_other_products_and_currencies_the_books_are_what_stripe_has(
    shop: AccountShop,
) -> None:
    a_busy_week(shop)
    read_balance_transactions(shop.services)
    assert standing(shop.harness)[A.CLEARING] != 0
    assert shop.reconcile() == []
    end, balance = standing(shop.harness), shop.services.gateway.balance()
    assert end.get(A.STRIPE, 0) == balance.available + balance.pending
    assert A.CLEARING not in end
    assert end[A.OTHER] == -1_200 + 200
    assert sum(end.values()) == 0


def test_money_that_nobody_knows_stays_between_until_it_is_explained_and_never_twice(
    shop: AccountShop,
) -> None:
    shop.buys("disc")
    stray = shop.harness.place("petal")
    request = {**shop.harness.attempt(stray).request, "client_reference_id": "a market stall"}
    session = shop.services.gateway.create_session(request, "not one of our keys")
    paying.pay(shop.account, session.id)
    shop.reconcile()
    (known,) = shop.open()
    assert standing(shop.harness)[A.CLEARING] == -session.amount_total
    with shop.database.transaction() as database:
        explain(database, shop.services, known.difference.id, why="Sold at a market", actor="finance 2")
    for _ in range(2):
        end = standing(shop.harness)
        assert (end.get(A.CLEARING), end[A.OTHER]) == (None, -session.amount_total)
        shop.nights(1)
    shop.time.pass_(days=35)
    elsewhere.sell(shop.account, 500)
    shop.reconcile()
    assert standing(shop.harness)[A.OTHER] == -session.amount_total - 500
    assert books(shop.harness)[-1].change(A.OTHER) == -500
    with shop.database.reading() as database:
        assert not list(check(database, shop.services))
