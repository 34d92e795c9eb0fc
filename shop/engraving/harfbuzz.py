"""HarfBuzz, which knows how letters join, carry marks and change places: what it makes of words in a face."""

import re
import unicodedata
from functools import lru_cache
from typing import Any, Final

from shop.engraving.directions import runs
from shop.engraving.faces import Face, opened
from shop.engraving.scripts import WOVEN, script_of

_KEPT: Final = 1024
"""Letters whose marks were looked at in this process."""

_TELLS_I_FROM_DOTLESS: Final = re.compile("[ıİğĞəƏ]")
_TURKIC: Final = "az"
"""Only Turkish and its sisters have these letters, and to them i without its dot is another letter.

Small capitals then keep the dot, where the face offers it; our faces do so under Azerbaijani, not all of
them under Turkish.
"""

_ONLY_IN_URDU: Final = re.compile("[ٹڈڑںےۓہۂ]")
_URDU: Final = "ur"
"""Some letters and digits stand otherwise in Urdu than in Arabic, where the face tells them apart."""

_DOTTED_CIRCLE: Final = 0x25CC


@lru_cache(maxsize=_KEPT)
def places_marks(face: Face, letter: str) -> bool:
    """Whether the font itself says where the marks of this letter go.

    Without that a mark lands where HarfBuzz guesses, which is well enough on a screen but not on metal. In a
    woven script HarfBuzz shows a dotted circle, or no glyph, for what cannot be.
    """
    if script_of(letter) in WOVEN:
        circle = opened(face).shaper.get_nominal_glyph(_DOTTED_CIRCLE)
        return not {0, circle}.intersection(number for number, _, _ in _positions(face, letter, marks=True))
    return _positions(face, letter, marks=True) != _positions(face, letter, marks=False)


def has_variant(face: Face, letter: str) -> bool:
    """Whether the face can draw a character as the selector after it asks; joiners ask nothing of a font."""
    character, selector = letter[0], letter[-1]
    joiner = unicodedata.category(selector) == "Cf"
    return joiner or bool(opened(face).shaper.get_variation_glyph(ord(character), ord(selector)))


def _positions(face: Face, letter: str, *, marks: bool) -> list[tuple[int, int, int]]:
    (_, leftwards), *_ = runs(letter)
    return [
        (info.codepoint, at.x_offset, at.y_offset)
        for info, at in set_glyphs(face, letter, leftwards=leftwards, marks=marks)
    ]


def set_glyphs(face: Face, text: str, *, leftwards: bool, marks: bool = True) -> list[tuple[Any, Any]]:
    """HarfBuzz's glyphs from left to right, each with its advance and offset.

    No ligatures: their fi has no dot, and each letter typed is to be cut as itself. Those that a script asks
    for go by other features (a lam and its alef, conjuncts), which stay on.
    """
    features = {"mark": marks, "mkmk": marks, "liga": False}
    return opened(face).shape(text, language=_language(text), leftwards=leftwards, features=features)


def _language(text: str) -> str:
    # Never the machine's locale.
    if _TELLS_I_FROM_DOTLESS.search(text):
        return _TURKIC
    return _URDU if _ONLY_IN_URDU.search(text) else "und"
