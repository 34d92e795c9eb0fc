"""What leaves together: posting packed units, and what the buyer is told of it."""

from collections.abc import Sequence
from datetime import date, datetime
from typing import Final

from sqlalchemy import Select, exists, func, select
from sqlalchemy.orm import Session, aliased

from shop import clock
from shop.catalogue.postage import SERVICES
from shop.frozen import frozen
from shop.fulfilment import finished_looks
from shop.fulfilment.delivery import ASSUMED_AFTER
from shop.fulfilment.models import Parcel, TrackingChange, Unit, UnitStep
from shop.fulfilment.stages import Action, Stage, after
from shop.fulfilment.units import SLIP, NotAllowed, note, workable
from shop.giving.ledger import Book
from shop.mail import outbox
from shop.orders.lifecycle import lock
from shop.orders.models import Order, OrderLine
from shop.text.typed_text import kept_code

EMAIL: Final = "posted"
LONGEST_TRACKING: Final = 40


def post(
    session: Session,
    order_id: int,
    numbers: Sequence[int],
    *,
    tracking: str | None,
    actor: str,
    early: bool = False,
) -> Parcel:
    """Post these units of an order in one parcel. Raises NotAllowed: then none of them is posted.

    Sooner than was promised only `early` (see `early_posting`), and engraved ones only once they were looked
    at, where the owner asks for that (see `finished_looks`). The buyer's e-mail goes out once the step can no
    longer be taken back.
    """
    order = lock(session, order_id)
    if not numbers:
        raise NotAllowed("No piece was chosen.")
    if not early and (said := why_not_yet(order.post_from)):
        raise NotAllowed(said)
    if said := finished_looks.why_not_yet(session, order_id, numbers):
        raise NotAllowed(said)
    parcel = _parcel(session, order)
    track(session, parcel, tracking, actor=actor)
    for number in numbers:
        line, unit = workable(session, order_id, number)
        if (stage := after(Stage(unit.stage), Action.POST, words=line.engraved)) is None:
            raise NotAllowed(f"Piece {number} is {unit.stage}.")
        note(session, unit, Action.POST, stage, actor=actor, parcel=parcel.id)
    outbox.put(session, kind=EMAIL, order_id=order.id, dedupe_key=f"{EMAIL}-{parcel.id}", after=SLIP)
    return parcel


def may_leave(post_from: date | None) -> bool:
    """Whether a parcel that was promised not to leave before this day may leave today, in Britain."""
    return post_from is None or post_from <= clock.today()


def why_not_yet(post_from: date | None) -> str:
    """The sentence that refuses a parcel which must not leave yet; empty when it may."""
    if post_from is None or may_leave(post_from):
        return ""
    return f"It is not to be posted before {post_from:%A %-d %B}: so the buyer was promised."


def track(session: Session, parcel: Parcel, tracking: str | None, *, actor: str) -> None:
    """Write down under which number a parcel can be followed, or that it cannot."""
    kept = tidy(tracking)
    if kept != parcel.tracking:
        parcel.tracking = kept
        session.add(TrackingChange(parcel_id=parcel.id, tracking=kept, at=clock.now(), actor=actor))


def tracking_changes(session: Session, order_id: int) -> Sequence[TrackingChange]:
    """Every number that was written down for an order's parcels, oldest first."""
    changes = select(TrackingChange).join(Parcel, Parcel.id == TrackingChange.parcel_id)
    return session.scalars(changes.where(Parcel.order_id == order_id).order_by(TrackingChange.id)).all()


def parcels_of(session: Session, order_id: int) -> Sequence[Parcel]:
    """The parcels of an order that were not taken back, oldest first."""
    kept = _posted(order_id).with_only_columns(UnitStep.parcel_id)
    return session.scalars(select(Parcel).where(Parcel.id.in_(kept)).order_by(Parcel.id)).all()


@frozen
class PostedParcel:
    """A parcel with its order's reference, its service's name, and how many pieces are in it."""

    parcel: Parcel
    reference: str
    service: str
    pieces: int


def posted_between(session: Session, begins: datetime, ends: datetime, book: Book) -> list[PostedParcel]:
    """The parcels posted in these hours and not taken back, oldest first; steps have an index by time."""
    undone = aliased(UnitStep)
    rows = session.execute(
        select(Parcel, Order.reference, func.count())
        .join(Order, Order.id == Parcel.order_id)
        .join(UnitStep, UnitStep.parcel_id == Parcel.id)
        .where(UnitStep.at >= begins, UnitStep.at < ends, Order.book == book)
        .where(~exists().where(undone.undoes_id == UnitStep.id))
        .group_by(Parcel.id, Order.reference)
        .order_by(Parcel.id)
    ).all()
    return [
        PostedParcel(one, reference, SERVICES[one.service].name, pieces) for one, reference, pieces in rows
    ]


def without_number(session: Session, book: Book) -> Sequence[tuple[Parcel, str]]:
    """The parcels on their way that have no tracking number yet, oldest first, with their orders.

    One that counts as arrived by now is not looked for: the steps of these days are found by their index.
    Joined to their units they would be sought by those, among all that was ever posted (SQLite does so).
    """
    later = aliased(UnitStep)
    posted = exists().where(Unit.order_line_id == UnitStep.order_line_id, Unit.stage == Stage.POSTED)
    on_its_way = (
        select(UnitStep.parcel_id)
        .where(UnitStep.at > clock.now() - ASSUMED_AFTER, posted)
        .where(~exists().where(later.order_line_id == UnitStep.order_line_id, later.id > UnitStep.id))
    )
    rows = session.execute(
        select(Parcel, Order.reference)
        .join(Order, Order.id == Parcel.order_id)
        .where(Parcel.tracking.is_(None), Order.book == book, Parcel.id.in_(on_its_way))
        .order_by(Parcel.id)
    ).all()
    return [(parcel, reference) for parcel, reference in rows]


def told_by(session: Session, dedupe_key: str) -> tuple[Parcel, Sequence[str]] | None:
    """The parcel that a queued e-mail tells of, and the pieces in it; None when all were taken back."""
    number = dedupe_key.removeprefix(f"{EMAIL}-")
    parcel = session.get(Parcel, int(number)) if number.isdigit() else None
    pieces = _pieces(session, parcel) if parcel else []
    return (parcel, pieces) if parcel and pieces else None


def _pieces(session: Session, parcel: Parcel) -> Sequence[str]:
    in_it = _posted(parcel.order_id).where(UnitStep.parcel_id == parcel.id).order_by(OrderLine.number)
    return session.scalars(in_it).all()


def _posted(order_id: int) -> Select[str]:
    """The pieces of an order that were posted, each with the step that did it and was not taken back."""
    undone = aliased(UnitStep)
    return (
        select(OrderLine.piece_name)
        .join(UnitStep, UnitStep.order_line_id == OrderLine.id)
        .where(OrderLine.order_id == order_id, UnitStep.parcel_id.is_not(None))
        .where(~exists().where(undone.undoes_id == UnitStep.id))
    )


def tidy(tracking: str | None) -> str | None:
    """A tracking number as carriers write it: capitals and digits; None when there is none."""
    kept = "".join(letter for letter in kept_code(tracking).upper() if letter.isascii() and letter.isalnum())
    return kept[:LONGEST_TRACKING] or None


def _parcel(session: Session, order: Order) -> Parcel:
    parcel = Parcel(order_id=order.id, service=order.postage_service, tracking=None, posted_at=clock.now())
    session.add(parcel)
    session.flush()
    return parcel
