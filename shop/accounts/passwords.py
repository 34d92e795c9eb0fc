"""Passwords: how they are kept, and which are refused.

Argon2id at the least cost OWASP gives for it (19 MiB, two passes, one lane). The rules follow OWASP ASVS
5.0, 6.2: length counts, composition does not, nothing is trimmed or changed, and what zxcvbn finds guessable
is refused, as is a single word however long. Hashing takes tens of milliseconds, so it is done outside any
transaction.
"""

import re
from collections import Counter
from functools import cache
from typing import Any, Final

from argon2 import PasswordHasher, Type
from argon2.exceptions import InvalidHashError, VerificationError

HASHER: Final = PasswordHasher(time_cost=2, memory_cost=19_456, parallelism=1, type=Type.ID)

MIN_LENGTH: Final = 12
"""In characters. ASVS asks for 8 at least; these accounts see every order."""

MAX_LENGTH: Final = 1000
"""In characters. Far above any password manager; it only keeps a flood out of the hash."""

LOOKED_AT: Final = 40
"""In characters: zxcvbn takes time by the square of the length and more. Of a longer password three parts of
this length are looked at, and one that is hard to guess is enough."""

GUESSES: Final = 10**9
"""How many guesses a password must withstand, as zxcvbn counts them: ten times what its score of 3 asks."""

OURS: Final = (
    "inremembrance", "remembrance", "partofme", "pandas", "jewellery", "jewelry", "necklace", "engraving",
    "dedication", "workshop", "owner", "finance", "memory", "heart", "correcthorsebatterystaple",
)  # fmt: skip
"""Words of this shop, which anyone who knows it would try (ASVS 6.1.2), and one that everybody quotes."""

SIGNS: Final = 5
"""How many digits and signs beside one word make it more than that word."""

LETTERS_OF_WORDS: Final = 0.65
"""Of the triples of letters in a run: what share occurs in words when the run is one or more of them. Of
62,973 English words of 12 letters and more 2 lie below; of random letters 96 in 100 do."""

LEET: Final = str.maketrans("@4301!$57", "aaeoiisst")


BETTER: Final = "A few words in a row that have nothing to do with each other are better."


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
    if _one_word(password.casefold()):
        raise WeakPassword(
            "This is a single word, or words run together, and lists of words are tried first. Two or three "
            "more words with spaces between them are easy to remember and hard to guess."
        )
    best = max((_look(part, email) for part in _parts(password)), key=lambda found: found["guesses"])
    if best["guesses"] < GUESSES:
        raise WeakPassword(_why(best["sequence"]))


def _parts(password: str) -> set[str]:
    """All of a password, or three parts of a long one."""
    middle = max(0, (len(password) - LOOKED_AT) // 2)
    return {password[:LOOKED_AT], password[middle : middle + LOOKED_AT], password[-LOOKED_AT:]}


def _look(password: str, email: str) -> dict[str, Any]:
    """What zxcvbn finds, with what stands between words or without: it thinks too highly of a hyphen."""
    from zxcvbn import zxcvbn  # noqa: PLC0415 - 13 MiB of words, for the few times that a password is chosen

    parts = [part for part in re.split(r"[^a-z0-9]+", email.casefold()) if len(part) > 2]  # noqa: PLR2004
    own = [email.casefold(), "".join(filter(str.isalnum, email.casefold())), *parts]
    joined = "".join(filter(str.isalnum, password)) or password
    both = [zxcvbn(text, user_inputs=[*own, *OURS]) for text in {password, joined}]
    found: dict[str, Any] = min(both, key=lambda found: found["guesses"])
    return found


def _why(sequence: list[dict[str, Any]]) -> str:
    """Why it is easily guessed, from the longest of the patterns that zxcvbn found in it."""
    longest = max(sequence, key=lambda match: len(match["token"]))
    if any(match.get("dictionary_name") == "user_inputs" for match in sequence):
        return "This is mostly your e-mail or words of this shop, the first anyone would try. " + BETTER
    if longest["pattern"] == "dictionary":
        return "This is mostly words or passwords that are among the first anyone would try. " + BETTER
    if longest["pattern"] in {"repeat", "sequence"}:
        return "This repeats or counts in a row, so it is easily guessed. " + BETTER
    if longest["pattern"] == "spatial":
        return "These keys lie in a row, so they are among the first anyone would try. " + BETTER
    return "This is easily guessed. " + BETTER


def _one_word(password: str) -> bool:
    """Whether it is one run of letters that reads like a word, with hardly anything around it."""
    runs = re.findall(r"[^\W\d_]+", password.strip().translate(LEET))
    letters = max(runs, key=len, default="")
    if len(letters) < MIN_LENGTH - SIGNS or len(password) - len(letters) >= SIGNS:
        return False
    triples = [letters[at : at + 3] for at in range(len(letters) - 2)]
    return sum(triple in _triples_of_words() for triple in triples) >= LETTERS_OF_WORDS * len(triples)


@cache
def _triples_of_words() -> frozenset[str]:
    """Triples of letters that several of the words and names have that zxcvbn knows."""
    from zxcvbn.frequency_lists import FREQUENCY_LISTS  # noqa: PLC0415

    found = Counter(
        word[at : at + 3]
        for name, words in FREQUENCY_LISTS.items()
        if name != "passwords"
        for word in words
        for at in range(len(word) - 2)
    )
    return frozenset(triple for triple, count in found.items() if count > 2)  # noqa: PLR2004


@cache
def _nobodys_hash() -> str:
    return HASHER.hash("nobody signs in with this")
