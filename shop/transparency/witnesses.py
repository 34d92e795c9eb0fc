"""Witnesses: servers of others that sign a checkpoint when it continues what they saw before.

A shop that shows one past to the charity and another to a buyer would need two checkpoints of one size; a
witness signs the first alone. The protocol is c2sp.org/tlog-witness.
"""

import base64
from collections.abc import Sequence
from datetime import UTC, datetime
from functools import partial
from http import HTTPStatus
from time import monotonic
from typing import Any, Final, Protocol
from urllib.parse import urlsplit

from shop.frozen import frozen
from shop.settings import SettingsError
from shop.transparency.checkpoints import cosigned_at
from shop.transparency.signed_notes import (
    COSIGNING,
    NotAKey,
    NotANote,
    Note,
    NotSigned,
    Signature,
    VerifierKey,
)

TIMEOUT: Final = (3.0, 10.0)
"""Seconds to be reached, and between two pieces of an answer."""
WHOLE: Final = 30.0
"""Seconds for all of it: whatever else the worker does waits meanwhile."""
MOST_ANSWERED: Final = 64 * 1024
"""Bytes of an answer that are read."""
SIZE: Final = "text/x.tlog.size"


class WitnessAway(Exception):
    """The witness did not answer, or not as it should; it is asked again."""


class OtherSize(Exception):
    """The witness has signed a checkpoint of another size before; the proof must begin there."""

    def __init__(self, size: int) -> None:
        super().__init__(f"The witness knows the log at {size} leaves.")
        self.size = size


class WitnessDisagrees(Exception):
    """The witness has seen another past of this log, or more of it than there is."""

    def __init__(self, name: str, why: str) -> None:
        super().__init__(f"The witness {name} does not sign the log: {why}.")


@frozen
class Witness:
    """Who witnesses, and where."""

    key: VerifierKey
    url: str
    """The submission prefix, without a slash at its end."""


@frozen
class Cosigned:
    """What a witness answered: the line under the note, and when it saw it."""

    line: str
    seen_at: datetime


class Post(Protocol):
    """Something that sends bytes to an address and gives status, content type and body back."""

    def __call__(self, url: str, body: bytes) -> tuple[int, str, bytes]:
        """Raises WitnessAway."""


def read_witnesses(text: str) -> tuple[Witness, ...]:
    """The witnesses in a setting: key and address in turn, with spaces between. Raises SettingsError."""
    parts = text.split()
    if len(parts) % 2:
        raise SettingsError("LOG_WITNESSES must be keys and addresses in turn, with spaces between.")
    return tuple(_witness(key, url) for key, url in zip(parts[::2], parts[1::2], strict=True))


def ask(witness: Witness, note: str, old: int, proof: Sequence[bytes], post: Post) -> Cosigned:
    """Have a checkpoint signed that continues the one of size `old`, which is the last the witness saw.

    Raises WitnessAway, OtherSize, and WitnessDisagrees.
    """
    lines = [f"old {old}", *(base64.b64encode(one).decode() for one in proof)]
    body = "".join(f"{line}\n" for line in lines) + "\n" + note
    status, kind, answer = post(f"{witness.url}/add-checkpoint", body.encode())
    if status == HTTPStatus.OK:
        return _cosigned(witness, note, answer)
    if status == HTTPStatus.CONFLICT and kind.partition(";")[0].strip() == SIZE:
        raise OtherSize(_size(answer))
    if status in {HTTPStatus.CONFLICT, HTTPStatus.UNPROCESSABLE_ENTITY}:
        raise WitnessDisagrees(witness.key.name, "it has seen another past")
    raise WitnessAway(f"{witness.key.name} answered {status}")


def over_http(url: str, body: bytes) -> tuple[int, str, bytes]:
    """A request to a witness."""
    import requests  # noqa: PLC0415 - only where there are witnesses
    from urllib3.exceptions import HTTPError  # noqa: PLC0415

    until, plain = monotonic() + WHOLE, {"Accept-Encoding": "identity"}
    asked = partial(requests.post, headers=plain, timeout=TIMEOUT, allow_redirects=False, stream=True)
    try:
        with asked(url, body) as answer:
            kind = answer.headers.get("Content-Type", "")
            return answer.status_code, kind, _read(answer.raw, until)
    except (requests.RequestException, HTTPError, OSError) as error:
        raise WitnessAway(type(error).__name__) from None


def _read(answer: Any, until: float) -> bytes:
    """As much as is read of an answer, as it came. Raises WitnessAway when it takes too long."""
    content = b""
    while len(content) < MOST_ANSWERED and (piece := answer.read1(MOST_ANSWERED, decode_content=False)):
        if monotonic() > until:
            raise WitnessAway("it answers too slowly")
        content += piece
    return content


def _witness(key: str, url: str) -> Witness:
    try:
        found = VerifierKey.read(key)
    except NotAKey as refused:
        raise SettingsError(f"LOG_WITNESSES: {refused}.") from None
    if found.kind != COSIGNING:
        raise SettingsError(f"LOG_WITNESSES: the key of {found.name} is none of a witness.")
    if urlsplit(url).scheme not in {"http", "https"} or not urlsplit(url).hostname:
        raise SettingsError(f"LOG_WITNESSES: after the key of {found.name} its address must stand.")
    return Witness(found, url.rstrip("/"))


def _cosigned(witness: Witness, note: str, answer: bytes) -> Cosigned:
    """The witness's own line among those of the answer; lines of others are left out."""
    try:
        text = Note.read(note).text
        lines = [Signature.read(line) for line in answer.decode().splitlines()]
        own = [line for line in lines if (line.name, line.key_id) == (witness.key.name, witness.key.id)]
        at = cosigned_at(witness.key, Note(text, tuple(own)))
        line = next(one for one in own if int.from_bytes(one.signed[:8], "big") == at)
        return Cosigned(str(line), datetime.fromtimestamp(at, UTC))
    except (NotANote, NotSigned, UnicodeDecodeError, OverflowError, ValueError, OSError):
        raise WitnessAway(f"{witness.key.name} answered with no good signature") from None


def _size(answer: bytes) -> int:
    digits = answer.strip()
    if not digits.isdigit() or len(digits) > 18:  # noqa: PLR2004
        raise WitnessAway("a size that is none")
    return int(digits)
