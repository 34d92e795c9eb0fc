"""From a bare photograph to what became of each letter, in the process that reads pictures."""

from typing import Any, Final

import numpy as np
import shapely
from PIL import Image
from shapely.geometry.base import BaseGeometry

from shop.artwork.refusals import NotTraced
from shop.inspection.edge_fit import Laid, lay_edge
from shop.inspection.letter_differences import compared
from shop.inspection.rectified import Grid, darkness, flat
from shop.inspection.sampling import Plane, Points, planes_of, through
from shop.inspection.silhouettes import silhouettes
from shop.inspection.word_fit import drawn_together, way_up

_FINEST_PX_MM: Final = 60
"""A photograph that is finer is made smaller: nothing that is cut needs more."""
_LEAST_PX_MM: Final = 16
_LEAST_SHARE: Final = {"bar": 0.8, "disc": 0.6, "heart": 0.6}
"""Of the edge that must be seen where it was laid; a straight one is met by many another line."""
_LEAST_OF_QUARTER: Final = 0.4
"""And of each quarter of it, such as an end of a bar: else it may be longer or shorter than it was laid."""
_SURE_SHARE: Final = 0.88
"""With so much of it seen, no other outline is tried."""
_BLURRED_MM: Final = 0.35
_COARSE, _MIDDLE, _FINE = 7, 20, 36
_EDGE_MM, _SPARE_MM, _ROUND_WORDS_MM = 0.08, 0.4, 0.2
_WHOLLY: Final = 0.95
_DARKEST: Final = 0.985
_FAINT: Final = 0.06
"""What is no darker than this share of the metal is not known from its grain."""
_SAME_WORDS, _MORE_LIKE = 0.85, 0.08
"""So alike words are not mirrored; and so much more alike mirrored ones are."""

NO_EDGE: Final = (
    "The edge of the piece was not found. Please lay it on plain paper or cloth, much lighter or darker "
    "than the metal, all of it in the picture, with nothing across its face."
)
TOO_FAR: Final = "The piece is too small in the photograph. Please come nearer, until it fills half of it."
BLURRED: Final = (
    "The photograph is blurred. Please rest the telephone on something and wait until it is sharp."
)


def inspected(photograph: Image.Image, approved: dict[str, Any]) -> dict[str, Any]:
    """What `inspection.said_of` reads. Raises NotTraced where the photograph cannot be judged."""
    letters = [[_region(part) for part in letter["parts"]] for letter in approved["letters"]]
    side = _Side(photograph, np.array(approved["edge"]), approved["shape"])
    regions = [part for parts in letters for part in parts]
    coarse, middle, fine = (side.grid(px_mm) for px_mm in (_COARSE, _MIDDLE, _FINE))
    rough = side.cut(coarse)
    turned = way_up(rough, coarse, regions, approved["shape"])
    at = drawn_together(side.cut(middle), middle, regions, turned.at)
    found, spread = compared(*side.looked_at(fine, at, regions), fine, letters)
    mirrored = False
    if turned.alike < _SAME_WORDS and any(each.differs for each in found):
        back = way_up(rough[:, ::-1], coarse, regions, approved["shape"])
        mirrored = back.alike > turned.alike + _MORE_LIKE
    return {
        "letters": [each.written() for each in found[: len(letters)]],
        "beside": [each.written() for each in found[len(letters) :]],
        "mirrored": mirrored,
        "spread": round(spread, 4),
        "to_photograph": side.shares_at(at),
        "size": round(float(np.sqrt(abs(np.linalg.det(at[:2, :2])))), 4),
    }


def _laid(photograph: Image.Image, edge: Points, shape: str) -> tuple[Image.Image, Laid]:
    """The photograph, no finer than need be, and its edge. Raises NotTraced."""
    outlines = silhouettes(photograph)
    if not outlines:
        raise NotTraced(NO_EDGE)
    size = float(np.median([np.ptp(outline, axis=0).max() for outline in outlines]))
    step = int(size / (np.ptp(edge, axis=0).max() * _FINEST_PX_MM))
    if step > 1:
        photograph = photograph.reduce(step)
        outlines = [outline / step for outline in outlines]
    planes = planes_of(photograph)
    best: Laid | None = None
    for outline in outlines:
        laid = lay_edge(planes, outline, edge, shape)
        if laid is not None and (best is None or laid.sure > best.sure):
            best = laid
        if best is not None and best.share > _SURE_SHARE and best.least > _LEAST_OF_QUARTER:
            break
    if best is None or best.share < _LEAST_SHARE[shape] or best.least < _LEAST_OF_QUARTER:
        raise NotTraced(NO_EDGE)
    if best.px_per_mm < _LEAST_PX_MM:
        raise NotTraced(TOO_FAR)
    if best.width_mm > _BLURRED_MM:
        raise NotTraced(BLURRED)
    return photograph, best


class _Side:
    """The side as the photograph shows it, at any scale. Raises NotTraced where its edge is not seen."""

    def __init__(self, photograph: Image.Image, edge: Points, shape: str) -> None:
        self.photograph, self.laid = _laid(photograph, edge, shape)
        self.whole = shapely.Polygon(edge).buffer(-_EDGE_MM)
        self.metal = shapely.Polygon(edge).buffer(-_SPARE_MM)
        reach = np.abs(edge).max(axis=0) + 0.2
        self.box = (-float(reach[0]), -float(reach[1]), float(reach[0]), float(reach[1]))

    def grid(self, px_mm: float) -> Grid:
        return Grid(self.box, px_mm)

    def cut(self, grid: Grid) -> Plane:
        """How dark it is cut, as shares of the darkest of it, before it is known where its words lie."""
        seen = flat(self.photograph, self.laid.at, grid)
        dark = darkness(seen, grid, grid.filled([self.metal]))
        return dark / np.float32(max(_FAINT, float(np.quantile(dark, _DARKEST))))

    def looked_at(self, grid: Grid, at: Points, regions: list[BaseGeometry]) -> tuple[Plane, Plane]:
        """How dark it is cut, as shares of how dark its words are, and how bright it is."""
        known = grid.filled(regions)
        seen = flat(self.photograph, self.laid.at @ at, grid)
        dark = darkness(seen, grid, grid.filled([self._face(at, regions)]), known)
        inked = dark[known > _WHOLLY]
        strong = inked[inked > 0.5 * np.quantile(inked, 0.8)] if inked.size else inked
        strength = max(_FAINT, float(np.median(strong))) if strong.size else _FAINT
        return dark / np.float32(strength), seen

    def shares_at(self, at: Points) -> list[list[float]]:
        """From mm on the side to shares of the photograph's width and height."""
        wide, high = self.photograph.size
        found = np.diag([1 / wide, 1 / high, 1.0]) @ self.laid.at @ at
        shares: list[list[float]] = (found / found[2, 2]).tolist()
        return shares

    def _face(self, at: Points, regions: list[BaseGeometry]) -> BaseGeometry:
        """Where something may be cut: the face without its bevel, and round the words up to its edge."""
        near = shapely.buffer(shapely.union_all(regions), _ROUND_WORDS_MM)
        return self._metal(at, self.metal).union(self._metal(at, self.whole).intersection(near))

    def _metal(self, at: Points, metal: BaseGeometry) -> BaseGeometry:
        """Some of the face, as the words lie on it."""
        back = np.linalg.inv(at).astype(np.float64)
        return shapely.transform(metal, lambda points: through(back, points))


def _region(rings: list[list[list[float]]]) -> BaseGeometry:
    return shapely.Polygon(rings[0], rings[1:])
