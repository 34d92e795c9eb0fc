"""A ring is shown turned to where its words are seen: none of them lies under what it hangs from."""

import math
import re
from xml.etree import ElementTree as ET

import pytest
from fontTools.misc.transform import Identity
from PIL import Image, ImageChops, ImageDraw

from shop.catalogue.renderings import renderings
from shop.engraving import Area, Placement, over_picture
from tests.engraving.outlines import SVG, walk

SIZE = (1000, 1250)
LARGE = Area("large", "Large ring", "ring", 20, 2.6, 1)
SMALL = Area("small", "Small ring", "ring", 14, 2.2, 1)
SHORT = ["Zoë", "part of me", "part of me, always", "for the two of you, always"]
LONG = ["wherever you go, I go with you, always", "wherever you go, I go with you, for ever"]


def place_of(area: Area, metal: str = "silver") -> Placement:
    return Placement.of(area.key, renderings()[f"two-rings-{metal}-front"]["sides"][area.key])


def in_sight(place: Placement) -> Image.Image:
    """White where nothing lies over the ring."""
    seen = Image.new("1", SIZE)
    for path in re.findall(r"M([^Z]+)Z", place.clip):
        ring = Image.new("1", SIZE)
        corners = [tuple(map(float, corner.split())) for corner in path.split("L")]
        ImageDraw.Draw(ring).polygon(corners, fill=1)
        seen = ImageChops.logical_xor(seen, ring)
    return seen


def covered(area: Area, place: Placement, words: str) -> list[tuple[float, float]]:
    """The points of ink that something lies over, on the picture."""
    asked = {"face": "cormorant-sc", f"engraving-{area.key}-1": words}
    drawn = ET.fromstring(over_picture(asked, [area], [place], size=SIZE, metal="gold", name="here"))
    group = next(group for group in drawn.iter(f"{SVG}g") if "matrix" in group.get("transform", ""))
    points, seen = walk(group, Identity), in_sight(place)
    assert points
    return [(x, y) for x, y in points if not seen.getpixel((round(x), round(y)))]


@pytest.mark.parametrize("words", SHORT)
def test_words_that_can_be_seen_whole_are(words: str) -> None:
    for area in (LARGE, SMALL) if len(words) < 20 else (LARGE,):
        assert covered(area, place_of(area), words) == []


@pytest.mark.parametrize("words", SHORT + LONG)
def test_nothing_of_the_words_is_under_the_bail(words: str) -> None:
    place = place_of(LARGE, "gold")
    x, y = place.at(0, 0)
    for px, py in covered(LARGE, place, words):
        from_top = abs(math.degrees(math.atan2(px - x, y - py)))
        assert from_top > 40, f"{words}: something is hidden {from_top:.0f} degrees from the top"


def test_a_ring_that_nothing_lies_over_is_shown_as_the_picture_has_it() -> None:
    alone = Placement("large", (30.0, 0.0, 0.0, 30.0, 500.0, 600.0))
    asked = {"face": "cormorant-sc", "engraving-large-1": LONG[0]}
    drawn = over_picture(asked, [LARGE], [alone], size=SIZE, metal="gold", name="here")
    assert 'transform="matrix(30 0 0 30 500 600)"' in drawn
