"""The faces: which there are (faces.toml), which letters each one has, and how it shapes words."""

import hashlib
import tomllib
from collections.abc import Mapping
from dataclasses import field
from functools import cache, cached_property
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from shop.frozen import frozen

if TYPE_CHECKING:
    from shop.engraving.faces.open_font import OpenFont

SETTING: Final = 2
"""2: days stand smaller than names (smaller_days.py), and what is `apart` stands so."""

_FOLDER: Final = Path(__file__).parent


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


def opened(face: Face) -> "OpenFont":
    """The face's font, read from its file at the first call; a face fitted to a tool shares it."""
    return face.font


@cache
def _opened(package: str, file: str, index: int | None) -> "OpenFont":
    from shop.engraving.faces.open_font import OpenFont  # noqa: PLC0415 - HarfBuzz and fontTools, for who draws

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
