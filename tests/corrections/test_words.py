"""Until engraving begins the buyer changes the words from the order's page: shown, approved, told, kept."""

import pytest
from flask import Flask
from sqlalchemy import text
from werkzeug.test import TestResponse

from shop.engraving import HAND
from shop.engraving.cut_check import NotCuttable
from shop.fulfilment import units
from shop.fulfilment.stages import Action, Hold, Remake, Stage
from shop.mail import outbox
from shop.orders import hand_drawings
from shop.orders.cutting import cut_as_approved
from tests.corrections.conftest import Bought, buys
from tests.fulfilment.conftest import OWNER, WORDS, Bench
from tests.shopper import Shopper, changed, form_on, reason_beside, soup, summary

FIRST = "engraving-front-1"


def words_page(bought: Bought, number: int = 1) -> str:
    return f"{bought.page}/lines/{number}/words"


def looked_at(bought: Bought, number: int = 1, **fields: str) -> TestResponse:
    """Write other words and see them as they would be cut."""
    sent = {name.replace("_", "-"): value for name, value in fields.items()}
    return bought.buyer.send(words_page(bought, number), words_page(bought, number), sent)


def approves(bought: Bought, look: TestResponse, number: int = 1, **changes: str | None) -> TestResponse:
    """Press the button under the words that are in sight."""
    form, sent = form_on(look, words_page(bought, number))
    assert form.select_one("button[name=approve]") is not None
    fields = {"approve": "y", "acknowledged": "y", **changes}
    return bought.buyer.post(words_page(bought, number), changed(sent, fields))


def changes_words(bought: Bought, number: int = 1, **fields: str) -> TestResponse:
    return approves(bought, looked_at(bought, number, **fields), number)


def shown(page: TestResponse) -> list[str]:
    """The words on a page."""
    return [found.text for found in soup(page).select("dl.words q")]


def test_the_words_are_changed_once_they_were_seen_and_ticked(bought: Bought) -> None:
    assert "You can change the words until we begin to engrave." in bought.buyer.get(bought.page).text
    look = looked_at(bought, engraving_front_1="Swift", engraving_back_1="14 May")
    assert look.status_code == 200
    assert shown(look) == ["Swift", "14 May"]
    assert soup(look).select(".line-proof svg path")
    assert bought.words() == ["Wren"], "looking changes nothing"
    assert approves(bought, look).status_code == 303
    assert bought.words() == ["Swift", "14 May"]
    page = bought.buyer.get(bought.page)
    assert shown(page)[:2] == ["Swift", "14 May"]
    assert "Saved. You changed the words of your Disc." in page.text


def test_another_lettering_for_one_line_is_a_change_that_is_seen_approved_and_cut(bought: Bought) -> None:
    words = {"engraving_front_1": "Wren", "engraving_back_1": "Wren", "engraving_back_2": "14 May"}
    assert changes_words(bought, **words).status_code == 303
    look = looked_at(bought, face_back_1="courier-prime")
    assert "in Courier Prime" in soup(look).text
    again = bought.buyer.post(
        words_page(bought), {**form_on(look, words_page(bought))[1], "preview": "words"}
    )
    assert soup(again).select_one("[name=face-back-1] [value=courier-prime][selected]"), "changed again"
    before = cut_as_approved(bought.opened().lines[0])
    assert approves(bought, look).status_code == 303
    assert "Wren in Courier Prime" in soup(bought.buyer.get(bought.page)).text
    now = cut_as_approved(bought.opened().lines[0])
    assert now["front"] == before["front"]
    assert now["back"] != before["back"]


def test_without_the_tick_nothing_is_changed_and_it_is_said_beside_the_box(bought: Bought) -> None:
    answer = approves(bought, looked_at(bought, engraving_front_1="Swift"), acknowledged=None)
    assert answer.status_code == 422
    assert reason_beside(answer, "acknowledged") == "Please tick this when you have checked every letter."
    assert bought.words() == ["Wren"]
    assert approves(bought, answer).status_code == 303, "and what was written is still there"
    assert bought.words() == ["Swift"]


def test_what_cannot_be_cut_is_refused_beside_its_line_with_all_that_was_written(bought: Bought) -> None:
    answer = looked_at(bought, engraving_front_1="Wrexham and Aberystwyth and Llandudno", face="marcellus")
    assert answer.status_code == 422
    assert reason_beside(answer, FIRST)
    assert form_on(answer, words_page(bought))[1][FIRST] == "Wrexham and Aberystwyth and Llandudno"
    assert bought.words() == ["Wren"]


def test_words_that_did_not_come_out_as_drawn_are_not_taken(
    bought: Bought, monkeypatch: pytest.MonkeyPatch
) -> None:
    def differs(*_args: object) -> str:
        raise NotCuttable("front", "0.2 mm2 lost")

    monkeypatch.setattr("shop.checkout.cuttable.checked_digest", differs)
    answer = looked_at(bought, engraving_front_1="Swift")
    assert answer.status_code == 422
    assert "did not come out exactly as they are drawn" in reason_beside(answer, FIRST)


def test_a_checked_unit_is_to_be_checked_again_and_the_bench_says_why(
    app: Flask, bought: Bought, bench: Bench
) -> None:
    bench.act(bought.order, 1, Action.CHECK)
    owner = Shopper(app).sign_in("owner")
    changes_words(bought, engraving_front_1="Swift")
    assert bench.stages(bought.order)[0] is Stage.TO_CHECK
    assert "changed since it was ordered" in owner.get("/owner/bench").text
    page = owner.get(f"/owner/orders/{bought.harness.order(bought.order).reference}")
    assert "It was changed since it was ordered" in page.text
    assert "The buyer can change the words until engraving begins." in page.text
    assert "Wren" not in page.text


def test_what_is_cut_shown_and_sent_is_what_stands_now(bought: Bought) -> None:
    before = bought.opened().lines[0].row
    digests = (before.proof_digest, before.cut_digest)
    changes_words(bought, engraving_front_1="Swift")
    line = bought.opened().lines[0]
    assert line.as_approved
    assert cut_as_approved(line)["front"].contours
    assert line.row.proof_digest not in digests
    assert line.row.cut_digest not in digests


def test_an_email_tells_what_stands_now(bought: Bought) -> None:
    changes_words(bought, engraving_front_1="Swift")
    assert bought.harness.emails(bought.order) == ["order-confirmation", "words-changed"]


def test_the_same_words_again_change_nothing_however_often_they_are_sent(bought: Bought) -> None:
    look = looked_at(bought, engraving_front_1="Swift")
    for _ in range(3):
        assert approves(bought, look).status_code == 303
    assert bought.words() == ["Swift"]
    assert bought.harness.emails(bought.order).count("words-changed") == 1
    assert bought.bench.units(bought.order)[1].wording == 2


def test_of_two_tabs_the_second_sees_what_stands_and_loses_nothing(bought: Bought) -> None:
    first = looked_at(bought, engraving_front_1="Swift")
    second = looked_at(bought, engraving_front_1="Robin")
    approves(bought, first)
    answer = approves(bought, second)
    assert answer.status_code == 409
    assert "changed meanwhile" in summary(answer)[""]
    assert shown(answer) == ["Swift"]
    form, sent = form_on(answer, words_page(bought))
    assert (bought.words(), sent[FIRST]) == (["Swift"], "Robin")
    look = bought.buyer.post(words_page(bought), sent)
    assert approves(bought, look).status_code == 303
    assert bought.words() == ["Robin"]
    assert form


def test_once_engraving_has_begun_the_buyer_is_told_since_when_and_keeps_what_was_written(
    bought: Bought, bench: Bench
) -> None:
    look = looked_at(bought, engraving_front_1="Swift")
    bench.act(bought.order, 1, Action.CHECK, Action.BEGIN)
    answer = approves(bought, look)
    assert answer.status_code == 409
    assert "We have begun to engrave it. Nothing was changed." in soup(answer).text
    assert "Swift" in answer.text
    assert bought.words() == ["Wren"]
    page = bought.buyer.get(bought.page)
    assert "The words are fixed since" in page.text
    assert words_page(bought) not in page.text
    assert bought.buyer.get(words_page(bought)).status_code == 200
    assert "cannot be changed now" in bought.buyer.get(words_page(bought)).text


def test_what_is_made_again_is_no_longer_the_buyers_to_change(bought: Bought, bench: Bench) -> None:
    bench.act(bought.order, 1, Action.CHECK, Action.BEGIN)
    with bench.harness.database.transaction() as session:
        units.act(session, bought.order, 1, Action.REMAKE, actor=OWNER, reason=Remake.SLIP)
    assert "It is being made again." in bought.buyer.get(words_page(bought)).text


def test_a_refunded_unit_and_one_in_dispute_stay_as_they_are(bought: Bought, bench: Bench) -> None:
    look = looked_at(bought, engraving_front_1="Swift")
    bench.harness.disputes(bought.order)
    bench.harness.sync(bought.order)
    assert approves(bought, look).status_code == 409
    assert "Something about its payment is not settled yet." in bought.buyer.get(words_page(bought)).text
    assert bought.words() == ["Wren"]


def test_a_unit_on_hold_can_be_changed_and_stays_on_hold(bought: Bought, bench: Bench) -> None:
    with bench.harness.database.transaction() as session:
        units.hold(session, bought.order, 1, Hold.QUESTION, actor=OWNER)
    assert changes_words(bought, engraving_front_1="Swift").status_code == 303
    assert bench.units(bought.order)[1].held == Hold.QUESTION


def test_words_can_be_added_where_there_were_none_and_left_out_again(app: Flask, bench: Bench) -> None:
    bought = buys(app, bench, ("disc", ""))
    assert "Add words" in bought.buyer.get(bought.page).text
    assert changes_words(bought, engraving_front_1="Wren", face="marcellus").status_code == 303
    assert bought.opened().lines[0].row.engraved
    look = looked_at(bought, engraving_front_1="")
    assert "would have no words at all" in look.text
    assert approves(bought, look, acknowledged=None).status_code == 303
    line = bought.opened().lines[0]
    assert (line.row.engraved, line.row.proof_digest, line.words) == (False, None, [])


def test_a_piece_that_takes_no_words_has_no_such_page(bought: Bought) -> None:
    assert words_page(bought, 2) not in bought.buyer.get(bought.page).text
    assert "cannot be changed now" in bought.buyer.get(words_page(bought, 2)).text


@pytest.mark.parametrize("number", ["0", "3", "2147483647", "9" * 30, "-1", "x"])
def test_a_unit_there_is_not_is_not_found(bought: Bought, number: str) -> None:
    address = f"{bought.page}/lines/{number}/words"
    assert bought.buyer.get(address).status_code == 404
    assert bought.buyer.post(address, {}).status_code in {404, 405}


def test_a_stray_link_opens_nothing(bought: Bought) -> None:
    assert bought.buyer.get(f"/orders/{'0' * 40}/lines/1/words").status_code == 404
    unpaid = bought.bench.ordered(("disc", "Wren"))
    assert unpaid


def test_the_words_of_the_page_are_nobody_elses_to_list(bought: Bought) -> None:
    answer = bought.buyer.get(words_page(bought))
    assert answer.headers["X-Robots-Tag"] == "noindex, nofollow"
    assert answer.headers["Referrer-Policy"] == "no-referrer"


def test_a_page_that_lay_open_too_long_loses_nothing(bought: Bought) -> None:
    _, sent = form_on(bought.buyer.get(words_page(bought)), words_page(bought))
    answer = bought.buyer.post(words_page(bought), changed(sent, {"csrf_token": "1.old", FIRST: "Swift"}))
    assert answer.status_code == 400
    assert form_on(answer, words_page(bought))[1][FIRST] == "Swift"


@pytest.mark.parametrize("field", ["agreed", "wording"])
@pytest.mark.parametrize("value", ["", "9" * 5000, "-1", "x", None])
def test_what_was_not_in_sight_is_never_approved(bought: Bought, field: str, value: str | None) -> None:
    answer = approves(bought, looked_at(bought, engraving_front_1="Swift"), **{field: value})
    assert answer.status_code in {200, 409}
    assert bought.words() == ["Wren"]


def test_words_that_were_swapped_behind_the_button_are_shown_first(bought: Bought) -> None:
    answer = approves(bought, looked_at(bought, engraving_front_1="Swift"), **{FIRST: "Robin"})
    assert answer.status_code == 200
    assert shown(answer) == ["Robin"]
    assert bought.words() == ["Wren"]


HOSTILE = ["<script>alert(1)</script>", "{{7*7}}", "';--", "a\0b", "\u202eabc", "é" * 10_000]


@pytest.mark.parametrize("typed", HOSTILE)
def test_hostile_words_are_words_or_refused(bought: Bought, typed: str) -> None:
    answer = looked_at(bought, engraving_front_1=typed, face="courier-prime")
    assert answer.status_code in {200, 422}
    assert "<script>alert" not in answer.text
    assert bought.words() == ["Wren"]


@pytest.mark.parametrize("stray", ["engraving-inside-1", "engraving-front-9", "engraving-"])
def test_words_for_a_line_the_piece_has_not_are_not_lost_in_silence(bought: Bought, stray: str) -> None:
    _, sent = form_on(bought.buyer.get(words_page(bought)), words_page(bought))
    answer = bought.buyer.post(words_page(bought), changed(sent, {stray: "Ada"}))
    assert answer.status_code == 422
    assert reason_beside(answer, stray) == "This piece has no such line to engrave."


def test_the_owner_checks_and_begins_with_the_words_in_sight_or_not_at_all(
    app: Flask, bought: Bought, bench: Bench
) -> None:
    owner = Shopper(app).sign_in("owner")
    reference = bought.harness.order(bought.order).reference
    steps = f"/owner/orders/{reference}/lines/1/steps"
    _, seen = form_on(owner.get(f"/owner/orders/{reference}"), steps)
    _, listed = form_on(owner.get("/owner/bench"), "/owner/bench/steps")
    changes_words(bought, engraving_front_1="Swift")
    owner.post(steps, seen)
    owner.post(
        "/owner/bench/steps", changed(listed, {"only": str(bench.units(bought.order)[1].order_line_id)})
    )
    assert bench.stages(bought.order)[0] is Stage.TO_CHECK
    assert "changed meanwhile" in owner.get(f"/owner/orders/{reference}").text
    owner.send(f"/owner/orders/{reference}", steps)
    assert bench.stages(bought.order)[0] is Stage.CHECKED


def test_a_drawing_by_hand_of_former_words_is_never_cut(app: Flask, bought: Bought, bench: Bench) -> None:
    harness, vault = bench.harness, bench.harness.services.vault
    _, sent = form_on(bought.buyer.get(words_page(bought)), words_page(bought))
    look = bought.buyer.post(words_page(bought), changed(sent, {FIRST: "ᏣᎳᎩ", "face": HAND}))
    assert "We draw this by hand" in look.text
    approves(bought, look)
    assert bought.opened().lines[0].by_hand
    with harness.database.transaction() as session:
        hand_drawings.send(session, vault, bought.order, 1, {"front": "M4 4h8v8h-8z"}, actor=OWNER)
        hand_drawings.approve(session, bought.order, 1, 1)
    bench.act(bought.order, 1, Action.CHECK)
    changes_words(bought, engraving_front_1="ᏣᎳ", face=HAND)
    assert not bought.opened().lines[0].hand.approved
    bench.act(bought.order, 1, Action.CHECK)
    with pytest.raises(units.NotAllowed, match="not approved"):
        bench.act(bought.order, 1, Action.BEGIN)
    changes_words(bought, engraving_front_1="Swift", face="marcellus")
    bench.act(bought.order, 1, *WORDS)
    with harness.database.reading() as session:
        open_alerts = session.execute(text("SELECT kind FROM alert WHERE acknowledged_at IS NULL")).all()
    assert open_alerts == []


def test_no_word_of_any_version_lies_open_in_the_database(bought: Bought) -> None:
    changes_words(bought, engraving_front_1="Swift")
    with bought.harness.database.reading() as session:
        for table in ("correction", "unit_step", "order_event", "letter", "alert", "sealed_text"):
            rows = str(session.execute(text(f"SELECT * FROM {table}")).all())
            assert not [word for word in ("Swift", "Wren") if word in rows], table


def test_a_correction_is_no_slip_of_the_owners(bought: Bought, bench: Bench) -> None:
    changes_words(bought, engraving_front_1="Swift")
    with pytest.raises(units.NotAllowed, match="nothing to take back"):
        bench.undo(bought.order, 1)
    with bench.harness.database.transaction() as session:
        assert outbox.claim(session)
