"""The finance lead sees the whole money without a name, and follows one order's from end to end."""

from collections.abc import Callable
from datetime import UTC, datetime
from urllib.parse import urlencode

import pytest

from shop import clock
from shop.bookkeeping.balance_transaction_reading import read_balance_transactions, read_if_due
from shop.giving import remittances
from shop.money import pounds_and_pence
from shop.standin import after_sales
from shop.standin.money_objects import charge_fee
from tests.bookkeeping.helpers import pays, pays_out
from tests.harness import Harness
from tests.shopper import Shopper, form_on, soup, title

PAGE = "/finance/money"


@pytest.fixture
def at(monkeypatch: pytest.MonkeyPatch) -> Callable[[int, int], None]:
    """Set the shop's clock to noon of a day of 2031."""

    def set_to(month: int, day: int) -> None:
        monkeypatch.setattr(clock, "now", lambda: datetime(2031, month, day, 12, tzinfo=UTC))

    return set_to


def rows(finance: Shopper, address: str, table: str) -> list[list[str]]:
    found = soup(finance.get(address)).select(f"#{table} tbody tr")
    return [[cell.text.strip() for cell in row.select("th, td")] for row in found]


def figures(finance: Shopper, address: str) -> dict[str, str]:
    found = soup(finance.get(address)).select("dl.stats .stat")
    return {one.select("dt")[0].text: one.select("dd")[0].text for one in found}


def test_finance_sees_turnover_refunds_fees_and_payouts_month_by_month(
    finance: Shopper, harness: Harness, at: Callable[[int, int], None]
) -> None:
    at(6, 20)
    order = harness.order(pays(harness, "disc", "petal"))
    fee = charge_fee(order.total_pence)
    read_balance_transactions(harness.services)
    pays_out(harness)
    at(7, 3)
    finance.sign_in("finance")
    read_balance_transactions(harness.services)
    harness.refunds(order.id, 1000)
    harness.sync(order.id)
    read_balance_transactions(harness.services)
    net = pounds_and_pence(order.total_pence - fee)
    goods, postage = pounds_and_pence(order.goods_pence), pounds_and_pence(order.postage_pence)
    assert rows(finance, PAGE, "months") == [
        ["July 2031", "£0.00", "£0.00", "£10.00", "£0.00", "£0.00", "£0.00", "-£10.00", "Open"],
        ["June 2031", goods, postage, "£0.00", "£0.00", pounds_and_pence(fee), net, "£0.00", "Complete"],
    ]
    assert figures(finance, PAGE) == {
        "With Stripe": "-£10.00",
        "On the way to the bank": net,
        "Between the shop and Stripe": "£0.00",
        "To go back to buyers": "£0.00",
    }
    accounts = {row[0]: row[2:] for row in rows(finance, f"{PAGE}/2031-06", "accounts")}
    assert accounts["Sales"] == ["£0.00", "£0.00", f"-{goods}", f"-{goods}"]
    assert accounts["Payouts under way"] == ["£0.00", net, "£0.00", net]
    foot = soup(finance.get(f"{PAGE}/2031-06")).select("#accounts tfoot td")
    assert (foot[-1].text, foot[1].text) == ("£0.00", "£0.00")
    whats = [row[2] for row in rows(finance, f"{PAGE}/2031-06", "journal")]
    assert sorted(whats) == ["Gift accrued", "Gift accrued", "Sale", "Stripe: charge", "Stripe: payout"]


def test_a_payout_is_opened_and_written_down_as_seen_at_the_bank_once(
    finance: Shopper, harness: Harness, at: Callable[[int, int], None]
) -> None:
    at(6, 20)
    finance.sign_in("finance")
    order = harness.order(pays(harness, "disc"))
    payout = pays_out(harness)
    read_balance_transactions(harness.services)
    page = f"{PAGE}/payouts/{payout}"
    total, fee = order.total_pence, charge_fee(order.total_pence)
    amounts = [pounds_and_pence(pence) for pence in (total, fee, total - fee)]
    assert rows(finance, page, "contents") == [["Payments", "1", *amounts]]
    assert finance.get(page).status_code == 200
    (move,) = rows(finance, page, "moves")
    assert (move[1], move[2], move[4:]) == ("Payment", order.reference, amounts)
    assert "It does not add up" not in finance.get(page).text
    form = form_on(finance.get(page), f"{page}/arrival")[1]
    for said, problem in (
        ({"reference": ""}, "Please enter the reference"),
        ({"arrived_on": "2031-06-21"}, "still to come"),
        ({"arrived_on": "2031-06-19"}, "only after that day"),
        ({"reference": "x" * 101}, "100 characters"),
        ({"arrived_on": "soon"}, "which day this is"),
    ):
        refused = finance.post(f"{page}/arrival", {**form, "reference": "STRIPE 77", **said})
        assert (refused.status_code, title(refused).startswith("Error: ")) == (422, True)
        assert problem in refused.text
    for reference, answered in (("STRIPE 77", 303), ("STRIPE 77", 303), ("STRIPE 78", 409)):
        assert finance.post(f"{page}/arrival", {**form, "reference": reference}).status_code == answered
    assert "STRIPE 77" in finance.get(page).text
    assert "finance@example.com" in finance.get(page).text
    (row,) = rows(finance, f"{PAGE}/payouts", "payouts")
    assert row[1:] == ["20 Jun 2031", amounts[2], "20 Jun 2031", "Sent to the bank", "20 Jun 2031, STRIPE 77"]
    with harness.database.transaction() as session:
        after_sales.fail_payout(session, payout)
    read_balance_transactions(harness.services)
    assert "Stripe says that it came back" in finance.get(page).text
    undo = form_on(finance.get(page), f"{page}/arrival/removal")[1]
    for _ in range(2):
        assert finance.post(f"{page}/arrival/removal", undo).status_code == 303
    assert "STRIPE 77" not in finance.get(page).text


def test_one_order_is_followed_from_payment_to_payout_to_gift(
    finance: Shopper, harness: Harness, at: Callable[[int, int], None]
) -> None:
    at(6, 20)
    finance.sign_in("finance")
    order = harness.order(pays(harness, "disc", "petal"))
    payout = pays_out(harness)
    read_balance_transactions(harness.services)
    with harness.database.transaction() as session:
        remittances.record_remittance(
            session, book="test", policy_id=1, amount_pence=1000, paid_on=clock.today(),
            bank_reference="PANDAS JUN", receipt="", actor="finance", key="once",
        )  # fmt: skip
    typed = order.reference.lower().replace("-", " ")
    found = finance.get(f"{PAGE}/orders?reference={typed}").location
    assert found == f"{PAGE}/orders/{order.reference}"
    assert [row[1] for row in rows(finance, found, "entries")] == ["Sale"]
    assert [row[0] for row in rows(finance, found, "payouts")] == [payout]
    assert [row[2] for row in rows(finance, found, "gifts")] == ["Gift accrued", "Gift accrued"]
    page = finance.get(found).text
    assert "Paid over to the charity on 20 June 2031" in page
    (payment,) = [one["href"] for one in soup(finance.get(found)).select("a[href^='/finance/remittances/']")]
    assert "£10.00 paid over" in finance.get(str(payment)).text
    assert not any(word in page for word in ("Ada", "Byron", "Quiet", "BA1", "ada@example.com"))


@pytest.mark.parametrize(
    ("asked", "status"),
    [("", 422), ("PM-2222-22", 303), ("Ada Byron", 422), ("'; drop", 422), ("x" * 3000, 422)],
)
def test_what_is_no_reference_is_said_to_be_none(finance: Shopper, asked: str, status: int) -> None:
    answer = finance.get(f"{PAGE}/orders?{urlencode({'reference': asked})}")
    assert answer.status_code == status
    if status == 303:
        unknown = finance.get(answer.location)
        assert (unknown.status_code, "There is no order" in unknown.text) == (404, True)


@pytest.mark.parametrize("page", ["2031-13", "0001-01", "9999-12", "payouts/po_none", "payouts/ch_1", "x"])
def test_what_is_not_in_the_books_is_not_found(finance: Shopper, paid: str, page: str) -> None:
    assert finance.get(f"{PAGE}/{page}").status_code == 404
    assert finance.get(f"{PAGE}?before={page}").status_code == 200
    assert finance.get(f"{PAGE}/payouts?before={page}").status_code == 200


def test_stripe_is_read_when_finance_asks_for_it(finance: Shopper, harness: Harness, paid: str) -> None:
    assert "Stripe has not been read yet" in finance.get(PAGE).text
    read_balance_transactions(harness.services)
    assert not read_if_due(harness.services)
    assert finance.send(PAGE, f"{PAGE}/reading").location == PAGE
    assert read_if_due(harness.services)
    assert "Stripe is being read: 0 rows" in finance.get(PAGE).text


def test_a_payout_made_by_hand_says_that_nobody_knows_what_is_in_it(
    finance: Shopper, harness: Harness, paid: str
) -> None:
    with harness.database.transaction() as session:
        payout = after_sales.pay_out(session, automatic=False).id
    read_balance_transactions(harness.services)
    page = finance.get(f"{PAGE}/payouts/{payout}").text
    assert "Stripe does not say which payments" in page
    assert "does not add up" not in page


@pytest.mark.parametrize("kind", ["csv", "beancount", "hledger", "xero", "freeagent"])
def test_a_month_of_the_money_is_saved_for_an_accounting_program(
    finance: Shopper, harness: Harness, paid: str, kind: str
) -> None:
    read_balance_transactions(harness.services)
    month = clock.month(clock.now())
    page = soup(finance.get(f"{PAGE}/{month}")).select(f"form[action='{PAGE}/{month}/file'] option")
    assert kind in {str(option["value"]) for option in page}
    file = finance.get(f"{PAGE}/{month}/file?format={kind}")
    assert f"money-test-{month}." in file.headers["Content-Disposition"]
    assert "Sale" in file.text
    assert finance.get(f"{PAGE}/{month}/file?format=sql").status_code == 404
    assert finance.get(f"{PAGE}/2001-01/file?format={kind}").status_code == 404
