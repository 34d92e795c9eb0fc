"""How plain a text is: the length of its sentences, and Flesch's reading ease."""

import re
from collections.abc import Sequence
from typing import Final

from bs4 import Tag

PROSE: Final = "h1, h2, h3, p, li, dd, figcaption, .hint"
"""What people read; the words in one of them are one sentence at least."""
NOT_OURS: Final = (
    "q, address, code, script, style, .as-typed, .own-words, .words, .spelled-out, .digest, .visually-hidden"
)
"""What a buyer wrote, or nobody reads."""
WORD: Final = re.compile(r"[^\W\d_]+(?:[’'-][^\W\d_]+)*")
END: Final = re.compile(r"(?<=[.?!])[”’)]*\s+(?=[“‘(]?[A-Z0-9£])")
LEAST: Final = 30
"""Words of which an average says something."""

_GROUPS: Final = re.compile(r"[aeiouyàâäéèêëîïôöùûü]+")
_SILENT: Final = re.compile(r"[^aeiouy](?:e|es|ed)$")
_SPOKEN: Final = re.compile(r"(?:[^aeiouy]le|[td]ed|(?:s|x|z|c|g|ch|sh)es)$")
_APART: Final = re.compile(r"i(?:a(?!l$)|o(?!u)|um)|[^q]ua|ying|eo(?!u)|ier$")
_TOGETHER: Final = re.compile(r"[ct]i[ao]")


def sentences_of(page: Tag) -> list[str]:
    """Each sentence of a page's own words, in their order. Takes out of the page what is not its own."""
    for other in page.select(NOT_OURS):
        other.replace_with("…")
    return [
        sentence
        for block in page.select(PROSE)
        if not block.select(PROSE) and not _is_label(block)
        for sentence in sentences_in(" ".join(block.get_text().split()))
    ]


def _is_label(block: Tag) -> bool:
    """Whether it is a link or a button and nothing else: what that does is no sentence."""
    inner = block.select_one("a, button")
    return inner is not None and inner.get_text(strip=True) == block.get_text(strip=True)


def sentences_in(text: str) -> list[str]:
    """The sentences of a line of text."""
    return [part for part in END.split(text) if WORD.search(part)]


def syllables(word: str) -> int:
    """Groups of vowels, but for a silent e: over these pages 1% more than a dictionary of speech counts."""
    word = word.lower().replace("’", "'").removesuffix("'s")
    found = len(_GROUPS.findall(word)) + len(_APART.findall(word)) - len(_TOGETHER.findall(word))
    return max(1, found - bool(_SILENT.search(word) and not _SPOKEN.search(word)))


def words_in(sentences: Sequence[str]) -> list[str]:
    """All their words."""
    return [word for sentence in sentences for word in WORD.findall(sentence)]


def reading_ease(sentences: Sequence[str]) -> float:
    """Flesch, 1948: 206.835 - 1.015 words a sentence - 84.6 syllables a word. A child's book has 100."""
    words = words_in(sentences)
    each = sum(map(syllables, words)) / len(words)
    return 206.835 - 1.015 * len(words) / len(sentences) - 84.6 * each
