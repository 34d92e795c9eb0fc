"""The photographs of finished pieces, as the order's page offers and shows them."""

from collections.abc import Mapping, Sequence

from sqlalchemy.orm import Session

from shop import bench
from shop.dedications.vault import Vault
from shop.frozen import frozen
from shop.fulfilment import finished_pictures
from shop.fulfilment.models import Unit
from shop.fulfilment.stages import TO_MAKE
from shop.orders.view import OrderView


@frozen
class Picture:
    """One side of a finished piece."""

    href: str
    label: str


@frozen
class FinishedPictures:
    """What of it there is to be seen."""

    wanted: bool
    pictures: Sequence[Picture]
    to_come: bool
    """Whether one is still to be posted, and may be photographed."""


def pictures_shown(
    session: Session, vault: Vault, order: OrderView, units: Mapping[int, Unit], token: str
) -> FinishedPictures | None:
    """None where nothing engraved is made, or its photograph can be neither asked for nor seen."""
    engraved = {line.row.number: line for line in order.lines if line.row.engraved}
    stages = [unit.stage for number, unit in units.items() if number in engraved and not unit.is_gone]
    if not stages:
        return None
    to_come, wanted = (
        any(stage in TO_MAKE for stage in stages),
        finished_pictures.is_wanted(session, vault, order.row.id),
    )
    if not wanted:
        offered = to_come and bench.current(session).look_first
        return FinishedPictures(wanted, (), to_come) if offered else None
    sides = {(number, side.key): side.label for number, line in engraved.items() for side in line.sides}
    found = [
        Picture(
            f"/orders/{token}/finished-pieces/{number}/{key}.jpg",
            f"{engraved[number].row.piece_name}, {sides[number, key.partition('-')[0]].lower()}",
        )
        for number, key in finished_pictures.pictures(session, vault, order.row.id)
    ]
    return FinishedPictures(wanted, found, to_come)
