"""Passwords: how they are kept, and which are refused.

Argon2id at the least cost OWASP gives for it (19 MiB, two passes, one lane). The rules follow OWASP ASVS
5.0, 6.2: length counts, composition does not, nothing is trimmed or changed, the most guessable are
refused. Hashing takes tens of milliseconds, so it is done outside any transaction.
"""

import re
from functools import cache
from itertools import pairwise
from typing import Final

from argon2 import PasswordHasher, Type
from argon2.exceptions import InvalidHashError, VerificationError

HASHER: Final = PasswordHasher(time_cost=2, memory_cost=19_456, parallelism=1, type=Type.ID)

MIN_LENGTH: Final = 12
"""In characters. ASVS asks for 8 at least; these accounts see every order."""

MAX_LENGTH: Final = 1000
"""In characters. Far above any password manager; it only keeps a flood out of the hash."""

LEFT_OVER: Final = 5
"""How many letters and digits a password needs besides words that anyone would try first."""

OURS: Final = (
    "inremembrance", "remembrance", "partofme", "pandas", "jewellery", "jewelry", "necklace", "engraving",
    "dedication", "workshop", "owner", "finance", "memory", "heart",
)  # fmt: skip
"""Words of this shop: the first anyone who knows it would try (ASVS 6.1.2)."""

COMMON: Final = (
    "correcthorsebatterystaple", "administrator", "qwertyuiop", "1q2w3e4r5t6y", "asdfghjkl", "1qaz2wsx3edc",
    "1q2w3e4r", "1qaz2wsx", "passphrase", "password", "passwort", "iloveyou", "sunshine", "princess",
    "football", "baseball", "liverpool", "superman", "starwars", "whatever", "computer", "internet",
    "changeme", "trustno", "letmein", "welcome", "zxcvbnm", "charlie", "michael", "jessica", "jordan",
    "dragon", "monkey", "shadow", "master", "secret", "qwerty", "azerty", "asdfgh", "zxcvbn", "batman",
    "chelsea", "arsenal", "london", "summer", "winter", "spring", "autumn", "flower", "family", "angel",
    "hello", "admin", "login", "guest", "default", "mummy", "daddy", "0123456789", "1234567890",
    "123456789", "12345678", "1234567", "123456", "12345", "9876543210", "987654321", "87654321", "654321",
    "abcdef", "abc", "111111", "000000", "121212", "123123", "112233", "159753", "147258369", "147258",
)  # fmt: skip
"""What people choose first, as parts: a password made of nothing else is refused (ASVS 6.2.4)."""

LEET: Final = str.maketrans("@4301!$57", "aaeoiisst")


class WeakPassword(Exception):
    """This password cannot be used; the text says why."""


def hashed(password: str) -> str:
    """The string to keep for a password."""
    return HASHER.hash(password)


def verify(password: str, password_hash: str | None) -> bool:
    """Whether the password is the one hashed. Without a hash: as much work, and False."""
    if len(password) > MAX_LENGTH:
        return False
    try:
        HASHER.verify(password_hash or _nobodys_hash(), password)
    except (VerificationError, InvalidHashError):
        return False
    return password_hash is not None


def outdated(password_hash: str) -> bool:
    """Whether the hash was made with other parameters than today's."""
    return HASHER.check_needs_rehash(password_hash)


def check(password: str, email: str) -> None:
    """Raise WeakPassword if this password is too short, far too long, or among the first anyone would try."""
    if len(password) < MIN_LENGTH:
        raise WeakPassword(
            f"Use at least {MIN_LENGTH} characters. A few words in a row are easy to remember."
        )
    if len(password) > MAX_LENGTH:
        raise WeakPassword(f"Use at most {MAX_LENGTH} characters.")
    plain = password.casefold()
    if _repeats(plain) or _steps(plain):
        raise WeakPassword("This repeats or counts in a row, so it is easily guessed. Choose something else.")
    own = [part for part in re.split(r"[^a-z0-9]+", email.casefold()) if len(part) > 2]  # noqa: PLR2004
    words = {*own, *OURS, *COMMON}
    unleet = {word.translate(LEET) for word in words}
    if _only_words(plain, words) or _only_words(plain.translate(LEET), unleet):
        raise WeakPassword(
            "This is mostly your e-mail, the shop's name or a very common password. Choose something else."
        )


def _repeats(text: str) -> bool:
    """Whether the text is one short pattern over and over, or has hardly any different characters."""
    return len(set(text)) <= 3 or text in (text + text)[1:-1]  # noqa: PLR2004


def _steps(text: str) -> bool:
    """Whether each character follows the one before it: abcdef..., 987654..."""
    steps = {(ord(after) - ord(before)) % 10 for before, after in pairwise(text)}
    return steps in ({1}, {9}) and text.isalnum()


def _only_words(text: str, words: set[str]) -> bool:
    left = "".join(character for character in text if character.isalnum())
    for word in sorted(words, key=len, reverse=True):
        left = left.replace(word, " ")
    return " " in left and len(left.replace(" ", "")) < LEFT_OVER


@cache
def _nobodys_hash() -> str:
    return HASHER.hash("nobody signs in with this")
