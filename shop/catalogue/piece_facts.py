"""What a piece's page tells of it beside the form: its pictures, measures and metals."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import field
from typing import Final, Literal

from markupsafe import Markup

from shop.catalogue.piece_form import CENTIMETRES
from shop.catalogue.views import PictureView, PieceView, VariantView
from shop.engraving import words_in
from shop.frozen import frozen

PLACES: Final = {
    14: "close round the neck",
    16: "at the base of the neck",
    18: "on the collarbone",
    20: "just below the collarbone",
    22: "above the bust",
    24: "on the bust",
}


@frozen
class Stage:
    """A picture that words are laid over; `first`: of the metal that is shown when none is chosen."""

    picture: PictureView
    sides: str
    """The keys of the sides on it, with spaces between."""
    name: str
    """What its side is called."""
    mm_wide: float
    """How wide the picture is; 0 where that is not known."""
    first: bool
    hidden: bool
    words: Markup = field(repr=False)
    """Those that are laid over it."""
    said: str = field(default="", repr=False)
    """What it shows, with the words that are on it; empty without any. static/stage.js says the same."""


def stage_said(
    piece: PieceView, stage: PictureView, values: Mapping[str, str], artwork: Collection[str]
) -> str:
    """What a stage shows once there are words on it, or artwork on one of these sides; empty without any."""
    on_it = {place.side for place in stage.placements}
    sides = [side for side in piece.sides if side.key in on_it]
    said = [f"“{text.strip()}”" for text in words_in(values, sides).values() if text.strip()]
    said += ["your artwork"] * any(side in on_it for side in artwork)
    what = f"The {sides[0].label.lower()}" if len(sides) == 1 else "Your piece"
    return f"{what}, with {', '.join(said)} on it." if said else ""


@frozen
class Photo:
    """Another picture; `metal` is the slug of the one it shows, empty where it shows any."""

    picture: PictureView
    metal: str
    first: bool
    widest: str
    """How wide it is on a phone."""


@frozen
class MetalFacts:
    """A metal: what it is, what pieces of it weigh, and which of them are hallmarked."""

    name: str
    said: str
    hallmarked: Literal["all", "some", "none"]


def photos(piece: PieceView) -> list[Photo]:
    """The pictures of it as it lies, and in its box."""
    return _photos(piece, "photo")


def diagrams(piece: PieceView) -> list[Photo]:
    """The pictures that show its size, also as it is worn."""
    return _photos(piece, "scale")


def _photos(piece: PieceView, role: str) -> list[Photo]:
    first = piece.stages[0].metal_slug if piece.stages else None
    return [
        Photo(
            picture,
            picture.metal_slug or "",
            first=picture.metal_slug == first,
            widest="93vw" if picture.metal_slug else "45vw",
        )
        for picture in piece.pictures
        if picture.role == role
    ]


def shown_elsewhere(piece: PieceView) -> list[tuple[str, str]]:
    """(slug, name): each metal that some pictures do not show, and the one that they show instead."""
    if not any(picture.role == "photo" and picture.metal_slug is None for picture in piece.pictures):
        return []
    return [(group[0].metal_slug, piece.metals[0][0].metal_name) for group in piece.metals[1:]]


def measures(piece: PieceView) -> list[tuple[str, str]]:
    """(what, how much): its own measures, a line of text each, and where each chain lies."""
    own = [(what, amount) for what, _, amount in (row.partition(": ") for row in piece.measures.splitlines())]
    lengths = sorted({variant.chain_inches for variant in piece.variants})
    return own + [(f"{inches} inch chain", _lies(inches)) for inches in lengths]


def metals(piece: PieceView) -> list[MetalFacts]:
    """Each metal it comes in."""
    return [_metal(group) for group in piece.metals]


def _lies(inches: int) -> str:
    return f"{CENTIMETRES[inches]} cm, {PLACES[inches]}" if inches in CENTIMETRES else ""


def _metal(group: Sequence[VariantView]) -> MetalFacts:
    grams = [variant.weight_mg / 1000 for variant in group]
    marked = [variant.hallmarked for variant in group]
    return MetalFacts(
        group[0].metal_name,
        f"{group[0].fineness}. {min(grams):.1f} to {max(grams):.1f} g with its chain",
        "all" if all(marked) else "some" if any(marked) else "none",
    )
