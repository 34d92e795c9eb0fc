"""What one environment variable may say: each function gives its value, or says what to change."""

import re
from urllib.parse import urlsplit

from sqlalchemy import make_url

from shop import files


class SettingsError(Exception):
    """The environment cannot be used as it is; the message says what to change."""


def port(text: str) -> int:
    """Of PORT. Raises SettingsError."""
    if not (text.isascii() and text.isdigit() and len(text) < 6) or not 0 < int(text) < 65536:  # noqa: PLR2004
        raise SettingsError(f"PORT must be a number from 1 to 65535, not {text!r}.")
    return int(text)


def count(name: str, text: str) -> int:
    """A small number. Raises SettingsError."""
    if not (text.isascii() and text.isdigit() and len(text) == 1):
        raise SettingsError(f"{name} must be a number from 0 to 9, not {text!r}.")
    return int(text)


def url(name: str, text: str, schemes: set[str]) -> str:
    """An address of one of these schemes, without a slash at its end. Raises SettingsError."""
    wrong = SettingsError(
        f"{name} must look like {min(schemes)}://host."
    )  # not quoted: it may hold a password
    try:
        parts = urlsplit(text)
        usable = parts.scheme in schemes and parts.hostname and parts.port != 0
    except ValueError:
        raise wrong from None
    if not usable:
        raise wrong
    return text.rstrip("/")


def site_url(text: str) -> str:
    """Of SITE_URL. Raises SettingsError."""
    found = url("SITE_URL", text, {"http", "https"})
    parts = urlsplit(found)
    if parts.path or parts.query or parts.fragment or parts.username or parts.password:
        raise SettingsError("SITE_URL must be scheme and host alone: the shop's pages begin at its root.")
    return found


def mail_from(text: str, site_url: str) -> str:
    """Of MAIL_FROM: of the site's own name where none is given, without `www.`, which takes no mail.

    Raises SettingsError.
    """
    name = (urlsplit(site_url).hostname or "").removeprefix("www.")
    found = text or f"orders@{name if '.' in name and not name[-1].isdigit() else 'localhost'}"
    mailbox, at, domain = found.rpartition("@")
    if not mailbox or not at or not domain or not found.isascii() or re.search(r"[\s<>,;:\"]", found):
        raise SettingsError("MAIL_FROM must be one e-mail address and nothing else, as orders@example.com.")
    return found


def database_url(text: str) -> str:
    """Of DATABASE_URL. Raises SettingsError."""
    if not text.startswith(("sqlite:///", "postgresql+psycopg://")):
        raise SettingsError("DATABASE_URL must start with sqlite:/// or postgresql+psycopg://.")
    if text.removeprefix("sqlite:///") in {"", ":memory:"}:
        raise SettingsError("DATABASE_URL must name a file: what is only in memory is lost.")
    return text


def keys_url(text: str, database_url: str) -> str:
    """Of KEYS_URL. What only the databases themselves know is asked when they are opened.

    Raises SettingsError.
    """
    if not text.startswith(("sqlite:///", "postgresql+psycopg://")):
        raise SettingsError("KEYS_URL must start with sqlite:/// or postgresql+psycopg://.")
    if _place(text) == _place(database_url):
        raise SettingsError(
            "KEYS_URL must not be DATABASE_URL: keys kept beside what they seal are in every copy of it."
        )
    return text


def _place(url: str) -> object:
    file = files.sqlite_file(url)
    if file is not None:
        return file.resolve()
    parts = make_url(url)
    return parts.host, parts.port or 5432, parts.database
