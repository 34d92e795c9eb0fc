"""What a selection came to, added up from its entries; what stood before it, from the running sums."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import date, timedelta

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from shop.exports.selection import Selection
from shop.frozen import frozen
from shop.giving.booking_days import Part, first_day, last_day
from shop.giving.models import LedgerEntry, LedgerSum, LedgerTxn, Policy
from shop.giving.month_close import Closed, closed_months
from shop.giving.months import OWED
from shop.giving.transitions import ENDS_ACCRUAL, Account, Kind


@frozen(kw_only=True)
class Figures:
    """What a selection came to, in pence: opening + accrued - taken back - paid over = owed + held."""

    opening_owed_pence: int
    opening_held_pence: int
    accrued_pence: int
    taken_back_pence: int
    paid_pence: int
    owed_pence: int
    held_pence: int

    @property
    def lines(self) -> tuple[tuple[str, int], ...]:
        """Each with its name, from how it began to how it ended."""
        return (
            ("Owed at the beginning", self.opening_owed_pence),
            ("Held in disputes at the beginning", self.opening_held_pence),
            ("Accrued", self.accrued_pence),
            ("Taken back: refunds and lost disputes", -self.taken_back_pence),
            ("Paid over", -self.paid_pence),
            ("Owed at the end", self.owed_pence),
            ("Held in disputes at the end", self.held_pence),
        )


@frozen
class Gifts:
    """The gifts of one policy; a unit is a piece or an order, as the policy has it."""

    charity: str
    """Its name, and its number where somebody has looked it up."""
    agreement: str
    pence: int
    """For each unit."""
    accrued: int = 0
    taken_back: int = 0


def figures(session: Session, selection: Selection) -> Figures:
    """What it came to, added up from the entries themselves."""
    part = selection.part
    before, here = _before(session, part), _sums(session, part)
    opening, closing = (_standing(sums) for sums in (before, _together(before, here)))
    cost: dict[str, int] = defaultdict(int)
    for (kind, account), pence in here.items():
        cost[kind] += pence if account == Account.COST else 0
    return Figures(
        opening_owed_pence=opening[0],
        opening_held_pence=opening[1],
        accrued_pence=cost[Kind.ACCRUE],
        taken_back_pence=-sum(cost[kind] for kind in ENDS_ACCRUAL),
        paid_pence=-sum(pence for (_, account), pence in here.items() if account == Account.REMITTED),
        owed_pence=closing[0],
        held_pence=closing[1],
    )


def gifts(session: Session, selection: Selection) -> Sequence[Gifts]:
    """What was accrued and taken back, by policy."""
    query = (
        select(
            Policy.id,
            Policy.charity_name,
            Policy.charity_number,
            Policy.agreement_reference,
            Policy.amount_pence,
            LedgerTxn.kind,
            func.sum(LedgerEntry.amount_pence),
        )
        .join(LedgerTxn, LedgerTxn.policy_id == Policy.id)
        .join(LedgerEntry, LedgerEntry.txn_seq == LedgerTxn.seq)
        .where(selection.part.condition, LedgerEntry.account == Account.COST.value)
        .group_by(Policy.id, LedgerTxn.kind)
        .order_by(Policy.id)
    )
    found: dict[int, Gifts] = {}
    for policy, name, number, agreement, each, kind, pence in session.execute(query):
        charity = f"{name} (registered charity {number})" if number else name
        so_far = found.get(policy, Gifts(charity, agreement or "", each))
        units = int(pence) // each
        if kind in ENDS_ACCRUAL:
            found[policy] = replace(so_far, taken_back=so_far.taken_back - units)
        else:
            found[policy] = replace(so_far, accrued=so_far.accrued + units)
    return list(found.values())


def closed(session: Session, selection: Selection) -> Closed | None:
    """How the month was closed, where the selection is a month that is."""
    part = selection.part
    month = part.first.isoformat()[:7] if part.first else ""
    if not month or part != Part(part.book, first_day(month), last_day(month), charity=part.charity):
        return None
    return closed_months(session).get(month)


_Sums = Mapping[tuple[str, str], int]
"""Signed pence by kind and account."""


def _before(session: Session, part: Part) -> _Sums:
    """Everything before it, of the same book and charity: whole months from the running sums."""
    if part.after_seq:
        month = session.scalar(select(LedgerTxn.period).where(LedgerTxn.seq == part.after_seq)) or ""
        rest = replace(part, first=first_day(month), after_seq=None, last_seq=part.after_seq)
    elif part.first and part.first > date.min:
        month = part.first.isoformat()[:7]
        rest = replace(part, first=first_day(month), last=part.first - timedelta(days=1))
    else:
        return {}
    whole = select(LedgerSum.kind, LedgerSum.account, func.sum(LedgerSum.pence)).where(
        LedgerSum.book == part.book, LedgerSum.period < month
    )
    if part.charity:
        of_charity = select(Policy.id).where(Policy.charity_name == part.charity)
        whole = whole.where(LedgerSum.policy_id.in_(of_charity))
    rows = session.execute(whole.group_by(LedgerSum.kind, LedgerSum.account))
    months = {(kind, account): int(pence) for kind, account, pence in rows}
    return months if part.first and part.first.day == 1 else _together(months, _sums(session, rest))


def _sums(session: Session, part: Part) -> _Sums:
    query = (
        select(LedgerTxn.kind, LedgerEntry.account, func.sum(LedgerEntry.amount_pence))
        .join(LedgerEntry, LedgerEntry.txn_seq == LedgerTxn.seq)
        .where(part.condition)
        .group_by(LedgerTxn.kind, LedgerEntry.account)
    )
    return {(kind, account): int(pence) for kind, account, pence in session.execute(query)}


def _together(one: _Sums, other: _Sums) -> _Sums:
    return {key: one.get(key, 0) + other.get(key, 0) for key in one.keys() | other.keys()}


def _standing(sums: _Sums) -> tuple[int, int]:
    """What is owed and what is held."""
    owed = -sum(pence for (_, account), pence in sums.items() if account in OWED)
    return owed, -sum(pence for (_, account), pence in sums.items() if account == Account.HELD)
