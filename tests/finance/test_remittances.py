"""Money paid over, as the finance lead writes it down: to the penny, once, and never unwritten."""

import json
from dataclasses import replace
from datetime import timedelta

import pytest
from flask import Flask
from werkzeug.test import TestResponse

from shop import clock
from shop.catalogue import snapshot
from shop.giving import remittances
from shop.orders.placing import place
from shop.web.dates import day
from tests.harness import Harness, quoted
from tests.shopper import Shopper, changed, form_on, reason_beside, soup, summary, title

PAGE = "/finance/remittances"
PAYMENT = {
    "amount": "5.00",
    "paid_on": "2026-11-20",
    "bank_reference": "POM NOV 26",
    "receipt": "Letter, in file 3",
}


def pay(finance: Shopper, **changes: str | None) -> TestResponse:
    return finance.send(PAGE, PAGE, {**PAYMENT, **changes})


def shown(finance: Shopper) -> list[list[str]]:
    rows = soup(finance.get(PAGE)).select("#payments tbody tr")
    return [[cell.text.strip() for cell in row.select("th, td")] for row in rows]


def stat(finance: Shopper) -> str:
    return soup(finance.get(PAGE)).select_one(".stat dd").text  # type: ignore[union-attr]


def test_before_anything_is_paid_the_page_says_what_is_owed(finance: Shopper, paid: str) -> None:
    assert stat(finance) == "£10.00"
    assert shown(finance) == [["Nothing has been paid over yet."]]


def test_the_pages_say_what_is_due_by_when_of_what_it_is_made_and_how_late_it_is(
    finance: Shopper, paid: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    now, name = clock.now(), "PANDAS Foundation UK"
    by = day(now + timedelta(days=28))
    for after, said in (
        (0, f"Due in 28 days: £10.00 to {name}, by {by}."),
        (28, f"Due today: £10.00 to {name}, by {by}."),
        (29, f"Overdue since {by}: 1 day late. £10.00 to {name} should have been paid over."),
    ):
        monkeypatch.setattr(clock, "now", lambda after=after: now + timedelta(days=after))
        finance.sign_in("finance")
        for page in (PAGE, "/finance/"):
            (mark,) = soup(finance.get(page)).select(
                "main .status-quiet, main .status-wait, main .status-bad"
            )
            words = " ".join(mark.parent.text.split())  # type: ignore[union-attr]
            assert words == said, page
    cells = [cell.text.strip() for cell in soup(finance.get(PAGE)).select("#due-1 tbody tr *")]
    assert cells[1:3] == ["2 × £5.00", "£10.00"]
    pay(finance, amount="10.00")
    assert not soup(finance.get(PAGE)).select("#due-1")


def test_a_payment_is_written_down_with_who_and_how(finance: Shopper, paid: str) -> None:
    assert pay(finance).location == PAGE
    assert "£5.00 is recorded as paid over" in finance.get(PAGE).text
    (row,) = shown(finance)
    assert row[1:] == [
        "20 Nov 2026", "PANDAS Foundation UK", "£5.00", "POM NOV 26", "Letter, in file 3",
        "finance@example.com", "Undo",
    ]  # fmt: skip
    assert stat(finance) == "£5.00"
    assert "Paid over" in finance.get("/finance/").text


def test_the_button_pressed_twice_pays_once(finance: Shopper, paid: str) -> None:
    sent = changed(form_on(finance.get(PAGE), PAGE)[1], PAYMENT)
    assert [finance.post(PAGE, sent).status_code for _ in range(2)] == [303, 303]
    assert len(shown(finance)) == 1
    sent["amount"] = "4.00"
    assert finance.post(PAGE, sent).status_code == 409
    assert len(shown(finance)) == 1


def test_more_than_is_owed_must_be_meant(finance: Shopper, paid: str) -> None:
    assert "more_than_owed" not in form_on(finance.get(PAGE), PAGE)[1]
    answer = pay(finance, amount="10.01")
    assert answer.status_code == 422
    assert "which is £10.00" in reason_beside(answer, "amount")
    form, sent = form_on(answer, PAGE)
    assert sent["amount"] == "10.01"
    assert sent["receipt"] == PAYMENT["receipt"]
    assert "more_than_owed" not in sent, "the box is there, and nobody has ticked it"
    assert form.select_one("[name=more_than_owed]")
    sent["more_than_owed"] = "y"
    assert finance.post(PAGE, sent).status_code == 303
    assert "Paid ahead" in finance.get(PAGE).text


@pytest.mark.parametrize(("field", "wrong"), [
    ("amount", ""), ("amount", "0"), ("amount", "-5"), ("amount", "5,5"), ("amount", "1e3"),
    ("amount", "5.005"),
    ("paid_on", ""), ("paid_on", "yesterday"), ("paid_on", "2026-02-30"), ("paid_on", "9999-12-31"),
    ("paid_on", "0206-11-22"),
    ("bank_reference", ""), ("bank_reference", "=SUM(A1)"), ("bank_reference", "x" * 201),
    ("receipt", "a\nb"), ("receipt", "x" * 201), ("charity", "Another"),
])  # fmt: skip
def test_what_cannot_be_is_refused_beside_its_field(
    finance: Shopper, paid: str, field: str, wrong: str
) -> None:
    answer = pay(finance, **{field: wrong})
    assert answer.status_code == 422
    assert title(answer).startswith("Error: ")
    assert summary(answer) == {f"#{field}": reason_beside(answer, field)}
    kept = form_on(answer, PAGE)[1]
    for other, value in PAYMENT.items():
        if other != field:
            assert kept[other] == value
    assert shown(finance) == [["Nothing has been paid over yet."]]


def test_a_payment_undone_stays_in_sight(finance: Shopper, paid: str) -> None:
    pay(finance)
    number = shown(finance)[0][0]
    address = f"{PAGE}/{number}/reversal"
    refused = finance.send(address, address, {"reason": " "})
    assert refused.status_code == 422
    assert "in a few words" in reason_beside(refused, "reason")
    assert finance.send(address, address, {"reason": "Typed twice"}).location == PAGE
    rows = shown(finance)
    assert [row[3] for row in rows] == ["-£5.00", "£5.00"]
    assert [row[7] for row in rows] == [f"Undoes {number}", "Undone"]
    assert stat(finance) == "£10.00"
    assert "undone before" in finance.get(address).text


def test_two_people_who_undo_one_payment_undo_it_once(app: Flask, finance: Shopper, paid: str) -> None:
    pay(finance)
    address = f"{PAGE}/{shown(finance)[0][0]}/reversal"
    owner = Shopper(app).sign_in("owner")
    forms = [(who, form_on(who.get(address), address)[1]) for who in (finance, owner)]
    for who, sent in forms:
        assert who.post(address, {**sent, "reason": "Typed twice"}).status_code == 303
    assert "Nothing was changed" in owner.get(PAGE).text
    assert len(shown(finance)) == 2


@pytest.mark.parametrize("number", ["1", "99"])
def test_what_is_no_payment_cannot_be_undone(finance: Shopper, paid: str, number: str) -> None:
    pay(finance)
    assert finance.get(f"{PAGE}/{number}/reversal").location == PAGE
    token = form_on(finance.get(PAGE), PAGE)[1]["csrf_token"]
    sent = {"csrf_token": token, "reason": "why not"}
    assert finance.post(f"{PAGE}/{number}/reversal", sent).location == PAGE
    assert finance.post(f"{PAGE}/{number}/reversal", {**sent, "reason": ""}).location == PAGE
    assert len(shown(finance)) == 1


def test_a_payment_of_the_other_book_is_not_undone_from_this_one(finance: Shopper, paid: str) -> None:
    """A shop that was tried out and now sells has both; its pages are of the one in use."""
    with finance.database.transaction() as session:
        theirs = remittances.record_remittance(
            session, book="live", policy_id=1, amount_pence=500, paid_on=clock.today(),
            bank_reference="POM", key="k", actor="finance 1", more_than_owed=True,
        ).seq  # fmt: skip
    pay(finance)
    own = shown(finance)[0][0]
    _, sent = form_on(finance.get(f"{PAGE}/{own}/reversal"))
    assert finance.post(f"{PAGE}/{theirs}/reversal", {**sent, "reason": "not mine"}).location == PAGE
    assert "was undone before. Nothing was changed." in finance.get(PAGE).text
    with finance.database.reading() as session:
        made = remittances.one(session, "live", theirs)
    assert made
    assert not made.undone


def test_the_ledger_and_its_files_show_the_payment(finance: Shopper, paid: str) -> None:
    pay(finance)
    row = soup(finance.get("/finance/")).select("#ledger tbody tr")[0]
    cells = [cell.text for cell in row.select("th, td")]
    assert (cells[3], cells[6], cells[7]) == ("Paid over to the charity, payment 3", "", "£5.00")
    assert ",0.00,0,500,GBP," in finance.get("/finance/ledger.csv").text
    assert "Assets:Remitted  -5.00 GBP" in finance.get("/finance/ledger.beancount").text


def test_where_real_money_moves_the_sample_promises_nothing(harness: Harness) -> None:
    """Neither is it written into an order, nor can it be paid."""
    live = replace(harness.services, book="live")
    draft = harness.draft("disc")
    with harness.database.transaction() as session:
        priced = quoted(snapshot.load(session), draft)
        order = place(session, live, draft, priced, buyer_hash="b" * 64)
        assert (order.policy_id, order.donation_statement) == (None, None)
    with harness.database.reading() as session:
        assert remittances.charities(session, "live") == {}
        assert list(remittances.charities(session, "test")) == ["PANDAS Foundation UK"]


def test_what_made_up_a_payment_is_a_file_in_any_format(
    finance: Shopper, harness: Harness, paid: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("shop.giving.row_texts.BATCH", 1)  # a piece for each row, one sent after the other
    pay(finance, amount="5.00")
    pay(finance, amount="5.00", bank_reference="POM SECOND")
    first, second = 3, 4
    for seq, expected in ((first, ["accrue", "accrue", "remit"]), (second, ["remit"])):
        page = f"{PAGE}/{seq}"
        assert set(form_on(finance.get(page), f"{page}/file")[1]) == {"format"}
        answer = finance.get(f"{page}/file?format=json")
        assert [json.loads(line)["kind"] for line in answer.text.splitlines()] == expected
        assert answer.headers["Content-Disposition"] == f'attachment; filename="payment-test-{seq}.json"'
    finance.send(f"{PAGE}/{second}/reversal", f"{PAGE}/{second}/reversal", {"reason": "typed twice"})
    for seq in (1, second + 1, 99):
        assert finance.get(f"{PAGE}/{seq}/file?format=csv").status_code == 404


def test_a_payment_is_saved_in_each_format_that_has_anything_of_it(finance: Shopper, paid: str) -> None:
    pay(finance)
    page = f"{PAGE}/3"
    offered = [str(one["value"]) for one in soup(finance.get(page)).select("[name=format] option")]
    assert {"csv", "pdf", "freeagent-bank"} <= set(offered)
    assert [kind for kind in offered if not finance.get(f"{page}/file?format={kind}").data] == []
    assert [one for one in offered if one in {"xero", "freeagent"}] == [], "a journal has no payments"
