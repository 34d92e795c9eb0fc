"""The owner's look at a unit's artwork before it is cut: how it stands, and its photograph."""

from collections.abc import Collection, Sequence
from typing import Final

from shop.frozen import frozen
from shop.orders.hand_drawings import Step
from shop.orders.view import LineView

WAITS_FOR_YOU: Final = "Please hold the outline against the photograph. There is no file to cut from before."
TOGETHER: Final = (
    "The buyer knows that some of it is too fine for the machine, and asks to look at it together."
)
WITHOUT_IT: Final = (
    "The photograph was erased, so please look at the outline alone. There is no file to cut from before."
)
LOOKED_AT: Final = "You have looked at it."


@frozen
class Photograph:
    """The photograph that artwork is from."""

    href: str
    """Empty once it was erased."""
    label: str


@frozen
class ArtworkLook:
    """Artwork that the owner looks at before it is cut: how that stands, and where it is accepted."""

    said: str
    rows: Sequence[tuple[str, str]]
    photographs: Sequence[Photograph]
    accept: str
    """Where it is said that it is cut as it was bought; empty once nothing waits."""


def artwork_look(line: LineView, reference: str, kept: Collection[tuple[int, str]]) -> ArtworkLook:
    """Of a line with artwork; `kept` are the order's photographs (ids_of)."""
    folder = f"/owner/orders/{reference}/lines/{line.row.number}"
    waits = line.hand.step in {None, Step.CHANGE_ASKED, Step.WORDS_CHANGED}
    together = line.engraving is not None and any(one.together for one in line.engraving.artwork)
    photographs = [
        Photograph(
            f"{folder}/photographs/{one.upload}.jpg" if (line.row.number, one.upload) in kept else "",
            one.kind,
        )
        for one in (line.engraving.artwork if line.engraving else ())
    ]
    to_see = WAITS_FOR_YOU if any(one.href for one in photographs) else WITHOUT_IT
    said = to_see if waits else LOOKED_AT
    return ArtworkLook(
        f"{said} {TOGETHER}" if together and waits else said,
        line.artwork,
        photographs,
        f"{folder}/artwork" if waits and line.hand.step is not Step.CHANGE_ASKED else "",
    )
