"""What went back of an order, as its page shows it: what, when, how much."""

from collections.abc import Sequence
from typing import Final

from shop.frozen import frozen
from shop.money import CURRENCY, pounds_and_pence
from shop.orders.models import OrderLine
from shop.payments.refund_history import RefundMade
from shop.web.dates import day

SENT_BACK: Final = "Your bank returned it to us, so it has not reached you."
ELSEWHERE: Final = "It was paid back by another way than you paid."


@frozen
class RefundShown:
    """One refund."""

    when: str
    what: str
    amount: str
    said: str
    """Anything more that there is to say; or nothing."""


def refunds_shown(refunds: Sequence[RefundMade], lines: Sequence[OrderLine]) -> list[RefundShown]:
    """The refunds of an order, oldest first."""
    names = {line.number: line.piece_name for line in lines}
    return [
        RefundShown(
            when=day(made.at),
            what=_what(made, names),
            amount=pounds_and_pence(made.amount_pence) if made.currency == CURRENCY else "What you paid",
            said=SENT_BACK if made.sent_back_at else ELSEWHERE if made.elsewhere else "",
        )
        for made in refunds
    ]


def _what(made: RefundMade, names: dict[int, str]) -> str:
    if made.not_changed:
        return "What was paid for a change that could not be made any more"
    if made.surplus:
        return "A second payment"
    if made.difference:
        return "The difference, for another metal or chain"
    several = len(names) > 1
    parts = [f"{names[number]}, piece {number}" if several else names[number] for number in made.units]
    parts += ["postage"] if made.postage else []
    parts += ["goodwill"] if made.goodwill_pence else []
    said = " and ".join(parts) or "part of the price"
    return f"{said[0].upper()}{said[1:]}"
