"""The form of one piece, ready to show: metals and chains, lines with what is said of each, signs, faces."""

from collections.abc import Mapping, Sequence
from dataclasses import field
from typing import Final

from shop.catalogue.choices import price_numbers
from shop.catalogue.face_choices import Tile, face_tiles, first_face, line_choices
from shop.catalogue.views import PieceView, VariantView
from shop.catalogue.word_ideas import IDEAS, places
from shop.engraving import (
    ALIKE,
    FACES,
    HAND,
    SIGN_NAMES,
    Area,
    Remark,
    asks_for_hand,
    field_name,
    line_face_field,
    remarks,
    remarks_by_hand,
    symbol_id,
)
from shop.frozen import frozen
from shop.money import pounds

CENTIMETRES: Final = {14: 36, 16: 41, 18: 46, 20: 51, 22: 56, 24: 61}
"""Chain lengths in inches as UK sellers round them."""

SOLD_OUT: Final = "Sold out for now"
ALONG_THE_EDGE: Final = "along the lower edge"
SIGN_LINE: Final = "sign-line"
"""The field that says to the end of which line a sign goes."""


@frozen
class MetalTiles:
    """A metal with its chains; `price` is empty where they differ in price, and stands on each."""

    slug: str
    name: str
    price: str
    tiles: Sequence[Tile]


@frozen
class Button:
    """A way out of what is wrong with a line, or a sign to be added; `symbol` is its drawing, or empty."""

    value: str
    label: str
    symbol: str


@frozen
class LineLettering:
    """Which face a line has, where it is not that of the others."""

    name: str
    chosen: str


@frozen
class LineField:
    """The field of one line: what is typed, what is wrong with it, the room left, the ways out."""

    name: str
    label: str
    value: str = field(repr=False)
    error: str | None
    room: str
    ways: Sequence[Button]
    lettering: LineLettering | None = None
    """Of sides with several lines."""


@frozen
class SideFields:
    """The fields of one side; `legend` is empty where its one line carries its name."""

    legend: str
    lines: Sequence[LineField]


@frozen
class SignPlace:
    """A line that a sign can be put at the end of."""

    name: str
    label: str
    selected: bool


@frozen
class IdeaStart:
    """A button that puts words, with | between lines, into the fields of one of `places`, the best first."""

    label: str
    lines: str
    places: str


@frozen
class IdeaButtons:
    """A situation, at its place on the page of ideas, with the ways to begin that this piece has room for."""

    key: str
    title: str
    starts: Sequence[IdeaStart]


@frozen
class PieceForm:
    """Everything there is to choose and to write."""

    metals: Sequence[MetalTiles]
    sold_out: bool
    """Whether any of them is."""
    sides: Sequence[SideFields]
    ideas: Sequence[IdeaButtons]
    sign_places: Sequence[SignPlace]
    signs: Sequence[Button]
    faces: Sequence[Tile]
    line_faces: Sequence[tuple[str, str]]
    """Slug and name of those for a single line."""
    strays: Sequence[LineField]
    """Lines that were written and that this piece does not have."""


def piece_form(piece: PieceView, values: Mapping[str, str], errors: Mapping[str, str]) -> PieceForm:
    """The form filled with `values` and marked with `errors`, by field name."""
    said = _remarks(piece, values)
    lines = {field_name(side.key, line) for side in piece.sides for line in side.line_numbers}
    numbers = price_numbers(piece)
    return PieceForm(
        metals=[
            _metal(group, values, numbers, first=number == 0) for number, group in enumerate(piece.metals)
        ],
        sold_out=not all(variant.available for variant in piece.variants),
        sides=[_side(side, values, errors, said) for side in piece.sides],
        ideas=_ideas(piece),
        sign_places=[
            SignPlace(name, _place(side, line), selected=values.get(SIGN_LINE) == name)
            for side in piece.sides
            for line in side.line_numbers
            for name in (field_name(side.key, line),)
        ],
        signs=[
            Button(f"add {sign}", name, symbol_id(sign)) for sign, name in SIGN_NAMES.items() if sign != ALIKE
        ],
        line_faces=line_choices(piece, values),
        faces=face_tiles(piece, values, by_hand=values.get("face") == HAND or asks_for_hand(said)),
        strays=[
            LineField(name, "A line this piece does not have", values.get(name, ""), problem, "", ())
            for name, problem in errors.items()
            if name.startswith("engraving-") and name not in lines
        ],
    )


def _ideas(piece: PieceView) -> list[IdeaButtons]:
    sides, face = tuple(piece.sides), first_face(piece)
    return [
        IdeaButtons(
            idea.key,
            idea.title,
            [
                IdeaStart(start.label, "|".join(start.lines), " ".join("+".join(names) for names in found))
                for start in idea.starts
                if (found := places(start, sides, face, piece.tool))
            ],
        )
        for idea in IDEAS
    ]


def _metal(
    group: Sequence[VariantView], values: Mapping[str, str], numbers: Mapping[int, int], *, first: bool
) -> MetalTiles:
    metal, same = group[0], len({variant.price_pence for variant in group}) == 1
    return MetalTiles(
        metal.metal_slug,
        metal.metal_name,
        pounds(metal.price_pence) if same else "",
        [
            Tile(
                id="variant" if first and number == 0 else f"variant-{variant.id}",
                value=str(variant.id),
                label=f"{variant.chain_inches} in",
                note=_chain_note(variant, same_price=same),
                checked=variant.available and values.get("variant") == str(variant.id),
                disabled=not variant.available,
                costs=numbers.get(variant.price_pence),
            )
            for number, variant in enumerate(group)
        ],
    )


def _chain_note(variant: VariantView, *, same_price: bool) -> str:
    if not variant.available:
        return SOLD_OUT
    inches = variant.chain_inches
    long = f"{CENTIMETRES[inches]} cm" if inches in CENTIMETRES else ""
    return long if same_price else f"{long}, {pounds(variant.price_pence)}"


def _side(
    side: Area, values: Mapping[str, str], errors: Mapping[str, str], said: Mapping[str, Remark]
) -> SideFields:
    lines = []
    for number in side.line_numbers:
        name = field_name(side.key, number)
        remark, error = said[name], errors.get(name)
        label = side.label if side.lines == 1 else _line(side, number).capitalize()
        ways = [Button(way.value, way.label, symbol_id(way.sign) if way.sign else "") for way in remark.ways]
        room = "" if error else remark.sentence
        chosen = line_face_field(side.key, number)
        lettering = LineLettering(chosen, values.get(chosen, "")) if side.lines > 1 else None
        lines.append(LineField(name, label, values.get(name, ""), error, room, ways, lettering))
    return SideFields("" if side.lines == 1 else side.label, lines)


def _line(side: Area, number: int) -> str:
    return ALONG_THE_EDGE if side.rim and number == side.lines else f"line {number}"


def _place(side: Area, number: int) -> str:
    return f"{side.label}, {_line(side, number)}" if side.lines > 1 else side.label


def _remarks(piece: PieceView, values: Mapping[str, str]) -> dict[str, Remark]:
    """By field name, how much room each line has left, or the ways out of what is wrong with it."""
    nothing = {field_name(side.key, line): Remark("") for side in piece.sides for line in side.line_numbers}
    if values.get("face") == HAND:
        return nothing | remarks_by_hand(piece.sides, values)
    face = FACES.get(values.get("face", ""))
    return nothing | (remarks(piece.sides, face, values, piece.tool) if face else {})
