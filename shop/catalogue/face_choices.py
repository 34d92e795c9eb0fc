"""The faces of a piece to choose from, each showing the buyer's own words, and what speaks against it."""

from collections.abc import Mapping
from contextlib import suppress
from typing import Final

from markupsafe import Markup

from shop.catalogue import face_samples
from shop.catalogue.views import PieceView
from shop.engraving import (
    BY_HAND,
    FACES,
    GENERAL,
    EngravingRefused,
    Face,
    Words,
    check,
    drawable,
    faces_in,
    offered,
    problems_of,
    words_in,
)
from shop.frozen import frozen

ORDINARY_NAME: Final = "Abigail"
"""Seven letters that reach up and down; a face too tall for it would refuse most of what people write."""

MOST_SHOWN: Final = 20
"""Letters of the first line, in whole words: a tile is no wider."""


@frozen
class Tile:
    """One choice among several: a metal's chain, or a face."""

    id: str
    value: str
    label: str | Markup
    note: str
    checked: bool
    disabled: bool = False
    costs: int | None = None
    """The number of its price; see choices.costs."""


def face_tiles(piece: PieceView, values: Mapping[str, str], *, by_hand: bool) -> list[Tile]:
    """A tile for each face there is for these words, and one for drawing them by hand where that is a way."""
    chosen = values.get("face") or first_face(piece)
    tiles = [
        Tile(
            id="face" if number == 0 else f"face-{face.slug}",
            value=face.slug,
            label=label,
            note=note,
            checked=chosen == face.slug,
        )
        for number, (face, (label, note)) in enumerate(_shown(piece, values).items())
    ]
    if by_hand:
        slug, name, description, _ = BY_HAND
        tiles.append(Tile("face-by-hand", slug, name, description, checked=values.get("face") == slug))
    return tiles


def in_each_face(piece: PieceView, values: Mapping[str, str]) -> dict[str, str]:
    """What stands in the tile of each face, as HTML, by the face's slug."""
    return {
        face.slug: Markup('{} <span class="tile-note">{}</span>').format(*said)
        for face, said in _shown(piece, values).items()
    }


def first_face(piece: PieceView) -> str:
    """The slug of the face that is chosen at first: the first that an ordinary name fits in on every side."""
    name = {(side.key, 1): ORDINARY_NAME for side in piece.sides}
    for face in GENERAL:
        with suppress(EngravingRefused):
            check(piece.sides, face.slug, name, piece.tool)
            return face.slug
    return next(iter(FACES))


def line_choices(piece: PieceView, values: Mapping[str, str]) -> list[tuple[str, str]]:
    """Slugs and names of the faces a single line may have: those for these words, and those chosen before."""
    words = [text for text in words_in(values, piece.sides).values() if text.strip()]
    found, chosen = offered(words), set(faces_in(values, piece.sides).values())
    return [(face.slug, face.name) for face in FACES.values() if face in found or face.slug in chosen]


def _shown(piece: PieceView, values: Mapping[str, str]) -> dict[Face, tuple[Markup, Markup]]:
    """Label and note of the faces for everyone, those these words ask for, and the one chosen before."""
    words = {place: text for place, text in words_in(values, piece.sides).items() if text.strip()}
    found = offered(words.values())
    faces = [face for face in FACES.values() if face in found or face.slug == values.get("face")]
    first = _excerpt(next(iter(words.values()), ""))
    others = faces_in(values, piece.sides)
    return {face: _said(face, drawable(face, first), _against(piece, face, words, others)) for face in faces}


def _said(face: Face, first: str, why: str) -> tuple[Markup, Markup]:
    named = f"{face.name}. " if first or face.only_for else ""
    note = Markup("{}{}").format(named, face.description)
    if why:
        note += Markup(' <span class="tile-why">{}</span>').format(why)
    if first:
        return face_samples.drawn(face, first), note
    name = Markup('<span class="visually-hidden">{}.</span>{}')
    return name.format(face.name, face_samples.sample(face)), note


def _against(piece: PieceView, face: Face, words: Words, others: Mapping[tuple[str, int], str]) -> str:
    """Why the face cannot cut these words, though another may; empty when it can.

    Lines with another face of their own say so themselves.
    """
    problems = problems_of(piece.sides, face.slug, words, piece.tool, others)
    return max(
        [problem.of_face for place, problem in problems.items() if place not in others], key=bool, default=""
    )


def _excerpt(line: str) -> str:
    """As many whole words of a line as a tile shows; of a longer word its beginning."""
    line = line.strip()
    if len(line) <= MOST_SHOWN:
        return line
    return line[: MOST_SHOWN + 1].rpartition(" ")[0].strip() or line[:MOST_SHOWN]
