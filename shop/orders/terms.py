"""Which terms an order was placed under: their text is kept once, and each order seals which it was."""

import hashlib
from typing import Final

from sqlalchemy.orm import Session

from shop import clock
from shop.frozen import frozen
from shop.orders.models import TermsText
from shop.sql import write_once

TERMS: Final = "terms"
"""What an order seals the digest under."""


@frozen
class Terms:
    """Terms as their page says them, in HTML, and the digest that names them."""

    digest: str
    html: str

    @classmethod
    def of(cls, html: str) -> "Terms":
        """These terms."""
        return cls(hashlib.sha256(html.encode()).hexdigest(), html)


def keep_terms(session: Session, terms: Terms, known: set[str]) -> None:
    """Keep their text once; `known` are the digests of those that this process has found there."""
    if terms.digest in known:
        return
    row = {"digest": terms.digest, "html": terms.html, "first_at": clock.now()}
    if not write_once(session, TermsText, row, "digest"):  # what this transaction adds may yet be undone
        known.add(terms.digest)


def terms_text(session: Session, digest: str) -> Terms | None:
    """The terms that this digest names."""
    row = session.get(TermsText, digest)
    return Terms(row.digest, row.html) if row else None
