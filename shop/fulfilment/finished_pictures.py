"""The photograph of a finished piece for its buyer, who asks for it on the order's page. Never commits.

It is the owner's own (see `uploads/finished_photographs.py`), shown once she has said that the piece is as
approved, and goes when that goes.
"""

from collections.abc import Sequence
from typing import Final

from sqlalchemy.orm import Session

from shop.dedications.vault import Vault
from shop.fulfilment import finished_looks, units
from shop.fulfilment.models import LookKind
from shop.orders.lifecycle import lock
from shop.uploads import finished_photographs

LABEL: Final = "finished picture"
WANTED: Final = "wanted"
NOT_WANTED: Final = "not wanted"


def choose(session: Session, vault: Vault, order_id: int, *, wanted: bool) -> None:
    """Keep the buyer's choice, sealed with the order. Raises OrderNotOpen once it was erased."""
    lock(session, order_id)
    vault.seal(session, order_id, LABEL, WANTED if wanted else NOT_WANTED)


def is_wanted(session: Session, vault: Vault, order_id: int) -> bool:
    """Whether the buyer asked to see it."""
    return bool(vault.reveal(session, order_id, LABEL) == WANTED)


def pictures(session: Session, vault: Vault, order_id: int) -> Sequence[tuple[int, str]]:
    """Those a buyer who asked may see: the number of the unit and the side, as it was looked at."""
    looks = finished_looks.standing(session, order_id)
    looked_at = sorted(number for number, look in looks.items() if look.kind == LookKind.AS_APPROVED)
    if not looked_at or not is_wanted(session, vault, order_id):
        return ()
    stands = units.units_of(session, order_id)
    return [
        (number, side)
        for number in looked_at
        for side, found in finished_photographs.found_on(session, vault, order_id, number).items()
        if found["making"] == stands[number].making
    ]
