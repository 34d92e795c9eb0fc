"""Each kind of money that moves for an order is these lines, and VAT is what is kept holds, to the penny."""

from collections import Counter
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from shop.bookkeeping.chart_of_accounts import MoneyAccount as A
from shop.bookkeeping.order_journal import Sold, of_order
from shop.payments.kinds import EntryKind as Kind
from shop.payments.models import PaymentEntry
from shop.pricing.vat import vat_within

FIRST = datetime(2031, 6, 1, 12, tzinfo=UTC)


def entries(*moved: tuple[Kind, int, str]) -> list[PaymentEntry]:
    """Payment entries of one order: kind, pence and payment, an hour after one another."""
    return [
        PaymentEntry(
            id=number, order_id=1, key=f"{kind}:{number}", kind=kind, stripe_id=f"x_{number}",
            payment_intent=intent, amount_pence=pence, currency="gbp", event_at=FIRST,
            booked_at=FIRST + timedelta(hours=number),
        )
        for number, (kind, pence, intent) in enumerate(moved)
    ]  # fmt: skip


def standing(sold: Sold, moved: Sequence[tuple[Kind, int, str]]) -> dict[A, int]:
    sums: Counter[A] = Counter()
    for entry in of_order(sold, entries(*moved)):
        for account, pence in entry.lines:
            sums[account] += pence
    return {account: pence for account, pence in sums.items() if pence}


PLAIN, REGISTERED = Sold("PM-7K3Q-2F", 395, vat=False), Sold("PM-7K3Q-2F", 395, vat=True)
PAID = (Kind.PAYMENT, 8895, "pi_1")


def test_a_supplement_is_a_sale_of_the_pieces_and_goes_back_as_a_refund() -> None:
    more = (Kind.SUPPLEMENT, 1200, "pi_2")
    assert standing(PLAIN, [PAID, more]) == {A.CLEARING: 10_095, A.SALES: -9700, A.POSTAGE: -395}
    back = (Kind.REFUND, -1200, "pi_2")
    assert standing(PLAIN, [PAID, more, back])[A.REFUNDS] == 1200
    assert standing(REGISTERED, [PAID, more])[A.VAT] == -vat_within(10_095)


def test_a_supplement_that_could_not_be_carried_out_is_no_sale() -> None:
    twice = (Kind.SURPLUS, 1200, "pi_2")
    assert standing(PLAIN, [PAID, twice])[A.TO_GO_BACK] == -1200
    assert standing(PLAIN, [PAID, twice, (Kind.REFUND, -1200, "pi_2")]) == standing(PLAIN, [PAID])


def test_a_refund_that_the_bank_sent_back_is_none() -> None:
    refund = [(Kind.REFUND, -500, "pi_1"), (Kind.REFUND_FAILED, 500, "pi_1")]
    for sold in (PLAIN, REGISTERED):
        assert standing(sold, [PAID, *refund]) == standing(sold, [PAID])


def test_a_dispute_stands_apart_from_refunds_and_takes_no_vat_off() -> None:
    taken = (Kind.DISPUTE_WITHDRAWN, -8895, "pi_1")
    found = standing(REGISTERED, [PAID, taken])
    assert (found[A.DISPUTES], found[A.VAT], A.CLEARING in found) == (8895, -vat_within(8895), False)
    assert standing(PLAIN, [PAID, taken, (Kind.DISPUTE_REINSTATED, 8895, "pi_1")]) == standing(PLAIN, [PAID])


def test_a_payment_in_review_that_goes_back_was_never_a_sale() -> None:
    other = (Kind.UNEXPLAINED, 9000, "pi_1")
    assert standing(PLAIN, [other]) == {A.CLEARING: 9000, A.TO_GO_BACK: -9000}
    assert standing(PLAIN, [other, (Kind.REFUND, -9000, "pi_1")]) == {}


def test_what_was_accepted_after_some_of_it_went_back_is_a_sale_of_the_rest() -> None:
    sold = Sold("PM-7K3Q-2F", 395, vat=True, accepted_at=FIRST + timedelta(hours=1, minutes=30))
    other, some = (Kind.UNEXPLAINED, 9000, "pi_1"), (Kind.REFUND, -1000, "pi_1")
    found = standing(sold, [other, some])
    assert found == {
        A.CLEARING: 8000,
        A.SALES: vat_within(8000) - vat_within(395) - 7605,
        A.POSTAGE: vat_within(395) - 395,
        A.VAT: -vat_within(8000),
    }
    later = standing(sold, [other, some, (Kind.REFUND, -8000, "pi_1")])
    assert (later[A.REFUNDS], A.VAT in later) == (8000 - vat_within(8000), False)


@given(st.lists(st.integers(1, 3000), max_size=8), st.booleans())
def test_however_it_goes_back_the_vat_is_that_of_what_is_kept(parts: list[int], vat: bool) -> None:
    moved, kept = [PAID], PAID[1]
    for part in parts:
        back = min(part, kept)
        if back:
            moved.append((Kind.REFUND, -back, "pi_1"))
            kept -= back
    found = standing(REGISTERED if vat else PLAIN, moved)
    assert -found.get(A.VAT, 0) == (vat_within(kept) if vat else 0)
    income = sum(found.get(account, 0) for account in (A.SALES, A.POSTAGE, A.REFUNDS))
    assert -income == kept + found.get(A.VAT, 0)
