"""On a real account a reconciliation stays green: whatever goes on there that is nobody's mistake."""

from tests.reconciliation.account_shop import AccountShop, a_busy_week


def test_a_busy_account_with_other_products_currencies_and_every_kind_of_payout_agrees(
    shop: AccountShop,
) -> None:
    a_busy_week(shop)
    assert shop.reconcile() == []
    assert shop.steps() == ["listed"] * 3  # two candles and their refund
    shop.nights(2)
    assert shop.reconcile(whole=True) == []
    assert [run.result for run in shop.runs()] == ["agrees"] * 4
    assert shop.steps() == ["listed"] * 3
    assert shop.account.problems == []
