"""Makes the font files of the Noto faces: one weight of one script, with Latin and Cyrillic beside it.

    python -m shop.engraving.faces.make SOURCES

SOURCES is a folder into which these were unpacked, each under its own name (all SIL Open Font Licence):
from PyPI fontpkg_noto_serif 2.15, manimgx_fonts 2026.9.26.post1, pylopdf_fonts_ar
0.1.1, pylopdf_fonts_he 0.1.1, pylopdf_fonts_th 0.1.1; from npm, under @fontsource-variable,
noto-nastaliq-urdu, noto-serif-armenian, noto-serif-ethiopic and noto-serif-georgian 5.3.0.
The fonts hold nothing that is not needed to shape and cut names, so this is run again only for a new face.
"""

import sys
from collections.abc import Iterable
from pathlib import Path
from typing import Any, Final, NamedTuple

from fontTools.merge import Merger
from fontTools.subset import Options, Subsetter
from fontTools.ttLib import TTFont
from fontTools.ttLib.scaleUpem import scale_upem
from fontTools.varLib.instancer import instantiateVariableFont

_UNITS: Final = 1000
_SERIF: Final = "fontpkg_noto_serif/files/NotoSerif[wdth,wght].ttf"
_MANIM: Final = "manimgx_fonts/NotoSans{}[wght].ttf"
_SANS: Final = _MANIM.format("")
_NPM: Final = "@fontsource-variable/{0}/files/{0}-{1}-wght-normal.woff2"

_LATIN: Final = frozenset(
    (*range(0x20, 0x7F), *range(0xA0, 0x180), 0x1A0, 0x1A1, 0x1AF, 0x1B0, *range(0x218, 0x21C), 0x2BB, 0x2BC)
    + (*range(0x400, 0x460), 0x490, 0x491, *range(0x1E80, 0x1E86), 0x1E9E, *range(0x1EA0, 0x1EFA))
    + (0x2013, 0x2014, *range(0x2018, 0x201F), 0x2022, 0x2026)
)
"""What a name or a date beside the other script needs: Latin with Vietnamese, and Cyrillic."""

_GREEK: Final = frozenset((*range(0x300, 0x316), *range(0x370, 0x400), *range(0x1F00, 0x2000)))


class Source(NamedTuple):
    """Where a script's letters come from, and whose Latin stands beside them; `weight` is of both."""

    file: str
    latin: str = _SANS
    weight: int = 320


SOURCES: Final = {
    "noto-serif-armenian": Source(_NPM.format("noto-serif-armenian", "armenian"), _SERIF, 400),
    "noto-serif-georgian": Source(_NPM.format("noto-serif-georgian", "georgian"), _SERIF, 400),
    "noto-serif-hebrew": Source("pylopdf_fonts_he/NotoSerifHebrew-Variable.ttf", _SERIF, 400),
    "noto-naskh-arabic": Source("pylopdf_fonts_ar/NotoNaskhArabic-Variable.ttf", _SERIF, 400),
    "noto-nastaliq-urdu": Source(_NPM.format("noto-nastaliq-urdu", "arabic"), _SERIF, 400),
    "noto-serif-thai": Source("pylopdf_fonts_th/NotoSerifThai-Variable.ttf", _SERIF, 400),
    "noto-serif-ethiopic": Source(_NPM.format("noto-serif-ethiopic", "ethiopic"), _SERIF, 400),
} | {
    f"noto-sans-{script.lower()}": Source(_MANIM.format(script))
    for script in (
        *("Devanagari", "Bengali", "Gurmukhi", "Gujarati", "Oriya", "Tamil", "Telugu", "Kannada"),
        *("Malayalam", "Sinhala", "Lao", "Khmer", "Myanmar"),
    )
}


def made(folder: Path, source: Source) -> TTFont:
    """The font of one face."""
    latin = _cut_down(TTFont(folder / source.latin), _LATIN, ["ccmp", "kern", "mark", "mkmk"], source.weight)
    letters = TTFont(folder / source.file)
    letters = _cut_down(letters, set(letters.getBestCmap()) - _LATIN, ["*"], source.weight)
    letters["OS/2"] = latin["OS/2"]  # the height of a capital is the Latin one
    parts = []
    for number, part in enumerate((letters, latin)):
        parts.append(folder / f"part-{number}.ttf")
        part.save(parts[-1])
    merged = Merger().merge([str(part) for part in parts])
    merged["OS/2"].sCapHeight, merged["OS/2"].sxHeight = latin["OS/2"].sCapHeight, latin["OS/2"].sxHeight
    return merged


def _cut_down(font: Any, wanted: Iterable[int], features: list[str], weight: int) -> Any:
    """Only the letters wanted, in one weight, a thousand units to the em."""
    options = Options(
        hinting=False, layout_features=features, name_IDs=[0, 1, 2, 13, 14], notdef_outline=True
    )
    options.drop_tables += ["STAT", "DSIG", "gasp", "BASE", "JSTF", "meta", "vhea", "vmtx", "VORG"]
    cutter = Subsetter(options)
    cutter.populate(unicodes=wanted)
    cutter.subset(font)
    font.flavor = None
    axes = {axis.axisTag: axis.defaultValue for axis in font["fvar"].axes}
    font = instantiateVariableFont(font, axes | {"wght": weight})
    scale_upem(font, _UNITS)
    return font


if __name__ == "__main__":
    sources, here = Path(sys.argv[1]), Path(__file__).parent
    _cut_down(TTFont(sources / _SERIF), _LATIN | _GREEK, ["ccmp", "kern", "mark", "mkmk"], 400).save(
        here / "noto-serif.ttf"
    )
    for slug, source in SOURCES.items():
        made(sources, source).save(here / f"{slug}.ttf")
