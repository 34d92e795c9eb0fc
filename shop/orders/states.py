"""Where an order can stand and what can happen to it. A new one is a migration, too: the database checks."""

from enum import StrEnum
from typing import Final


class State(StrEnum):
    """Where an order stands. Each move is an OrderEvent too."""

    AWAITING = "awaiting payment"
    PROCESSING = "processing"
    PAID = "paid"
    PART_REFUNDED = "part refunded"
    REFUNDED = "refunded"
    EXPIRED = "expired"
    FAILED = "failed"
    REVIEW = "review"
    DISPUTED = "disputed"
    DISPUTE_LOST = "dispute lost"


class EventKind(StrEnum):
    """What an OrderEvent says. The second half are the states an order came to, as in State."""

    PLACED = "placed"
    PAYMENT_OPENED_AGAIN = "payment opened again"
    PAYMENT_PAGE_REFUSED = "payment page refused"
    AMOUNT_DIFFERS = "amount differs"
    ACCEPTED = "accepted as paid"
    SOLD_OUT = "sold out while paying"
    PAID_TWICE = "paid twice"
    REFUND_ASKED = "refund asked"
    REFUND_ASKED_AGAIN = "refund asked again"
    REFUND_REFUSED = "refund refused"
    REFUND_FAILED = "refund failed"
    REFUND_NOT_NEEDED = "refund not needed"
    REFUND_WITHDRAWN = "refund withdrawn"
    RETURNED_ELSEWHERE = "returned by other means"
    PUT_ON_WALL = "put on the wall"
    LEFT_OFF_WALL = "left off the wall"
    TAKEN_OFF_WALL = "taken off the wall"
    EXCHANGED = "metal or chain changed"
    SUPPLEMENT_ASKED = "supplement asked"
    SUPPLEMENT_PAID = "supplement paid"
    SUPPLEMENT_RETURNED = "supplement goes back"
    SUPPLEMENT_ENDED = "supplement not paid"
    ERASED = "erased"
    PHOTOGRAPHS_ERASED = "photographs erased"
    OTHER = "something else"
    """What an older release wrote down in words that are no longer known; they are kept in its data."""

    AWAITING = "awaiting payment"
    PROCESSING = "processing"
    PAID = "paid"
    PART_REFUNDED = "part refunded"
    REFUNDED = "refunded"
    EXPIRED = "expired"
    FAILED = "failed"
    REVIEW = "review"
    DISPUTED = "disputed"
    DISPUTE_LOST = "dispute lost"


UNPAID: Final = frozenset({State.AWAITING, State.PROCESSING, State.EXPIRED, State.FAILED})
"""States in which no money has reached us."""

CAN_PAY_AGAIN: Final = frozenset({State.EXPIRED, State.FAILED})
