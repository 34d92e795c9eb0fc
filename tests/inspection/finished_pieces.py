"""Made-up photographs of finished pieces: everything by recipe, with one planted fault in half of them.

Nothing here is shared with the program that judges them. The words are painted by resvg from the proof, as a
browser paints them, and not from the outlines that are cut; the camera, the metal, the grounds and the dirt
are this module's own. A photograph has a million pixels, a twelfth of what telephones take.

What is as approved may still lie up to 0.3 mm and two degrees off in the jig, and be cut up to 0.03 mm wider
or narrower. Light is reckoned as light and encoded as screens do (a gamma of 2.2).
"""

import io
import math
import re
import unicodedata
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Final

import numpy as np
import resvg_py
from PIL import Image, ImageDraw, ImageFilter

from shop.engraving import Area
from shop.engraving.areas import outline
from shop.engraving.drawing import svg
from shop.engraving.engraving import EngravedLine
from shop.engraving.faces import FACES, Face
from shop.engraving.layout import lay_out

SIDES: Final = {
    "heart": (Area("front", "Front", "heart", 15.0, 14.0, 2),),
    "disc": (
        Area("front", "Front", "disc", 16.0, 16.0, 2, rim=True),
        Area("back", "Back", "disc", 16.0, 16.0, 3),
    ),
    "thread": (Area("front", "Front", "bar", 30.0, 5.0, 1), Area("back", "Back", "bar", 30.0, 5.0, 1)),
    "keeping": (
        Area("left", "Inside, left", "disc", 18.0, 18.0, 3),
        Area("right", "Inside, right", "disc", 18.0, 18.0, 3),
    ),
}
"""The sides that can be photographed flat. Rings are looked at by eye."""

FAULTS: Final = ("letter", "accent", "face", "side", "size", "unit", "mirrored")
GROUNDS: Final = ("paper", "slate", "wood", "linen", "mat", "cloth")
TONES: Final = {"silver": (0.62, 0.62, 0.63), "gold": (0.66, 0.47, 0.22)}
FRAME: Final = (1200, 900)
INK_PX_MM: Final = 48
LATIN: Final = ("great-vibes", "marcellus", "courier-prime", "cormorant-sc", "rubik", "noto-serif")
OTHERS: Final = {
    "arab": ("noto-naskh-arabic",), "deva": ("noto-sans-devanagari",), "hebr": ("noto-serif-hebrew",),
    "cyrl": ("noto-serif", "cormorant-sc"), "grek": ("noto-serif",), "thai": ("noto-serif-thai",),
}  # fmt: skip
NAMES: Final = {
    "latn": (
        "Siân", "Zoë", "Åse", "Łucja", "Nguyễn", "Siobhán", "Renée", "Mabli", "Rhys", "Élodie", "Jürgen",
        "Chloë", "Seán", "Wren", "Mum", "Dad", "Łukasz", "Ingrid", "Noël", "Ffion", "Gwenllïan", "Małgorzata",
        "Björn", "Ñusta", "Ángel", "Jiří", "Čeněk", "Þór", "Ôwen", "Tŷ Mawr", "Beloved", "Always", "for ever",
        "part of me", "my girl", "all my love", "so small", "Cariad", "Grace", "Oliver", "Amélie", "Iñaki",
        "Trần Thị", "Phạm", "Øyvind", "Håkon", "Šárka", "Zdeněk", "Ağaoğlu", "İlker",
    ),
    "arab": ("نور", "محمد", "ليلى", "فاطمة", "حبيبتي", "زينب"),
    "deva": ("आरव", "प्रिया", "गीता", "माँ", "सूर्य", "चाँदनी"),
    "hebr": ("שרה", "דוד", "אהבה", "מרים"),
    "cyrl": ("Ольга", "Андрей", "Соня", "Любовь", "Йосип"),
    "grek": ("Ελένη", "Άννα", "Μαρία", "αγάπη"),
    "thai": ("แม่", "รัก", "น้อย"),
}  # fmt: skip
DATES: Final = (
    "3.4.2019",
    "12 May 2021",
    "1998 – 2024",
    "2023",
    "7/11/22",
    "XI.MMXX",
    "born asleep",
    "& always",
)
_LIKE: Final = (
    "ao", "ec", "nu", "hb", "mn", "il", "rn", "dq", "gy", "vw", "kh", "BR", "EF", "OQ", "MN", "SZ", "GC",
    "PR", "36", "17", "08", "25", "49", "DO", "AÀ", "LI", "tf", "ss", "zs", "xk", "oe", "bd", "ui",
)  # fmt: skip
"""Letters that a tired hand or eye takes for one another, some of them."""


@dataclass(frozen=True)
class Finished:
    """A finished piece on a photograph: what was approved for the side, and what is wrong, if anything."""

    data: bytes = field(repr=False)
    piece: str
    area: Area
    face: Face
    words: dict[int, str]
    fault: str
    planted: str
    ground: str
    metal: str


def finished(seed: int, number: int) -> Finished:
    """The photograph of this number: the odd ones have a fault, each kind in its turn."""
    chance = np.random.default_rng([seed, number])
    fault = FAULTS[number // 2 % len(FAULTS)] if number % 2 else ""
    while True:
        piece = str(chance.choice(list(SIDES)))
        sides = SIDES[piece]
        at = int(chance.integers(len(sides)))
        script = str(chance.choice(list(NAMES))) if chance.random() < 0.3 else "latn"
        face = FACES[str(chance.choice(LATIN if script == "latn" else OTHERS[script]))]
        area = sides[at]
        words = _words(chance, area, script)
        if not _fits(area, face, words):
            continue
        planted = _planted(chance, fault, sides, at, script, face, words)
        if planted is not None:
            break
    ink, said = planted
    metal, ground = str(chance.choice(list(TONES))), str(chance.choice(GROUNDS))
    data = _photographed(chance, piece, area, ink, metal, ground)
    return Finished(data, piece, area, face, words, fault, said, ground, metal)


def photographed(seed: int, piece: str, area: Area, face: Face, words: dict[int, str]) -> bytes:
    """A piece with these words, in silver on slate."""
    ink = painted(area, face, words)
    return _photographed(np.random.default_rng(seed), piece, area, ink, "silver", "slate")


def photographed_cut(seed: int, piece: str, area: Area, file: str) -> bytes:
    """A piece that was cut by this SVG file, in silver on slate."""
    ink = _cut(area, file)
    return _photographed(np.random.default_rng(seed), piece, area, ink, "silver", "slate")


def _words(chance, area, script) -> dict[int, str]:
    lines = list(area.line_numbers)
    if len(lines) > 1:
        lines = lines[: int(chance.integers(1, len(lines) + 1))]
    words = {}
    for line in lines:
        some = DATES if line > 1 and chance.random() < 0.4 and script == "latn" else NAMES[script]
        words[line] = str(chance.choice(some))
        if area.shape == "bar" and script == "latn" and chance.random() < 0.5:
            words[line] += " & " + str(chance.choice(NAMES[script]))
    return words


def _fits(area, face, words) -> bool:
    from shop.engraving.characters import drawable

    if any(drawable(face, text) != text for text in words.values()):
        return False
    return not lay_out(area, face, words).problems


def _planted(chance, fault, sides, at, script, face, words):
    """The ink that is on the side, and what is wrong with it; None when this side cannot have that fault."""
    area = sides[at]
    right = painted(area, face, words)
    if fault == "":
        return right, ""
    found = _FAULTS[fault](chance, sides, at, script, face, words, right)
    if found is None or np.abs(found[0] - right).sum() < 0.02 * INK_PX_MM**2:
        return None
    return found


def _cut(area: Area, file: str) -> np.ndarray:
    """The same of a file for the cutter, whose middle is the side's."""
    wide, high = area.width_mm + 0.2, area.height_mm + 0.2
    page = f'<svg viewBox="{-wide / 2} {-high / 2} {wide} {high}"'
    drawing = page + re.sub(r' (width|height|viewBox)="[^"]*"', "", file.partition("<svg")[2], count=3)
    return _inked(area, drawing)


def painted(area: Area, face: Face, words: dict[int, str]) -> np.ndarray:
    """Where ink is, 0 to 1, INK_PX_MM to the mm, the side's middle in the middle."""
    lines = [EngravedLine(area.key, line, text) for line, text in words.items()]
    drawing = re.sub(r' (width|height)="[^"]*mm"', "", svg(area, lines, face, edge=False))
    return _inked(area, drawing)


def _inked(area: Area, drawing: str) -> np.ndarray:
    png = resvg_py.svg_to_bytes(
        svg_string=drawing, zoom=INK_PX_MM, background="#ffffff", skip_system_fonts=True
    )
    grey = np.asarray(Image.open(io.BytesIO(png)).convert("L"), np.float32)
    wide, high = round((area.width_mm + 0.2) * INK_PX_MM), round((area.height_mm + 0.2) * INK_PX_MM)
    ink = 1 - grey / 255
    return np.asarray(Image.fromarray(ink).resize((wide, high), Image.Resampling.BILINEAR))


def _other_letter(chance, sides, at, script, face, words, right):
    area = sides[at]
    line = int(chance.choice(list(words)))
    text = words[line]
    places = [place for place, letter in enumerate(text) if letter.isalnum()]
    for _ in range(12):
        place = int(chance.choice(places))
        letter = text[place]
        if chance.random() < 0.3 and place + 1 in places and text[place + 1] != letter:
            changed = text[:place] + text[place + 1] + letter + text[place + 2 :]
        else:
            alike = [pair.replace(letter, "", 1) for pair in _LIKE if letter in pair]
            same_script = [other for name in NAMES[script] for other in name if other.isalpha()]
            pool = alike if alike and chance.random() < 0.7 else same_script
            other = str(chance.choice(pool))
            if len(other) != 1 or other.lower() == letter.lower() or bool(unicodedata.combining(other)):
                continue
            changed = text[:place] + other + text[place + 1 :]
        new = {**words, line: changed}
        if _fits(area, face, new):
            return painted(area, face, new), f"{text} became {changed}"
    return None


def _accent(chance, sides, at, script, face, words, right):
    """A mark or dot was not cut, or one too many; the rest stays where it was."""
    area = sides[at]
    if chance.random() < 0.25 and script == "latn":
        return _accent_more(chance, area, face, words)
    if chance.random() < 0.3:
        found = _accent_less(chance, area, face, words)
        if found is not None:
            return found
    pieces = _separate(right)
    largest = max((size for _, size in pieces), default=0)
    small = [(mask, size) for mask, size in pieces if 0.012 * INK_PX_MM**2 < size < 0.3 * largest]
    if not small:
        return None
    mask, size = small[int(chance.integers(len(small)))]
    return (
        right * ~mask,
        f"a mark of {size / INK_PX_MM**2:.3f} square mm was not cut ({' / '.join(words.values())})",
    )


def _accent_less(chance, area, face, words):
    for line in words:
        bare = "".join(c for c in unicodedata.normalize("NFD", words[line]) if not unicodedata.combining(c))
        if bare != unicodedata.normalize("NFD", words[line]) and _fits(area, face, {**words, line: bare}):
            return painted(area, face, {**words, line: bare}), f"{words[line]} became {bare}"
    return None


def _accent_more(chance, area, face, words):
    line = int(chance.choice(list(words)))
    text = words[line]
    places = [place for place, letter in enumerate(text) if letter in "aeouAEOU"]
    if not places:
        return None
    place = int(chance.choice(places))
    mark = str(chance.choice(list("\u0301\u0300\u0302\u0308")))
    changed = unicodedata.normalize("NFC", text[: place + 1] + mark + text[place + 1 :])
    if not _fits(area, face, {**words, line: changed}):
        return None
    return painted(area, face, {**words, line: changed}), f"{text} became {changed}"


def _separate(ink) -> list[tuple[np.ndarray, int]]:
    """Each piece of ink that touches no other, with its size in pixels."""
    coarse = Image.fromarray(ink).resize((ink.shape[1] // 4, ink.shape[0] // 4), Image.Resampling.BOX)
    there = np.pad(np.asarray(coarse) > 0.2, 1)
    names = np.where(there, np.arange(1, there.size + 1).reshape(there.shape), 0)
    while True:
        wider = names
        for step, axis in ((1, 0), (-1, 0), (1, 1), (-1, 1)):
            wider = np.maximum(wider, np.roll(wider, step, axis))
        wider = np.where(there, wider, 0)
        if (wider == names).all():
            break
        names = wider
    found = []
    for name in np.unique(names[there]):
        mask = Image.fromarray(((names[1:-1, 1:-1] == name) * 255).astype(np.uint8))
        grown = np.asarray(mask.filter(ImageFilter.MaxFilter(3)).resize(ink.shape[::-1])) > 0
        found.append((grown, int((ink * grown).sum())))
    return found


def _face(chance, sides, at, script, face, words, right):
    area = sides[at]
    faces = LATIN if script == "latn" else (*OTHERS[script], *LATIN, "noto-nastaliq-urdu")
    others = [FACES[slug] for slug in faces if slug != face.slug and slug in FACES]
    chance.shuffle(others)
    for other in others:
        if _fits(area, other, words):
            return painted(area, other, words), f"{other.slug} in the place of {face.slug}"
    return None


def _side(chance, sides, at, script, face, words, right):
    if len(sides) == 1 or chance.random() < 0.2:
        return np.zeros_like(right), "this side is bare"
    for _ in range(20):
        other = _words(chance, sides[1 - at], script)
        if other != words and _fits(sides[1 - at], face, other):
            return painted(sides[1 - at], face, other), f"the other side's: {other}"
    return None


def _size(chance, sides, at, script, face, words, right):
    scale = float(chance.choice([chance.uniform(0.82, 0.91), chance.uniform(1.09, 1.2)]))
    high, wide = right.shape
    page = Image.fromarray(right)
    middle = (wide / 2 * (1 - 1 / scale), high / 2 * (1 - 1 / scale))
    ink = page.transform(
        (wide, high), Image.Transform.AFFINE, (1 / scale, 0, middle[0], 0, 1 / scale, middle[1]),
        Image.Resampling.BILINEAR,
    )  # fmt: skip
    return np.asarray(ink), f"{scale:.2f} of its size"


def _unit(chance, sides, at, script, face, words, right):
    area = sides[at]
    for _ in range(20):
        other = _words(chance, area, script)
        if other != words and _fits(area, face, other):
            return painted(area, face, other), f"another unit's: {other}"
    return None


def _mirrored(chance, sides, at, script, face, words, right):
    return right[:, ::-1].copy(), "mirrored"


_FAULTS: Final[dict[str, Callable]] = {
    "letter": _other_letter, "accent": _accent, "face": _face, "side": _side, "size": _size, "unit": _unit,
    "mirrored": _mirrored,
}  # fmt: skip


def homography(here: np.ndarray, there: np.ndarray) -> np.ndarray:
    """The map that takes four points to four others."""
    rows, wanted = [], []
    for (x, y), (u, v) in zip(here, there, strict=True):
        rows += [[x, y, 1, 0, 0, 0, -u * x, -u * y], [0, 0, 0, x, y, 1, -v * x, -v * y]]
        wanted += [u, v]
    return np.append(np.linalg.solve(np.array(rows), np.array(wanted)), 1).reshape(3, 3)


def _camera(chance, area: Area) -> np.ndarray:
    """From mm about the side's middle, y down, to pixels: tilted up to twelve degrees, three frames away."""
    tilt, pan = np.radians(chance.uniform(-12, 12, 2))
    upright = chance.random() < 0.7
    turn = math.radians(chance.uniform(-20, 20) if upright else chance.uniform(0, 360))
    if area.shape == "bar" and not upright:
        turn = math.radians(chance.choice([0, 180]) + chance.uniform(-25, 25))
    half = np.array([area.width_mm, area.height_mm]) / 2
    corners = np.array([(-1, -1), (1, -1), (1, 1), (-1, 1)]) * half
    c, s = math.cos(turn), math.sin(turn)
    flat = corners @ np.array([[c, s], [-s, c]])
    share = chance.uniform(0.5, 0.72)
    reach = max(np.ptp(flat[:, 0]) / FRAME[0], np.ptp(flat[:, 1]) / FRAME[1])
    if area.shape != "bar":
        reach = max(area.width_mm, area.height_mm) / FRAME[1]
    away = 3 * reach * FRAME[0]
    depth = math.sin(tilt) * flat[:, 1] + math.sin(pan) * flat[:, 0] + away
    found = flat * (math.cos(pan), math.cos(tilt)) / depth[:, None] * away
    found = found * share / reach
    found += np.array(FRAME) / 2 + chance.uniform(-0.06, 0.06, 2) * FRAME[1]
    return homography(corners, found)


def _photographed(chance, piece, area, ink, metal, ground) -> bytes:
    at = _camera(chance, area)
    u, v = _places(at)
    px_mm = math.sqrt(abs(np.linalg.det(at[:2, :2])))
    body, fittings = _covers(chance, at, area, piece)
    solid = np.maximum(body, fittings)
    light = _ground(chance, ground, u, v) * _daylight(chance)[..., None]
    light *= 1 - _shadow(chance, solid, px_mm)[..., None]
    rows, columns = np.nonzero(body)
    part = slice(rows.min(), rows.max() + 1), slice(columns.min(), columns.max() + 1)
    shine = _metal(chance, area, metal, u[part], v[part])
    shine = _engraved(chance, shine, ink, u[part], v[part], area)
    shine = shine * (1 - _scratches(chance, at)[part])[..., None]
    light[part] += (shine - light[part]) * body[part][..., None]
    wire = (
        np.array(TONES[metal], np.float32) * (0.55 + 0.6 * np.abs(_cloud(chance, body.shape, 9)))[..., None]
    )
    only = np.clip(fittings - body, 0, 1)[..., None]
    light += (wire - light) * only
    return _exposed(chance, light)


def _places(at):
    back = np.linalg.inv(at)
    y, x = np.mgrid[0 : FRAME[1], 0 : FRAME[0]].astype(np.float32) + np.float32(0.5)
    w = back[2, 0] * x + back[2, 1] * y + back[2, 2]
    return tuple(((back[r, 0] * x + back[r, 1] * y + back[r, 2]) / w).astype(np.float32) for r in range(2))


def _onto(at, points):
    found = np.column_stack([np.asarray(points, float), np.ones(len(points))]) @ at.T
    return found[:, :2] / found[:, 2:]


def _covers(chance, at, area, piece):
    """How much of each pixel the piece's own face covers, and its eyes, bail, hinge and chain."""
    fine = 2
    size = (FRAME[0] * fine, FRAME[1] * fine)
    body, rest = Image.new("L", size), Image.new("L", size)
    draw, fit = ImageDraw.Draw(body), ImageDraw.Draw(rest)
    edge = _rounded([(x, -y) for x, y in outline(area)[0]], 0.4 if area.shape == "bar" else 0.0)
    draw.polygon([tuple(p) for p in (_onto(at, edge) * fine).tolist()], fill=255)
    px_mm = math.sqrt(abs(np.linalg.det(at[:2, :2]))) * fine

    def ring(x, y, radius, wide):
        points = [(x + radius * math.cos(t), y + radius * math.sin(t)) for t in np.linspace(0, 2 * np.pi, 50)]
        fit.line([tuple(p) for p in (_onto(at, points) * fine).tolist()], fill=255, width=round(wide * px_mm))

    def chain(x, y, towards):
        bend = chance.uniform(-0.6, 0.6)
        s = np.linspace(0, 40, 160)
        angle = towards + bend * s / 20
        points = np.column_stack([x + np.cumsum(np.cos(angle)) * 0.25, y + np.cumsum(np.sin(angle)) * 0.25])
        for one, two in zip(points[:-1:2], points[1::2], strict=True):
            fit.line(
                [tuple(p) for p in (_onto(at, [one, two]) * fine).tolist()],
                fill=255,
                width=round(0.7 * px_mm),
            )

    high = area.height_mm / 2
    if area.shape == "bar":
        for side in (-1, 1):
            ring(side * (area.width_mm / 2 + 0.6), 0, 0.75, 0.45)
            if chance.random() < 0.6:
                chain(side * (area.width_mm / 2 + 1.2), 0, 0 if side > 0 else math.pi)
    else:
        top = -high + (3.6 if piece == "heart" else 0.0)
        ring(0, top - 0.75, 0.9, 0.5)
        if chance.random() < 0.7:
            ring(0, top - 2.6, 1.3, 0.7)
            for way in (-1, 1):
                chain(0, top - 3.4, -math.pi / 2 + way * chance.uniform(0.2, 0.7))
        if piece == "keeping":
            side = 1 if area.key == "left" else -1
            ring(side * (area.width_mm / 2 + 0.4), 0, 0.5, 0.9)
    scale = lambda page: np.asarray(page.reduce(fine), np.float32) / 255  # noqa: E731
    return scale(body), scale(rest)


def _rounded(edge, radius):
    if not radius:
        return np.array(edge)
    import shapely

    return np.array(shapely.Polygon(edge).buffer(-radius).buffer(radius).exterior.coords)


def _cloud(chance, shape, step, along=1):
    small = chance.standard_normal((shape[0] // step + 3, shape[1] // (step * along) + 3), np.float32)
    found = np.asarray(Image.fromarray(small).resize((shape[1], shape[0]), Image.Resampling.BICUBIC))
    return (found - found.mean()) / found.std()


def _ground(chance, ground, u, v):
    shape = u.shape
    tones = {
        "paper": (0.80, 0.79, 0.76), "slate": (0.06, 0.065, 0.07), "wood": (0.30, 0.17, 0.08),
        "linen": (0.52, 0.46, 0.36), "mat": (0.05, 0.20, 0.13), "cloth": (0.03, 0.03, 0.07),
    }  # fmt: skip
    tone = np.array(tones[ground], np.float32) * chance.uniform(0.8, 1.15)
    grain = {"paper": 0.012, "slate": 0.16, "wood": 0.05, "linen": 0.06, "mat": 0.03, "cloth": 0.12}[ground]
    texture = 1 + grain * (_cloud(chance, shape, 3) + 0.7 * _cloud(chance, shape, 17))
    turn = chance.uniform(0, np.pi)
    along = u * math.cos(turn) + v * math.sin(turn)
    across = v * math.cos(turn) - u * math.sin(turn)
    if ground == "wood":
        wander = across + 0.6 * np.sin(along * 0.12 + chance.uniform(0, 6))
        texture *= 1 + 0.13 * np.sin(wander * 1.9) + 0.07 * np.sin(wander * 5.1 + 1)
    if ground == "linen":
        texture *= 1 + 0.10 * np.sin(along * 9) * np.sin(across * 9)
    light = tone * texture[..., None]
    if ground == "mat":
        lines = np.minimum(np.abs((along + 5) % 10 - 5), np.abs((across + 5) % 10 - 5))
        light = light + 0.35 * np.clip(1.5 - lines / 0.15, 0, 1)[..., None] * np.array(
            (1, 1, 0.6), np.float32
        )
    return np.clip(light, 0.005, 1.0).astype(np.float32)


def _daylight(chance):
    y, x = np.mgrid[-1 : 1 : FRAME[1] * 1j, -1 : 1 : FRAME[0] * 1j].astype(np.float32)
    turn = chance.uniform(0, 2 * np.pi)
    return 1 + chance.uniform(0, 0.22) * (x * math.cos(turn) + y * math.sin(turn)) - 0.1 * (x**2 + y**2) / 2


def _shadow(chance, solid, px_mm):
    dx, dy = chance.uniform(-0.7, 0.7, 2) * px_mm
    page = Image.fromarray((solid * 255).astype(np.uint8))
    page = page.transform(page.size, Image.Transform.AFFINE, (1, 0, -dx, 0, 1, -dy))
    soft = page.filter(ImageFilter.GaussianBlur(chance.uniform(0.35, 0.9) * px_mm))
    return np.asarray(soft, np.float32) / 255 * chance.uniform(0.15, 0.55)


def _metal(chance, area, metal, u, v):
    """A polished or brushed face: the room in it as soft bands, a bevel along its edge."""
    turn = chance.uniform(0, 2 * np.pi)
    half = max(area.width_mm, area.height_mm) / 2
    along = (u * math.cos(turn) + v * math.sin(turn)) / half
    tone = 1 + chance.uniform(-0.3, 0.3) * along
    for _ in range(int(chance.integers(1, 4))):
        where, wide = chance.uniform(-1, 1), chance.uniform(0.15, 0.5)
        tone += chance.uniform(-0.22, 0.25) / (1 + np.exp(-(along - where) / wide * 4))
    brushed = _cloud(chance, u.shape, 2, int(chance.integers(1, 14)))
    tone *= 1 + chance.uniform(0.01, 0.045) * brushed + 0.02 * _cloud(chance, u.shape, 40)
    if chance.random() < 0.35:
        turn = chance.uniform(0, 2 * np.pi)
        off = (u * math.cos(turn) + v * math.sin(turn)) - chance.uniform(-0.8, 0.8) * half
        tone += chance.uniform(0.15, 0.6) * np.exp(-((off / chance.uniform(0.6, 2.0)) ** 2))
    tone *= 1 + chance.uniform(-0.35, 0.35) * _bevel(area, u, v)
    return np.clip(tone, 0.15, None)[..., None] * np.array(TONES[metal], np.float32)


def _bevel(area, u, v):
    """One along the outermost third of a mm, fading inwards."""
    edge = [(x, -y) for x, y in outline(area)[0]]
    scale = 16
    wide, high = round((area.width_mm + 2) * scale), round((area.height_mm + 2) * scale)
    page = Image.new("L", (wide, high))
    ImageDraw.Draw(page).polygon([(x * scale + wide / 2, y * scale + high / 2) for x, y in edge], fill=255)
    inner = np.asarray(page.filter(ImageFilter.GaussianBlur(0.25 * scale)), np.float32) / 255
    return 1 - np.clip(_sampled(2 * inner - 1, u * scale + wide / 2, v * scale + high / 2), 0, 1)


def _sampled(plane, x, y):
    """Between the pixels of a plane whose outside is its border."""
    x, y = np.clip(x - 0.5, 0, plane.shape[1] - 1.001), np.clip(y - 0.5, 0, plane.shape[0] - 1.001)
    x0, y0 = x.astype(np.int32), y.astype(np.int32)
    fx, fy = x - x0, y - y0
    above = plane[y0, x0] * (1 - fx) + plane[y0, x0 + 1] * fx
    below = plane[y0 + 1, x0] * (1 - fx) + plane[y0 + 1, x0 + 1] * fx
    return above * (1 - fy) + below * fy


def _engraved(chance, shine, ink, u, v, area):
    """Darker in the groove, a lip of light on the side away from the window; as the jig held it."""
    off = np.clip(chance.normal(0, 0.1, 2), -0.3, 0.3)
    turn = math.radians(float(np.clip(chance.normal(0, 0.7), -2, 2)))
    c, s = math.cos(turn), math.sin(turn)
    x, y = c * (u - off[0]) + s * (v - off[1]), -s * (u - off[0]) + c * (v - off[1])
    wider = chance.uniform(-0.03, 0.03) * INK_PX_MM
    page = Image.fromarray((np.pad(ink, 8) * 255).astype(np.uint8))
    grown = page.filter(ImageFilter.GaussianBlur(1.0))
    if abs(wider) > 0.7:
        size = 2 * round(abs(wider)) + 1
        kind = ImageFilter.MaxFilter if wider > 0 else ImageFilter.MinFilter
        thin = np.asarray(page.filter(kind(size)).filter(ImageFilter.GaussianBlur(1.0)), np.float32)
        plane = thin / 255 if wider > 0 else np.maximum(thin, 0.8 * np.asarray(page, np.float32)) / 255
    else:
        plane = np.asarray(grown, np.float32) / 255
    high, wide = plane.shape
    cover = _sampled(plane, x * INK_PX_MM + wide / 2, y * INK_PX_MM + high / 2)
    lip_turn = chance.uniform(0, 2 * np.pi)
    dx, dy = 0.05 * math.cos(lip_turn), 0.05 * math.sin(lip_turn)
    beside = _sampled(plane, (x + dx) * INK_PX_MM + wide / 2, (y + dy) * INK_PX_MM + high / 2)
    dark = chance.uniform(0.4, 0.8) * (1 + 0.12 * _cloud(chance, u.shape, 5))
    shine = shine * (1 - np.clip(dark * cover, 0, 0.95))[..., None]
    return shine * (1 + chance.uniform(0, 0.35) * np.clip(beside - cover, 0, 1))[..., None]


def _scratches(chance, at):
    """Fine scratches and a speck of dust or two, smaller than any dot that is cut."""
    page = Image.new("L", FRAME)
    draw = ImageDraw.Draw(page)
    for _ in range(int(chance.integers(0, 4))):
        one = chance.uniform(-7, 7, 2)
        two = one + chance.uniform(-3, 3, 2)
        draw.line(
            [tuple(p) for p in _onto(at, [one, two]).tolist()], fill=int(chance.integers(20, 60)), width=1
        )
    for _ in range(int(chance.integers(0, 5))):
        x, y = _onto(at, [chance.uniform(-6, 6, 2)])[0]
        radius = chance.uniform(0.5, 1.6)
        draw.ellipse((x - radius, y - radius, x + radius, y + radius), fill=int(chance.integers(60, 150)))
    return np.asarray(page, np.float32) / 255


def _exposed(chance, light) -> bytes:
    screen = 245 * np.clip(light * chance.uniform(0.8, 1.15), 0, 1.04).astype(np.float32) ** np.float32(
        1 / 2.2
    )
    page = Image.fromarray(np.clip(screen, 0, 255).astype(np.uint8), "RGB")
    page = page.filter(ImageFilter.GaussianBlur(chance.uniform(0.6, 1.3)))
    noisy = np.asarray(page, np.float32) + chance.uniform(1.5, 4.0) * chance.standard_normal(
        screen.shape, np.float32
    )
    file = io.BytesIO()
    Image.fromarray(np.clip(noisy, 0, 255).astype(np.uint8), "RGB").save(
        file, "JPEG", quality=int(chance.integers(78, 93))
    )
    return file.getvalue()
