"""Posting as the owner does it: ticket and number by scanner, Royal Mail's file, the day's manifest."""

import csv
import io
import subprocess
from datetime import date, timedelta
from pathlib import Path

import pytest
from werkzeug.datastructures import FileStorage
from werkzeug.test import TestResponse

from shop import clock
from shop.fulfilment.stages import Action, Stage
from shop.orders.models import Order
from shop.owner import dispatch, tracking_import
from tests.fulfilment.conftest import PLAIN, Bench
from tests.harness import Harness
from tests.owner.test_moves import MAY, brought_to
from tests.owner.test_work_queue import statements
from tests.shopper import Shopper, form_on, reason_beside, soup

HERE = "/owner/dispatch"
BARE, NUMBER, OTHER = ("petal", ""), "AB123456785GB", "CD987654326GB"


BARE_STAGES = MAY.keys() - {Stage.ENGRAVING, Stage.ENGRAVED, Stage.INSPECTED}
"""Where a piece without words can stand."""


@pytest.fixture
def bench(harness: Harness) -> Bench:
    return Bench(harness)


def packed(bench: Bench) -> tuple[int, str]:
    """A packed order: its id and its reference."""
    order = bench.paid(BARE)
    bench.act(order, 1, *PLAIN)
    return order, bench.harness.order(order).reference


def said(owner: Shopper) -> list[str]:
    return [notice.text.strip() for notice in soup(owner.get(HERE)).select("[role=status]")]


def token(owner: Shopper) -> str:
    return form_on(owner.get(HERE), f"{HERE}/tracking")[1]["csrf_token"]


def looked_at(owner: Shopper, **sent: object) -> TestResponse:
    return owner.post(f"{HERE}/tracking", {"csrf_token": token(owner), **sent})


def test_ticket_then_number_posts_what_is_packed(owner: Shopper, bench: Bench) -> None:
    order, reference = packed(bench)
    scanned = owner.client.get(
        HERE, query_string={"code": f"https://shop.example/owner/bench/scan?code={reference}-1"}
    )
    field = soup(scanned).select_one("input[name=number]")
    assert field is not None
    assert field.has_attr("autofocus")
    _, sent = form_on(scanned, f"{HERE}/parcels")
    sent["number"] = f"{NUMBER}\r\n".strip()
    owner.post(f"{HERE}/parcels", sent)
    assert said(owner) == [f"{reference}: posted under {NUMBER}."]
    assert bench.stages(order) == [Stage.POSTED]
    assert f"Royal Mail Tracked 48, {NUMBER}" in owner.get(HERE).text


@pytest.mark.parametrize(
    ("stage", "words"),
    [(stage, words) for stage in MAY for words in (True, False) if words or stage in BARE_STAGES],
)
def test_only_what_was_looked_at_and_packed_is_posted_by_its_number(
    owner: Shopper, bench: Bench, stage: Stage, words: bool
) -> None:
    order = brought_to(bench, stage, words=words)
    sent = {"csrf_token": token(owner), "reference": bench.harness.order(order).reference, "number": NUMBER}
    owner.post(f"{HERE}/parcels", sent)
    assert bench.stages(order) == [Stage.POSTED if stage is Stage.PACKED else stage]


def test_the_next_ticket_in_the_place_of_a_number_posts_nothing(owner: Shopper, bench: Bench) -> None:
    (order, reference), (_, following) = packed(bench), packed(bench)
    _, sent = form_on(owner.get(f"{HERE}?code={reference}"), f"{HERE}/parcels")
    sent["number"] = f"{following}-1"
    assert owner.post(f"{HERE}/parcels", sent).location == f"{HERE}?code={following}"
    assert bench.stages(order) == [Stage.PACKED]


def test_the_first_parcels_number_scanned_for_the_second_posts_nothing_and_says_so(
    owner: Shopper, bench: Bench
) -> None:
    order = bench.paid(("petal", ""), ("petal", ""))
    for number in (1, 2):
        bench.act(order, number, *PLAIN)
    bench.post(order, 1, tracking=NUMBER)
    ticket = f"{HERE}?code={bench.harness.order(order).reference}"
    _, sent = form_on(owner.get(ticket), f"{HERE}/parcels")
    assert owner.post(f"{HERE}/parcels", {**sent, "number": NUMBER}).location == ticket
    assert "nothing new was posted" in said(owner)[0]
    assert bench.stages(order) == [Stage.POSTED, Stage.PACKED]


def test_what_must_not_go_yet_is_refused_everywhere_with_its_day(owner: Shopper, bench: Bench) -> None:
    (order, reference), (_, free) = packed(bench), packed(bench)
    day = clock.in_britain(clock.now()).date() + timedelta(days=3)
    promise(bench, order, day)
    said_of_day = f"{day:%A %-d %B}"
    assert f"Not to be posted before {said_of_day}" in owner.get(HERE).text
    scanned = owner.get(f"{HERE}?code={reference}")
    assert f"Not to be posted before {said_of_day}." in soup(scanned).select_one("form[aria-labelledby]").text
    _, sent = form_on(scanned, f"{HERE}/parcels")
    assert said_of_day in owner.post(f"{HERE}/parcels", {**sent, "number": NUMBER}).text
    line = str(bench.units(order)[1].order_line_id)
    for to, what in {
        "/owner/bench/steps": {"only": line},
        f"/owner/orders/{reference}/lines/1/steps": {},
    }.items():
        owner.post(to, {"csrf_token": sent["csrf_token"], "action": Action.POST, **what})
        assert said_of_day in said(owner)[0]
    assert bench.stages(order) == [Stage.PACKED]
    file = owner.post(f"{HERE}/click-and-drop", {"csrf_token": sent["csrf_token"]}).text
    assert free in file
    assert reference not in file


def test_on_the_first_day_it_may_go_it_goes(owner: Shopper, bench: Bench) -> None:
    order, reference = packed(bench)
    promise(bench, order, clock.in_britain(clock.now()).date())
    assert "Not to be posted" not in owner.get(HERE).text
    owner.send(f"{HERE}?code={reference}", f"{HERE}/parcels", {"number": NUMBER})
    assert bench.stages(order) == [Stage.POSTED]


def promise(bench: Bench, order: int, post_from: date) -> None:
    with bench.harness.database.transaction() as session:
        row = session.get_one(Order, order)
        row.post_from, row.posted_by = post_from, post_from + timedelta(days=2)
        row.arrives_by = post_from + timedelta(days=5)


def test_each_packed_order_is_one_tap_from_its_number(owner: Shopper, bench: Bench) -> None:
    _, reference = packed(bench)
    assert soup(owner.get(HERE)).select_one(f"a[href='{HERE}?code={reference}']").text.startswith("Tracking")


def test_a_code_is_found_without_its_dashes(owner: Shopper, bench: Bench) -> None:
    _, reference = packed(bench)
    code = f"{reference}-1".replace("-", "").lower()
    page = owner.client.get(HERE, query_string={"code": code})
    assert soup(page).select_one("h2#parcel").text == reference


@pytest.mark.parametrize("number", ["", "x", "AB123456789GB", "9" * 300])
def test_a_wrong_number_is_said_beside_its_field_and_keeps_the_ticket_at_hand(
    owner: Shopper, bench: Bench, number: str
) -> None:
    """Its field is empty: what a scanner types next would else be added to it."""
    order, reference = packed(bench)
    _, sent = form_on(owner.get(f"{HERE}?code={reference}"), f"{HERE}/parcels")
    answer = owner.post(f"{HERE}/parcels", {**sent, "number": number})
    assert answer.status_code == 422
    assert reason_beside(answer, "number").startswith(f"{number[:60]}: " if number else "This is no")
    _, again = form_on(answer, f"{HERE}/parcels")
    assert (again["reference"], again["number"]) == (reference, "")
    assert soup(answer).select("[role=status]") == [], "nothing was done"
    assert bench.stages(order) == [Stage.PACKED]
    assert owner.get(f"{HERE}/parcels").location == HERE


@pytest.mark.parametrize("code", ["x", "9" * 4000, "'"])
def test_what_is_no_ticket_is_said(owner: Shopper, code: str) -> None:
    page = owner.client.get(HERE, query_string={"code": code})
    assert page.status_code == 200
    assert dispatch.NOT_A_CODE in page.text
    assert owner.post(f"{HERE}/parcels", {"csrf_token": token(owner), "reference": code}).status_code == 303
    assert said(owner) == [dispatch.NOT_A_CODE]


def test_royal_mails_file_has_a_line_for_each_parcel_that_is_packed(owner: Shopper, bench: Bench) -> None:
    _, reference = packed(bench)
    bench.paid(BARE)
    _, sent = form_on(owner.get(HERE), f"{HERE}/click-and-drop")
    answer = owner.post(f"{HERE}/click-and-drop", sent)
    assert answer.headers["Cache-Control"] == "no-store"
    rows = list(csv.DictReader(io.StringIO(answer.text, newline="")))
    assert [row["Order reference"] for row in rows] == [reference]


def test_with_nothing_packed_there_is_no_file(owner: Shopper) -> None:
    assert owner.post(f"{HERE}/click-and-drop", {"csrf_token": token(owner)}).status_code == 303
    assert said(owner) == [dispatch.NOTHING]


def test_a_layout_that_cannot_be_used_is_said(owner: Shopper, bench: Bench) -> None:
    packed(bench)
    folder = owner.app.extensions["shop"].settings.instance_dir
    (folder / "click-and-drop.toml").write_text("nothing", encoding="utf-8")
    owner.post(f"{HERE}/click-and-drop", {"csrf_token": token(owner)})
    assert "click-and-drop.toml cannot be used" in said(owner)[0]
    looked_at(owner, lines="x")
    assert "click-and-drop.toml cannot be used" in said(owner)[0]


@pytest.mark.parametrize("how", ["file", "lines"])
def test_numbers_are_read_back_first_shown_then_written_down(owner: Shopper, bench: Bench, how: str) -> None:
    order, reference = packed(bench)
    text = f"Order reference,Tracking number\r\n{reference},{NUMBER}\r\nPM-2222-22,{OTHER}\r\n"
    sent = FileStorage(io.BytesIO(text.encode("utf-8-sig")), "orders.csv") if how == "file" else text
    page = looked_at(owner, **{how: sent})
    assert f"Line 2: {reference}, {NUMBER}: post piece 1 under this number" in page.text
    assert f"Line 3: PM-2222-22, {OTHER}: There is no order of this reference." in page.text
    assert bench.stages(order) == [Stage.PACKED], "nothing is changed before it is said"
    _, form = form_on(page, f"{HERE}/tracking/changes")
    owner.post(f"{HERE}/tracking/changes", form)
    assert said(owner) == ["1 number is recorded."]
    assert bench.stages(order) == [Stage.POSTED]
    owner.post(f"{HERE}/tracking/changes", form)
    assert said(owner) == ["0 numbers are recorded."]
    assert len(bench.parcels(order)) == 1


def test_what_has_become_otherwise_since_it_was_shown_is_left_and_said(owner: Shopper, bench: Bench) -> None:
    order, reference = packed(bench)
    page = looked_at(owner, lines=f"Reference,Tracking number\n{reference},{NUMBER}")
    bench.refund(order, 1)
    _, form = form_on(page, f"{HERE}/tracking/changes")
    owner.post(f"{HERE}/tracking/changes", form)
    assert said(owner)[0].startswith(f"{reference}: ")
    assert bench.stages(order) == [Stage.REFUNDED]


@pytest.mark.parametrize(
    "sent",
    [
        {},
        {"lines": "   "},
        {"lines": "a,b\n1,2"},
        {"lines": "Reference,Tracking number\n"},
        {"file": b"\xff\xfe\x00"},
        {"file": b"a" * (tracking_import.MOST_BYTES + 1)},
    ],
)
def test_what_is_no_such_file_is_said(owner: Shopper, sent: dict[str, object]) -> None:
    if isinstance(raw := sent.get("file"), bytes):
        sent = {"file": FileStorage(io.BytesIO(raw), "x.csv")}
    assert looked_at(owner, **sent).status_code == 303
    assert len(said(owner)) == 1
    answer = owner.post(f"{HERE}/tracking/changes", {"csrf_token": token(owner), "rows": "x"})
    assert answer.status_code == 303


def test_a_file_whose_cells_are_markup_or_formulas_is_shown_as_text(owner: Shopper) -> None:
    page = looked_at(owner, lines="Reference,Tracking number\n<script>alert(1)</script>,=1+1")
    assert page.status_code == 200
    assert "<script>alert" not in page.text
    assert "&lt;SCRIPT&gt;" in page.text


def test_the_manifest_has_every_parcel_of_the_day(owner: Shopper, bench: Bench, tmp_path: Path) -> None:
    (first, reference), (second, other) = packed(bench), packed(bench)
    bench.post(first, 1, tracking=NUMBER)
    bench.post(second, 1)
    bench.undo(second, 1)
    page = owner.get(HERE)
    link = soup(page).select_one("a[href*=manifest]")
    assert link is not None
    answer = owner.get(str(link["href"]))
    file = tmp_path / "manifest.pdf"
    file.write_bytes(answer.data)
    text = subprocess.run(
        ["pdftotext", "-layout", str(file), "-"], check=True, capture_output=True, encoding="utf-8"
    ).stdout
    for expected in (reference, "Ada Byron", "BA1 1AA", "Tracked 48", NUMBER, "1 parcel", "Handed over to"):
        assert expected in text
    assert other not in text, "it was taken back"
    assert "Petal" not in text


@pytest.mark.parametrize("day", ["2020-01-01", "9999-12-31", "0001-01-01", "x", ""])
def test_a_day_without_parcels_has_no_manifest(owner: Shopper, day: str) -> None:
    assert owner.client.get(f"{HERE}/manifest.pdf", query_string={"day": day}).status_code == 303
    assert said(owner) == [dispatch.NONE_POSTED]


def test_however_much_is_packed_the_page_asks_the_database_as_often(owner: Shopper, bench: Bench) -> None:
    bench.harness.set_stock("petal", 20)
    packed(bench)
    few = statements(owner, HERE)
    for _ in range(5):
        order, _ = packed(bench)
        bench.post(order, 1)
        packed(bench)
    assert statements(owner, HERE) == few <= 10
