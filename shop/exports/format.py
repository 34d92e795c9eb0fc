"""What a format of the ledger's files is, and what it may ask for besides the ledger."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

from sqlalchemy.orm import Session

from shop.exports.selection import Selection
from shop.frozen import frozen
from shop.giving.row_texts import Progress
from shop.settings import Settings
from shop.signing_certificate import SigningCertificate


class NotWritten(Exception):
    """The file cannot be made; the text says why, and what to do."""


class DoesNotFit(NotWritten):
    """The format does not hold as much as was chosen. Nothing is ever left out instead."""


@frozen(kw_only=True)
class Office:
    """Whose files they are: what stands on them that is not the ledger's."""

    instance_dir: Path
    """Where the files of one's own lie: who sells, and account codes."""
    livemode: bool = False
    """Whether real money moves."""
    certificate: SigningCertificate | None = None
    """What a statement is signed with; without one it has a field for whoever signs it."""

    @staticmethod
    def of(settings: Settings) -> Office:
        """That of this installation."""
        return Office(
            instance_dir=settings.instance_dir,
            livemode=settings.livemode,
            certificate=settings.statement_certificate,
        )

    @property
    def seller(self) -> str:
        """Who gives."""
        from shop import trader  # noqa: PLC0415 - a quick command needs no trader, and what reads one

        return trader.load(self.instance_dir, livemode=self.livemode).name


Writer = Callable[[Session, Selection, Office, Progress], Iterator[bytes]]
"""Gives the file piece by piece."""


@frozen
class Format:
    """One format: what people call it, its media type, and the function that writes it."""

    label: str
    media_type: str
    write: Writer
    ending: str = ""
    """Of its files' names, where it is not the format's own name."""
    most_rows: int | None = None
    """Postings that it holds at most, where that is bounded."""
    has_payments: bool = True
    """Whether it has anything of a payment to the charity."""
