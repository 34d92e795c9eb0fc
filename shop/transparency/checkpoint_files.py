"""Checkpoints kept beside the database, as files that are written once and whole: it is held to them."""

from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path
from typing import Final

from sqlalchemy import select

from shop import files
from shop.db import Database
from shop.frozen import frozen
from shop.transparency.checkpoint_check import Held
from shop.transparency.models import LogCheckpoint

FOLDER: Final = "checkpoints"
"""In the instance directory."""
DIGITS: Final = 12
"""Of a file's name, so that names sort by size."""


@frozen
class CheckpointFiles:
    """A folder with a file for each checkpoint of a book."""

    folder: Path
    book: str

    def keep_all(self, database: Database) -> None:
        """Write those that are not there yet. What is there is never written over."""
        there = {file.name for file in self._files()}
        with database.looking() as session:
            sizes = session.scalars(select(LogCheckpoint.size).where(LogCheckpoint.book == self.book)).all()
            for size in sizes:
                if _name(size) not in there:
                    self._write(size, session.get_one(LogCheckpoint, (self.book, size)).note)

    def add(self, size: int, line: str) -> None:
        """Add what a witness signed to the file of a checkpoint, if it is here."""
        file = self.folder / _name(size)
        if file.exists() and line not in file.read_text("utf-8", "replace"):
            with file.open("a", encoding="utf-8") as opened:
                opened.write(f"{line}\n")

    def kept(self) -> Sequence[Held]:
        """All that are there, by size."""
        return [
            Held(f"{FOLDER}/{self.book}/{file.name}", file.read_text("utf-8", "replace"))
            for file in sorted(self._files())
        ]

    def largest(self) -> int:
        """The size that the newest of them is of; 0 when there is none."""
        return max((int(file.name) for file in self._files() if file.name.isdecimal()), default=0)

    def _files(self) -> Sequence[Path]:
        return [file for file in self.folder.glob("[0-9]*") if file.is_file()] if self.folder.is_dir() else []

    def _write(self, size: int, note: str) -> None:
        files.private_folder(self.folder.parent)
        files.private_folder(self.folder)
        file = self.folder / _name(size)
        with files.draft_beside(file) as draft, suppress(FileExistsError):  # another worker was quicker
            draft.write_text(note, encoding="utf-8")
            files.put_in_place(draft, file)


def _name(size: int) -> str:
    return f"{size:0{DIGITS}d}"
