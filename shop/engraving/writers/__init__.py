"""An engraved side as a file for a machine, or as a picture. Files hold outlines and never a word.

A new format is one function and one line in FORMATS. Libraries are imported when a file is written.
"""

from collections.abc import Mapping
from typing import Final, Protocol

from shop.engraving.jig import AS_DRAWN, Jig
from shop.engraving.outlines import CutSide
from shop.engraving.writers import dxf, hpgl, lbrn2, pdf, png, svg
from shop.frozen import frozen


class Writer(Protocol):
    """What writes a file: equal sides in equal jigs give equal bytes."""

    def __call__(self, side: CutSide, jig: Jig = AS_DRAWN) -> bytes:
        """The side as a file."""
        ...


@frozen
class Format:
    """How a file of this sort is named and served, and what writes it."""

    suffix: str
    media_type: str
    label: str
    write: Writer


FORMATS: Final[Mapping[str, Format]] = {
    form.suffix: form
    for form in (
        Format("svg", "image/svg+xml", "SVG", svg.write),
        Format("dxf", "image/vnd.dxf", "DXF", dxf.write),
        Format("pdf", "application/pdf", "PDF", pdf.write),
        Format("lbrn2", "application/xml", "LightBurn", lbrn2.write),
        Format("plt", "application/vnd.hp-HPGL", "HPGL", hpgl.write),
        Format("png", "image/png", "Picture", png.write),
    )
}
"""By suffix. All but the picture are true to size and lie where the jig holds the piece."""
