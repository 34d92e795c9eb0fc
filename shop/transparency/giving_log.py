"""The log of the book in use, as the worker keeps it up."""

from dataclasses import dataclass
from typing import Self

from shop.db import Database
from shop.dedications.vault import Vault
from shop.giving.sums import Book
from shop.settings import Settings
from shop.transparency import publishing
from shop.transparency.signed_notes import SigningKey
from shop.transparency.signing_key import signing_key


@dataclass(frozen=True)
class GivingLog:
    """A book's log with what is needed to sign it."""

    database: Database
    vault: Vault
    book: Book
    key: SigningKey
    """Its name is the log's origin."""

    @classmethod
    def of(cls, settings: Settings, database: Database, vault: Vault, book: Book) -> Self:
        """The log of a shop. Raises SettingsError when its key is damaged."""
        return cls(database, vault, book, signing_key(settings, book))

    def keep_up(self) -> bool:
        """Make the day's checkpoint, or a month's, if it is due. Give whether one was made."""
        with self.database.looking() as session:
            if not publishing.is_due(session, self.book):
                return False
        with self.database.transaction() as session:
            return publishing.publish(session, self.vault, self.key, self.book) is not None
