"""DXF for AutoCAD 2010 and later: closed polylines in mm, curves flattened to TOLERANCE_MM."""

import io
from collections.abc import Iterable

from shop.engraving.contours import Contour
from shop.engraving.outlines import CutSide
from shop.engraving.writers.layers import ENGRAVE, GUIDE

_WHITE, _BLUE = 7, 5
"""Colours of the AutoCAD index; the first is black on a white screen."""


def write(side: CutSide) -> bytes:
    """The side as ASCII DXF."""
    import ezdxf  # noqa: PLC0415 - takes half a second
    from ezdxf import units  # noqa: PLC0415

    # Without dates and random numbers: the same side gives the same file.
    ezdxf.options.write_fixed_meta_data_for_testing = True
    drawing = ezdxf.new("R2010", units=units.MM)
    space = drawing.modelspace()
    layers: tuple[tuple[str, int, Iterable[Contour]], ...] = (
        (GUIDE, _BLUE, side.guide),
        (ENGRAVE, _WHITE, side.contours),
    )
    for name, colour, contours in layers:
        drawing.layers.add(name, color=colour)
        for contour in contours:
            space.add_lwpolyline(contour.corners(), close=contour.closed, dxfattribs={"layer": name})
    for kind in sorted(drawing.entitydb.dxf_types_in_use()):
        drawing.classes.add_class(kind)  # left to itself, ezdxf takes them in the order of a set
    file = io.StringIO()
    drawing.write(file)
    return drawing.encode(file.getvalue())
