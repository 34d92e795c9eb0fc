"""The faces of one side: one for all of its lines, or another for some of them."""

from collections.abc import Iterable, Mapping
from operator import itemgetter

from shop.engraving.faces import FACES, Face, opened
from shop.engraving.tool import Tool, fitted
from shop.frozen import frozen


@frozen
class LineFaces:
    """The faces of a side whose lines are not all in one: `own` is that of every line not in `others`."""

    own: Face
    others: tuple[tuple[int, Face], ...]


AnyFace = Face | LineFaces
"""What a side is set in. Where all lines share a face it is that face itself."""


def faces_of(own: Face, others: Mapping[int, Face]) -> AnyFace:
    """A side set in its own face, but for these lines."""
    differing = tuple(
        sorted(((line, face) for line, face in others.items() if face != own), key=itemgetter(0))
    )
    return LineFaces(own, differing) if differing else own


def face_on(face: AnyFace, line: int) -> Face:
    """The face of one line."""
    if isinstance(face, Face):
        return face
    return dict(face.others).get(line, face.own)


def thickest_mm(face: AnyFace, lines: Iterable[int]) -> float:
    """How much strokes gain at most on any of these lines."""
    if isinstance(face, Face):
        return face.thicken_mm
    return max(face_on(face, line).thicken_mm for line in lines)


def side_faces(own: Face, slugs: Mapping[tuple[str, int], str], side: str, tool: Tool) -> AnyFace:
    """A side set in its own face, but for the lines that others were chosen for, as the tool cuts them."""
    chosen = {line: FACES[slug] for (key, line), slug in slugs.items() if key == side and slug in FACES}
    return faces_of(fitted(own, tool), {line: fitted(face, tool) for line, face in chosen.items()})


def small_letter(face: Face) -> float:
    """How high small letters stand, as the font says, in capitals' heights."""
    font = opened(face)
    return font.x_height / font.cap_height
