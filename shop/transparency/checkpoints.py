"""Checkpoints: whose log, how many leaves, which root, signed (c2sp.org/tlog-checkpoint).

And cosignatures: that a witness saw this checkpoint at a time, and that it continues what it saw before
(c2sp.org/tlog-cosignature).
"""

import base64
import binascii
import re
from typing import Final, Self

from shop.frozen import frozen
from shop.transparency.merkle import HASH_BYTES
from shop.transparency.signed_notes import COSIGNING, Note, NotSigned, Signature, SigningKey, VerifierKey

LEAST_LINES: Final = 3
TIME_BYTES: Final = 8

_SIZE: Final = re.compile(r"0|[1-9][0-9]{0,18}")


class NotACheckpoint(Exception):
    """The text is no checkpoint."""


@frozen
class Checkpoint:
    """What a log looked like once."""

    origin: str
    size: int
    root: bytes

    @property
    def text(self) -> str:
        """What is signed."""
        return f"{self.origin}\n{self.size}\n{base64.b64encode(self.root).decode()}\n"

    @classmethod
    def read(cls, text: str) -> Self:
        """The checkpoint in a note's text. Raises NotACheckpoint."""
        lines = text.split("\n")
        if len(lines) < LEAST_LINES + 1 or not all(lines[:-1]) or lines[-1]:
            raise NotACheckpoint("a checkpoint has its origin, its size and its root, a line each")
        try:
            root = base64.b64decode(lines[2], validate=True)
        except (binascii.Error, ValueError):
            root = b""
        if not _SIZE.fullmatch(lines[1]) or len(root) != HASH_BYTES:
            raise NotACheckpoint("its size or its root is none")
        return cls(lines[0], int(lines[1]), root)


def signed(key: SigningKey, size: int, root: bytes) -> Note:
    """A checkpoint as its log publishes it, signed with the log's key, whose name is the log's origin."""
    return key.sign(Checkpoint(key.name, size, root).text)


def origin_of(host: str, book: str) -> str:
    """The name of a book's log: its address without the scheme. The test book's says that it is that."""
    return f"{host}/giving/log" if book == "live" else f"{host}/giving/log/{book}"


def cosign(key: SigningKey, text: str, at: int) -> Signature:
    """A witness's signature on a checkpoint's text; `at` is in seconds since 1970."""
    signed = key.raw(_cosigned(text, at))
    return Signature(key.name, key.verifier.id, at.to_bytes(TIME_BYTES, "big") + signed)


def cosigned_at(key: VerifierKey, note: Note) -> int:
    """When the witness saw it, in seconds since 1970. Raises NotSigned."""
    if key.kind == COSIGNING:
        for one in note.of(key):
            at = int.from_bytes(one.signed[:TIME_BYTES], "big")
            if key.signed(one.signed[TIME_BYTES:], _cosigned(note.text, at)):
                return at
    raise NotSigned(f"the checkpoint bears no good cosignature of {key.name}")


def _cosigned(text: str, at: int) -> bytes:
    return f"cosignature/v1\ntime {at}\n{text}".encode()
