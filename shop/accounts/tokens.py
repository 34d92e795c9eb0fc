"""Tokens of 256 random bits: the person has the token, the database only its SHA-256.

A plain hash is enough for a value nobody can guess (ASVS 6.5.2).
"""

import hashlib
import hmac
import secrets
from base64 import urlsafe_b64encode
from typing import Final

TOKEN_BYTES: Final = 32


def fresh() -> str:
    """A new token, fit for a cookie or an address."""
    return secrets.token_urlsafe(TOKEN_BYTES)


def derived(secret: str, seed: str) -> str:
    """A token that whoever has the secret makes again of its seed: none need be kept until it is sent."""
    made = hmac.new(secret.encode(), f"token:{seed}".encode(), hashlib.sha256).digest()
    return urlsafe_b64encode(made).rstrip(b"=").decode()


def digest(token: str) -> str:
    """What the database keeps of a token: 64 hexadecimal digits."""
    return hashlib.sha256(token.encode()).hexdigest()
