"""Signed notes: a text with the signatures of keys that have names (c2sp.org/signed-note). Ed25519 only."""

import base64
import binascii
import hashlib
import re
from collections.abc import Sequence
from typing import Final, Self

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey

from shop.frozen import frozen

PLAIN: Final = 0x01
"""A key that signs the text itself."""
COSIGNING: Final = 0x04
"""A witness's, which signs the text with the time (c2sp.org/tlog-cosignature)."""

MOST_SIGNATURES: Final = 32
KEY_BYTES: Final = 32
ID_BYTES: Final = 4
SIGNATURE_BYTES: Final = 64

_NAME: Final = re.compile(r"[^\s+]+")
_LINE: Final = re.compile(r"— ([^\s+]+) ([A-Za-z0-9+/]+={0,2})")
_CONTROL: Final = re.compile(r"[\x00-\x09\x0b-\x1f]")


class NotANote(Exception):
    """The text is no signed note."""


class NotAKey(Exception):
    """The text names no key that can be used here."""


class NotSigned(Exception):
    """The note bears no good signature of the key that was asked for."""


@frozen
class Signature:
    """One line under a note: whose, with which key, and the bytes."""

    name: str
    key_id: bytes
    signed: bytes

    def __str__(self) -> str:
        """The line, without its end."""
        return f"— {self.name} {_base64(self.key_id + self.signed)}"

    @classmethod
    def read(cls, line: str) -> Self:
        """The signature in a line. Raises NotANote."""
        found = _LINE.fullmatch(line)
        if not found:
            raise NotANote(f"no signature: {line[:80]!r}")
        raw = _bytes(found[2], NotANote)
        if len(raw) <= ID_BYTES:
            raise NotANote("a signature is too short")
        return cls(found[1], raw[:ID_BYTES], raw[ID_BYTES:])


@frozen
class Note:
    """A text, which ends with a line's end, and what stands under it."""

    text: str
    signatures: tuple[Signature, ...]

    def __str__(self) -> str:
        """The note whole."""
        return f"{self.text}\n" + "".join(f"{one}\n" for one in self.signatures)

    @classmethod
    def read(cls, note: str) -> Self:
        """The note in a text. Raises NotANote."""
        text, empty, below = note.rpartition("\n\n")
        lines = below.split("\n")
        if not empty or lines[-1] or _CONTROL.search(note):
            raise NotANote("this is no signed note")
        if not 0 < len(lines) - 1 <= MOST_SIGNATURES:
            raise NotANote("a note has one signature at least, and not that many")
        return cls(text + "\n", tuple(Signature.read(line) for line in lines[:-1]))

    def of(self, key: "VerifierKey") -> Sequence[Signature]:
        """The signatures that say they were made with this key; nothing is checked yet."""
        return [one for one in self.signatures if (one.name, one.key_id) == (key.name, key.id)]


@frozen
class VerifierKey:
    """A public key with its name, by which signatures are checked."""

    name: str
    public: bytes
    kind: int = PLAIN

    @property
    def id(self) -> bytes:
        """Four bytes by which a signature names its key."""
        return hashlib.sha256(f"{self.name}\n".encode() + bytes([self.kind]) + self.public).digest()[
            :ID_BYTES
        ]

    def __str__(self) -> str:
        """As it is handed on: name, id and key."""
        return f"{self.name}+{self.id.hex()}+{_base64(bytes([self.kind]) + self.public)}"

    @classmethod
    def read(cls, text: str) -> Self:
        """The key in a text. Raises NotAKey."""
        name, first, rest = text.partition("+")
        stated, second, coded = rest.partition("+")
        raw = _bytes(coded, NotAKey)
        if not (first and second) or len(raw) != KEY_BYTES + 1 or raw[0] not in {PLAIN, COSIGNING}:
            raise NotAKey("a key is written as name+id+key, and is one of Ed25519")
        key = cls(name, raw[1:], raw[0])
        if not _NAME.fullmatch(name) or key.id.hex() != stated:
            raise NotAKey(f"the key of {name[:80]!r} does not fit its id")
        return key

    def check(self, note: Note) -> None:
        """Raise NotSigned unless the note bears a good signature of this key."""
        if not any(self.signed(one.signed, note.text.encode()) for one in note.of(self)):
            raise NotSigned(f"the note bears no good signature of {self.name}")

    def signed(self, signature: bytes, message: bytes) -> bool:
        """Whether the signature is this key's, over this message."""
        try:
            Ed25519PublicKey.from_public_bytes(self.public).verify(signature, message)
        except (InvalidSignature, ValueError):
            return False
        return True


@frozen
class SigningKey:
    """A private key with its name."""

    name: str
    seed: bytes
    """32 bytes, the private key of Ed25519 (RFC 8032)."""
    kind: int = PLAIN

    @property
    def verifier(self) -> VerifierKey:
        """The public half."""
        return VerifierKey(self.name, self._private.public_key().public_bytes_raw(), self.kind)

    def sign(self, text: str) -> Note:
        """The text, which must end with a line's end, signed."""
        return Note(text, (Signature(self.name, self.verifier.id, self.raw(text.encode())),))

    def raw(self, message: bytes) -> bytes:
        """The signature alone."""
        return self._private.sign(message)

    @property
    def _private(self) -> Ed25519PrivateKey:
        return Ed25519PrivateKey.from_private_bytes(self.seed)


def _base64(raw: bytes) -> str:
    return base64.b64encode(raw).decode()


def _bytes(text: str, refusal: type[Exception]) -> bytes:
    try:
        return base64.b64decode(text, validate=True)
    except (binascii.Error, ValueError):
        raise refusal("this is not base64") from None
