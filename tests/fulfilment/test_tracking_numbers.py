"""Tracking numbers that come back from the carrier: every row is named, what is faulty changes nothing."""

import pytest

from shop.fulfilment import tracking_numbers, units
from shop.fulfilment.stages import Hold, Stage
from shop.fulfilment.tracking_numbers import NotReadable, Planned, TrackingRow, read_rows
from tests.engines import ONE_ENGINE
from tests.fulfilment.conftest import OWNER, PLAIN, Bench

BARE = ("petal", "")
NUMBER, OTHER = "AB123456785GB", "CD987654326GB"
HEADINGS = {"reference": ["Order reference", "Reference"], "number": ["Tracking number"]}


def reference(bench: Bench, order: int) -> str:
    return bench.harness.order(order).reference


def packed(bench: Bench, *pieces: tuple[str, str]) -> int:
    order = bench.paid(*(pieces or (BARE,)))
    for number in bench.units(order):
        bench.act(order, number, *PLAIN)
    return order


def planned(bench: Bench, *rows: tuple[str, str]) -> list[Planned]:
    """What these rows would do."""
    listed = [TrackingRow(line, *row) for line, row in enumerate(rows, start=2)]
    with bench.harness.database.reading() as session:
        return tracking_numbers.plan(session, listed, "test")


def applied(bench: Bench, order: int, number: str) -> Planned:
    row = TrackingRow(2, reference(bench, order), number)
    with bench.harness.database.transaction() as session:
        return tracking_numbers.apply(session, row, "test", actor=OWNER)


def numbers(bench: Bench, order: int) -> list[str | None]:
    return [parcel.tracking for parcel in bench.parcels(order)]


@ONE_ENGINE
def test_what_is_packed_is_posted_under_the_number(bench: Bench) -> None:
    order = packed(bench, BARE, BARE)
    (plan,) = planned(bench, (reference(bench, order), NUMBER))
    assert (plan.change, plan.problem) == ("post pieces 1, 2 under this number", "")
    assert bench.stages(order) == [Stage.PACKED, Stage.PACKED], "it was looked at, no more"
    applied(bench, order, NUMBER)
    assert bench.stages(order) == [Stage.POSTED, Stage.POSTED]
    assert numbers(bench, order) == [NUMBER]


def test_a_parcel_without_a_number_gets_it(bench: Bench) -> None:
    order = packed(bench)
    bench.post(order, 1)
    assert applied(bench, order, NUMBER.lower()).change == "record the number for its parcel"
    assert numbers(bench, order) == [NUMBER]


def test_doing_it_twice_does_it_once(bench: Bench) -> None:
    order = packed(bench)
    applied(bench, order, NUMBER)
    again = applied(bench, order, NUMBER)
    assert (again.change, again.problem) == ("", "")
    assert numbers(bench, order) == [NUMBER]
    assert bench.harness.emails(order).count("posted") == 1


@ONE_ENGINE
def test_another_number_is_never_written_over_one(bench: Bench) -> None:
    order = packed(bench)
    applied(bench, order, NUMBER)
    assert applied(bench, order, OTHER).problem == f"It was posted under another number: {NUMBER}."
    assert numbers(bench, order) == [NUMBER]


@ONE_ENGINE
def test_a_number_of_somebody_elses_parcel_is_refused(bench: Bench) -> None:
    first, second = packed(bench), packed(bench)
    applied(bench, first, NUMBER)
    assert (
        applied(bench, second, NUMBER).problem
        == f"The number belongs to a parcel of {reference(bench, first)}."
    )
    assert bench.stages(second) == [Stage.PACKED]


@ONE_ENGINE
def test_two_parcels_without_a_number_are_for_a_person(bench: Bench) -> None:
    order = bench.paid(BARE, BARE)
    bench.act(order, 1, *PLAIN)
    bench.post(order, 1)
    bench.act(order, 2, *PLAIN)
    assert "more than one parcel" in applied(bench, order, NUMBER).problem
    assert numbers(bench, order) == [None]


@ONE_ENGINE
@pytest.mark.parametrize("what", ["not packed", "on hold", "refunded", "disputed"])
def test_what_may_not_be_posted_is_not(bench: Bench, what: str) -> None:
    order = bench.paid(BARE) if what == "not packed" else packed(bench)
    before = bench.stages(order)
    if what == "on hold":
        with bench.harness.database.transaction() as session:
            units.hold(session, order, 1, Hold.QUESTION, actor=OWNER)
    elif what == "refunded":
        bench.refund(order, 1)
        before = [Stage.REFUNDED]
    elif what == "disputed":
        with bench.harness.database.transaction() as session:
            tracking_numbers.lock(session, order).state = "disputed"
    assert applied(bench, order, NUMBER).problem
    assert bench.stages(order) == before
    assert numbers(bench, order) == []


@ONE_ENGINE
@pytest.mark.parametrize(
    "number",
    [
        "",
        "AB",
        "AB123456789GB",
        "987654326GB",
        "D987654326GB",
        "=HYPERLINK",
        "<b>12345678",
        "9" * 41,
        "١٢٣٤٥٦٧٨",
    ],
)
def test_what_is_no_number_is_said(bench: Bench, number: str) -> None:
    order = packed(bench)
    assert applied(bench, order, number).problem
    assert bench.stages(order) == [Stage.PACKED]


@ONE_ENGINE
def test_a_file_names_every_change_and_every_faulty_row(bench: Bench) -> None:
    first, second = packed(bench), packed(bench)
    bench.post(second, 1, tracking=OTHER)
    ours = reference(bench, first)
    plan = planned(
        bench,
        (ours, NUMBER),
        (ours, OTHER),
        (reference(bench, second), OTHER),
        ("PM-2222-22", NUMBER),
        ("", ""),
    )
    assert [(one.row.line, bool(one.change), one.problem) for one in plan] == [
        (2, True, ""),
        (3, False, "The same order stands in line 2."),
        (4, False, ""),
        (5, False, "There is no order of this reference."),
        (6, False, "This is no tracking number: it has letters and digits, eight at least."),
    ]


@ONE_ENGINE
def test_an_order_of_the_other_book_is_not_found(bench: Bench) -> None:
    order = packed(bench)
    row = TrackingRow(2, reference(bench, order), NUMBER)
    with bench.harness.database.reading() as session:
        assert tracking_numbers.decide(session, row, "live").problem == "There is no order of this reference."


@pytest.mark.parametrize(
    "text",
    [
        "Order reference,Tracking number\r\npm-7k3q-2f,AB1\r\n\r\n",
        "\ufefforder reference;x;TRACKING NUMBER\nPM-7K3Q-2F;;AB1\n",
        "Tracking number\tReference\nAB1\tPM-7K3Q-2F",
        'x,"Tracking number","Order reference"\n"a\nb","AB1","PM-7K3Q-2F"\n',
        "Order reference,Tracking number\n'PM-7K3Q-2F,'AB1",
    ],
)
def test_files_of_every_shape_are_read(text: str) -> None:
    assert [(row.reference, row.number) for row in read_rows(text, HEADINGS)] == [("PM-7K3Q-2F", "AB1")]


@pytest.mark.parametrize(
    "text", ["", "a,b\n1,2", "Order reference\nPM", "\0", "Order reference,Tracking number\n" * 1002]
)
def test_what_is_no_such_file_is_said(text: str) -> None:
    with pytest.raises(NotReadable):
        read_rows(text, HEADINGS)
