"""Tracking numbers that come back from the carrier: what each row would change, why not, and doing it."""

import csv
import io
import re
from collections.abc import Iterable, Mapping, Sequence
from typing import Final

from sqlalchemy import select
from sqlalchemy.orm import Session

from shop.frozen import frozen
from shop.fulfilment import finished_looks, parcels
from shop.fulfilment.models import Parcel
from shop.fulfilment.stages import Stage
from shop.fulfilment.units import WORKED_ON, NotAllowed, units_of
from shop.giving.ledger import Book
from shop.orders.lifecycle import lock
from shop.orders.models import Order
from shop.text.typed_text import kept_code

MOST_ROWS: Final = 1000
SHORTEST: Final = 8
"""Characters of a tracking number; parcels.LONGEST_TRACKING is the longest."""

OF_ANOTHER: Final = "The number belongs to a parcel of {}."
OF_THE_OTHER: Final = "The other parcel of this order has this number. Did both leave under it?"

_S10: Final = re.compile(r"[A-Z]{2}(\d{8})(\d)[A-Z]{2}")
_CUT_OFF: Final = re.compile(r"[A-Z]?\d{9}[A-Z]{2}")
_WEIGHTS: Final = (8, 6, 4, 2, 3, 5, 9, 7)
_DELIMITERS: Final = (",", ";", "\t")


class WrongNumber(NotAllowed):
    """It cannot be the number of this parcel; the text says why."""


class SameNumber(WrongNumber):
    """Another parcel of the same order has it; two can have one only if somebody says so."""


class NotReadable(Exception):
    """The file has no rows that could be read; the text says why."""


@frozen
class TrackingRow:
    """One row of the file: its line there, the order it names, the number."""

    line: int
    reference: str
    number: str


@frozen
class Planned:
    """What a row would do: a `change`, or nothing because it is so already, or a `problem`."""

    row: TrackingRow
    change: str = ""
    problem: str = ""
    pieces: tuple[int, ...] = ()
    """To be posted in one parcel under the number."""
    parcel_id: int | None = None
    """Was posted before, and gets the number."""


def read_rows(text: str, headings: Mapping[str, Sequence[str]]) -> list[TrackingRow]:
    """The rows of a CSV whose line of headings names both columns. Raises NotReadable."""
    first = text.partition("\n")[0]
    delimiter = max(_DELIMITERS, key=first.count)
    try:
        table = list(csv.reader(io.StringIO(text, newline=""), delimiter=delimiter))
    except csv.Error:
        raise NotReadable("This is not a CSV file.") from None
    if len(table) - 1 > MOST_ROWS:
        raise NotReadable(f"There are more than {MOST_ROWS} rows in it.")
    columns = [_column(table[0] if table else [], headings[key]) for key in ("reference", "number")]
    if None in columns:
        names = " and ".join(f"“{headings[key][0]}”" for key in ("reference", "number"))
        raise NotReadable(f"Its first line must have the headings {names}.")
    at, number = (column or 0 for column in columns)
    return [
        TrackingRow(line, _cell(cells, at).upper(), _cell(cells, number))
        for line, cells in enumerate(table[1:], start=2)
        if any(cell.strip() for cell in cells)
    ]


def plan(session: Session, rows: Iterable[TrackingRow], book: Book) -> list[Planned]:
    """What each row would do, in its order; nothing is changed."""
    found: list[Planned] = []
    seen: dict[str, TrackingRow] = {}
    for row in rows:
        before = seen.setdefault(row.reference, row)
        if before is row:
            found.append(decide(session, row, book))
        else:
            found.append(Planned(row, problem=f"The same order stands in line {before.line}."))
    return found


def decide(session: Session, row: TrackingRow, book: Book) -> Planned:
    """What one row would do."""
    if said := _wrong_number(row.number):
        return Planned(row, problem=said)
    order = session.scalars(
        select(Order).where(Order.reference == row.reference, Order.book == book)
    ).one_or_none()
    if order is None:
        return Planned(row, problem="There is no order of this reference.")
    number, sent = parcels.tidy(row.number), parcels.parcels_of(session, order.id)
    if any(parcel.tracking == number for parcel in sent):
        return Planned(row)
    if other := _whose(session, number, order):
        return Planned(row, problem=OF_ANOTHER.format(other))
    return _place(session, row, order, sent)


def apply(session: Session, row: TrackingRow, book: Book, *, actor: str) -> Planned:
    """Do what a row says, in this transaction. Give what was done; nothing is when it has a problem."""
    order_id = session.scalar(select(Order.id).where(Order.reference == row.reference))
    if order_id is not None:
        lock(session, order_id)
    planned = decide(session, row, book)
    if planned.pieces and order_id is not None:
        try:
            parcels.post(session, order_id, planned.pieces, tracking=row.number, actor=actor)
        except NotAllowed as refused:  # pragma: no cover - decided under the same lock
            return Planned(row, problem=str(refused))
    elif planned.parcel_id is not None:
        parcels.track(session, session.get_one(Parcel, planned.parcel_id), row.number, actor=actor)
    return planned


def write_down(
    session: Session, order_id: int, parcel_id: int, typed: str, *, actor: str, shared: bool = False
) -> str | None:
    """Write a parcel's number down, or that it has none when nothing is typed, and give it.

    Raises WrongNumber by the rule of every other number, SameNumber when another parcel of the order has it
    and it was not said that they have it `shared`, and NotAllowed when there is no such parcel.
    """
    order, sent = lock(session, order_id), {one.id: one for one in parcels.parcels_of(session, order_id)}
    parcel, number = sent.pop(parcel_id, None), parcels.tidy(typed)
    if parcel is None:
        raise NotAllowed("There is no such parcel.")
    if typed.strip():
        other = _whose(session, number, order)
        if said := _wrong_number(typed) or (OF_ANOTHER.format(other) if other else ""):
            raise WrongNumber(said)
        if not shared and number != parcel.tracking and any(one.tracking == number for one in sent.values()):
            raise SameNumber(OF_THE_OTHER)
    parcels.track(session, parcel, typed, actor=actor)
    return number


def _place(session: Session, row: TrackingRow, order: Order, sent: Sequence[Parcel]) -> Planned:
    """Which parcel the number is for: one that was posted without, or the one that is packed."""
    units = units_of(session, order.id)
    packed = tuple(
        number for number, unit in sorted(units.items()) if unit.stage == Stage.PACKED and unit.held is None
    )
    bare = [parcel for parcel in sent if parcel.tracking is None]
    if packed and (said := _why_not(order) or finished_looks.why_not_yet(session, order.id, packed)):
        return Planned(row, problem=said)
    if len(bare) + bool(packed) > 1:
        return Planned(row, problem="It has more than one parcel without a number: please record it there.")
    if packed:
        return Planned(row, change=f"post {_pieces(packed)} under this number", pieces=packed)
    if bare:
        return Planned(row, change="record the number for its parcel", parcel_id=bare[0].id)
    if sent:
        numbers = ", ".join(parcel.tracking or "" for parcel in sent)
        return Planned(row, problem=f"It was posted under another number: {numbers}.")
    return Planned(row, problem="Nothing of it is packed.")


def _why_not(order: Order) -> str:
    """Why nothing of an order may be posted now."""
    if order.state not in WORKED_ON:
        return "Its payment is in question, or went back."
    return parcels.why_not_yet(order.post_from)


def _whose(session: Session, number: str | None, order: Order) -> str | None:
    """The other order that a parcel of this number belongs to."""
    return session.scalar(
        select(Order.reference)
        .join(Parcel, Parcel.order_id == Order.id)
        .where(Parcel.tracking == number, Order.id != order.id)
        .limit(1)
    )


def _wrong_number(text: str) -> str:
    number = "".join(kept_code(text).split()).upper()
    if not SHORTEST <= len(number) <= parcels.LONGEST_TRACKING or parcels.tidy(number) != number:
        return "This is no tracking number: it has letters and digits, eight at least."
    if _CUT_OFF.fullmatch(number):
        return "The beginning of the number is missing: two letters stand before its digits."
    if (parts := _S10.fullmatch(number)) and not _adds_up(parts[1], parts[2]):
        return "The number does not add up: one of its digits is wrong."
    return ""


def _adds_up(digits: str, check: str) -> bool:
    """Whether the check digit is right (Universal Postal Union, standard S10)."""
    rest = 11 - sum(weight * int(digit) for weight, digit in zip(_WEIGHTS, digits, strict=True)) % 11
    return int(check) == {10: 0, 11: 5}.get(rest, rest)


def _pieces(numbers: Sequence[int]) -> str:
    return f"piece {numbers[0]}" if len(numbers) == 1 else f"pieces {', '.join(map(str, numbers))}"


def _column(headings: Sequence[str], wanted: Sequence[str]) -> int | None:
    there = [heading.strip().lstrip("\ufeff").casefold() for heading in headings]
    return next((there.index(name.casefold()) for name in wanted if name.casefold() in there), None)


def _cell(cells: Sequence[str], at: int) -> str:
    return cells[at].strip().lstrip("'") if at < len(cells) else ""
