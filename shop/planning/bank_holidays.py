"""The nations of the United Kingdom, the bank holidays of each, and which nation a postcode lies in."""

from collections.abc import Mapping
from datetime import date
from enum import StrEnum
from functools import cache
from importlib.util import find_spec, module_from_spec, spec_from_file_location
from pathlib import Path
from threading import Lock
from typing import Any, Final

from shop.left_out import let_go


class Nation(StrEnum):
    """Where bank holidays differ: as gov.uk/bank-holidays divides the country."""

    ENGLAND_AND_WALES = "England and Wales"
    SCOTLAND = "Scotland"
    NORTHERN_IRELAND = "Northern Ireland"


_AT_ONCE: Final = 10
"""Years that are looked up together."""

_ONE_AT_A_TIME: Final = Lock()
"""Nobody lets the library go while somebody else still reads it."""

SUBDIVISIONS: Final = {
    Nation.ENGLAND_AND_WALES: "ENG",
    Nation.SCOTLAND: "SCT",
    Nation.NORTHERN_IRELAND: "NIR",
}
"""What `holidays` calls them (ISO 3166-2:GB); Wales has England's days."""

SCOTTISH: Final = frozenset(
    {"AB", "DD", "DG", "EH", "FK", "G", "HS", "IV", "KA", "KW", "KY", "ML", "PA", "PH", "TD", "ZE"}
)
"""Postcode areas of Scotland."""

ACROSS_THE_BORDER: Final = frozenset({"TD12", "TD15"})
"""Districts of a Scottish area that lie in England, all of them or most: Cornhill and Berwick."""


@cache
def bank_holidays(nation: Nation, year: int) -> frozenset[date]:
    """The days of a year on which neither the bench nor the post works."""
    return frozenset(day for day in _days(year // _AT_ONCE)[nation] if day.year == year)


@cache
def _days(decade: int) -> Mapping[Nation, frozenset[date]]:
    """Ten years at once, of all nations: the library takes 3 MiB, so it is not kept."""
    years = range(_AT_ONCE * decade, _AT_ONCE * (decade + 1))
    with _ONE_AT_A_TIME, let_go("holidays", "dateutil"):
        of = _calendar().UnitedKingdom
        return {nation: frozenset(of(subdiv=code, years=years)) for nation, code in SUBDIVISIONS.items()}


def _calendar() -> Any:
    """The library's file of this country; imported by its name it would bring those of 270 others along."""
    library = find_spec("holidays")
    assert library
    assert library.submodule_search_locations
    file = Path(library.submodule_search_locations[0], "countries", "united_kingdom.py")
    found = spec_from_file_location("holidays_of_the_united_kingdom", file)
    assert found
    assert found.loader
    module = module_from_spec(found)
    found.loader.exec_module(module)
    return module


def nation_of(postcode: str) -> Nation:
    """The nation that a postcode lies in."""
    district = "".join(postcode.upper().split())[:-3]
    area = "".join(letter for letter in district[:2] if letter.isalpha())
    if area == "BT":
        return Nation.NORTHERN_IRELAND
    scottish = area in SCOTTISH and district not in ACROSS_THE_BORDER
    return Nation.SCOTLAND if scottish else Nation.ENGLAND_AND_WALES
