"""The ledger's last seq and hash, signed, to keep where nobody who can write to the database can reach.

A chain alone cannot show that its tail was cut off or that all of it was written anew; an anchor can.
"""

import hashlib
import hmac
from dataclasses import dataclass
from datetime import UTC, date, datetime
from typing import Final, Self

from sqlalchemy import select
from sqlalchemy.orm import Session

from shop.giving.models import GENESIS, LedgerHead

PARTS: Final = 4


class NotAnAnchor(Exception):
    """The text is no anchor, or its signature was not made with this key."""

    def __init__(self, text: str) -> None:
        super().__init__(f"This is not an anchor signed with this key: {text[:120]!r}")
        self.text = text


@dataclass(frozen=True, kw_only=True)
class Anchor:
    """Where the ledger stood on a day (UTC), and an HMAC-SHA256 (hex) over day, seq and hash."""

    day: date
    seq: int
    hash: str
    signature: str

    def __str__(self) -> str:
        """One line of text: day, seq, hash, signature."""
        return f"{self.day.isoformat()} {self.seq} {self.hash} {self.signature}"

    @classmethod
    def read(cls, text: str, key: bytes) -> Self:
        """The anchor in one line of text. Raises NotAnAnchor unless it was signed with this key."""
        parts = text.split()
        if len(parts) != PARTS:
            raise NotAnAnchor(text)
        try:
            day, seq = date.fromisoformat(parts[0]), int(parts[1])
        except ValueError:
            raise NotAnAnchor(text) from None
        if not hmac.compare_digest(_sign(day, seq, parts[2], key).encode(), parts[3].encode()):
            raise NotAnAnchor(text)
        return cls(day=day, seq=seq, hash=parts[2], signature=parts[3])


def take(session: Session, key: bytes, at: datetime) -> Anchor:
    """Where the ledger stands now, signed with `key` as of the day of `at` in UTC."""
    row = session.execute(select(LedgerHead.last_seq, LedgerHead.last_hash)).one_or_none()
    seq, hashed = (row.last_seq, row.last_hash) if row else (0, GENESIS)
    day = at.astimezone(UTC).date()
    return Anchor(day=day, seq=seq, hash=hashed, signature=_sign(day, seq, hashed, key))


def _sign(day: date, seq: int, hashed: str, key: bytes) -> str:
    return hmac.new(key, f"{day.isoformat()} {seq} {hashed}".encode(), hashlib.sha256).hexdigest()
