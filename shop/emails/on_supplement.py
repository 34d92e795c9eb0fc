"""What is said of a supplement: that it can be paid, or that its change could not be made any more."""

from collections.abc import Sequence
from typing import Final

from shop.emails.email_blocks import Block, Link, Paragraph, Row, Rows
from shop.emails.email_facts import EmailFacts
from shop.emails.on_money import FROM_THE_DAY, NOTHING_TO_DO
from shop.money import pounds_and_pence
from shop.payments.kinds import SupplementState
from shop.payments.models import Supplement
from shop.payments.supplements import becomes
from shop.web.dates import minute

CHOOSE_AGAIN: Final = "If you would still like it, please choose it again on your order’s page."
TO_PAY: Final = (
    "It costs {} more. You can pay that on your order’s page until {}. We keep one aside for you until then. "
    "If you do not pay, nothing changes."
)
CLOSED: Final = "The link to that page was closed. Reply to this e-mail, and we send you another."


def asked(facts: EmailFacts) -> Sequence[Block] | None:
    """What a piece costs more in another metal or length can be paid; nothing once it was, or has ended."""
    one = facts.supplement
    if one is None or one.state != SupplementState.ASKED or one.left_by is not None or one.paying_at:
        return None
    sum_ = pounds_and_pence(one.expected_pence)
    said = f"{_piece(facts, one)} of your order {facts.reference} can be changed:"
    rows = [Row("As it is", one.before), Row("Then", becomes(one).detail, strong=True)]
    where = TO_PAY.format(sum_, minute(one.expires_at))
    blocks: list[Block] = [Paragraph(said, strong=facts.reference), Rows(rows), Paragraph(where, strong=sum_)]
    if facts.order_url is None:
        return [*blocks, Paragraph(CLOSED)]
    return [*blocks, Link(f"See it and pay {sum_}", facts.order_url)]


def returned(facts: EmailFacts) -> Sequence[Block] | None:
    """It was paid, but too late: all of it goes back, and why. Or what was to be paid never arrived."""
    one = facts.supplement
    if one is not None and one.state == SupplementState.ENDED:
        return _not_arrived(facts, one)
    return None if one is None or one.why_returned is None else _too_late(facts, one)


def _too_late(facts: EmailFacts, one: Supplement) -> Sequence[Block]:
    sum_ = pounds_and_pence(one.expected_pence)
    said = (
        f"{_piece(facts, one)} of your order {facts.reference} could not be changed to {becomes(one).detail} "
        f"any more. {one.why_returned}"
    )
    back = (
        f"The {sum_} that you paid for it goes back to you in full. {FROM_THE_DAY} Your order has not "
        f"changed. {NOTHING_TO_DO}"
    )
    return [Paragraph(said, strong=facts.reference), Paragraph(back, strong=sum_)]


def _not_arrived(facts: EmailFacts, one: Supplement) -> Sequence[Block]:
    sum_ = pounds_and_pence(one.expected_pence)
    said = (
        f"{_piece(facts, one)} of your order {facts.reference} stays as it is: {one.before}. The {sum_} for "
        f"changing it to {becomes(one).detail} did not reach us. Your bank can tell you why. You owe nothing."
    )
    return [Paragraph(said, strong=facts.reference), Paragraph(f"{CHOOSE_AGAIN} {NOTHING_TO_DO}")]


def _piece(facts: EmailFacts, one: Supplement) -> str:
    names = {line.row.number: line.row.piece_name for line in facts.order.lines}
    name, several = names[one.line_number], len(names) > 1
    return f"{name}, piece {one.line_number}," if several else f"The {name}"
