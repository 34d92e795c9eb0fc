"""The ledger of invented orders: chained here once, written under every guard like any other."""

import json
from collections.abc import Sequence
from datetime import datetime
from typing import Any, Final, NamedTuple

from sqlalchemy import Connection

from shop.demo.bulk_insert import as_stored
from shop.giving import policies
from shop.giving.canonical import FACTS, Facts, Request, sha256
from shop.giving.ledger import Book
from shop.giving.models import GENESIS, LedgerTxn, Policy
from shop.giving.transitions import ENDS_ACCRUAL, Account, Kind, lines, paid_over
from shop.money import CURRENCY

BY_STRIPE: Final = "stripe"
FINANCE: Final = "demo"

COLUMNS: Final = (*FACTS, "hash", "canonical")
ENTRY: Final = "INSERT INTO ledger_entry (txn_seq, line, account, amount_pence, currency) VALUES"
SEAL: Final = "UPDATE ledger_head SET last_seq = "

# The same three statements for each transaction, as the guards ask: there from Python, here in the server.
POSTGRESQL: Final = f"""
    DO $post$ DECLARE one record; BEGIN
    FOR one IN SELECT * FROM demo_txn ORDER BY seq LOOP
        INSERT INTO ledger_txn ({", ".join(COLUMNS)}) SELECT {", ".join(f"one.{name}" for name in COLUMNS)};
        {ENTRY} (one.seq, 1, one.from_account, one.pence, '{CURRENCY}'),
            (one.seq, 2, one.to_account, -one.pence, '{CURRENCY}');
        {SEAL} one.seq, last_hash = one.hash;
    END LOOP; END $post$
"""  # noqa: S608  (names of ours)


class Unit(NamedTuple):
    """Whose gift it is."""

    reference: str
    number: int
    sku: str


class Chain:
    """What was posted so far, and what is to be written next."""

    def __init__(self, policy: Policy, book: Book) -> None:
        self.policy_id, self.digest, self.book = policy.id, policies.digest(policy), book
        self.pence = policy.amount_pence
        self.seq, self.hash = 0, GENESIS
        self.begun: list[str] = []
        """The months that have begun and are not written yet."""
        self._period = ""
        self.owed = 0
        """What the charity is owed, in pence."""
        self.rows: list[dict[str, Any]] = []

    def step(self, kind: Kind, of: Unit, at: datetime, cause: str, *, accrual: int | None = None) -> int:
        """A unit's first step, or a second one that knows its accrual. Give its seq."""
        asked = Request(
            book=self.book, kind=kind.value, order_reference=of.reference, unit=of.number, sku=of.sku,
            policy_id=self.policy_id, reverses_seq=accrual if kind in ENDS_ACCRUAL else None, event_at=at,
            cause=cause,
        )  # fmt: skip
        number = 1 if accrual is None else 2
        self._post(asked, lines(kind, self.pence), f"{of.reference}:{of.number}:{number}", BY_STRIPE)
        return self.seq

    def pay_over(self, at: datetime) -> None:
        """Pay the charity all it is owed."""
        if self.owed <= 0:
            return
        said = json.dumps({"bank_reference": f"DEMO {at:%Y-%m}", "receipt": ""}, sort_keys=True)
        asked = Request(
            book=self.book, kind=Kind.REMIT.value, order_reference=None, unit=None, sku=None,
            policy_id=self.policy_id, reverses_seq=None, event_at=at, cause=said,
        )  # fmt: skip
        self._post(asked, paid_over(self.owed), f"remit:demo-{at:%Y-%m}", FINANCE)

    def _post(self, asked: Request, amounts: Sequence[tuple[Account, int]], key: str, actor: str) -> None:
        period = f"{asked.event_at:%Y-%m}"
        if self._period < period:
            self._period = period
            self.begun.append(period)
        entries = [(account.value, pence, CURRENCY) for account, pence in amounts]
        facts = Facts(
            **vars(asked), seq=self.seq + 1, idempotency_key=key, request_hash=asked.digest(entries),
            policy_digest=self.digest, period=period, booked_at=asked.event_at, actor=actor,
            previous_hash=self.hash,
        )  # fmt: skip
        canonical = facts.canonical(entries)
        self.seq, self.hash = facts.seq, sha256(canonical)
        self.owed -= sum(pence for account, pence in amounts if account is Account.ACCRUED)
        (before, pence), (after, _) = amounts
        self.rows.append(
            {
                **vars(facts), "hash": self.hash, "canonical": canonical, "from_account": before.value,
                "to_account": after.value, "pence": pence,
            }
        )  # fmt: skip

    def write(self, connection: Connection) -> None:
        """Write what has been posted since, each transaction sealed before the next."""
        driver: Any = connection.connection.driver_connection
        made = as_stored(connection, LedgerTxn.__table__, COLUMNS, self.rows)  # type: ignore[arg-type]
        if connection.dialect.name == "sqlite":
            _sqlite(driver, made, self.rows)
        else:
            _postgresql(driver, made, self.rows)
        self.rows.clear()


def _sqlite(driver: Any, made: Any, rows: Sequence[dict[str, Any]]) -> None:
    insert = f"INSERT INTO ledger_txn ({', '.join(COLUMNS)}) VALUES ({', '.join('?' * len(COLUMNS))})"  # noqa: S608
    entry = f"{ENTRY} (?1, 1, ?2, ?4, ?5), (?1, 2, ?3, -?4, ?5)"
    for txn, row in zip(made, rows, strict=True):
        driver.execute(insert, txn)
        driver.execute(entry, (row["seq"], row["from_account"], row["to_account"], row["pence"], CURRENCY))
        driver.execute(f"{SEAL} ?, last_hash = ?", (row["seq"], row["hash"]))


def _postgresql(driver: Any, made: Any, rows: Sequence[dict[str, Any]]) -> None:
    with driver.cursor() as cursor:
        cursor.execute(
            "CREATE TEMP TABLE IF NOT EXISTS demo_txn (LIKE ledger_txn, from_account text, to_account text,"
            " pence integer) ON COMMIT DELETE ROWS"
        )
        with cursor.copy(
            "COPY demo_txn (" + ", ".join(COLUMNS) + ", from_account, to_account, pence) FROM STDIN"
        ) as copy:
            for txn, row in zip(made, rows, strict=True):
                copy.write_row([*txn, row["from_account"], row["to_account"], row["pence"]])
        cursor.execute(POSTGRESQL)
