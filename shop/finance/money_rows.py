"""Rows and sentences of the pages about the whole money."""

from collections.abc import Sequence

from shop.accounting.money_months import MonthBooks
from shop.bookkeeping.chart_of_accounts import CHART, JournalEntry, MoneyAccount
from shop.bookkeeping.models import BalanceTransactionReading, Payout, PayoutArrival, Stage
from shop.bookkeeping.payout_contents import Content, Move
from shop.money import CURRENCY, pounds_and_pence
from shop.web.cells import Cell, Cells, Link
from shop.web.dates import minute, month_name, short_day

A = MoneyAccount
OF_THE_CHARITY = (A.GIFTS, A.GIFTS_OWED, A.GIFTS_HELD)
"""Together, what was paid over from the bank: with it, what the bank and the way there gained is payouts."""
CATEGORIES = {
    "charge": "Payments",
    "refund": "Refunds",
    "refund_failure": "Refunds sent back",
    "dispute": "Disputes",
    "dispute_reversal": "Disputes won",
    "payout": "The payout itself",
    "payout_reversal": "A payout that came back",
    "fee": "Stripe’s other fees",
    "network_cost": "Network costs",
    "contribution": "Stripe Climate",
    "climate_order_purchase": "Stripe Climate",
    "climate_order_refund": "Stripe Climate, given back",
    "topup": "Paid in from the bank",
}
ONE = {
    "charge": "Payment",
    "refund": "Refund",
    "refund_failure": "Refund sent back",
    "dispute": "Dispute",
    "dispute_reversal": "Dispute won",
}
"""The same of one row, where its name is another."""
STATES = {
    "pending": "Being made",
    "in_transit": "On its way",
    "paid": "Sent to the bank",
    "failed": "Came back",
    "canceled": "Called off",
}


def category(name: str) -> str:
    """Stripe's reporting category, in our words where we have some."""
    return CATEGORIES.get(name, name.replace("_", " ").capitalize())


def money(pence: int, currency: str) -> str:
    """An amount; one in another currency in its own smallest unit, for who knows how many it has."""
    return (
        pounds_and_pence(pence) if currency == CURRENCY else f"{pence:,} (smallest unit, {currency.upper()})"
    )


def month_row(month: MonthBooks, *, vat: bool) -> Cells:
    """One month, each figure as people say it: without a sign where it has the usual one."""
    return [
        Link(month_name(month.name), f"/finance/money/{month.name}"),
        pounds_and_pence(-month.change(A.SALES)),
        pounds_and_pence(-month.change(A.POSTAGE)),
        pounds_and_pence(month.change(A.REFUNDS)),
        pounds_and_pence(month.change(A.DISPUTES)),
        pounds_and_pence(month.change(A.STRIPE_FEES, A.DISPUTE_FEES)),
        *([pounds_and_pence(-month.change(A.VAT))] if vat else []),
        pounds_and_pence(month.change(A.TRANSIT, A.BANK, *OF_THE_CHARITY)),
        pounds_and_pence(month.closing[A.STRIPE]),
        "Complete" if month.complete else "Open",
    ]


def account_rows(month: MonthBooks) -> Sequence[Cells]:
    """Every account that holds something, or did."""
    return [
        [
            CHART[account].name,
            CHART[account].group.capitalize(),
            pounds_and_pence(month.opening[account]),
            pounds_and_pence(month.plus[account]),
            pounds_and_pence(month.minus[account]),
            pounds_and_pence(month.closing[account]),
        ]
        for account in MoneyAccount
        if month.opening[account] or month.plus[account] or month.minus[account]
    ]


def account_foot(month: MonthBooks) -> Cells:
    """All accounts together: nothing, but for what came and left."""
    sums = (month.opening, month.plus, month.minus, month.closing)
    return ["All together", "", *(pounds_and_pence(sum(one.values())) for one in sums)]


def journal_row(entry: JournalEntry) -> Cells:
    """One thing that was booked."""
    lines = "; ".join(f"{CHART[account].name} {_whole(pence)}" for account, pence in entry.lines)
    return [
        short_day(entry.day),
        short_day(entry.happened_on) if entry.happened_on != entry.day else "",
        entry.what,
        order_link(entry.reference),
        entry.stripe_id or "",
        lines,
    ]


def _whole(pence: int) -> str:
    """An amount in a sentence, which no line's end divides from its sign."""
    return pounds_and_pence(pence).replace("-", "-\N{WORD JOINER}")


def order_link(reference: str | None) -> Cell:
    """An order's reference, leading to its money."""
    return Link(reference, f"/finance/money/orders/{reference}") if reference else ""


def payout_row(payout: Payout, arrival: PayoutArrival | None) -> Cells:
    """One payout."""
    return [
        Link(payout.id, f"/finance/money/payouts/{payout.id}"),
        short_day(payout.created),
        money(payout.amount, payout.currency),
        short_day(payout.arrives_on),
        STATES.get(payout.status, payout.status),
        f"{short_day(arrival.arrived_on)}, {arrival.reference}" if arrival else "",
    ]


def payout_facts(payout: Payout) -> Sequence[tuple[str, str]]:
    """(name, fact) of a payout."""
    facts = [
        ("Made", minute(payout.created)),
        ("By", "Stripe, by itself" if payout.automatic else "Hand, in Stripe’s dashboard"),
        ("State at Stripe", STATES.get(payout.status, payout.status)),
        ("Expected at the bank", short_day(payout.arrives_on)),
    ]
    facts += [("The bank can find it by", payout.trace)] if payout.trace else []
    return facts + (
        [("Why it came back", payout.failure_code.replace("_", " "))] if payout.failure_code else []
    )


def content_rows(contents: Sequence[Content], currency: str) -> Sequence[Cells]:
    """What a payout is made of, by kind."""
    return [
        [
            category(one.category),
            one.count,
            *(money(pence, currency) for pence in (one.amount, one.fee, one.net)),
        ]
        for one in contents
    ]


def move_row(move: Move, *, with_order: bool = True) -> Cells:
    """One row of Stripe's."""
    row = move.row
    return [
        short_day(row.created),
        ONE.get(row.reporting_category) or category(row.reporting_category),
        *([order_link(move.reference)] if with_order else []),
        row.source or row.id,
        money(row.amount, row.currency),
        money(row.fee, row.currency),
        money(row.net, row.currency),
    ]


def reading_said(reading: BalanceTransactionReading | None) -> tuple[str, str]:
    """(a sentence, a kind of status) about how far Stripe's rows were read."""
    if reading is None or (reading.whole_until is None and reading.stage == Stage.IDLE):
        return "Stripe has not been read yet", "wait"
    if reading.stage != Stage.IDLE:
        return f"Stripe is being read: {reading.rows:,} rows so far", "wait"
    if reading.whole_until is None:
        return "Stripe has not been read yet", "wait"
    return f"All that Stripe had on {minute(reading.whole_until)} has been read", "good"
