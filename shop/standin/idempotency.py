"""The same key and request give the same answer for a day (docs.stripe.com/api/idempotent_requests).

A key is kept in the transaction that does the work, so there is never a key without its effect or an effect
without its key. A second call with the same key waits for the first and gets its answer.
"""

import hashlib
import hmac
import json
from collections.abc import Callable, Mapping
from datetime import timedelta
from functools import cache
from http import HTTPStatus
from typing import Any, Final

from sqlalchemy import bindparam, delete, select, update
from sqlalchemy.orm import Session

from shop import clock
from shop.db import Database
from shop.orm import table_of
from shop.sql import inserted, is_sqlite
from shop.standin.errors import ApiError
from shop.standin.models import StandinKey

LIFETIME: Final = timedelta(days=1)
LONGEST_KEY: Final = 255
_KEY: Final = table_of(StandinKey)

Answer = tuple[dict[str, Any], int]


def fingerprint(secret: str, method: str, path: str, params: Mapping[str, Any]) -> str:
    """What makes two requests the same: a digest, so that the request itself need not be kept.

    It is keyed by a secret that is not in the database: a request names an e-mail, which could be guessed.
    """
    said = json.dumps([method, path, params], sort_keys=True)
    return hmac.new(secret.encode(), said.encode(), hashlib.sha256).hexdigest()


def once(
    database: Database, key: str | None, request: str, do: Callable[[Session], Answer]
) -> tuple[Answer, bool]:
    """Do it, unless it was done under this key: its answer, and whether that is an earlier one.

    A refusal is kept as an answer too, and nothing else of what was refused. Raises ApiError when the key was
    used for another request.
    """
    try:
        with database.transaction() as session:
            earlier = claim(session, key, request) if key else None
            if earlier is not None:
                return earlier, True
            answer = _done(session, do)
            if key:
                settle(session, key, answer)
            return answer, False
    except _Refused as refused:
        answer = refused.error.body(), refused.error.status
    if key:
        with database.transaction() as session:
            earlier = claim(session, key, request)
            if earlier is not None:
                return earlier, True
            settle(session, key, answer)
    return answer, False


class _Refused(Exception):
    """What was asked for cannot be; leaving the transaction undoes what was begun of it."""

    def __init__(self, error: ApiError) -> None:
        self.error = error


def _done(session: Session, do: Callable[[Session], Answer]) -> Answer:
    try:
        answer = do(session)
        session.flush()
    except ApiError as error:
        raise _Refused(error) from None
    return answer


def claim(session: Session, key: str, request: str) -> Answer | None:
    """Take the key for this request, or give the answer it already stands for.

    Raises ApiError when the key was used for another request.
    """
    if len(key) > LONGEST_KEY:
        raise ApiError("The idempotency key is longer than 255 characters.", kind="idempotency_error")
    now = clock.now()
    row = {"key": key, "fingerprint": request, "created_at": now, "old": now - LIFETIME}
    if session.connection().execute(_taken(is_sqlite(session)), row).first() is not None:
        return None
    found = session.get_one(StandinKey, key)
    if found.fingerprint != request:
        raise ApiError(
            "Keys for idempotent requests can only be used with the same parameters they were first "
            "used with.",
            kind="idempotency_error",
        )
    if found.answer is None or found.status is None:
        raise ApiError(
            "There is currently another in-progress request using this key.",
            code="idempotency_key_in_use",
            status=HTTPStatus.CONFLICT,
        )
    return found.answer, found.status


@cache
def _taken(on_sqlite: bool) -> Any:  # noqa: FBT001
    """Take a key that nobody has, or whose day is over."""
    taken = inserted(on_sqlite, _KEY)
    anew = {name: taken.excluded[name] for name in ("fingerprint", "created_at", "status", "answer")}
    old = _KEY.c.created_at < bindparam("old", type_=_KEY.c.created_at.type)
    return taken.on_conflict_do_update(index_elements=["key"], set_=anew, where=old).returning(_KEY.c.key)


_SETTLED: Final = update(_KEY).where(_KEY.c.key == bindparam("taken"))


def settle(session: Session, key: str, answer: Answer) -> None:
    """Keep the answer beside its key."""
    body, status = answer
    session.connection().execute(_SETTLED, {"taken": key, "answer": body, "status": status})


def any_old(session: Session) -> bool:
    """Whether there are keys older than a day."""
    old = select(StandinKey.key).where(StandinKey.created_at < clock.now() - LIFETIME).limit(1)
    return session.scalars(old).first() is not None


def forget_old(session: Session) -> None:
    """Let go of all keys older than a day."""
    session.execute(delete(StandinKey).where(StandinKey.created_at < clock.now() - LIFETIME))
