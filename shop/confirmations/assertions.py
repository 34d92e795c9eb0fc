"""A confirmation as it was signed, and whether it is true: to be checked by anyone who has the charity's key.

What is signed: SHA-256 over three things, a line each: what it is, the SHA-256 of the payment's entry in its
written form (the `hash` of every file of the ledger), and the text of a checkpoint of the public log. The
charity thereby says that this payment reached it, and which log it was shown. The device signs it as a
WebAuthn assertion (W3C Web Authentication, 6.3.3): authenticator data, then the SHA-256 of client data whose
challenge is that digest.
"""

import hashlib
import json
from base64 import urlsafe_b64decode
from typing import Final
from urllib.parse import urlsplit

from shop.frozen import frozen

WHAT: Final = "In Remembrance: this payment has reached us (1)"
"""The first line, with the version of the form."""

PRESENT_AND_VERIFIED: Final = 0x05
"""Flags of the authenticator data: somebody was there, and the device knew who."""
FLAGS: Final = 32
"""Where they stand, after the relying party's hash."""


@frozen
class Assertion:
    """What a device gave, and the key as SubjectPublicKeyInfo (DER)."""

    spki: bytes
    authenticator_data: bytes
    client_data: bytes
    signature: bytes

    @property
    def fingerprint(self) -> str:
        """Of the key: SHA-256 (hex)."""
        return hashlib.sha256(self.spki).hexdigest()


def statement(entry_hash: str, checkpoint: str) -> str:
    """What is confirmed, as text."""
    return f"{WHAT}\n{entry_hash}\n{checkpoint}"


def challenge(entry_hash: str, checkpoint: str) -> bytes:
    """SHA-256 of it: what the device is given to sign."""
    return hashlib.sha256(statement(entry_hash, checkpoint).encode()).digest()


def problem(assertion: Assertion, entry_hash: str, checkpoint: str) -> str:
    """Why this is no confirmation of that entry with that checkpoint; empty when it is one."""
    try:
        client = json.loads(assertion.client_data)
        kind, signed = client["type"], urlsafe_b64decode(client["challenge"] + "==")
        host = urlsplit(client["origin"]).hostname or ""
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError):
        return "what was signed cannot be read"
    if kind != "webauthn.get" or signed != challenge(entry_hash, checkpoint):
        return "something else was signed"
    data = assertion.authenticator_data
    if data[:FLAGS] != hashlib.sha256(host.encode()).digest():
        return "it was signed for another site"
    if len(data) <= FLAGS or data[FLAGS] & PRESENT_AND_VERIFIED != PRESENT_AND_VERIFIED:
        return "nobody was there, or the device did not know who"
    return "" if _signed(assertion) else "the signature is not the key's"


def _signed(assertion: Assertion) -> bool:
    """Whether the key has signed it: ECDSA on P-256, Ed25519 or RSA, each with SHA-256."""
    from cryptography.exceptions import (  # noqa: PLC0415 - for the few who confirm
        InvalidSignature,
        UnsupportedAlgorithm,
    )
    from cryptography.hazmat.primitives import hashes  # noqa: PLC0415
    from cryptography.hazmat.primitives.asymmetric import ec, ed25519, padding, rsa  # noqa: PLC0415
    from cryptography.hazmat.primitives.serialization import load_der_public_key  # noqa: PLC0415

    signature = assertion.signature
    data = assertion.authenticator_data + hashlib.sha256(assertion.client_data).digest()
    try:
        key = load_der_public_key(assertion.spki)
        if isinstance(key, ec.EllipticCurvePublicKey):
            key.verify(signature, data, ec.ECDSA(hashes.SHA256()))
        elif isinstance(key, ed25519.Ed25519PublicKey):
            key.verify(signature, data)
        elif isinstance(key, rsa.RSAPublicKey):
            key.verify(signature, data, padding.PKCS1v15(), hashes.SHA256())
        else:
            return False
    except (InvalidSignature, UnsupportedAlgorithm, ValueError):
        return False
    return True
