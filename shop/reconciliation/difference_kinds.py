"""What can differ, what becomes of a difference, and what a run does one after the other."""

from collections.abc import Mapping
from enum import StrEnum
from typing import Final


class DifferenceKind(StrEnum):
    """What does not agree."""

    AMOUNT = "amount"
    UNKNOWN_HERE = "unknown here"
    MISSING_THERE = "missing there"
    CURRENCY = "currency"
    OTHER_PRODUCT = "other product"
    OTHER_CURRENCY = "other currency"
    PAYOUT = "payout"
    PAYOUT_ROW = "payout row"
    BALANCE = "balance"
    REFUND_OWED = "refund owed"
    ORDER_SUM = "order sum"
    GIFT_MISSING = "gift missing"
    GIFT_WRONG = "gift wrong"
    GIFT_INVENTED = "gift invented"
    GIFT_PUT_BACK = "gift put back"
    ENTRIES_CHANGED = "entries changed"
    LEDGER = "ledger"
    LOG = "log"


SAID: Final[Mapping[DifferenceKind, str]] = {
    DifferenceKind.AMOUNT: "Stripe has another amount for this than our entries.",
    DifferenceKind.UNKNOWN_HERE: "Money moved at Stripe that no entry of ours explains.",
    DifferenceKind.MISSING_THERE: "We have an entry for this, and Stripe has moved no money for it.",
    DifferenceKind.CURRENCY: "Money for an order of ours lies at Stripe in another currency.",
    DifferenceKind.OTHER_PRODUCT: "Another product's, sold on the same Stripe account.",
    DifferenceKind.OTHER_CURRENCY: "In another currency, and not for an order of ours.",
    DifferenceKind.PAYOUT: "What a payout is made of does not come to its amount.",
    DifferenceKind.PAYOUT_ROW: "A payout's own row at Stripe is not what the payout says.",
    DifferenceKind.BALANCE: "All that ever moved does not come to what lies at Stripe.",
    DifferenceKind.REFUND_OWED: "A refund should have gone back and has not.",
    DifferenceKind.ORDER_SUM: "An order's lines in the donation ledger do not come to nothing.",
    DifferenceKind.GIFT_MISSING: "By its payments an order gives more than the donation ledger has for it.",
    DifferenceKind.GIFT_WRONG: "The donation ledger has a gift that its order's payments do not bear out.",
    DifferenceKind.GIFT_INVENTED: "The donation ledger has a gift of something that was never sold.",
    DifferenceKind.GIFT_PUT_BACK: "A gift was posted although nothing happened to its order just then.",
    DifferenceKind.ENTRIES_CHANGED: "Entries that were compared before are not as they were.",
    DifferenceKind.LEDGER: "The donation ledger is not as it was sealed.",
    DifferenceKind.LOG: "The public log does not bear the donation ledger out.",
}
"""What whoever looks after the money reads of each kind."""

LISTED: Final = frozenset({DifferenceKind.OTHER_PRODUCT, DifferenceKind.OTHER_CURRENCY})
"""Not ours: written down once, and nobody need explain it."""

NEEDS_EXPLAINING: Final = frozenset(
    {
        DifferenceKind.GIFT_MISSING, DifferenceKind.GIFT_WRONG, DifferenceKind.GIFT_INVENTED,
        DifferenceKind.GIFT_PUT_BACK, DifferenceKind.ORDER_SUM, DifferenceKind.ENTRIES_CHANGED,
        DifferenceKind.LEDGER, DifferenceKind.LOG,
    }
)  # fmt: skip
"""Nothing of the shop's own does these, so they need a person even when they are put right since."""


class StepKind(StrEnum):
    """What became of a difference."""

    FOUND = "found"
    CHANGED = "changed"
    """Its amounts are others than before: one that was explained is open again."""
    GONE = "gone"
    """A later run does not find it any more."""
    PAST = "past"
    """The same of one that needs explaining all the same."""
    EXPLAINED = "explained"
    LISTED = "listed"


OPEN: Final = frozenset({StepKind.FOUND, StepKind.CHANGED, StepKind.PAST})
"""Last steps of a difference that waits for somebody."""


class RunStage(StrEnum):
    """What a run does now, in this order."""

    READING = "reading"
    """What is new at Stripe."""
    GIFTS = "gifts"
    """Each order's gifts, before anything is looked at anew: looking posts what is lacking."""
    LEDGER = "ledger"
    REST = "rest"
    """Some of the orders that nothing happened to: each night the next ones."""
    LOOKING = "looking"
    """At every order, in a whole run only."""
    OPEN = "open"
    """What was open, or waited for Stripe's row."""
    MOVES = "moves"
    ENTRIES = "entries"
    PAYOUTS = "payouts"
    BALANCE = "balance"
    REFUNDS = "refunds"
    ENDED = "ended"


class RunResult(StrEnum):
    """What a run came to."""

    AGREES = "agrees"
    DIFFERS = "differs"
    OTHER_ACCOUNT = "other account"
    """Nothing was compared: see `stripe_account.other_account`."""
