"""`quote`: what an order would come to now. The only place that adds up prices, postage and VAT.

The basket, the last look and its fingerprint, the order's row and the request to Stripe all read their sums
from a Quote; the e-mail and the order's page read the row. A discount would be decided here.
"""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import field, replace
from functools import cached_property

from shop.catalogue.postage import Service
from shop.catalogue.views import Catalogue, PieceView, VariantView
from shop.engraving import proof_digest
from shop.frozen import frozen
from shop.pricing.line_item import LineItem
from shop.pricing.vat import vat_within


class NoLongerSold(Exception):
    """A piece that was chosen is not in the catalogue any more."""

    def __init__(self, variant_ids: Sequence[int]) -> None:
        super().__init__("A piece is no longer sold.")
        self.variant_ids = tuple(variant_ids)


@frozen
class QuotedLine:
    """A chosen unit with the piece it means today; `piece` and `variant` are None when it is no longer sold.

    `refusal` says why its words can no longer be cut, since another machine cuts them; `short` that more of
    its variant are asked for than can be had; `id` is the basket line's, 0 where there is none.
    """

    item: LineItem = field(repr=False)
    piece: PieceView | None
    variant: VariantView | None
    id: int = 0
    refusal: str | None = None
    short: str | None = None

    @property
    def price_pence(self) -> int:
        """The full price of the unit: piece, engraving, any tax; nothing for what is no longer sold."""
        return self.variant.price_pence if self.variant else 0

    @property
    def sold(self) -> tuple[PieceView, VariantView]:
        """The piece and the variant. Raises NoLongerSold."""
        if self.piece is None or self.variant is None:
            raise NoLongerSold([self.item.variant_id])
        return self.piece, self.variant

    @cached_property
    def proof(self) -> str | None:
        """The digest of its drawing; None without words. Raises NoLongerSold."""
        (piece, _), engraving = self.sold, self.item.engraving
        return proof_digest(piece.sides, engraving) if engraving else None

    @property
    def problem(self) -> str | None:
        """Why it cannot be bought as it stands, in a sentence; None when it can."""
        if self.variant is None or self.piece is None:
            return "This piece is no longer sold. Please take it out of the basket."
        if not self.variant.available:
            return f"{self.piece.name} in this metal and length is sold out for now."
        return self.short or self.refusal


@frozen
class Quote:
    """What the lines come to, in pence, with everything in it: the buyer pays `total_pence` and no more."""

    lines: Sequence[QuotedLine]
    postage: Service
    vat_registered: bool = False
    """Whether the seller is registered for VAT."""

    @property
    def goods_pence(self) -> int:
        """The sum of the pieces' full prices."""
        return sum(line.price_pence for line in self.lines)

    @property
    def postage_pence(self) -> int:
        """The full price of posting them."""
        return self.postage.pence

    @property
    def total_pence(self) -> int:
        """What is paid."""
        return self.goods_pence + self.postage_pence

    @property
    def vat_pence(self) -> int | None:
        """The VAT within the total; None when the seller is not registered, and so charges none."""
        return vat_within(self.total_pence) if self.vat_registered else None

    @property
    def counted(self) -> Mapping[tuple[str, int], int]:
        """How many units there are of each (name with metal, pence)."""
        sold = (line.sold for line in self.lines)
        return Counter(
            (f"{piece.name}, {variant.metal_name}", variant.price_pence) for piece, variant in sold
        )

    def with_postage(self, postage: Service) -> "Quote":
        """The same pieces, sent in another way."""
        return replace(self, postage=postage)

    def refuse_unsold(self) -> None:
        """Raise NoLongerSold if there is a line that nobody can buy any more."""
        missing = [line.item.variant_id for line in self.lines if line.variant is None]
        if missing:
            raise NoLongerSold(missing)


def quote(
    catalogue: Catalogue, items: Sequence[LineItem], postage: Service, *, vat_registered: bool = False
) -> Quote:
    """What these units come to by this catalogue. Lines of pieces that are no longer sold count nothing."""
    found = [(item, catalogue.find(item.variant_id) or (None, None)) for item in items]
    return Quote([QuotedLine(item, *pair) for item, pair in found], postage, vat_registered)
