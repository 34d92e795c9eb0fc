"""What a photograph of a finished piece says of it, letter by letter, beside the jeweller's own look.

As approved is only what was seen whole: every letter, and nothing cut beside them. A photograph that cannot
be judged says why, and what to do. A ring's rim is looked at by eye.
"""

import json
from collections.abc import Callable
from dataclasses import field
from enum import StrEnum
from pathlib import Path
from typing import Any, Final

from shop.artwork.refusals import NotTraced
from shop.artwork.sandbox import asked
from shop.engraving.areas import is_ring
from shop.frozen import frozen
from shop.inspection.approved import ApprovedSide, Letter

_PROGRAM: Final = Path(__file__).with_name("inspection_program.py")
_SPREAD: Final = 0.025
"""Of the ink; of what was as approved, no more than a thousandth was seen off, of like letterings 0.08."""
_SIZE_OFF: Final = 0.06
"""By so much, as a share, the words may be larger or smaller than approved: the edge is seen no better."""

BY_EYE: Final = "A ring cannot be judged from a photograph. Please look at it by eye, letter by letter."
NOT_PROVEN: Final = (
    "This was tried on rendered photographs and is not proven on real metal. "
    "It is an aid beside your own look."
)


FIRST_STRONG, END_OF_IT = "\u2068", "\u2069"
"""What a letter stands between, so that one from right to left turns nothing round it (Unicode, UAX 9)."""


class Verdict(StrEnum):
    """What became of a letter."""

    AS_APPROVED = "as approved"
    DIFFERS = "differs"
    NOT_SEEN = "not seen"


@frozen
class Finding:
    """One letter; `at` is where it differs, in mm about the side's middle, y downwards.

    `missing_mm2` and `extra_mm2` are the largest piece of ink that lacks and the largest too much.
    """

    line: int
    number: int
    name: str = field(repr=False)
    verdict: Verdict
    why: str
    at: tuple[float, float]
    missing_mm2: float = 0.0
    extra_mm2: float = 0.0

    @property
    def said(self) -> str:
        """For who reads it or hears it: which letter, what became of it, and why."""
        place = f"Line {self.line}, letter {self.number} from the left" if self.number else "Beside the words"
        name = f" ({FIRST_STRONG}{self.name}{END_OF_IT})" if self.name else ""
        return f"{place}{name}: {self.verdict}{f', {self.why}' if self.why else ''}"


@frozen
class Inspection:
    """Of one side. `cannot_judge` says why nothing could be said, and what to do; else it is empty.

    `notes` are about the words as a whole: mirrored, or of another size. `to_photograph` is the map from mm
    on the side, y downwards, to shares of the photograph's width and height; empty where nothing was judged.
    """

    findings: tuple[Finding, ...] = ()
    notes: tuple[str, ...] = ()
    cannot_judge: str = ""
    to_photograph: tuple[tuple[float, ...], ...] = ()

    @property
    def verdict(self) -> Verdict:
        """Of the whole side. What was not judged was not seen."""
        verdicts = {finding.verdict for finding in self.findings}
        if self.notes or Verdict.DIFFERS in verdicts:
            return Verdict.DIFFERS
        unseen = self.cannot_judge or Verdict.NOT_SEEN in verdicts or not verdicts
        return Verdict.NOT_SEEN if unseen else Verdict.AS_APPROVED

    @property
    def differences(self) -> tuple[Finding, ...]:
        """The letters that differ, and what is cut beside them."""
        return tuple(each for each in self.findings if each.verdict is Verdict.DIFFERS)


def inspect(sent: bytes, side: ApprovedSide) -> Inspection:
    """What the photograph says of this side. It is read in a process of its own, and not kept."""
    if is_ring(side.area):
        return Inspection(cannot_judge=BY_EYE)
    return said_of(side, lambda approved: _read(sent, approved))


def said_of(side: ApprovedSide, looked: Callable[[dict[str, Any]], dict[str, Any]]) -> Inspection:
    """What is to be said of the side, from what `looked` finds (see `inspecting.inspected`)."""
    try:
        found = looked(json.loads(json.dumps(side.written())))
    except NotTraced as refused:
        return Inspection(cannot_judge=str(refused))
    letters = zip(side.letters, found["letters"], strict=True)
    beside = [_beside(each) for each in found["beside"]]
    findings = (*(_finding(*each) for each in letters), *beside)
    return Inspection(findings, tuple(_notes(found)), to_photograph=tuple(map(tuple, found["to_photograph"])))


def _read(sent: bytes, approved: dict[str, Any]) -> dict[str, Any]:
    found: dict[str, Any] = json.loads(asked({"approved": approved}, sent, _PROGRAM))
    return found


def _finding(letter: Letter, found: dict[str, Any]) -> Finding:
    missing, extra = float(found["missing_mm2"]), float(found["extra_mm2"])
    clear = Verdict.AS_APPROVED if found["seen"] else Verdict.NOT_SEEN
    verdict = Verdict.DIFFERS if missing or extra else clear
    why = _why(
        missing, extra, small_part=found["part"] > 0, lost=missing > 0.7 * _area(letter, found["part"])
    )
    if verdict is Verdict.NOT_SEEN:
        why = "light hides it: please turn the piece a little and photograph it again"
    return Finding(letter.line, letter.number, letter.name, verdict, why, _place(found), missing, extra)


def _area(letter: Letter, part: int) -> float:
    return float(letter.parts[part].area)


def _why(missing: float, extra: float, *, small_part: bool, lost: bool) -> str:
    what = "a dot or an accent" if small_part else "the letter"
    said = []
    if missing:
        said.append(f"{what if lost else f'part of {what}'} is missing ({missing:.2f} square mm)")
    if extra:
        said.append(f"more is cut than was approved ({extra:.2f} square mm)")
    return " and ".join(said)


def _beside(found: dict[str, Any]) -> Finding:
    extra = float(found["extra_mm2"])
    why = f"there is something where nothing was approved ({extra:.2f} square mm): cut, or a speck of dust"
    return Finding(0, 0, "", Verdict.DIFFERS, why, _place(found), 0.0, extra)


def _place(found: dict[str, Any]) -> tuple[float, float]:
    x, y = found["at"]
    return float(x), float(y)


def _notes(found: dict[str, Any]) -> list[str]:
    said = []
    if found["mirrored"]:
        said.append("The words are mirrored.")
    elif found["spread"] > _SPREAD:
        said.append("Small differences run through all the letters: it may be another lettering.")
    if abs(found["size"] - 1) > _SIZE_OFF:
        said.append(f"The words are {found['size']:.2f} of the size that was approved.")
    return said
