"""What is planted between Stripe, our entries and the ledger is found by name and stays until explained."""

from collections.abc import Callable

import pytest
from sqlalchemy import text

from shop.payments.sweep import look_at_all
from shop.payments.sync import sync_order
from shop.reconciliation.difference_kinds import DifferenceKind, StepKind
from tests.engines import ONE_ENGINE
from tests.faults.stripe_server import after_sales, elsewhere, payouts
from tests.reconciliation.account_shop import AccountShop

pytestmark = ONE_ENGINE

WEEK = 8
"""Days after which money that did not move is late."""


def an_unknown_page_was_paid(shop: AccountShop, order: int) -> str:
    mark = {"order": shop.reference(order)}
    return str(elsewhere.sell(shop.account, 8_400, metadata=mark)["id"])


def a_payment_names_an_order_that_is_not_here(shop: AccountShop, order: int) -> str:
    return str(elsewhere.sell(shop.account, 8_400, metadata={"order": "PM-AAAA-AA"})["id"])


def stripe_moved_a_penny_less(shop: AccountShop, order: int) -> str:
    charge = shop.charge(order)
    shop.account.move("adjustment", "charge", charge["id"], -1)
    return str(charge["id"])


def a_refund_took_more_than_it_says(shop: AccountShop, order: int) -> str:
    made = shop.refund(order, 500)
    shop.account.move("refund", "refund", made["id"], -500)
    return str(made["id"])


def a_dispute_took_money_that_it_does_not_say(shop: AccountShop, order: int) -> str:
    taken = after_sales.dispute(shop.account, shop.intent(order), 5_000)
    shop.account.move("adjustment", "dispute", taken["id"], -100)
    return str(taken["id"])


def a_payment_never_moved_any_money(shop: AccountShop, order: int) -> str:
    shop.account.moves_after = 10**9
    late = shop.buys("petal")
    shop.account.moves_after = 0
    shop.time.pass_(days=WEEK)
    return str(shop.charge(late)["id"])


def our_money_lies_there_in_dollars(shop: AccountShop, order: int) -> str:
    shop.account.moves_after = 10**9
    charge = shop.charge(shop.buys("petal"))
    shop.account.moves_after = 0
    shop.account.move("charge", "charge", charge["id"], charge["amount"], currency="usd")
    return str(charge["id"])


def money_was_taken_for_nothing_that_is_named(shop: AccountShop, order: int) -> str:
    return str(shop.account.move("adjustment", "other_adjustment", None, -250)["id"])


def a_payout_lacks_one_of_its_rows(shop: AccountShop, order: int) -> str:
    made = payouts.pay_out(shop.account)
    row = next(row for row, payout in shop.account.paid_out.items() if payout == made["id"])
    del shop.account.paid_out[row]
    return str(made["id"])


def more_left_than_a_payout_says(shop: AccountShop, order: int) -> str:
    made = payouts.pay_out(shop.account)
    shop.account.objects[made["balance_transaction"]]["amount"] -= 100
    shop.account.objects[made["balance_transaction"]]["net"] -= 100
    return str(made["id"])


def a_payout_failed_and_nothing_came_back(shop: AccountShop, order: int) -> str:
    made = payouts.withdraw(shop.account)
    payouts.fail(shop.account, made["id"])
    del shop.account.objects[made["failure_balance_transaction"]]
    return str(made["id"])


def more_lies_at_stripe_than_moved(shop: AccountShop, order: int) -> str:
    said = shop.account.balance

    def more() -> dict[str, object]:
        found = said()
        found["available"][0]["amount"] += 1
        return found

    shop.account.balance = more  # type: ignore[method-assign]
    return "balance"


def a_refund_is_refused_for_good(shop: AccountShop, order: int) -> str:
    shop.account.short = "refused"
    with shop.database.transaction() as session:
        session.execute(
            text(
                "INSERT INTO refund_request (order_id, key, payment_intent, amount_pence, reason, lines,"
                " with_postage, actor, requested_at, state, tries, next_try_at)"
                " SELECT id, 'order-x', :intent, 100, 'owner', '[]', false, 'owner', placed_at, 'refused', 1,"
                ' placed_at FROM "order" WHERE id = :order'
            ),
            {"intent": shop.intent(order), "order": order},
        )
    return "order-x"


def an_entry_has_another_amount(shop: AccountShop, order: int) -> str:
    shop.tamper(
        "UPDATE payment_entry SET amount_pence = amount_pence + 1 WHERE order_id = :order", order=order
    )
    return str(shop.charge(order)["id"])


def an_entry_is_gone(shop: AccountShop, order: int) -> str:
    shop.tamper("DELETE FROM payment_entry WHERE order_id = :order", order=order)
    return "entries to"


def an_entry_is_invented(shop: AccountShop, order: int) -> str:
    shop.tamper(
        "INSERT INTO payment_entry (order_id, key, kind, stripe_id, payment_intent, amount_pence, currency,"
        " event_at, booked_at) SELECT order_id, 'pay:ch_x', 'surplus', 'ch_x', 'pi_x', 100, 'gbp',"
        " '2020-01-01 00:00:00', '2020-01-01 00:00:00' FROM payment_entry WHERE order_id = :order",
        order=order,
    )
    return "ch_x"


def a_gift_is_gone(shop: AccountShop, order: int) -> str:
    shop.tamper(
        "DELETE FROM ledger_entry WHERE txn_seq IN (SELECT seq FROM ledger_txn WHERE order_reference = :of)",
        "DELETE FROM ledger_txn WHERE order_reference = :of",
        of=shop.reference(order),
    )
    return f"{shop.reference(order)} unit 1"


def the_last_gift_is_cut_off(shop: AccountShop, order: int) -> str:
    last = "(SELECT max(seq) FROM ledger_txn)"
    shop.tamper(
        f"DELETE FROM ledger_entry WHERE txn_seq = {last}",
        f"DELETE FROM ledger_txn WHERE seq = {last}",
        f"UPDATE ledger_head SET last_seq = {last},"
        f" last_hash = (SELECT hash FROM ledger_txn WHERE seq = {last})",
    )
    return f"{shop.reference(order)} unit 1"


def a_gift_stands_on_a_unit_that_there_is_not(shop: AccountShop, order: int) -> str:
    shop.tamper("UPDATE ledger_txn SET unit = 9 WHERE order_reference = :of", of=shop.reference(order))
    return f"{shop.reference(order)} unit 9"


def a_gift_is_of_an_order_that_there_is_not(shop: AccountShop, order: int) -> str:
    shop.tamper(
        "UPDATE ledger_txn SET order_reference = 'PM-AAAA-AA' WHERE order_reference = :of",
        of=shop.reference(order),
    )
    return "PM-AAAA-AA"


def a_gift_has_another_amount(shop: AccountShop, order: int) -> str:
    shop.tamper(
        "UPDATE ledger_entry SET amount_pence = amount_pence * 2 WHERE txn_seq IN"
        " (SELECT seq FROM ledger_txn WHERE order_reference = :of)",
        of=shop.reference(order),
    )
    return f"{shop.reference(order)} unit 1"


def a_gift_lacks_one_of_its_lines(shop: AccountShop, order: int) -> str:
    shop.tamper(
        "DELETE FROM ledger_entry WHERE line = 2 AND txn_seq IN"
        " (SELECT seq FROM ledger_txn WHERE order_reference = :of)",
        of=shop.reference(order),
    )
    return shop.reference(order)


def a_gift_was_taken_away_and_a_look_put_it_back(shop: AccountShop, order: int) -> str:
    the_last_gift_is_cut_off(shop, order)
    shop.time.pass_(hours=5)
    sync_order(shop.services, order)
    return "row 2"


def a_guard_of_the_ledger_is_gone(shop: AccountShop, order: int) -> str:
    with shop.database.transaction() as session:
        session.execute(text("DROP TRIGGER ledger_txn_no_update"))
    return "trigger ledger_txn_no_update"


Plant = Callable[[AccountShop, int], str]

PLANTED: dict[str, dict[Plant, DifferenceKind]] = {
    "at Stripe": {
        an_unknown_page_was_paid: DifferenceKind.UNKNOWN_HERE,
        a_payment_names_an_order_that_is_not_here: DifferenceKind.UNKNOWN_HERE,
        stripe_moved_a_penny_less: DifferenceKind.AMOUNT,
        a_refund_took_more_than_it_says: DifferenceKind.AMOUNT,
        a_dispute_took_money_that_it_does_not_say: DifferenceKind.AMOUNT,
        money_was_taken_for_nothing_that_is_named: DifferenceKind.UNKNOWN_HERE,
        our_money_lies_there_in_dollars: DifferenceKind.CURRENCY,
        a_payout_lacks_one_of_its_rows: DifferenceKind.PAYOUT,
        a_payment_never_moved_any_money: DifferenceKind.MISSING_THERE,
        more_left_than_a_payout_says: DifferenceKind.PAYOUT_ROW,
    },
    "in what Stripe says of itself": {
        a_payout_failed_and_nothing_came_back: DifferenceKind.PAYOUT_ROW,
        more_lies_at_stripe_than_moved: DifferenceKind.BALANCE,
    },
    "in our entries": {
        a_refund_is_refused_for_good: DifferenceKind.REFUND_OWED,
        an_entry_has_another_amount: DifferenceKind.AMOUNT,
        an_entry_is_gone: DifferenceKind.ENTRIES_CHANGED,
        an_entry_is_invented: DifferenceKind.MISSING_THERE,
    },
    "in the ledger": {
        a_gift_is_gone: DifferenceKind.GIFT_MISSING,
        a_gift_stands_on_a_unit_that_there_is_not: DifferenceKind.GIFT_INVENTED,
        a_gift_is_of_an_order_that_there_is_not: DifferenceKind.GIFT_INVENTED,
        a_gift_has_another_amount: DifferenceKind.GIFT_WRONG,
        a_gift_lacks_one_of_its_lines: DifferenceKind.ORDER_SUM,
        a_guard_of_the_ledger_is_gone: DifferenceKind.LEDGER,
    },
    "at the ledger's end": {the_last_gift_is_cut_off: DifferenceKind.GIFT_MISSING},
    "and put back": {a_gift_was_taken_away_and_a_look_put_it_back: DifferenceKind.GIFT_PUT_BACK},
}


@pytest.mark.parametrize("planted", PLANTED.values(), ids=PLANTED.keys())
def test_what_is_planted_is_found_by_name_the_same_night_and_nothing_explains_it_by_itself(
    shop: AccountShop, planted: dict[Plant, DifferenceKind]
) -> None:
    shop.buys("petal")
    orders = [shop.buys("disc") for _ in planted]
    shop.time.pass_(days=4)
    assert shop.reconcile() == []
    wanted = {
        plant(shop, order): (kind, plant.__name__)
        for order, (plant, kind) in zip(orders, planted.items(), strict=True)
    }

    def missed() -> list[str]:
        found = [(known.difference.kind, known.difference.about) for known in shop.open()]
        return [
            name
            for about, (kind, name) in wanted.items()
            if not any(kind == one and named.startswith(about) for one, named in found)
        ]

    shop.nights()
    assert missed() == []
    look_at_all(shop.services)
    shop.nights()
    assert missed() == []
    assert StepKind.EXPLAINED not in shop.steps()
    assert [run.result for run in shop.runs()] == ["agrees", "differs", "differs"]
