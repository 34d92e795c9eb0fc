"""What the owner does about a paid order for somebody who telephones: told, and kept."""

import pytest

from shop.claims.models import ClaimState
from shop.corrections.corrector import SAY_WHY
from shop.orders import notes
from shop.orders.lifecycle import State, with_link
from shop.orders.models import EmailChange
from shop.privacy import everything
from shop.worker import Worker
from tests.claims.conftest import DISC, PETAL, Desk
from tests.fulfilment.conftest import WORDS
from tests.harness import Harness
from tests.shopper import Shopper, form_on, harness_of, reason_beside, soup
from tests.telephone.conftest import ME

WHY = "Ada rang this morning"


@pytest.fixture
def owner(app) -> Shopper:
    return Shopper(app).sign_in("owner")


@pytest.fixture
def desk(owner: Shopper) -> Desk:
    return Desk(harness_of(owner.app))


def page_of(desk: Desk, order: int) -> str:
    return f"/owner/orders/{desk.harness.order(order).reference}"


def buyers_page(harness: Harness, order: int) -> str:
    with harness.database.reading() as session:
        return f"/orders/{with_link(session, order, harness.services.secret_key)[1]}"


def sends_emails(owner: Shopper) -> None:
    worker = Worker(owner.app)
    while worker._send_email():
        pass


def kept(desk: Desk, order: int) -> dict:
    with desk.harness.database.reading() as session:
        reference = desk.harness.order(order).reference
        return everything(session, desk.harness.services.vault, reference)


def test_what_a_caller_says_is_not_right_is_a_claim_in_their_words_with_the_reason_kept(
    owner: Shopper, desk: Desk
) -> None:
    order = desk.posted(DISC, PETAL)
    page = f"{page_of(desk, order)}/claims"
    assert f'href="{page}"' in owner.get(page_of(desk, order)).text
    said = {"unit": "1", "words": "It says Wern.", "wish": "make it again", "why": WHY}
    for _ in range(2):
        answer = owner.send(page, page, said)
        assert (answer.status_code, answer.location) == (303, f"{page}/1")
    assert [step.words for step in desk.said(order)] == ["It says Wern."], "pressed twice it is said once"
    assert desk.claim(order).state == ClaimState.OURS
    shown = owner.get(f"{page}/1").text
    assert f"The buyer, recorded by {ME}" in shown
    assert f"Recorded because: {WHY}" in shown
    theirs = Shopper(owner.app).get(f"{buyers_page(desk.harness, order)}/claims/1").text
    assert "You, recorded by us" in theirs
    assert "It says Wern." in theirs
    assert WHY not in theirs
    assert kept(desk, order)["claims"][0]["said"][0]["why"] == WHY


@pytest.mark.parametrize(
    ("field", "typed"),
    [
        ("unit", "7"),
        ("words", ""),
        ("words", "a\0b"),
        ("wish", "burn it"),
        ("why", " "),
        ("why", "\u202eabc"),
    ],
)
def test_a_claim_for_a_caller_lacks_nothing(owner: Shopper, desk: Desk, field: str, typed: str) -> None:
    order = desk.posted(DISC, PETAL)
    page = f"{page_of(desk, order)}/claims"
    said = {"unit": "1", "words": "It says Wern.", "wish": "mend it", "why": WHY}
    answer = owner.send(page, page, {**said, field: typed})
    assert answer.status_code == 422
    assert reason_beside(answer, field)
    assert not soup(owner.get(page_of(desk, order))).select("#claims")


def test_nothing_is_claimed_of_what_was_not_posted(owner: Shopper, desk: Desk) -> None:
    order = desk.paid(DISC)
    assert "None of this order was posted yet" in owner.get(f"{page_of(desk, order)}/claims").text


def test_a_callers_new_address_receives_nothing_before_it_is_confirmed_and_the_old_one_is_told(
    owner: Shopper, desk: Desk
) -> None:
    order = desk.paid(DISC)
    page = f"{page_of(desk, order)}/email"
    mistyped = owner.send(page, page, {"email": "ada@gmial.com", "why": WHY})
    assert "Did you mean" in mistyped.text
    assert owner.send(page, page, {"email": "ada@example.org", "why": WHY}).status_code == 303
    assert "ada@example.org" in owner.get(page).text
    sends_emails(owner)
    with desk.harness.database.reading() as session:
        change = session.query(EmailChange).one()
    assert (change.actor, change.confirmed_at) == (ME, None)
    assert {"email-change-asked", "email-change-link"} <= set(desk.harness.emails(order))
    found = kept(desk, order)
    assert found["contact"]["email"] == "ada@example.com"
    assert found["email_changes"][0]["why"] == WHY
    assert owner.send(page, f"{page}/withdrawal").status_code == 303
    assert "waits to be confirmed" not in owner.get(page).text


@pytest.mark.parametrize(
    ("field", "typed"), [("email", "ada at example"), ("email", ""), ("why", ""), ("why", "a\0b")]
)
def test_an_address_for_a_caller_lacks_nothing(owner: Shopper, desk: Desk, field: str, typed: str) -> None:
    page = f"{page_of(desk, desk.paid(DISC))}/email"
    answer = owner.send(page, page, {"email": "ada@example.org", "why": WHY, field: typed})
    assert answer.status_code == 422
    assert reason_beside(answer, field)


def would_go_back(owner: Shopper, page: str, *numbers: int):
    lines = {"line": [str(number) for number in numbers]}
    return owner.send(page, f"{page}/looks", lines, to=f"{page}/refunds")


def test_a_unit_is_cancelled_for_a_caller_where_the_sum_is_shown(owner: Shopper, desk: Desk) -> None:
    order = desk.paid(DISC, PETAL)
    page, harness = page_of(desk, order), desk.harness
    on_hand = harness.level("disc").on_hand
    shown = would_go_back(owner, page, 1)
    assert "Or cancel it for the buyer" in shown.text
    sent = form_on(shown, f"{page}/cancellation")[1]
    refused = owner.post(f"{page}/cancellation", sent)
    assert refused.status_code == 422
    assert reason_beside(refused, "why") == SAY_WHY
    for _ in range(2):
        assert owner.post(f"{page}/cancellation", {**sent, "why": WHY}).location == page
    harness.sync(order)
    assert harness.order(order).state == State.PART_REFUNDED
    assert harness.level("disc").on_hand == on_hand + 1
    assert harness.emails(order).count("cancelled") == 1
    assert "refund" not in harness.emails(order)
    with harness.database.reading() as session:
        [note] = notes.notes_of(session, harness.services.vault, order)
    assert note.words == f"Cancelled: {WHY}"


def test_what_is_being_engraved_is_refunded_and_no_longer_cancelled(owner: Shopper, desk: Desk) -> None:
    order = desk.paid(DISC)
    page = page_of(desk, order)
    shown = would_go_back(owner, page, 1)
    desk.act(order, 1, *WORDS[:2])
    assert "Or cancel it" not in would_go_back(owner, page, 1).text
    late = owner.post(f"{page}/cancellation", {**form_on(shown, f"{page}/cancellation")[1], "why": WHY})
    assert late.location == page
    assert "We have begun to engrave it" in owner.get(page).text
    assert desk.harness.order(order).state == State.PAID
