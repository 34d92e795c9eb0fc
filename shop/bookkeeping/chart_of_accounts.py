"""The accounts of the books. What we have or it cost is positive, what we owe or earned is negative."""

from datetime import date
from enum import StrEnum
from typing import Final

from shop.frozen import frozen
from shop.giving import transitions


class MoneyAccount(StrEnum):
    """Where money stands, or what it was for."""

    STRIPE = "stripe"
    CLEARING = "clearing"
    TRANSIT = "transit"
    BANK = "bank"
    VAT = "vat"
    TO_GO_BACK = "to go back"
    OTHER = "other"
    GIFTS_OWED = "gifts owed"
    GIFTS_HELD = "gifts held"
    SALES = "sales"
    POSTAGE = "postage"
    REFUNDS = "refunds"
    DISPUTES = "disputes"
    STRIPE_FEES = "stripe fees"
    DISPUTE_FEES = "dispute fees"
    GIFTS = "gifts"


class Group(StrEnum):
    """What kind of account it is: an accountant's first question."""

    ASSET = "asset"
    LIABILITY = "liability"
    INCOME = "income"
    EXPENSE = "expense"


@frozen
class Described:
    """An account as people read it."""

    name: str
    group: Group
    what: str
    """What it holds, in a sentence."""


CHART: Final = {
    MoneyAccount.STRIPE: Described("Balance at Stripe", Group.ASSET, "What lies at Stripe, less its fees."),
    MoneyAccount.CLEARING: Described(
        "Between the shop and Stripe",
        Group.ASSET,
        "What one of the two says and the other not yet, or not at all. It should come to nothing.",
    ),
    MoneyAccount.TRANSIT: Described(
        "Payouts under way", Group.ASSET, "Sent by Stripe, and not seen at the bank yet."
    ),
    MoneyAccount.BANK: Described(
        "Bank",
        Group.ASSET,
        "Payouts that arrived, less what was paid to the charity. Nothing else of the bank.",
    ),
    MoneyAccount.VAT: Described("VAT", Group.LIABILITY, "VAT within what was sold, less that of refunds."),
    MoneyAccount.TO_GO_BACK: Described(
        "To go back", Group.LIABILITY, "Paid twice, or not what was asked for, and not accepted."
    ),
    MoneyAccount.OTHER: Described(
        "Not the shop’s", Group.LIABILITY, "Another product’s money at Stripe, or money that was explained."
    ),
    MoneyAccount.GIFTS_OWED: Described("Owed to the charity", Group.LIABILITY, "Accrued and not paid over."),
    MoneyAccount.GIFTS_HELD: Described(
        "Gifts held in disputes", Group.LIABILITY, "Owed if the dispute is won."
    ),
    MoneyAccount.SALES: Described("Sales", Group.INCOME, "Pieces with their engraving, less VAT."),
    MoneyAccount.POSTAGE: Described("Postage", Group.INCOME, "What buyers paid for it, less VAT."),
    MoneyAccount.REFUNDS: Described("Refunds", Group.INCOME, "Given back to buyers, less VAT."),
    MoneyAccount.DISPUTES: Described(
        "Disputes", Group.EXPENSE, "Taken by banks, less what they gave back: open, or lost."
    ),
    MoneyAccount.STRIPE_FEES: Described(
        "Stripe’s fees", Group.EXPENSE, "Of payments, and others of Stripe’s, with what its Climate takes."
    ),
    MoneyAccount.DISPUTE_FEES: Described(
        "Fees of disputes", Group.EXPENSE, "Stripe keeps them when a dispute is won, too."
    ),
    MoneyAccount.GIFTS: Described(
        "Given to charity", Group.EXPENSE, "As the ledger of gifts has it: accrued less taken back."
    ),
}

OF_GIFTS: Final = {
    transitions.Account.ACCRUED: MoneyAccount.GIFTS_OWED,
    transitions.Account.PAYABLE: MoneyAccount.GIFTS_OWED,
    transitions.Account.HELD: MoneyAccount.GIFTS_HELD,
    transitions.Account.REMITTED: MoneyAccount.BANK,
    transitions.Account.COST: MoneyAccount.GIFTS,
}
"""The ledger's accounts among these. It has the same signs, and a payment to the charity leaves the bank."""

Line = tuple[MoneyAccount, int]
"""An account, and signed pence."""


@frozen
class JournalEntry:
    """One thing that happened to the money, in lines that come to nothing together."""

    key: str
    """Of what it is derived from, once: `pay:ch_...`, `txn_...`, `arrived:...`, `gift:...`."""
    period: str
    """The month it is booked in, as in '2026-11'."""
    day: date
    """The day it counts on, in that month."""
    happened_on: date
    what: str
    """In a few words."""
    reference: str | None
    """Of the order, where it is about one."""
    stripe_id: str | None
    lines: tuple[Line, ...]

    def __post_init__(self) -> None:
        """Refuse what does not balance. Raises ValueError."""
        if sum(pence for _, pence in self.lines) != 0:
            raise ValueError(f"the lines of {self.key} do not come to nothing")


def lines_of(*lines: Line) -> tuple[Line, ...]:
    """Those lines that hold something."""
    return tuple(line for line in lines if line[1])
