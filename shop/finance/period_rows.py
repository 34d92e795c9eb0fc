"""Rows, names and links of quarters and years."""

from collections.abc import Mapping, Sequence
from typing import Final

from shop.catalogue.filters import Option
from shop.finance.month_rows import Stand
from shop.giving.month_statements import Figures
from shop.giving.periods import Kind, Period
from shop.money import pounds_and_pence
from shop.web.cells import Cells, Link
from shop.web.dates import month_name

HERE: Final = "/finance/periods"
NAMES: Final[Mapping[Kind, str]] = {
    Kind.QUARTER: "Quarter",
    Kind.FINANCIAL_YEAR: "Financial year",
    Kind.AGREEMENT_YEAR: "Agreement year",
}


def kinds(chosen: Kind | None) -> Mapping[str, Sequence[Option]]:
    """Links to months, and to each kind of period."""
    months = Option("Month", "/finance/months", chosen is None)
    return {"By": [months, *(Option(name, f"{HERE}/{kind}", kind is chosen) for kind, name in NAMES.items())]}


def period_name(period: Period) -> str:
    """As in 'April to June 2031'; of an agreement's year also whose."""
    first, last = month_name(period.first), month_name(period.last)
    if first[-4:] == last[-4:]:
        first = first[:-5]
    of = f", {period.reference}" if period.reference else ""
    return f"{first} to {last}{of}" if period.first != period.last else f"{last}{of}"


def address(period: Period) -> str:
    """Where a period is shown."""
    of = f"?agreement={period.policy_id}" if period.policy_id else ""
    return f"{HERE}/{period.kind}/{period.first}{of}"


def stands(period: Period, stand: Stand) -> str:
    """How firm its figures are."""
    if period.is_closed(stand.closed):
        return "Closed"
    if period.last >= stand.now:
        return "Under way"
    return f"Over; {month_name(stand.turn or period.last)} is not closed"


def period_row(period: Period, figures: Figures, stand: Stand) -> Cells:
    """One period."""
    return [
        Link(period_name(period), address(period)),
        pounds_and_pence(figures.opening_owed_pence),
        pounds_and_pence(figures.accrued_pence),
        pounds_and_pence(figures.taken_back_pence),
        pounds_and_pence(figures.paid_pence),
        pounds_and_pence(figures.owed_pence),
        pounds_and_pence(figures.held_pence),
        stands(period, stand),
    ]


def month_cells(month: str, figures: Figures, stand: Stand) -> Cells:
    """One month of a period."""
    return [
        Link(month_name(month), f"/finance/months/{month}"),
        pounds_and_pence(figures.accrued_pence),
        pounds_and_pence(figures.taken_back_pence),
        pounds_and_pence(figures.paid_pence),
        pounds_and_pence(figures.owed_pence),
        stand.said(month),
    ]
