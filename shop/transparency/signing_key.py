"""The key with which the shop signs its log: in a file, or in a setting; never in a database or its copies.

Whoever can write to the database cannot sign with it. Where several hosts share one database they share this
key too: as a copy of the file, or by LOG_KEY.
"""

from pathlib import Path
from typing import Final
from urllib.parse import urlsplit

from shop import files
from shop.giving.sums import Book
from shop.settings import SECRET_LENGTH, Settings, SettingsError
from shop.transparency.checkpoints import origin_of
from shop.transparency.signed_notes import SigningKey, VerifierKey

FILE: Final = Path("keys", "log_key")
"""In the instance directory."""


def signing_key(settings: Settings, book: Book) -> SigningKey:
    """The key for a book's log; it is made the first time. Raises SettingsError when the file is damaged."""
    seed = settings.log_key or _seed(settings.instance_dir / FILE)
    return SigningKey(origin_of(urlsplit(settings.site_url).netloc, book), seed)


def existing_key(settings: Settings, book: Book) -> SigningKey | None:
    """The same; None on a host that has none yet. Who serves pages or checks makes none."""
    there = settings.log_key is not None or (settings.instance_dir / FILE).exists()
    return signing_key(settings, book) if there else None


def public_key(settings: Settings, book: Book) -> VerifierKey | None:
    """The key to check a book's log with, if this host has it."""
    found = existing_key(settings, book)
    return found.verifier if found else None


def _seed(path: Path) -> bytes:
    try:
        seed = bytes.fromhex(files.kept_secret(path))
    except ValueError:
        seed = b""
    if len(seed) != SECRET_LENGTH:
        raise SettingsError(
            f"{path} is damaged: it must hold {SECRET_LENGTH} bytes in hexadecimal. Bring it back from where "
            "you keep a copy; a log signed with another key is another log."
        )
    return seed
