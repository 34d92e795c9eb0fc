"""Reading claims: those of an order, what was said about each, and which wait for an answer."""

from base64 import b64encode
from collections.abc import Mapping, Sequence
from dataclasses import field
from datetime import datetime
from typing import Any

from sqlalchemy import delete, func, select
from sqlalchemy.orm import Session

from shop.claims.models import Claim, ClaimPicture, ClaimState, ClaimStep, Outcome, Said
from shop.dedications.vault import Vault
from shop.frozen import frozen
from shop.orders.models import Order


class NotPossible(Exception):
    """This cannot be done with that claim now. The text says why, for a person."""


@frozen
class Step:
    """One step as it is read. `words` are empty once the order was erased."""

    id: int
    kind: Said
    outcome: Outcome | None
    at: datetime
    actor: str
    words: str = field(repr=False)
    has_picture: bool
    why: str = field(default="", repr=False)
    """How the owner came to write it down for the buyer."""

    @property
    def is_the_buyers(self) -> bool:
        """Whether the buyer said it, also if the owner wrote it down."""
        return self.kind in {Said.OPENED, Said.WROTE}


def claims_of(session: Session, order_id: int) -> Sequence[Claim]:
    """The claims of an order, the first first."""
    query = select(Claim).where(Claim.order_id == order_id).order_by(Claim.number)
    return session.scalars(query.execution_options(populate_existing=True)).all()


def any_waits(session: Session, order_id: int) -> bool:
    """Whether a claim of the order waits for our answer."""
    return any(claim.state == ClaimState.OURS for claim in claims_of(session, order_id))


def found(session: Session, order_id: int, number: int) -> Claim:
    """The claim of an order with this number. Raises NotPossible."""
    claim = next((one for one in claims_of(session, order_id) if one.number == number), None)
    if claim is None:
        raise NotPossible("There is no such claim.")
    return claim


def steps_of(session: Session, vault: Vault, claim: Claim) -> Sequence[Step]:
    """What was said about a claim, in its order."""
    sealed = vault.reveal_all(session, claim.order_id)
    rows = rows_of(session, claim)
    query = select(ClaimPicture.step_id).where(ClaimPicture.order_id == claim.order_id)
    pictures = set(session.scalars(query))
    return [_read(claim, row, sealed, has_picture=row.id in pictures) for row in rows]


def rows_of(session: Session, claim: Claim) -> Sequence[ClaimStep]:
    """Its steps, in their order."""
    query = select(ClaimStep).where(ClaimStep.claim_id == claim.id).order_by(ClaimStep.id)
    return session.scalars(query).all()


def picture_of(session: Session, vault: Vault, claim: Claim, step_id: int) -> bytes | None:
    """The picture that came with a step; None when there is none, or it was erased."""
    step = session.get(ClaimStep, step_id)
    row = session.get(ClaimPicture, step_id) if step and step.claim_id == claim.id else None
    return vault.open_file(session, claim.order_id, label(claim.id, step_id), row.sealed) if row else None


def waiting(session: Session, *, most: int) -> Sequence[tuple[Claim, str]]:
    """The claims that wait for an answer, the oldest first, each with its order's reference."""
    rows = session.execute(
        select(Claim, Order.reference)
        .join(Order, Order.id == Claim.order_id)
        .where(Claim.state == ClaimState.OURS)
        .order_by(Claim.opened_at, Claim.id)
        .limit(most)
    )
    return [(claim, reference) for claim, reference in rows]


def count_waiting(session: Session) -> int:
    """How many claims wait for an answer."""
    return session.scalar(select(func.count()).where(Claim.state == ClaimState.OURS)) or 0


def kept(session: Session, vault: Vault, order_id: int) -> list[dict[str, Any]]:
    """All that is kept of an order's claims, for the person it is about; pictures as base64 of WebP."""
    return [
        {
            "pieces": claim.lines,
            "wish": claim.wish,
            "state": claim.state,
            "said": [_kept(session, vault, claim, step) for step in steps_of(session, vault, claim)],
        }
        for claim in claims_of(session, order_id)
    ]


def _kept(session: Session, vault: Vault, claim: Claim, step: Step) -> dict[str, Any]:
    picture = picture_of(session, vault, claim, step.id)
    return {
        "at": step.at.isoformat(),
        "what": step.kind,
        "outcome": step.outcome,
        "by": step.actor,
        "words": step.words,
        "why": step.why,
        "picture": b64encode(picture).decode() if picture else None,
    }


def erase(session: Session, order_id: int) -> None:
    """Delete the pictures of an order; its words go with its other sealed words."""
    session.execute(
        delete(ClaimPicture)
        .where(ClaimPicture.order_id == order_id)
        .execution_options(synchronize_session=False)
    )


def label(claim_id: int, step_id: int) -> str:
    """Under which the words of a step, and its picture, are sealed."""
    return f"claim:{claim_id}:{step_id}"


def _read(claim: Claim, row: ClaimStep, sealed: Mapping[str, Any], *, has_picture: bool) -> Step:
    kept = sealed.get(label(claim.id, row.id)) or {}
    return Step(
        id=row.id,
        kind=Said(row.kind),
        outcome=Outcome(row.outcome) if row.outcome else None,
        at=row.at,
        actor=row.actor,
        words=kept.get("words", ""),
        has_picture=has_picture,
        why=kept.get("why", ""),
    )
