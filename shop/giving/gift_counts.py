"""How many pieces, or orders, what was given comes from: whole numbers, of the ledger's running sums."""

from collections import defaultdict
from collections.abc import Mapping
from typing import NamedTuple

from sqlalchemy import select
from sqlalchemy.orm import Session

from shop.frozen import frozen
from shop.giving.models import Policy
from shop.giving.months import Sums
from shop.giving.transitions import Account, units


class Share(NamedTuple):
    """What one policy gives, in pence, of each unit: a piece or an order, as its basis has it."""

    amount_pence: int
    basis: str


@frozen
class Gifts:
    """What was given, less what was taken back: pence, and the pieces and orders that they come from."""

    pence: int = 0
    pieces: int = 0
    orders: int = 0


def shares(session: Session) -> dict[int, Share]:
    """Of every policy, by its id."""
    query = select(Policy.id, Policy.amount_pence, Policy.basis)
    return {row.id: Share(row.amount_pence, row.basis) for row in session.execute(query)}


def gifts(sums: Sums, of: Mapping[int, Share], since: str = "") -> Gifts:
    """What the months from `since` on (as in '2026-01') gave; all of them without it."""
    pence: dict[int, int] = defaultdict(int)
    for key, amount in sums.pence.items():
        if key.account == Account.COST and key.period >= since:
            pence[key.policy_id] += amount
    counted = {"unit": 0, "order": 0}
    for policy, amount in pence.items():
        counted[of[policy].basis] += units(amount, of[policy].amount_pence)
    return Gifts(sum(pence.values()), counted["unit"], counted["order"])
