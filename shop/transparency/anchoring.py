"""Where the whole ledger stood on a day, committed to in the log: no row is unguarded until its leaf is in.

A row may wait for its group until the month is closed. Its day's anchor binds it at once: the hash of the
ledger's last row is made from all before it. Published bare it would tell, day by day, whether there was a
sale; so the leaf holds a commitment, and what opens it stays in the shop.
"""

import hashlib
import hmac
import secrets
from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from shop import clock
from shop.giving.models import GENESIS, LedgerHead
from shop.giving.sums import Book
from shop.transparency.announcements import announce
from shop.transparency.leaves import HEAD, SALT_BYTES
from shop.transparency.models import LogAnchor


def commit_to_ledger(session: Session, book: Book, at: datetime) -> None:
    """Announce where the ledger stands now, at this moment."""
    head = session.execute(select(LedgerHead.last_seq, LedgerHead.last_hash)).one_or_none()
    seq, hashed = (head.last_seq, head.last_hash) if head else (0, GENESIS)
    salt = secrets.token_bytes(SALT_BYTES)
    row = announce(
        session,
        HEAD,
        {"commitment": commitment_to(salt, seq, hashed), "day": clock.in_britain(at).date().isoformat()},
        book=book,
    )
    session.add(LogAnchor(announcement_id=row.id, seq=seq, hash=hashed, salt=salt))
    session.flush()


def commitment_to(salt: bytes, seq: int, hashed: str) -> str:
    """HMAC-SHA256 of the last row's seq and hash, in hexadecimal."""
    return hmac.new(salt, f"{seq} {hashed}".encode(), hashlib.sha256).hexdigest()


def anchors(session: Session) -> Sequence[tuple[int, str]]:
    """The seq and hash of every row that the log was anchored to, for `verification.verify`."""
    query = select(LogAnchor.seq, LogAnchor.hash).order_by(LogAnchor.announcement_id)
    return [(seq, hashed) for seq, hashed in session.execute(query)]
