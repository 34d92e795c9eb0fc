"""The gate: no outline leaves whose ink is not that of the approved drawing.

Both are sampled at PX_PER_MM points to the mm, the drawing by a road of its own (shapes.py). They are the
same when their areas differ by no more than AREA_MM2, and when each, grown by REACH_PX points, holds the
other. What is finer than the points are close, such as the tip of a serif, may be hit in the one and missed
in the other: a few points left over are measured instead. So no point of ink lies further than REACH_PX from
ink of the other.
"""

import hashlib
import json
import threading
from collections.abc import Mapping, Sequence
from itertools import chain
from typing import Any, Final

from shop.engraving.areas import Area
from shop.engraving.contours import Contour
from shop.engraving.engraving import Engraving
from shop.engraving.outlines import CannotUnite, CutSide, cut_sides
from shop.engraving.proofs import proof_digest, proof_of
from shop.engraving.raster import around, away, sampled
from shop.engraving.shapes import PX_PER_MM, Box, Shape, UnknownMarkup, shapes_cut, shapes_drawn
from shop.frozen import frozen

AREA_MM2: Final = 0.02
REACH_PX: Final = 2

_KEPT: Final = 4096
"""Drawings that this process remembers to have passed, as digests alone."""
_FEW: Final = 200
"""Points that are measured one by one; where more are left over, ink is missing."""
_PER_MM: Final = 10_000
"""Digests go by tenths of a micrometre, as the files do."""


@frozen
class Difference:
    """How far a cut is from its drawing. `pixels` is at most one more than was asked for."""

    area_mm2: float
    pixels: int

    @property
    def too_much(self) -> bool:
        """Whether it would be seen on the metal."""
        return abs(self.area_mm2) > AREA_MM2 or self.pixels > REACH_PX

    def __str__(self) -> str:
        reach = f"{self.pixels} hundredths" if self.pixels <= REACH_PX else f"more than {REACH_PX} hundredths"
        return f"{self.area_mm2:+.2f} mm² of ink, edges apart by {reach} of a mm"


class NotCuttable(Exception):
    """A side would not be cut as it is drawn. Its text quotes no word."""

    def __init__(self, side: str, why: str) -> None:
        super().__init__(f"{side}: {why}")
        self.side = side


@frozen
class Checked:
    """The outlines of each engraved side by its key, held against the drawing, and their digest."""

    sides: Mapping[str, CutSide]
    digest: str
    """See cut_digest."""


class _Passed:
    """Which drawings passed, and the digest of the outlines they passed with; the oldest are forgotten."""

    def __init__(self) -> None:
        self._known: dict[str, str] = {}
        self._lock = threading.Lock()

    def get(self, drawing: str) -> str | None:
        return self._known.get(drawing)

    def keep(self, drawing: str, outlines: str) -> None:
        with self._lock:
            self._known[drawing] = outlines
            if len(self._known) > _KEPT:
                del self._known[next(iter(self._known))]


passed: Final = _Passed()


def checked_cut(areas: Sequence[Area], engraving: Engraving) -> Checked:
    """Cut every side that has words and hold it against its drawing. Raises NotCuttable."""
    drawn = proof_of(areas, engraving)
    try:
        sides = cut_sides(areas, engraving)
    except CannotUnite as gave_up:
        raise NotCuttable(drawn.areas[0].key, str(gave_up)) from None
    digest = cut_digest(sides)
    approved = drawn.digest()
    if passed.get(approved) != digest:
        for area in drawn.areas:
            refuse_difference(area.key, drawn.drawings[area.key], sides[area.key])
        passed.keep(approved, digest)
    return Checked(sides, digest)


def checked_digest(areas: Sequence[Area], engraving: Engraving, proof: str | None = None) -> str:
    """The digest of the outlines, without cutting them again if they passed before. Raises NotCuttable.

    `proof` is that of their drawing, if it is at hand.
    """
    return passed.get(proof or proof_digest(areas, engraving)) or checked_cut(areas, engraving).digest


def difference(drawing: str, side: CutSide, *, most: int = REACH_PX) -> Difference:
    """How far the cut is from the drawing; pixels are counted up to one more than `most`.

    Raises UnknownMarkup.
    """
    drawn, cut = shapes_drawn(drawing), shapes_cut(side)
    box = around([*drawn, *cut])
    # Where contours wind twice, or the wrong way, one machine has ink and another has none: so none counts.
    one, other = sampled(drawn, box), sampled(cut, box, once=True)
    pixels = _apart(_Sampled(one, drawn, box), _Sampled(other, cut, box), most)
    return Difference((int(other.sum()) - int(one.sum())) / PX_PER_MM**2, pixels)


def cut_digest(sides: Mapping[str, CutSide]) -> str:
    """SHA-256 in hex of every corner of every side, in tenths of a micrometre.

    A short name could be guessed from one, so it is kept with a salt and erased with the words.
    """
    content = [
        f"[{json.dumps(key)},{json.dumps(side.stroke_mm)},[{','.join(map(_corners, side.contours))}]]"
        for key, side in sides.items()
    ]
    return hashlib.sha256(f"[{','.join(content)}]".encode()).hexdigest()


def _corners(contour: Contour) -> str:
    """As JSON without spaces, written at once: thousands of pairs, one by one, took three times as long."""
    import numpy as np  # noqa: PLC0415

    points = [contour.start, *chain.from_iterable(contour.steps)]
    degrees = "" if contour.closed else "".join(str(len(step)) for step in contour.steps)
    along = np.fromiter(chain.from_iterable(points), float, 2 * len(points))
    corners = ",".join(["[%d,%d]"] * len(points)) % tuple(np.rint(along * _PER_MM).astype(int).tolist())
    return f'["{degrees}",[{corners}]]'


def refuse_difference(key: str, drawing: str, side: CutSide) -> None:
    """Raise NotCuttable when the cut of the side with this key is too far from its drawing."""
    try:
        found = difference(drawing, side)
    except UnknownMarkup:
        raise NotCuttable(key, "The drawing could not be read.") from None
    if found.too_much:
        raise NotCuttable(key, f"{found}.")


@frozen
class _Sampled:
    ink: Any
    shapes: Sequence[Shape]
    box: Box

    def holds(self, other: "_Sampled", grown: Any, pixels: int) -> bool:
        """Whether the other's ink lies within so many pixels of this; `grown` is this, grown by as many."""
        import numpy as np  # noqa: PLC0415

        rows, columns = np.nonzero(other.ink & ~grown)
        if not len(rows):
            return True
        if not pixels or len(rows) > _FEW:
            return False
        points = np.column_stack([columns + self.box[0] + 0.5, rows + self.box[1] + 0.5])
        return bool((away(points, self.shapes) <= pixels).all())


def _apart(one: _Sampled, other: _Sampled, most: int) -> int:
    """The least number of pixels within which each holds the other. Growing adds four neighbours."""
    grown_one, grown_other = one.ink, other.ink
    for pixels in range(most + 1):
        if one.holds(other, grown_one, pixels) and other.holds(one, grown_other, pixels):
            return pixels
        grown_one, grown_other = _grown(grown_one), _grown(grown_other)
    return most + 1


def _grown(raster: Any) -> Any:
    grown = raster.copy()
    grown[1:] |= raster[:-1]
    grown[:-1] |= raster[1:]
    grown[:, 1:] |= raster[:, :-1]
    grown[:, :-1] |= raster[:, 1:]
    return grown
