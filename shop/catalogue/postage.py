"""How a parcel goes: Royal Mail services with the whole price."""

from typing import Final

from shop.frozen import frozen


@frozen
class Service:
    """One way to send a parcel."""

    slug: str
    name: str
    pence: int
    promise: str


SERVICES: Final = {
    service.slug: service
    for service in (
        Service("tracked-48", "Royal Mail Tracked 48", 360, "usually two to three working days once posted"),
        Service("tracked-24", "Royal Mail Tracked 24", 450, "usually the next working day once posted"),
        Service(
            "special-delivery",
            "Royal Mail Special Delivery",
            895,
            "by 1pm on the next working day once posted",
        ),
    )
}
"""Prices are sample values: another is a change here."""

TRACK: Final = "https://www.royalmail.com/track-your-item"
"""Where the carrier says how far a parcel has come."""

CHEAPEST: Final = min(SERVICES.values(), key=lambda service: service.pence)
