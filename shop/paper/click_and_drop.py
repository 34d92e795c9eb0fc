"""Royal Mail Click & Drop: what is to be posted as its CSV, with the columns of click_and_drop.toml."""

import csv
import io
import tomllib
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, Final

from shop import clock
from shop.frozen import frozen
from shop.paper.chosen import Chosen

SHIPPED: Final = Path(__file__).with_suffix(".toml")
OWN: Final = "click-and-drop.toml"
"""The name of the owner's file in the instance directory."""

VALUES: Final = frozenset(
    {"reference", "date", "name", "line1", "line2", "town", "postcode", "country", "phone", "service"}
    | {"weight", "package", "pieces"}
)
_FORMULA: Final = ("=", "+", "-", "@", "\t", "\r")
"""What a spreadsheet takes for the beginning of a formula (OWASP: CSV injection)."""


class LayoutUnusable(Exception):
    """The owner's file cannot be used; the text says what to change in it."""


@frozen
class Layout:
    """The columns as they are wanted; see click_and_drop.toml."""

    weight_kg: str
    package: str
    country: str
    columns: Mapping[str, str]
    services: Mapping[str, str]
    tracking: Mapping[str, Sequence[str]]


def load_layout(instance_dir: Path) -> Layout:
    """The owner's layout, or the one that came with the shop. Raises LayoutUnusable."""
    own = instance_dir / OWN
    return _read(own if own.is_file() else SHIPPED)


def to_csv(orders: Sequence[Chosen], layout: Layout) -> str:
    """A line for each order, under a line of headings. No cell begins a formula."""
    file = io.StringIO()
    writer = csv.writer(file)
    writer.writerow(map(_cell, layout.columns))
    for one in orders:
        values = _values(one, layout)
        writer.writerow(_cell(values[name]) for name in layout.columns.values())
    return file.getvalue()


def _values(one: Chosen, layout: Layout) -> Mapping[str, str]:
    paid = clock.in_britain(one.units[one.lines[0].row.number].paid_at)
    return {
        **_goes_to(one.order.contact or {}),
        "reference": one.reference,
        "date": f"{paid:%d/%m/%Y}",
        "country": layout.country,
        "service": layout.services.get(one.order.postage.slug, ""),
        "weight": layout.weight_kg,
        "package": layout.package,
        "pieces": str(len(one.lines)),
    }


def _goes_to(contact: Mapping[str, Any]) -> Mapping[str, str]:
    parts = ("name", "line1", "line2", "town", "postcode", "phone")
    found = {part: str(contact.get(part) or "") for part in parts}
    return {**found, "phone": found["phone"].replace("+", "00")}


def _cell(text: str) -> str:
    kept = " ".join(text.splitlines())
    return f"'{kept}" if kept.startswith(_FORMULA) else kept


def _read(file: Path) -> Layout:
    try:
        table = tomllib.loads(file.read_text(encoding="utf-8"))
        layout = Layout(**table)
    except (tomllib.TOMLDecodeError, UnicodeDecodeError, TypeError) as broken:
        raise LayoutUnusable(f"{file.name} cannot be used: {broken}") from None
    _check(file.name, layout)
    return layout


def _check(name: str, layout: Layout) -> None:
    tables: tuple[Any, ...] = (layout.columns, layout.services, layout.tracking)
    if not all(isinstance(table, dict) for table in tables):
        raise LayoutUnusable(f"{name}: columns, services and tracking are tables.")
    if strange := sorted(set(map(str, layout.columns.values())) - VALUES):
        raise LayoutUnusable(f"{name}: there is no {', '.join(strange)} to put in a column.")
    singles = (layout.weight_kg, layout.package, layout.country, *layout.services.values())
    if not all(isinstance(text, str) for text in singles):
        raise LayoutUnusable(f"{name}: weight, package, country and services are written in quotes.")
    if not all(isinstance(layout.tracking.get(key), list) for key in ("reference", "number")):
        raise LayoutUnusable(f"{name}: tracking needs a list of headings for reference and for number.")
