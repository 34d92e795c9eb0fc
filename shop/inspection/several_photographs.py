"""What several photographs of one side say together: light may hide a letter on one and not on another."""

from collections.abc import Mapping, Sequence
from typing import Any

from shop.inspection.inspection import Inspection, Verdict


def letters_seen(found: Inspection) -> list[bool]:
    """Of each letter, whether it was seen to be as approved; to be kept beside the photograph."""
    return [one.verdict is Verdict.AS_APPROVED for one in found.findings if one.number]


def together(shown: Sequence[Mapping[str, Any]]) -> str:
    """The verdict, from `verdict` and `seen` of each photograph; empty where there is none.

    What differs on one differs. Else each letter must have been seen on one of them.
    """
    verdicts = {one["verdict"] for one in shown}
    for plain in (Verdict.DIFFERS, Verdict.AS_APPROVED):
        if plain in verdicts:
            return plain
    seen = [one["seen"] for one in shown if one.get("seen")]
    alike = len({len(letters) for letters in seen}) == 1
    if alike and all(any(letter) for letter in zip(*seen, strict=True)):
        return Verdict.AS_APPROVED
    return Verdict.NOT_SEEN if shown else ""
