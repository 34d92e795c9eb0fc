"""Money at Stripe that is not this shop's: out of what should come to nothing, once somebody can say so.

Reconciliation lists another product's payments, and a person explains other money that no order is behind
(`reconciliation.differences`). From then on it stands in an account of its own.
"""

from collections.abc import Iterator
from itertools import groupby
from typing import Final

from sqlalchemy import select
from sqlalchemy.orm import Session

from shop import clock
from shop.bookkeeping.chart_of_accounts import JournalEntry, MoneyAccount
from shop.bookkeeping.month_bounds import Bounds
from shop.payments.services import Services
from shop.reconciliation.difference_kinds import DifferenceKind, StepKind
from shop.reconciliation.models import Difference, DifferenceStep

SETTLED: Final = (StepKind.LISTED, StepKind.EXPLAINED)
NOT_OURS: Final = (DifferenceKind.OTHER_PRODUCT, DifferenceKind.UNKNOWN_HERE)
"""Kinds of differences that are money at Stripe in our currency, with no entry of ours."""
BATCH: Final = 500


def set_aside_entries(session: Session, services: Services, bounds: Bounds) -> Iterator[JournalEntry]:
    """What was listed or explained in these months; of what comes to other amounts, the difference."""
    since, until = bounds.moments
    settled = DifferenceStep.kind.in_(SETTLED)
    lately = select(DifferenceStep.difference_id).where(
        settled, DifferenceStep.at >= since, DifferenceStep.at < until
    )
    query = (
        select(Difference, DifferenceStep)
        .join(DifferenceStep, DifferenceStep.difference_id == Difference.id)
        .where(Difference.mode == services.mode, Difference.book == services.book)
        .where(Difference.kind.in_(NOT_OURS), settled, Difference.id.in_(lately))
        .order_by(Difference.id, DifferenceStep.number)
        .execution_options(yield_per=BATCH)
    )
    for _, rows in groupby(session.execute(query), key=lambda row: row[0].id):
        yield from _changes([(difference, step) for difference, step in rows if step.at < until], bounds)


def _changes(rows: list[tuple[Difference, DifferenceStep]], bounds: Bounds) -> Iterator[JournalEntry]:
    before = 0
    for difference, step in rows:
        pence, before = (step.theirs_pence or 0) - before, step.theirs_pence or 0
        if pence and clock.month(step.at) >= bounds.first:
            yield _entry(difference, step, pence)


def _entry(difference: Difference, step: DifferenceStep, pence: int) -> JournalEntry:
    day = clock.in_britain(step.at).date()
    listed = step.kind == StepKind.LISTED
    return JournalEntry(
        key=f"set aside:{step.id}",
        period=clock.month(step.at),
        day=day,
        happened_on=day,
        what="Another product’s at Stripe" if listed else "Explained money at Stripe",
        reference=difference.order_reference,
        stripe_id=difference.about,
        lines=((MoneyAccount.CLEARING, pence), (MoneyAccount.OTHER, -pence)),
    )
