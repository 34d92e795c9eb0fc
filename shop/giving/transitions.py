"""How a unit's gift can stand, and the transactions that lead from one standing to another."""

import json
from enum import StrEnum
from typing import Any, Final


class Standing(StrEnum):
    """How the gift for one unit stands."""

    NONE = "none"
    ACCRUED = "accrued"
    HELD = "held"


class Account(StrEnum):
    """The ledger's accounts. Owed and paid are negative, the cost is positive: together always zero."""

    ACCRUED = "accrued"
    HELD = "held"
    PAYABLE = "payable"
    REMITTED = "remitted"
    COST = "cost"


ACCOUNT_NAMES: Final = {
    Account.ACCRUED: "Accrued to the charity",
    Account.HELD: "Held while a payment is disputed",
    Account.PAYABLE: "Payable to the charity",
    Account.REMITTED: "Remitted to the charity",
    Account.COST: "Cost of giving",
}


class Kind(StrEnum):
    """What a transaction did. The last two are about a period, not about a unit."""

    ACCRUE = "accrue"
    REVERSE = "reverse"
    DISPUTE_OPENED = "dispute_opened"
    DISPUTE_WON = "dispute_won"
    DISPUTE_LOST = "dispute_lost"
    CLOSE = "close"
    REMIT = "remit"


ROUTES: Final[dict[tuple[Standing, Standing], tuple[Kind, ...]]] = {
    (Standing.NONE, Standing.NONE): (),
    (Standing.NONE, Standing.ACCRUED): (Kind.ACCRUE,),
    (Standing.NONE, Standing.HELD): (Kind.ACCRUE, Kind.DISPUTE_OPENED),
    (Standing.ACCRUED, Standing.NONE): (Kind.REVERSE,),
    (Standing.ACCRUED, Standing.ACCRUED): (),
    (Standing.ACCRUED, Standing.HELD): (Kind.DISPUTE_OPENED,),
    (Standing.HELD, Standing.NONE): (Kind.DISPUTE_LOST,),
    (Standing.HELD, Standing.ACCRUED): (Kind.DISPUTE_WON,),
    (Standing.HELD, Standing.HELD): (),
}
"""The transactions from the first standing to the second, in order."""

STEPS: Final[dict[Kind, tuple[Standing, Standing]]] = {
    Kind.ACCRUE: (Standing.NONE, Standing.ACCRUED),
    Kind.REVERSE: (Standing.ACCRUED, Standing.NONE),
    Kind.DISPUTE_OPENED: (Standing.ACCRUED, Standing.HELD),
    Kind.DISPUTE_WON: (Standing.HELD, Standing.ACCRUED),
    Kind.DISPUTE_LOST: (Standing.HELD, Standing.NONE),
}
"""Where a unit must stand before each kind of transaction, and where it stands after."""

ENDS_ACCRUAL: Final = frozenset({Kind.REVERSE, Kind.DISPUTE_LOST})
"""These name the accrual they undo (`reverses_seq`); an accrual is undone once at most."""

HOME: Final = {
    Standing.NONE: Account.COST,
    Standing.ACCRUED: Account.ACCRUED,
    Standing.HELD: Account.HELD,
}


def lines(kind: Kind, amount_pence: int) -> tuple[tuple[Account, int], ...]:
    """The two lines of a unit's transaction: plus where the gift stood before, minus where it stands now."""
    before, after = STEPS[kind]
    return ((HOME[before], amount_pence), (HOME[after], -amount_pence))


def paid_over(amount_pence: int) -> tuple[tuple[Account, int], ...]:
    """The two lines of a payment to the charity; of an undone one with the amount below zero."""
    return ((Account.ACCRUED, amount_pence), (Account.REMITTED, -amount_pence))


def said_of_payment(cause: str) -> dict[str, Any]:
    """What was typed about a payment to the charity, from its transaction's cause. Raises ValueError."""
    said = json.loads(cause)
    if not isinstance(said, dict):
        raise ValueError("a payment's cause is a mapping")  # noqa: TRY004 (a wrong text, not a wrong call)
    return said


def legible(cause: str) -> dict[str, Any]:
    """The same to be shown; nothing of one that somebody damaged, which `verify` names."""
    try:
        return said_of_payment(cause)
    except (ValueError, TypeError):
        return {}


def units(pence: int, each: Any) -> int:
    """How many gifts come to so much; none of what gives nothing, which is no agreement's amount."""
    return pence // each if isinstance(each, int) and each > 0 else 0
