"""Which way a line reads: the part of Unicode's bidirectional algorithm (UAX 9) that one line of words needs.

Numbers read left to right in every script, the rest of a Hebrew or Arabic line right to left.
"""

import unicodedata
from collections.abc import Iterator
from itertools import groupby
from typing import Final

_RIGHT: Final = frozenset({"R", "AL"})
_NUMBERS: Final = frozenset({"EN", "AN"})
_KEPT: Final = frozenset({"L"}) | _RIGHT | _NUMBERS
_NEUTRAL: Final = "ON"


def is_mixed(text: str) -> bool:
    """Whether the text has letters of both directions: which word then comes first is anybody's guess."""
    kinds = set(map(unicodedata.bidirectional, text))
    return "L" in kinds and not _RIGHT.isdisjoint(kinds)


def runs(text: str) -> Iterator[tuple[str, bool]]:
    """The text in parts of one direction, from left to right as they stand; True: it reads right to left.

    Each part is in the order in which it was typed. A mixed text goes by its first letter.
    """
    kinds = list(map(unicodedata.bidirectional, text))
    if _RIGHT.isdisjoint(kinds):
        yield text, False
        return
    kinds = _resolved(kinds)
    leading = next(kind for kind in kinds if kind == "L" or kind in _RIGHT)
    to_left = [kind in _RIGHT or (kind == _NEUTRAL and leading in _RIGHT) for kind in kinds]
    parts = [
        ("".join(text[at] for at in places), leftwards)
        for leftwards, places in groupby(range(len(text)), key=to_left.__getitem__)
    ]
    yield from reversed(parts) if leading in _RIGHT else parts


def _resolved(kinds: list[str]) -> list[str]:
    """The classes by rules W1, W2, W4 and W5; what is then neither a letter nor of a number is neutral."""
    found: list[str] = []
    letter = ""
    for kind in kinds:
        if kind == "L" or kind in _RIGHT:
            letter = kind
        if kind == "NSM":  # a mark goes with its letter
            found.append(found[-1] if found else _NEUTRAL)
        else:
            found.append("AN" if kind == "EN" and letter == "AL" else kind)
    for at in range(1, len(found) - 1):
        before, kind, after = found[at - 1 : at + 2]
        if before == after and ((kind == "CS" and before in _NUMBERS) or (kind == "ES" and before == "EN")):
            found[at] = before
    beside = [found[max(0, at - 1) : at + 2] for at in range(len(found))]
    return [
        "EN" if kind == "ET" and "EN" in near else kind if kind in _KEPT else _NEUTRAL
        for kind, near in zip(found, beside, strict=True)
    ]
