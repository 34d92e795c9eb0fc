"""What leaves for the cutter, the e-mail and the bench: outlines still as approved, or none."""

from collections.abc import Iterator, Mapping

from sqlalchemy import select
from sqlalchemy.orm import Session

from shop.alerts import AlertKind, raise_alert
from shop.dedications.vault import Vault
from shop.engraving.by_hand import cut_by_hand
from shop.engraving.cut_check import NotCuttable, cut_digest
from shop.engraving.outlines import CannotUnite, CutSide, cut_sides
from shop.orders.approved_engraving import salted
from shop.orders.lifecycle import State
from shop.orders.models import Order
from shop.orders.view import LineView, view

NOT_TO_BE_CUT = frozenset({State.EXPIRED, State.FAILED, State.REFUNDED, State.DISPUTE_LOST})
"""Orders that are not open: nothing of them is made."""


AT_A_TIME = 50
"""Orders in memory at a time."""


class NotAsApproved(Exception):
    """A unit would not be cut as it was approved. `why` quotes no word."""

    def __init__(self, kind: AlertKind, why: str) -> None:
        super().__init__(why)
        self.kind = kind
        self.why = why


class NotApprovedYet(Exception):
    """A drawing that the buyer has not approved, or artwork that nobody has looked at: nothing may be cut."""


def cut_as_approved(line: LineView) -> Mapping[str, CutSide]:
    """The outlines of each side of a unit that has words, held against the drawing that was approved.

    Both digests must still match; a line from before outlines had one is held by its drawing alone.
    Raises NotAsApproved, or NotApprovedYet for a drawing by hand.
    """
    if not line.may_be_cut:
        raise NotApprovedYet
    if line.by_hand or line.hand.approved:
        return _by_hand(line)
    if line.approved is None or not line.as_approved:
        raise NotAsApproved(AlertKind.CUT_CHANGED, "Its drawing is no longer the one that was approved.")
    try:
        cut = line.approved.cut()
    except NotCuttable as found:
        raise NotAsApproved(AlertKind.CUT_DIFFERS, str(found)) from None
    if line.row.cut_digest not in {None, line.approved.salted_cut(cut)}:
        why = "Its outlines are no longer those that were held against the drawing."
        raise NotAsApproved(AlertKind.CUT_CHANGED, why)
    return cut.sides


def outlines_as_approved(line: LineView) -> Mapping[str, CutSide]:
    """The same for a picture: outlines that bear the digest they were sold with are not looked at again.

    Raises what cut_as_approved does.
    """
    approved = line.approved
    if (
        approved is not None
        and line.row.cut_digest
        and not (line.by_hand or line.hand.approved)
        and approved.engraving.face_is_current
    ):
        try:
            sides = cut_sides(approved.sides, approved.engraving)
        except CannotUnite as found:
            raise NotAsApproved(AlertKind.CUT_DIFFERS, str(found)) from None
        if salted(approved.salt, cut_digest(sides)) == line.row.cut_digest:
            return sides
    return cut_as_approved(line)


def _by_hand(line: LineView) -> Mapping[str, CutSide]:
    try:
        return {side.key: cut_by_hand(side, line.hand.sides[side.key]) for side in line.sides}
    except (CannotUnite, NotCuttable) as found:
        raise NotAsApproved(AlertKind.CUT_DIFFERS, str(found)) from None


def tell_owner(session: Session, reference: str, number: int, problem: NotAsApproved) -> None:
    """Raise the alert for a unit of an order."""
    raise_alert(session, problem.kind, reference, f"Piece {number}: {problem.why}")


def open_orders(session: Session, after: int = 0) -> list[Order]:
    """Some of the orders that are to be made, or may yet be: those after this id, oldest first."""
    query = select(Order).where(Order.state.not_in(NOT_TO_BE_CUT), Order.id > after).order_by(Order.id)
    return list(session.scalars(query.limit(AT_A_TIME)))


def problems(session: Session, vault: Vault, order: Order) -> Iterator[tuple[int, NotAsApproved]]:
    """Each unit of an order, by its number, that would not be cut as it was approved."""
    for line in view(session, vault, order).lines:
        if line.engraving is not None:
            try:
                cut_as_approved(line)
            except NotApprovedYet:
                continue
            except NotAsApproved as found:
                yield line.row.number, found
