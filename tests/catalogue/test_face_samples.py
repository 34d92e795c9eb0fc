"""The faces from which a buyer chooses: each drawn in its own outlines, small enough for every page."""

import re

import pytest
from fontTools.pens.areaPen import AreaPen
from fontTools.pens.boundsPen import BoundsPen
from fontTools.svgLib.path import parse_path

from shop.catalogue import face_samples
from shop.engraving.faces import GENERAL, opened
from shop.engraving.shaping import shape


def measured(path: str) -> tuple[tuple[float, float, float, float], float]:
    """Bounds and area of path data, as another reader of it understands them."""
    bounds, area = BoundsPen(None), AreaPen()
    parse_path(path, bounds)
    parse_path(path, area)
    return bounds.bounds, area.value


@pytest.mark.parametrize("face", GENERAL, ids=lambda face: face.slug)
def test_its_own_name_is_drawn_as_the_face_draws_it(face):
    font, line = opened(face), shape(face, face.name)
    scale = face_samples.CAPITAL / font.cap_height
    full = [
        font.outline(glyph.number).path
        for cluster in line.clusters
        for glyph in cluster.glyphs
        if font.outline(glyph.number).path
    ]
    drawn = re.findall(r' d="([^"]+)"', face_samples.sample(face))
    assert len(drawn) == len(full) > 3
    for small, large in zip(drawn, full, strict=True):
        (here, area), (there, full_area) = measured(small), measured(large)
        assert here == pytest.approx([edge * scale for edge in there], abs=1.1)
        assert area == pytest.approx(full_area * scale**2, rel=0.12)


def test_the_samples_are_a_light_part_of_the_page():
    assert sum(len(face_samples.sample(face)) for face in GENERAL) < 20_000
