"""Corners that a thumb set are drawn to the paper's edge, and what was meant is left as it was set."""

import numpy as np
import pytest
from PIL import Image, ImageDraw

from shop.artwork.flattening import flattening, homography, paper_like, proportions, through
from shop.artwork.paper_edges import fitted
from shop.artwork.request import WHOLE, Corner, Request

SIZE = (1200, 900)
PAPER = ((112.0, 78.0), (1085.0, 96.0), (1098.0, 815.0), (101.0, 830.0))
"""Where a sheet's corners are seen, in pixels: a little turned and tilted."""
WOOD, WHITE = (110, 85, 62), (228, 226, 220)
FINER = 4
TRUE_PX = 0.8
"""Under a thousandth of the sheet: a thumb is ten times as far off."""
OFF = ((9.0, -6.0), (-7.0, 5.0), (8.0, 7.0), (-8.0, -7.0))


def photographed(*over: tuple[str, object], ground: tuple[int, ...] = WOOD) -> Image.Image:
    """A sheet on a table with what is drawn over it: how ImageDraw calls it, and where."""
    large = Image.new("RGB", (SIZE[0] * FINER, SIZE[1] * FINER), ground)
    draw = ImageDraw.Draw(large)
    draw.polygon([(x * FINER, y * FINER) for x, y in PAPER], fill=WHITE)
    for how, (places, options) in over:
        getattr(draw, how)([(x * FINER, y * FINER) for x, y in places], **options)
    seen = np.asarray(large.reduce(FINER), float)
    grain = np.random.default_rng(3).normal(0, 3, seen.shape)
    return Image.fromarray(np.clip(seen + grain, 0, 255).astype(np.uint8))


def set_at(off: tuple[Corner, ...], **more: object) -> Request:
    corners = [(x + right, y + down) for (x, y), (right, down) in zip(PAPER, off, strict=True)]
    return Request("handwriting", 26, tuple((x / SIZE[0], y / SIZE[1]) for x, y in corners), **more)


def inwards(share: float) -> tuple[Corner, ...]:
    """How far each corner moves if somebody crops so much of the sheet on each side."""
    at = flattening(photographed(), set_at(((0.0, 0.0),) * 4)).to_photograph
    near, far = share, 1 - share
    places = through(at, [(near, near), (far, near), (far, far), (near, far)])
    return tuple((x - u, y - v) for (x, y), (u, v) in zip(places, PAPER, strict=True))


def corners_of(picture: Image.Image, request: Request) -> list[Corner]:
    flat, _ = fitted(flattening(picture, request), request)
    return through(flat.to_photograph, list(WHOLE))


def apart(found: list[Corner], other: list[Corner] | tuple[Corner, ...]) -> list[float]:
    return np.hypot(*(np.array(found) - np.array(other)).T).tolist()


def as_set(request: Request) -> list[Corner]:
    return [(x * SIZE[0], y * SIZE[1]) for x, y in request.corners]


def test_corners_a_hundredth_off_are_drawn_to_the_papers_own() -> None:
    assert max(apart(corners_of(photographed(), set_at(OFF)), PAPER)) < TRUE_PX


def test_a_sheet_on_a_brighter_table_is_found_as_well() -> None:
    bright = photographed(ground=(252, 252, 252))
    assert max(apart(corners_of(bright, set_at(OFF)), PAPER)) < TRUE_PX


def test_a_thumb_on_one_side_does_not_bend_it() -> None:
    thumb = ("ellipse", (((40, 380), (170, 520)), {"fill": (205, 150, 130)}))
    assert max(apart(corners_of(photographed(thumb), set_at(OFF)), PAPER)) < TRUE_PX


def test_where_one_side_is_off_the_photograph_the_others_are_drawn_and_it_is_kept() -> None:
    cut = photographed().crop((0, 0, 1091, SIZE[1]))
    corners = [(x + right, y + down) for (x, y), (right, down) in zip(PAPER, OFF, strict=True)]
    request = Request("handwriting", 26, tuple((x / 1091, y / SIZE[1]) for x, y in corners))
    found = corners_of(cut, request)
    first, second, third, fourth = apart(found, PAPER)
    assert max(first, fourth) < TRUE_PX
    assert max(second, third) < max(apart(corners, PAPER)[1:3])


@pytest.mark.parametrize(("picture", "request_"), [
    (photographed(ground=WHITE), set_at(OFF)),
    (photographed(), set_at(inwards(0.04))),
    (photographed(), set_at(OFF, to_edges=False)),
    (photographed(("polygon", (
        [(x + dx, y + dy) for (x, y), (dx, dy) in zip(PAPER, inwards(0.02), strict=True)],
        {"outline": (40, 40, 45), "width": 3 * FINER},
    ))), set_at(inwards(0.019))),
], ids=["no edge is seen", "cropped by more", "told to leave them", "a frame is meant"])  # fmt: skip
def test_corners_stay_as_they_were_set(picture: Image.Image, request_: Request) -> None:
    assert max(apart(corners_of(picture, request_), as_set(request_))) < 1e-6


def test_a_whole_photograph_stays_whole() -> None:
    request = Request("handwriting", 26)
    assert corners_of(photographed(), request) == [(0, 0), (1200, 0), (1200, 900), (0, 900)]


def test_a_crop_stays_where_it_was_drawn_on_the_photograph() -> None:
    request = set_at(OFF, crop=(0.3, 0.25, 0.6, 0.5))
    before = flattening(photographed(), request)
    flat, drawn = fitted(before, request)
    (left, top, right, bottom), (a, b, c, d) = request.crop, drawn.crop
    places = [(left, top), (right, bottom)], [(a, b), (c, d)]
    was, is_now = (through(at.to_photograph, each) for at, each in zip((before, flat), places, strict=True))
    assert max(apart(is_now, was)) < 8
    whole = set_at(OFF)
    assert fitted(flattening(photographed(), whole), whole)[1].crop == pytest.approx((0, 0, 1, 1), abs=0.012)


def held(wide: float, high: float, away: float, tilt: float = 9.0, pan: float = -7.0) -> tuple[Corner, ...]:
    """Where a lens, so many of the picture's longer edge from it, sees the corners of a tilted sheet."""
    a, b = np.radians([tilt, pan])
    flat = np.array([(-wide, -high, 0), (wide, -high, 0), (wide, high, 0), (-wide, high, 0)]) / 2
    down = np.array([[1, 0, 0], [0, np.cos(a), -np.sin(a)], [0, np.sin(a), np.cos(a)]])
    aside = np.array([[np.cos(b), 0, np.sin(b)], [0, 1, 0], [-np.sin(b), 0, np.cos(b)]])
    x, y, z = (flat @ down.T @ aside.T).T
    depth = z + 1.4 * away * max(wide, high)
    across, below = (away * SIZE[0] * axis / depth for axis in (x, y))
    return tuple((SIZE[0] / 2 + u, SIZE[1] / 2 + v) for u, v in zip(across, below, strict=True))


@pytest.mark.parametrize(("wide", "high"), [(297, 210), (148, 210), (279.4, 215.9), (6, 4), (7, 5), (5, 5)])
@pytest.mark.parametrize("away", [0.75, 0.85, 1.5])
def test_a_usual_papers_proportions_are_told_from_how_it_lies(wide: float, high: float, away: float) -> None:
    seen = proportions(homography(list(held(wide, high, away))), photographed())
    assert paper_like(seen) == pytest.approx(high / wide, rel=0.004)


def test_a_paper_of_its_own_proportions_keeps_them() -> None:
    seen = proportions(homography(list(held(200, 90, 0.75))), photographed())
    assert paper_like(seen) == seen == pytest.approx(0.45, rel=0.001)
