"""An address is left on a page of its own for what is sold out; the answer never says who asked before."""

import re
from email import message_from_bytes, policy

import pytest
from flask import Flask
from werkzeug.test import TestResponse

from shop.restock import waiting
from shop.worker import Worker
from tests.shopper import Shopper, changed, form_on, harness_of, reason_beside, soup
from tests.test_worker import work_of

PAGE = "/pieces/petal/back-in-stock"


@pytest.fixture
def visitor(app: Flask) -> Shopper:
    harness_of(app).set_stock("petal", 0)
    return Shopper(app)


def leaves(who: Shopper, email: str = "ada@example.com") -> TestResponse:
    return who.send(PAGE, PAGE, {"variant": str(who.variant("petal").id), "email": email})


def waits(who: Shopper) -> dict[int, int]:
    with who.database.reading() as session:
        return waiting.how_many(session)


def tells(who: Shopper) -> bool:
    """A round of the worker's."""
    return work_of(Worker(who.app), "back in stock").do()


def test_the_page_of_a_piece_leads_there_only_where_something_is_sold_out(visitor: Shopper) -> None:
    assert soup(visitor.get("/pieces/petal")).select_one(f"a[href='{PAGE}']")
    assert not soup(visitor.get("/pieces/disc")).select_one("a[href$=back-in-stock]")
    assert "It is back in stock" in visitor.get("/pieces/disc/back-in-stock").text
    assert visitor.get("/pieces/nothing/back-in-stock").status_code == 404


def test_the_one_that_is_sold_out_is_chosen_already(visitor: Shopper) -> None:
    _, sent = form_on(visitor.get(PAGE), PAGE)
    assert sent["variant"] == str(visitor.variant("petal").id)


def test_the_answer_is_the_same_whether_it_was_there_already(visitor: Shopper) -> None:
    pages = []
    for _ in range(2):
        answer = leaves(visitor)
        assert (answer.status_code, answer.location) == (303, f"{PAGE}?asked")
        pages.append(visitor.get(answer.location).text)
    assert pages[0] == pages[1]
    assert "We will write to you" in pages[0]
    assert waits(visitor) == {visitor.variant("petal").id: 1}


def test_what_can_be_had_now_is_not_waited_for(visitor: Shopper) -> None:
    sent = {"variant": str(visitor.variant("petal", 1).id), "email": "ada@example.com"}
    answer = visitor.send(PAGE, PAGE, sent)
    assert answer.status_code == 422
    assert "can be had now" in reason_beside(answer, "variant")
    assert waits(visitor) == {}


def test_a_likely_slip_is_asked_about_and_kept_once_it_was_answered(visitor: Shopper) -> None:
    page = leaves(visitor, "ada@gmial.com")
    assert page.status_code == 200
    assert waits(visitor) == {}
    _, sent = form_on(page, PAGE)
    assert visitor.post(PAGE, changed(sent, {"email-is": "ada@gmail.com"})).status_code == 303
    assert len(waits(visitor)) == 1


def test_whoever_asks_very_often_waits_and_loses_nothing(visitor: Shopper) -> None:
    for number in range(5):
        assert leaves(visitor, f"ada{number}@example.com").status_code == 303
    answer = leaves(visitor, "ada5@example.com")
    assert answer.status_code == 429
    assert int(answer.headers["Retry-After"]) > 0
    assert form_on(answer, PAGE)[1]["email"] == "ada5@example.com"


def test_nobody_presses_on_a_mailbox_from_many_networks_or_by_other_spellings(visitor: Shopper) -> None:
    spelt = [
        "ada.byron@example.com",
        "ADA.Byron@example.com",
        *(f"adabyron+{n}@example.com" for n in range(6)),
    ]
    answers = []
    for number, email in enumerate(spelt):
        visitor.client.environ_base["REMOTE_ADDR"] = f"198.51.100.{number}"
        answers.append(leaves(visitor, email))
    assert [answer.status_code for answer in answers] == [303] * 6 + [429] * 2
    assert "Please wait a while" in reason_beside(answers[-1], "email")
    assert 60 < int(answers[-1].headers["Retry-After"]) <= 3600
    assert leaves(visitor, "bea@example.com").status_code == 303


def test_the_owner_sees_how_many_wait_and_the_worker_looks_who_is_due(visitor: Shopper) -> None:
    leaves(visitor)
    leaves(visitor, "bea@example.com")
    owner = Shopper(visitor.app).sign_in("owner")
    sku = visitor.variant("petal").sku
    (row,) = soup(owner.get("/owner/stock")).select("#asked tbody tr")
    cells = [cell.text.strip() for cell in row.select("th, td")]
    assert (cells[0], cells[-1]) == (sku, "2")
    assert [tells(visitor) for _ in range(3)] == [True, True, False], "two receipts"


def test_the_link_in_the_receipt_shows_what_is_waited_for_and_takes_it_back(visitor: Shopper) -> None:
    leaves(visitor)
    assert tells(visitor)
    (file,) = (visitor.app.extensions["shop"].settings.instance_dir / "mail").glob("*.eml")
    receipt = message_from_bytes(file.read_bytes(), policy=policy.default).get_body(("plain",))
    assert receipt
    page = re.findall(r"http://localhost(/back-in-stock/\w+)", receipt.get_content())[0]
    stranger = Shopper(visitor.app)
    shown = stranger.get(page)
    assert "Petal, Sterling silver, 16 inch chain" in " ".join(soup(shown).text.split()).replace(",  ", ", ")
    assert shown.headers["Cache-Control"] == "no-store"
    assert waits(visitor) != {}, "to look changes nothing"
    for _ in range(2):
        assert stranger.post(page, form_on(shown, page)[1]).status_code == 303
    assert waits(visitor) == {}
    assert "Nothing is kept" in stranger.get(page).text
    assert "Nothing is kept" in stranger.get("/back-in-stock/nothing").text
