"""The donation ledger: bring each unit's gift to where it should stand, and say how everything stands."""

from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Sequence
from datetime import datetime
from typing import Any, Final, NamedTuple

from sqlalchemy import bindparam, func, select
from sqlalchemy.orm import Session

from shop.frozen import frozen
from shop.giving import policies
from shop.giving.actors import OWNER, without_address
from shop.giving.canonical import Request
from shop.giving.models import LedgerSum, LedgerTxn, Policy
from shop.giving.posting import Head, IdempotencyConflict, NotPlain, lock_head, open_books, post
from shop.giving.sums import Book
from shop.giving.transitions import ENDS_ACCRUAL, ROUTES, STEPS, Account, Kind, Standing, lines
from shop.giving.verification import verify
from shop.sql import is_sqlite

__all__ = [
    "Book", "Fact", "Facts", "IdempotencyConflict", "NotPlain", "Standing", "TargetDisagrees", "Totals",
    "UnitTarget", "bring_to", "open_books", "standings", "standings_of_each", "totals", "verify",
]  # fmt: skip


class TargetDisagrees(Exception):
    """A target does not fit what the ledger or the policy already says about the unit: a mistake upstream."""

    def __init__(self, order_reference: str, unit: int, what: str) -> None:
        super().__init__(f"Unit {unit} of {order_reference}: {what}")
        self.order_reference = order_reference
        self.unit = unit


@frozen
class Fact:
    """What happened, for a row of the ledger: when, who did it, and its id (a charge's, a refund's ...)."""

    event_at: datetime
    actor: str
    cause: str


@frozen(kw_only=True)
class Facts:
    """What led to each step that a unit's gift may take."""

    given: Fact
    """The payment."""
    held: Fact
    """The dispute that was opened."""
    restored: Fact
    """What made it stand again: a dispute that was won, or a refund that failed."""
    ended: Fact
    """The refund, or the dispute that was lost."""

    def of(self, kind: Kind, *, first: bool) -> Fact:
        """The fact behind one step; `first` when the ledger knows nothing of the unit yet."""
        match kind:
            case Kind.ACCRUE:
                return self.given if first else self.restored
            case Kind.DISPUTE_OPENED:
                return self.held
            case Kind.DISPUTE_WON:
                return self.restored
        return self.ended


@frozen(kw_only=True)
class UnitTarget:
    """One unit of an order and where its gift should stand. Unit 0 is the order itself (basis 'order')."""

    unit: int
    sku: str
    amount_pence: int
    policy_id: int
    standing: Standing
    facts: Facts


@frozen(kw_only=True)
class Totals:
    """One book in pence. given = accrued - reversed of all time = now accrued + held + payable + remitted."""

    accrued_pence: int
    """Standing accrued now, not yet on a statement."""
    held_pence: int
    payable_pence: int
    remitted_pence: int
    gross_pence: int
    """Everything ever accrued, before any reversal."""
    reversed_pence: int
    """Everything taken back: refunds and lost disputes."""
    net_pence: int
    """What the charity has and will have: gross less reversed."""


class _Past(NamedTuple):
    """What the ledger says of a unit."""

    book: str
    sku: str
    policy_id: int
    standing: Standing
    steps: int
    accrual_seq: int


def bring_to(
    session: Session,
    *,
    book: Book,
    order_reference: str,
    units: Sequence[UnitTarget],
    first: bool = False,
) -> list[LedgerTxn]:
    """Post what is missing between how each unit stands in the ledger and how it should; nothing more.

    One transaction per unit and step, in the order of the units; called again with the same targets it posts
    nothing and gives back an empty list. Units not named are left as they are. Raises TargetDisagrees when a
    unit's book, SKU, policy or amount is not what the ledger or the policy says, and NotPlain and ValueError
    as `post` does. `first`: the order was just paid, so the ledger is locked at once, not read twice.
    """
    targets = {target.unit: target for target in units}
    if len(targets) != len(units):
        raise ValueError("a unit can be named once only")
    head = lock_head(session) if first else None
    past = _pasts(session, order_reference)[order_reference]
    missing = _missing(past, targets.values())
    head = head or (lock_head(session) if missing else None)
    if missing and not first and not is_sqlite(session):  # whose writers are alone from the start
        past = _pasts(session, order_reference)[order_reference]  # again, now that nobody else can post
    promised = policies.by_id(session, {target.policy_id for target in units}, held=missing)
    _agree(book, order_reference, targets.values(), past, promised)
    if head is None or not missing:
        return []
    posted: list[LedgerTxn] = []
    for unit in sorted(targets):
        target = targets[unit]
        for request, step, actor in _steps(book, order_reference, past.get(unit), target):
            entries = lines(Kind(request.kind), target.amount_pence)
            key, policy = f"{order_reference}:{unit}:{step}", promised[target.policy_id]
            posted.append(post(session, request, entries, key=key, actor=actor, head=head, policy=policy))
            head = max(head, Head(posted[-1].seq, posted[-1].hash))
    return posted


def _steps(
    book: Book, order_reference: str, before: _Past | None, target: UnitTarget
) -> Iterator[tuple[Request, int, str]]:
    """What a unit lacks: each request with its number in the unit's story, and whose role did it."""
    standing, past, accrual_seq = before[3:] if before else (Standing.NONE, 0, 0)
    for step, kind in enumerate(ROUTES[standing, target.standing], start=past + 1):
        fact = target.facts.of(kind, first=step == 1)
        request = Request(
            book=book,
            kind=kind.value,
            order_reference=order_reference,
            unit=target.unit,
            sku=target.sku,
            policy_id=target.policy_id,
            reverses_seq=accrual_seq if kind in ENDS_ACCRUAL else None,
            event_at=fact.event_at,
            cause=fact.cause,
        )
        # Nobody but the owner gives money back or enters a sale.
        yield request, step, without_address(fact.actor, OWNER)


def standings(session: Session, order_reference: str) -> dict[int, Standing]:
    """How each unit of the order stands, for the units the ledger knows."""
    return standings_of_each(session, order_reference)[order_reference]


def standings_of_each(session: Session, *order_references: str) -> dict[str, dict[int, Standing]]:
    """The same of several orders, by their references."""
    pasts = _pasts(session, *order_references)
    return {order: {unit: past.standing for unit, past in pasts[order].items()} for order in order_references}


def totals(session: Session, book: Book) -> Totals:
    """What one book comes to, from the running sums."""
    query = select(LedgerSum.account, LedgerSum.kind, func.sum(LedgerSum.pence)).where(LedgerSum.book == book)
    balances: dict[str, int] = defaultdict(int)
    costs: dict[str, int] = defaultdict(int)
    for account, kind, pence in session.execute(query.group_by(LedgerSum.account, LedgerSum.kind)):
        balances[account] += int(pence)
        costs[kind] += int(pence) if account == Account.COST else 0
    return Totals(
        accrued_pence=-balances[Account.ACCRUED],
        held_pence=-balances[Account.HELD],
        payable_pence=-balances[Account.PAYABLE],
        remitted_pence=-balances[Account.REMITTED],
        gross_pence=costs[Kind.ACCRUE],
        reversed_pence=-sum(costs[kind] for kind in ENDS_ACCRUAL),
        net_pence=balances[Account.COST],
    )


_STEPS_TAKEN: Final = (
    select(
        LedgerTxn.order_reference, LedgerTxn.unit, LedgerTxn.book, LedgerTxn.sku, LedgerTxn.policy_id,
        LedgerTxn.kind, LedgerTxn.seq,
    )
    .where(
        LedgerTxn.order_reference.in_(bindparam("references", expanding=True)),
        LedgerTxn.kind.in_([kind.value for kind in STEPS]),
    )
    .order_by(LedgerTxn.seq)
)  # fmt: skip


def _pasts(session: Session, *order_references: str) -> dict[str, dict[int, _Past]]:
    found: dict[str, dict[int, _Past]] = {reference: {} for reference in order_references}
    rows: Iterable[Any] = session.connection().execute(_STEPS_TAKEN, {"references": order_references})
    for reference, unit, book, sku, policy_id, kind, seq in rows:  # none of which a unit's own lack
        pasts = found[reference]
        before = pasts.get(unit)
        steps, accrual_seq = (before.steps, before.accrual_seq) if before else (0, 0)
        accrual = seq if kind == Kind.ACCRUE else accrual_seq
        pasts[unit] = _Past(book, sku, policy_id, STEPS[Kind(kind)][1], steps + 1, accrual)
    return found


def _missing(pasts: dict[int, _Past], targets: Iterable[UnitTarget]) -> bool:
    return any(
        target.standing != (pasts[target.unit].standing if target.unit in pasts else Standing.NONE)
        for target in targets
    )


def _agree(
    book: Book,
    order_reference: str,
    targets: Collection[UnitTarget],
    pasts: dict[int, _Past],
    promised: dict[int, Policy],
) -> None:
    for target in targets:
        past = pasts.get(target.unit)
        if past and (past.book, past.sku, past.policy_id) != (book, target.sku, target.policy_id):
            said = f"the ledger has {past.book}, {past.sku}, policy {past.policy_id}"
            raise TargetDisagrees(order_reference, target.unit, said)
        policy = promised.get(target.policy_id)
        amount = policy.amount_pence if policy else None
        if amount != target.amount_pence:
            said = f"policy {target.policy_id} gives {amount}p, the target says {target.amount_pence}p"
            raise TargetDisagrees(order_reference, target.unit, said)
