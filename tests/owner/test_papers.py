"""Printing from the bench and from an order's page: one PDF, and dedications opened on purpose alone."""

import subprocess
from datetime import UTC, datetime
from pathlib import Path

import pytest
from flask import Flask
from sqlalchemy import select
from werkzeug.test import TestResponse

from shop import clock, privacy
from shop.fulfilment import units
from shop.fulfilment.models import CardOpening
from shop.fulfilment.stages import Action, Hold
from shop.owner import papers
from shop.paper.typesetting import NotTypeset, typeset
from tests.fulfilment.conftest import OWNER, PLAIN, Bench
from tests.harness import Harness
from tests.owner.test_work_queue import asked
from tests.shopper import Shopper, changed, form_on, soup

BENCH, PAPERS = "/owner/bench", "/owner/papers"
ENGRAVED, BARE = ("disc", "Wren"), ("petal", "")


@pytest.fixture
def bench(harness: Harness) -> Bench:
    return Bench(harness)


def printed(owner: Shopper, **fields: str | list[str]) -> TestResponse:
    """The answer to the button of the first form on the bench that prints."""
    token = form_on(owner.get(BENCH), f"{BENCH}/steps")[1]["csrf_token"]
    return owner.post(PAPERS, {"csrf_token": token, **fields})


def said(owner: Shopper) -> list[str]:
    return [notice.text.strip() for notice in soup(owner.get(BENCH)).select("[role=status]")]


def text(answer: TestResponse, folder: Path) -> str:
    assert answer.status_code == 200
    assert answer.mimetype == "application/pdf"
    file = folder / "paper.pdf"
    file.write_bytes(answer.data)
    return subprocess.run(
        ["pdftotext", "-raw", str(file), "-"], check=True, capture_output=True, encoding="utf-8"
    ).stdout


def line_ids(bench: Bench, *orders: int) -> list[str]:
    return [str(unit.order_line_id) for order in orders for _, unit in sorted(bench.units(order).items())]


def reference(bench: Bench, order: int) -> str:
    return bench.harness.order(order).reference


def openings(owner: Shopper) -> list[str]:
    with owner.database.reading() as session:
        return list(session.scalars(select(CardOpening.actor)))


def test_what_is_ticked_comes_as_one_pdf(owner: Shopper, bench: Bench, tmp_path: Path) -> None:
    first, second, third = (bench.paid(BARE) for _ in range(3))
    answer = printed(owner, unit=line_ids(bench, first, third), paper=["slips", "labels"], sheet="14")
    on_it = text(answer, tmp_path)
    assert [on_it.count(reference(bench, order)) for order in (first, second, third)] == [2, 0, 2]


def test_however_much_is_printed_the_database_is_asked_as_often(owner: Shopper, bench: Bench) -> None:
    everything = ["tickets", "slips", "labels", "cards"]
    token = form_on(bench_with(owner, bench, 1), f"{BENCH}/steps")[1]["csrf_token"]

    def prints() -> None:
        ordered = {"csrf_token": token, "action": Action.CHECK, "paper": everything, "sheet": "14"}
        assert owner.post(PAPERS, ordered).status_code == 200

    few = asked(owner, prints)
    bench_with(owner, bench, 4)
    assert asked(owner, prints) == few <= 12


def bench_with(owner: Shopper, bench: Bench, orders: int) -> TestResponse:
    for _ in range(orders):
        bench.paid(ENGRAVED, BARE)
    return owner.get(BENCH)


def test_with_nothing_ticked_all_that_wait_for_the_step_are_printed(
    owner: Shopper, bench: Bench, tmp_path: Path
) -> None:
    waits, packed = bench.paid(BARE), bench.paid(BARE)
    bench.act(packed, 1, *PLAIN)
    on_it = text(printed(owner, action=Action.POST, paper="slips"), tmp_path)
    assert reference(bench, packed) in on_it
    assert reference(bench, waits) not in on_it


def test_each_section_of_the_bench_offers_to_print(owner: Shopper, bench: Bench) -> None:
    packed = bench.paid(BARE, BARE)
    bench.act(packed, 1, *PLAIN)
    page = soup(owner.get(BENCH))
    assert len(page.select(f"button[formaction='{PAPERS}']")) == 2
    ticked = [box["value"] for box in page.select("[name=paper][checked]")]
    assert ticked == ["tickets", "labels"]


def test_an_order_is_printed_from_its_page(owner: Shopper, bench: Bench, tmp_path: Path) -> None:
    order = bench.paid(BARE, ("disc", "Wren"))
    page = owner.get(f"/owner/orders/{reference(bench, order)}")
    _, sent = form_on(page, PAPERS)
    on_it = text(owner.post(PAPERS, sent), tmp_path)
    assert "Petal" in on_it
    assert "Disc" in on_it
    assert "12 Quiet Street" in on_it


def test_of_an_order_that_is_sent_in_parts_a_slip_names_what_is_in_its_parcel(
    owner: Shopper, bench: Bench, tmp_path: Path
) -> None:
    order = bench.paid(("disc", "Wren"), BARE, ("heart", ""), ("thread", ""))
    bench.act(order, 2, *PLAIN)
    bench.post(order, 2)
    bench.refund(order, 3)
    with bench.harness.database.transaction() as session:
        units.hold(session, order, 4, Hold.CANCELLED, actor=OWNER)
    _, sent = form_on(owner.get(f"/owner/orders/{reference(bench, order)}"), PAPERS)
    on_it = text(owner.post(PAPERS, changed(sent, {"paper": "slips"})), tmp_path)
    assert "Disc" in on_it
    assert [piece for piece in ("Petal", "Heart", "Thread") if piece in on_it] == []
    assert "One more piece of this order went before." in on_it
    assert "later" not in on_it
    alone = printed(owner, unit=line_ids(bench, order)[1], paper="slips")
    assert "Petal" in text(alone, tmp_path), "by itself it is printed again"


def test_a_dedication_is_opened_on_purpose_and_it_is_known_by_whom(
    owner: Shopper, engraved: str, tmp_path: Path
) -> None:
    page = owner.get(f"/owner/orders/{engraved}")
    assert "always" not in page.text
    assert "Open and print the card" in page.text
    assert openings(owner) == []
    answer = printed(owner, unit="1", paper="cards")
    assert "For you,\nalways" in text(answer, tmp_path)
    assert openings(owner) == [OWNER]
    after = soup(owner.get(f"/owner/orders/{engraved}")).get_text(" ")
    assert "dedication of piece 1 opened for its card" in after
    with owner.database.reading() as session:
        kept = privacy.everything(session, owner.app.extensions["shop"].services.vault, engraved)
    assert [(one["piece"], one["by"]) for one in kept["dedications_opened"]] == [(1, OWNER)]


def test_tickets_slips_and_labels_open_no_dedication(owner: Shopper, engraved: str, tmp_path: Path) -> None:
    answer = printed(owner, unit="1", paper=["tickets", "slips", "labels"])
    assert "always" not in text(answer, tmp_path)
    assert openings(owner) == []


def test_a_pdf_is_kept_by_nobody_on_the_way(owner: Shopper, bench: Bench) -> None:
    bench.paid(BARE)
    answer = printed(owner, action=Action.CHECK, paper="tickets")
    assert answer.headers["Cache-Control"] == "no-store"
    assert answer.headers["Content-Disposition"].startswith('inline; filename="tickets-')


def test_at_half_past_midnight_in_summer_papers_and_files_bear_the_new_day(
    owner: Shopper, bench: Bench, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(clock, "now", lambda: datetime(2031, 6, 30, 23, 30, tzinfo=UTC))
    owner.sign_in("owner")
    bench.paid(BARE)
    printing = printed(owner, action=Action.CHECK, paper="tickets")
    assert "tickets-2031-07-01" in printing.headers["Content-Disposition"]
    runner = owner.app.test_cli_runner()
    runner.invoke(args=["accounts", "add", "new@example.com", "--role", "finance"])
    assert "new@example.com\tfinance\t2031-07-01" in runner.invoke(args=["accounts", "list"]).output


@pytest.mark.parametrize(
    "fields",
    [
        {},
        {"paper": "prices"},
        {"paper": "slips"},
        {"paper": "slips", "unit": ["", "-1", "0", "9" * 40, "1;2", "٣"]},
        {"paper": "slips", "action": "undone"},
        {"paper": "cards", "action": "checked"},
    ],
)
def test_what_cannot_be_printed_is_said(
    owner: Shopper, bench: Bench, fields: dict[str, str | list[str]]
) -> None:
    bench.paid(BARE)
    answer = printed(owner, **fields)
    assert answer.status_code == 303
    assert said(owner)[0] in {papers.NO_KIND, papers.NOTHING}


@pytest.mark.parametrize(
    ("fields", "why"),
    [
        ({"sheet": "x"}, "no such sheet"),
        ({"sheet": ""}, "no such sheet"),
        ({"start": "99"}, "14 labels"),
        ({"start": "15"}, "14 labels"),
        ({"sheet": "6x4", "start": "2"}, "one label"),
        *(({"start": start}, "cannot begin at") for start in ("-1", "٣", "0", "", "9" * 400)),
    ],
)
def test_a_sheet_or_place_there_is_not_is_said_and_opens_no_dedication(
    owner: Shopper, engraved: str, fields: dict[str, str], why: str
) -> None:
    answer = printed(owner, unit="1", paper=["labels", "cards"], **fields)
    assert answer.status_code == 422
    assert why in soup(answer).select_one("main").text
    assert openings(owner) == []


def test_nothing_is_printed_for_what_rests_or_went_back(owner: Shopper, bench: Bench) -> None:
    rests, back = bench.paid(BARE), bench.paid(BARE)
    with bench.harness.database.transaction() as session:
        units.hold(session, rests, 1, Hold.QUESTION, actor=OWNER)
    bench.refund(back, 1)
    bench.paid(BARE)
    assert printed(owner, unit=line_ids(bench, rests, back), paper=["tickets", "slips"]).status_code == 303
    assert said(owner) == [papers.NOTHING]
    for order in (rests, back):
        assert PAPERS not in owner.get(f"/owner/orders/{reference(bench, order)}").text


def test_a_typesetter_that_fails_is_no_page_that_fails(
    owner: Shopper, bench: Bench, monkeypatch: pytest.MonkeyPatch
) -> None:
    bench.paid(BARE)
    monkeypatch.setattr("shop.paper.typesetting._PROGRAM", Path("/nowhere"))
    with pytest.raises(NotTypeset):
        typeset([], title="", seller="")
    assert printed(owner, action=Action.CHECK, paper="tickets").status_code == 303
    assert said(owner) == [papers.FAILED]


def test_words_that_were_erased_are_printed_no_more(app: Flask, owner: Shopper, engraved: str) -> None:
    with owner.database.transaction() as session:
        privacy.erase(session, app.extensions["shop"].services.vault, engraved, actor=OWNER)
    assert PAPERS not in owner.get(f"/owner/orders/{engraved}").text
    token = form_on(owner.get("/sign-in/password"))[1]["csrf_token"]
    answer = owner.post(PAPERS, {"csrf_token": token, "unit": "1", "paper": ["tickets", "slips", "cards"]})
    assert answer.status_code == 303
    assert openings(owner) == []
