"""Rows and sentences about one order's money."""

from collections.abc import Sequence

from shop.bookkeeping.gift_journal import SAID as OF_GIFT
from shop.bookkeeping.order_journal import SAID as OF_ENTRY
from shop.bookkeeping.order_trail import GiftMade, Trail
from shop.finance.money_rows import money
from shop.giving.transitions import Kind
from shop.money import pounds_and_pence
from shop.payments.kinds import EntryKind
from shop.payments.models import PaymentEntry
from shop.web.cells import Cells
from shop.web.dates import day, short_day


def entry_row(entry: PaymentEntry) -> Cells:
    """Money that moved, as the shop has it."""
    return [
        short_day(entry.booked_at),
        OF_ENTRY[EntryKind(entry.kind)],
        entry.stripe_id,
        money(entry.amount_pence, entry.currency),
    ]


def gift_row(gift: GiftMade) -> Cells:
    """One step of the gift."""
    return [gift.seq, short_day(gift.booked_at), OF_GIFT[gift.kind], pounds_and_pence(gift.pence)]


def gift_said(found: Trail) -> str:
    """What became of the gift, in a sentence."""
    if found.paid_over:
        return f"Paid over to the charity on {day(found.paid_over.on)}."
    ends = {Kind.REVERSE, Kind.DISPUTE_LOST}
    accrued = sum(gift.pence for gift in found.gifts if gift.kind is Kind.ACCRUE)
    back = sum(gift.pence for gift in found.gifts if gift.kind in ends)
    if not accrued:
        return "It brought the charity nothing."
    return "Taken back whole." if accrued == back else "Not paid over to the charity yet."


def stand(found: Trail) -> Sequence[tuple[str, str, str]]:
    """(name, amount, note): what is left of the order, in pounds."""
    if not found.entries:
        return []
    kept = sum(entry.amount_pence for entry in found.entries)
    fees = sum(move.row.fee for move in found.moves)
    net = sum(move.row.net for move in found.moves)
    gone = {payout.id for payout, _ in found.payouts}
    left = sum(move.row.net for move in found.moves if move.row.payout_id in gone)
    return [
        ("Kept", pounds_and_pence(kept), "paid less given back"),
        ("Stripe’s fees", pounds_and_pence(fees), ""),
        ("Net at Stripe", pounds_and_pence(net), "after its fees"),
        ("Paid out", pounds_and_pence(left), ""),
    ]
