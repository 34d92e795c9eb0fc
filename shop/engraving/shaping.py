"""From words to the glyphs of a face, letter by letter."""

import re
from functools import lru_cache
from typing import Final

from shop.engraving.directions import runs
from shop.engraving.faces import Face, opened
from shop.engraving.harfbuzz import set_glyphs
from shop.engraving.scripts import woven_runs
from shop.engraving.shaped import Cluster, Glyph, Shaped, round_all
from shop.engraving.signs import SELECTORS, SIGNS

_KEPT: Final = 256
"""Lines whose shape is remembered in this process."""

APART_SINCE: Final = 2
"""The setting (see Face) from which on some characters stand further apart."""

_SIGN: Final = re.compile(f"([{SIGNS}])[{SELECTORS}]?")


@lru_cache(maxsize=_KEPT)
def shape(face: Face, text: str) -> Shaped:
    """Set the text in the face. Every character must be one that the face has."""
    clusters: list[Cluster] = []
    if text.isascii():
        _add_letters(clusters, face, text, 0.0, leftwards=False)
    else:
        _add_parts(clusters, face, text)
    inked = tuple([cluster for cluster in clusters if cluster.inked])
    return Shaped(tuple(clusters), inked, round_all([cluster.box for cluster in inked]), face.joined)


def _add_parts(clusters: list[Cluster], face: Face, text: str) -> None:
    """Add what is set apart from the rest: parts of one direction, signs of ours, runs of a woven script."""
    font, x = opened(face), 0.0
    for part, leftwards in runs(text):
        pieces = _SIGN.split(part)
        for piece in reversed(pieces) if leftwards else pieces:
            if piece in font.signs:
                number, advance = font.signs[piece]
                clusters.append(Cluster.of(font, (Glyph(number, x / font.cap_height, 0.0),)))
                x += advance
            elif piece:
                for run, _ in woven_runs(piece)[:: -1 if leftwards else 1]:
                    x = _add_letters(clusters, face, run, x, leftwards=leftwards)


def _add_letters(clusters: list[Cluster], face: Face, text: str, x: float, *, leftwards: bool) -> float:
    """Add what HarfBuzz makes of the text from x onwards; where it ends, both in font units."""
    font = opened(face)
    unit = font.cap_height
    glyphs: list[Glyph] = []
    further = _further(face, text)
    last = None
    for info, position in set_glyphs(face, text, leftwards=leftwards):
        if glyphs and info.cluster != last:
            clusters.append(Cluster.of(font, tuple(glyphs)))
            glyphs = []
        if info.cluster != last:
            x += further.pop(info.cluster, 0.0) * unit
        last = info.cluster
        glyphs.append(Glyph(info.codepoint, (x + position.x_offset) / unit, position.y_offset / unit))
        x += position.x_advance
    if glyphs:
        clusters.append(Cluster.of(font, tuple(glyphs)))
    return x


def _further(face: Face, text: str) -> dict[int, float]:
    """How much further than the font says a character stands from the one before it, in capitals' heights."""
    found: dict[int, float] = {}
    if not face.apart or face.setting < APART_SINCE:
        return found
    for place, character in enumerate(text):
        if widths := face.apart.get(character):
            for neighbour, second in ((place - 1, place), (place + 1, place + 1)):
                if 0 <= neighbour < len(text):
                    width = widths[not text[neighbour].isspace()]
                    found[second] = max(width, found.get(second, 0.0))
    return found
