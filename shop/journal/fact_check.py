"""What prose may not carry by itself: figures, and statements about science without a source.

These rules are about honesty, not style. A number in a sentence comes from a data file through a reference;
a passage that speaks of cells or studies names the study it rests on, or stands in a part of the text that is
marked as somebody's own reading.
"""

import re
from collections.abc import Iterator
from typing import Final

from shop.frozen import frozen

SCIENCE: Final = re.compile(
    r"\b(?:cells?|DNA|chromosomes?|micro-?chimer\w*|placentas?|stud(?:y|ies)|research\w*|scientists?|papers?|"
    r"organs?|marrow|thyroids?|brains?|livers?|immune|mice|mouse|trials?|evidence)\b",
    re.IGNORECASE,
)
"""Words by which a passage is known to speak of science."""

_UNITS: Final = "two|three|four|five|six|seven|eight|nine"
_TEENS: Final = "ten|eleven|twelve|thirteen|fourteen|fifteen|sixteen|seventeen|eighteen|nineteen"
_TENS: Final = "twenty|thirty|forty|fifty|sixty|seventy|eighty|ninety"
_MANY: Final = "dozens?|hundreds?|thousands?|millions?"
NUMBER: Final = re.compile(
    rf"\d|%|\b(?:{_UNITS}|{_TEENS}|{_TENS}|{_MANY}|half|halves|per ?cent|majority|minority)\b|"
    r"\b(?:a|one|two|three) (?:third|quarter|fifth|sixth|tenth)s?\b|"
    r"\bmost (?:women|mothers|people|children)\b",
    re.IGNORECASE,
)
"""Figures and words that stand for figures. (`one` and `both` are also pronouns, and stay free.)"""

OVERSTATED: Final = re.compile(
    r"\b(?:forever|for ever|proves?|proven|heals?|healing|cures?|protects?|strengthens?|miracle\w*|literally|"
    r"(?:all|every) (?:mothers?|wom[ae]n)|always (?:carry|carries|there|with))\b",
    re.IGNORECASE,
)
"""What popular articles say and the studies do not."""

FINDING: Final = re.compile(
    r"\b(?:stud(?:y|ies)|research\w*|scientists?|evidence|was found|were found)\b", re.IGNORECASE
)
"""What has no place in somebody's own reading: it would dress a thought as a finding."""


@frozen
class Passage:
    """One heading, paragraph or list item: its own words, without what references put there."""

    text: str
    sources: frozenset[str]
    """Ids of the studies it cites; `fact` where it uses a fact."""
    figures: frozenset[str]
    personal: bool = False
    heading: bool = False


def problems(passages: Iterator[Passage]) -> Iterator[str]:
    """Say, for each passage that claims what nothing stands behind, what to change."""
    for passage in passages:
        where = f"“{passage.text[:60].strip()}…”" if len(passage.text) > 60 else f"“{passage.text}”"  # noqa: PLR2004
        if found := NUMBER.search(passage.text):
            yield f"{where}: {found[0]!r} must come from a data file, as {{{{study:figure}}}}."
        if found := OVERSTATED.search(passage.text):
            yield f"{where}: {found[0]!r} says more than any study does."
        if passage.personal:
            yield from _personal(passage, where)
        elif not passage.heading and SCIENCE.search(passage.text) and not passage.sources:
            yield f"{where}: this speaks of science and names no source, such as [[study]]."
        for figure in passage.figures:
            study = figure.partition(":")[0]
            if study not in passage.sources:
                yield f"{where}: the figure {figure!r} stands there without its study, [[{study}]]."


def _personal(passage: Passage, where: str) -> Iterator[str]:
    if found := FINDING.search(passage.text):
        yield f"{where}: {found[0]!r} has no place in a part that is somebody’s own reading."
    if passage.sources - {"fact"}:
        yield f"{where}: a study is cited in a part that is somebody’s own reading."
