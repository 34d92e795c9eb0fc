"""The fields of placed artwork on the page of a piece: how large, where, and what is said of it there."""

from collections.abc import Mapping, Sequence
from dataclasses import field

from shop.artwork.form_fields import TICKED, TOGETHER, ArtworkRead, field_of, values_of
from shop.artwork.positioning import MOST_THICKER_MM, Remark, upright
from shop.catalogue.views import PieceView
from shop.engraving import Area, PlacedArtwork
from shop.frozen import frozen


@frozen
class NumberField:
    """One number of a place: in mm, or degrees clockwise."""

    name: str
    label: str
    value: str
    least: float
    most: float
    step: float


@frozen
class ArtworkFields:
    """The artwork of one side.

    `outline` is its own, unturned about its middle and `width_mm` wide; it and the numbers are empty where it
    could not be placed.
    """

    side: str
    name: str
    legend: str
    upload: str
    numbers: Sequence[NumberField]
    width_mm: float
    outline: str = field(repr=False)
    fine: str = field(repr=False)
    """What of it is too fine for the tool, as it lies on the side."""
    said: str
    error: str | None
    together: str
    """The field's name where the buyer may have us look at it together; else empty."""
    is_together: bool


def artwork_form(piece: PieceView, values: Mapping[str, str], read: ArtworkRead) -> list[ArtworkFields]:
    """The fields of each side that has artwork."""
    placed = {artwork.side: artwork for artwork in read.placed}
    return [
        _fields(
            area,
            values,
            placed.get(area.key),
            read.remarks.get(area.key),
            read.errors.get(field_of(area.key)),
        )
        for area in piece.sides
        if values.get(field_of(area.key)) or area.key in placed
    ]


def _fields(
    area: Area,
    values: Mapping[str, str],
    artwork: PlacedArtwork | None,
    remark: Remark | None,
    error: str | None,
) -> ArtworkFields:
    what = artwork.kind if artwork else "your artwork"
    name, fine = field_of(area.key), remark.fine if remark else ""
    return ArtworkFields(
        side=area.key,
        name=name,
        legend=f"{area.label}: {what}",
        upload=artwork.upload if artwork else values.get(name, ""),
        numbers=_numbers(area, artwork) if artwork else (),
        width_mm=artwork.place.width_mm if artwork else 0.0,
        outline=upright(artwork) if artwork else "",
        fine=fine,
        said=remark.sentence if remark and not error else "",
        error=error,
        together=field_of(area.key, TOGETHER) if fine else "",
        is_together=values.get(field_of(area.key, TOGETHER)) == TICKED,
    )


def _numbers(area: Area, artwork: PlacedArtwork) -> list[NumberField]:
    values, reach, name = values_of(artwork), area.width_mm / 2, area.key
    rows = (
        ("width", "Width in mm", 2.0, area.width_mm, 0.1),
        ("turn", "Turned, in degrees", -180.0, 180.0, 1.0),
        ("across", "To the right, in mm", -reach, reach, 0.1),
        ("down", "Down, in mm", -area.height_mm / 2, area.height_mm / 2, 0.1),
        ("thicker", "Lines thicker, in mm", 0.0, MOST_THICKER_MM, 0.01),
    )
    return [
        NumberField(field_of(name, what), label, values[field_of(name, what)], least, most, step)
        for what, label, least, most, step in rows
    ]
