"""An e-mail is sent again once, written afresh, and the history says who asked for it."""

import pytest
from flask import Flask

from shop import privacy
from shop.mail import outbox
from shop.mail.models import QueuedEmail
from tests.emails.test_refused_emails import REFUSED, sends
from tests.fulfilment.conftest import OWNER
from tests.harness import Harness
from tests.mail.test_smtp import Box, server
from tests.owner.test_order_history import told
from tests.shopper import Shopper, form_on, soup

ASKED = "e-mail asked for again: order confirmation"
SENT = "e-mail sent: order confirmation"


def page_of(reference: str) -> str:
    return f"/owner/orders/{reference}"


def copies(reference: str, number: int) -> str:
    return f"{page_of(reference)}/emails/{number}/copies"


def email(harness: Harness, kind: str) -> QueuedEmail:
    """The latest of this kind."""
    with harness.database.reading() as session:
        return [one for one in outbox.emails_of(session, 1) if one.kind == kind][-1]


def works_off(app: Flask, harness: Harness, box: Box | None = None) -> list[str]:
    """Send all that waits. Give to whom."""
    box = box or Box()
    with server(box) as post:
        while sends(app, harness, post):
            pass
    return [to for one in box.emails for to in one.rcpt_tos]


def press(owner: Shopper, reference: str, number: int) -> str:
    """Give what is said then."""
    assert owner.send(page_of(reference), copies(reference, number)).status_code == 303
    return owner.get(page_of(reference)).text


def forms(owner: Shopper, reference: str) -> set[str]:
    return {
        str(form["action"]) for form in soup(owner.get(page_of(reference))).select("form[action$=copies]")
    }


def refunded(app: Flask, owner: Shopper, harness: Harness) -> str:
    """Money went back, and its e-mail is sent. Give the refund."""
    refund = harness.refunds(1, 300)
    harness.sync(1)
    works_off(app, harness)
    return refund


def test_a_refused_email_is_sent_again_once_however_often_the_button_is_pressed(
    app: Flask, owner: Shopper, harness: Harness, paid: str
) -> None:
    assert works_off(app, harness, Box(rcpt="550 nobody")) == []
    page = owner.get(page_of(paid))
    assert REFUSED in page.text
    number = email(harness, "order-confirmation").id
    _, sent = form_on(page, copies(paid, number))
    assert [owner.post(copies(paid, number), sent).status_code for _ in range(3)] == [303] * 3
    shown = owner.get(page_of(paid)).text
    assert REFUSED not in shown
    assert "is on its way, or was sent again already" in shown
    assert works_off(app, harness) == ["ada@example.com"]
    owner.post(copies(paid, number), sent)
    assert works_off(app, harness) == []
    rows = [row[1::2] for row in told(owner, paid)]
    assert rows.count([ASKED, OWNER]) == rows.count([SENT, "shop"]) == 1


def test_an_email_that_arrived_and_the_one_after_it_can_be_sent_again_and_what_waits_cannot(
    app: Flask, owner: Shopper, harness: Harness, paid: str
) -> None:
    first = email(harness, "order-confirmation").id
    assert forms(owner, paid) == set(), "it waits to be sent"
    works_off(app, harness)
    for number in (first, first + 1):
        assert forms(owner, paid) == {copies(paid, number)}
        assert "goes out again in a moment" in press(owner, paid, number)
        assert forms(owner, paid) == set()
        assert works_off(app, harness) == ["ada@example.com"]
    assert len([row for row in told(owner, paid) if row[1] == SENT]) == 3


def test_what_is_not_so_any_more_is_not_sent_and_the_owner_is_told(
    app: Flask, owner: Shopper, harness: Harness, paid: str
) -> None:
    refund = refunded(app, owner, harness)
    number = email(harness, "refund").id
    harness.refund_fails(refund)
    harness.sync(1)
    works_off(app, harness)
    assert "It was not sent: what it tells is not so any more." in press(owner, paid, number)
    assert works_off(app, harness) == []
    assert email(harness, "refund").id == number


def test_what_is_not_so_any_more_when_it_is_to_go_out_is_told_in_the_history(
    app: Flask, owner: Shopper, harness: Harness, paid: str
) -> None:
    refund = refunded(app, owner, harness)
    assert "goes out again in a moment" in press(owner, paid, email(harness, "refund").id)
    harness.refund_fails(refund)
    harness.sync(1)
    works_off(app, harness)
    said = [row[1] for row in told(owner, paid)]
    assert "e-mail asked for again: refund" in said
    assert "e-mail not sent: refund (not so any more)" in said


def test_an_email_of_a_refund_is_about_the_same_refund_when_it_is_sent_again(
    app: Flask, owner: Shopper, harness: Harness, paid: str
) -> None:
    refunded(app, owner, harness)
    harness.refunds(1, 500)
    harness.sync(1)
    works_off(app, harness)
    with harness.database.reading() as session:
        first = next(one for one in outbox.emails_of(session, 1) if one.kind == "refund")
    press(owner, paid, first.id)
    box = Box()
    assert works_off(app, harness, box) == ["ada@example.com"]
    assert b"=C2=A33.00" in bytes(box.emails[0].content or b"")


def test_of_an_erased_order_nothing_is_sent_again(
    app: Flask, owner: Shopper, harness: Harness, paid: str
) -> None:
    works_off(app, harness)
    number = email(harness, "order-confirmation").id
    _, sent = form_on(owner.get(page_of(paid)), copies(paid, number))
    with harness.database.transaction() as session:
        privacy.erase(session, harness.services.vault, paid, actor="test")
    assert forms(owner, paid) == set()
    assert owner.post(copies(paid, number), sent).status_code == 303
    assert "the words and the address of this order were erased" in owner.get(page_of(paid)).text
    assert works_off(app, harness) == []
    assert email(harness, "order-confirmation").id == number


@pytest.mark.parametrize("number", ["2", "99", "2147483647", "2147483648", "-1", "1x", "1%20again%201"])
def test_an_email_of_another_order_or_of_none_is_not_found(
    app: Flask, owner: Shopper, harness: Harness, paid: str, number: str
) -> None:
    other = harness.place("heart")
    harness.pays(other)
    harness.sync(other)
    works_off(app, harness)
    _, sent = form_on(owner.get(page_of(paid)), copies(paid, 1))
    assert owner.post(f"{page_of(paid)}/emails/{number}/copies", sent).status_code == 404
    assert owner.post(copies("PM-0000-00", 1), sent).status_code == 404
    assert works_off(app, harness) == []
