"""A shop's books with their log: orders that have keys, gifts, months, and days that go by."""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

from sqlalchemy import func, insert, select

from shop import clock
from shop.dedications.models import OrderKey
from shop.dedications.vault import Vault
from shop.giving import ledger, month_close
from shop.giving.booking_days import last_day
from shop.giving.ledger import Standing
from shop.giving.models import LedgerPeriod
from shop.orders.models import Order
from shop.orm import table_of
from shop.sql import write
from shop.stock.models import Hold
from shop.transparency import gift_proofs, publishing
from shop.transparency.gift_proofs import Proof
from shop.transparency.models import LogCheckpoint, LogLeaf
from shop.transparency.signed_notes import SigningKey
from tests.giving.conftest import Books

BEGAN = datetime(2026, 11, 2, 10, tzinfo=UTC)
KEY = SigningKey("shop.example/giving/log", bytes(range(32)))


@dataclass
class LogBooks(Books):
    """Books whose orders have keys, and whose log is published as the worker does it."""

    vault: Vault
    set_clock: Callable[[datetime], None]
    key: SigningKey = KEY
    now: datetime = BEGAN
    sold: int = field(default=0)

    def __post_init__(self) -> None:
        self.at(BEGAN)

    def at(self, moment: datetime) -> None:
        """Set the clock."""
        self.now = moment
        self.set_clock(moment)

    def later(self, **by: float) -> None:
        """Let time go by."""
        self.at(self.now + timedelta(**by))

    def place(self, *references: str) -> None:
        """Orders with a key each."""
        keys = [self.vault.new_key() for _ in references]
        self.vault.keys.add([stored for stored, _ in keys])
        with self.database.transaction() as session:
            first = (session.scalar(select(func.max(Order.id))) or 0) + 1
            ids = range(first, first + len(references))
            session.execute(insert(table_of(Hold)), [_hold(number, self.now) for number in ids])
            orders = zip(ids, references, strict=True)
            session.execute(insert(table_of(Order)), [_order(*one, self.now) for one in orders])
            opened = [
                {"order_id": number, "key_id": stored.id}
                for number, (stored, _) in zip(ids, keys, strict=True)
            ]
            write(session, OrderKey, opened)

    def sell(self, count: int = 1, *, units: int = 1, book: ledger.Book = "live") -> list[str]:
        """So many orders are placed and paid for. Give their references."""
        references = [f"PM-{self.sold + number:04d}" for number in range(1, count + 1)]
        self.sold += count
        self.place(*references)
        for reference in references:
            self.bring(reference, *[Standing.ACCRUED] * units, at=self.now, book=book)
        return references

    def refund(self, reference: str, units: int = 1) -> None:
        """The order's money goes back."""
        self.bring(reference, *[Standing.NONE] * units, at=self.now, cause="re_1")

    def erase(self, reference: str) -> None:
        """The order's key goes."""
        with self.database.transaction() as session:
            order_id = session.scalars(select(Order.id).where(Order.reference == reference)).one()
            self.vault.erase(session, order_id, reference)

    def publish(self, book: ledger.Book = "live") -> LogCheckpoint | None:
        """What the worker does, now and then."""
        made = last = None
        while made is None or made.more:
            with self.database.transaction() as session:
                go_on = last is not None
                made = publishing.publish(session, self.vault, self.key, book, go_on=go_on)
            if made is None:
                return last
            last = made.checkpoint
        return last

    def next_day(self) -> LogCheckpoint | None:
        """A night goes by, and the log is published."""
        self.later(days=1)
        return self.publish()

    def close(self, month: str) -> LogCheckpoint | None:
        """The month ends and is closed, and the log is published."""
        self.close_month(month)
        return self.publish()

    def close_month(self, month: str) -> None:
        """The month ends and is closed."""
        self.at(max(self.now, clock.begins(last_day(month)) + timedelta(days=2, hours=9)))
        with self.database.transaction() as session:
            open_ones = select(LedgerPeriod.name).where(
                LedgerPeriod.closed_at.is_(None), LedgerPeriod.name <= month
            )
            for name in session.scalars(open_ones.order_by(LedgerPeriod.name)).all():
                month_close.freeze(session, month_close.ending(session, name), actor="finance")

    def proof(self, reference: str, unit: int = 1) -> Proof | None:
        with self.database.reading() as session:
            return gift_proofs.proof_of(session, self.vault, reference, unit)

    def leaves(self, book: str = "live") -> list[bytes]:
        with self.database.reading() as session:
            query = select(LogLeaf.leaf).where(LogLeaf.book == book).order_by(LogLeaf.number)
            return list(session.scalars(query))


def _hold(number: int, at: datetime) -> dict[str, object]:
    return {"id": number, "state": "sold", "created_at": at, "expires_at": at, "settled_at": at}


def _order(number: int, reference: str, at: datetime) -> dict[str, object]:
    return {
        "id": number, "reference": reference, "mode": "stand-in", "book": "live", "state": "paid",
        "buyer_hash": "", "hold_id": number, "fingerprint": "", "currency": "gbp", "goods_pence": 1,
        "postage_pence": 0, "total_pence": 1, "postage_service": "", "donation_pence": 0, "placed_at": at,
        "version": 1,
    }  # fmt: skip
