"""The collection by metal and price: every choice is an address of its own, and a link."""

from collections.abc import Mapping
from dataclasses import replace
from typing import Final
from urllib.parse import urlencode

from shop.catalogue.views import Catalogue, PieceView
from shop.frozen import frozen

ADDRESS: Final = "/pieces"


@frozen
class PriceBand:
    """Prices from `least` up to, but not including, `below`, in pence."""

    slug: str
    label: str
    least: int
    below: int


UP: Final = 10**9
BANDS: Final = (
    PriceBand("under-100", "Under £100", 0, 100_00),
    PriceBand("from-100", "£100 and over", 100_00, UP),
)


@frozen
class Filter:
    """What is looked for; None where nothing in particular is."""

    metal: str | None = None
    band: PriceBand | None = None

    @property
    def address(self) -> str:
        """The one address of this choice."""
        asked = {"metal": self.metal, "price": self.band.slug if self.band else None}
        query = urlencode({name: value for name, value in asked.items() if value})
        return f"{ADDRESS}?{query}" if query else ADDRESS


UNFILTERED: Final = Filter()


@frozen
class Option:
    """One link of the filter, and whether it is what is shown."""

    label: str
    href: str
    chosen: bool


def filter_of(asked: Mapping[str, str], catalogue: Catalogue) -> Filter:
    """The choice in a query string. What the shop does not know is passed over: nobody is sent away."""
    metal = asked.get("metal")
    return Filter(
        metal if metal in metals(catalogue) else None,
        next((band for band in BANDS if band.slug == asked.get("price")), None),
    )


def metals(catalogue: Catalogue) -> dict[str, str]:
    """Slug to name of every metal something is sold in, in the owner's order of pieces."""
    return {
        variant.metal_slug: variant.metal_name for piece in catalogue.pieces for variant in piece.variants
    }


def options(catalogue: Catalogue, choice: Filter) -> dict[str, list[Option]]:
    """By the name of each filter its links, the first of which takes the filter away."""
    by_metal = [(None, "Every metal"), *metals(catalogue).items()]
    by_price = [(None, "Every price"), *((band, band.label) for band in BANDS)]
    return {
        "Metal": [
            Option(label, replace(choice, metal=metal).address, metal == choice.metal)
            for metal, label in by_metal
        ],
        "Price": [
            Option(label, replace(choice, band=band).address, band == choice.band) for band, label in by_price
        ],
    }


def matching(catalogue: Catalogue, choice: Filter) -> tuple[PieceView, ...]:
    """The pieces that come as was chosen, each with only those variants and its pictures in that metal."""
    narrowed = (_narrowed(piece, choice) for piece in catalogue.pieces)
    return tuple(piece for piece in narrowed if piece.variants)


def _narrowed(piece: PieceView, choice: Filter) -> PieceView:
    band = choice.band
    variants = tuple(
        variant
        for variant in piece.variants
        if choice.metal in {None, variant.metal_slug}
        and (band is None or band.least <= variant.price_pence < band.below)
    )
    shown = {variant.metal_slug for variant in variants}
    pictures = tuple(picture for picture in piece.pictures if picture.metal_slug in {None, *shown})
    return replace(piece, variants=variants, pictures=pictures or piece.pictures)
