"""The same key and request give the same answer for a day (docs.stripe.com/api/idempotent_requests).

A key is kept in the transaction that does the work, so there is never a key without its effect or an effect
without its key. A second call with the same key waits for the first and gets its answer.
"""

import hashlib
import hmac
import json
from collections.abc import Mapping
from datetime import timedelta
from http import HTTPStatus
from typing import Any, Final

from sqlalchemy import delete, select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from shop import clock
from shop.standin.errors import ApiError
from shop.standin.models import StandinKey

LIFETIME: Final = timedelta(days=1)
LONGEST_KEY: Final = 255

Answer = tuple[dict[str, Any], int]


def fingerprint(secret: str, method: str, path: str, params: Mapping[str, Any]) -> str:
    """What makes two requests the same: a digest, so that the request itself need not be kept.

    It is keyed by a secret that is not in the database: a request names an e-mail, which could be guessed.
    """
    said = json.dumps([method, path, params], sort_keys=True)
    return hmac.new(secret.encode(), said.encode(), hashlib.sha256).hexdigest()


def claim(session: Session, key: str, request: str) -> Answer | None:
    """Take the key for this request, or give the answer it already stands for.

    Raises ApiError when the key was used for another request.
    """
    if len(key) > LONGEST_KEY:
        raise ApiError("The idempotency key is longer than 255 characters.", kind="idempotency_error")
    forget_old(session, key)
    row = StandinKey(key=key, fingerprint=request, created_at=clock.now())
    try:
        with session.begin_nested():
            session.add(row)
    except IntegrityError:
        found = session.get_one(StandinKey, key)
    else:
        return None
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


def settle(session: Session, key: str, answer: Answer) -> None:
    """Keep the answer beside its key."""
    row = session.get_one(StandinKey, key)
    row.answer, row.status = answer


def any_old(session: Session) -> bool:
    """Whether there are keys older than a day."""
    old = select(StandinKey.key).where(StandinKey.created_at < clock.now() - LIFETIME).limit(1)
    return session.scalars(old).first() is not None


def forget_old(session: Session, key: str | None = None) -> None:
    """Let go of this key, or of all keys, once older than a day."""
    old = delete(StandinKey).where(StandinKey.created_at < clock.now() - LIFETIME)
    session.execute(old if key is None else old.where(StandinKey.key == key))
