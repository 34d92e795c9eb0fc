"""The faces: which there are (faces.toml), which letters each one has, and how it shapes words."""

import hashlib
import threading
import tomllib
from collections.abc import Callable, Mapping
from dataclasses import field
from functools import cache, cached_property
from importlib.util import find_spec
from io import BytesIO
from pathlib import Path
from typing import Any, Final, TypeVar

import uharfbuzz
from fontTools.pens.basePen import BasePen
from fontTools.pens.svgPathPen import SVGPathPen
from fontTools.ttLib import TTFont

from shop.engraving.faces.glyph_outline import Outline
from shop.engraving.geometry import Box, Point, convex_hull, cubic
from shop.engraving.signs import SIGNS, sign
from shop.frozen import frozen

T = TypeVar("T")

SETTING: Final = 2
"""2: days stand smaller than names (smaller_days.py), and what is `apart` stands so."""

_FOLDER: Final = Path(__file__).parent
_CURVE_STEPS: Final = 6
"""Points taken along one curve of an outline; at engraving sizes the rest of it strays under 0.01 mm."""

_SIGN_WEIGHTS: Final = (0.065, 0.11)
"""Least and most of the line of a hollow heart or star, in capitals' heights."""


@frozen(kw_only=True)
class Face:
    """An engraving face, as faces.toml declares it; lengths are in mm.

    `scripts` are those it is made for, by ISO 15924: it may draw a letter or two of others. One that is
    `only_for` some of them is offered when words need it. `index` is the font's number in a collection.
    The letters of one that is `joined` run into one another, so they are bent where words follow a circle.
    `apart` has characters that would touch their neighbours, and how much further they stand from a blank and
    from a letter, in capitals' heights. `setting` is the number of the rules by which lines are set: words
    that were checked by former ones stay as they were.
    """

    slug: str
    name: str
    description: str
    file: str
    cap_min_mm: float
    cap_max_mm: float
    thicken_mm: float
    leading: float
    scripts: tuple[str, ...]
    only_for: tuple[str, ...] = ()
    sample: str = ""
    package: str = ""
    index: int | None = None
    licence: str = ""
    unfit: str = ""
    joined: bool = False
    apart: Mapping[str, tuple[float, float]] = field(default_factory=dict)
    setting: int = SETTING
    _hash: int = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "_hash", hash((self.slug, self.cap_min_mm, self.thicken_mm)))

    def __hash__(self) -> int:
        return self._hash  # asked for dozens of times a drawing

    @property
    def path(self) -> Path:
        """The font file. Raises LookupError when its package is not installed."""
        return _path(self.package, self.file)

    @property
    def licence_path(self) -> Path:
        """The terms the font came under."""
        return _FOLDER / (self.licence or f"{self.slug}-OFL.txt")

    @property
    def version(self) -> str:
        """SHA-256 of the font file in hex: the same version cuts the same outlines."""
        return _sha256(self.package, self.file)

    @cached_property
    def font(self) -> "OpenFont":
        """See opened."""
        return _opened(self.package, self.file, self.index)

    def has(self, character: str) -> bool:
        """Whether this one character can be cut: the font draws it well, or it is a heart or star of ours."""
        return ord(character) in opened(self).characters and character not in self.unfit


class _Kept(dict[int, T]):
    """What there is to know of a glyph, found out when it is first asked for: dozens of times a drawing."""

    def __init__(self, find: Callable[[int], T]) -> None:
        super().__init__()
        self._find = find

    def __missing__(self, glyph: int) -> T:
        found = self[glyph] = self._find(glyph)
        return found


class OpenFont:
    """A font file opened once: HarfBuzz shapes with it, fontTools draws with it.

    A font of a collection HarfBuzz draws, too: fontTools needs a second and 60 MiB to open one. (Not so the
    others: it writes the same outlines in other words, and a proof that was approved goes by those it had.)
    The hearts and stars that the font lacks stand beside it, numbered on from its own glyphs.
    """

    def __init__(self, path: Path, index: int | None = None) -> None:
        face = uharfbuzz.Face(uharfbuzz.Blob.from_file_path(str(path)), index or 0)
        self.shaper: Any = uharfbuzz.Font(face)
        own = frozenset(face.unicodes)
        if index is not None:  # its own signs are of another hand
            own -= frozenset(map(ord, SIGNS))
        tags = uharfbuzz.OTMetricsTag
        self.cap_height: int = self.shaper.get_metric_position(tags.CAP_HEIGHT)
        self.x_height: int = self.shaper.get_metric_position(tags.X_HEIGHT)
        self._names: list[str] = []
        self._glyphs: Any = None
        if index is None:
            font = TTFont(BytesIO(path.read_bytes()), lazy=True)  # no file stays open
            self._names, self._glyphs = font.getGlyphOrder(), font.getGlyphSet()
        self._outlines: dict[int, Outline] = {}
        self.paths = _Kept(self._path)
        """SVG path data of each glyph."""
        self.boxes = _Kept(self._box)
        """How far each glyph's ink reaches, in capitals' heights; None when it has none."""
        self.signs: dict[str, tuple[int, float]] = {}
        """The characters drawn by us: the glyph's number, and how wide it stands in font units."""
        self._pencil = threading.Lock()  # fontTools unpacks a glyph while drawing it: one thread at a time
        weight = self._stroke()
        for number, character in enumerate(SIGNS, start=face.glyph_count):
            if ord(character) not in own:
                drawn = sign(character, self.cap_height, self.x_height, weight)
                self._outlines[number] = Outline(drawn.path, tuple(convex_hull(drawn.points)))
                self.signs[character] = number, drawn.advance
        self.characters: frozenset[int] = own | frozenset(map(ord, self.signs))
        """Code points of all that can be cut."""

    def outline(self, glyph: int) -> Outline:
        """The glyph's outline by its number in the font."""
        found = self._outlines.get(glyph)
        if found is None:
            with self._pencil:
                found = self._outlines[glyph] = self._draw(glyph)
        return found

    def _path(self, glyph: int) -> str:
        return self.outline(glyph).path

    def _box(self, glyph: int) -> Box | None:
        outline, unit = self.outline(glyph), self.cap_height
        if not outline.hull:
            return None
        left, bottom, right, top = outline.box
        return left / unit, bottom / unit, right / unit, top / unit

    def _stroke(self) -> float:
        """How heavy a line suits the letters: as the hyphen is, but neither a hair nor a bar."""
        hyphen = self._draw(self.shaper.get_nominal_glyph(ord("-"))).hull
        heavy = max(y for _, y in hyphen) - min(y for _, y in hyphen)
        least, most = _SIGN_WEIGHTS
        return min(max(heavy, least * self.cap_height), most * self.cap_height)

    def _draw(self, glyph: int) -> Outline:
        path, ink = SVGPathPen(self._glyphs), _InkPen(self._glyphs)
        for pen in (path, ink):
            if self._glyphs is None:
                self.shaper.draw_glyph_with_pen(glyph, pen)
            else:
                self._glyphs[self._names[glyph]].draw(pen)
        return Outline(path.getCommands(), tuple(convex_hull(ink.points)))


class _InkPen(BasePen):
    """Collects points along an outline, curves included."""

    def __init__(self, glyphs: Any) -> None:
        super().__init__(glyphs)
        self.points: list[Point] = []

    def _moveTo(self, pt: Point) -> None:  # noqa: N802 - BasePen's names
        self.points.append(pt)

    def _lineTo(self, pt: Point) -> None:  # noqa: N802
        self.points.append(pt)

    def _curveToOne(self, pt1: Point, pt2: Point, pt3: Point) -> None:  # noqa: N802
        self.points += cubic(self._getCurrentPoint(), pt1, pt2, pt3, _CURVE_STEPS)


def opened(face: Face) -> OpenFont:
    """The face's font, read from its file at the first call; a face fitted to a tool shares it."""
    return face.font


@cache
def _opened(package: str, file: str, index: int | None) -> OpenFont:
    return OpenFont(_path(package, file), index)


@cache
def _folder_of(package: str) -> Path:
    if not package:
        return _FOLDER
    found = find_spec(package)
    if found is None or found.origin is None:
        raise LookupError(f"The package {package} with a font is not installed.")
    return Path(found.origin).parent


def _path(package: str, file: str) -> Path:
    return _folder_of(package) / file


@cache
def _sha256(package: str, file: str) -> str:
    return hashlib.sha256(_path(package, file).read_bytes()).hexdigest()


def _declared() -> Mapping[str, Face]:
    tables = tomllib.loads((_FOLDER / "faces.toml").read_text(encoding="utf-8"))
    return {slug: _face(slug, table) for slug, table in tables.items()}


def _face(slug: str, table: Mapping[str, Any]) -> Face:
    scripts, only_for = (tuple(table.get(name, ())) for name in ("scripts", "only_for"))
    return Face(**{**table, "slug": slug, "scripts": scripts, "only_for": only_for})


FACES: Final[Mapping[str, Face]] = _declared()
"""Every face by its slug, in the order in which they are offered."""

GENERAL: Final = tuple(face for face in FACES.values() if not face.only_for)
"""Those that are offered whatever the words."""
