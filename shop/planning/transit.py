"""How long Royal Mail takes from the bench to the door."""

from collections.abc import Mapping
from datetime import date, timedelta
from typing import Final

from shop.planning.bank_holidays import Nation, bank_holidays

DAYS: Final[Mapping[str, tuple[int, int]]] = {
    "tracked-48": (1, 3),
    "tracked-24": (1, 2),
    "special-delivery": (1, 1),
}
"""By the slug of a service: the fewest days and the most, once posted.

Special Delivery is guaranteed for the next working day, Saturdays only for an extra charge
(royalmail.com/business/shipping/uk-services/special-delivery-guaranteed, a copy read in November 2026).
Tracked 24 and 48 are aims and no guarantee; that they take these days was not verified at Royal Mail itself:
the owner checks. The islands and the Highlands may take a day or two more.
"""

SATURDAY: Final = 5


def arrives(posted: date, service: str, to: Nation) -> tuple[date, date]:
    """The first and the last day on which a parcel posted on this day may be at a door in that nation.

    It may come on a Saturday, and is not counted on to.
    """
    fewest, most = DAYS[service]
    return _after(posted, fewest, to, SATURDAY + 1), _after(posted, most, to, SATURDAY)


def _after(posted: date, days: int, to: Nation, week: int) -> date:
    day = posted
    while days:
        day += timedelta(days=1)
        days -= day.weekday() < week and day not in bank_holidays(to, day.year)
    return day
