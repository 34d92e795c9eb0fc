"""Files and folders for their owner alone, whatever the umask and however they were left."""

import os
import secrets
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Final

from sqlalchemy.engine import make_url

FILE: Final = 0o600
FOLDER: Final = 0o700
OTHERS: Final = 0o077
SECRET: Final = 32
"""Bytes in a key that the shop makes for itself."""
BESIDE: Final = ("", "-wal", "-shm", "-journal")
"""What SQLite keeps beside a database, by the ends of the names; new ones take the database's own mode."""


class NotOurs(Exception):
    """Others can read this, and only its owner could close it to them."""

    def __init__(self, path: Path) -> None:
        super().__init__(
            f"{path} can be read by others and belongs to somebody else, so it cannot be closed."
        )


def private_folder(folder: Path) -> None:
    """Make the folder if need be, and close it to others. Raises NotOurs."""
    folder.mkdir(mode=FOLDER, parents=True, exist_ok=True)
    _close(folder, FOLDER)


def private_file(file: Path) -> None:
    """Close a file to others, if it is there. Raises NotOurs."""
    with suppress(FileNotFoundError):  # a draft of another process, which put it in place meanwhile
        if file.is_file() and not file.is_symlink():
            _close(file, FILE)


def private_sqlite(url: str) -> None:
    """Make a SQLite database's file, so that it never is anybody else's, or close it. Raises NotOurs.

    Does nothing for another database, for one in memory, or where its folder is missing.
    """
    file = sqlite_file(url)
    if file is None or not file.parent.is_dir():
        return
    if not file.exists():
        os.close(os.open(file, os.O_RDWR | os.O_CREAT, FILE))
    for end in BESIDE:
        private_file(file.with_name(file.name + end))


def write_private(file: Path, content: bytes) -> None:
    """Write a new file, or another content into one, for its owner alone."""
    with os.fdopen(os.open(file, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, FILE), "wb") as opened:
        opened.write(content)


def kept_secret(path: Path) -> str:
    """A hex key kept in a file only its owner can read; made once, by whichever process comes first."""
    private_folder(path.parent)
    draft = path.with_suffix(f".{os.getpid()}.{secrets.token_hex(4)}")
    if not path.exists():
        _write_secret(draft)
        try:
            os.link(draft, path)  # fails when another process was first: then its key is the key
        except FileExistsError:
            pass
        finally:
            draft.unlink()
    return path.read_text().strip()


def _write_secret(draft: Path) -> None:
    descriptor = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, FILE)
    with os.fdopen(descriptor, "w") as file:
        file.write(secrets.token_hex(SECRET))
        file.flush()
        os.fsync(file.fileno())


@contextmanager
def draft_beside(file: Path) -> Iterator[Path]:
    """A new file for its owner alone on the same disk; it and what SQLite puts beside it go again."""
    draft = file.with_name(f".{file.name}.{secrets.token_hex(8)}")
    os.close(os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, FILE))
    try:
        yield draft
    finally:
        for end in BESIDE:
            draft.with_name(draft.name + end).unlink(missing_ok=True)


def put_in_place(draft: Path, file: Path) -> None:
    """Let a finished draft be a new file, on the disk for good. Raises FileExistsError."""
    _sync(draft)
    os.link(draft, file)
    _sync(file.parent)


def sqlite_file(url: str) -> Path | None:
    """The file of a SQLite database; None for another, or one in memory."""
    if not url.startswith("sqlite"):
        return None
    name = make_url(url).database
    return Path(name) if name and name != ":memory:" else None


def _close(path: Path, mode: int) -> None:
    if path.stat().st_mode & OTHERS:
        try:
            os.chmod(path, mode)  # noqa: PTH101  (so that a test can stand in for a foreign owner)
        except PermissionError:
            raise NotOurs(path) from None


def _sync(path: Path) -> None:
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
