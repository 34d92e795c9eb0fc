"""Somebody's own words in a page or an e-mail: shown by these filters and in no other way.

Engravings, dedications, messages, comments, names and addresses are the writer's: they keep their direction
whatever stands beside them, no browser translates them, and each space and line end stays. The style sheets
have one rule for the class.
"""

import re
from typing import Final

from markupsafe import Markup, escape

from shop.text.direction import is_leftwards, isolated, language_of

_LOST: Final = re.compile("(?<=[ \\n>]) ")
"""A space after another, or at the beginning of a line."""


def own(text: str | None) -> Markup:
    """Words within a sentence, a heading or a list."""
    return _marked("bdi", text, "own-words")


def own_text(text: str | None) -> Markup:
    """Words as a paragraph of their own."""
    return _marked("p", text, "own-words")


def own_emailed(text: str) -> Markup:
    """Words in the HTML of an e-mail. Spaces that a program without CSS would lose are hard ones."""
    shown = _LOST.sub("&nbsp;", _marked("span", text, "words", "span"))
    return Markup(shown.replace("\n", "<br>"))  # noqa: S704 - escaped in _marked


def _marked(tag: str, text: str | None, class_name: str, inside: str = "bdi") -> Markup:
    if not text:
        return Markup()
    whole = _attributes(text)
    lines = text.split("\n")
    inner = (
        Markup("\n").join(_line(line, whole, inside) for line in lines) if len(lines) > 1 else escape(text)
    )
    return Markup(f'<{tag} class="{class_name}"{whole}>{inner}</{tag}>')  # noqa: S704 - escaped above


def _line(line: str, whole: str, tag: str) -> Markup:
    """One line of several, with a direction of its own where it is another than that of the whole."""
    own_attributes = _attributes(line)
    if own_attributes == whole or not line.strip():
        return escape(line)
    return Markup(f"<{tag}{own_attributes}>{escape(line)}</{tag}>")  # noqa: S704 - escaped


def _attributes(text: str) -> str:
    language = language_of(text)
    said = f' lang="{language}"' if language else ""
    return f' dir="{"rtl" if is_leftwards(text) else "ltr"}"{said} translate="no"'


FILTERS: Final = {"own": own, "own_text": own_text, "own_emailed": own_emailed, "isolated": isolated}
"""What templates show somebody's words with."""
