"""The log of the book in use, as the worker keeps it up."""

from collections.abc import Callable, Sequence
from typing import Self

from sqlalchemy.orm import Session

from shop.db import Database
from shop.dedications.vault import Vault
from shop.frozen import frozen
from shop.giving.sums import Book
from shop.settings import Settings, SettingsError
from shop.transparency import log_check, publishing
from shop.transparency.checkpoint_check import Held
from shop.transparency.checkpoint_files import FOLDER, CheckpointFiles
from shop.transparency.cosigning import Cosigning
from shop.transparency.leaf_check import Progress
from shop.transparency.models import LogCheckpoint
from shop.transparency.signed_notes import SigningKey
from shop.transparency.signing_key import existing_key, signing_key
from shop.transparency.stored_tree import StoredTree
from shop.transparency.witnesses import Witness, read_witnesses

Closed = Callable[[Session, LogCheckpoint], None]


class LogWentBack(Exception):
    """The log is shorter than a checkpoint that was made of it: an older database was brought back."""

    def __init__(self, size: int) -> None:
        super().__init__(
            f"The log of giving has {size} leaves, and there is a checkpoint of more in {FOLDER}/. Nothing "
            "is signed until somebody has looked (README, the log of giving)."
        )


class LogKeyMissing(Exception):
    """The log was begun with a key that this host has not: another would make another log of it."""

    def __init__(self) -> None:
        super().__init__(
            "This host has no key of the log of giving, which was begun with one: copy instance/keys/log_key "
            "from the host that made it, or set LOG_KEY."
        )


@frozen
class GivingLog:
    """A book's log with what is needed to sign it."""

    database: Database
    vault: Vault
    book: Book
    key: SigningKey | None
    """Its name is the log's origin. None: by `settings`, when it is needed."""
    files: CheckpointFiles
    witnesses: Sequence[Witness] = ()
    settings: Settings | None = None

    @classmethod
    def of(cls, settings: Settings, database: Database, vault: Vault, book: Book) -> Self:
        """The log of a shop. Raises SettingsError when its witnesses are none."""
        files = CheckpointFiles(settings.instance_dir / FOLDER / book, book)
        return cls(database, vault, book, None, files, read_witnesses(settings.log_witnesses), settings)

    def keep_up(self, closed: Closed = lambda _session, _checkpoint: None) -> bool:
        """Make the day's checkpoint, or a month's, if it is due. Give whether one was made.

        `closed` is called with the checkpoint of a month's close, in the transaction that makes it; of
        several that are dealt with in one go, the last one's.
        Raises LogWentBack rather than sign what contradicts a checkpoint that is kept here, LogKeyMissing
        rather than sign with another key, and SettingsError for a damaged one.
        """
        if not self._is_due():
            return self._have_signed()
        go_on = False
        while self._publish(closed, go_on=go_on):
            go_on = True
        self.files.keep_all(self.database)
        self._have_signed()
        return True

    def _publish(self, closed: Closed, *, go_on: bool) -> bool:
        """Make one checkpoint. Give whether there is more to do at once."""
        with self.database.looking() as session:
            key = self._key(session)
        with self.database.transaction() as session:
            made = publishing.publish(session, self.vault, key, self.book, go_on=go_on)
            if made is not None and made.checkpoint.reason == publishing.CLOSE and not made.more:
                closed(session, made.checkpoint)
            return made is not None and made.more

    def _key(self, session: Session) -> SigningKey:
        """The key; made for the first checkpoint, and never for a later one. Raises LogKeyMissing."""
        found = self.key or (existing_key(self.settings, self.book) if self.settings else None)
        if found:
            return found
        if self.settings is None or publishing.latest(session, self.book) is not None:
            raise LogKeyMissing
        return signing_key(self.settings, self.book)

    def _have_signed(self) -> bool:
        """By each witness that has not signed the newest checkpoint. Raises WitnessDisagrees."""
        signed = Cosigning(self.database, self.book, self.witnesses).cosign()
        for checkpoint, cosigned in signed:
            self.files.add(checkpoint.size, cosigned.line)
        return bool(signed)

    def _is_due(self) -> bool:
        with self.database.looking() as session:
            if not publishing.is_due(session, self.book):
                return False
            if (size := StoredTree(session, self.book).size()) < self.files.largest():
                raise LogWentBack(size)
            return True

    def problems(
        self, session: Session, *, held: Sequence[Held] = (), progress: Progress = bool
    ) -> list[str]:
        """What is wrong with the log, a sentence each; `held` are checkpoints that others have kept."""
        kept = [*self.files.kept(), *held]
        if not kept and publishing.latest(session, self.book) is None:
            return []
        try:
            key = self._key(session)
        except (LogKeyMissing, SettingsError) as unusable:
            return [str(unusable)]
        return log_check.check(
            session,
            self.vault,
            key.verifier,
            self.book,
            held=kept,
            witnesses=[witness.key for witness in self.witnesses],
            progress=progress,
        )
