"""What /giving shows below its summary: the chart, the rows of its tables. Money is in pence."""

from collections.abc import Sequence
from datetime import date
from typing import Final

from shop.frozen import frozen
from shop.giving.gift_counts import Gifts
from shop.giving.ledger import Book
from shop.giving.months import Month
from shop.giving.remittances import Remittance
from shop.money import pounds, pounds_and_pence
from shop.web.cells import Cells
from shop.web.dates import day, month_name

DRAWN: Final = 12
"""Months in the chart; the table below it has them all."""
WIDEST: Final = 70
"""How much of the chart's width, in per cent, its longest bar takes; the rest is for the figure beside it."""
LEFT_OUT: Final = "The last {} months are drawn; the table has them all."
HIGH: Final = 5
"""Of a month in the chart, in em."""


@frozen
class Agreement:
    """What stands behind the promise in force."""

    charity_name: str
    charity_url: str
    reference: str
    signed_on: date
    starts_on: date
    ends_on: date | None
    pay_within_days: int
    keys: tuple[str, ...]
    """Fingerprints of the charity's keys that it names, in groups."""
    sample: bool


@frozen
class Given:
    """Everything the page depends on; money in pence. Two that are equal give the same page."""

    book: Book
    statement: str | None
    agreement: Agreement | None
    months: tuple[Month, ...]
    """Newest first."""
    owed: tuple[tuple[str, int], ...]
    """To each charity now."""
    payments: tuple[Remittance, ...]
    due_on: date | None
    """By when the first of what is owed is paid over."""
    confirmed: tuple[tuple[int, date], ...]
    """The payments that the charity has confirmed with its own key, and on which day."""
    logged: bool
    """Whether the public log has begun."""
    seq: int
    hash: str
    booked_on: date | None
    year: str
    """This one, by Britain's calendar."""
    this_year: Gifts
    in_all: Gifts

    @property
    def given_pence(self) -> int:
        """What all orders came to for the charity."""
        return sum(month.given_pence for month in self.months)

    @property
    def paid_pence(self) -> int:
        """What was paid over in all."""
        return sum(month.paid_pence for month in self.months)

    @property
    def owed_pence(self) -> int:
        """What is owed now; below zero when more was paid over than is owed."""
        return self.months[0].owed_pence if self.months else 0

    @property
    def held_pence(self) -> int:
        """What waits for a bank to decide a dispute."""
        return self.months[0].held_pence if self.months else 0


@frozen
class Bar:
    """An amount in the chart: its width in per cent, where it and its words stand, in em from the top."""

    pence: int
    percent: str
    css_class: str
    y: str
    words_y: str

    @property
    def back(self) -> bool:
        """Whether it goes the other way."""
        return self.pence < 0


@frozen
class ChartRow:
    """A month in the chart."""

    label: str
    y: str
    given: Bar
    paid: Bar


@frozen
class Chart:
    """The newest months as bars, with what the chart is and says in words."""

    rows: Sequence[ChartRow]
    height: int
    span: str
    said: str
    left_out: str
    """That there are more months than these; empty when there are not."""


@frozen
class MonthTable:
    """Every month, and what they come to."""

    rows: Sequence[Cells]
    foot: Cells


def chart(months: Sequence[Month]) -> Chart:
    """The newest of these months, in the order given; the longest bar is WIDEST per cent of the width."""
    shown = months[:DRAWN]
    longest = max((abs(p) for month in shown for p in (month.given_pence, month.paid_pence)), default=0)
    return Chart(
        rows=[_chart_row(month, number * HIGH, longest) for number, month in enumerate(shown)],
        height=len(shown) * HIGH,
        span=f"in the last {len(shown)} months" if len(shown) > 1 else "this month",
        said=" ".join(_in_words(month) for month in shown),
        left_out=LEFT_OUT.format(DRAWN) if len(months) > DRAWN else "",
    )


def month_table(given: Given) -> MonthTable:
    """The months as rows, newest first: given, paid over, owed at its end, from orders, refunded."""
    months = given.months
    accrued, back = sum(m.accrued_pence for m in months), sum(m.taken_back_pence for m in months)
    in_all = (given.given_pence, given.paid_pence, given.owed_pence, accrued, back)
    return MonthTable(
        [
            [
                month_name(month.name),
                pounds_and_pence(month.given_pence),
                pounds_and_pence(month.paid_pence),
                pounds_and_pence(month.owed_pence),
                pounds_and_pence(month.accrued_pence),
                pounds_and_pence(month.taken_back_pence),
            ]
            for month in months
        ],
        foot=["In all", *(pounds_and_pence(pence) for pence in in_all)],
    )


def payment_row(payment: Remittance, confirmed_on: date | None = None) -> Cells:
    """One payment: the day, the amount, to whom, and whether the charity has said that it came."""
    if payment.undone:
        said = "Recorded by mistake, undone"
    elif payment.undoes:
        said = "Undoes a payment recorded by mistake"
    elif confirmed_on:
        said = f"Confirmed by the charity on {day(confirmed_on)}"
    else:
        said = "Receipt on file" if payment.receipt or payment.has_document else ""
    return [day(payment.paid_on), pounds_and_pence(payment.amount_pence), payment.charity_name, said]


def agreement_facts(agreement: Agreement) -> list[tuple[str, str]]:
    """(name, fact) of what was agreed with the charity."""
    until = f" to {day(agreement.ends_on)}" if agreement.ends_on else ""
    return [
        ("Signed", day(agreement.signed_on)),
        ("Reference", agreement.reference),
        ("In force", f"from {day(agreement.starts_on)}{until}"),
        ("To be paid over", f"within {agreement.pay_within_days} days of reaching us"),
        *(("The charity confirms with the key", key) for key in agreement.keys),
    ]


def _chart_row(month: Month, top: int, longest: int) -> ChartRow:
    given = _bar(month.given_pence, longest, "chart-given", top + 1.55)
    paid = _bar(month.paid_pence, longest, "chart-paid", top + 2.85)
    return ChartRow(month_name(month.name), f"{top + 1:.2f}em", given, paid)


def _bar(pence: int, longest: int, css_class: str, y: float) -> Bar:
    """The words stand just above the bar's lower edge."""
    tenths = WIDEST * 10 * abs(pence) // longest if longest else 0
    return Bar(
        pence,
        f"{tenths // 10}.{tenths % 10}%",
        css_class,
        f"{y:.2f}em",
        f"{y + 0.85:.2f}em",
    )


def _in_words(month: Month) -> str:
    """A month of the chart for those who do not see it."""
    given, paid = pounds(month.given_pence), pounds(month.paid_pence)
    return f"{month_name(month.name)}: {given} given, {paid} paid over."
