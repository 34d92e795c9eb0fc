"""Corrections of a paid order: what stood before is kept, sealed, and what is made is what stands now.

Until when each thing can be put right is one table (`correctable.OPEN_WHILE`). Whoever corrects and whoever
begins to engrave hold the order's lock, so one of them comes first: the other is told.
"""

from collections.abc import Mapping, Sequence
from dataclasses import field
from datetime import datetime
from typing import Any, Final

from sqlalchemy import select
from sqlalchemy.orm import Session

from shop import clock
from shop.dedications.vault import Vault
from shop.frozen import frozen
from shop.fulfilment.correctable import OPEN_WHILE, Subject
from shop.fulfilment.models import Correction, Unit
from shop.fulfilment.progress import times
from shop.fulfilment.stages import Action, Hold, Stage
from shop.fulfilment.units import WORKED_ON, NotAllowed, note, steps_of, unit_of, units_of
from shop.mail import outbox
from shop.orders import hand_drawings
from shop.orders.approved_engraving import Approved, Digests
from shop.orders.lifecycle import lock
from shop.orders.models import Order, OrderLine

BUYER: Final = "buyer"
WORDS_EMAIL: Final = "words-changed"

ERASED: Final = "The words of this order were erased."


FINISHED: Final = {
    Stage.PACKED: "It is packed.",
    Stage.POSTED: "It was posted.",
    Stage.DELIVERED: "It was posted.",
}
"""Why the words of what is made are fixed."""


class TooLate(NotAllowed):
    """It can no longer be put right. The text says why, for a person."""


class ChangedMeanwhile(Exception):
    """Somebody else has put it right since it was looked at."""


@frozen
class NewWords:
    """Words for a unit, and the digests of their drawing and cut; none at all for a unit without words."""

    approved: Approved | None = field(repr=False)
    digests: Digests

    @classmethod
    def of(cls, approved: Approved | None) -> "NewWords":
        """Have the words cut and held against their drawing: before the transaction. Raises NotCuttable."""
        return cls(approved, approved.digests() if approved else (None, None))


@frozen
class Window:
    """Whether the words of a unit can still be put right by the buyer; else why not, and since when."""

    wording: int
    why_closed: str
    closed_at: datetime | None = None

    @property
    def is_open(self) -> bool:
        """Whether they can."""
        return not self.why_closed


def words_windows(session: Session, order: Order, lines: Sequence[OrderLine]) -> dict[int, Window]:
    """How it stands with the words of each unit, by its number; nothing before the order is paid for."""
    units, steps = units_of(session, order.id), steps_of(session, order.id)
    found = {}
    for line in lines:
        number, unit = line.number, units.get(line.number)
        if unit is None:
            continue
        reached = times(steps.get(number, ()))
        closed_at = reached.get(Stage.ENGRAVING if line.engraved else Stage.PACKED)
        found[number] = Window(unit.wording, why_words_closed(order, line, unit, actor=BUYER), closed_at)
    return found


def why_words_closed(order: Order, line: OrderLine, unit: Unit, *, actor: str) -> str:
    """Why the words of a unit can no longer be put right, in a sentence; empty while they can.

    What is made again is no longer the buyer's to change, but the owner's, who knows what it is made for.
    """
    if unit.stage == Stage.REFUNDED:
        return "Its price went back."
    if unit.held == Hold.CANCELLED:
        return "It was cancelled."
    if order.state not in WORKED_ON:
        return "Something about its payment is not settled yet."
    if unit.stage not in OPEN_WHILE[Subject.WORDS]:
        begun = "We have begun to engrave it." if line.engraved else "It is packed."
        return FINISHED.get(Stage(unit.stage), begun)
    if unit.making > 1 and actor == BUYER:
        return "It is being made again."
    return ""


def correct_words(
    session: Session,
    vault: Vault,
    order_id: int,
    number: int,
    words: NewWords,
    *,
    wording: int,
    actor: str,
    why: str = "",
) -> bool:
    """Put other words on a unit, which is then to be checked again. Give whether they are others at all.

    `wording` is the one that was looked at. Raises TooLate, or ChangedMeanwhile.
    """
    order = lock(session, order_id)
    line, unit = unit_of(session, order_id, number)
    standing = vault.reveal(session, order_id, _label(number))
    if standing is None:
        raise TooLate(ERASED)
    if _same(Approved.unsealed(standing), words.approved):
        return False
    if closed := why_words_closed(order, line, unit, actor=actor):
        raise TooLate(closed)
    if wording != unit.wording:
        raise ChangedMeanwhile
    before = standing | {"proof_digest": line.proof_digest, "cut_digest": line.cut_digest}
    made = keep_before(session, vault, order, Subject.WORDS, before, line=number, actor=actor, why=why)
    kept = {"dedication": standing["dedication"], "shared_as": standing.get("shared_as")}
    vault.seal(session, order_id, _label(number), kept | _sealed(words.approved))
    _bring_line(session, order, line, words, actor=actor)
    note(session, unit, Action.CORRECT, Stage.TO_CHECK, actor=actor)
    unit.wording += 1
    key = f"{WORDS_EMAIL}-{made.id}"
    outbox.put(session, kind=WORDS_EMAIL, order_id=order_id, dedupe_key=key)
    return True


def kept(session: Session, vault: Vault, order_id: int) -> list[dict[str, Any]]:
    """All that is kept of an order's corrections, oldest first: who, when, what stood before, and why."""
    sealed = vault.reveal_all(session, order_id)
    rows = session.scalars(select(Correction).where(Correction.order_id == order_id).order_by(Correction.id))
    return [
        {"at": row.at.isoformat(), "what": row.subject, "piece": row.line_number, "by": row.actor}
        | sealed.get(kept_as(row.id), {})
        for row in rows
    ]


def keep_before(
    session: Session,
    vault: Vault,
    order: Order,
    subject: Subject,
    before: Mapping[str, Any],
    *,
    line: int | None,
    actor: str,
    why: str,
) -> Correction:
    """Write down that something was put right, and seal what stood before."""
    row = Correction(order_id=order.id, line_number=line, subject=subject, at=clock.now(), actor=actor)
    session.add(row)
    session.flush()
    vault.seal(session, order.id, kept_as(row.id), {"before": dict(before), "why": why})
    return row


def _bring_line(session: Session, order: Order, line: OrderLine, words: NewWords, *, actor: str) -> None:
    """What the order's line says of its words is of those that stand now; former drawings are cut no more."""
    approved, was_looked_at = words.approved, line.by_hand or line.artwork
    line.engraved = approved is not None
    line.by_hand = approved is not None and approved.engraving.by_hand
    line.artwork = approved is not None and bool(approved.engraving.artwork)
    line.proof_digest, line.cut_digest = words.digests
    if was_looked_at or line.by_hand or line.artwork:
        hand_drawings.words_changed(session, order, line, actor=actor)


def _same(standing: Approved | None, new: Approved | None) -> bool:
    """Whether these are the same words in the same faces, letter by letter."""
    if standing is None or new is None:
        return standing is new
    one, other = standing.engraving, new.engraving
    return (one.face, one.line_faces, one.words) == (other.face, other.line_faces, other.words)


def _sealed(approved: Approved | None) -> dict[str, Any]:
    return approved.sealed() if approved else {}


def _label(number: int) -> str:
    return f"line:{number}"


def kept_as(correction_id: int) -> str:
    """Under which name what stood before is sealed."""
    return f"correction:{correction_id}"
