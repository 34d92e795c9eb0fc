"""Cancelling units until engraving begins: off the bench at once, the money back, the piece free again.

Until when is decided as for the words (`corrections.why_words_closed`), under the same lock, so that a unit
is either engraved or cancelled. The buyer is told by an e-mail that the order was cancelled, as the Consumer
Contracts Regulations 2013, regulation 32(5), ask of whoever lets it be done on a page.
"""

from collections.abc import Mapping, Sequence
from typing import Final

from sqlalchemy import exists, select
from sqlalchemy.orm import Session

from shop.frozen import frozen
from shop.fulfilment import returns
from shop.fulfilment.corrections import TooLate, why_words_closed
from shop.fulfilment.stages import Action, Fate, Hold, Stage
from shop.fulfilment.units import note, units_of
from shop.mail import outbox
from shop.mail.models import QueuedEmail
from shop.orders.lifecycle import lines_of, lock
from shop.orders.models import Order, OrderLine
from shop.payments.models import RefundRequest
from shop.payments.refundable import MoreThanPaid, Refundable, refundable
from shop.payments.refunds import ask

EMAIL: Final = "cancelled"


@frozen
class Cancelling:
    """What cancelling some units would give back."""

    lines: Sequence[OrderLine]
    postage_pence: int
    """Goes back with the last of what was to be sent."""
    amount_pence: int

    @property
    def rows(self) -> list[tuple[str, int]]:
        """What goes back, by what it was paid for, in pence."""
        pieces = [
            (f"{line.number}. {line.piece_name}, {line.metal_name}", line.price_pence) for line in self.lines
        ]
        return [*pieces, ("Postage", self.postage_pence)] if self.postage_pence else pieces

    @property
    def numbers(self) -> list[int]:
        """Those of the units."""
        return [line.number for line in self.lines]


def why_not(session: Session, order: Order, *, actor: str) -> Mapping[int, str]:
    """By the number of each unit, why it can no longer be cancelled; empty while it can."""
    units = units_of(session, order.id)
    return {
        line.number: why_words_closed(order, line, units[line.number], actor=actor)
        for line in lines_of(session, order.id)
        if line.number in units
    }


def what_goes_back(session: Session, order: Order, numbers: Sequence[int]) -> Cancelling:
    """What cancelling these units would give back. Raises MoreThanPaid, NothingToRefund or InDispute."""
    money = refundable(session, order)
    lines = [line for line in lines_of(session, order.id) if line.number in numbers]
    postage = _is_all(money, numbers)
    amount = money.amount([line.number for line in lines], postage=postage)
    return Cancelling(lines, order.postage_pence if postage and money.postage_free else 0, amount)


def cancel(
    session: Session, order_id: int, numbers: Sequence[int], *, agreed_pence: int, actor: str
) -> RefundRequest:
    """Cancel these units. `sync_order` then sends the money.

    Raises TooLate for any of them; MoreThanPaid also when the sum is not `agreed_pence`, which was shown; and
    as `what_goes_back` does. Then nothing is cancelled.
    """
    order = lock(session, order_id)
    closed, units = why_not(session, order, actor=actor), units_of(session, order_id)
    for number in numbers:
        if reason := closed.get(number, "There is no such piece."):
            raise TooLate(reason)
    found = what_goes_back(session, order, numbers)
    if found.amount_pence != agreed_pence:
        raise MoreThanPaid
    request = ask(
        session,
        order_id,
        lines=found.numbers,
        postage=bool(found.postage_pence),
        actor=actor,
        agreed_pence=agreed_pence,
    )
    for number in found.numbers:
        unit = units[number]
        unit.held = Hold.CANCELLED
        note(session, unit, Action.HOLD, Stage(unit.stage), actor=actor, reason=Hold.CANCELLED)
        returns.decide(session, order_id, number, Fate.FREE, actor=actor)
    outbox.put(session, kind=EMAIL, order_id=order_id, dedupe_key=_told_as(order, request))
    return request


def done_before(
    session: Session, order: Order, numbers: Sequence[int], *, agreed_pence: int | None
) -> RefundRequest | None:
    """What cancelled just these units for this sum before: a form that is sent twice asks for nothing new."""
    requests = session.scalars(select(RefundRequest).where(RefundRequest.order_id == order.id))
    same = (
        one for one in requests if one.whole_pence == agreed_pence and sorted(one.lines) == sorted(numbers)
    )
    return next((one for one in same if is_cancellation(session, order, one)), None)


def is_cancellation(session: Session, order: Order, request: RefundRequest) -> bool:
    """Whether it gives back what was cancelled, and the buyer was written to of that and of the money."""
    first = select(RefundRequest).where(RefundRequest.key == (request.joined or request.key))
    key = _told_as(order, session.scalars(first).one())
    return session.scalars(select(exists().where(QueuedEmail.dedupe_key == key))).one()


def _told_as(order: Order, request: RefundRequest) -> str:
    return f"{order.reference}:{EMAIL}:{request.id}"


def _is_all(money: Refundable, numbers: Sequence[int]) -> bool:
    """Whether nothing is left to be sent once these are cancelled."""
    return set(money.free) <= set(numbers)
