"""Which terms an order was placed under: their text is kept once, and each order seals which it was."""

import hashlib
from dataclasses import dataclass
from typing import Final

from sqlalchemy.orm import Session

from shop import clock
from shop.orders.models import TermsText
from shop.sql import dialect_insert

TERMS: Final = "terms"
"""What an order seals the digest under."""


@dataclass(frozen=True)
class Terms:
    """Terms as their page says them, in HTML, and the digest that names them."""

    digest: str
    html: str

    @classmethod
    def of(cls, html: str) -> "Terms":
        """These terms."""
        return cls(hashlib.sha256(html.encode()).hexdigest(), html)


def keep_terms(session: Session, terms: Terms) -> None:
    """Keep their text; it is kept once."""
    row = {"digest": terms.digest, "html": terms.html, "first_at": clock.now()}
    session.execute(dialect_insert(session, TermsText).values(row).on_conflict_do_nothing())


def terms_text(session: Session, digest: str) -> Terms | None:
    """The terms that this digest names."""
    row = session.get(TermsText, digest)
    return Terms(row.digest, row.html) if row else None
