"""Engravings drawn at true scale as SVG: outlines only, never text, so no word is in the markup.

Everything is in attributes (the content policy forbids styles), and the same input gives the same bytes.
"""

import math
from collections.abc import Iterable, Mapping, Sequence
from functools import lru_cache
from html import escape
from typing import Final

from shop.engraving.areas import Area, is_ring, outline
from shop.engraving.characters import drawable
from shop.engraving.chosen_face import HAND
from shop.engraving.engraving import EngravedLine, Engraving, faces_in, words_in
from shop.engraving.faces import FACES, Face
from shop.engraving.frames import Frame, frames_of
from shop.engraving.layout import lay_out
from shop.engraving.line_faces import AnyFace, face_on, side_faces
from shop.engraving.placement import PlacedLine, SideLayout
from shop.engraving.tool import ANY_TOOL, Tool
from shop.engraving.word_checks import problems_of

_EDGE_MM: Final = 0.1
_WHOLE: Final = 0.0004
"""What is no further from a whole number is written as that."""


def svg(area: Area, lines: Iterable[EngravedLine], face: Face, *, edge: bool = True) -> str:
    """One side with its lines, as large as life: a standalone SVG whose unit is the millimetre.

    Lines of other sides are passed over. Words too long for the metal are drawn at the least legible
    height, so that one sees where they end. `edge=False` leaves the outline of the metal out.
    """
    words = {line.line: line.text for line in lines if line.side == area.key}
    return _document(area, marks(area, words, face), edge=edge)


def proof(area: Area, engraving: Engraving | None) -> str:
    """One side of an engraving that was accepted; the bare metal when there is none."""
    if engraving is None or engraving.by_hand:
        return bare(area)
    return bare(area, side_marks(area, engraving))


def bare(area: Area, cut: str = "") -> str:
    """The metal, with what is cut into it."""
    return _document(area, cut, edge=True)


def side_marks(area: Area, engraving: Engraving) -> str:
    """What is cut into a side, words and artwork together, in mm about its middle, y downwards."""
    words, artwork = engraving.words_on(area.key), engraving.artwork_on(area.key)
    drawn = "".join(outline_marks(each.drawing) for each in artwork)
    if drawn and words:
        return f'<g class="words">{marks(area, words, engraving.faces_on(area.key))}{drawn}</g>'
    return drawn or marks(area, words, engraving.faces_on(area.key))


def outline_marks(drawing: str) -> str:
    """An outline that is no letter's: artwork, or what was drawn by hand."""
    return f'<path class="words" fill="currentColor" d="{drawing}"/>'


def preview(params: Mapping[str, str], areas: Sequence[Area], tool: Tool = ANY_TOOL) -> str:
    """The side named by `side` (else the first) with the words of `engraving-<side>-<line>` in `face`.

    A line may have a face of its own (`face-<side>-<line>`).

    Never refuses: an unknown face becomes the first, and a line with something that cannot be cut is left
    out whole; the description then says why.
    """
    area = next((area for area in areas if area.key == params.get("side")), areas[0])
    face = FACES.get(params.get("face", "")) or next(iter(FACES.values()))
    if params.get("face") == HAND:
        return bare(area)
    typed, chosen = words_in(params, [area]), faces_in(params, [area])
    faces = side_faces(face, chosen, area.key, tool)
    drawn = {line: drawable(face_on(faces, line), text) for (_, line), text in typed.items()}
    words = {line: text for line, text in drawn.items() if text}
    problems = problems_of([area], face.slug, typed, tool, chosen)
    note = " ".join(dict.fromkeys(problem.message for problem in problems.values()))
    return _document(area, marks(area, words, faces), edge=True, note=note)


def marks(area: Area, words: Mapping[int, str], face: AnyFace) -> str:
    """The cut strokes alone, as a `<g>` in mm about the middle of the area, y downwards."""
    return marks_laid(lay_out(area, face, words), face)


def marks_laid(side: SideLayout, face: AnyFace) -> str:
    """The same of words that are laid out; lines of several faces have a `<g>` each."""
    if isinstance(face, Face):
        return _inked(face, side.lines)
    return (
        f'<g class="words">{"".join(_inked(face_on(face, line.number), [line]) for line in side.lines)}</g>'
    )


def _inked(face: Face, lines: Iterable[PlacedLine]) -> str:
    drawn = "".join([_framed(frame, face.thicken_mm) for line in lines for frame in frames_of(face, line)])
    # Round joins: the ink then reaches just half the stroke beyond the letter, as the layout reckons.
    thick = ' stroke="currentColor" stroke-linejoin="round"' if face.thicken_mm else ""
    return f'<g class="words" fill="currentColor"{thick}>{drawn}</g>'


def _framed(frame: Frame, thicken_mm: float) -> str:
    turned, x_mm, y_mm, scale, outlines, _ = frame
    turn = f"rotate({number(math.degrees(turned))}) " if turned else ""
    drawn = [
        f'<path transform="translate({_units(x)} {_units(y)})" d="{path}"/>'
        for path, x, y in outlines
        if path
    ]
    return f'<g transform="{turn}{_place(x_mm, y_mm, scale, thicken_mm)}>{"".join(drawn)}</g>'


@lru_cache(maxsize=64)
def _place(x: float, y: float, scale: float, thicken_mm: float) -> str:
    """The same for all letters of a line but how they are turned."""
    thick = f' stroke-width="{number(thicken_mm / scale)}"' if thicken_mm else ""
    return f'translate({number(x)} {number(-y)}) {_scale(scale)}"{thick}'


def _document(area: Area, words: str, *, edge: bool, note: str = "") -> str:
    across = area.width_mm + 2 * _EDGE_MM
    down = (area.width_mm if is_ring(area) else area.height_mm) + 2 * _EDGE_MM
    wide, high = number(across), number(down)
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" role="img" width="{wide}mm" height="{high}mm" '
        f'viewBox="{number(-across / 2)} {number(-down / 2)} {wide} {high}">'
        f"<title>{escape(area.label)}</title>{_desc(note)}{edge_drawn(area) if edge else ''}{words}</svg>"
    )


def _desc(note: str) -> str:
    # XML has no way to write a control character, however it is escaped.
    shown = "".join(character for character in note if character.isprintable())
    return f"<desc>{escape(shown, quote=False)}</desc>" if shown else ""


@lru_cache(maxsize=256)
def edge_path(area: Area) -> str:
    """The outline of the metal as path data, in mm about the middle of the area, y downwards."""
    return "".join(
        "M" + "L".join(f"{number(x)} {number(-y)}" for x, y in polygon) + "Z" for polygon in outline(area)
    )


@lru_cache(maxsize=256)
def edge_drawn(area: Area) -> str:
    """The outline of the metal as a thin line, in mm about the middle of the area."""
    look = f'fill="none" stroke="currentColor" stroke-width="{_EDGE_MM}"'
    return f'<path class="edge" {look} d="{edge_path(area)}"/>'


def _scale(factor: float) -> str:
    # Millimetres per font unit are small: three decimals would move the last letter of a line.
    return f"scale({factor:.9f} {-factor:.9f})"


@lru_cache(maxsize=4096)
def _units(value: float) -> str:
    """The same as `number`, which most places of glyphs in a font's units are whole."""
    whole = round(value)
    return str(whole) if -_WHOLE < value - whole < _WHOLE else number(value)


def number(value: float, digits: int = 3) -> str:
    """The shortest way to write the value to so many decimal places."""
    if not value:
        return "0"
    text = f"{value:.3f}" if digits == 3 else f"{value:.{digits}f}"  # noqa: PLR2004 - twice as quick
    if digits:
        text = text.rstrip("0").rstrip(".")
    return "0" if text == "-0" else text
