"""What a refund would do, on a page of its own before it is sent: the sum, the pieces, the donation."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Final

from sqlalchemy.orm import Session

from shop.frozen import frozen
from shop.fulfilment import returns, units
from shop.fulfilment.models import Unit
from shop.fulfilment.stages import TO_MAKE, Stage
from shop.giving.ledger import Standing, standings
from shop.money import pounds_and_pence
from shop.orders.models import OrderLine
from shop.orders.view import OrderView
from shop.owner.order_money import Option
from shop.payments import cancelling
from shop.payments.cancelling import Cancelling
from shop.payments.kinds import Goodwill
from shop.payments.refundable import Refundable

LATER: Final = "later"
OWNER: Final = "owner"
ASKED_LATER: Final = Option(LATER, "I shall say later", "You are asked on the stock page")
STAYS: Final = "The donation stays as it is."


@frozen
class Asked:
    """What is to go back. The amount beside pieces and postage is in pence."""

    lines: Sequence[int]
    postage: bool
    goodwill: Goodwill | None = None
    goodwill_pence: int = 0


@frozen
class PieceGoing:
    """A unit that counts as given back from then on, and what may become of its piece."""

    name: str
    title: str
    said: str
    chosen: str
    options: Sequence[Option]


@frozen
class RefundReview:
    """All of it."""

    asked: Asked
    sums: Sequence[tuple[str, int]]
    amount_pence: int
    pieces: Sequence[PieceGoing]
    donation: str
    left_pence: int
    cancelling: Cancelling | None
    """What cancelling the same units would give back, as their buyer can; None once that is too late."""


def refund_review(
    session: Session, order: OrderView, money: Refundable, asked: Asked, fates: Mapping[int, str]
) -> RefundReview:
    """What would happen; `fates` has what was chosen for a piece, by its number.

    Raises NothingToRefund, MoreThanPaid or InDispute.
    """
    amount = money.amount(asked.lines, postage=asked.postage, goodwill_pence=asked.goodwill_pence)
    refund = money.refund_of(asked.lines, postage=asked.postage, goodwill_pence=asked.goodwill_pence)
    taken = money.taken_by(refund)
    at_the_bench = units.units_of(session, order.row.id)
    leaving = [
        line.row for line in order.lines if line.row.number in taken and line.row.number in at_the_bench
    ]
    return RefundReview(
        asked=Asked(refund.lines, refund.postage_pence > 0, asked.goodwill, asked.goodwill_pence),
        sums=_sums(order, refund.lines, refund.postage_pence, asked),
        amount_pence=amount,
        pieces=[_going(row, at_the_bench[row.number], fates.get(row.number)) for row in leaving],
        donation=_donation(session, order, taken, money.returned),
        left_pence=money.left_pence - amount,
        cancelling=_cancelling(session, order, refund.lines),
    )


def _cancelling(session: Session, order: OrderView, numbers: Sequence[int]) -> Cancelling | None:
    closed = cancelling.why_not(session, order.row, actor=OWNER)
    if not numbers or any(closed.get(number, OWNER) for number in numbers):
        return None
    return cancelling.what_goes_back(session, order.row, numbers)


def _sums(order: OrderView, lines: Sequence[int], postage_pence: int, asked: Asked) -> list[tuple[str, int]]:
    rows = [line.row for line in order.lines if line.row.number in lines]
    sums = [(f"{row.number}. {row.piece_name}, {row.metal_name}", row.price_pence) for row in rows]
    sums += [("Postage", postage_pence)] if postage_pence else []
    return [*sums, *([(f"Goodwill: {asked.goodwill}", asked.goodwill_pence)] if asked.goodwill else [])]


def _going(row: OrderLine, unit: Unit, chosen: str | None) -> PieceGoing:
    stage = Stage(unit.stage)
    fates, here = returns.fates_of(row, stage), stage in TO_MAKE
    return PieceGoing(
        name=f"fate-{row.number}",
        title=f"What becomes of {row.number}. {row.piece_name}?",
        said=f"It is {stage}, and leaves the bench." if here else f"It is {stage}.",
        chosen=chosen or (fates[0] if here else LATER),
        options=[*(Option(fate, fate.capitalize()) for fate in fates), ASKED_LATER],
    )


def _donation(session: Session, order: OrderView, taken: frozenset[int], gone: Iterable[int]) -> str:
    """What becomes of the order's gifts: what stands now for the units that would be gone."""
    stand = {
        unit for unit, how in standings(session, order.row.reference).items() if how is not Standing.NONE
    }
    gifts = {line.row.number: line.row.donation_pence for line in order.lines}
    lost = sum(gifts[number] for number in taken if number in stand)
    if 0 in stand and taken | set(gone) == gifts.keys():
        lost += order.row.donation_pence
    kept = order.given_pence - lost
    if not lost:
        return STAYS if order.given_pence else ""
    return f"{pounds_and_pence(lost)} of its donation is taken back; {pounds_and_pence(kept)} stays."
