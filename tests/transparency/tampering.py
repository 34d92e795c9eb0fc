"""What somebody can do who may write to the database as they like: raw SQL, every guard switched off."""

import re
from collections.abc import Callable, Iterable
from dataclasses import asdict, dataclass, replace
from typing import Any

from sqlalchemy import delete, insert, select, text, update
from sqlalchemy.orm import Session

from shop.demo.chain import SUMS
from shop.giving import ledger_triggers, month_close
from shop.giving.canonical import FACTS, Facts, sha256
from shop.giving.models import GENESIS, LedgerEntry, LedgerHead, LedgerPeriod, LedgerTxn
from shop.orm import table_of
from shop.sql import is_sqlite
from shop.transparency import log_triggers, publishing
from shop.transparency.log_triggers import TABLES
from shop.transparency.signed_notes import SigningKey
from tests.transparency.log_books import KEY, LogBooks

OTHER_KEY = SigningKey(KEY.name, bytes(32))

ALL = ("ledger_txn", "ledger_entry", "ledger_head", "ledger_period", "policy", *TABLES)


@dataclass
class Attacker:
    """In one transaction, which is thrown away afterwards."""

    books: LogBooks
    session: Session

    def run(self, *statements: str) -> None:
        """Raw SQL."""
        for statement in statements:
            self.session.execute(text(statement))

    def without_guards(self, tables: Iterable[str] = ALL) -> None:
        """Nothing refuses anything any more."""
        if is_sqlite(self.session):
            self.run("PRAGMA defer_foreign_keys=ON", "PRAGMA ignore_check_constraints=ON")
        dialect = self.session.connection().dialect.name
        for trigger in (*ledger_triggers.PROTECTING[dialect], *log_triggers.TRIGGERS[dialect]):
            if trigger.table in tables:
                on = "" if dialect == "sqlite" else f" ON {trigger.table}"
                self.run(f"DROP TRIGGER {trigger.name}{on}")
        if dialect == "postgresql":
            for table in tables:
                self._without_constraints(table)

    def _without_constraints(self, table: str) -> None:
        found = self.session.execute(
            text(
                "SELECT conrelid::regclass, conname FROM pg_constraint"
                " WHERE contype IN ('f', 'c')"
                " AND :table IN (conrelid::regclass::text, confrelid::regclass::text)"
            ),
            {"table": table},
        ).all()
        for owner, name in found:
            self.run(f"ALTER TABLE {owner} DROP CONSTRAINT {name}")

    def rewrite(self, change: Callable[[list["Posted"]], list["Posted"]]) -> None:
        """Change the ledger's past, and chain, sum, close and head it anew so that nothing shows."""
        posted = chained(change(self._posted()))
        for model in (LedgerEntry, LedgerTxn):
            self.session.execute(delete(model))
        self.run("DELETE FROM ledger_sum")
        self.session.execute(insert(table_of(LedgerTxn)), [one.row() for one in posted])
        self.run("DELETE FROM ledger_sum")
        self.session.execute(
            insert(table_of(LedgerEntry)), [line for one in posted for line in one.entries()]
        )
        self.run("DELETE FROM ledger_sum", SUMS)
        self.session.execute(
            update(LedgerHead).values(last_seq=posted[-1].facts.seq, last_hash=posted[-1].hash)
        )
        closed = select(LedgerPeriod.name).where(LedgerPeriod.closed_at.is_not(None))
        for month in self.session.scalars(closed.order_by(LedgerPeriod.name)).all():
            month_close.freeze(self.session, month_close.ending(self.session, month), actor="finance")

    def _posted(self) -> list["Posted"]:
        lines: dict[int, list[tuple[str, int, str]]] = {}
        entries = select(LedgerEntry).order_by(LedgerEntry.txn_seq, LedgerEntry.line)
        for entry in self.session.scalars(entries):
            lines.setdefault(entry.txn_seq, []).append((entry.account, entry.amount_pence, entry.currency))
        rows = self.session.scalars(select(LedgerTxn).order_by(LedgerTxn.seq)).all()
        return [
            Posted(Facts(**{name: getattr(row, name) for name in FACTS}), lines[row.seq], row.hash)
            for row in rows
        ]

    def log_anew(self, key: SigningKey) -> None:
        """Write the whole log again from the ledger as it is now, as the shop would."""
        for table in reversed(TABLES):
            self.run(f"DELETE FROM {table}")
        self.session.expire_all()
        made = publishing.publish(self.session, self.books.vault, key, "live")
        assert made is not None
        assert not made.more


@dataclass(frozen=True)
class Posted:
    """A transaction with its lines."""

    facts: Facts
    lines: list[tuple[str, int, str]]
    hash: str

    def row(self) -> dict[str, Any]:
        canonical = self.facts.canonical(self.lines)
        return {**asdict(self.facts), "canonical": canonical, "hash": self.hash}

    def entries(self) -> list[dict[str, Any]]:
        return [
            {
                "txn_seq": self.facts.seq,
                "line": line,
                "account": account,
                "amount_pence": pence,
                "currency": currency,
            }
            for line, (account, pence, currency) in enumerate(self.lines, start=1)
        ]


def chained(posted: Iterable[Posted]) -> list[Posted]:
    """Numbered and hashed anew, each on the one before."""
    made: list[Posted] = []
    numbers: dict[int, int] = {}
    for seq, one in enumerate(posted, start=1):
        numbers[one.facts.seq] = seq
        facts = replace(
            one.facts,
            seq=seq,
            previous_hash=made[-1].hash if made else GENESIS,
            reverses_seq=numbers.get(one.facts.reverses_seq or 0),
        )
        facts = replace(facts, request_hash=facts.digest(one.lines))
        made.append(Posted(facts, one.lines, sha256(facts.canonical(one.lines))))
    return made


def touched(statements: Iterable[str]) -> set[str]:
    """The tables that statements write to."""
    return {name for one in statements for name in re.findall(r"(?:UPDATE|INTO|FROM) (\w+)", one)} & set(ALL)
