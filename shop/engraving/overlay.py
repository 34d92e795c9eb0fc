"""What is laid over a picture while somebody types: the words, and what there is to say of them."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Final, NamedTuple

from shop.engraving import words_on_metal
from shop.engraving.areas import Area
from shop.engraving.calibration import Placement
from shop.engraving.characters import drawable, offered
from shop.engraving.chosen_face import HAND
from shop.engraving.engraving import Words, faces_in, field_name, words_in
from shop.engraving.faces import FACES, GENERAL
from shop.engraving.line_faces import AnyFace, face_on, side_faces
from shop.engraving.remarks import BY_HAND, Remark, asks_for_hand, remarks_by_hand, remarks_on
from shop.engraving.tool import ANY_TOOL, Tool
from shop.engraving.words_on_metal import LaidSide, laid_side


class ArtworkMarks(NamedTuple):
    """Artwork of a side, in mm about its middle: what is cut, and what of it the tool would lose."""

    cut: str
    lost: str = ""


NO_MARKS: Final = ArtworkMarks("")
_JSON: Final = json.JSONEncoder(ensure_ascii=False)


def over_picture(
    params: Mapping[str, str],
    areas: Sequence[Area],
    placements: Sequence[Placement],
    *,
    size: tuple[int, int],
    metal: str,
    name: str,
    tool: Tool = ANY_TOOL,
    artwork: Mapping[str, ArtworkMarks] | None = None,
) -> str:
    """An SVG of the size of the picture (`size`, px), with the words of a form's fields cut into the metal.

    Never refuses: a line with something that cannot be cut is left out whole, and words that are too long are
    laid over the piece in full, pale and flat, for they are no engraving. Its metadata is JSON: `lines` has,
    by field name, what there is to say of each (a Remark), `faces` those that these words ask for beside the
    general ones: [slug, name, description, sample].
    `name` sets its inner names apart from those of other drawings on a page. `artwork` has the marks of a
    side's artwork, by the side; who draws those alone asks for an empty place by the field `artwork-<side>`.
    """
    face = FACES.get(params.get("face", "")) or next(iter(FACES.values()))
    hand, words, chosen = params.get("face") == HAND, words_in(params, areas), faces_in(params, areas)
    said = remarks_by_hand(areas, params) if hand else remarks_on(words, areas, face, tool, chosen)
    faces = {area.key: side_faces(face, chosen, area.key, tool) for area in areas}
    cut, pale = ([], []) if hand else _laid(words, areas, placements, faces, said)
    lost = ""
    asked = {area.key: NO_MARKS for area in areas if params.get(f"artwork-{area.key}")}
    if placed := {**asked, **(artwork or {})}:
        cut = _with_artwork(cut, placed, areas, placements)
        lost = "".join(_lost(side, placed) for side in cut)
    offers = offered(words.values())
    beside = [face for face in offers if face.only_for] if offers is not GENERAL else []
    listed = [(face.slug, face.name, face.description, face.sample) for face in beside]
    if hand or asks_for_hand(said):
        listed.append(BY_HAND)
    drawn = (
        words_on_metal.cut(cut, metal=metal, name=name) + words_on_metal.too_long(pale, metal=metal) + lost
    )
    return words_on_metal.over_picture(size, drawn, _JSON.encode({"lines": said, "faces": listed}))


def _laid(
    typed: Words,
    areas: Sequence[Area],
    placements: Sequence[Placement],
    faces: Mapping[str, AnyFace],
    said: Mapping[str, Remark],
) -> tuple[list[LaidSide], list[LaidSide]]:
    """The words of every side in the picture: those that fit, and those that are too long."""
    sides = {area.key: area for area in areas}
    fit: list[LaidSide] = []
    wrong: list[LaidSide] = []
    for place in placements:
        if (area := sides.get(place.side)) is None:
            continue
        words = {
            line: drawn
            for (side, line), text in typed.items()
            if side == area.key and (drawn := drawable(face_on(faces[side], line), text)).strip()
        }
        if words:
            is_wrong = any(said[field_name(area.key, line)].wrong for line in words)
            (wrong if is_wrong else fit).append(laid_side(area, place, words, faces[area.key]))
    return fit, wrong


def _with_artwork(
    cut: Sequence[LaidSide],
    artwork: Mapping[str, ArtworkMarks],
    areas: Sequence[Area],
    placements: Sequence[Placement],
) -> list[LaidSide]:
    """The sides with their artwork beside the words, in a group that is found by its side."""
    worded, sides = {side.area.key: side for side in cut}, {area.key: area for area in areas}
    laid = []
    for place in placements:
        side = worded.get(place.side) or LaidSide(sides[place.side], place, "")
        if place.side in artwork:
            group = f'<g class="artwork" data-side="{place.side}">{artwork[place.side].cut}</g>'
            side = replace(side, marks=side.marks + group)
        if side.marks:
            laid.append(side)
    return laid


def _lost(side: LaidSide, artwork: Mapping[str, ArtworkMarks]) -> str:
    """What of a side's artwork the tool would lose, above the metal and in no light of its."""
    key = side.area.key
    if key not in artwork:
        return ""
    return replace(side, marks=f'<g class="artwork-lost" data-side="{key}">{artwork[key].lost}</g>').placed
