"""The catalogue as plain values that compare by what they say: what pages, baskets and quotes look at."""

from collections import defaultdict
from collections.abc import Container
from dataclasses import replace
from functools import cached_property

from shop.engraving import ANY_TOOL, Area, Placement, Tool
from shop.frozen import frozen

Renditions = tuple[tuple[str, tuple[int, ...]], ...]
"""Kinds of file a picture comes as, the one to try first first, each with its widths in pixels."""


@frozen
class PictureView:
    """A picture; `metal_slug` is None when it shows every metal's piece. `file` lies under static/.

    See models.Picture for `role`, `renditions` and `placements`.
    """

    file: str
    alt: str
    width: int
    height: int
    metal_slug: str | None
    role: str
    renditions: Renditions = ()
    placements: tuple[Placement, ...] = ()

    @cached_property
    def name(self) -> str:
        """What its files are called, without folder, width and kind."""
        return self.file.rpartition("/")[2].removesuffix(f"-{self.width}.webp").partition(".")[0]

    def rendition(self, kind: str, width: int) -> str:
        """The file of this kind and width."""
        return f"{self.file.removesuffix(f'-{self.width}.webp')}-{width}.{kind}"

    @property
    def smallest(self) -> str:
        """Its smallest file, for a thumbnail: the narrowest of the last kind."""
        if not self.renditions:
            return self.file
        kind, widths = self.renditions[-1]
        return self.rendition(kind, widths[0])


@frozen
class VariantView:
    """A piece in one metal and chain length. `available`: one can be bought now; never how many."""

    id: int
    sku: str
    metal_slug: str
    metal_name: str
    fineness: str
    chain_inches: int
    price_pence: int
    weight_mg: int
    hallmarked: bool
    available: bool


@frozen
class PieceView:
    """A piece with its sides, its variants on sale and its pictures, each in the owner's order."""

    slug: str
    name: str
    summary: str
    description: str
    measures: str
    wearing: str
    sides: tuple[Area, ...]
    variants: tuple[VariantView, ...]
    pictures: tuple[PictureView, ...]
    tool: Tool = ANY_TOOL
    """What its words are cut with."""

    @property
    def engravable(self) -> bool:
        """Whether any words can be cut into it."""
        return bool(self.sides)

    @property
    def available(self) -> bool:
        """Whether any variant can be bought now."""
        return any(variant.available for variant in self.variants)

    @cached_property
    def stages(self) -> tuple[PictureView, ...]:
        """The pictures that words are laid over, or that show a piece without words alone."""
        return tuple(picture for picture in self.pictures if picture.role == "stage")

    def picture(self, role: str, metal_slug: str | None = None) -> PictureView | None:
        """The first picture of this role in this metal; in any metal when none is named."""
        return next(
            (
                shown
                for shown in self.pictures
                if shown.role == role and metal_slug in {None, shown.metal_slug}
            ),
            None,
        )

    @property
    def from_pence(self) -> int:
        """The lowest price, in pence."""
        return min(variant.price_pence for variant in self.variants)

    @property
    def one_price(self) -> bool:
        """Whether every variant costs the same."""
        return len({variant.price_pence for variant in self.variants}) == 1

    def led_by(self, metal_slug: str) -> "PieceView":
        """The same with this metal before the others, in variants and pictures."""
        return replace(
            self,
            variants=tuple(sorted(self.variants, key=lambda variant: variant.metal_slug != metal_slug)),
            pictures=tuple(sorted(self.pictures, key=lambda picture: picture.metal_slug != metal_slug)),
        )

    @property
    def metals(self) -> tuple[tuple[VariantView, ...], ...]:
        """The variants, one group a metal."""
        groups: dict[str, list[VariantView]] = defaultdict(list)
        for variant in self.variants:
            groups[variant.metal_slug].append(variant)
        return tuple(tuple(group) for group in groups.values())


@frozen
class Catalogue:
    """Every published piece that has something to sell, in the owner's order."""

    pieces: tuple[PieceView, ...]

    @cached_property
    def by_slug(self) -> dict[str, PieceView]:
        """The pieces by their slug."""
        return {piece.slug: piece for piece in self.pieces}

    @cached_property
    def _by_variant(self) -> dict[int, tuple[PieceView, VariantView]]:
        return {variant.id: (piece, variant) for piece in self.pieces for variant in piece.variants}

    def by_sku(self, sku: str) -> tuple[PieceView, VariantView] | None:
        """The variant on sale with this stock-keeping code, and its piece; None when there is none."""
        return next((pair for pair in self._by_variant.values() if pair[1].sku == sku), None)

    def with_available(self, variant_ids: Container[int]) -> "Catalogue":
        """The same with these variants to be had, and no others."""
        pieces = (
            replace(piece, variants=tuple(replace(v, available=v.id in variant_ids) for v in piece.variants))
            for piece in self.pieces
        )
        return Catalogue(tuple(pieces))

    def find(self, variant_id: int) -> tuple[PieceView, VariantView] | None:
        """The variant on sale with this id, and its piece; None when there is none."""
        return self._by_variant.get(variant_id)
