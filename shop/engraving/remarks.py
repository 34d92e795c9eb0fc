"""What there is to say of each line while somebody writes: what is wrong with it, or the room left."""

from collections.abc import Mapping, Sequence
from typing import Final, NamedTuple

from shop.engraving.areas import Area
from shop.engraving.chosen_face import DRAWN_BY_HAND, HAND
from shop.engraving.engraving import Words, faces_in, field_name, words_in
from shop.engraving.faces import Face
from shop.engraving.line_faces import side_faces
from shop.engraving.room import Room, rooms
from shop.engraving.suggestions import Suggestion, suggestions
from shop.engraving.tool import ANY_TOOL, Tool
from shop.engraving.word_checks import NO_OTHERS, LineSlugs, problems_of

BY_HAND: Final = (
    HAND,
    DRAWN_BY_HAND,
    "We draw your words, and cut nothing before you have approved the drawing.",
    "by hand",
)
"""How drawing by hand is offered among the faces: slug, name, description, sample."""

DRAWN_LATER: Final = "We draw this for you, and send you the drawing before anything is cut."


class Remark(NamedTuple):
    """What to say of a line: a sentence, whether it is a problem, and the ways out of it."""

    sentence: str
    wrong: bool = False
    ways: tuple[Suggestion, ...] = ()


def remarks(
    areas: Sequence[Area], face: Face, params: Mapping[str, str], tool: Tool = ANY_TOOL
) -> dict[str, Remark]:
    """By field name, what to say of each line that has words: the problem, or how much room is left."""
    return remarks_on(words_in(params, areas), areas, face, tool, faces_in(params, areas))


def remarks_on(
    words: Words, areas: Sequence[Area], face: Face, tool: Tool, line_faces: LineSlugs = NO_OTHERS
) -> dict[str, Remark]:
    """The same of words, and faces of single lines, that were taken from the form."""
    problems = problems_of(areas, face.slug, words, tool, line_faces)
    said = {}
    for area in areas:
        typed = {line: text for (key, line), text in words.items() if key == area.key and text.strip()}
        fine = [line for line in typed if (area.key, line) not in problems]
        found = rooms(area, side_faces(face, line_faces, area.key, tool), typed, fine)
        for line in typed:
            name = field_name(area.key, line)
            if problem := problems.get((area.key, line)):
                ways = suggestions(name, problem, alone=(area.key, line) in line_faces)
                said[name] = Remark(problem.message, wrong=True, ways=ways)
            else:
                said[name] = Remark(_said(found[line]))
    return said


def _said(room: Room | None) -> str:
    if room is None:
        return ""
    tall = f"Your letters will be up to {room.tall_mm:.1f} mm tall."
    if room.left_mm:
        smaller = ", in smaller letters" if room.shrinks else ""
        return f"{tall} Room for {room.left_mm} mm more{smaller}."
    return f"{tall} {'Room for a narrow letter at most' if room.narrow else 'This line is full'}."


def remarks_by_hand(areas: Sequence[Area], params: Mapping[str, str]) -> dict[str, Remark]:
    """The same for words that are to be drawn by hand: nothing of them is measured yet."""
    words = words_in(params, areas)
    problems = problems_of(areas, HAND, words)
    return {
        field_name(*place): Remark(problems[place].message, wrong=True)
        if place in problems
        else Remark(DRAWN_LATER)
        for place, text in words.items()
        if text.strip()
    }


def asks_for_hand(said: Mapping[str, Remark]) -> bool:
    """Whether one of the lines can only be drawn by hand."""
    return any(way.value == f"face {HAND}" for remark in said.values() for way in remark.ways)
