"""Per object at Stripe, the sum of its amounts equals ours; every balance transaction is matched or named.

Invariants 1 and 6. Sums are compared for some objects at a time; of those that differ Stripe is asked whose
they are, the order is looked at, and only what differs then is a difference.
"""

from collections.abc import Sequence
from contextlib import suppress
from datetime import datetime, timedelta
from typing import Any, Final

from sqlalchemy import Select, func, select
from sqlalchemy.orm import Session

from shop import clock
from shop.bookkeeping.balance_transaction_rows import keep_moves
from shop.bookkeeping.balance_transaction_state import locked
from shop.bookkeeping.models import BalanceTransaction
from shop.bookkeeping.stripe_journal import AGAINST
from shop.frozen import frozen
from shop.money import CURRENCY
from shop.orders.models import Order
from shop.payments.gateway_errors import GatewayRefused
from shop.payments.models import PaymentEntry
from shop.payments.services import Services
from shop.payments.sync import StillMoving, sync_order
from shop.reconciliation.difference_kinds import DifferenceKind
from shop.reconciliation.differences import Found, settled_as
from shop.reconciliation.sums_said import amount_in

LATE_AFTER: Final = timedelta(days=7)
"""How long Stripe may take to move a payment's money; it says that this can be days."""
NOT_OURS: Final = "not for an order of this shop."
UNNAMEABLE: Final = ""
"""Stands for the order of what is no payment, or of one that Stripe does not show."""
LOOKED_INTO: Final = 20
"""How many that differ are looked into in one batch, each of them with some questions to Stripe."""
NOT_ABOUT_ORDERS: Final = frozenset(AGAINST)
"""Categories of money that is about nobody's payment: docs.stripe.com/reports/reporting-categories."""


@frozen(kw_only=True)
class Sides:
    """What Stripe and our entries say of one object, in pence (or the least unit of its currency)."""

    source: str
    theirs: int | None = None
    ours: int | None = None
    currencies: frozenset[str] = frozenset()
    """Those that it has at Stripe, and that our entries say."""
    order_id: int | None = None
    reference: str | None = None
    newest: datetime | None = None
    """When the last of our entries of it was written."""

    @property
    def agree(self) -> bool:
        """Whether both say the same."""
        return (self.theirs or 0) == (self.ours or 0) and len(self.currencies) <= 1

    @property
    def waits(self) -> bool:
        """Whether Stripe may still make its row: it is none of ours to say when."""
        return self.theirs is None and self.newest is not None and self.newest > clock.now() - LATE_AFTER


def sides_of(session: Session, services: Services, sources: Sequence[str]) -> list[Sides]:
    """Both sides of each of these objects, in order."""
    theirs = {
        source: (int(pence), frozenset({least, most}))
        for source, pence, least, most in session.execute(_theirs(services, sources))
    }
    ours = {row.stripe_id: row for row in session.execute(_ours(services, sources))}
    return [_sides(source, theirs.get(source), ours.get(source)) for source in sources]


@frozen(kw_only=True)
class Checked:
    """What came of comparing some objects."""

    found: Sequence[Found]
    as_before: Sequence[str]
    """Those that differ just as they did when they were listed or explained."""
    waiting: int
    """How many wait for Stripe's row."""
    done: int
    """How many of them, from the first on, were compared: some that differ are enough for one batch."""


def check_sources(services: Services, sources: Sequence[str]) -> Checked:
    """Compare these objects. Raises GatewayDown: then none of it is known."""
    with services.database.reading() as session:
        compared = sides_of(session, services, sources)
        settled = settled_as(session, services, sources)
    found: list[Found] = []
    as_before: list[str] = []
    waiting = asked = done = 0
    for done, sides in enumerate(compared, start=1):  # noqa: B007
        if sides.agree:
            continue
        if sides.waits:
            waiting += 1
        elif settled.get(sides.source) == (sides.theirs or 0, sides.ours):
            as_before.append(sides.source)
        else:
            asked += 1
            if (left := looked_into(services, sides)) is not None:
                found.append(left)
            if asked == LOOKED_INTO:
                break
    return Checked(found=found, as_before=as_before, waiting=waiting, done=done)


def looked_into(services: Services, sides: Sides) -> Found | None:
    """What is left of a difference once the order and Stripe's own rows were looked at anew.

    Raises GatewayDown.
    """
    reference = sides.reference or _named(services, sides.source)
    order_id = sides.order_id or _order_named(services, reference)
    if order_id is not None:
        with suppress(GatewayRefused, StillMoving):
            sync_order(services, order_id)
        read_anew(services, sides.source)
        with services.database.reading() as session:
            (sides,) = sides_of(session, services, [sides.source])
    return None if sides.agree or sides.waits else _found(sides, reference)


def _named(services: Services, source: str) -> str | None:
    """The order that a payment names; None of one that names none. What is no payment names its own kind."""
    with suppress(GatewayRefused):
        whose = services.gateway.whose(source)
        return whose.order_reference if whose else UNNAMEABLE
    return UNNAMEABLE


def read_anew(services: Services, source: str) -> None:
    """Read what Stripe has of one object now. Raises GatewayDown or GatewayRefused."""
    rows, _ = services.gateway.some_moves(source=source)
    with services.database.transaction() as session:
        keep_moves(session, locked(session, services), rows)


def _found(sides: Sides, reference: str | None) -> Found:
    theirs, currency = sides.theirs or 0, next(iter(sides.currencies - {CURRENCY}), CURRENCY)
    kind, rest = _kind_of(sides, reference, currency)
    return Found(
        kind=kind,
        about=sides.source,
        said=f"{sides.source}: {amount_in(currency, theirs)} at Stripe, {rest}",
        theirs=theirs,
        ours=sides.ours,
        order=reference or None,
    )


def _kind_of(sides: Sides, reference: str | None, currency: str) -> tuple[DifferenceKind, str]:
    """What it is, and the end of its sentence."""
    if sides.ours is None and reference is None:
        ours = currency == CURRENCY
        return DifferenceKind.OTHER_PRODUCT if ours else DifferenceKind.OTHER_CURRENCY, NOT_OURS
    if sides.ours is None:
        named = f" It names {reference}." if reference else ""
        return DifferenceKind.UNKNOWN_HERE, f"unexplained here.{named}"
    kind = DifferenceKind.CURRENCY if len(sides.currencies) > 1 else DifferenceKind.AMOUNT
    here = f"{amount_in(CURRENCY, sides.ours)} here."
    return DifferenceKind.MISSING_THERE if sides.theirs is None else kind, here


def _order_named(services: Services, reference: str | None) -> int | None:
    if not reference:
        return None
    with services.database.reading() as session:
        return session.scalar(select(Order.id).where(services.own, Order.reference == reference))


def _theirs(services: Services, sources: Sequence[str]) -> Select[*tuple[Any, ...]]:
    row = BalanceTransaction
    return (
        select(row.source, func.sum(row.amount), func.min(row.currency), func.max(row.currency))
        .where(row.mode == services.mode, row.book == services.book, row.source.in_(sources))
        .where(row.reporting_category.not_in(NOT_ABOUT_ORDERS))
        .group_by(row.source)
    )


def _ours(services: Services, sources: Sequence[str]) -> Select[*tuple[Any, ...]]:
    return (
        select(
            PaymentEntry.stripe_id,
            func.sum(PaymentEntry.amount_pence).label("pence"),
            func.min(PaymentEntry.currency).label("currency"),
            func.max(PaymentEntry.booked_at).label("newest"),
            func.min(Order.id).label("order_id"),
            func.min(Order.reference).label("reference"),
        )
        .join(Order, Order.id == PaymentEntry.order_id)
        .where(services.own, PaymentEntry.stripe_id.in_(sources))
        .group_by(PaymentEntry.stripe_id)
    )


def _sides(source: str, theirs: tuple[int, frozenset[str]] | None, ours: Any) -> Sides:
    pence, currencies = theirs or (None, frozenset())
    if ours is None:
        return Sides(source=source, theirs=pence, currencies=currencies)
    return Sides(
        source=source,
        theirs=pence,
        ours=int(ours.pence),
        currencies=currencies | {ours.currency},
        order_id=ours.order_id,
        reference=ours.reference,
        newest=ours.newest,
    )
