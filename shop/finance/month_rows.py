"""Rows and sentences of the months' pages."""

from collections.abc import Mapping, Sequence

from shop.frozen import frozen
from shop.giving.booking_days import next_month
from shop.giving.month_close import Closed, Ending
from shop.giving.month_statements import Figures, GiftLine
from shop.giving.months import Month
from shop.money import pounds_and_pence
from shop.web.cells import Cells, Link
from shop.web.dates import month_name, short_day


@frozen
class Stand:
    """How the months stand."""

    closed: Mapping[str, Closed]
    turn: str | None
    """Whose turn it is to be closed."""
    now: str

    def said(self, month: str) -> str:
        """In a few words."""
        if month in self.closed:
            return f"Closed {short_day(self.closed[month].closed_at)}"
        if month >= self.now:
            return "Under way"
        return "To be closed" if month == self.turn else "Over"


def month_row(month: Month, stand: Stand) -> Cells:
    """One month."""
    return [
        Link(month_name(month.name), f"/finance/months/{month.name}"),
        pounds_and_pence(month.accrued_pence),
        pounds_and_pence(month.taken_back_pence),
        pounds_and_pence(month.paid_pence),
        pounds_and_pence(month.owed_pence),
        pounds_and_pence(month.held_pence),
        stand.said(month.name),
    ]


def statement_rows(statement: Figures) -> Sequence[Cells]:
    """From how it began to how it ended."""
    return [
        ["Owed at the beginning", pounds_and_pence(statement.opening_owed_pence)],
        ["Held in disputes at the beginning", pounds_and_pence(statement.opening_held_pence)],
        ["Accrued", pounds_and_pence(statement.accrued_pence)],
        ["Taken back: refunds and lost disputes", pounds_and_pence(-statement.taken_back_pence)],
        ["Paid over", pounds_and_pence(-statement.paid_pence)],
        ["Owed at the end", pounds_and_pence(statement.owed_pence)],
        ["Held in disputes at the end", pounds_and_pence(statement.held_pence)],
    ]


def frozen_facts(found: Ending, postings: int) -> Sequence[tuple[str, str]]:
    """(name, fact) of what closing a month keeps for good."""
    amounts = [
        f"{pounds_and_pence(one.owed_pence)} owed, {pounds_and_pence(one.held_pence)} held"
        for one in found.statements
    ]
    return [
        ("Postings", f"{postings:,}, of both books; the last is No. {found.last_seq:,}"),
        ("Real orders", amounts[0]),
        ("Test orders", amounts[1]),
        (
            "What comes later",
            f"stands in {month_name(next_month(found.month))} or after, and says when it happened",
        ),
        ("SHA-256 of it all", found.digest),
    ]


def gift_row(gift: GiftLine) -> Cells:
    """The gifts of one agreement."""
    return [
        gift.charity_name,
        pounds_and_pence(gift.amount_pence),
        gift.accrued_units,
        gift.taken_back_units,
        pounds_and_pence(gift.pence),
    ]
