"""Artwork on a side, alone or with words: what is proved is what is cut, and nothing of it moves unseen."""

import json
import math
import random
import re
from collections.abc import Sequence
from dataclasses import replace

import pytest
import shapely

from shop.engraving import (
    Area,
    ArtworkPlace,
    Engraving,
    EngravingUnreadable,
    PlacedArtwork,
    check,
    proof_digest,
    with_artwork,
)
from shop.engraving.contours import Contour
from shop.engraving.cut_check import checked_cut, cut_digest
from shop.engraving.drawing import proof
from shop.engraving.outlines import cut_sides
from shop.engraving.placed_artwork import moved
from tests.artwork.outlines import FOOT_MM, foot

DISC = Area("front", "Front", "disc", 20.0, 20.0, 2, rim=True)
BACK = Area("back", "Back", "disc", 20.0, 20.0, 1)
CORNER = re.compile(r"([-\d.]+),([-\d.]+)")


def placed(
    side: str = "front", *, down: float = 0.0, width: float = FOOT_MM, turn: float = 0.0
) -> PlacedArtwork:
    place = ArtworkPlace(width, turn, down_mm=down)
    drawing, wide, high = moved(foot(), FOOT_MM, place)
    return PlacedArtwork(side, "a foot print", drawing, wide, high, place, "kept-as")


def words(*lines: str) -> Engraving:
    found = check(
        [DISC, BACK], "marcellus", {("front", number): text for number, text in enumerate(lines, 1)}
    )
    assert found is not None
    return found


def with_foot(*lines: str, **where: float) -> Engraving:
    found = with_artwork(words(*lines) if any(lines) else None, [placed(**where)])
    assert found is not None
    return found


def ink(contours: Sequence[Contour]) -> float:
    """Square millimetres within contours, their holes left out."""
    return sum(contour.signed_area for contour in contours)


def test_words_alone_are_written_as_ever() -> None:
    assert "artwork" not in json.loads(words("Wren").to_json())
    assert with_artwork(words("Wren"), []) == words("Wren")
    assert with_artwork(None, []) is None


@pytest.mark.parametrize("lines", [(), ("Wren",), ("", "14 May")], ids=["alone", "over it", "under it"])
def test_what_is_written_down_is_read_back(lines: tuple[str, ...]) -> None:
    engraving = with_foot(*lines)
    assert Engraving.from_json(engraving.to_json()) == engraving


@pytest.mark.parametrize(
    "drawing",
    [
        "M0,0L1,1",
        'M0,0L1,1L0,1Z"/><script>',
        "M0,0C1,1 1,1 0,1Z",
        "",
        "M" + "L".join(["0,0"] * 60_000) + "Z",
    ],
    ids=["open", "markup", "a curve", "nothing", "endless"],
)
def test_what_is_no_outline_is_not_read_back(drawing: str) -> None:
    content = json.loads(with_foot().to_json())
    content["artwork"][0]["drawing"] = drawing
    with pytest.raises(EngravingUnreadable):
        Engraving.from_json(json.dumps(content))


def test_artwork_alone_is_cut_as_it_is_proved() -> None:
    engraving = with_foot(turn=30.0)
    checked = checked_cut([DISC, BACK], engraving)
    assert list(checked.sides) == ["front"]
    sole, hole, toe = math.pi * 12, math.pi * 1.5, math.pi * 0.16
    assert ink(checked.sides["front"].filled) == pytest.approx(sole - hole + 5 * toe, rel=0.01)
    assert engraving.face_is_current
    assert engraving.lettering == ""


def test_words_and_artwork_of_a_side_are_cut_together() -> None:
    alone, apart = words("", "14 May"), with_foot(down=-3)
    both = with_artwork(alone, apart.artwork)
    assert both is not None
    cut = checked_cut([DISC, BACK], both).sides["front"]
    parts = [checked_cut([DISC, BACK], each).sides["front"] for each in (alone, apart)]
    assert ink(cut.filled) == pytest.approx(sum(ink(part.filled) for part in parts), abs=0.001)
    assert len(cut.filled) == sum(len(part.filled) for part in parts)


def test_each_corner_that_is_cut_is_one_that_was_proved() -> None:
    rng = random.Random(4)
    for _ in range(60):
        engraving = with_foot(turn=rng.uniform(-180, 180), width=rng.uniform(2, 9), down=rng.uniform(-2, 2))
        (artwork,) = engraving.artwork
        proved = shapely.MultiPoint([tuple(map(float, at)) for at in CORNER.findall(artwork.drawing)])
        cut = cut_sides([DISC], engraving)["front"]
        corners = shapely.points([(x, -y) for contour in cut.contours for x, y in contour.corners()])
        assert shapely.distance(corners, proved).max() < 0.0002
        assert not engraving.words_on("front")


@pytest.mark.parametrize(
    "change",
    [{"down": 0.01}, {"width": FOOT_MM + 0.01}, {"turn": 0.5}, {"side": "back"}],
    ids=["lower", "wider", "turned", "on the other side"],
)
def test_nothing_moves_without_another_digest(change: dict[str, float]) -> None:
    before, after = with_foot(), with_foot(**change)
    sides = [DISC, BACK]
    assert proof_digest(sides, before) != proof_digest(sides, after)
    assert cut_digest(cut_sides(sides, before)) != cut_digest(cut_sides(sides, after))


def test_a_photographs_outline_is_as_wide_as_it_was_asked_to_be() -> None:
    drawing, wide, high = moved(foot(), FOOT_MM, ArtworkPlace(3.0, across_mm=1.0))
    assert (wide, high) == pytest.approx((3.0, 3.0 * (4 + 5.4) / 6), abs=0.01)
    _, turned_wide, turned_high = moved(drawing, 3.0, ArtworkPlace(3.0, turn=90.0))
    assert (turned_wide, turned_high) == pytest.approx((high, wide), abs=0.001)


def test_other_artwork_on_the_back_leaves_the_front_as_it_was() -> None:
    front = with_foot("Wren")
    both = replace(front, artwork=(*front.artwork, placed("back")))
    assert proof(DISC, both) == proof(DISC, front)
    assert set(checked_cut([DISC, BACK], both).sides) == {"front", "back"}
