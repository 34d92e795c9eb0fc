"""What a month came to, written down whole: what stands in it when the month is closed, and for good.

A statement is made of the running sums alone, so it says the same whenever it is made of a month that is
closed; its SHA-256 is kept with the month, and `verify` makes it again.
"""

import hashlib
import json
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import asdict, replace
from typing import Final

from shop.frozen import frozen
from shop.giving.months import Month, Sums, by_month
from shop.giving.sums import Book, Key
from shop.giving.transitions import ENDS_ACCRUAL, Account, Kind, units

BOOKS: Final[Sequence[Book]] = ("live", "test")


@frozen
class Promise:
    """A policy as a statement needs it."""

    charity_name: str
    amount_pence: int


@frozen(kw_only=True)
class GiftLine:
    """The gifts of one policy in some months; a unit is a piece or an order, as the policy has it."""

    policy: int
    charity_name: str
    amount_pence: int
    """For each unit."""
    accrued_units: int
    taken_back_units: int

    @property
    def pence(self) -> int:
        """What they come to."""
        return self.amount_pence * (self.accrued_units - self.taken_back_units)


@frozen(kw_only=True)
class Figures:
    """Some months of one book in pence: opening + accrued - taken back - paid over = owed + held."""

    book: Book
    opening_owed_pence: int
    opening_held_pence: int
    accrued_pence: int
    taken_back_pence: int
    paid_pence: int
    owed_pence: int
    held_pence: int
    gifts: tuple[GiftLine, ...]

    @property
    def balances(self) -> bool:
        """Whether what came and went explains how it stands at the end."""
        opening = self.opening_owed_pence + self.opening_held_pence
        moved = self.accrued_pence - self.taken_back_pence - self.paid_pence
        return opening + moved == self.owed_pence + self.held_pence


@frozen(kw_only=True)
class MonthStatement(Figures):
    """The figures of one month."""

    month: str


def statement_of(sums: Sums, month: str, promises: Mapping[int, Promise]) -> MonthStatement:
    """A book's statement of a month."""
    until = replace(sums, pence={key: pence for key, pence in sums.pence.items() if key.period <= month})
    figures = figures_of(until, by_month(until, month), month, month, promises)
    return MonthStatement(month=month, **vars(figures))


def figures_of(
    sums: Sums, months: Sequence[Month], first: str, last: str, promises: Mapping[int, Promise]
) -> Figures:
    """What the months from `first` to `last` came to; `months` is what `by_month` makes of the sums."""
    nothing = Month(name="")
    before = next((one for one in reversed(months) if one.name < first), nothing)
    here = [one for one in months if first <= one.name <= last]
    end = here[-1] if here else before
    return Figures(
        book=sums.book,
        opening_owed_pence=before.owed_pence,
        opening_held_pence=before.held_pence,
        accrued_pence=sum(one.accrued_pence for one in here),
        taken_back_pence=sum(one.taken_back_pence for one in here),
        paid_pence=sum(one.paid_pence for one in here),
        owed_pence=end.owed_pence,
        held_pence=end.held_pence,
        gifts=_gifts(sums.pence, first, last, promises),
    )


def of_entries(
    month: str, seq: int, last_hash: str, pence: Mapping[Key, int], promises: Mapping[int, Promise]
) -> str:
    """The text of a month whose last transaction is `seq`, from what all entries come to."""
    statements = [
        statement_of(
            Sums(book, pence={key: p for key, p in pence.items() if key.book == book}), month, promises
        )
        for book in BOOKS
    ]
    return written(month, seq, last_hash, statements)


def written(month: str, seq: int, last_hash: str, statements: Sequence[MonthStatement]) -> str:
    """The text that is frozen: both books, and the transaction with which the month ends."""
    said = {
        "month": month,
        "last_seq": seq,
        "last_hash": last_hash,
        "books": {one.book: {k: v for k, v in asdict(one).items() if k not in _SAID} for one in statements},
    }
    return json.dumps(said, sort_keys=True, ensure_ascii=False, indent=1) + "\n"


def digest(text: str) -> str:
    """SHA-256 (hex) of a statement's text; `sha256sum` of its file gives the same."""
    return hashlib.sha256(text.encode()).hexdigest()


_SAID: Final = frozenset({"book", "month"})


def _gifts(
    pence: Mapping[Key, int], first: str, last: str, promises: Mapping[int, Promise]
) -> tuple[GiftLine, ...]:
    accrued: dict[int, int] = defaultdict(int)
    back: dict[int, int] = defaultdict(int)
    for key, amount in pence.items():
        if not first <= key.period <= last or key.account != Account.COST:
            continue
        if key.kind == Kind.ACCRUE:
            accrued[key.policy_id] += amount
        elif key.kind in ENDS_ACCRUAL:
            back[key.policy_id] -= amount
    return tuple(
        GiftLine(
            policy=policy,
            charity_name=promises[policy].charity_name,
            amount_pence=promises[policy].amount_pence,
            accrued_units=units(accrued[policy], promises[policy].amount_pence),
            taken_back_units=units(back[policy], promises[policy].amount_pence),
        )
        for policy in sorted(accrued.keys() | back.keys())
    )
