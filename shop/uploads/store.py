"""The photographs of one basket: found by its cookie alone, and read with it alone. Never commits."""

import hashlib
import secrets
from collections.abc import Mapping
from dataclasses import asdict, field
from datetime import datetime
from typing import Any, Final

from sqlalchemy import delete, func, select, update
from sqlalchemy.orm import Session

from shop import clock, retention
from shop.artwork.artwork import Artwork
from shop.artwork.request import Request
from shop.dedications.sealing import SealBroken, open_file_with, open_with, seal_file_with, seal_with
from shop.frozen import frozen
from shop.uploads.models import ArtworkUpload

MOST: Final = 6
"""Of one basket."""
KEPT_FOR: Final = retention.lasts(retention.UPLOAD)
_ID_BYTES: Final = 16


class TooMany(Exception):
    """The basket has as many photographs as one may have. The text says what to do, for a person."""

    def __init__(self) -> None:
        super().__init__(f"You have {MOST} photographs here already. Please forget one of them first.")


@frozen
class Upload:
    """A photograph's request, and what was traced; None where nothing was, or could be."""

    id: str
    request: Request
    artwork: Artwork | None = field(repr=False)
    line_mm: float = 0.0
    """Its finest line, as wide as it was traced."""
    refused: str = ""
    """Why nothing was traced."""


def keep(session: Session, token: str, photograph: bytes, request: Request) -> str:
    """Keep a photograph that `kept_photograph` gave; sent twice it is one. Give its id. Raises TooMany."""
    if (same := _same(session, token, photograph)) is not None:
        return same
    refuse_more(session, token)
    upload_id = secrets.token_hex(_ID_BYTES)
    session.add(
        ArtworkUpload(
            id=upload_id,
            token_hash=_hashed(token),
            photograph=seal_file_with(token, photograph, upload_id),
            request=_sealed(token, upload_id, request.written()),
            touched_at=clock.now(),
        )
    )
    session.flush()
    return upload_id


def refuse_more(session: Session, token: str) -> None:
    """Raise TooMany where no further photograph can be kept."""
    own = ArtworkUpload.token_hash == _hashed(token)
    session.scalars(select(ArtworkUpload.id).where(own).with_for_update()).all()
    if session.scalars(select(func.count()).select_from(ArtworkUpload).where(own)).one() >= MOST:
        raise TooMany


def save_outline(
    session: Session,
    token: str,
    upload_id: str,
    request: Request,
    artwork: Artwork | None,
    *,
    line_mm: float = 0.0,
    refused: str = "",
) -> bool:
    """Keep how it was asked for and what came of it; False when it is none of this cookie's."""
    row = _own(session, token, upload_id)
    if row is None:
        return False
    row.request = _sealed(token, upload_id, request.written())
    said = {"artwork": asdict(artwork) if artwork else None, "line_mm": line_mm, "refused": refused}
    row.outline = _sealed(token, upload_id, said)
    row.touched_at = clock.now()
    return True


def found(session: Session, token: str, upload_id: str) -> Upload | None:
    """One of this cookie's photographs; None of any other."""
    row = _own(session, token, upload_id)
    return _opened(token, row) if row is not None else None


def own(session: Session, token: str) -> list[Upload]:
    """All of this cookie's, the newest first."""
    rows = session.scalars(
        select(ArtworkUpload)
        .where(ArtworkUpload.token_hash == _hashed(token))
        .order_by(ArtworkUpload.touched_at.desc(), ArtworkUpload.id)
    )
    return [_opened(token, row) for row in rows]


def photograph(session: Session, token: str, upload_id: str) -> bytes | None:
    """The photograph as a JPEG; None when it is none of this cookie's."""
    row = _own(session, token, upload_id)
    return open_file_with(token, row.photograph, upload_id) if row is not None else None


def touch(session: Session, token: str, upload_id: str) -> None:
    """It is used: its days begin anew."""
    if (row := _own(session, token, upload_id)) is not None:
        row.touched_at = clock.now()


def bind(session: Session, token: str, upload_id: str, order_id: int) -> None:
    """It was placed in this order, and goes with the order's photographs."""
    if (row := _own(session, token, upload_id)) is not None:
        row.order_id, row.touched_at = order_id, clock.now()


def move(session: Session, token: str, other: str) -> None:
    """Seal all of a cookie's photographs for another one, whose basket takes them in."""
    for row in session.scalars(select(ArtworkUpload).where(ArtworkUpload.token_hash == _hashed(token))):
        sealed = open_file_with(token, row.photograph, row.id)
        row.photograph = seal_file_with(other, sealed, row.id)
        row.request = _sealed(other, row.id, _said(token, row.id, row.request))
        row.outline = _sealed(other, row.id, _said(token, row.id, row.outline)) if row.outline else None
        row.token_hash = _hashed(other)


def forget(session: Session, token: str, upload_id: str) -> bool:
    """Delete a photograph and its outline; False when it is none of this cookie's."""
    row = _own(session, token, upload_id)
    if row is None:
        return False
    session.delete(row)
    session.flush()
    return True


def forget_old(session: Session) -> int:
    """Delete those that nobody used for KEPT_FOR and that are in no order. Give how many."""
    old = (ArtworkUpload.touched_at < clock.now() - KEPT_FOR, ArtworkUpload.order_id.is_(None))
    return len(session.execute(delete(ArtworkUpload).where(*old).returning(ArtworkUpload.id)).all())


def keep_until(session: Session, token: str, until: datetime) -> None:
    """Keep a cookie's photographs until then, if that is later than they would go: a link leads to them."""
    later = update(ArtworkUpload).where(
        ArtworkUpload.token_hash == _hashed(token), ArtworkUpload.touched_at < until - KEPT_FOR
    )
    session.execute(later.values(touched_at=until - KEPT_FOR))


def forget_of_order(session: Session, order_id: int) -> None:
    """Delete those that were last placed in this order."""
    own_of = delete(ArtworkUpload).where(ArtworkUpload.order_id == order_id)
    session.execute(own_of.execution_options(synchronize_session=False))


def _same(session: Session, token: str, photograph: bytes) -> str | None:
    """Another of this cookie's that is the same to the byte."""
    rows = session.scalars(select(ArtworkUpload).where(ArtworkUpload.token_hash == _hashed(token)))
    return next((row.id for row in rows if open_file_with(token, row.photograph, row.id) == photograph), None)


def _own(session: Session, token: str, upload_id: str) -> ArtworkUpload | None:
    return session.scalars(
        select(ArtworkUpload).where(ArtworkUpload.id == upload_id, ArtworkUpload.token_hash == _hashed(token))
    ).one_or_none()


def _opened(token: str, row: ArtworkUpload) -> Upload:
    request = Request.of(_said(token, row.id, row.request))
    said = _said(token, row.id, row.outline) if row.outline else {"artwork": None}
    artwork = said.pop("artwork")
    return Upload(row.id, request, Artwork(**artwork) if artwork else None, **said)


def _sealed(token: str, upload_id: str, said: Mapping[str, Any]) -> bytes:
    return seal_with(token, [upload_id, dict(said)])


def _said(token: str, upload_id: str, sealed: bytes) -> dict[str, Any]:
    """What was sealed for this upload. Raises SealBroken."""
    of, said = open_with(token, sealed)
    if of != upload_id:
        raise SealBroken
    return dict(said)


def _hashed(token: str) -> str:
    return hashlib.sha256(token.encode()).hexdigest()
