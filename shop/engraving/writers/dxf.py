"""DXF for AutoCAD 2010 and later: closed polylines in mm, whatever is curved flattened to TOLERANCE_MM."""

import io
from collections.abc import Iterable
from typing import Any, Final

from shop.engraving.contours import Contour
from shop.engraving.jig import AS_DRAWN, Jig
from shop.engraving.outlines import CutSide
from shop.engraving.writers.placed import ENGRAVE, GUIDE, TOOL_LAYER, placed

_WHITE: Final = 7
"""A colour of the AutoCAD index: black on a white screen."""


def write(side: CutSide, jig: Jig = AS_DRAWN) -> bytes:
    """The side as ASCII DXF."""
    import ezdxf  # noqa: PLC0415 - takes half a second
    from ezdxf import units  # noqa: PLC0415

    # Without dates and random numbers: the same side gives the same file.
    ezdxf.options.write_fixed_meta_data_for_testing = True
    drawing, found = ezdxf.new("R2010", units=units.MM), placed(side, jig)
    if found.guide:
        guide = drawing.layers.add(GUIDE, plot=False)
        guide.rgb = TOOL_LAYER
        _add(drawing, GUIDE, found.guide)
    drawing.layers.add(ENGRAVE, color=_WHITE)
    _add(drawing, ENGRAVE, (*found.filled, *found.strokes))
    for kind in sorted(drawing.entitydb.dxf_types_in_use()):
        drawing.classes.add_class(kind)  # left to itself, ezdxf takes them in the order of a set
    file = io.StringIO()
    drawing.write(file)
    return drawing.encode(file.getvalue())


def _add(drawing: Any, layer: str, contours: Iterable[Contour]) -> None:
    space = drawing.modelspace()
    for contour in contours:
        space.add_lwpolyline(contour.corners(), close=contour.closed, dxfattribs={"layer": layer})
