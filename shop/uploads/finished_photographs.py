"""The owner's photographs of a finished piece, side by side, sealed and forgotten as a buyer's.

A new one takes the place of those before, or is one more of its side. With each is kept what it was found to
show. Never commits.
"""

from collections.abc import Mapping
from typing import Any, Final

from sqlalchemy import select
from sqlalchemy.orm import Session

from shop.dedications.vault import Vault
from shop.uploads import order_photographs
from shop.uploads.models import OrderPhotograph
from shop.uploads.order_photographs import FINISHED, SEALED_AS

MOST: Final = 4
"""Of one side."""


class Enough(Exception):
    """There are MOST of this side."""


def keep(
    session: Session,
    vault: Vault,
    about: tuple[int, int, str],
    photograph: bytes,
    found: dict[str, Any],
    *,
    one_more: bool = False,
) -> None:
    """Keep the photograph (a JPEG of our own making) of a side: (order, line, side).

    It takes the place of those before, unless it is `one_more`. Raises OrderNotOpen and Enough.
    """
    order_id, line_number, side = about
    names = [side, *(f"{side}-{number}" for number in range(2, MOST + 1))]
    before = {
        name: row
        for name in names
        if (row := session.get(OrderPhotograph, (order_id, line_number, FINISHED + name)))
    }
    if before and not one_more:
        order_photographs.forget(session, vault, list(before.values()))
        before = {}
    free = next((name for name in names if name not in before), None)
    if free is None:
        raise Enough
    order_photographs.seal(session, vault, (order_id, line_number, FINISHED + free), photograph, found)


def of_side(found: Mapping[str, dict[str, Any]], side: str, making: int) -> dict[str, dict[str, Any]]:
    """Of what `found_on` gives, the photographs of a side as it was made this time, the first first."""
    names = sorted(name for name in found if name.partition("-")[0] == side)
    return {name: found[name] for name in names if found[name]["making"] == making}


def found_on(session: Session, vault: Vault, order_id: int, line_number: int) -> dict[str, dict[str, Any]]:
    """What the photographs of a unit were found to show, by name; the photographs stay sealed."""
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
    """The photograph of this name as a JPEG; None where there is none, or none any more."""
    return order_photographs.photograph_of(session, vault, order_id, line_number, FINISHED + side)
