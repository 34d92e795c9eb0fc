"""A leaf of the log: what it says of one row of the ledger, and what it keeps to itself.

The commitment binds a leaf to its order, unit and step, so that no two buyers can be shown one leaf; its
salt comes from the order's key, so nobody learns of an order from it, and erasing the order unlinks it.
"""

import hashlib
import hmac
import json
from collections.abc import Mapping
from typing import Final

from shop.frozen import frozen

SALT_BYTES: Final = 32
"""Always: HMAC fills a shorter key up with zeros, and then two salts would do for one commitment."""

HEAD: Final = "ledger"
"""The kind of a leaf that commits to where the whole ledger stood on a day."""

SALTED: Final = b"giving log commitment"
"""What an order's key is used for here: one use of its own."""


@frozen(kw_only=True)
class Gift:
    """What a leaf says of a row of the ledger."""

    kind: str
    month: str
    pence: int
    """What the row moved; its kind says from where to where. Below zero: a payment that was undone."""
    policy: str | None
    """The digest of what was promised."""
    commitment: str | None
    """Hexadecimal; None for what belongs to no order, or to one that is erased."""

    def leaf(self, number: int) -> bytes:
        """The leaf with that number in the log, counted from 1."""
        return _written({"number": number, **vars(self)})


def announcement(number: int, kind: str, month: str, said: Mapping[str, object]) -> bytes:
    """A leaf that says something else than a gift."""
    return _written({"number": number, "kind": kind, "month": month, "said": said})


def committed(order_reference: str, unit: int, step: int) -> str:
    """What is committed to: the order, the unit (0 for the order itself) and the step of its gift."""
    return f"{order_reference}:{unit}:{step}"


def salt_info(what: str) -> bytes:
    """What the salt of one commitment is derived for: whoever shows one salt has shown no other."""
    return SALTED + b"|" + what.encode()


def commitment(salt: bytes, what: str) -> str:
    """HMAC-SHA256 of what is committed to, in hexadecimal. Raises ValueError for a salt of another length."""
    if len(salt) != SALT_BYTES:
        raise ValueError(f"a salt has {SALT_BYTES} bytes")
    return hmac.new(salt, what.encode(), hashlib.sha256).hexdigest()


def _written(said: Mapping[str, object]) -> bytes:
    return _ENCODER.encode(said).encode()


_ENCODER: Final = json.JSONEncoder(sort_keys=True, separators=(",", ":"), ensure_ascii=False)
