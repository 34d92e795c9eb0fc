"""Letters that run into one another keep their joins where words follow a rim or a ring."""

import json
import math
import random
from dataclasses import replace
from itertools import pairwise

import numpy as np
import pytest
import shapely

from shop.engraving import FACES, GENERAL, Area, Engraving, EngravingRefused, Face, check
from shop.engraving.cut_check import checked_cut
from shop.engraving.faces import opened
from shop.engraving.frames import frames
from shop.engraving.layout import lay_out
from shop.engraving.outlines import cut
from shop.engraving.proofs import proof_digest
from shop.engraving.regions import contours_of, glyph_contours

JOINED = [slug for slug, face in FACES.items() if face.joined]
RIMMED = Area("front", "Front", "disc", 16, 16, 3, rim=True)
RING = Area("large", "Large ring", "ring", 26, 26, 1)
BAR = Area("front", "Front", "bar", 400, 8, 1)
NAMES = {
    "great-vibes": ("Caoimhe", "always", "my darling", "Siân & Zoë", "all my love"),
    "noto-naskh-arabic": ("حبيبتي", "مريم", "نور العين", "إلى الأبد"),
    "noto-nastaliq-urdu": ("بیٹی", "نور", "ہمیشہ"),
    "noto-sans-devanagari": ("आशा", "मेरी बेटी", "प्यारी"),
    "noto-sans-bengali": ("আমার মেয়ে", "ভালোবাসা"),
    "noto-sans-gurmukhi": ("ਮੇਰੀ ਧੀ", "ਪਿਆਰ"),
}
DIGEST_BEFORE = "19cadf28be810203460724477cbbd5219057d1f5f718168e75eb98f9340e036b"
"""Of the proof of these words when each letter of a script was turned by itself."""
STRAY_MM = 0.0015
"""Half a micrometre of rounding each way, and what a curve may stray."""


def along(area: Area) -> int:
    return area.lines if area.rim else 1


def parts(area: Area, slug: str, words: str) -> int:
    """How many pieces of ink hang together."""
    ink = [
        contour
        for contour in cut(area, FACES[slug], {along(area): words}).contours
        if contour.signed_area > 0
    ]
    return len(ink)


@pytest.mark.parametrize("area", [RIMMED, RING], ids=["rim", "ring"])
@pytest.mark.parametrize("slug", JOINED)
def test_what_runs_together_on_a_straight_line_does_so_on_a_circle(area: Area, slug: str) -> None:
    for words in NAMES[slug]:
        face = FACES[slug]
        if lay_out(area, face, {along(area): words}).problems:
            continue
        assert parts(area, slug, words) == parts(BAR, slug, words), words


def test_letter_by_letter_joins_broke() -> None:
    turned = replace(FACES["noto-naskh-arabic"], joined=False)
    ink = [contour for contour in cut(RIMMED, turned, {3: "حبيبتي"}).contours if contour.signed_area > 0]
    assert len(ink) > parts(BAR, "noto-naskh-arabic", "حبيبتي")


@pytest.mark.parametrize("area", [RIMMED, RING], ids=["rim", "ring"])
@pytest.mark.parametrize("slug", JOINED)
def test_every_point_keeps_its_height_above_the_line_and_its_place_along_it(area: Area, slug: str) -> None:
    face, font = FACES[slug], opened(FACES[slug])
    for words in NAMES[slug]:
        layout = lay_out(area, face, {along(area): words})
        (line,) = layout.lines
        (frame,) = frames(face, layout)
        glyphs = [glyph for cluster in line.shaped.inked for glyph in cluster.inked]
        for glyph, (path, at) in zip(glyphs, frame.transforms(), strict=True):
            straight = np.array(
                [
                    (glyph.x + x / font.cap_height, glyph.y + y / font.cap_height)
                    for contour in glyph_contours(font.paths[glyph.number])
                    for x, y in dense(contour.corners(0.05))
                ]
            )
            turn = line.turn + (line.x + line.cap_mm * straight[:, 0]) / line.pitch
            radius = line.y + line.cap_mm * straight[:, 1]
            meant = shapely.points(np.column_stack((radius * np.sin(turn), radius * np.cos(turn))))
            drawn = shapely.union_all(
                [
                    shapely.LinearRing([at.transformPoint(point) for point in contour.corners(0.05)])
                    for contour in contours_of(path)
                ]
            )
            assert shapely.distance(meant, drawn).max() < STRAY_MM, words


def dense(corners):
    """Points close to one another along a polygon: its straight edges are bent, too."""
    for (ax, ay), (bx, by) in pairwise([*corners, corners[0]]):
        steps = 1 + int(math.hypot(bx - ax, by - ay) / 20)
        yield from ((ax + (bx - ax) * step / steps, ay + (by - ay) * step / steps) for step in range(steps))


def test_whatever_is_typed_in_a_joined_face_is_cut_as_it_is_drawn() -> None:
    dice = random.Random(20)
    for slug in JOINED:
        letters = sorted({letter for words in NAMES[slug] for letter in words})
        cuts = 0
        while cuts < 4:
            words = {
                ("front", line): "".join(dice.choices(letters, k=long)) for line, long in ((1, 5), (3, 8))
            }
            try:
                engraving = check([RIMMED], slug, words)
            except EngravingRefused:  # too long, or it begins with a mark
                continue
            assert engraving is not None
            assert engraving.joined
            checked_cut([RIMMED], engraving)  # refuses ink that is not that of the drawing
            cuts += 1


def test_words_approved_letter_by_letter_are_cut_so_for_ever() -> None:
    lines = [["front", 1, "Wren"], ["front", 3, "always"]]
    version = FACES["great-vibes"].version
    stored = Engraving.from_json(json.dumps({"face": "great-vibes", "face_version": version, "lines": lines}))
    assert proof_digest([RIMMED], stored) == DIGEST_BEFORE
    assert "joined" not in stored.to_json()
    new = check([RIMMED], "great-vibes", {("front", 1): "Wren", ("front", 3): "always"})
    assert new is not None
    assert Engraving.from_json(new.to_json()) == new
    assert proof_digest([RIMMED], new) != DIGEST_BEFORE


def figures_apart(area: Area, face: Face, words: str) -> list[float]:
    """How much bare metal there is between each and the next, in capitals' heights."""
    layout = lay_out(area, face, {along(area): words})
    assert not layout.problems
    ink = [
        shapely.Polygon(contour.corners(0.005)) for contour in cut(area, face, {along(area): words}).contours
    ]
    ink = [each for each in ink if not any(other is not each and other.contains(each) for other in ink)]
    below = -1 if area.rim else 1

    def place(each: shapely.Polygon) -> float:
        middle = each.centroid
        return float(middle.x) if area is BAR else math.atan2(middle.x, below * middle.y)

    return [one.distance(other) / layout.lines[-1].cap_mm for one, other in pairwise(sorted(ink, key=place))]


@pytest.mark.parametrize("area", [RIMMED, RING], ids=["rim", "ring"])
@pytest.mark.parametrize("face", GENERAL, ids=lambda face: face.slug)
def test_figures_stand_no_further_apart_on_a_circle_than_on_a_line(area: Area, face: Face) -> None:
    """But for the seventh of a capital by which their heads spread there."""
    for day in ("2018", "30111", "14.5.18"):
        straight, bent = figures_apart(BAR, face, day), figures_apart(area, face, day)
        assert len(straight) == len(day) - 1
        wider = [on_it - on_a_line for on_it, on_a_line in zip(bent, straight, strict=True)]
        assert max(wider) < 0.15, day
