"""The donation ledger as a whole: no gift of what was never sold, nothing changed that was compared."""

from collections.abc import Iterator, Sequence
from typing import Final

from sqlalchemy import exists, func, select
from sqlalchemy.orm import Session

from shop import triggers
from shop.frozen import frozen
from shop.giving import ledger_triggers, verification
from shop.giving.models import GENESIS, LedgerEntry, LedgerHead, LedgerTxn
from shop.giving.transitions import Account
from shop.money import pounds_and_pence
from shop.orders import outside_sales
from shop.orders.models import Order, OrderEvent, OutsideSale
from shop.payments.models import PaymentEntry
from shop.payments.services import Services
from shop.reconciliation.difference_kinds import DifferenceKind
from shop.reconciliation.differences import Found
from shop.reconciliation.models import ReconciliationRun
from shop.transparency.anchoring import anchors

MOST: Final = 200
"""Of each kind that are named in one run."""
CHAIN_EACH_NIGHT: Final = 20_000
"""Rows of the ledger whose chain is gone through each night; of a longer one only in whole runs."""


@frozen(kw_only=True)
class Marks:
    """What stands here at a moment: by it a later run sees whether that is still so."""

    entries_to: int
    entries_count: int
    entries_pence: int
    events_to: int
    ledger_seq: int
    ledger_hash: str


def marks_now(session: Session) -> Marks:
    """What stands here now."""
    head = session.execute(select(LedgerHead.last_seq, LedgerHead.last_hash)).one_or_none()
    entries_to = session.scalar(select(func.max(PaymentEntry.id))) or 0
    count, pence = _entries(session, entries_to)
    return Marks(
        entries_to=entries_to,
        entries_count=count,
        entries_pence=pence,
        events_to=session.scalar(select(func.max(OrderEvent.id))) or 0,
        ledger_seq=head.last_seq if head else 0,
        ledger_hash=head.last_hash if head else GENESIS,
    )


def changed_since(session: Session, before: ReconciliationRun) -> list[Found]:
    """What was compared by a run before and is not as it was then: nobody may change any of it."""
    found = []
    count, pence = _entries(session, before.entries_to)
    if (count, pence) != (before.entries_count, before.entries_pence):
        was, comes_to = pounds_and_pence(before.entries_pence), pounds_and_pence(pence)
        said = (
            f"Of the payment entries up to {before.entries_to} there were {before.entries_count}, which came "
            f"to {was}; there are {count}, which come to {comes_to}."
        )
        about = f"entries to {before.entries_to}"
        kind = DifferenceKind.ENTRIES_CHANGED
        found.append(Found(kind=kind, about=about, said=said, theirs=before.entries_pence, ours=pence))
    if not _still_sealed(session, before):
        said = f"Row {before.ledger_seq} of the donation ledger, or one before it, is not as it was."
        about = f"rows to {before.ledger_seq}"
        found.append(Found(kind=DifferenceKind.LEDGER, about=about, said=said))
    return found


def check_ledger(session: Session, services: Services, *, whole: bool) -> list[Found]:
    """What is wrong with the ledger as a whole.

    Its chain is gone through from the first row on where that takes seconds, or in a `whole` run.
    """
    found = [*_of_nothing(session, services), *_sales(session, services, whole=whole)]
    problems = triggers.missing(session.connection(), ledger_triggers.TRIGGERS)
    found += [
        Found(
            kind=DifferenceKind.LEDGER, about=f"trigger {name}", said=f"The guard {name} is gone or altered."
        )
        for name in problems
    ]
    if whole or _is_small(session):
        found += [
            Found(kind=DifferenceKind.LEDGER, about=problem[:200], said=f"{problem[0].upper()}{problem[1:]}.")
            for problem in verification.verify(session, anchors(session))[:MOST]
        ]
        found += _log(session, services)
    return found


def _log(session: Session, services: Services) -> list[Found]:
    """What the public log says otherwise, and the checkpoints that are kept beside the database."""
    problems = services.giving_log().problems(session) if services.giving_log else []
    return [Found(kind=DifferenceKind.LOG, about=problem[:200], said=problem) for problem in problems[:MOST]]


def _is_small(session: Session) -> bool:
    return (session.scalar(select(LedgerHead.last_seq)) or 0) <= CHAIN_EACH_NIGHT


def _entries(session: Session, to: int) -> tuple[int, int]:
    query = select(func.count(), func.sum(PaymentEntry.amount_pence)).where(PaymentEntry.id <= to)
    count, pence = session.execute(query).one()
    return count, int(pence or 0)


def _still_sealed(session: Session, before: ReconciliationRun) -> bool:
    if before.ledger_seq == 0:
        return True
    hashed = session.scalar(select(LedgerTxn.hash).where(LedgerTxn.seq == before.ledger_seq))
    count = session.scalar(select(func.count()).where(LedgerTxn.seq <= before.ledger_seq))
    return (hashed, count) == (before.ledger_hash, before.ledger_seq)


def _of_nothing(session: Session, services: Services) -> Iterator[Found]:
    """Gifts in this book of orders and sales that there are not."""
    in_orders = exists().where(Order.reference == LedgerTxn.order_reference, Order.book == LedgerTxn.book)
    in_sales = exists().where(
        OutsideSale.reference == LedgerTxn.order_reference, OutsideSale.book == LedgerTxn.book
    )
    query = (
        select(LedgerTxn.order_reference, func.min(LedgerTxn.seq))
        .where(LedgerTxn.book == services.book)
        .where(LedgerTxn.order_reference.is_not(None), ~in_orders, ~in_sales)
        .group_by(LedgerTxn.order_reference)
        .order_by(LedgerTxn.order_reference)
        .limit(MOST)
    )
    for found, seq in session.execute(query):
        reference = str(found)
        said = f"{reference}: row {seq} of the donation ledger is about an order that there is not."
        yield Found(kind=DifferenceKind.GIFT_INVENTED, about=reference, said=said, order=reference)


def _sales(session: Session, services: Services, *, whole: bool) -> Iterator[Found]:
    """What sales outside the shop gave: of the latest, or of all of them."""
    before = None
    while rows := outside_sales.listed(session, services.book, before=before, most=MOST):
        has = _given(session, [row.sale.reference for row in rows])
        for row in rows:
            if row.given_pence != has.get(row.sale.reference, 0):
                yield _sale(row.sale.reference, row.given_pence, has.get(row.sale.reference, 0))
        if not whole:
            return
        before = rows[-1].sale.id


def _sale(reference: str, due: int, has: int) -> Found:
    kind = DifferenceKind.GIFT_MISSING if due > has else DifferenceKind.GIFT_WRONG
    said = (
        f"{reference}: {pounds_and_pence(due)} by the sale, {pounds_and_pence(has)} in the donation ledger."
    )
    return Found(kind=kind, about=reference, said=said, theirs=due, ours=has, order=reference)


def _given(session: Session, references: Sequence[str]) -> dict[str | None, int]:
    query = (
        select(LedgerTxn.order_reference, func.sum(LedgerEntry.amount_pence))
        .join(LedgerEntry, LedgerEntry.txn_seq == LedgerTxn.seq)
        .where(LedgerTxn.order_reference.in_(references), LedgerEntry.account == Account.COST)
        .group_by(LedgerTxn.order_reference)
    )
    return {reference: int(pence) for reference, pence in session.execute(query)}
