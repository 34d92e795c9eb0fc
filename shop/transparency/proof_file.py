"""The proof of a gift as a file (c2sp.org/tlog-proof@v1): all that is needed to check it, but the key.

Its extra data is JSON written like a leaf: the leaf itself, what it commits to (order, unit and step) and the
salt. The page /giving/check and `static/giving/check_gift.py` read it without any code of the shop.
"""

import base64
import json
from typing import Final

from shop.transparency.gift_proofs import Proof

FIRST_LINE: Final = "c2sp.org/tlog-proof@v1"
EXTENSION: Final = "tlog-proof"
SIGNED: Final = "— "
"""Begins a line with a signature, the log's own first."""

MOST_BYTES: Final = 2048
"""It is kept for years and may be sent on: so long it is at most, among a million leaves."""


def proof_file(proof: Proof) -> str:
    """The text of the file; of the witnesses that signed the checkpoint as many as have room."""
    text = _whole(proof)
    before, *signatures = text.split(f"\n{SIGNED}")
    while len(signatures) > 1 and len(text.encode()) > MOST_BYTES:
        signatures.pop()
        text = "".join([before, *(f"\n{SIGNED}{one}" for one in signatures)]) + "\n"
    return text


def _whole(proof: Proof) -> str:
    said = {"committed": proof.committed, "leaf": proof.leaf.decode(), "salt": proof.salt.hex()}
    extra = json.dumps(said, sort_keys=True, separators=(",", ":"), ensure_ascii=False)
    path = "".join(f"{_base64(one)}\n" for one in proof.inclusion)
    return (
        f"{FIRST_LINE}\nextra {_base64(extra.encode())}\nindex {proof.number - 1}\n{path}\n{proof.checkpoint}"
    )


def _base64(raw: bytes) -> str:
    return base64.b64encode(raw).decode()
