"""Each unit's gift equals what its order's payments say, and no gift is of something that was not sold.

Invariants 3 and 4. What the payments say is read from our own entries by the rule that posts gifts
(`payments.outcome`), so nothing is posted here; that Stripe bears the entries out is `source_checks`.
"""

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any, Final, NamedTuple

from sqlalchemy import case, func, select
from sqlalchemy.orm import Session

from shop.giving import ledger
from shop.giving.ledger import Standing
from shop.giving.models import LedgerEntry, LedgerTxn
from shop.giving.transitions import STEPS, Account
from shop.money import pounds_and_pence
from shop.orders.lifecycle import EventKind, lock
from shop.orders.models import Order, OrderEvent, OrderLine
from shop.payments.models import PaymentEntry, RefundRequest, Supplement
from shop.payments.order_record import Written, open_record, written_of
from shop.payments.outcome import outcome
from shop.payments.services import Services
from shop.reconciliation.difference_kinds import DifferenceKind
from shop.reconciliation.differences import Found
from shop.reconciliation.own_snapshot import own_snapshots

TOGETHER: Final = timedelta(minutes=5)
"""A gift is written in the transaction of what happened to its order."""

Unit = tuple[str, int]
"""An order's reference and the unit's number, 0 for the order as a whole."""


class Given(NamedTuple):
    """Where a gift stands, and its pence."""

    standing: Standing
    pence: int


NOTHING: Final = Given(Standing.NONE, 0)


def check_gifts(services: Services, ids: Sequence[int], posted_since: int | None) -> list[Found]:
    """What differs of these orders' gifts. Asks Stripe nothing.

    `posted_since`: rows of the ledger after that are held against what happened to their orders; None: none.
    """
    with services.database.reading() as session:
        orders = session.scalars(select(Order).where(Order.id.in_(ids)).order_by(Order.id)).all()
        in_ledger = _in_ledger(session, [order.reference for order in orders])
        written = written_of_each(session, ids)
        suspected = [
            order.id for order in orders if any(_differing(session, order, written[order.id], in_ledger))
        ]
        found = [] if posted_since is None else list(_put_back(session, orders, posted_since))
        found += _unbalanced(session, [order.reference for order in orders])
    for order_id in suspected:
        with services.database.transaction() as session:  # alone with it: somebody may just have settled it
            order = lock(session, order_id)
            in_ledger = _in_ledger(session, [order.reference])
            found += _differing(session, order, written_of(session, order.id), in_ledger)
    return found


def written_of_each(session: Session, ids: Sequence[int]) -> Mapping[int, Written]:
    """What decides over the gifts of these orders; their payment pages are not among it."""
    tables: tuple[Any, ...] = (OrderLine, PaymentEntry, RefundRequest, Supplement)
    rows: list[dict[int, list[Any]]] = []
    for table in tables:
        found: dict[int, list[Any]] = defaultdict(list)
        for row in session.scalars(select(table).where(table.order_id.in_(ids)).order_by(table.id)):
            found[row.order_id].append(row)
        rows.append(found)
    lines, entries, requests, supplements = rows
    return {
        order_id: Written(
            sorted(lines[order_id], key=lambda line: line.number),
            (),
            entries[order_id],
            requests[order_id],
            supplements[order_id],
        )
        for order_id in ids
    }


def _differing(
    session: Session, order: Order, written: Written, in_ledger: Mapping[Unit, Given]
) -> Iterator[Found]:
    has = {unit: given for (reference, unit), given in in_ledger.items() if reference == order.reference}
    readings = _due(session, order, written)
    if any(_same(has, due) for due in readings):
        return
    due = readings[0]
    for unit in sorted(has.keys() | due.keys()):
        wanted, there = due.get(unit, NOTHING), has.get(unit, NOTHING)
        if wanted != there:
            yield _found(order.reference, unit, wanted, there, sold=unit in due)


def _same(has: Mapping[int, Given], due: Mapping[int, Given]) -> bool:
    return all(has.get(unit, NOTHING) == due.get(unit, NOTHING) for unit in has.keys() | due.keys())


def _found(reference: str, unit: int, due: Given, has: Given, *, sold: bool) -> Found:
    kind = DifferenceKind.GIFT_WRONG if sold else DifferenceKind.GIFT_INVENTED
    if due.pence > has.pence:
        kind = DifferenceKind.GIFT_MISSING
    by_payments, by_ledger = _said(due), _said(has)
    name = f"{reference}, unit {unit}" if unit else reference
    return Found(
        kind=kind,
        about=f"{reference} unit {unit}",
        said=f"{name}: {by_payments} by its payments, {by_ledger} in the donation ledger.",
        theirs=due.pence,
        ours=has.pence,
        order=reference,
    )


def _said(given: Given) -> str:
    held = " held while a bank decides" if given.standing is Standing.HELD else ""
    return f"{pounds_and_pence(given.pence)}{held}"


def _due(session: Session, order: Order, written: Written) -> list[dict[int, Given]]:
    """Where each gift should stand by our entries, in each way they can be read; the likeliest first."""
    record = open_record(session, order, written)
    return [
        {
            gift.unit: Given(gift.standing, gift.amount_pence)
            for gift in outcome(record, snapshot).gifts
            if gift.standing is not Standing.NONE
        }
        for snapshot in own_snapshots(record)
    ]


def _in_ledger(session: Session, references: Sequence[str]) -> dict[Unit, Given]:
    """Where each gift of these orders stands, and what its lines come to."""
    cost = case((LedgerEntry.account == Account.COST, LedgerEntry.amount_pence), else_=0)
    query = (
        select(LedgerTxn.order_reference, LedgerTxn.unit, func.sum(cost))
        .join(LedgerEntry, LedgerEntry.txn_seq == LedgerTxn.seq)
        .where(LedgerTxn.order_reference.in_(references))
        .where(LedgerTxn.kind.in_([kind.value for kind in STEPS]))
        .group_by(LedgerTxn.order_reference, LedgerTxn.unit)
    )
    pence = {(reference, unit): int(found) for reference, unit, found in session.execute(query)}
    standings = ledger.standings_of_each(session, *references)
    return {
        (reference, unit): Given(standing, pence.get((reference, unit), 0))
        for reference, units in standings.items()
        for unit, standing in units.items()
    }


def _put_back(session: Session, orders: Sequence[Order], since: int) -> Iterator[Found]:
    """Gifts posted when nothing happened to their orders: a look has put back what somebody took away."""
    references = {order.reference: order for order in orders}
    query = select(LedgerTxn.seq, LedgerTxn.order_reference, LedgerTxn.booked_at).where(
        LedgerTxn.order_reference.in_(references), LedgerTxn.seq > since
    )
    rows = session.execute(query.order_by(LedgerTxn.seq)).all()
    happened, later = _happened(session, [order.id for order in orders])
    for seq, reference, booked_at in rows:
        order_id = references[str(reference)].id
        if order_id not in later and not any(abs(at - booked_at) < TOGETHER for at in happened[order_id]):
            said = f"{reference}: row {seq} of the donation ledger was posted when nothing happened to it."
            yield Found(kind=DifferenceKind.GIFT_PUT_BACK, about=f"row {seq}", said=said, order=reference)


def _happened(session: Session, ids: Sequence[int]) -> tuple[Mapping[int, list[datetime]], set[int]]:
    """When something happened to each order; and those of which a gift may follow later than what it is for.

    What the owner returned by other means takes the gift with it at the next look.
    """
    found: dict[int, list[datetime]] = defaultdict(list)
    for table in (OrderEvent, PaymentEntry):
        for order_id, at in session.execute(
            select(table.order_id, table.booked_at).where(table.order_id.in_(ids))
        ):
            found[order_id].append(at)
    elsewhere = select(OrderEvent.order_id).where(
        OrderEvent.order_id.in_(ids), OrderEvent.kind == EventKind.RETURNED_ELSEWHERE
    )
    return found, set(session.scalars(elsewhere))


def _unbalanced(session: Session, references: Sequence[str]) -> Iterator[Found]:
    """Of every order, all lines in the ledger come to nothing: what one account has, another lacks."""
    total = func.sum(LedgerEntry.amount_pence)
    query = (
        select(LedgerTxn.order_reference, total)
        .join(LedgerEntry, LedgerEntry.txn_seq == LedgerTxn.seq)
        .where(LedgerTxn.order_reference.in_(references))
        .group_by(LedgerTxn.order_reference)
        .having(total != 0)
    )
    for found, pence in session.execute(query):
        reference = str(found)
        comes_to = pounds_and_pence(int(pence))
        said = f"{reference}: its lines in the donation ledger come to {comes_to}, not to nothing."
        yield Found(
            kind=DifferenceKind.ORDER_SUM,
            about=reference,
            said=said,
            theirs=0,
            ours=int(pence),
            order=reference,
        )
