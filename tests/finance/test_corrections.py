"""What was written down wrongly of a payment is put right by another line; what was written first stays."""

from collections.abc import Callable

import pytest
from flask import Flask

from shop.giving import verification
from tests.finance.test_documents import PDF, at, attach, files, payment
from tests.finance.test_remittances import PAGE, pay, shown, stat
from tests.shopper import Shopper, form_on, reason_beside, summary

__all__ = ["at"]
RIGHT = {"paid_on": "2026-11-19", "bank_reference": "POM NOV 19", "reason": "The day was mistyped"}


@pytest.fixture
def paid_wrongly(finance: Shopper, paid: str, at: Callable[[int], None]) -> str:
    """A payment of which day and reference are wrong, with the charity's receipt; gives its page."""
    at(27)
    finance.sign_in("finance")
    pay(finance, amount="5.00")
    page = payment(finance)
    attach(finance, page, PDF, note="Letter of thanks")
    return page


def test_day_reference_and_amount_are_put_right_and_receipts_go_along(
    finance: Shopper, paid_wrongly: str
) -> None:
    form = form_on(finance.get(f"{paid_wrongly}/correction"))[1]
    assert (form["amount"], form["paid_on"], form["bank_reference"]) == ("5.00", "20 Nov 2026", "POM NOV 26")
    corrected = finance.send(
        f"{paid_wrongly}/correction", None, {**RIGHT, "amount": "6.00"}, to=f"{paid_wrongly}/correction"
    )
    assert corrected.status_code == 303
    page = corrected.location
    old, new = paid_wrongly.rpartition("/")[2], page.rpartition("/")[2]
    rows = shown(finance)
    assert [(row[1], row[3], row[4], row[7]) for row in rows] == [
        ("19 Nov 2026", "£6.00", "POM NOV 19", "Undo"),
        ("27 Nov 2026", "-£5.00", "The day was mistyped", f"Undoes {old}"),
        ("20 Nov 2026", "£5.00", "POM NOV 26", f"Corrected by {new}"),
    ]
    assert stat(finance) == "£4.00"
    (receipt,) = files(finance, page)
    assert finance.get(f"{receipt}/file").data == PDF
    assert f"Payment {new}</a> takes its place" in finance.get(paid_wrongly).text
    assert f"payment {old}" in finance.get(page).text
    with finance.database.reading() as session:
        assert verification.verify(session) == []


def test_what_cannot_be_is_refused_and_changes_nothing(finance: Shopper, paid_wrongly: str) -> None:
    address = f"{paid_wrongly}/correction"
    for field, wrong in (
        ("amount", "0"), ("amount", "99"), ("paid_on", "2026-11-28"), ("bank_reference", "=1"),
        ("reason", " "),
    ):  # fmt: skip
        answer = finance.send(address, None, {**RIGHT, field: wrong}, to=address)
        assert answer.status_code == 422
        assert summary(answer) == {f"#{field}": reason_beside(answer, field)}
    assert len(shown(finance)) == 1
    meant = finance.send(address, None, {**RIGHT, "amount": "99", "more_than_owed": "y"}, to=address)
    assert meant.status_code == 303


def test_two_people_correct_it_once(app: Flask, finance: Shopper, paid_wrongly: str) -> None:
    address = f"{paid_wrongly}/correction"
    owner = Shopper(app).sign_in("owner")
    forms = [(who, form_on(who.get(address))[1]) for who in (finance, owner)]
    assert [who.post(address, {**sent, **RIGHT}).status_code for who, sent in forms] == [303, 303]
    assert "Nothing was changed" in owner.get(PAGE).text
    assert len(shown(finance)) == 3
    assert finance.get(address).status_code == 404
    assert finance.get(f"{PAGE}/1/correction").status_code == 404
