"""What of a piece is chosen as its page opens, and what is said to cost how much as others are chosen."""

from collections.abc import Mapping
from typing import Final
from urllib.parse import urlencode

from shop.catalogue.views import PieceView, VariantView
from shop.frozen import frozen
from shop.money import pounds

MOST_PRICES: Final = 8
"""As many are told apart by the style sheet, which shows the price of what is chosen."""


@frozen
class Opened:
    """What the address of a piece asks for; None where nothing in particular is."""

    metal: str | None = None
    sku: str | None = None

    @property
    def query(self) -> str:
        """What follows the address of the piece."""
        asked = {"metal": self.metal, "variant": self.sku}
        query = urlencode({name: value for name, value in asked.items() if value})
        return f"?{query}" if query else ""


@frozen
class Cost:
    """A price as it is said; `number` is that of the choices it stands for, 0 while nothing is chosen."""

    number: int
    said: str


def opened(asked: Mapping[str, str], piece: PieceView) -> Opened:
    """A metal (`?metal=`) is shown first; a variant (`?variant=`, its SKU) is chosen, with its chain.

    Nobody is given a chain that was not asked for. What the piece does not come in is passed over.
    """
    sku, metal = asked.get("variant"), asked.get("metal")
    if any(variant.sku == sku for variant in piece.variants):
        return Opened(sku=sku)
    return Opened(metal=metal if any(variant.metal_slug == metal for variant in piece.variants) else None)


def variant_of(piece: PieceView, values: Mapping[str, str]) -> VariantView | None:
    """The variant that a form's values choose."""
    chosen = values.get("variant")
    return next((variant for variant in piece.variants if str(variant.id) == chosen), None)


def price_numbers(piece: PieceView) -> dict[int, int]:
    """The different prices of a piece in pence, each with its number from 1; nothing where there is one."""
    prices = sorted({variant.price_pence for variant in piece.variants})
    return {} if piece.one_price else dict(zip(prices, range(1, MOST_PRICES + 1), strict=False))


def costs(piece: PieceView, values: Mapping[str, str], metal: str | None = None) -> list[Cost]:
    """What there is to say of the price, that of what is chosen first; `metal` is looked at, not chosen."""
    looked_at = {variant.price_pence for variant in piece.variants if metal in {None, variant.metal_slug}}
    least, numbers, chosen = min(looked_at), price_numbers(piece), variant_of(piece, values)
    found = [Cost(0, pounds(least) if len(looked_at) == 1 else f"From {pounds(least)}")]
    found += [Cost(number, pounds(pence)) for pence, number in numbers.items()]
    number = numbers.get(chosen.price_pence, 0) if chosen else 0
    return sorted(found, key=lambda cost: cost.number != number)
