"""What a payout is made of comes to its amount, and all that ever moved to what lies at Stripe.

Invariants 2 and 5. Of a payout made by hand Stripe does not say what is in it, and of one under way not yet:
then its own row is all that is compared. What differs is read anew before anything is said.
"""

from collections.abc import Iterator, Sequence
from contextlib import suppress
from datetime import datetime, timedelta
from typing import Final

from sqlalchemy import ColumnElement, func, select
from sqlalchemy.orm import InstrumentedAttribute, Session

from shop.bookkeeping.balance_transaction_rows import keep_moves, keep_payouts
from shop.bookkeeping.balance_transaction_state import locked
from shop.bookkeeping.models import BalanceTransaction, Payout
from shop.frozen import frozen
from shop.money import CURRENCY
from shop.payments.gateway_errors import GatewayRefused
from shop.payments.services import Services
from shop.reconciliation.difference_kinds import DifferenceKind
from shop.reconciliation.differences import Found
from shop.reconciliation.sums_said import amount_in

CAME_BACK: Final = frozenset({"failed", "canceled"})
KNOWS_ITS_MEMBERS: Final = "completed"
TRIES: Final = 3
"""How often the balance is read again while it moves under our eyes."""
JUST_NOW: Final = timedelta(hours=1)

ABOUT_BALANCE: Final = "balance"


@frozen
class PayoutSides:
    """One payout, and what the rows of it come to."""

    payout: Payout
    own: int | None
    """Of its own row and of what took it back; None while Stripe has no row of it."""
    made_of: int
    """Net of all that is in it, itself and what took it back left out."""

    @property
    def own_agrees(self) -> bool:
        """Whether its rows say what it says."""
        if self.own is None:
            return self.payout.balance_transaction is None
        if self.payout.status in CAME_BACK:
            return self.own == 0
        return self.own == -self.payout.amount

    @property
    def members_agree(self) -> bool:
        """Whether what is in it comes to its amount, where Stripe says what that is."""
        says = self.payout.automatic and self.payout.reconciliation_status == KNOWS_ITS_MEMBERS
        if not says or self.payout.status in CAME_BACK or self.payout.members_read_at is None:
            return True
        return self.made_of == self.payout.amount


def check_payouts(services: Services, ids: Sequence[str]) -> list[Found]:
    """What differs of these payouts. Raises GatewayDown: then none of it is known."""
    with services.database.reading() as session:
        differing = [sides for sides in _sides_of(session, ids) if not _agree(sides)]
    return [found for sides in differing for found in _looked_into(services, sides.payout.id)]


def check_balance(services: Services) -> list[Found]:
    """From an opening balance of nothing, everything that moved is what lies there now. Raises GatewayDown.

    Money may move while it is asked for: then both are read again, and what never stands still is not judged.
    """
    for again in range(TRIES):
        before = services.gateway.balance()
        if again:
            _read_what_is_new(services)
        with services.database.reading() as session:
            moved = _moved(session, services)
        lies = before.available + before.pending
        if lies == moved:
            return []
    if services.gateway.balance() != before:
        return []
    said = f"Balance: {amount_in(CURRENCY, lies)} at Stripe, but {amount_in(CURRENCY, moved)} moved."
    return [Found(kind=DifferenceKind.BALANCE, about=ABOUT_BALANCE, said=said, theirs=lies, ours=moved)]


def _looked_into(services: Services, payout_id: str) -> Iterator[Found]:
    """The same once the payout, its rows and, if it has any, its members were read anew."""
    with suppress(GatewayRefused):
        _read_anew(services, payout_id)
    with services.database.reading() as session:
        (sides,) = _sides_of(session, [payout_id])
    payout, own = sides.payout, -(sides.own or 0)
    said = f"{payout_id}: a payout of {amount_in(payout.currency, payout.amount)}"
    if not sides.own_agrees:
        rows = f"by its rows {amount_in(payout.currency, own)} went out."
        yield _found(DifferenceKind.PAYOUT_ROW, payout, own, f"{said} is {payout.status}, but {rows}")
    if not sides.members_agree and (made_of := _asked(services, sides)) != payout.amount:
        members = f"but it is made of {amount_in(payout.currency, made_of)}."
        yield _found(DifferenceKind.PAYOUT, payout, made_of, f"{said}, {members}")


def _found(kind: DifferenceKind, payout: Payout, ours: int, said: str) -> Found:
    return Found(kind=kind, about=payout.id, said=said, theirs=payout.amount, ours=ours)


def _read_anew(services: Services, payout_id: str) -> None:
    payout = services.gateway.payout(payout_id)
    rows, _ = services.gateway.some_moves(source=payout_id)
    with services.database.transaction() as session:
        state = locked(session, services)
        keep_payouts(session, state, [payout])
        keep_moves(session, state, rows)


def _asked(services: Services, sides: PayoutSides) -> int:
    """What Stripe says that it is made of: one that came back may have left again with it."""
    try:
        moves = services.gateway.moves(payout=sides.payout.id)
        return sum(move.net for move in moves if move.source != sides.payout.id)
    except GatewayRefused:
        return sides.payout.amount


def _agree(sides: PayoutSides) -> bool:
    return sides.own_agrees and sides.members_agree


def _sides_of(session: Session, ids: Sequence[str]) -> list[PayoutSides]:
    payouts = session.scalars(select(Payout).where(Payout.id.in_(ids)).order_by(Payout.id)).all()
    row = BalanceTransaction
    own = _sums(session, row.source, row.amount, row.source.in_(ids))
    others = row.payout_id.in_(ids) & row.source.is_distinct_from(row.payout_id)
    made_of = _sums(session, row.payout_id, row.net, others)
    return [PayoutSides(one, own.get(one.id), made_of.get(one.id, 0)) for one in payouts]


def _sums(
    session: Session,
    by: InstrumentedAttribute[str | None],
    of: InstrumentedAttribute[int],
    where: ColumnElement[bool],
) -> dict[str | None, int]:
    found = session.execute(select(by, func.sum(of)).where(where).group_by(by))
    return {name: int(pence) for name, pence in found}


def _read_what_is_new(services: Services) -> None:
    """Balance transactions of the last hour. Raises GatewayDown."""
    since: datetime = services.gateway.now() - JUST_NOW
    after = None
    while True:
        rows, more = services.gateway.some_moves(since=since, after=after)
        with services.database.transaction() as session:
            keep_moves(session, locked(session, services), rows)
        if not (rows and more):
            return
        after = rows[-1].id


def _moved(session: Session, services: Services) -> int:
    row = BalanceTransaction
    pence = session.scalar(
        select(func.sum(row.net)).where(
            row.mode == services.mode, row.book == services.book, row.currency == CURRENCY
        )
    )
    return int(pence or 0)
