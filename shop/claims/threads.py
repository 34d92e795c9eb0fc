"""The thread of a claim: opening it, writing on both sides, and what was said so far.

Words are sealed with the order's. Sending the same twice says it once.
"""

from collections.abc import Sequence
from dataclasses import field
from typing import Final

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from shop import clock
from shop.alerts import AlertKind, raise_alert, withdraw_alert
from shop.claims.claim_steps import NotPossible, any_waits, claims_of, found, label, picture_of, rows_of
from shop.claims.models import Claim, ClaimPicture, ClaimState, ClaimStep, Outcome, Said, Wish
from shop.dedications.vault import Vault
from shop.frozen import frozen
from shop.fulfilment.stages import Stage
from shop.fulfilment.units import units_of
from shop.mail import outbox
from shop.orders.lifecycle import lock
from shop.orders.models import Order

BUYER: Final = "buyer"
EMAIL: Final = "claim-answered"
MOST_MESSAGES: Final = 40
"""Of a buyer about one order: then e-mail is the better way."""
MOST_PICTURES: Final = 8
"""Of one order: about 2 MB of sealed pictures."""

WAS_POSTED: Final = frozenset({Stage.POSTED, Stage.DELIVERED})
LEAVES_WITH: Final = {
    Said.OPENED: ClaimState.OURS,
    Said.WROTE: ClaimState.OURS,
    Said.ANSWERED: ClaimState.BUYERS,
    Said.CLOSED: ClaimState.CLOSED,
}
"""By a step, whose turn it is after it."""


@frozen
class Message:
    """What somebody says, checked before: the words as they are kept, and a picture made anew."""

    words: str = field(repr=False)
    picture: bytes | None = field(default=None, repr=False)
    actor: str = BUYER
    why: str = field(default="", repr=False)
    """How the owner came to write it down for somebody who telephoned; no page of the buyer's shows it."""


@frozen
class Opening:
    """What a claim begins with."""

    lines: Sequence[int]
    wish: Wish
    message: Message


def claimable(session: Session, order_id: int) -> Sequence[int]:
    """The numbers of the units about which something can be not right: those that were posted."""
    units = units_of(session, order_id)
    return sorted(number for number, unit in units.items() if unit.stage in WAS_POSTED)


def open_claim(session: Session, vault: Vault, order_id: int, opening: Opening) -> Claim:
    """Open a claim about units; while one about the first of them is open, it goes on there.

    Raises NotPossible.
    """
    lock(session, order_id)
    lines = sorted(opening.lines)
    if not lines or not set(lines) <= set(claimable(session, order_id)):
        raise NotPossible("Please choose a piece that was posted.")
    before = claims_of(session, order_id)
    claim = next((one for one in before if one.state != ClaimState.CLOSED and lines[0] in one.lines), None)
    if claim is not None:
        _add(session, vault, claim, Said.WROTE, opening.message)
        return claim
    claim = Claim(
        order_id=order_id,
        number=len(before) + 1,
        lines=lines,
        wish=opening.wish,
        state=ClaimState.OURS,
        opened_at=clock.now(),
    )
    session.add(claim)
    session.flush()
    _add(session, vault, claim, Said.OPENED, opening.message)
    return claim


def write(session: Session, vault: Vault, order_id: int, number: int, message: Message) -> None:
    """The buyer writes; a claim that was closed is open again. Raises NotPossible."""
    lock(session, order_id)
    _add(session, vault, found(session, order_id, number), Said.WROTE, message)


def answer(
    session: Session, vault: Vault, claim: Claim, message: Message, outcome: Outcome | None = None
) -> None:
    """The owner answers; with an outcome the claim is closed. The buyer gets an e-mail without the words."""
    lock(session, claim.order_id)
    kind = Said.ANSWERED if outcome is None else Said.CLOSED
    step = _add(session, vault, claim, kind, message, outcome=outcome)
    if step is not None:
        outbox.put(session, kind=EMAIL, order_id=claim.order_id, dedupe_key=f"{EMAIL}-{step.id}")


def _add(
    session: Session,
    vault: Vault,
    claim: Claim,
    kind: Said,
    message: Message,
    *,
    outcome: Outcome | None = None,
) -> ClaimStep | None:
    """Add a step; None when it says what the one before it said: somebody pressed twice."""
    if kind is not Said.OPENED and _said_already(session, vault, claim, kind, message):
        return None
    if message.actor == BUYER:
        _refuse_too_many(session, claim.order_id, message)
    step = ClaimStep(claim_id=claim.id, kind=kind, outcome=outcome, at=clock.now(), actor=message.actor)
    session.add(step)
    session.flush()
    _seal(session, vault, claim, step, message)
    claim.state = LEAVES_WITH[kind]
    session.flush()
    _tell_owner(session, claim.order_id)
    return step


def _tell_owner(session: Session, order_id: int) -> None:
    reference = session.get_one(Order, order_id).reference
    tell = raise_alert if any_waits(session, order_id) else withdraw_alert
    tell(session, AlertKind.CLAIM_WAITS, reference)


def _seal(session: Session, vault: Vault, claim: Claim, step: ClaimStep, message: Message) -> None:
    place = label(claim.id, step.id)
    if message.words:
        why = {"why": message.why} if message.why else {}
        vault.seal(session, claim.order_id, place, {"words": message.words, **why})
    if message.picture is not None:
        sealed = vault.seal_file(session, claim.order_id, place, message.picture)
        session.add(ClaimPicture(step_id=step.id, order_id=claim.order_id, sealed=sealed))


def _said_already(session: Session, vault: Vault, claim: Claim, kind: Said, message: Message) -> bool:
    last = rows_of(session, claim)[-1]
    if last.actor != message.actor or (last.kind == Said.CLOSED) != (kind is Said.CLOSED):
        return False
    kept = vault.reveal(session, claim.order_id, label(claim.id, last.id)) or {}
    if kept.get("words", "") != message.words:
        return False
    return message.picture in {None, picture_of(session, vault, claim, last.id)}


def _refuse_too_many(session: Session, order_id: int, message: Message) -> None:
    """Raise NotPossible for more messages, or pictures, than one order needs."""
    written = select(func.count()).select_from(ClaimStep).join(Claim, Claim.id == ClaimStep.claim_id)
    count = session.scalar(written.where(Claim.order_id == order_id, ClaimStep.actor == BUYER)) or 0
    if count >= MOST_MESSAGES:
        raise NotPossible("So much has been written here already. Please write to us by e-mail.")
    kept = select(func.count()).select_from(ClaimPicture).where(ClaimPicture.order_id == order_id)
    if message.picture is not None and (session.scalar(kept) or 0) >= MOST_PICTURES:
        raise NotPossible("There are as many pictures here as we can keep. Please send any other by e-mail.")
