"""The shop's books, opened on both databases with every guard in place, and a few ways to write in them."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime

import pytest
from sqlalchemy import select, text

from shop import triggers
from shop.db import Database
from shop.giving import ledger, ledger_triggers, month_close, policies
from shop.giving.kept_rows import KEPT
from shop.giving.ledger import Fact, Facts, Standing, UnitTarget
from shop.giving.models import LedgerPeriod, LedgerTxn

MORNING = datetime(2026, 11, 20, 9, 30, tzinfo=UTC)


def alike(at: datetime = MORNING, cause: str = "evt_1") -> Facts:
    """One fact behind every step."""
    fact = Fact(at, "worker", cause)
    return Facts(given=fact, held=fact, restored=fact, ended=fact)


@dataclass
class Books:
    """A database with its triggers, the sample policy (number `policy`), and open books."""

    database: Database
    policy: int

    def bring(
        self,
        order: str,
        *standings: Standing,
        at: datetime = MORNING,
        book: ledger.Book = "live",
        cause: str = "evt_1",
        first: bool = False,
    ) -> list[LedgerTxn]:
        """Bring unit 1, 2, ... of the order to these standings."""
        units = [
            UnitTarget(
                unit=unit,
                sku="HEART-SILVER-18",
                amount_pence=500,
                policy_id=self.policy,
                standing=standing,
                facts=alike(at, cause),
            )
            for unit, standing in enumerate(standings, start=1)
        ]
        with self.database.transaction() as session:
            return ledger.bring_to(
                session,
                book=book,
                order_reference=order,
                units=units,
                first=first,
            )

    def close_all(self) -> None:
        """Close every month there is, whatever the calendar says."""
        with self.database.transaction() as session:
            for month in session.scalars(select(LedgerPeriod.name).order_by(LedgerPeriod.name)).all():
                month_close.freeze(session, month_close.ending(session, month), actor="finance")

    def problems(self, *anchors: tuple[int, str]) -> list[str]:
        with self.database.reading() as session:
            return ledger.verify(session, anchors)

    def totals(self, book: ledger.Book = "live") -> ledger.Totals:
        with self.database.reading() as session:
            return ledger.totals(session, book)

    def standings(self, order: str) -> dict[int, Standing]:
        with self.database.reading() as session:
            return ledger.standings(session, order)

    def run(self, *statements: str) -> None:
        """Raw SQL, as somebody with the database's password would run it."""
        with self.database.transaction() as session:
            for statement in statements:
                session.execute(text(statement))

    def value(self, query: str) -> object:
        with self.database.reading() as session:
            return session.execute(text(query)).scalar_one()

    def without_guards(self) -> None:
        """What an attacker with every right does first."""
        with self.database.engine.begin() as connection:
            dialect = connection.dialect.name
            for trigger in (*ledger_triggers.PROTECTING[dialect], *KEPT[dialect]):
                on = "" if dialect == "sqlite" else f" ON {trigger.table}"
                connection.execute(text(f"DROP TRIGGER {trigger.name}{on}"))


@pytest.fixture
def database(bare_database: Database) -> Database:
    """The ledger's tests make their own policies and guards."""
    return bare_database


@pytest.fixture
def books(database: Database) -> Books:
    with database.engine.begin() as connection:
        triggers.install(connection, ledger_triggers.TRIGGERS)
    with database.transaction() as session:
        ledger.open_books(session)
        policy = policies.load_sample_policy(session)
    return Books(database, policy.id)


@pytest.fixture
def clock_at(monkeypatch: pytest.MonkeyPatch) -> Callable[[datetime], None]:
    """Set the time at which things are booked."""
    return lambda moment: monkeypatch.setattr("shop.clock.now", lambda: moment)
