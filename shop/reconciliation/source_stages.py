"""Stages in which Stripe's objects are compared with our entries: some objects at a time."""

from collections.abc import Sequence
from typing import Any, Final

from sqlalchemy import ColumnElement, Select, select, true

from shop.bookkeeping.models import BalanceTransaction
from shop.money import CURRENCY
from shop.orders.models import Order
from shop.payments.models import PaymentEntry
from shop.payments.services import Services
from shop.reconciliation.difference_kinds import DifferenceKind
from shop.reconciliation.difference_lists import open_differences
from shop.reconciliation.differences import Found
from shop.reconciliation.runs import Batch, RunWork
from shop.reconciliation.source_checks import LATE_AFTER, NOT_ABOUT_ORDERS, Checked, check_sources
from shop.reconciliation.sums_said import amount_in

AT_A_TIME: Final = 200
_UNNAMED: Final = select(
    BalanceTransaction.id, BalanceTransaction.source, BalanceTransaction.amount, BalanceTransaction.currency
)

_OF_SOURCES: Final = frozenset(
    {
        DifferenceKind.AMOUNT, DifferenceKind.UNKNOWN_HERE, DifferenceKind.MISSING_THERE,
        DifferenceKind.CURRENCY,
    }
)  # fmt: skip


def compare_open(services: Services, work: RunWork) -> Batch:
    """What was open before, and entries that have waited for Stripe's row."""
    row = BalanceTransaction
    with services.database.reading() as session:
        opened = {
            known.difference.about
            for known in open_differences(session, services)
            if known.difference.kind in _OF_SOURCES
        }
        unnamed = session.execute(_UNNAMED.where(row.id.in_(opened), row.source.is_(None))).all()
        sources = opened | set(session.scalars(_waited(services, work)) if work.before else ())
    sources -= {found.id for found in unnamed}
    left = sorted(source for source in sources if source > (work.run.after or ""))
    checked = check_sources(services, left[:AT_A_TIME])
    reached = left[checked.done - 1] if checked.done < len(left) else None
    return _batch(checked, reached, [_without_a_source(found) for found in unnamed])


def compare_moves(services: Services, work: RunWork) -> Batch:
    """What Stripe's rows are about that were read since the last run, or ever."""
    row, after = BalanceTransaction, work.run.after or ""
    query = (
        _UNNAMED.where(row.mode == services.mode, row.book == services.book, row.id > after)
        .where(row.reporting_category.not_in(NOT_ABOUT_ORDERS), _read_since(work))
        .order_by(row.id)
        .limit(AT_A_TIME)
    )
    with services.database.reading() as session:
        rows = session.execute(query).all()
    sources = list(dict.fromkeys(found.source for found in rows if found.source))
    checked = check_sources(services, sources)
    gone_through = _gone_through(rows, [row.source for row in rows], sources[checked.done :])
    unnamed = [_without_a_source(row) for row in gone_through if not row.source]
    reached = gone_through[-1].id if _goes_on(rows, gone_through) else None
    return _batch(checked, reached, unnamed)


def compare_entries(services: Services, work: RunWork) -> Batch:
    """What our entries are about that were written since the last run, or ever."""
    first = 0 if work.all_of_it or work.before is None else work.before.entries_to
    after = int(work.run.after or first)
    query = (
        select(PaymentEntry.id, PaymentEntry.stripe_id)
        .join(Order, Order.id == PaymentEntry.order_id)
        .where(services.own, PaymentEntry.id > after)
        .order_by(PaymentEntry.id)
        .limit(AT_A_TIME)
    )
    with services.database.reading() as session:
        rows = session.execute(query).all()
    sources = list(dict.fromkeys(row.stripe_id for row in rows))
    checked = check_sources(services, sources)
    gone_through = _gone_through(rows, [row.stripe_id for row in rows], sources[checked.done :])
    reached = str(gone_through[-1].id) if _goes_on(rows, gone_through) else None
    return _batch(checked, reached)


def _waited(services: Services, work: RunWork) -> Select[str]:
    """Entries that the run before may have left waiting, and that Stripe still has no row of."""
    assert work.before is not None
    row = BalanceTransaction
    has_row = select(row.id).where(row.source == PaymentEntry.stripe_id).exists()
    return (
        select(PaymentEntry.stripe_id)
        .join(Order, Order.id == PaymentEntry.order_id)
        .where(services.own, PaymentEntry.id <= work.before.entries_to, ~has_row)
        .where(PaymentEntry.booked_at >= work.before.begun_at - LATE_AFTER)
    )


def _read_since(work: RunWork) -> ColumnElement[bool]:
    return true() if work.run.since is None else BalanceTransaction.read_at >= work.run.since


def _without_a_source(row: Any) -> Found:
    kind = DifferenceKind.UNKNOWN_HERE if row.currency == CURRENCY else DifferenceKind.OTHER_CURRENCY
    said = f"{row.id}: {amount_in(row.currency, row.amount)} at Stripe, unexplained here."
    return Found(kind=kind, about=row.id, said=said, theirs=row.amount)


def _gone_through(rows: Sequence[Any], of: Sequence[str | None], left: Sequence[str]) -> Sequence[Any]:
    """The rows before the first whose object is left for the next batch."""
    first = of.index(left[0]) if left else len(rows)
    return rows[:first]


def _goes_on(rows: Sequence[Any], gone_through: Sequence[Any]) -> bool:
    return len(gone_through) < len(rows) or len(rows) == AT_A_TIME


def _batch(checked: Checked, reached: str | None, also: Sequence[Found] = ()) -> Batch:
    return Batch(
        found=[*checked.found, *also],
        as_before=checked.as_before,
        waiting=checked.waiting,
        compared=checked.done,
        after=reached,
    )
