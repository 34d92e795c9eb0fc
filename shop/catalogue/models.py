"""The tables of the catalogue: pieces, the sides words can be cut into, metals, variants and pictures."""

from typing import Any

from sqlalchemy import JSON, CheckConstraint, ForeignKey, String, Text, UniqueConstraint, false
from sqlalchemy.orm import Mapped, mapped_column

from shop.orm import Base, one_of


class Metal(Base):
    """A metal as the law lets it be described, and the weight above which a piece of it needs a hallmark."""

    __tablename__ = "metal"
    __table_args__ = (CheckConstraint("hallmark_from_mg > 0", name="hallmark_from_positive"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    slug: Mapped[str] = mapped_column(String(20), unique=True)
    name: Mapped[str] = mapped_column(String(100))
    fineness: Mapped[str] = mapped_column(String(200))
    hallmark_from_mg: Mapped[int]
    position: Mapped[int]


class Piece(Base):
    """A necklace design and everything said about it. Texts are plain; an empty line starts a paragraph."""

    __tablename__ = "piece"

    id: Mapped[int] = mapped_column(primary_key=True)
    slug: Mapped[str] = mapped_column(String(60), unique=True)
    name: Mapped[str] = mapped_column(String(100))
    summary: Mapped[str] = mapped_column(String(200))
    description: Mapped[str] = mapped_column(Text)
    measures: Mapped[str] = mapped_column(Text)
    wearing: Mapped[str] = mapped_column(Text)
    position: Mapped[int]
    published: Mapped[bool]


class Side(Base):
    """A side of a piece that words can be cut into. Sizes are tenths of a millimetre.

    `rim`: the last line runs along the lower edge of a disc instead of across it.
    """

    __tablename__ = "side"
    __table_args__ = (
        UniqueConstraint("piece_id", "key"),
        one_of("shape", ("disc", "heart", "bar", "ring")),
        CheckConstraint("lines > 0 AND width_tenths > 0 AND height_tenths > 0", name="has_room"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    piece_id: Mapped[int] = mapped_column(ForeignKey("piece.id"))
    key: Mapped[str] = mapped_column(String(20))
    label: Mapped[str] = mapped_column(String(60))
    position: Mapped[int]
    shape: Mapped[str] = mapped_column(String(10))
    width_tenths: Mapped[int]
    height_tenths: Mapped[int]
    lines: Mapped[int]
    rim: Mapped[bool] = mapped_column(server_default=false())


class Variant(Base):
    """A piece in one metal and chain length: what is priced, counted and sold."""

    __tablename__ = "variant"
    __table_args__ = (
        UniqueConstraint("piece_id", "metal_id", "chain_inches"),
        CheckConstraint("price_pence > 0", name="price_positive"),
        CheckConstraint("weight_mg > 0", name="weight_positive"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    piece_id: Mapped[int] = mapped_column(ForeignKey("piece.id"))
    metal_id: Mapped[int] = mapped_column(ForeignKey("metal.id"))
    sku: Mapped[str] = mapped_column(String(40), unique=True)
    chain_inches: Mapped[int]
    price_pence: Mapped[int]
    weight_mg: Mapped[int]
    hallmarked: Mapped[bool]
    position: Mapped[int]
    active: Mapped[bool]


class CatalogueVersion(Base):
    """Which catalogue this is: one row, moved by the database with every write to what one is read from.

    A version is random, never counted up: one that was rolled back, or undone by restoring a backup, never
    comes again with other prices. Triggers on the tables above and on bench_profile move it, whoever writes.
    """

    __tablename__ = "catalogue_version"
    __table_args__ = (CheckConstraint("id = 1", name="one_row"),)

    id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    version: Mapped[str]


class Picture(Base):
    """A picture of a piece: in one metal, or of every one (metal is null). `file` lies under static/.

    `role` is 'stage' (the piece alone from the front, without words: they are laid over it), 'photo' or
    'scale' (drawn, with measures). `renditions` names the widths in pixels there are of each kind of file,
    as {"webp": [400, 1000]}; null when there is only `file`. `placements` says where sides lie on the
    picture, as {"front": {"matrix": [a, b, c, d, e, f], "clip": "M..."}}: see shop.engraving.Placement.
    """

    __tablename__ = "picture"
    __table_args__ = (
        UniqueConstraint("piece_id", "file"),
        one_of("role", ("stage", "photo", "scale")),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    piece_id: Mapped[int] = mapped_column(ForeignKey("piece.id"))
    metal_id: Mapped[int | None] = mapped_column(ForeignKey("metal.id"))
    role: Mapped[str] = mapped_column(String(10))
    file: Mapped[str] = mapped_column(String(200))
    alt: Mapped[str] = mapped_column(String(300))
    width: Mapped[int]
    height: Mapped[int]
    renditions: Mapped[dict[str, list[int]] | None] = mapped_column(JSON(none_as_null=True))
    placements: Mapped[dict[str, Any] | None] = mapped_column(JSON(none_as_null=True))
    position: Mapped[int]
