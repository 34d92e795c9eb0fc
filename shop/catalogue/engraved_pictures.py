"""A unit as it will be: the piece's own pictures with its words cut into the metal, and the plain proof."""

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import field, replace
from typing import Final

from markupsafe import Markup

from shop.catalogue.views import PictureView, PieceView
from shop.engraving import Area, Engraving, Placement
from shop.engraving.drawing import outline_marks, side_marks
from shop.engraving.layout import lay_out
from shop.engraving.proof_sheet import ProofSide, proof_sheet
from shop.engraving.ring_turn import turn_of
from shop.engraving.words_on_metal import LaidSide, cut, over_picture
from shop.frozen import frozen

EXACTLY: Final = "Exactly what is cut."
"""What the plain proof is to whoever does not see it."""


@frozen
class EngravedPicture:
    """A picture of the piece, what is laid over it, and what it shows, in words that quote the engraving."""

    picture: PictureView
    words: Markup = field(repr=False)
    alt: str = field(repr=False)


@frozen
class EngravedUnit:
    """What is shown of one unit; without words there is nothing. The words are drawn once, in the proof."""

    pictures: Sequence[EngravedPicture] = ()
    proof: Markup = field(default=Markup(), repr=False)
    lettering: str = ""
    """The name of the face, also where nothing is drawn yet."""
    lettered: Sequence[tuple[str, str]] = field(default=(), repr=False)
    """(words of a line, its face), where lines differ."""
    artwork: Sequence[tuple[str, str]] = ()
    """(side, what artwork is on it and how large)."""


@frozen
class _Side:
    area: Area
    marks: str

    def drawn_at(self, id_: str) -> "_Side":
        """The same words, drawn elsewhere on the page under this id."""
        return replace(self, marks=f'<use href="#{id_}"/>')


def engraved_unit(
    piece: PieceView | None,
    metal: str,
    sides: Sequence[Area],
    engraving: Engraving | None,
    *,
    id_: str,
    by_hand: Mapping[str, str] | None = None,
    apart: bool = False,
) -> EngravedUnit:
    """A unit of a piece in the metal of that slug; `id_` sets its drawings apart from others on the page.

    `by_hand` has, by side, the path of words that are drawn by hand. Of a piece that is no longer shown, or
    has no such picture, there is the proof alone. `apart`: the pictures stand on a page without this proof.
    """
    drawn = list(_drawn(sides, engraving, by_hand or {}))
    if not drawn or engraving is None:
        named = (engraving.lettering, engraving.lettered) if engraving else ("", ())
        return EngravedUnit((), Markup(), *named)
    areas = [side.area for side in drawn]
    stages = list(stages_of(piece, metal, {side.area.key for side in drawn}))
    places = {place.side: place for stage in stages for place in stage.placements}
    turns = {area.key: turn_on(area, places[area.key], engraving) for area in areas if area.key in places}
    proof = [ProofSide(side.area, side.marks, turns.get(side.area.key, 0)) for side in drawn]
    once = drawn if apart else [side.drawn_at(f"{id_}-{side.area.key}") for side in drawn]
    # Both made by our own writers from outlines and numbers; what is said of the proof they escape.
    pictures = [
        EngravedPicture(stage, Markup(_over(stage, once, turns, metal, id_)), alt(stage, areas, engraving))  # noqa: S704
        for stage in stages
    ]
    told = Markup(proof_sheet(proof, id_=id_, said=f"{EXACTLY} {quoted(areas, engraving)}"))  # noqa: S704
    labels = {area.key: area.label for area in areas}
    artwork = [(labels[one.side], one.said) for one in engraving.artwork]
    return EngravedUnit(pictures, told, engraving.lettering, engraving.lettered, artwork)


def _drawn(sides: Sequence[Area], engraving: Engraving | None, by_hand: Mapping[str, str]) -> Iterator[_Side]:
    """The engraved sides, in the piece's order."""
    if engraving is None or not (engraving.by_hand or engraving.faces_are_known):
        return
    for area in sides:
        if area.key in by_hand:
            yield _Side(area, outline_marks(by_hand[area.key]))
        elif area.key in engraving.engraved and not engraving.by_hand:
            yield _Side(area, side_marks(area, engraving))


def stages_of(piece: PieceView | None, metal: str, keys: Collection[str]) -> Iterator[PictureView]:
    """The pictures of the piece in its metal on which one of these sides lies, each side once."""
    missing = set(keys)
    for stage in piece.stages if piece else ():
        on_it = {place.side for place in stage.placements}
        if stage.metal_slug == metal and on_it & missing:
            missing -= on_it
            yield stage


def _over(stage: PictureView, drawn: Sequence[_Side], turns: Mapping[str, int], metal: str, id_: str) -> str:
    places = {place.side: place for place in stage.placements}
    laid = [
        LaidSide(side.area, places[side.area.key], side.marks, turns[side.area.key])
        for side in drawn
        if side.area.key in places
    ]
    return over_picture((stage.width, stage.height), cut(laid, metal=metal, name=f"{id_}-{stage.name}"))


def turn_on(area: Area, place: Placement, engraving: Engraving) -> int:
    """By how many degrees a side is turned on a picture, so that its words are seen; see turn_of."""
    words = engraving.words_on(area.key)
    if engraving.by_hand or not words:
        return 0
    return turn_of(area, place, lay_out(area, engraving.faces_on(area.key), words))


def alt(stage: PictureView, areas: Sequence[Area], engraving: Engraving) -> str:
    """What a picture with words shows, for who does not see it: the words of each side, quoted."""
    on_it = {place.side for place in stage.placements}
    how = "drawn by hand" if engraving.by_hand else f"in {engraving.lettering}"
    said = quoted([area for area in areas if area.key in on_it], engraving)
    return f"The piece as it will be{f', {how}' if engraving.lines else ''}. {said}"


def quoted(areas: Sequence[Area], engraving: Engraving) -> str:
    """The words of each side, quoted, and what else is on it."""
    return "; ".join(f"{area.label}: {', '.join(_quoted(area, engraving))}" for area in areas)


def _quoted(area: Area, engraving: Engraving) -> Iterator[str]:
    yield from (f"“{text}”" for text in engraving.words_on(area.key).values())
    yield from (artwork.said for artwork in engraving.artwork_on(area.key))
