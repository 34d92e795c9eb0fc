"""The kinds of money that moved, and what a refund is for and has come to. The database knows no others."""

from enum import StrEnum
from typing import Final


class EntryKind(StrEnum):
    """What moved money."""

    PAYMENT = "payment"
    UNEXPLAINED = "unexplained"
    """A payment of another amount or currency than was asked for."""
    SURPLUS = "surplus"
    """A second payment of one order, or of a change that could not be made any more."""
    SUPPLEMENT = "supplement"
    """What a unit costs more since its metal or chain was changed."""
    REFUND = "refund"
    REFUND_FAILED = "refund failed"
    """The buyer's bank sent a refund back."""
    DISPUTE_WITHDRAWN = "dispute withdrawn"
    DISPUTE_REINSTATED = "dispute reinstated"


class RefundReason(StrEnum):
    """Why money goes back."""

    OWNER = "owner"
    """The owner asked for it."""
    UNFILLABLE = "unfillable"
    """The buyer paid after the last piece had gone to somebody else."""
    SURPLUS = "surplus"
    UNEXPLAINED = "unexplained"
    """The payment was not what was asked for, and the owner sends all of it back."""
    EXCHANGE = "exchange"
    """A unit was changed to a metal or chain length that costs less."""
    NOT_CHANGED = "change not made"
    """A supplement was paid, and its change could not be made any more."""


class Goodwill(StrEnum):
    """Why something goes back beside units and postage."""

    LATE = "it came late"
    FAULT = "something was not right"
    PRICE = "another price was promised"
    KINDNESS = "out of kindness"


class SupplementState(StrEnum):
    """Where a supplement stands."""

    ASKED = "asked"
    """It can be paid, or is being paid."""
    PAID = "paid"
    """Its change is made."""
    RETURNED = "returned"
    """It was paid, but its change could not be made any more: all of it goes back."""
    ENDED = "ended"
    """It was not paid in time, or nobody wants it any more, and it can be paid no more."""


class RefundState(StrEnum):
    """What a refund that was decided has come to."""

    OWED = "owed"
    """Not sent yet, or refused for a reason that may pass: the sweep sends it."""
    SENT = "sent"
    REFUSED = "refused"
    """Stripe will not send it: a person must decide."""
    SENT_BACK = "sent back"
    """The buyer's bank did not take it: a person must decide."""
    ASKED_AGAIN = "asked again"
    """Another request has taken its place."""
    RETURNED_ELSEWHERE = "returned elsewhere"
    """The owner paid it back by other means."""
    WITHDRAWN = "withdrawn"
    """Not owed any more: the money went back otherwise through Stripe, or the owner thought again."""


OWED_STILL: Final = frozenset({RefundState.OWED, RefundState.REFUSED, RefundState.SENT_BACK})
"""Money that should go back and has not."""

NEEDS_A_PERSON: Final = frozenset({RefundState.REFUSED, RefundState.SENT_BACK})

ALL_THAT_IS_LEFT: Final = frozenset(
    {RefundReason.UNFILLABLE, RefundReason.SURPLUS, RefundReason.UNEXPLAINED, RefundReason.NOT_CHANGED}
)
"""Reasons for which a whole payment goes back, so that what went back otherwise counts towards it."""
