"""The owner's photographs of a finished piece, one a side, sealed and forgotten as a buyer's. Never commits.

A new one takes the place of the one before. With each is kept what it was found to show.
"""

from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from shop.dedications.vault import Vault
from shop.uploads import order_photographs
from shop.uploads.models import OrderPhotograph
from shop.uploads.order_photographs import FINISHED, SEALED_AS


def keep(
    session: Session, vault: Vault, about: tuple[int, int, str], photograph: bytes, found: dict[str, Any]
) -> None:
    """Keep the photograph (a JPEG of our own making) of a side: (order, line, side). Raises OrderNotOpen."""
    order_id, line_number, side = about
    before = session.get(OrderPhotograph, (order_id, line_number, FINISHED + side))
    if before is not None:
        order_photographs.forget(session, vault, [before])
    order_photographs.seal(session, vault, (order_id, line_number, FINISHED + side), photograph, found)


def found_on(session: Session, vault: Vault, order_id: int, line_number: int) -> dict[str, dict[str, Any]]:
    """What the photographs of a unit were found to show, by side; the photographs stay sealed."""
    rows = session.execute(
        select(OrderPhotograph.upload_id, OrderPhotograph.key_id, OrderPhotograph.opening).where(
            OrderPhotograph.order_id == order_id,
            OrderPhotograph.line_number == line_number,
            OrderPhotograph.upload_id.startswith(FINISHED),
        )
    ).all()
    opened = vault.open_alone([(row.key_id, row.opening) for row in rows], SEALED_AS) if rows else {}
    return {
        row.upload_id.removeprefix(FINISHED): opened[row.key_id]["request"]
        for row in rows
        if row.key_id in opened
    }


def photograph_of(session: Session, vault: Vault, order_id: int, line_number: int, side: str) -> bytes | None:
    """The photograph of a side as a JPEG; None where there is none, or none any more."""
    return order_photographs.photograph_of(session, vault, order_id, line_number, FINISHED + side)
