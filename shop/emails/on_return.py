"""What is said when a piece goes back, or did not arrive."""

from collections.abc import Sequence
from typing import Final

from shop.claims.send_backs import REFUND_DAYS, ComingBack
from shop.emails.email_blocks import Block, Items, Paragraph
from shop.emails.email_facts import EmailFacts
from shop.fulfilment.stages import Remake
from shop.web.dates import day

WHERE_TO: Final = "You find our address on the order’s page."
WHERE_CLOSED: Final = "The link to the order’s page was closed. Reply to this e-mail for our address."
MONEY_BACK: Final = (
    "You pay the postage back. Please keep the receipt. We refund you the way you paid, within "
    f"{REFUND_DAYS} days of getting the piece, or proof that you posted it."
)
WHERE_NOW: Final = (
    "Please reply to this e-mail with the right address. We post it again at no cost to you. If you would "
    "rather have a refund, tell us."
)
AGAIN: Final = (
    "We are sorry. It travels at our risk, so we make it again at no cost to you. If you would rather have "
    "a refund, please reply to this e-mail."
)


def sent_back(facts: EmailFacts) -> Sequence[Block] | None:
    """The notice that something goes back is acknowledged: Consumer Contracts Regulations 2013, 32(3)."""
    if not facts.coming_back:
        return None
    said = f"Thank you for telling us that you are sending this back, from order {facts.reference}:"
    items = [f"{one.piece}: {_until(one)}" for one in facts.coming_back]
    where = WHERE_TO if facts.order_url else WHERE_CLOSED
    return [Paragraph(said, strong=facts.reference), Items(items), Paragraph(f"{where} {MONEY_BACK}")]


def _until(one: ComingBack) -> str:
    if one.refunded:
        return "refunded"
    return "it has reached us" if one.arrived_at else f"please post it by {day(one.send_by)}"


def came_back(facts: EmailFacts) -> Sequence[Block] | None:
    """A parcel came back to us."""
    here = [one for one in facts.not_arrived if one.why != Remake.LOST]
    if not here:
        return None
    said = f"This came back to us in the post ({here[0].why}), from order {facts.reference}:"
    pieces = Items([one.piece for one in here])
    return [Paragraph(said, strong=facts.reference), pieces, Paragraph(WHERE_NOW)]


def lost(facts: EmailFacts) -> Sequence[Block] | None:
    """A parcel is lost, and what was in it is made again."""
    gone = [one.piece for one in facts.not_arrived if one.why == Remake.LOST]
    if not gone:
        return None
    said = f"We posted this to you from order {facts.reference}, and it was lost in the post:"
    return [Paragraph(said, strong=facts.reference), Items(gone), Paragraph(AGAIN)]
