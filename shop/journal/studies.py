"""What the site may say of science: every figure and every source, read from data files.

Prose names a study or a figure and gets its words from here, so that a number can stand on a page only if a
source stands behind it.
"""

import tomllib
from collections.abc import Mapping
from datetime import date
from functools import cache
from pathlib import Path
from typing import Any, Final, Literal

from shop.frozen import frozen

FOLDER: Final = Path(__file__).parent
FACT: Final = "fact"

Part = Literal["In mothers", "In children"]


class Unsourced(Exception):
    """A text names a study, a figure or a fact that no data file holds."""

    def __init__(self, name: str) -> None:
        super().__init__(f"No data file holds {name!r}.")
        self.name = name


@frozen
class Group:
    """People who were looked at, and in how many of them such cells or such DNA were found."""

    who: str
    found: int
    of: int

    @property
    def says(self) -> str:
        """Both figures, as they stand in a sentence."""
        return f"{self.found} of {self.of}"

    def part(self, name: str) -> str:
        """One figure alone: found, of, or percent (rounded to a whole one). Raises Unsourced."""
        parts = {"found": self.found, "of": self.of, "percent": f"{round(100 * self.found / self.of)}%"}
        if name not in parts:
            raise Unsourced(name)
        return str(parts[name])


@frozen
class Study:
    """One published study: where it is, what it looked at, what it found, and how far that goes."""

    id: str
    authors: str
    short: str
    year: int
    title: str
    journal: str
    read_at: str
    mark: Literal["H", "M"]
    checked: date
    looked: str
    found: str
    limits: str
    groups: Mapping[str, Group]
    numbers: Mapping[str, str]
    doi: str | None = None

    @property
    def read_by_us(self) -> str:
        """Where what stands here was read (`mark`): in the paper itself, or elsewhere."""
        return "In the paper, or in its own summary" if self.mark == "H" else "In another’s account of it"

    @property
    def citation(self) -> str:
        """How a sentence names it."""
        return f"{self.short}, {self.year}"

    @property
    def link(self) -> str:
        """Where to read it: by its DOI where it has one, else where it was read."""
        return f"https://doi.org/{self.doi}" if self.doi else self.read_at


@frozen
class Fact:
    """A fact that no study found: a date of the founder's story, the origin of a word."""

    says: str
    source: str
    checked: date


@frozen
class Row:
    """One row of the drawing and of its table."""

    part: Part
    place: str
    group: Group
    study: Study


@frozen
class Library:
    """All studies and facts of the site."""

    studies: Mapping[str, Study]
    facts: Mapping[str, Fact]
    drawn: tuple[Row, ...]

    def study(self, study_id: str) -> Study:
        """The study of that id. Raises Unsourced."""
        if study_id not in self.studies:
            raise Unsourced(study_id)
        return self.studies[study_id]

    def figure(self, name: str) -> str:
        """What `study:group`, `study:group.part`, `study:number` or `fact:name` says. Raises Unsourced."""
        source, _, key = name.partition(":")
        if source == FACT:
            if key not in self.facts:
                raise Unsourced(name)
            return self.facts[key].says
        study = self.study(source)
        group, _, part = key.partition(".")
        try:
            if group in study.groups:
                found = study.groups[group]
                return found.part(part) if part else found.says
            return study.numbers[key]
        except (KeyError, Unsourced):
            raise Unsourced(name) from None


@cache
def library() -> Library:
    """The data files as they are."""
    data = _read("studies.toml")
    drawn = data.pop("drawn")
    studies = {name: _study(name, entry) for name, entry in data.items()}
    facts = {name: Fact(**entry) for name, entry in _read("facts.toml").items()}
    return Library(studies, facts, tuple(_rows(drawn, studies)))


def _read(name: str) -> dict[str, Any]:
    return tomllib.loads((FOLDER / name).read_text(encoding="utf-8"))


def _study(name: str, entry: dict[str, Any]) -> Study:
    groups = {key: Group(**group) for key, group in entry.pop("groups", {}).items()}
    return Study(id=name, groups=groups, numbers=entry.pop("numbers", {}), **entry)


def _rows(drawn: list[dict[str, Any]], studies: Mapping[str, Study]) -> list[Row]:
    rows = []
    for entry in drawn:
        for name in entry["groups"]:
            study_id, _, key = name.partition(":")
            study = studies[study_id]
            rows.append(Row(entry["part"], entry["place"], study.groups[key], study))
    return rows
