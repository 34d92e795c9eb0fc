"""Given names by language, from given_names.txt."""

from collections.abc import Mapping
from pathlib import Path


def read() -> Mapping[str, tuple[str, ...]]:
    found: dict[str, tuple[str, ...]] = {}
    for line in (Path(__file__).parent / "given_names.txt").read_text(encoding="utf-8").splitlines():
        if not line.startswith("#"):
            language, _, names = line.partition(": ")
            found[language] = (*found.get(language, ()), *names.split(", "))
    return found


GIVEN_NAMES = read()
ALL_NAMES = sorted({name for names in GIVEN_NAMES.values() for name in names})
