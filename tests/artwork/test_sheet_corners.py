"""Where a sheet lies on a photograph is proposed, and nothing is where there is none."""

import math
import random
from collections.abc import Sequence

import numpy as np
import pytest
from PIL import Image, ImageDraw, ImageFilter

from shop.artwork.sheet_corners import sheet_corners

WIDE, HIGH = 800, 600
NEAR = 0.02
"""Of the photograph: what is proposed is drawn to the paper's edge from farther off (paper_edges.REACH)."""
PAPERS = ((244, 240, 230), (200, 190, 168), (176, 200, 220))
GROUNDS = ((92, 60, 40), (40, 44, 48), (120, 130, 118))

Corners = Sequence[tuple[float, float]]


def table(rng: random.Random, ground: tuple[int, int, int]) -> Image.Image:
    grain = np.random.default_rng(rng.randrange(1000)).normal(0, 5, (HIGH, WIDE, 1))
    return Image.fromarray(np.clip(np.array(ground) + grain, 0, 255).astype(np.uint8))


def sheet_on(rng: random.Random, corners: Corners) -> Image.Image:
    photograph = table(rng, rng.choice(GROUNDS))
    draw = ImageDraw.Draw(photograph)
    draw.polygon([(x * WIDE, y * HIGH) for x, y in corners], fill=rng.choice(PAPERS))
    (ax, ay), _, (cx, cy), _ = corners
    for share in (0.3, 0.5, 0.7):
        at = ((ax + (cx - ax) * share) * WIDE, (ay + (cy - ay) * share) * HIGH)
        draw.ellipse([at[0] - 30, at[1] - 12, at[0] + 30, at[1] + 12], outline=(20, 24, 60), width=4)
    return photograph.filter(ImageFilter.GaussianBlur(1))


def held(rng: random.Random) -> Corners:
    """A sheet as a hand holds the telephone: turned and tilted a little."""
    turn, reach = math.radians(rng.uniform(-12, 12)), rng.uniform(0.26, 0.38)
    found = []
    for x, y in ((-1, -1), (1, -1), (1, 1), (-1, 1)):
        across, down = x * reach * rng.uniform(0.96, 1), y * reach * rng.uniform(0.96, 1)
        found.append((
            0.5 + across * math.cos(turn) - down * math.sin(turn) * HIGH / WIDE,
            0.5 + across * math.sin(turn) * WIDE / HIGH + down * math.cos(turn),
        ))  # fmt: skip
    return found


def test_the_corners_of_a_sheet_on_a_table_are_proposed() -> None:
    rng = random.Random(11)
    for _ in range(60):
        corners = held(rng)
        found = sheet_corners(sheet_on(rng, corners))
        assert found is not None
        assert max(math.dist(one, other) for one, other in zip(found, corners, strict=True)) < NEAR


def test_a_print_in_its_middle_as_dark_as_the_table_hides_no_sheet() -> None:
    rng = random.Random(3)
    for ground in GROUNDS:
        corners, photograph = held(rng), table(rng, ground)
        draw = ImageDraw.Draw(photograph)
        draw.polygon([(x * WIDE, y * HIGH) for x, y in corners], fill=PAPERS[0])
        draw.ellipse([340, 220, 460, 400], fill=ground)
        found = sheet_corners(photograph)
        assert found is not None
        assert max(math.dist(one, other) for one, other in zip(found, corners, strict=True)) < NEAR


def test_a_deep_shadow_across_table_and_sheet_parts_no_sheet() -> None:
    rng = random.Random(7)
    shade = np.where(np.arange(WIDE) < WIDE * 0.55, 0.45, 1.0)[:, None]
    for _ in range(10):
        corners, photograph = held(rng), table(rng, GROUNDS[0])
        ImageDraw.Draw(photograph).polygon(
            [(x * WIDE, y * HIGH) for x, y in corners], fill=rng.choice(PAPERS)
        )
        found = sheet_corners(Image.fromarray((np.asarray(photograph) * shade).astype(np.uint8)))
        assert found is not None
        assert max(math.dist(one, other) for one, other in zip(found, corners, strict=True)) < NEAR


@pytest.mark.parametrize(
    "what", ["a bare table", "a sheet that fills it", "a plate", "a sheet cut off", "a print alone"]
)
def test_where_no_sheet_is_seen_whole_none_is_proposed(what: str) -> None:
    rng = random.Random(5)
    photograph = table(rng, GROUNDS[0])
    draw = ImageDraw.Draw(photograph)
    if what == "a sheet that fills it":
        photograph = sheet_on(rng, ((-0.1, -0.1), (1.1, -0.1), (1.1, 1.1), (-0.1, 1.1)))
    if what == "a plate":
        draw.ellipse([200, 100, 600, 500], fill=PAPERS[0])
    if what == "a sheet cut off":
        photograph = sheet_on(rng, ((-0.2, 0.2), (0.7, 0.2), (0.7, 0.8), (-0.2, 0.8)))
    if what == "a print alone":
        photograph = Image.new("RGB", (WIDE, HIGH), PAPERS[0])
        ImageDraw.Draw(photograph).ellipse([330, 200, 470, 400], fill=(20, 24, 60))
    assert sheet_corners(photograph) is None
