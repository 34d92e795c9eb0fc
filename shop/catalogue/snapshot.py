"""The whole catalogue at one moment, as plain values that compare by what they say."""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from sqlalchemy import Row, select
from sqlalchemy.orm import Session

from shop import bench, stock
from shop.catalogue.models import Metal, Picture, Piece, Side, Variant
from shop.engraving import ANY_TOOL, Area, Placement, Tool

Renditions = tuple[tuple[str, tuple[int, ...]], ...]
"""Kinds of file a picture comes as, the one to try first first, each with its widths in pixels."""


@dataclass(frozen=True)
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

    @property
    def name(self) -> str:
        """What its files are called, without folder, width and kind."""
        return self.file.rpartition("/")[2].removesuffix(f"-{self.width}.webp").partition(".")[0]

    def rendition(self, kind: str, width: int) -> str:
        """The file of this kind and width."""
        return f"{self.file.removesuffix(f'-{self.width}.webp')}-{width}.{kind}"


@dataclass(frozen=True)
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


@dataclass(frozen=True)
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

    @property
    def stages(self) -> tuple[PictureView, ...]:
        """The pictures that her words are laid over, or that show a piece without words alone."""
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

    @property
    def metals(self) -> tuple[tuple[VariantView, ...], ...]:
        """The variants, one group a metal."""
        groups: dict[str, list[VariantView]] = defaultdict(list)
        for variant in self.variants:
            groups[variant.metal_slug].append(variant)
        return tuple(tuple(group) for group in groups.values())


@dataclass(frozen=True)
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

    def find(self, variant_id: int) -> tuple[PieceView, VariantView] | None:
        """The variant on sale with this id, and its piece; None when there is none."""
        return self._by_variant.get(variant_id)


# Columns rather than objects, in the order of each view's fields: pages and baskets read this all day.
_VARIANTS = (
    select(
        Variant.piece_id, Variant.id, Variant.sku, Metal.slug, Metal.name, Metal.fineness,
        Variant.chain_inches, Variant.price_pence, Variant.weight_mg, Variant.hallmarked,
    )
    .join(Metal, Metal.id == Variant.metal_id)
    .where(Variant.active)
    .order_by(Metal.position, Variant.position, Variant.id)
)  # fmt: skip
_SIDES = select(
    Side.piece_id,
    Side.key,
    Side.label,
    Side.shape,
    Side.width_tenths,
    Side.height_tenths,
    Side.lines,
    Side.rim,
).order_by(Side.position)
_PICTURES = (
    select(
        Picture.piece_id,
        Picture.file,
        Picture.alt,
        Picture.width,
        Picture.height,
        Metal.slug,
        Picture.role,
        Picture.renditions,
        Picture.placements,
    )
    .outerjoin(Metal, Metal.id == Picture.metal_id)
    .order_by(Picture.position, Picture.id)
)
_PIECES = (
    select(Piece.id, Piece.slug, Piece.name, Piece.summary, Piece.description, Piece.measures, Piece.wearing)
    .where(Piece.published)
    .order_by(Piece.position, Piece.id)
)


def load(session: Session) -> Catalogue:
    """Read the catalogue as it is now: what is published, at its price, and whether it can be had."""
    levels, tool = stock.levels(session), bench.current(session).tool
    variants: dict[int, list[VariantView]] = defaultdict(list)
    for piece_id, variant_id, *facts in session.execute(_VARIANTS):
        level = levels.get(variant_id)
        known: list[Any] = [variant_id, *facts, level is not None and level.available > 0]
        variants[piece_id].append(VariantView(*known))
    sides = _by_piece(session.execute(_SIDES))
    pictures: dict[int, list[PictureView]] = defaultdict(list)
    for picture in session.execute(_PICTURES):
        pictures[picture.piece_id].append(_picture(picture))
    pieces = session.execute(_PIECES)
    return Catalogue(
        tuple(
            PieceView(
                slug=piece.slug,
                name=piece.name,
                summary=piece.summary,
                description=piece.description,
                measures=piece.measures,
                wearing=piece.wearing,
                sides=tuple(sides[piece.id]),
                variants=tuple(variants[piece.id]),
                pictures=tuple(pictures[piece.id]),
                tool=tool,
            )
            for piece in pieces
            if variants[piece.id]
        )
    )


def _picture(row: Row[Any]) -> PictureView:
    renditions = tuple((kind, tuple(widths)) for kind, widths in (row.renditions or {}).items())
    placements = tuple(Placement.of(side, table) for side, table in (row.placements or {}).items())
    facts: list[Any] = [*row[1:7], renditions, placements]
    return PictureView(*facts)


def _by_piece(sides: Iterable[Row[Any]]) -> dict[int, list[Area]]:
    found: dict[int, list[Area]] = defaultdict(list)
    for side in sides:
        area = Area(
            key=side.key,
            label=side.label,
            shape=side.shape,
            width_mm=side.width_tenths / 10,
            height_mm=side.height_tenths / 10,
            lines=side.lines,
            rim=side.rim,
        )
        found[side.piece_id].append(area)
    return found
