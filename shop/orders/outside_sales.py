"""Pieces sold outside the shop, at a fair or to a friend: they leave the stock, and bring their gift.

Every piece sold brings the charity its gift, wherever it was sold. A sale that was entered by mistake is
taken back by a further row: its pieces are on hand again and its gift is reversed; both rows stay.
"""

from collections.abc import Sequence
from datetime import date, datetime
from typing import Final

from sqlalchemy import exists, select
from sqlalchemy.orm import Session, aliased

from shop import clock, stock
from shop.catalogue.views import PieceView, VariantView
from shop.frozen import frozen
from shop.giving import ledger
from shop.giving.ledger import Book, Fact, Facts, Standing, UnitTarget
from shop.giving.models import Policy
from shop.giving.policies import policy_in_force
from shop.orders.lifecycle import new_reference
from shop.orders.models import OutsideSale
from shop.sql import one_at_a_time
from shop.stock.models import OUTSIDE

MOST: Final = 100
"""Pieces in one entry."""

WHOLE: Final = "ORDER"
"""What stands for a piece in the ledger when the policy counts by order, as for orders of the shop."""


class FewerThere(Exception):
    """Fewer are free than were sold, by the shop's reckoning."""

    def __init__(self, free: int) -> None:
        are = "1 is" if free == 1 else f"{free} are"
        super().__init__(f"By our reckoning {are} free. Please count the drawer first, or look again.")
        self.free = free


class SaidOtherwise(Exception):
    """The form was sent before with something else in it."""

    def __init__(self) -> None:
        super().__init__("This form was sent before with something else in it. Please look at the list.")


@frozen(kw_only=True)
class SaleEntry:
    """What somebody enters. `counted`: a count since has missed the pieces already, so the stock is right."""

    piece: PieceView
    variant: VariantView
    quantity: int
    sold_on: date
    note: str
    counted: bool = False


def enter(session: Session, entry: SaleEntry, *, book: Book, once: str, actor: str) -> OutsideSale:
    """Write a sale down, take its pieces from the stock and post its gift. The same `once` is one sale.

    The gift is what was promised on the day of the sale; without a promise in force there is none.
    Raises FewerThere, or SaidOtherwise.
    """
    if known := _known(session, once):
        if _facts(known) != _facts(_row(entry, book, once, actor)):
            raise SaidOtherwise
        return known
    row = _row(entry, book, once, actor)
    policy = policy_in_force(session, row.event_at, samples=book == "test")
    row.policy_id = policy.id if policy else None
    if row.moves_stock:
        _take(session, row)
    session.add(row)
    session.flush()
    _give(session, row, Standing.ACCRUED, at=row.event_at, actor=actor)
    return row


def _take(session: Session, row: OutsideSale) -> None:
    reference, variant = row.reference, row.variant_id
    if not stock.sell_some(session, variant, row.quantity, order_reference=reference, actor=row.actor):
        raise FewerThere(stock.level_of(session, variant).available)


def gift_of(session: Session, sale: OutsideSale) -> int:
    """Pence that a sale brings the charity; none without a promise in force on its day."""
    return _gift(sale, session.get(Policy, sale.policy_id) if sale.policy_id else None)


def take_back(session: Session, sale_id: int, *, actor: str) -> bool:
    """Take a sale back that was entered by mistake. False when there is none such, or it was before."""
    row = session.get(OutsideSale, sale_id, with_for_update=True)
    if row is None or row.undoes_id is not None or _undone(session, sale_id):
        return False
    session.add(_counter_row(row, actor))
    session.flush()
    if row.moves_stock:
        stock.return_units(session, {row.variant_id: row.quantity}, row.reference, actor)
    _give(session, row, Standing.NONE, at=clock.now(), actor=actor)
    return True


@frozen
class SaleRow:
    """A sale as it is listed: what it gave, and whether it was taken back."""

    sale: OutsideSale
    given_pence: int
    undone: bool


def listed(session: Session, book: Book, *, before: int | None = None, most: int) -> Sequence[SaleRow]:
    """The sales of a book, the latest entry first; what takes one back is not listed by itself."""
    back = aliased(OutsideSale)
    query = (
        select(OutsideSale, Policy, exists().where(back.undoes_id == OutsideSale.id))
        .outerjoin(Policy, Policy.id == OutsideSale.policy_id)
        .where(OutsideSale.book == book, OutsideSale.undoes_id.is_(None))
        .order_by(OutsideSale.id.desc())
        .limit(most)
    )
    if before is not None:
        query = query.where(OutsideSale.id < before)
    return [
        SaleRow(sale, 0 if undone else _gift(sale, policy), undone)
        for sale, policy, undone in session.execute(query)
    ]


_COPIED: Final = (
    "book", "variant_id", "sku", "piece_name", "metal_name", "chain_inches", "sold_on", "note", "moves_stock",
    "policy_id",
)  # fmt: skip


def _row(entry: SaleEntry, book: Book, once: str, actor: str) -> OutsideSale:
    return OutsideSale(
        reference=f"{OUTSIDE}{new_reference().removeprefix('PM-')}",
        once=once,
        book=book,
        variant_id=entry.variant.id,
        sku=entry.variant.sku,
        piece_name=entry.piece.name,
        metal_name=entry.variant.metal_name,
        chain_inches=entry.variant.chain_inches,
        quantity=entry.quantity,
        sold_on=entry.sold_on,
        note=entry.note,
        moves_stock=not entry.counted,
        policy_id=None,
        undoes_id=None,
        entered_at=clock.now(),
        actor=actor,
    )


def _counter_row(row: OutsideSale, actor: str) -> OutsideSale:
    return OutsideSale(
        **{name: getattr(row, name) for name in _COPIED},
        reference=f"{row.reference}-back",
        once=f"back:{row.id}",
        quantity=-row.quantity,
        undoes_id=row.id,
        entered_at=clock.now(),
        actor=actor,
    )


def _facts(row: OutsideSale) -> tuple[object, ...]:
    return row.book, row.variant_id, row.quantity, row.sold_on, row.note, row.moves_stock


def _known(session: Session, once: str) -> OutsideSale | None:
    one_at_a_time(session, f"outside sale:{once}")
    return session.scalars(select(OutsideSale).where(OutsideSale.once == once)).one_or_none()


def _undone(session: Session, sale_id: int) -> bool:
    return session.scalar(select(OutsideSale.id).where(OutsideSale.undoes_id == sale_id)) is not None


def _gift(row: OutsideSale, policy: Policy | None) -> int:
    if policy is None:
        return 0
    return policy.amount_pence * (row.quantity if policy.basis == "unit" else 1)


def _give(session: Session, row: OutsideSale, standing: Standing, *, at: datetime, actor: str) -> None:
    policy = session.get(Policy, row.policy_id) if row.policy_id else None
    if policy is None:
        return
    fact = Fact(at, actor, row.reference)
    numbers = range(1, row.quantity + 1) if policy.basis == "unit" else (0,)
    ledger.bring_to(
        session,
        book=row.book,
        order_reference=row.reference,
        units=[
            UnitTarget(
                unit=number,
                sku=row.sku if number else WHOLE,
                amount_pence=policy.amount_pence,
                policy_id=policy.id,
                standing=standing,
                facts=Facts(given=fact, held=fact, restored=fact, ended=fact),
            )
            for number in numbers
        ],
    )
