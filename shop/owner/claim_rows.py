"""Claims in the owner's lists: those of an order, and those that wait for an answer."""

from collections.abc import Sequence
from typing import Final

from sqlalchemy.orm import Session

from shop.claims.claim_steps import claims_of, waiting
from shop.claims.models import Claim, ClaimState
from shop.frozen import frozen
from shop.orders.models import Order
from shop.web.dates import minute

KINDS: Final = {ClaimState.OURS: "wait", ClaimState.BUYERS: "good", ClaimState.CLOSED: "quiet"}
"""The shape beside a claim's state."""


@frozen
class ClaimRow:
    """A claim in a list."""

    title: str
    href: str
    state: str
    kind: str
    since: str


def rows_of(session: Session, order: Order) -> list[ClaimRow]:
    """The claims of an order, for its page."""
    return [claim_row(claim, order.reference) for claim in claims_of(session, order.id)]


def waiting_rows(session: Session, *, most: int) -> list[ClaimRow]:
    """The claims of all orders that wait for an answer, the oldest first."""
    return [claim_row(claim, reference) for claim, reference in waiting(session, most=most)]


def claim_row(claim: Claim, reference: str) -> ClaimRow:
    """A claim of the order with this reference."""
    return ClaimRow(
        title=f"{reference}, {_pieces(claim.lines)}",
        href=f"/owner/orders/{reference}/claims/{claim.number}",
        state=claim.state,
        kind=KINDS[ClaimState(claim.state)],
        since=minute(claim.opened_at),
    )


def _pieces(numbers: Sequence[int]) -> str:
    named = ", ".join(map(str, numbers))
    return f"piece {named}" if len(numbers) == 1 else f"pieces {named}"
