"""The sample collection: six pieces in a file anyone can read and change (pieces.toml)."""

import tomllib
from pathlib import Path
from typing import Any, Final

from sqlalchemy import select
from sqlalchemy.orm import Session

from shop import stock
from shop.catalogue.hallmarking import check_metal_name, check_weight
from shop.catalogue.models import Metal, Picture, Piece, Side, Variant
from shop.catalogue.renderings import rendering, renderings

FILE: Final = Path(__file__).parent / "pieces.toml"
ACTOR: Final = "sample collection"
WORN_BEFORE: Final = "catalogue/worn-1200.webp"
"""A file that is no longer there: shops that were filled before still name it."""


def read() -> dict[str, Any]:
    """The sample file as tables. Raises tomllib.TOMLDecodeError when it is not TOML."""
    return tomllib.loads(FILE.read_text(encoding="utf-8"))


def load_sample(session: Session) -> int:
    """Add what the database lacks of the sample collection; how many pieces that were.

    A piece that is there already stays as its owner left it; of its renderings, where words lie in them is
    what the files in hand say. Raises MisleadingMetal or NeedsHallmark when
    the file describes something that may not be offered.
    """
    tables = read()
    metals = {slug: _metal(session, slug, table) for slug, table in tables["metal"].items()}
    known = set(session.scalars(select(Piece.slug)))
    new = [table for table in tables["piece"] if table["slug"] not in known]
    for table in new:
        _add_piece(session, table, metals, tables["chain"])
    _show(session, tables, metals)
    _wear(session, tables, metals)
    _retake(session)
    return len(new)


def _show(session: Session, tables: dict[str, Any], metals: dict[str, Metal]) -> None:
    """Give the pieces that have no pictures theirs."""
    without = select(Piece).where(~select(Picture.id).where(Picture.piece_id == Piece.id).exists())
    unseen = {piece.slug: piece.id for piece in session.scalars(without)}
    for table in tables["piece"]:
        if table["slug"] in unseen:
            _add_pictures(session, unseen[table["slug"]], [*table["picture"], *tables["picture"]], metals)


def _wear(session: Session, tables: dict[str, Any], metals: dict[str, Metal]) -> None:
    """Where the Disc was shown as it is worn, on every piece's page, put what is the piece's own."""
    own = {
        table["slug"]: [shown for shown in table["picture"] if shown.get("render", "").endswith("-worn")]
        for table in tables["piece"]
    }
    rows = select(Picture, Piece.slug).join(Piece, Piece.id == Picture.piece_id)
    for picture, slug in session.execute(rows.where(Picture.file == WORN_BEFORE)).all():
        _add_pictures(session, picture.piece_id, own.get(slug, []), metals, first=picture.position)
        session.delete(picture)


def _retake(session: Session) -> None:
    """A rendering made anew has its metal elsewhere: tell its pictures, or words would lie beside it."""
    taken = {facts["file"]: facts for facts in map(rendering, renderings())}
    for picture in session.scalars(select(Picture).where(Picture.file.in_(taken))):
        for column, value in taken[picture.file].items():
            setattr(picture, column, value)


def _metal(session: Session, slug: str, table: dict[str, Any]) -> Metal:
    check_metal_name(table["name"])
    metal = session.scalar(select(Metal).where(Metal.slug == slug))
    if metal is None:
        metal = Metal(slug=slug, **table)
        session.add(metal)
        session.flush()
    return metal


def _add_piece(
    session: Session, table: dict[str, Any], metals: dict[str, Metal], chains: list[dict[str, int]]
) -> None:
    words = {
        key: table[key].strip() for key in ("slug", "name", "summary", "description", "measures", "wearing")
    }
    piece = Piece(**words, position=table["position"], published=True)
    session.add(piece)
    session.flush()
    for position, side in enumerate(table.get("side", []), start=1):
        session.add(Side(piece_id=piece.id, position=position, **_in_tenths(side)))
    for slug, offer in table["variant"].items():
        for position, chain in enumerate(chains, start=1):
            variant = _variant(piece, metals[slug], offer, chain)
            variant.position = position
            session.add(variant)
            session.flush()
            stock.adjust(
                session, variant.id, offer["opening"], reason="opening", note="Sample collection", actor=ACTOR
            )


def _add_pictures(
    session: Session, piece_id: int, pictures: list[dict[str, Any]], metals: dict[str, Metal], first: int = 1
) -> None:
    """The piece's own pictures, then those that go with every piece; `first` is the place of the first."""
    for position, table in enumerate(pictures, start=first):
        facts = dict(table)
        metal = metals.get(facts.pop("metal", ""))
        if "render" in facts:
            facts |= rendering(facts.pop("render"))
        session.add(
            Picture(piece_id=piece_id, metal_id=metal.id if metal else None, position=position, **facts)
        )


def _in_tenths(side: dict[str, Any]) -> dict[str, Any]:
    sizes = {f"{name}_tenths": round(side[f"{name}_mm"] * 10) for name in ("width", "height")}
    return {key: value for key, value in side.items() if not key.endswith("_mm")} | sizes


def _variant(piece: Piece, metal: Metal, offer: dict[str, int], chain: dict[str, int]) -> Variant:
    sku = f"{piece.slug}-{metal.slug}-{chain['inches']}".upper()
    weight = offer["pendant_mg"] + chain["weight_mg"]
    check_weight(sku, weight, from_mg=metal.hallmark_from_mg, hallmarked=False)
    return Variant(
        piece_id=piece.id,
        metal_id=metal.id,
        sku=sku,
        chain_inches=chain["inches"],
        price_pence=offer["price_pence"],
        weight_mg=weight,
        hallmarked=False,
        active=True,
    )
