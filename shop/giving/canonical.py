"""The one written form of a transaction, from which its hash is made when posted and again when verified."""

import hashlib
import json
from collections.abc import Sequence
from dataclasses import fields
from datetime import UTC, datetime
from typing import Any, Final

from shop.frozen import frozen

VERSION: Final = 1
"""Of the written form: a ledger outlives the code that wrote it."""

Lines = Sequence[tuple[str, int, str]]
"""Account, signed pence and currency of each line, in order."""


@frozen(kw_only=True)
class Request:
    """What somebody asked to be posted, without who asked and when: the same thing asked twice is equal."""

    book: str
    kind: str
    order_reference: str | None
    unit: int | None
    sku: str | None
    policy_id: int | None
    reverses_seq: int | None
    event_at: datetime
    cause: str

    def digest(self, lines: Lines) -> str:
        """SHA-256 (hex) of the request with its lines."""
        return sha256(_text({name: getattr(self, name) for name in REQUEST} | {"lines": lines}))


@frozen(kw_only=True)
class Facts(Request):
    """Every column of a transaction that its hash is made from."""

    seq: int
    idempotency_key: str
    request_hash: str
    policy_digest: str | None
    period: str
    booked_at: datetime
    actor: str
    previous_hash: str

    def canonical(self, lines: Lines) -> str:
        """The transaction and its lines as JSON with sorted keys and no spaces."""
        return _text({**self.__dict__, "lines": lines, "version": VERSION})


REQUEST: Final = tuple(column.name for column in fields(Request))
FACTS: Final = tuple(column.name for column in fields(Facts))


def sha256(text: str) -> str:
    """SHA-256 (hex) of the text in UTF-8."""
    return hashlib.sha256(text.encode()).hexdigest()


def _text(facts: dict[str, Any]) -> str:
    return _ENCODER.encode(facts)


def _moment(value: object) -> str:
    if not isinstance(value, datetime) or value.tzinfo is None:
        raise TypeError(f"{value!r} has no place in a ledger")
    return value.astimezone(UTC).isoformat(timespec="microseconds")


_ENCODER: Final = json.JSONEncoder(
    sort_keys=True, separators=(",", ":"), ensure_ascii=False, default=_moment
)  # made once: a million transactions are written and verified with it
