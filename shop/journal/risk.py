"""Whether words sound as if somebody might not be safe, so that help can be shown at once."""

import re
import tomllib
import unicodedata
from functools import cache

from shop.journal.studies import FOLDER


def at_risk(text: str) -> bool:
    """Whether the text holds a phrase of risk.toml. A hint for people, never a verdict."""
    return _pattern().search(_plain(text)) is not None


@cache
def _pattern() -> re.Pattern[str]:
    phrases = tomllib.loads((FOLDER / "risk.toml").read_text(encoding="utf-8"))["phrases"]
    return re.compile(r"\b(?:" + "|".join(re.escape(_plain(phrase)) for phrase in phrases) + r")\b")


def _plain(text: str) -> str:
    """Small letters without apostrophes, hyphens as spaces, one space between words."""
    folded = unicodedata.normalize("NFKC", text).casefold()
    return " ".join(re.sub(r"[-‐‑–—]", " ", re.sub(r"['’‘`´ʼ]", "", folded)).split())
