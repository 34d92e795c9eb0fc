"""What comes of a claim: mended, made again, the money given back, or left as it is."""

from sqlalchemy.orm import Session

from shop.claims.claim_steps import NotPossible
from shop.claims.models import Claim, ClaimState, Outcome
from shop.claims.threads import Message, answer
from shop.dedications.vault import Vault
from shop.frozen import frozen
from shop.fulfilment import units
from shop.fulfilment.stages import Action, Remake
from shop.orders.lifecycle import lock
from shop.orders.models import Order
from shop.payments.refundable import refundable


@frozen
class MakingAgain:
    """Why a unit is made again, and what that costs us in pence."""

    why: Remake
    cost_pence: int


def close(
    session: Session,
    vault: Vault,
    claim: Claim,
    outcome: Outcome,
    message: Message,
    *,
    again: MakingAgain | None = None,
) -> None:
    """Close a claim with what came of it. Raises NotPossible; NotAllowed when it cannot be made again.

    What is made again stands at the bench from then on, and brings no second donation. Money is given back on
    the refund page, before: here it is only said.
    """
    order = lock(session, claim.order_id)
    session.refresh(claim)
    if claim.state == ClaimState.CLOSED:
        raise NotPossible("This was closed before. Nothing was changed.")
    if outcome is Outcome.REFUNDED:
        _refuse_unless_refunded(session, order, claim)
    if outcome is Outcome.REMADE:
        _make_again(session, claim, again, message.actor)
    answer(session, vault, claim, message, outcome)


def _make_again(session: Session, claim: Claim, again: MakingAgain | None, actor: str) -> None:
    if again is None:
        raise NotPossible("Please say why it is made again, and what that costs.")
    for number in claim.lines:
        units.act(
            session,
            claim.order_id,
            number,
            Action.REMAKE,
            actor=actor,
            reason=again.why,
            cost_pence=again.cost_pence,
        )


def _refuse_unless_refunded(session: Session, order: Order, claim: Claim) -> None:
    """Raise NotPossible while nothing was given back for it: neither its price nor a part of it."""
    money = refundable(session, order)
    if money.goodwill_pence or not set(claim.lines) & set(money.free):
        return
    raise NotPossible("Nothing was given back for it yet. Please do that first, then close this.")
