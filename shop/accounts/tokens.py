"""Tokens of 256 random bits: the person has the token, the database only its SHA-256.

A plain hash is enough for a value nobody can guess (ASVS 6.5.2).
"""

import hashlib
import secrets
from typing import Final

TOKEN_BYTES: Final = 32


def fresh() -> str:
    """A new token, fit for a cookie or an address."""
    return secrets.token_urlsafe(TOKEN_BYTES)


def digest(token: str) -> str:
    """What the database keeps of a token: 64 hexadecimal digits."""
    return hashlib.sha256(token.encode()).hexdigest()
