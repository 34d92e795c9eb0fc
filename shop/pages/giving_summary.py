"""The first screen of /giving: what was given, and how much of it was paid over, in figures and words."""

from collections.abc import Sequence
from datetime import date

from shop import clock
from shop.frozen import frozen
from shop.giving.gift_counts import Gifts
from shop.money import pounds_and_pence
from shop.pages.giving_figures import Given
from shop.web.dates import day, month_name


@frozen
class Figure:
    """An amount with its name, and a note below it."""

    name: str
    amount: str
    note: str = ""


@frozen
class BarPart:
    """A part of what was given in all, and where it lies in the bar, in per cent of its width."""

    figure: Figure
    css_class: str
    start: str
    width: str


@frozen
class Summary:
    """What stands above everything else."""

    given: Sequence[Figure]
    parts: Sequence[BarPart]
    said: str
    """The bar for those who do not see it."""


def summary(given: Given) -> Summary:
    """The first screen of what is given."""
    parts = _parts(given)
    said = ", ".join(f"{part.figure.name.lower()} {part.figure.amount}" for part in parts)
    return Summary(_given(given), parts, f"Of what was given in all: {said}.")


def _given(given: Given) -> list[Figure]:
    """This year, and in all; one figure while the two are the same."""
    began = month_name(given.months[-1].name) if given.months else ""
    in_all = Figure("", pounds_and_pence(given.in_all.pence), came_from(given.in_all))
    if given.year == given.months[-1].name[:4]:
        return [Figure(f"Given since {began}", in_all.amount, in_all.note)]
    this_year = Figure(
        f"Given in {given.year}", pounds_and_pence(given.this_year.pence), came_from(given.this_year)
    )
    return [this_year, Figure(f"In all, since {began}", in_all.amount, in_all.note)]


def came_from(gifts: Gifts) -> str:
    """From how many pieces, or orders where an agreement gives for each order."""
    if gifts.pence < 0:
        return "more came back than was sold"
    counted = [
        f"{count:,} {one if count == 1 else many}"
        for count, one, many in ((gifts.pieces, "piece", "pieces"), (gifts.orders, "order", "orders"))
        if count > 0
    ]
    return f"from {' and '.join(counted)}" if counted else ""


def _parts(given: Given) -> list[BarPart]:
    """Paid over, still to be paid and waiting. Of nothing at all no part has any width."""
    amounts = [
        (given.paid_pence, "bar-paid", Figure("Paid over", "", _last_paid(given))),
        (max(given.owed_pence, 0), "bar-owed", _owed(given)),
        (given.held_pence, "bar-held", Figure("Waiting", "", "until a bank has decided a dispute")),
    ]
    whole = sum(max(pence, 0) for pence, *_ in amounts)
    parts, before = [], 0
    for pence, css_class, figure in amounts:
        if pence or css_class != "bar-held":
            shown = Figure(figure.name, figure.amount or pounds_and_pence(pence), figure.note)
            parts.append(BarPart(shown, css_class, _percent(before, whole), _percent(pence, whole)))
        before += max(pence, 0)
    return parts


def _owed(given: Given) -> Figure:
    if given.owed_pence < 0:
        return Figure("Paid ahead", pounds_and_pence(-given.owed_pence), "set against what comes next")
    return Figure("Still to be paid over", pounds_and_pence(given.owed_pence), _due(given.due_on))


def _due(on: date | None) -> str:
    if on is None:
        return ""
    return f"the first of it {'by' if on >= clock.today() else 'was due on'} {day(on)}"


def _last_paid(given: Given) -> str:
    """When money was last paid over, and how much of all of it the charity has confirmed."""
    stands = [payment for payment in given.payments if not payment.undone and not payment.undoes]
    if not stands:
        return ""
    last = f"last on {day(max(payment.paid_on for payment in stands))}"
    confirmed = sum(one.amount_pence for one in stands if one.seq in dict(given.confirmed))
    if not confirmed:
        return last
    of_it = "all" if confirmed == given.paid_pence else pounds_and_pence(confirmed)
    return f"{last}; {of_it} of it confirmed by the charity"


def _percent(pence: int, whole: int) -> str:
    """Never more than the whole."""
    tenths = 1000 * min(max(pence, 0), whole) // whole if whole else 0
    return f"{tenths // 10}.{tenths % 10}%"
