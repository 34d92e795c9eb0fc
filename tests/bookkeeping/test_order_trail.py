"""What is in a payout, and one order's money from end to end, asked of both databases."""

from datetime import UTC, date, datetime

from shop import clock
from shop.bookkeeping import payout_contents
from shop.bookkeeping.balance_transaction_reading import read_balance_transactions
from shop.bookkeeping.order_trail import Trail, trail
from shop.catalogue import snapshot
from shop.giving import remittances
from shop.giving.paid_over import PaidOver
from shop.orders import outside_sales
from shop.standin.money_objects import charge_fee
from shop.transparency.gift_entries import gift_entries, paid_over_since
from tests.bookkeeping.helpers import pays, pays_out
from tests.engines import ONE_ENGINE
from tests.harness import Harness
from tests.payments.conftest import Clock


def followed(harness: Harness, reference: str) -> Trail:
    with harness.database.reading() as session:
        found = trail(session, harness.services, reference)
        assert found
        return found


def remits(harness: Harness, pence: int) -> int:
    with harness.database.transaction() as session:
        made = remittances.record_remittance(
            session, book="test", policy_id=1, amount_pence=pence, paid_on=clock.today(),
            bank_reference="PANDAS", actor="finance 2", key=f"{pence} {clock.now()}",
        )  # fmt: skip
        return made.seq


def test_payouts_are_listed_page_by_page_with_what_is_in_each(harness: Harness, time: Clock) -> None:
    orders, payouts = [], []
    for pieces in (("disc", "petal"), ("petal",)):
        orders.append(harness.order(pays(harness, *pieces)))
        payouts.append(pays_out(harness))
        time.pass_(hours=1)
    read_balance_transactions(harness.services)
    with harness.database.reading() as session:
        first = payout_contents.listed(session, harness.services, before=None, most=1)
        second = payout_contents.listed(session, harness.services, before=first[0][0].id, most=1)
        assert [payout.id for payout, _ in (*first, *second)] == payouts[::-1]
        assert not payout_contents.listed(session, harness.services, before=payouts[0], most=1)
        for order, payout in zip(orders, payouts, strict=True):
            (content,) = payout_contents.contents(session, payout)
            total, fee = order.total_pence, charge_fee(order.total_pence)
            assert (content.count, content.amount, content.fee, content.net) == (1, total, fee, total - fee)
            (move,) = payout_contents.moves_in(session, payout, most=10)
            assert move.reference == order.reference


def test_an_order_is_followed_to_the_payment_with_which_its_gift_was_paid_over(
    harness: Harness, time: Clock
) -> None:
    time.at = datetime(2031, 6, 20, 12, tzinfo=UTC)
    first, second = (harness.order(pays(harness, "disc")) for _ in range(2))
    payout = pays_out(harness)
    read_balance_transactions(harness.services)
    assert [payout.id for payout, _ in followed(harness, second.reference).payouts] == [payout]
    assert followed(harness, first.reference).paid_over is None
    early = remits(harness, 500)
    time.pass_(days=3)
    assert followed(harness, first.reference).paid_over == PaidOver(early, date(2031, 6, 20))
    assert followed(harness, second.reference).paid_over is None
    late = remits(harness, 500)
    assert followed(harness, second.reference).paid_over == PaidOver(late, date(2031, 6, 23))
    with harness.database.transaction() as session:
        remittances.undo_remittance(session, late, reason="typed twice", actor="finance 2")
    assert followed(harness, second.reference).paid_over is None
    harness.refunds(first.id)
    harness.sync(first.id)
    assert followed(harness, first.reference).paid_over is None
    assert followed(harness, second.reference).paid_over == PaidOver(early, date(2031, 6, 20))


def test_finance_and_the_buyer_are_told_alike_whether_a_gift_is_paid_over(
    harness: Harness, time: Clock
) -> None:
    """What a won dispute brings back is owed anew, after what was given meanwhile: that was paid first."""
    first, second = (harness.order(pays(harness, "disc")) for _ in range(2))
    remits(harness, 500)
    dispute = harness.disputes(first.id)
    harness.sync(first.id)
    time.pass_(days=3)
    harness.dispute_ends(dispute, won=True)
    harness.sync(first.id)
    for paid in (500, 0):
        for order in (first, second):
            with harness.database.reading() as session:
                told = paid_over_since(session, gift_entries(session, order.reference))
            found = followed(harness, order.reference).paid_over
            assert (found.on if found else None) == told, order.reference
        if paid:
            remits(harness, paid)
            time.pass_(days=1)


@ONE_ENGINE
def test_a_sale_outside_the_shop_is_followed_by_its_gift_alone(harness: Harness) -> None:
    with harness.database.transaction() as session:
        piece = snapshot.load(session).by_slug["petal"]
        entry = outside_sales.SaleEntry(
            piece=piece, variant=piece.variants[0], quantity=2, sold_on=clock.today(), note="A fair"
        )
        reference = outside_sales.enter(session, entry, book="test", once="1", actor="owner 1").reference
    found = followed(harness, reference)
    assert (found.entries, found.moves, len(found.gifts)) == ((), (), 2)
    with harness.database.reading() as session:
        assert trail(session, harness.services, "PM-2222-22") is None
