"""Makes the font files that papers are set in: the house's own, and those that names are engraved in.

    python -m shop.paper.font_files SOURCES

SOURCES is a folder with these packages of npm's @fontsource, each unpacked under its own name (all SIL Open
Font Licence): figtree 5.3.0, newsreader 5.3.0 and noto-emoji 5.3.2. Run again only for another face.

Each part of a face bears a name of its own, for Typst takes one file of a name, and none without a PostScript
name. The engraving's files lack that, and cannot be given one: what was approved goes by their digests.
"""

import sys
from pathlib import Path
from typing import Any, Final

from fontTools.ttLib import TTFont

from shop.engraving.faces import FACES

_PARTS: Final = (
    ("figtree", "latin", 400, "Figtree"),
    ("figtree", "latin", 600, "Figtree"),
    ("figtree", "latin-ext", 400, "Figtree Ext"),
    ("figtree", "latin-ext", 600, "Figtree Ext"),
    ("newsreader", "latin", 300, "Newsreader"),
    ("newsreader", "latin-ext", 300, "Newsreader Ext"),
    ("newsreader", "vietnamese", 300, "Newsreader Viet"),
    ("noto-emoji", "emoji", 400, "Noto Emoji"),
)
_NAMES: Final = (1, 2, 3, 4, 6, 16, 17, 21, 22, 25)
_ENGLISH: Final = (3, 1, 0x409)
_ACCENTS: Final = range(0x300, 0x370)
_NO_MARKS: Final = frozenset({"figtree", "newsreader"})
_LEFT_OUT: Final = frozenset({"noto-nastaliq-urdu"})
"""Left out: Naskh has its letters in a tenth of the room that a line of this takes."""


def made(file: Path, weight: int, family: str) -> Any:
    """The font of one part, under this name."""
    font: Any = TTFont(file)
    font.flavor = None
    for number in _NAMES:
        font["name"].removeNames(nameID=number)
    names = {1: family, 2: "Regular", 4: family, 6: family.replace(" ", "")}
    for number, said in names.items():
        font["name"].setName(said, number, *_ENGLISH)
    font["OS/2"].usWeightClass = weight
    return font


def without_marks(font: Any) -> Any:
    """The font without accents that stand alone.

    A letter that it lacks would else be put together of another and an accent, which falls beside it; without
    accents another font is asked for the whole letter.
    """
    for table in font["cmap"].tables:
        table.cmap = {code: name for code, name in table.cmap.items() if code not in _ACCENTS}
    return font


if __name__ == "__main__":
    sources, folder = Path(sys.argv[1]), Path(__file__).parent / "fonts"
    for slug, part, weight, family in _PARTS:
        source = sources / slug / "files" / f"{slug}-{part}-{weight}-normal.woff2"
        font = made(source, weight, family)
        (without_marks(font) if slug in _NO_MARKS else font).save(folder / f"{slug}-{part}-{weight}.ttf")
    for face in FACES.values():
        if face.file.startswith("noto-") and not face.package and face.slug not in _LEFT_OUT:
            family = TTFont(face.path)["name"].getDebugName(1)
            made(face.path, 400, family).save(folder / face.file)
