"""A shop that is open: served here, paid on the stand-in, its post and its webhooks in our hands."""

from dataclasses import dataclass, field
from email import message_from_bytes, policy
from email.message import EmailMessage

from flask import Flask
from sqlalchemy import func, select

from shop import clock, stock
from shop.accounts import staff
from shop.catalogue import snapshot
from shop.db import Database
from shop.giving import ledger
from shop.settings import Settings
from shop.standin import deliveries
from shop.standin.models import StandinDelivery
from shop.worker import Worker
from tests.harness import works_off_news


@dataclass
class LiveShop:
    """The running shop and what stands behind its pages."""

    app: Flask
    address: str
    failures: list[str] = field(default_factory=list)
    """Every exception that nobody expected, in the shop or in its stand-in."""

    def __post_init__(self) -> None:
        self.database: Database = self.app.extensions["shop"].database
        self.settings: Settings = self.app.extensions["shop"].settings
        self.worker = Worker(self.app)

    def deliver_webhooks(self) -> int:
        """Post to the shop, over HTTP, every event that waits, and let its worker act on them.

        Gives how many events were accepted.
        """
        standin = self.app.extensions["shop"].standin
        accepted = deliveries.work(standin, deliveries.post_with_requests, clock.now())
        works_off_news(self.app.extensions["shop"].services)
        return accepted

    def webhooks_waiting(self) -> int:
        """Events the shop has not heard of yet."""
        with self.database.reading() as session:
            waiting = select(func.count()).select_from(StandinDelivery).where(StandinDelivery.state == "due")
            return int(session.scalar(waiting) or 0)

    def send_emails(self) -> list[EmailMessage]:
        """Let every e-mail leave that is due; gives all that ever left, oldest first."""
        while self.worker._send_email():
            pass
        return self.emails()

    def emails(self) -> list[EmailMessage]:
        """Every e-mail on disk."""
        folder = self.settings.instance_dir / "mail"
        files = sorted(folder.glob("*.eml"), key=lambda file: file.stat().st_mtime_ns)
        return [message_from_bytes(file.read_bytes(), policy=policy.default) for file in files]  # type: ignore[misc]

    def totals(self) -> ledger.Totals:
        """The test book in pence."""
        with self.database.reading() as session:
            return ledger.totals(session, "test")

    def level(self, sku: str) -> stock.Level:
        """The stock of a variant."""
        with self.database.reading() as session:
            return stock.levels(session)[self._variant(session, sku)]

    def count_stock(self, sku: str, on_hand: int) -> None:
        """The owner counts a variant again."""
        with self.database.transaction() as session:
            variant = self._variant(session, sku)
            if change := on_hand - stock.levels(session)[variant].on_hand:
                stock.adjust(session, variant, change, reason="counted", note="", actor="test")

    def link_for(self, role: str) -> str:
        """The path of a fresh one-time link for a person of that role."""
        with self.database.transaction() as session:
            return f"/sign-in/link/{staff.add_account(session, f'{role}@example.com', role)[1]}"

    def sound(self) -> list[str]:
        """What `ledger verify` says is wrong, and what the stock's own check does."""
        with self.database.reading() as session:
            return [*ledger.verify(session), *map(str, stock.check(session))]

    @staticmethod
    def _variant(session, sku: str) -> int:
        found = snapshot.load(session).by_sku(sku)
        assert found is not None, sku
        return found[1].id
