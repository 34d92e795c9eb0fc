"""One transaction into the ledger: locked, numbered, chained, balanced, sealed; asked twice, posted once."""

import re
from collections.abc import Sequence
from dataclasses import asdict
from datetime import datetime
from typing import Final, NamedTuple

from sqlalchemy import bindparam, func, select, update
from sqlalchemy.orm import Session

from shop import clock
from shop.giving import policies
from shop.giving.actors import without_address
from shop.giving.booking_days import next_month
from shop.giving.canonical import Facts, Lines, Request, sha256
from shop.giving.models import (
    GENESIS,
    LedgerAccount,
    LedgerEntry,
    LedgerHead,
    LedgerPeriod,
    LedgerTxn,
    Policy,
)
from shop.giving.transitions import ACCOUNT_NAMES, Account
from shop.money import CURRENCY
from shop.orm import table_of
from shop.sql import dialect_insert, write

PLAIN: Final = re.compile(r"[A-Za-z0-9][A-Za-z0-9 ._/-]*")
"""References and SKUs begin with a letter or digit, so no export can become a spreadsheet's formula."""


class IdempotencyConflict(Exception):
    """The key was used before, for something else."""

    def __init__(self, key: str, seq: int) -> None:
        super().__init__(f"The key {key} already belongs to transaction {seq}, which says something else.")
        self.key = key
        self.seq = seq


class NotPlain(Exception):
    """A reference or SKU holds characters that the ledger does not take."""

    def __init__(self, value: str) -> None:
        super().__init__(
            f"{value!r} must begin with a letter or digit and hold only letters, digits, spaces, . _ / and -"
        )
        self.value = value


class Head(NamedTuple):
    """The last transaction's seq and hash; 0 and GENESIS before the first."""

    seq: int
    hash: str


def post(
    session: Session,
    request: Request,
    amounts: Sequence[tuple[Account, int]],
    *,
    key: str,
    actor: str,
    head: Head | None = None,
    policy: Policy | None = None,
) -> LedgerTxn:
    """Write one transaction with its lines and move the head onto it.

    `amounts` are signed pence that sum to zero; `head` is what `lock_head` gave in this transaction, if it
    was called, and `policy` the request's held in it, too. A key used before gives its transaction
    back when the content is the same (whoever asks), and raises IdempotencyConflict when it is not.
    `actor` is a role, with the number of its account where that matters ("finance 2"); no address is kept.
    Raises NotPlain for a reference or SKU an export could not carry safely, ValueError for a time without its
    zone, and IntegrityError from the database for lines that do not balance.
    """
    _check(request)
    lines: Lines = [(account.value, pence, CURRENCY) for account, pence in amounts]
    head = head or lock_head(session)
    asked = request.digest(lines)
    seq, request_hash, last, closed = session.connection().execute(_KNOWN, {"key": key}).one()
    if seq is not None:
        if request_hash != asked:
            raise IdempotencyConflict(key, seq)
        return session.get_one(LedgerTxn, seq)
    booked_at = clock.now()
    if policy is None and request.policy_id is not None:
        policy = policies.by_id(session, [request.policy_id], held=True)[request.policy_id]
    facts = Facts(
        **asdict(request),
        seq=head.seq + 1,
        idempotency_key=key,
        request_hash=asked,
        policy_digest=policies.digest(policy) if policy else None,
        period=_open_period(session, booked_at, last, closed),
        booked_at=booked_at,
        actor=without_address(actor),
        previous_hash=head.hash,
    )
    return _write(session, facts, lines)


def lock_head(session: Session) -> Head:
    """Stand first in line until this database transaction ends. Opens the books on the very first call."""
    row = session.connection().execute(_HEAD).one_or_none()
    if row is None:
        open_books(session)
        row = session.connection().execute(_HEAD).one()
    return Head(*row)


def open_books(session: Session) -> None:
    """The accounts and the head of an empty ledger. Doing it again changes nothing."""
    accounts = [{"key": key.value, "name": name} for key, name in ACCOUNT_NAMES.items()]
    session.execute(dialect_insert(session, LedgerAccount).on_conflict_do_nothing(), accounts)
    if session.scalar(select(LedgerHead.id)) is None:
        head = dialect_insert(session, LedgerHead).values(id=1, last_seq=0, last_hash=GENESIS)
        session.execute(head.on_conflict_do_nothing())


def _check(request: Request) -> None:
    if request.event_at.tzinfo is None:
        raise ValueError("an event in the ledger has a moment, and a moment has a zone")
    for value in filter(None, (request.order_reference, request.sku)):
        if not PLAIN.fullmatch(value):
            raise NotPlain(value)


def _write(session: Session, facts: Facts, lines: Lines) -> LedgerTxn:
    canonical = facts.canonical(lines)
    row = {**asdict(facts), "hash": sha256(canonical), "canonical": canonical}
    write(session, LedgerTxn, row)
    entries = [
        {
            "txn_seq": facts.seq,
            "line": number,
            "account": account,
            "amount_pence": pence,
            "currency": currency,
        }
        for number, (account, pence, currency) in enumerate(lines, start=1)
    ]
    write(session, LedgerEntry, entries)
    session.connection().execute(_HEAD_MOVED, {"last_seq": facts.seq, "last_hash": row["hash"]})
    return LedgerTxn(**row)


_HEAD: Final = select(LedgerHead.last_seq, LedgerHead.last_hash).with_for_update()
_HEAD_MOVED: Final = update(table_of(LedgerHead))


_SO_KEYED: Final = LedgerTxn.idempotency_key == bindparam("key")
_KNOWN: Final = select(
    select(LedgerTxn.seq).where(_SO_KEYED).scalar_subquery(),
    select(LedgerTxn.request_hash).where(_SO_KEYED).scalar_subquery(),
    select(LedgerTxn.period).order_by(LedgerTxn.seq.desc()).limit(1).scalar_subquery(),
    select(func.max(LedgerPeriod.name)).where(LedgerPeriod.closed_at.is_not(None)).scalar_subquery(),
)
"""The transaction of a key with its request, the month of the last one, and the last month that is closed."""


def _open_period(session: Session, booked_at: datetime, last: str | None, closed: str | None) -> str:
    """The month of booking in Britain; never before the ledger's last month, never one that is closed."""
    name = max(clock.month(booked_at), last or "", next_month(closed) if closed else "")
    if name != last and session.get(LedgerPeriod, name) is None:
        session.add(LedgerPeriod(name=name))
        session.flush()
    return name
