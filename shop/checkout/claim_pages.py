"""What the pages of a claim show its buyer."""

from collections.abc import Sequence
from dataclasses import field

from shop.claims.claim_steps import Step
from shop.claims.models import Claim, ClaimState, Outcome
from shop.claims.threads import BUYER
from shop.frozen import frozen
from shop.orders.view import OrderView
from shop.web.dates import day

STATES = {
    ClaimState.OURS: ("With us", "wait"),
    ClaimState.BUYERS: ("Answered", "good"),
    ClaimState.CLOSED: ("Settled", "quiet"),
}
OUTCOMES = {
    Outcome.MENDED: "It was mended.",
    Outcome.REMADE: "It is made again.",
    Outcome.REFUNDED: "Your money goes back.",
    Outcome.NOTHING: "",
}


@frozen
class ShownClaim:
    """A claim in a list, or above its thread."""

    title: str
    href: str
    state: str
    kind: str
    """The shape beside the state."""
    since: str
    number: int


@frozen
class ShownStep:
    """Something that was said."""

    who: str
    when: str
    words: str = field(repr=False)
    note: str
    """What came of it, or that a picture came with it."""


def named(order: OrderView, numbers: Sequence[int]) -> str:
    """The pieces with these numbers, as the buyer knows them."""
    rows = [line.row for line in order.lines if line.row.number in numbers]
    alike = len({row.piece_name for row in rows}) < len(rows)
    several = alike or sum(line.row.piece_name == rows[0].piece_name for line in order.lines) > 1
    return ", ".join(f"{row.piece_name} (piece {row.number})" if several else row.piece_name for row in rows)


def shown_claim(order: OrderView, claim: Claim, token: str) -> ShownClaim:
    """A claim of the order behind a link."""
    state, kind = STATES[ClaimState(claim.state)]
    title = named(order, claim.lines)
    href = f"/orders/{token}/claims/{claim.number}"
    return ShownClaim(title, href, state, kind, day(claim.opened_at), claim.number)


def shown_step(step: Step) -> ShownStep:
    """A step of a claim, as its buyer reads it."""
    picture = "A picture came with it." if step.has_picture else ""
    return ShownStep(
        who=_who(step),
        when=day(step.at),
        words=step.words,
        note=OUTCOMES[step.outcome] if step.outcome else picture,
    )


def _who(step: Step) -> str:
    if not step.is_the_buyers:
        return "In Remembrance"
    return "You" if step.actor == BUYER else "You, recorded by us"
