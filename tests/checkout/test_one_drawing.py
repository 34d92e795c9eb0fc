"""Stage, basket, order and e-mail agree with the outlines that are cut, to a tenth of a millimetre.

Each is painted or decoded as pixels of the piece's picture. The cutter's own file is laid on the same picture
by its calibration; no ink of the one may lie further than that from ink of the other, either way.
"""

import bisect
import io
import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache
from itertools import product
from pathlib import Path

import numpy as np
import pytest
import resvg_py
from flask import Flask
from PIL import Image, ImageChops, ImageDraw

from shop.catalogue import snapshot
from shop.catalogue.picture_pixels import STATIC, square_of
from shop.catalogue.piece_pages import words_on
from shop.catalogue.views import Catalogue, PictureView, PieceView
from shop.checkout.presenters import lines_shown, ordered_shown
from shop.emails.proof_images import PICTURE_PX, proof_images
from shop.engraving import FACES, GENERAL, Area, Engraving, EngravingRefused, check, field_name
from shop.engraving.cut_check import cut_digest
from shop.engraving.layout import lay_out
from shop.engraving.outlines import CutSide, cut_sides
from shop.engraving.writers import svg
from shop.orders.approved_engraving import Approved, salted
from shop.orders.cutting import NotAsApproved
from shop.orders.models import OrderLine
from shop.orders.view import LineView
from shop.pricing import LineItem, QuotedLine

Box = tuple[int, int, int, int]

WITHIN_MM = 0.1
SHORT = ("Wren", "Siân")
LONG = "wherever you go, I go with you, for ever and always"
SURELY, PERHAPS = 60, 12
"""Of 255: what differs from the metal by so much is ink, and by less is none; between, a JPEG blurs it."""
SVG, INKSCAPE = "http://www.w3.org/2000/svg", "http://www.inkscape.org/namespaces/inkscape"
NAMES = Path(__file__).parents[1] / "engraving" / "given_names.txt"
SHOWN = [
    (piece, metal)
    for piece in ("heart", "two-rings", "disc", "thread", "keeping")
    for metal in ("silver", "gold")
]


@pytest.fixture(scope="module")
def catalogue(shared_app: Flask) -> Catalogue:
    with shared_app.extensions["shop"].database.reading() as session:
        return snapshot.load(session)


@dataclass
class Case:
    """A piece in a metal with words that fit."""

    piece: PieceView
    metal: str
    engraving: Engraving
    cut: dict[str, CutSide]
    catalogue: Catalogue

    def __str__(self) -> str:
        words = " / ".join(line.text for line in self.engraving.lines)
        return f"{self.piece.slug} in {self.metal}, {self.engraving.face}: {words}"

    @property
    def stages(self) -> list[PictureView]:
        return [
            stage
            for stage in self.piece.stages
            if stage.metal_slug == self.metal and {place.side for place in stage.placements} & self.cut.keys()
        ]

    def on_the_stage(self, stage: PictureView) -> str:
        asked = {field_name(line.side, line.line): line.text for line in self.engraving.lines}
        return words_on(self.piece, stage, {"face": self.engraving.face, **asked})

    def in_the_basket(self) -> list[str]:
        variant = next(each for each in self.piece.variants if each.metal_slug == self.metal)
        line = QuotedLine(LineItem(variant.id, self.engraving, None), self.piece, variant, id=1)
        (shown,) = lines_shown([line])
        return [_with_proof(each.words, shown.engraved.proof) for each in shown.engraved.pictures]

    def ordered(self) -> LineView:
        approved = Approved.now(self.engraving, self.piece.sides)
        digest = salted(approved.salt, cut_digest(self.cut))
        variant = next(each for each in self.piece.variants if each.metal_slug == self.metal)
        row = OrderLine(
            number=1, piece_slug=self.piece.slug, piece_name=self.piece.name, metal_slug=self.metal,
            metal_name="", chain_inches=18, sku=variant.sku, price_pence=1, cut_digest=digest,
        )  # fmt: skip
        return LineView(row, approved, None)

    def on_the_order(self) -> list[str]:
        (shown,) = ordered_shown(self.catalogue, [self.ordered()])
        return [_with_proof(each.words, shown.engraved.proof) for each in shown.engraved.pictures]

    def in_the_email(self) -> list[bytes]:
        refused: dict[int, NotAsApproved] = {}
        drawn = proof_images(self.catalogue, [self.ordered()], "<x@example.com>", refused)[1]
        assert not refused
        return [image.image for image in drawn]


def _with_proof(overlay: str, proof: str) -> str:
    """What is laid over a picture, with the drawing on the page that it shows."""
    head, _, body = str(overlay).partition(">")
    return f"{head}><defs>{proof}</defs>{body}"


def cases(catalogue: Catalogue, slug: str, metal: str, faces: list[str], words: list[str]) -> Iterator[Case]:
    """Each face with each of the words, and the longest part of them that fits, on every side."""
    piece = catalogue.by_slug[slug]
    for face, text in product(faces, words):
        places = {
            (side.key, side.line_numbers[-1]): _fitting(piece, side, face, text) for side in piece.sides
        }
        engraving = check(piece.sides, face, places, piece.tool) if all(places.values()) else None
        if engraving:
            yield Case(piece, metal, engraving, cut_sides(piece.sides, engraving), catalogue)


def name_and_day(catalogue: Catalogue, slug: str, metal: str, face: str) -> Case:
    """Two lines of two sizes on each side that has two straight ones."""
    piece = catalogue.by_slug[slug]
    sides = [side for side in piece.sides if side.lines - side.rim > 1]
    places = {(side.key, line): text for side in sides for line, text in ((1, "Wren"), (2, "3.9.18"))}
    engraving = check(piece.sides, face, places, piece.tool)
    assert engraving
    return Case(piece, metal, engraving, cut_sides(piece.sides, engraving), catalogue)


def _last(side: Area) -> tuple[str, int]:
    return side.key, side.line_numbers[-1]


def _fitting(piece: PieceView, side: Area, face: str, text: str) -> str:
    """As much of the text as fits; nothing where not even its first three letters do."""

    def fits(length: int) -> bool:
        try:
            return (
                check([side], face, {(side.key, side.line_numbers[-1]): text[:length]}, piece.tool)
                is not None
            )
        except EngravingRefused:
            return False

    lengths = range(3, len(text) + 1)
    return text[: 2 + bisect.bisect_left(lengths, 1, key=lambda length: not fits(length))] if fits(3) else ""


def box_of(case: Case, stage: PictureView) -> Box:
    """Left, top, right and bottom, in pixels, of what the sides take up in a picture."""
    reach = [
        (place.at(0, 0), max(side.width_mm, side.height_mm) / 2 * place.px_per_mm)
        for place in stage.placements
        for side in case.piece.sides
        if side.key == place.side
    ]
    high = 0.3 if case.piece.slug == "thread" else 1  # a bar is lower than it is long
    return (
        int(min(x - r for (x, _), r in reach)) - 12,
        int(min(y - r * high for (_, y), r in reach)) - 12,
        int(max(x + r for (x, _), r in reach)) + 12,
        int(max(y + r * high for (_, y), r in reach)) + 12,
    )


def inked(drawn: str, box: Box) -> np.ndarray:
    """Where a drawing has ink, without its light, in pixels of that part of the picture."""
    left, top, right, bottom = box
    plain = re.sub(r' filter="url\([^)]*\)"', "", re.sub(r"<filter.*?</filter>", "", drawn, flags=re.DOTALL))
    part = plain.replace(
        'viewBox="0 0 1000 1250"', f'viewBox="{left} {top} {right - left} {bottom - top}"', 1
    )
    return _rasterized(part, right - left, bottom - top)


@lru_cache(maxsize=8)
def _rasterized(drawn: str, width: int, height: int) -> np.ndarray:
    """Basket and order often hold the very same drawing, which then is the very same array."""
    png = resvg_py.svg_to_bytes(svg_string=drawn, skip_system_fonts=True, width=width, height=height)
    return np.asarray(Image.open(io.BytesIO(png)).getchannel("A")) >= 128


def cut_on(case: Case, stage: PictureView, turns: dict[str, str], box: Box) -> tuple[np.ndarray, np.ndarray]:
    """The cutter's own files on that part of the picture, and as much of them as nothing covers."""
    whole = np.zeros((box[3] - box[1], box[2] - box[0]), bool)
    in_sight = whole.copy()
    for place in stage.placements:
        if place.side not in case.cut:
            continue
        file = svg.write(case.cut[place.side]).decode()
        body = file[file.index(">\n", file.index("<svg")) + 1 : file.rindex("</svg>")]
        at = f"matrix({' '.join(map(str, place.matrix))}) {turns[place.side]}"
        head = f'<svg xmlns="{SVG}" xmlns:inkscape="{INKSCAPE}" viewBox="0 0 1000 1250">'
        seen = _in_sight(place.clip, (stage.width, stage.height))[box[1] : box[3], box[0] : box[2]]
        ink = inked(f'{head}<g transform="{at}">{body}</g></svg>', box)
        whole |= ink
        in_sight |= ink & seen
    return whole, in_sight


def _in_sight(clip: str, size: tuple[int, int]) -> np.ndarray:
    seen = Image.new("1", size, 0 if clip else 1)
    for path in re.findall(r"M([^Z]+)Z", clip):
        ring = Image.new("1", size)
        corners = [tuple(map(float, corner.split())) for corner in path.split("L")]
        ImageDraw.Draw(ring).polygon(corners, fill=1)
        seen = ImageChops.logical_xor(seen, ring)
    return np.asarray(seen)


def turns_of(stage: PictureView, drawn: str) -> dict[str, str]:
    """How the stage turns each side: the others, and what is cut, must then agree with it."""
    found = {}
    for place in stage.placements:
        e, f = (re.escape(f"{value:.5f}".rstrip("0").rstrip(".")) for value in place.matrix[4:])
        turned = re.search(rf'matrix\([^)]* {e} {f}\)( rotate\([-\d]+\))?"', drawn)
        found[place.side] = (turned[1] or "") if turned else ""
    return found


def in_pixels(email: bytes, stage: PictureView, box: Box) -> tuple[np.ndarray, np.ndarray]:
    """Where an e-mail's picture surely is not the bare metal, and where perhaps; of that part of it."""
    bare = square_of(stage, 2 * PICTURE_PX)
    differs = np.abs(_greys(email) - _bare(stage)).astype(np.uint8)
    wide = round(differs.shape[1] / bare.scale)
    large = np.asarray(Image.fromarray(differs).resize((wide, wide), Image.Resampling.BICUBIC))
    whole = np.zeros((stage.height, stage.width), np.uint8)
    top = _registered(stage)
    whole[top : top + wide] = large
    part = whole[box[1] : box[3], box[0] : box[2]]
    return part >= SURELY, part >= PERHAPS


@lru_cache
def _whole(file: str) -> np.ndarray:
    return np.asarray(Image.open(STATIC / file).convert("L"), int)


@lru_cache
def _registered(stage: PictureView) -> int:
    """How far down the picture its part begins, found by laying the one on the other."""
    whole = _whole(stage.file)
    wide = whole.shape[1]
    pixels = square_of(stage, 2 * PICTURE_PX).pixels
    part = np.asarray(Image.fromarray(pixels).convert("L").resize((wide, wide)), int)[::8, ::8]
    tops = range(whole.shape[0] - wide + 1)
    return min(tops, key=lambda top: int(np.abs(whole[top : top + wide : 8, ::8] - part).sum()))


@lru_cache
def _bare(stage: PictureView) -> np.ndarray:
    """The metal without words as an e-mail would have it: JPEG alters both alike."""
    file = io.BytesIO()
    Image.fromarray(square_of(stage, 2 * PICTURE_PX).pixels).save(file, "JPEG", quality=86)
    return _greys(file.getvalue())


def _greys(file: bytes) -> np.ndarray:
    return np.asarray(Image.open(io.BytesIO(file)).convert("L"), int)


def strays(one: np.ndarray, other: np.ndarray, reach: float) -> int:
    """How many pixels of the one lie further than that from any of the other."""
    step = int(reach) + 1
    near = np.pad(other, step)
    left = np.argwhere(one & ~other) + step
    for dy, dx in product(range(-step, step + 1), repeat=2):
        if dy * dy + dx * dx <= reach * reach:
            left = left[~near[left[:, 0] + dy, left[:, 1] + dx]]
    return len(left)


def check_one(case: Case) -> int:
    """How many pictures were held against what is cut."""
    baskets, orders, emails = case.in_the_basket(), case.on_the_order(), case.in_the_email()
    assert len(case.stages) == len(baskets) == len(orders) == len(emails), case
    for stage, basket, order, email in zip(case.stages, baskets, orders, emails, strict=True):
        typed = case.on_the_stage(stage)
        box = box_of(case, stage)
        whole, truth = cut_on(case, stage, turns_of(stage, typed), box)
        reach = WITHIN_MM * min(place.px_per_mm for place in stage.placements)
        assert truth.any(), case
        pictures = {"stage": typed, "basket": basket, "order": order}
        masks = {where: (inked(drawn, box),) * 2 for where, drawn in pictures.items()}
        for where, (surely, perhaps) in {**masks, "e-mail": in_pixels(email, stage, box)}.items():
            assert strays(surely, whole, reach) == 0, f"{case}: the {where} shows what is not cut"
            assert strays(surely, truth, 2 * reach) == 0, (
                f"{case}: the {where} shows what lies under something"
            )
            assert strays(truth, perhaps, reach) == 0, f"{case}: the {where} lacks what is cut"
    return 4 * len(case.stages)


@pytest.mark.slow
@pytest.mark.parametrize(("slug", "metal"), SHOWN)
def test_what_is_seen_is_what_is_cut(catalogue: Catalogue, slug: str, metal: str) -> None:
    """In the general faces by turns, with short words and long ones, and in faces of other scripts."""
    at = SHOWN.index((slug, metal))
    general = [face.slug for face in GENERAL]
    other = [face for face in FACES.values() if face.sample][at]
    tried = list(cases(catalogue, slug, metal, [general[at % len(general)]], [(*SHORT, LONG)[at % 3]]))
    if at % 2:
        tried += cases(catalogue, slug, metal, [other.slug], [other.sample])
    else:
        tried += cases(catalogue, slug, metal, [general[(at + 2) % len(general)]], [LONG])
    assert sum(map(check_one, tried)) >= 4, "hardly a face fits"


@pytest.mark.slow
@pytest.mark.parametrize(
    ("slug", "metal", "face"), [("disc", "silver", "marcellus"), ("heart", "gold", "great-vibes")]
)
def test_a_day_is_seen_as_much_smaller_than_its_name_as_it_is_cut(
    catalogue: Catalogue, slug: str, metal: str, face: str
) -> None:
    case = name_and_day(catalogue, slug, metal, face)
    (side,) = {line.side for line in case.engraving.lines}
    words = case.engraving.words_on(side)
    area = next(area for area in case.piece.sides if area.key == side)
    name, day = lay_out(area, case.engraving.faces_on(side), words).lines
    assert day.cap_mm < 0.99 * name.cap_mm
    assert check_one(case) >= 4


def test_the_sixth_piece_carries_no_words(catalogue: Catalogue) -> None:
    assert {piece.slug for piece in catalogue.pieces} - {slug for slug, _ in SHOWN} == {"petal"}
    assert not catalogue.by_slug["petal"].engravable


def test_a_drawing_that_is_off_by_a_little_more_than_that_is_found(catalogue: Catalogue) -> None:
    (case,) = cases(catalogue, "disc", "silver", ["marcellus"], ["Wren"])
    stage = case.stages[0]
    truth, _ = cut_on(case, stage, {"front": ""}, box_of(case, stage))
    px_per_mm = stage.placements[0].px_per_mm
    assert strays(np.roll(truth, round(0.15 * px_per_mm), 1), truth, WITHIN_MM * px_per_mm) > 0
    assert strays(np.roll(truth, round(0.05 * px_per_mm), 1), truth, WITHIN_MM * px_per_mm) == 0


@pytest.mark.slow
@pytest.mark.parametrize(
    ("metal", "face", "words"), [("silver", "marcellus", "Wren"), ("gold", "cormorant-sc", LONG)]
)
def test_the_ends_of_hairlines_are_seen_in_an_email_on_grey_metal_too(
    catalogue: Catalogue, metal: str, face: str, words: str
) -> None:
    (case,) = cases(catalogue, "two-rings", metal, [face], [words])
    assert check_one(case) == 4


@pytest.mark.faults_long
@pytest.mark.parametrize(("slug", "metal"), SHOWN)
def test_what_is_seen_is_what_is_cut_in_every_face_and_for_many_names(
    catalogue: Catalogue, slug: str, metal: str
) -> None:
    names = [
        name.strip()
        for row in NAMES.read_text("utf-8").splitlines()[1:]
        for name in row.partition(":")[2].split(",")
    ]
    words = [*SHORT, LONG, *names[:: len(names) // 12]]
    pictures, wrong = 0, []
    for face in FACES.values():
        for case in cases(
            catalogue, slug, metal, [face.slug], [face.sample, *words] if face.sample else words
        ):
            try:
                pictures += check_one(case)
            except AssertionError as problem:
                wrong.append(str(problem).partition("\n")[0])
    assert not wrong, "\n".join(wrong)
    print(f"{slug} in {metal}: {pictures} pictures agree")  # noqa: T201
    assert pictures > 100
