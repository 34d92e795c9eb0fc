"""The renderings: all there, light, described, and the metal is where they say it is."""

import math
from collections.abc import Iterator
from pathlib import Path

import pytest
from PIL import Image

from shop import sample
from shop.catalogue.renderings import renderings
from shop.engraving import Area, Placement
from shop.engraving.areas import outline

STATIC = Path(__file__).parents[2] / "static" / "catalogue"
RENDERINGS = renderings()
PIECES = ("heart", "two-rings", "disc", "thread", "petal", "keeping")
SIDES = {
    (piece["slug"], side["key"]): Area(**side)
    for piece in sample.read()["piece"]
    for side in piece.get("side", [])
}
MOST_BYTES = 14_000_000
STRAY_MM = 0.5
"""A bevel and the wall beyond it are both edges; what is further off is another edge or a wrong map."""

PLACED = [(name, side) for name, found in RENDERINGS.items() for side in found["sides"]]


def files(name: str) -> Iterator[tuple[str, int, Path]]:
    for kind, widths in RENDERINGS[name]["files"].items():
        for width in widths:
            yield kind, width, STATIC / f"{name}-{width}.{kind}"


def test_every_piece_is_shown_in_both_metals_from_the_front_at_an_angle_from_behind_and_worn() -> None:
    wanted = {
        f"{piece}-{metal}-{view}"
        for piece in PIECES
        for metal in ("silver", "gold")
        for view in ("front", "angle", "worn")
    }
    wanted |= {f"{piece}-{clasp}" for piece in PIECES for clasp in ("clasp", "gold-clasp")}
    wanted |= {
        "box",
        "box-gold",
        "hero-rings",
        "hero-disc",
        "scale",
    }
    wanted |= {f"{piece}-{metal}-back" for piece in ("disc", "thread") for metal in ("silver", "gold")}
    assert set(RENDERINGS) == wanted


def test_every_side_that_takes_words_is_in_a_picture_of_both_metals() -> None:
    for slug, key in SIDES:
        shown = {name for name, side in PLACED if name.startswith(f"{slug}-") and side == key}
        assert {name.split("-")[-2] for name in shown} == {"silver", "gold"}, (slug, key)


@pytest.mark.parametrize("name", RENDERINGS)
def test_a_picture_is_there_in_every_size_it_says(name: str) -> None:
    found = RENDERINGS[name]
    assert found["width"] in found["files"]["webp"]
    for kind, width, path in files(name):
        with Image.open(path) as picture:
            assert picture.format == kind.upper()
            assert picture.width == width
            assert picture.height == pytest.approx(found["height"] * width / found["width"], abs=1)


def test_what_words_are_laid_over_is_there_2000_pixels_high() -> None:
    for name in {name for name, _ in PLACED}:
        found = RENDERINGS[name]
        assert 1600 in found["files"]["avif"], name
        assert found["height"] * 1600 / found["width"] == 2000


def test_no_picture_lies_about_that_nothing_shows() -> None:
    named = {path for name in RENDERINGS for _, _, path in files(name)}
    assert {path for path in STATIC.iterdir() if path.suffix in {".webp", ".avif"}} == named
    assert sum(path.stat().st_size for path in named) < MOST_BYTES


@pytest.mark.parametrize(("name", "side"), PLACED)
def test_the_metal_ends_where_the_picture_says_it_does(name: str, side: str) -> None:
    slug = next(slug for slug in PIECES if name.startswith(f"{slug}-"))
    area, found = SIDES[slug, side], RENDERINGS[name]
    place = Placement.of(side, found["sides"][side])
    with Image.open(STATIC / f"{name}-{found['width']}.webp") as file:
        picture = file.convert("RGB")
        steps = [tenth / 10 for tenth in range(-12, 13)]
        sharpest = max(steps, key=lambda off: contrast(picture, place, area, off))
    assert abs(sharpest) <= STRAY_MM


def contrast(picture: Image.Image, place: Placement, area: Area, off_mm: float) -> float:
    """How much the colour changes, on the mean, across the area's outline moved outwards by so much.

    Its warmth, not its brightness: polished metal mirrors light and dark in bands that are no edge of it.
    """
    changes = []
    for x, y, dx, dy in along(outline(area)[0]):
        inside, outside = (
            warmth(picture.getpixel(tuple(map(round, place.at(x + dx * reach, -(y + dy * reach))))))
            for reach in (off_mm - 0.15, off_mm + 0.15)
        )
        changes.append(abs(inside - outside))
    return sum(changes) / len(changes)


def warmth(pixel: tuple[int, int, int]) -> int:
    """How much more red than blue: stone is warmer than silver, and gold than stone."""
    red, _, blue = pixel
    return red - blue


def along(ring: tuple[tuple[float, float], ...]) -> Iterator[tuple[float, float, float, float]]:
    """Points some half a millimetre apart along an anticlockwise ring, each with its way outwards."""
    for (x1, y1), (x2, y2) in zip(ring, ring[1:] + ring[:1], strict=True):
        length = math.hypot(x2 - x1, y2 - y1)
        count = max(1, round(length / 0.5))
        for step in range(count):
            share = (step + 0.5) / count
            yield (
                x1 + (x2 - x1) * share,
                y1 + (y2 - y1) * share,
                (y2 - y1) / length,
                (x1 - x2) / length,
            )
