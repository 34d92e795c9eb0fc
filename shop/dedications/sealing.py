"""AES-256-GCM over JSON: what is sealed can be neither read nor changed without its key.

No error here ever carries the words: not in its text, not in its cause.
"""

import hashlib
import hmac
import json
import secrets
from typing import Any, Final

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from shop.frozen import frozen

KEY_BYTES: Final = 32
NONCE_BYTES: Final = 12
"""NIST SP 800-38D, 8.2.2: a random 96-bit nonce, one key for far fewer than 2**32 of them."""

_SALT_BYTES: Final = 16
_PURPOSE: Final = b"part-of-me visitor v1"


class SealBroken(Exception):
    """The key does not open this: it was sealed with another, for another place, or has been changed."""

    def __init__(self) -> None:
        super().__init__("Sealed words could not be opened.")


class NotSealable(Exception):
    """The value is none that JSON can hold."""

    def __init__(self) -> None:
        super().__init__("Only what JSON can hold can be sealed.")


@frozen
class Sealed:
    """A ciphertext and the nonce it was made with."""

    nonce: bytes
    ciphertext: bytes


def place(order_id: int, label: str) -> bytes:
    """What a value of an order's is bound to."""
    # The number comes first and holds no bar, so no two pairs of order and label read alike.
    return f"words|{order_id}|{label}".encode()


def place_alone(what: str, key_id: str) -> bytes:
    """What is bound to a key of its own, and the key itself."""
    return f"{what}|{key_id}".encode()


def seal_bytes(key: bytes, plain: bytes, bound_to: bytes) -> Sealed:
    """Encrypt with a fresh nonce; only the same `bound_to` will open it."""
    nonce = secrets.token_bytes(NONCE_BYTES)
    return Sealed(nonce, AESGCM(key).encrypt(nonce, plain, bound_to))


def open_bytes(key: bytes, sealed: Sealed, bound_to: bytes) -> bytes:
    """Decrypt. Raises SealBroken."""
    try:
        return AESGCM(key).decrypt(sealed.nonce, sealed.ciphertext, bound_to)
    except (InvalidTag, ValueError):
        raise SealBroken from None


def to_bytes(value: Any) -> bytes:
    """The value as JSON, in ASCII. Raises NotSealable."""
    try:
        return json.dumps(value, separators=(",", ":"), allow_nan=False).encode("ascii")
    except (TypeError, ValueError, RecursionError):
        raise NotSealable from None


def from_bytes(plain: bytes) -> Any:
    """The value again."""
    return json.loads(plain)


def seal_with(secret: bytes | str, value: Any) -> bytes:
    """Seal a value with a key derived (HKDF-SHA256) from a visitor's own token.

    The token has to be random, 16 bytes or more: HKDF does not slow down guessing. Raises NotSealable.
    """
    return _seal_derived(secret, to_bytes(value), _PURPOSE)


def open_with(secret: bytes | str, blob: bytes) -> Any:
    """What seal_with sealed. Raises SealBroken."""
    return from_bytes(_open_derived(secret, blob, _PURPOSE))


def seal_file_with(secret: bytes | str, content: bytes, name: str) -> bytes:
    """The same of a file; only under this name will it open."""
    return _seal_derived(secret, content, place_alone("file", name))


def open_file_with(secret: bytes | str, blob: bytes, name: str) -> bytes:
    """What seal_file_with sealed. Raises SealBroken."""
    return _open_derived(secret, blob, place_alone("file", name))


def _seal_derived(secret: bytes | str, plain: bytes, bound_to: bytes) -> bytes:
    salt = secrets.token_bytes(_SALT_BYTES)
    return salt + join(seal_bytes(_derived(secret, salt), plain, bound_to))


def _open_derived(secret: bytes | str, blob: bytes, bound_to: bytes) -> bytes:
    salt, rest = blob[:_SALT_BYTES], blob[_SALT_BYTES:]
    return open_bytes(_derived(secret, salt), split(rest), bound_to)


def _derived(secret: bytes | str, salt: bytes) -> bytes:
    source = secret.encode("utf-8", "surrogatepass") if isinstance(secret, str) else secret
    return HKDF(algorithm=SHA256(), length=KEY_BYTES, salt=salt, info=_PURPOSE).derive(source)


def keyed(key: bytes, text: str) -> str:
    """An HMAC of the text under a key derived from this one."""
    purpose = hmac.new(key, b"fingerprint", hashlib.sha256).digest()
    return hmac.new(purpose, text.encode(), hashlib.sha256).hexdigest()


def derived_key(key: bytes, purpose: bytes) -> bytes:
    """Another key for this purpose alone (HKDF-SHA256, RFC 5869): it tells nothing of the first."""
    return HKDF(algorithm=SHA256(), length=KEY_BYTES, salt=None, info=purpose).derive(key)


def join(sealed: Sealed) -> bytes:
    """Nonce and ciphertext in one."""
    return sealed.nonce + sealed.ciphertext


def split(blob: bytes) -> Sealed:
    """The two again. Raises SealBroken."""
    if len(blob) <= NONCE_BYTES:
        raise SealBroken
    return Sealed(blob[:NONCE_BYTES], blob[NONCE_BYTES:])
