"""The order's page tells everything that happened, with who, when and how much; and the owner's notes."""

import json
from datetime import UTC, datetime

import pytest

from shop import clock, privacy
from shop.claims.models import Claim, ClaimStep, SendBack, Wish
from shop.fulfilment import units
from shop.fulfilment.correctable import Subject
from shop.fulfilment.models import Correction, DateNews, DateStep, UnitQuestion
from shop.fulfilment.stages import Action, Hold
from shop.orders.models import EmailChange, OrderLine
from shop.orm import Base
from shop.payments.models import Suspicion
from tests.conftest import load_models
from tests.fulfilment.conftest import OWNER, PLAIN, Bench
from tests.harness import Harness
from tests.owner.test_orders import refund
from tests.shopper import Shopper, reason_beside, soup

PRIVATE = "Rang twice. Please do not ring on a Sunday."


def told(owner: Shopper, reference: str) -> list[list[str]]:
    """The rows of the table: when, what, amount, who."""
    rows = soup(owner.get(f"/owner/orders/{reference}")).select("#history tbody tr")
    return [[cell.text.strip() for cell in row.select("th, td")] for row in rows]


def write(owner: Shopper, reference: str, words: str) -> int:
    page = f"/owner/orders/{reference}"
    return owner.send(page, f"{page}/notes", {"note": words}).status_code


def test_of_four_refunds_all_four_are_told_with_their_amounts(
    owner: Shopper, harness: Harness, paid: str
) -> None:
    for pence in (300, 1, 8098, 1):
        harness.refunds(1, pence)
        harness.sync(1)
    back = [row[2] for row in told(owner, paid) if row[1] in {"refunded", "part refunded"}]
    assert [amount for amount in back if amount] == ["£3.00", "£0.01", "£80.98", "£0.01"]


def test_a_refund_of_ours_says_who_asked_and_what_for(owner: Shopper, harness: Harness, paid: str) -> None:
    assert refund(owner, paid, line="1", postage="1") == 303
    pence = harness.price_of("disc") + harness.order(1).postage_pence
    rows = [row[1:] for row in told(owner, paid)]
    amount = f"£{pence / 100:.2f}"
    assert ["refund asked: piece 1, postage", amount, "owner@example.com"] in rows
    assert ["refunded", amount, "owner@example.com"] in rows
    assert ["piece 1: refunded", "", "owner@example.com"] in rows
    assert ["donation taken back: piece 1", "£5.00", "owner"] in rows


@pytest.mark.parametrize("won", [True, False])
def test_a_dispute_is_told_with_what_the_bank_took_and_gave_back(
    owner: Shopper, harness: Harness, paid: str, won: bool
) -> None:
    dispute = harness.disputes(1)
    harness.sync(1)
    harness.dispute_ends(dispute, won=won)
    harness.sync(1)
    total = f"£{harness.order(1).total_pence / 100:.2f}"
    rows = [row[1:3] for row in told(owner, paid)]
    assert ["the bank took money for the dispute", total] in rows
    assert (["the bank gave money of the dispute back", total] in rows) is won
    assert (["donation taken back, for the dispute was lost: piece 1", "£5.00"] in rows) is not won


def test_rests_parcels_numbers_and_emails_are_told(owner: Shopper, harness: Harness) -> None:
    bench = Bench(harness)
    order = bench.paid(("petal", ""))
    with harness.database.transaction() as session:
        units.hold(session, order, 1, Hold.QUESTION, actor=OWNER)
        units.resume(session, order, 1, actor=OWNER)
    bench.act(order, 1, Action.CHECK)
    bench.undo(order, 1)
    bench.act(order, 1, *PLAIN)
    parcel = bench.post(order, 1, tracking="ab 12")
    reference = harness.order(order).reference
    page = f"/owner/orders/{reference}"
    for number in ("cd345678", "cd345678", ""):
        tracking = f"{page}/parcels/{parcel.id}/tracking"
        assert owner.send(page, tracking, {f"tracking-{parcel.id}": number}).status_code == 303
    assert [row[1] for row in told(owner, reference)] == [
        "placed",
        "paid",
        "e-mail waits to be sent: order confirmation",
        "donation set aside: piece 1",
        "piece 1: put on hold (a question to the buyer)",
        "piece 1: off hold (a question to the buyer)",
        "piece 1: checked",
        "piece 1: undone (checked)",
        "piece 1: checked",
        "piece 1: packed",
        "tracking number AB12",
        "piece 1: posted",
        "e-mail waits to be sent: posted",
        "tracking number CD345678",
        "tracking number taken away",
    ]


def test_the_hours_are_those_of_britains_clocks(
    owner: Shopper, harness: Harness, paid: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    with monkeypatch.context() as patch:
        patch.setattr("shop.clock.now", lambda: datetime(2027, 6, 30, 23, 30, tzinfo=UTC))
        with harness.database.transaction() as session:
            units.act(session, 1, 2, Action.CHECK, actor=OWNER)
    assert told(owner, paid)[-1][:2] == ["1 Jul 2027, 00:30", "piece 2: checked"]


def test_a_note_is_kept_for_the_workshop_and_shown_to_no_buyer(
    owner: Shopper, harness: Harness, paid: str
) -> None:
    assert write(owner, paid, f"{PRIVATE}\r\n<b>2</b>") == 303
    notes = [note.text for note in soup(owner.get(f"/owner/orders/{paid}")).select("#notes ~ blockquote p")]
    assert notes[0] == f"{PRIVATE}\n<b>2</b>"
    assert OWNER in notes[1]
    token = owner.app.extensions["shop"].services
    from shop.orders.lifecycle import with_link

    with harness.database.reading() as session:
        _, link = with_link(session, 1, token.secret_key)
    assert PRIVATE not in owner.get(f"/orders/{link}").text


def test_notes_lie_sealed_are_told_to_whom_they_are_about_and_go_with_the_order(
    owner: Shopper, harness: Harness, paid: str
) -> None:
    write(owner, paid, PRIVATE)
    with harness.database.reading() as session:
        told_them = privacy.everything(session, harness.services.vault, paid)
        raw = session.connection().exec_driver_sql("SELECT * FROM order_note").all()
    assert [note["words"] for note in told_them["notes_of_the_workshop"]] == [PRIVATE]
    assert PRIVATE not in json.dumps([list(map(str, row)) for row in raw])
    page = owner.get(f"/owner/orders/{paid}")
    with harness.database.transaction() as session:
        privacy.erase(session, harness.services.vault, paid, actor="test")
    token = soup(page).select_one("form[action$='/notes'] [name=csrf_token]")
    assert token is not None
    sent = {"csrf_token": str(token["value"]), "note": "again"}
    assert owner.post(f"/owner/orders/{paid}/notes", sent).status_code == 303
    after = owner.get(f"/owner/orders/{paid}").text
    assert "nothing is recorded about it any more" in after
    assert PRIVATE not in after


@pytest.mark.parametrize("words", ["", "  \n ", "a\0b", "\u202eabc", "x" * 1001, "x" * 60_000])
def test_what_cannot_be_a_note_is_refused_beside_its_field(owner: Shopper, paid: str, words: str) -> None:
    page = f"/owner/orders/{paid}"
    answer = owner.send(page, f"{page}/notes", {"note": words})
    assert answer.status_code == 422
    assert reason_beside(answer, "note")
    assert not soup(owner.get(page)).select("#notes ~ blockquote")


def test_the_last_second_of_winter_time(monkeypatch: pytest.MonkeyPatch) -> None:
    winter, summer = datetime(2027, 3, 28, 0, 59, tzinfo=UTC), datetime(2027, 3, 28, 1, 0, tzinfo=UTC)
    assert (clock.in_britain(winter).hour, clock.in_britain(summer).hour) == (0, 2)


TOLD = {
    "card_opening", "claim", "claim_step", "correction", "date_step", "email_change",
    "finished_look", "hand_drawing_step", "letter", "order_event", "order_line", "order_note",
    "parcel", "payment_entry", "payment_link", "refund_request", "send_back", "supplement",
    "suspicion", "tracking_change", "unit", "unit_question", "unit_return", "unit_step",
}  # fmt: skip
"""Tables of which an order's history or its page tells every row."""

NOT_WHAT_HAPPENED = {
    "artwork_upload", "balance_transaction", "basket", "basket_line", "basket_link", "checkout_attempt",
    "claim_picture", "inbox_event", "order_key", "order_link", "order_photograph", "sealed_text",
    "stray_session", "wall_entry",
}  # fmt: skip
"""Tables about orders in which nothing is that an event does not tell."""


def test_every_table_about_an_order_is_told_of_or_known_not_to_be() -> None:
    load_models()
    about, more = {"order"}, True
    while more:
        found = {
            table.name
            for table in Base.metadata.tables.values()
            if any(key.column.table.name in about for key in table.foreign_keys)
        }
        more, about = bool(found - about), about | found
    assert about - {"order"} == TOLD | NOT_WHAT_HAPPENED


def test_what_was_said_corrected_and_promised_is_told(owner: Shopper, harness: Harness, paid: str) -> None:
    at, day = clock.now(), clock.now().date()
    with harness.database.transaction() as session:
        line = session.query(OrderLine).filter_by(order_id=1, number=2).one().id
        claim = Claim(order_id=1, number=1, lines=[2], wish=next(iter(Wish)), state="closed", opened_at=at)
        session.add(claim)
        session.flush()
        session.add_all([
            Suspicion(stripe_id="issfr_1", order_id=1, kind="warning", reason="unauthorized", raised_at=at,
                      closed_at=None, closed_as=None),
            DateStep(order_id=1, kind=next(iter(DateNews)), posted_by=day, at=at, actor="shop"),
            Correction(order_id=1, line_number=1, subject=next(iter(Subject)), at=at, actor="buyer"),
            EmailChange(order_id=1, token_hash="x", nonce="x", asked_at=at, expires_at=at, confirmed_at=at,
                        withdrawn_at=None, actor="buyer"),
            UnitQuestion(order_id=1, order_line_id=line, asked_at=at, answered_at=at, actor=OWNER),
            ClaimStep(claim_id=claim.id, kind="closed", outcome="mended", at=at, actor=OWNER),
            SendBack(order_id=1, order_line_id=line, told_at=at, told_by="buyer", arrived_at=at,
                     arrived_by=OWNER, arrived_as="scrap", kept_at=None),
        ])  # fmt: skip
    said = {(row[1], row[3]) for row in told(owner, paid)}
    assert {
        (f"piece 1: {next(iter(Subject))} corrected", "buyer"),
        ("Stripe raised a warning (unauthorized)", "stripe"),
        ("another e-mail address asked for", "buyer"),
        ("the e-mail address confirmed", "buyer"),
        ("piece 2: question asked", OWNER),
        ("piece 2: question answered", "buyer"),
        ("claim 1: closed (mended)", OWNER),
        ("piece 2: to be sent back", "buyer"),
        ("piece 2: arrived here (scrap)", OWNER),
    } <= said
    assert any(what.startswith("day to post by") for what, _ in said)
