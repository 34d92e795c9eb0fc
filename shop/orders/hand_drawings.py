"""Words that no face can set: the owner draws them, the buyer approves, and only then can they be cut.

Artwork from a photograph takes the same road: the owner looks at its outline first, and accepts it as it is,
or sends a drawing of her own for the buyer to approve.

What happened is a row; the drawings themselves, and what the buyer would like otherwise, are sealed with the
order's words.
"""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import field
from enum import StrEnum
from typing import Any, Final

from sqlalchemy import select
from sqlalchemy.orm import Session

from shop import clock
from shop.alerts import AlertKind, raise_alert, withdraw_alert
from shop.dedications.vault import Vault
from shop.dedications.words import check_message
from shop.frozen import frozen
from shop.mail import outbox
from shop.orders.lifecycle import lines_of, lock, move_version
from shop.orders.models import HandDrawingStep, Order, OrderLine

EMAIL: Final = "drawing-ready"
MOST_WORDS: Final = 600


class Step(StrEnum):
    """What happened to a drawing."""

    SENT = "sent"
    APPROVED = "approved"
    ACCEPTED = "accepted"
    """By the owner, as it was bought."""
    CHANGE_ASKED = "change asked"
    WORDS_CHANGED = "words changed"
    """Those that were drawn are cut no more."""


MAY_BE_CUT: Final = frozenset({Step.APPROVED, Step.ACCEPTED})
"""Steps after which a unit may be cut."""


class NotWaiting(Exception):
    """There is no drawing that waits for an answer: it was answered, or another has taken its place."""


@frozen
class HandDrawing:
    """How the drawing of one unit stands. `sides` is the latest, path data by the key of the side."""

    step: Step | None
    number: int = 0
    """Of the latest drawing that was sent; 0 before the first."""
    sides: Mapping[str, str] = field(default_factory=dict, repr=False)
    wish: str = field(default="", repr=False)
    """What the buyer would like otherwise, when the last step was to ask for it."""

    @property
    def approved(self) -> bool:
        """Whether the latest drawing is what is cut."""
        return self.step is Step.APPROVED

    @property
    def is_sent(self) -> bool:
        """Whether there is a drawing that the buyer has seen."""
        return self.step in {Step.SENT, Step.APPROVED, Step.CHANGE_ASKED}

    @property
    def may_be_cut(self) -> bool:
        """Whether nobody has to look at anything first."""
        return self.step in MAY_BE_CUT


def standing(steps: Sequence[HandDrawingStep], line: int, sealed: Mapping[str, Any]) -> HandDrawing:
    """How the drawing of a line stands, from its steps in their order and what is sealed with them."""
    own = [step for step in steps if step.line_number == line]
    sent = [step for step in own if step.kind == Step.SENT]
    if not own or own[-1].kind == Step.WORDS_CHANGED:
        return HandDrawing(None, len(sent))
    if own[-1].kind == Step.ACCEPTED:
        return HandDrawing(Step.ACCEPTED, len(sent))
    kept = sealed.get(_label(line, sent[-1].id)) or {}
    wish = sealed.get(_label(line, own[-1].id)) or {}
    return HandDrawing(Step(own[-1].kind), len(sent), kept.get("sides", {}), wish.get("wish", ""))


def steps_of(session: Session, *order_ids: int) -> Sequence[HandDrawingStep]:
    """All steps of the drawings of an order, or of several, in their order."""
    query = select(HandDrawingStep).where(HandDrawingStep.order_id.in_(order_ids))
    return session.scalars(query.order_by(HandDrawingStep.id)).all()


def approved_lines(session: Session, order_id: int) -> set[int]:
    """The numbers of the lines whose latest drawing the buyer has approved, or the owner accepted."""
    latest = {step.line_number: step.kind for step in steps_of(session, order_id)}
    return {line for line, kind in latest.items() if kind in MAY_BE_CUT}


def kept(session: Session, vault: Vault, order_id: int) -> dict[int, list[dict[str, Any]]]:
    """All that is kept of an order's drawings, by the number of the line: each step with what is sealed."""
    sealed, found = vault.reveal_all(session, order_id), defaultdict(list)
    for step in steps_of(session, order_id):
        words = sealed.get(_label(step.line_number, step.id)) or {}
        told = {"at": step.at.isoformat(), "what": step.kind, "by": step.actor}
        found[step.line_number].append(told | words)
    return found


def ask_owner(session: Session, order: Order, lines: Sequence[OrderLine]) -> None:
    """Tell the owner that these units of a paid order are to be drawn, or their artwork looked at."""
    for line in lines:
        if line.by_hand:
            raise_alert(session, AlertKind.TO_BE_DRAWN, _about(order, line.number))
        elif line.artwork:
            raise_alert(session, AlertKind.ARTWORK_WAITS, _about(order, line.number))


def accept(session: Session, order_id: int, line: int, *, actor: str) -> None:
    """The owner has looked at the artwork of a unit, and cuts it as it was bought. Raises NotWaiting."""
    order = lock(session, order_id)
    own = [step for step in steps_of(session, order.id) if step.line_number == line]
    if own and own[-1].kind in MAY_BE_CUT:
        raise NotWaiting
    _add(session, order, line, Step.ACCEPTED, actor)
    _withdraw(session, order, line)


def send(
    session: Session, vault: Vault, order_id: int, line: int, sides: Mapping[str, str], *, actor: str
) -> None:
    """Send a drawing to the buyer, in the place of any before it."""
    order = lock(session, order_id)
    step = _add(session, order, line, Step.SENT, actor)
    vault.seal(session, order.id, _label(line, step.id), {"sides": dict(sides)})
    _withdraw(session, order, line)
    outbox.put(session, kind=EMAIL, order_id=order.id, dedupe_key=f"{EMAIL}-{step.id}")


def approve(session: Session, order_id: int, line: int, number: int) -> None:
    """The buyer approves the drawing with this number. Raises NotWaiting."""
    order = lock(session, order_id)
    _refuse_unless_waiting(session, order, line, number)
    _add(session, order, line, Step.APPROVED, "buyer")


def ask_for_change(
    session: Session, vault: Vault, order_id: int, line: int, number: int, *, wish: str
) -> None:
    """The buyer would like it otherwise, and says how. Raises NotWaiting or DedicationRefused."""
    kept = check_message(wish) or ""
    order = lock(session, order_id)
    _refuse_unless_waiting(session, order, line, number)
    step = _add(session, order, line, Step.CHANGE_ASKED, "buyer")
    vault.seal(session, order.id, _label(line, step.id), {"wish": kept[:MOST_WORDS]})
    ask_owner(session, order, [row for row in lines_of(session, order.id) if row.number == line])


def words_changed(session: Session, order: Order, line: OrderLine, *, actor: str) -> None:
    """Other words stand there now: no drawing of the former ones is cut. The order must be locked."""
    _add(session, order, line.number, Step.WORDS_CHANGED, actor)
    _withdraw(session, order, line.number)
    ask_owner(session, order, [line])


def _withdraw(session: Session, order: Order, line: int) -> None:
    for kind in (AlertKind.TO_BE_DRAWN, AlertKind.ARTWORK_WAITS):
        withdraw_alert(session, kind, _about(order, line))


def _about(order: Order, line: int) -> str:
    return f"{order.reference}, piece {line}"


def _refuse_unless_waiting(session: Session, order: Order, line: int, number: int) -> None:
    own = [step for step in steps_of(session, order.id) if step.line_number == line]
    sent = sum(step.kind == Step.SENT for step in own)
    if not own or own[-1].kind != Step.SENT or sent != number:
        raise NotWaiting


def _add(session: Session, order: Order, line: int, kind: Step, actor: str) -> HandDrawingStep:
    step = HandDrawingStep(order_id=order.id, line_number=line, kind=kind, at=clock.now(), actor=actor)
    session.add(step)
    session.flush()
    move_version(session, order)
    return step


def _label(line: int, step_id: int) -> str:
    return f"drawing:{line}:{step_id}"
