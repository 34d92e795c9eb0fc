"""Check the whole ledger from its columns up, and say in plain words whatever is wrong with it."""

from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import Any, Final

from sqlalchemy import Row, select
from sqlalchemy.orm import Session

from shop.giving import evidence_check, month_statements, policies, sums
from shop.giving.booking_days import is_month
from shop.giving.canonical import FACTS, Facts, sha256
from shop.giving.damaged_moments import DAMAGED, UNREADABLE
from shop.giving.ledger_walk import Walk
from shop.giving.models import GENESIS, LedgerEntry, LedgerHead, LedgerPeriod, LedgerTxn, Policy
from shop.giving.month_statements import Promise
from shop.giving.transitions import (
    ENDS_ACCRUAL,
    STEPS,
    Account,
    Kind,
    Standing,
    lines,
    paid_over,
    said_of_payment,
)
from shop.money import CURRENCY

BATCH: Final = 1000
"""Transactions in memory at a time."""

Lines = Sequence[tuple[str, int, str]]
Progress = Callable[[int], object]
"""Called with how many more transactions were read."""

_COLUMNS: Final = (*(getattr(LedgerTxn, name) for name in FACTS), LedgerTxn.hash, LedgerTxn.canonical)
_LINE: Final = (LedgerEntry.txn_seq, LedgerEntry.account, LedgerEntry.amount_pence, LedgerEntry.currency)


def verify(
    session: Session, anchors: Iterable[tuple[int, str]] = (), *, progress: Progress = bool
) -> list[str]:
    """Every problem in the ledger, in plain words; an empty list when it is sound.

    Rebuilds each transaction's written form from its columns and checks form, hash, chain, balance, lines,
    policy, the story of each unit, the periods, the head, the running sums, and what evidence rests on.
    `anchors` are (seq, hash) kept elsewhere: only they show a cut tail or a history that was rewritten whole.
    """
    kept = sorted(anchors)
    head = session.execute(select(LedgerHead.last_seq, LedgerHead.last_hash)).one_or_none()
    if head is None:
        lost = kept or session.scalar(select(LedgerTxn.seq).limit(1)) is not None
        return ["the ledger has lost its head"] if lost else []
    known = session.scalars(select(Policy).execution_options(populate_existing=True)).all()
    walk = Walk(
        {policy.id: (policies.digest(policy), policy.amount_pence) for policy in known},
        {policy.id: Promise(policy.charity_name, policy.amount_pence) for policy in known},
    )
    seen = {seq: "" for seq, _ in kept} | {0: GENESIS}
    problems = _walk_through(session, head.last_seq, walk, seen, progress)
    if (walk.seq, walk.hash) != (head.last_seq, head.last_hash):
        problems.append(f"the head says {head.last_seq}, but the last transaction is {walk.seq} or another")
    problems += [f"policy {one.id} ends before it begins" for one in known if _ends_too_soon(one)]
    problems += _check_tail(session)
    problems += _check_periods(session, walk)
    problems += _check_statements(session, walk)
    problems += sums.check(session, walk.seq, walk.sums)
    problems += evidence_check.problems(session)
    anchored = [seq for seq, hashed in kept if seen[seq] != hashed]
    return problems + [f"transaction {seq} is not the one that was anchored" for seq in anchored]


def _ends_too_soon(policy: Policy) -> bool:
    return policy.ends_on is not None and policy.ends_on < policy.starts_on


def _walk_through(
    session: Session, last_seq: int, walk: Walk, seen: dict[int, str], progress: Progress
) -> list[str]:
    """What is wrong with single transactions; on the way the hashes of those in `seen` are noted there."""
    problems: list[str] = []
    for chunk in _transactions(session, last_seq):
        for txn, entries in chunk:
            problems += _check_one(txn, entries, walk)
            if walk.seq in seen:
                seen[walk.seq] = walk.hash
        progress(len(chunk))
    return problems


def _transactions(session: Session, last_seq: int) -> Iterator[Sequence[tuple[Row[Any], Lines]]]:
    """The ledger in order, some transactions at a time, each with its lines."""
    after = 0
    while True:
        chunk = session.execute(
            select(*_COLUMNS)
            .where(LedgerTxn.seq > after, LedgerTxn.seq <= last_seq)
            .order_by(LedgerTxn.seq)
            .limit(BATCH)
        ).all()
        if not chunk:
            return
        lines = _lines(session, chunk[0].seq, chunk[-1].seq)
        yield [(txn, lines[txn.seq]) for txn in chunk]
        after = chunk[-1].seq


def _lines(session: Session, first: int, last: int) -> dict[int, Lines]:
    query = (
        select(*_LINE)
        .where(LedgerEntry.txn_seq.between(first, last))
        .order_by(LedgerEntry.txn_seq, LedgerEntry.line)
    )
    found: dict[int, Any] = defaultdict(list)
    for seq, *line in session.execute(query):
        found[seq].append(tuple(line))
    return found


def _check_one(txn: Row[Any], entries: Lines, walk: Walk) -> Iterator[str]:
    facts = Facts(**dict(zip(FACTS, txn, strict=False)))
    name = f"transaction {facts.seq}"
    if facts.seq != walk.seq + 1:
        yield f"{name} follows {walk.seq}: something between is gone"
    try:
        yield from (f"{name} {problem}" for problem in _check_facts(facts, txn, entries, walk))
    except DAMAGED:
        yield f"{name} cannot be read: something in it is not what was written"
    walk.add(facts, txn.hash, entries)


def _check_facts(facts: Facts, txn: Row[Any], entries: Lines, walk: Walk) -> Iterator[str]:
    if facts.previous_hash != walk.hash:
        yield "is not chained to the one before"
    if facts.canonical(entries) != txn.canonical:
        yield "is not what was written: its columns and its sealed text differ"
    if sha256(txn.canonical) != txn.hash:
        yield "has a hash that is not its own"
    if facts.digest(entries) != facts.request_hash:
        yield "is not what was asked for"
    if len(entries) < 2 or sum(pence for _, pence, _ in entries) != 0:  # noqa: PLR2004
        yield "does not balance"
    if facts.period != walk.period and not is_month(facts.period):
        yield "is in no month"
    elif facts.period < walk.period:
        yield f"is in period {facts.period}, after one in {walk.period}"
    if facts.kind in STEPS:
        yield from _check_unit(facts, entries, walk)
    if facts.kind == Kind.REMIT:
        yield from _check_payment(facts, entries, walk)


def _check_unit(facts: Facts, entries: Sequence[tuple[str, int, str]], walk: Walk) -> Iterator[str]:
    kind, unit = Kind(facts.kind), (str(facts.order_reference), int(facts.unit or 0))
    before, after = STEPS[kind]
    standing, accrual = walk.units.get(unit, (Standing.NONE, 0))
    digest, amount = walk.policies.get(facts.policy_id or 0, ("", 0))
    if standing is not before:
        yield f"is {kind.value}, but the unit stood {standing.value}"
    if facts.reverses_seq != (accrual if kind in ENDS_ACCRUAL else None):
        yield "does not name the accrual it undoes"
    if digest != facts.policy_digest:
        yield f"rests on policy {facts.policy_id}, which has been changed"
    if list(entries) != [(account.value, pence, CURRENCY) for account, pence in lines(kind, amount)]:
        yield "has other lines than its policy and kind ask for"
    walk.units[unit] = (after, facts.seq if kind is Kind.ACCRUE else accrual)


def _check_payment(facts: Facts, entries: Sequence[tuple[str, int, str]], walk: Walk) -> Iterator[str]:
    """A payment stands for itself; one that undoes another names it and takes all of it back, once."""
    amount = -sum(pence for account, pence, _ in entries if account == Account.REMITTED)
    digest, _ = walk.policies.get(facts.policy_id or 0, ("", 0))
    try:
        undone = said_of_payment(facts.cause).get("undoes")
    except ValueError:
        yield "does not say what was paid"
        return
    if digest != facts.policy_digest:
        yield f"rests on policy {facts.policy_id}, which has been changed"
    if list(entries) != [(account.value, pence, CURRENCY) for account, pence in paid_over(amount)]:
        yield "has other lines than a payment to the charity has"
    if undone is None and amount <= 0:
        yield "is a payment of nothing"
    if undone is not None and walk.paid.pop(undone, None) != (facts.book, facts.policy_id, -amount):
        yield f"does not undo payment {undone}"
    if undone is None:
        walk.paid[facts.seq] = (facts.book, facts.policy_id, amount)


def _check_tail(session: Session) -> list[str]:
    """In one statement, so that a transaction being posted meanwhile is either wholly seen or not at all."""
    last = select(LedgerHead.last_seq).scalar_subquery()
    unsealed = session.scalars(select(LedgerTxn.seq).where(LedgerTxn.seq > last).order_by(LedgerTxn.seq))
    return [f"transaction {seq} was never sealed" for seq in unsealed]


def _check_periods(session: Session, walk: Walk) -> Iterator[str]:
    """One that was closed while the ledger was read ends after the walk, but where the ledger has come to."""
    head = select(LedgerHead.last_seq).scalar_subquery()
    query = select(LedgerPeriod, head).order_by(LedgerPeriod.name)
    for period, now in session.execute(query.execution_options(populate_existing=True)):
        name, end = period.name, (period.last_seq, period.last_hash)
        if not is_month(name):
            yield f"period {name!r} is no month"
        elif period.closed_at is not None:
            closed_since = isinstance(period.last_seq, int) and walk.seq < period.last_seq <= now
            if not closed_since and end != walk.end_of(name):
                yield f"period {name} was closed at transaction {end[0]}, but does not end with it"
            if period.closed_at == UNREADABLE:
                yield f"period {name} does not say when it was closed"


def _check_statements(session: Session, walk: Walk) -> Iterator[str]:
    """The statement of a closed month, made again of the entries, has the hash that was kept."""
    closed = select(LedgerPeriod.name, LedgerPeriod.last_seq, LedgerPeriod.statement_sha256).where(
        LedgerPeriod.closed_at.is_not(None), LedgerPeriod.last_seq <= walk.seq
    )
    for name, last_seq, kept in session.execute(closed.order_by(LedgerPeriod.name)):
        if is_month(name) and _statement_digest(name, walk.end_of(name), walk) != kept:
            yield f"period {name} was closed at transaction {last_seq} with another statement"


def _statement_digest(name: str, end: tuple[int, str], walk: Walk) -> str:
    try:
        text = month_statements.of_entries(name, *end, walk.sums, walk.promises)
    except DAMAGED:  # a gift there rests on no policy, or on one that gives nothing
        return ""
    return month_statements.digest(text)
