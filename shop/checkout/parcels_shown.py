"""The parcels of an order as its buyer sees them: what is in each, how it goes, and by when it is there."""

from collections.abc import Mapping, Sequence
from datetime import date, datetime

from sqlalchemy.orm import Session

from shop import clock
from shop.catalogue.postage import SERVICES
from shop.frozen import frozen
from shop.fulfilment import parcels, promised, undelivered
from shop.fulfilment.models import Parcel, Unit
from shop.fulfilment.stages import Stage
from shop.orders.models import Order, OrderLine


@frozen
class ParcelShown:
    """A parcel that left and did not come back."""

    pieces: Sequence[str]
    service: str
    posted_at: datetime
    tracking: str | None
    there_by: date | None
    """None once it has arrived, or when no day was promised."""

    @property
    def is_past(self) -> bool:
        """Whether it should be there already."""
        return self.there_by is not None and self.there_by < clock.today()


def parcels_shown(
    session: Session, order: Order, lines: Sequence[OrderLine], units: Mapping[int, Unit]
) -> list[ParcelShown]:
    """Each parcel that is under way or has arrived, oldest first."""
    names = {line.number: f"{line.number}. {line.piece_name}" for line in lines}
    if len(lines) == 1:
        names = {line.number: line.piece_name for line in lines}
    found = []
    for row in parcels.parcels_of(session, order.id):
        if numbers := undelivered.in_parcel(session, order.id, row.id):
            under_way = any(units[number].stage == Stage.POSTED for number in numbers)
            by = promised.there_by(session, order, row) if under_way else None
            found.append(_shown(row, [names[number] for number in numbers], by))
    return found


def _shown(row: Parcel, pieces: Sequence[str], there_by: date | None) -> ParcelShown:
    return ParcelShown(pieces, SERVICES[row.service].name, row.posted_at, row.tracking, there_by)
