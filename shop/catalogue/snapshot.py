"""The whole catalogue at one moment, as plain values that compare by what they say."""

import threading
from collections import defaultdict
from collections.abc import Iterable
from typing import Any, Final

from sqlalchemy import Row, select
from sqlalchemy.orm import Session

from shop import bench, stock
from shop.catalogue.models import CatalogueVersion, Metal, Picture, Piece, Side, Variant
from shop.catalogue.views import Catalogue, PictureView, PieceView, VariantView
from shop.engraving import Area, Placement
from shop.stock.counts import some_left
from shop.stock.models import StockLevel

_KEPT: Final = 8
"""Versions whose catalogue this process remembers: one, but for a moment when it changes."""


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


# The version and what can be had are of one moment: a price goes with the version it was read under.
_NOW = (
    select(CatalogueVersion.version, StockLevel.variant_id)
    .select_from(CatalogueVersion)
    .outerjoin(StockLevel, some_left())
)


def load(session: Session) -> Catalogue:
    """The catalogue as it is now: what is published, at its price, and whether it can be had.

    One statement while nothing but the stock has changed: see CatalogueVersion.
    """
    connection = session.connection()
    now = connection.execute(_NOW).all()
    version = now[0].version if now else None
    available = frozenset(row.variant_id for row in now)
    kept = _remembered.get(version, available)
    if kept is not None:
        return kept
    if version is None:
        counted = stock.levels(session).items()
        return _read(session).with_available({found for found, level in counted if level.available > 0})
    everything = _read(session)
    if connection.execute(_NOW).first().version != version:  # type: ignore[union-attr]
        return load(session)  # the owner changed something between two of our statements
    return _remembered.keep(version, everything, available)


class _Remembered:
    """The catalogue of each of the newest versions that this process has read, and what could be had then."""

    def __init__(self) -> None:
        self._known: dict[str, tuple[Catalogue, frozenset[int], Catalogue]] = {}
        self._lock = threading.Lock()

    def get(self, version: str | None, available: frozenset[int]) -> Catalogue | None:
        known = self._known.get(version) if version else None
        if known is None or version is None:
            return None
        everything, those, shown = known
        return shown if those == available else self.keep(version, everything, available)

    def keep(self, version: str, everything: Catalogue, available: frozenset[int]) -> Catalogue:
        shown = everything.with_available(available)
        with self._lock:
            self._known[version] = (everything, available, shown)
            if len(self._known) > _KEPT:
                del self._known[next(iter(self._known))]
        return shown


_remembered: Final = _Remembered()


def _read(session: Session) -> Catalogue:
    """All that is published, with nothing in stock."""
    tool = bench.current(session).tool
    variants: dict[int, list[VariantView]] = defaultdict(list)
    for piece_id, *facts in session.execute(_VARIANTS):
        known: list[Any] = [*facts, False]
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
