"""The photographs behind the artwork of an order: for the bench, for a time. Never commits.

Each is sealed with two keys together: the order's, and one of its own that can be destroyed long before.
"""

import secrets
from base64 import b64encode
from collections.abc import Collection, Sequence
from typing import Any, Final

from sqlalchemy import select
from sqlalchemy.orm import Session

from shop.dedications.sealing import KEY_BYTES, derived_key, join, open_bytes, place, seal_bytes, split
from shop.dedications.vault import OrderNotOpen, Vault
from shop.uploads import store
from shop.uploads.models import OrderPhotograph

SEALED_AS: Final = "photograph"
FINISHED: Final = "finished-"
"""How the names of the owner's photographs begin (see `finished_photographs`); others are hexadecimal."""
_PURPOSE: Final = b"photograph of an order"


def take_over(  # noqa: PLR0917
    session: Session, vault: Vault, order_id: int, line_number: int, token: str, upload_id: str
) -> bool:
    """Seal a basket's photograph for a unit of an order; twice is fine. False when it is gone.

    Raises OrderNotOpen.
    """
    upload, photograph = store.found(session, token, upload_id), store.photograph(session, token, upload_id)
    if upload is None or photograph is None:
        return False
    store.bind(session, token, upload_id, order_id)
    if session.get(OrderPhotograph, (order_id, line_number, upload_id)) is not None:
        return True
    seal(session, vault, (order_id, line_number, upload_id), photograph, upload.request.written())
    return True


def seal(
    session: Session, vault: Vault, about: tuple[int, int, str], photograph: bytes, said: dict[str, Any]
) -> None:
    """Seal a photograph, and what is said of it, for a unit of an order under a name. Raises OrderNotOpen."""
    order_id, line_number, name = about
    half = secrets.token_bytes(KEY_BYTES)
    key = _key(session, vault, order_id, half)
    if key is None:
        raise OrderNotOpen(order_id)
    ((key_id, opening),) = vault.seal_alone([{"half": half.hex(), "request": said}], SEALED_AS)
    session.add(
        OrderPhotograph(
            order_id=order_id,
            line_number=line_number,
            upload_id=name,
            key_id=key_id,
            opening=opening,
            photograph=join(seal_bytes(key, photograph, _place(*about))),
        )
    )
    session.flush()


def photograph_of(
    session: Session, vault: Vault, order_id: int, line_number: int, upload_id: str
) -> bytes | None:
    """The photograph as a JPEG; None where there is none, or none any more."""
    row = session.get(OrderPhotograph, (order_id, line_number, upload_id))
    return _opened(session, vault, row)[1] if row is not None else None


def ids_of(session: Session, order_id: int) -> frozenset[tuple[int, str]]:
    """The photographs of its buyer's that an order has still: the number of the unit, and the upload's id."""
    own = select(OrderPhotograph.line_number, OrderPhotograph.upload_id)
    buyers = OrderPhotograph.upload_id.not_like(f"{FINISHED}%")
    rows = session.execute(own.where(OrderPhotograph.order_id == order_id, buyers))
    return frozenset((number, upload) for number, upload in rows)


def kept(session: Session, vault: Vault, order_id: int) -> list[dict[str, Any]]:
    """All that is kept of an order's photographs, for whom it is about; each as base64 of JPEG."""
    found = []
    for row in _of(session, order_id):
        asked_for, photograph = _opened(session, vault, row)
        if photograph is not None:
            found.append(
                {
                    "piece": row.line_number,
                    "asked_for": asked_for,
                    "photograph": b64encode(photograph).decode(),
                }
            )
    return found


def forget_photographs(session: Session, vault: Vault, order_id: int) -> int:
    """Destroy what opens an order's photographs, and delete them; how many. The outlines stay."""
    store.forget_of_order(session, order_id)
    return forget(session, vault, _of(session, order_id))


def forget(session: Session, vault: Vault, rows: Sequence[OrderPhotograph]) -> int:
    """The same of these. Nobody's basket keeps what was placed in an order that has none any more."""
    if rows:
        vault.destroy([row.key_id for row in rows], [_name(row) for row in rows])
    for row in rows:
        session.delete(row)
    session.flush()
    for order_id in {row.order_id for row in rows}:
        if not ids_of(session, order_id):
            store.forget_of_order(session, order_id)
    return len(rows)


def forget_gone(session: Session, vault: Vault, gone: Collection[str]) -> int:
    """Forget again what the list (digests of names) says is gone and this database still has; how many."""
    rows = session.scalars(select(OrderPhotograph)).all()
    return forget(session, vault, [row for row in rows if vault.digest(_name(row)) in gone])


def _of(session: Session, order_id: int) -> Sequence[OrderPhotograph]:
    own = select(OrderPhotograph).where(OrderPhotograph.order_id == order_id)
    return session.scalars(own.order_by(OrderPhotograph.line_number, OrderPhotograph.upload_id)).all()


def _opened(
    session: Session, vault: Vault, row: OrderPhotograph
) -> tuple[dict[str, Any] | None, bytes | None]:
    """The request, and the photograph; None once either key is gone."""
    said = vault.open_alone([(row.key_id, row.opening)], SEALED_AS).get(row.key_id)
    key = _key(session, vault, row.order_id, bytes.fromhex(said["half"])) if said else None
    if said is None or key is None:
        return None, None
    bound_to = _place(row.order_id, row.line_number, row.upload_id)
    return said["request"], open_bytes(key, split(row.photograph), bound_to)


def _key(session: Session, vault: Vault, order_id: int, half: bytes) -> bytes | None:
    own = vault.order_keys(session, [order_id]).get(order_id)
    return None if own is None else derived_key(own + half, _PURPOSE)


def _place(order_id: int, line_number: int, upload_id: str) -> bytes:
    return place(order_id, f"photograph:{line_number}:{upload_id}")


def _name(row: OrderPhotograph) -> str:
    """What it is called on the list of what is gone."""
    return f"photograph {row.key_id}"
