"""A question to the buyer while a unit rests: asked from the bench, answered on the order's page.

The words of both are sealed with the order's. The answer ends the hold by itself.
"""

from collections.abc import Sequence
from dataclasses import field
from datetime import datetime
from typing import Any, Final

from sqlalchemy import select
from sqlalchemy.orm import Session

from shop import clock
from shop.alerts import AlertKind, raise_alert
from shop.dedications.vault import Vault
from shop.dedications.words import check_message
from shop.frozen import frozen
from shop.fulfilment.models import UnitQuestion
from shop.fulfilment.stages import Hold
from shop.fulfilment.units import NotAllowed, hold, resume, units_of
from shop.mail import outbox
from shop.orders.lifecycle import lock
from shop.orders.models import OrderLine

EMAIL: Final = "question"
BUYER: Final = "buyer"


class NothingWritten(NotAllowed):
    """The question, or the answer, is empty."""


@frozen
class Question:
    """A question with its answer, if there is one. Its words are empty once the order was erased."""

    id: int
    number: int
    """The unit's."""
    piece: str
    asked_at: datetime
    words: str = field(repr=False)
    answered_at: datetime | None
    answer: str = field(repr=False)
    waits: bool
    """Whether the unit still rests for it."""


def ask(session: Session, vault: Vault, order_id: int, number: int, words: str, *, actor: str) -> None:
    """Let a unit rest, and ask its buyer.

    Raises NotAllowed, NothingWritten, DedicationRefused, or OrderNotOpen once the order was erased.
    """
    kept = check_message(words)
    if kept is None:
        raise NothingWritten("Please write the question first.")
    hold(session, order_id, number, Hold.QUESTION, actor=actor)
    unit = units_of(session, order_id)[number]
    row = UnitQuestion(order_id=order_id, order_line_id=unit.order_line_id, asked_at=clock.now(), actor=actor)
    session.add(row)
    session.flush()
    vault.seal(session, order_id, _asked(row.id), kept)
    outbox.put(session, kind=EMAIL, order_id=order_id, dedupe_key=f"{EMAIL}-{row.id}")


def answer(session: Session, vault: Vault, order_id: int, question_id: int, words: str) -> None:
    """The buyer answers, and the unit goes on. Raises NotAllowed, NothingWritten or DedicationRefused."""
    kept = check_message(words)
    if kept is None:
        raise NothingWritten("Please write your answer first.")
    order = lock(session, order_id)
    waiting = [one for one in questions_of(session, vault, order_id) if one.waits and one.id == question_id]
    if not waiting:
        raise NotAllowed("This question was answered before, or needs no answer any more.")
    row = session.get_one(UnitQuestion, question_id)
    row.answered_at = clock.now()
    vault.seal(session, order_id, _answered(row.id), kept)
    resume(session, order_id, waiting[0].number, actor=BUYER)
    raise_alert(session, AlertKind.QUESTION_ANSWERED, order.reference, f"Piece {waiting[0].number}")


def questions_of(session: Session, vault: Vault, order_id: int) -> Sequence[Question]:
    """The questions about an order, oldest first."""
    rows = session.execute(
        select(UnitQuestion, OrderLine)
        .join(OrderLine, OrderLine.id == UnitQuestion.order_line_id)
        .where(UnitQuestion.order_id == order_id)
        .order_by(UnitQuestion.id)
    ).all()
    if not rows:
        return []
    sealed, units = vault.reveal_all(session, order_id), units_of(session, order_id)
    latest = {line.number: row.id for row, line in rows}
    resting = {number for number, unit in units.items() if unit.held == Hold.QUESTION}
    return [
        Question(
            id=row.id,
            number=line.number,
            piece=line.piece_name,
            asked_at=row.asked_at,
            words=sealed.get(_asked(row.id), ""),
            answered_at=row.answered_at,
            answer=sealed.get(_answered(row.id), ""),
            waits=row.answered_at is None and line.number in resting and latest[line.number] == row.id,
        )
        for row, line in rows
    ]


def kept(session: Session, vault: Vault, order_id: int) -> list[dict[str, Any]]:
    """The questions and answers as plain values JSON can hold."""
    return [
        {
            "piece": one.number,
            "asked_at": one.asked_at.isoformat(),
            "question": one.words,
            "answered_at": one.answered_at.isoformat() if one.answered_at else None,
            "answer": one.answer or None,
        }
        for one in questions_of(session, vault, order_id)
    ]


def _asked(question_id: int) -> str:
    return f"question:{question_id}"


def _answered(question_id: int) -> str:
    return f"answer:{question_id}"
