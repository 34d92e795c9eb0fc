"""How a face looks: its own name set in it, as outlines, so that choosing a face downloads no font."""

import re
from functools import lru_cache
from typing import Final

from markupsafe import Markup

from shop.engraving.faces import Face, opened
from shop.engraving.shaping import shape

CAPITAL_PX: Final = 16
"""Height of a capital on the page."""

CAPITAL: Final = 110
"""Height of a capital in the drawing: whole numbers of this size are short and fine enough."""

_NUMBER: Final = re.compile(r"-?\d+(?:\.\d+)?")


@lru_cache(maxsize=64)
def sample(face: Face) -> Markup:
    """An SVG of the face's name in the face. It is for the eye: the name must also stand beside it as text."""
    font, line = opened(face), shape(face, face.name)
    paths = Markup("").join(
        Markup('<path transform="translate({} {})" d="{}"/>').format(
            round(glyph.x * CAPITAL),
            round(glyph.y * CAPITAL),
            _scaled(path, CAPITAL / font.cap_height),
        )
        for cluster in line.clusters
        for glyph in cluster.glyphs
        if (path := font.outline(glyph.number).path)
    )
    left, top = round(line.left * CAPITAL), round(line.top * CAPITAL)
    wide, high = round(line.right * CAPITAL) - left, top - round(line.bottom * CAPITAL)
    scale = CAPITAL_PX / CAPITAL
    return Markup(
        '<svg class="lettering" aria-hidden="true" focusable="false" width="{}" height="{}" viewBox="{} {} {} {}">'
        '<g transform="scale(1 -1)" fill="currentColor">{}</g></svg>'
    ).format(round(wide * scale), round(high * scale), left, -top, wide, high, paths)


def _scaled(path: str, factor: float) -> str:
    """Path data with every coordinate (all are absolute) multiplied and rounded."""
    return _NUMBER.sub(lambda found: str(round(float(found[0]) * factor)), path)
