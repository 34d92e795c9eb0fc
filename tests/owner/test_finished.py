"""A finished piece leaves once it was looked at, with its photograph beside what was approved."""

import io
import json
from collections.abc import Callable
from datetime import timedelta
from email.message import EmailMessage
from typing import Any

import pytest
from flask import Flask
from PIL import Image
from sqlalchemy import select
from werkzeug.datastructures import FileStorage
from werkzeug.test import TestResponse

from shop import bench as bench_profile
from shop import clock, erasures, privacy
from shop.bench import Profile
from shop.engraving import Tool
from shop.engraving.faces import FACES
from shop.engraving.jig import AS_DRAWN
from shop.fulfilment import (
    early_posting,
    finished_looks,
    finished_pictures,
    photograph_days,
    tracking_numbers,
)
from shop.fulfilment.models import UnitStep
from shop.fulfilment.stages import Action, Remake, Stage
from shop.fulfilment.tracking_numbers import TrackingRow
from shop.fulfilment.units import NotAllowed
from shop.orders.lifecycle import with_link
from shop.uploads import finished_photographs, order_photographs
from shop.uploads.models import OrderPhotograph
from tests.emails.orders import emails
from tests.fulfilment.conftest import OWNER, WORDS, Bench
from tests.harness import Harness
from tests.inspection.finished_pieces import SIDES, photographed
from tests.shopper import Shopper, form_on, reason_beside, soup

FRONT = SIDES["disc"][0]
NUMBER = "AB123456785GB"
REFUSED = "was not looked at yet"


@pytest.fixture
def bench(harness: Harness) -> Bench:
    return Bench(harness)


def asks(bench: Bench, *, first: bool = True) -> None:
    """The owner says on the machine's page whether finished pieces are looked at before they are posted."""
    with bench.harness.database.transaction() as session:
        bench_profile.save(
            session, Profile(Tool("fibre", 0.05, 0.7), AS_DRAWN, look_first=first), actor=OWNER
        )


def made(bench: Bench, to: Action = Action.PACK) -> int:
    """A disc that came so far."""
    order = bench.paid(("disc", "Wren"))
    bench.act(order, 1, *WORDS[: WORDS.index(to) + 1])
    return order


def card(bench: Bench, order: int) -> str:
    return f"/owner/bench/units/{bench.units(order)[1].order_line_id}"


def jpeg(words: str) -> bytes:
    return photographed(5, "disc", FRONT, FACES["great-vibes"], {1: words})


def sends(owner: Shopper, bench: Bench, order: int, sent: bytes) -> TestResponse:
    place = card(bench, order)
    _, fields = form_on(owner.get(place), f"{place}/photographs")
    file = FileStorage(io.BytesIO(sent), "IMG_0001.jpg")
    return owner.client.post(f"{place}/photographs", data={**fields, "photograph": file})


def keeps(
    bench: Bench, order: int, verdict: str = "as approved", making: int = 1, seen: str = "", **how: bool
) -> None:
    """A photograph of the front is here, and this is what it was found to show: `seen` letters, or not."""
    found = {"making": making, "verdict": verdict, "notes": [], "letters": [], "close_ups": []}
    found["seen"] = [letter != "-" for letter in seen]
    with bench.harness.database.transaction() as session:
        vault = bench.harness.services.vault
        finished_photographs.keep(session, vault, (order, 1, "front"), b"\xff\xd8 pixels", found, **how)


def says(owner: Shopper, bench: Bench, order: int, **changes: str) -> TestResponse:
    place = card(bench, order)
    _, fields = form_on(owner.get(place), f"{place}/look")
    return owner.post(f"{place}/look", {**fields, **changes})


def change(bench: Bench, do: Callable[..., Any], *given: Any, **named: Any) -> Any:
    with bench.harness.database.transaction() as session:
        return do(session, *given, **named)


def test_nothing_engraved_is_posted_on_any_road_before_it_was_looked_at(owner: Shopper, bench: Bench) -> None:
    asks(bench)
    order = made(bench)
    services, row = bench.harness.services, bench.harness.order(order)
    with pytest.raises(NotAllowed, match=REFUSED):
        bench.post(order, 1)
    with pytest.raises(NotAllowed, match=REFUSED):
        change(bench, early_posting.post, services.vault, order, "he asked", actor=OWNER)
    tracking = TrackingRow(2, row.reference, NUMBER)
    (planned,) = change(bench, tracking_numbers.plan, [tracking], services.book)
    assert REFUSED in planned.problem
    page = owner.get(card(bench, order))
    assert "Please look at the finished piece first." in page.text
    token = form_on(page, f"{card(bench, order)}/look")[1]["csrf_token"]
    line, said = str(bench.units(order)[1].order_line_id), {"csrf_token": token, "action": Action.POST}
    for to, what in {
        "/owner/bench/steps": {"only": line, "back": "card"},
        f"/owner/orders/{row.reference}/lines/1/steps": {"wording": "1"},
        "/owner/dispatch/parcels": {"reference": row.reference, "number": NUMBER},
    }.items():
        answer = owner.post(to, {**said, **what})
        shown = answer if answer.status_code != 303 else owner.get(answer.location)
        assert REFUSED in shown.text, to
    assert bench.stages(order) == [Stage.PACKED]


def test_lists_lead_to_the_look_where_it_is_missing_and_royal_mail_is_not_told_of_the_parcel(
    owner: Shopper, bench: Bench
) -> None:
    asks(bench)
    order = made(bench)
    reference, look = bench.harness.order(order).reference, f"{card(bench, order)}#finished"
    lists = ("/owner/bench", f"/owner/orders/{reference}", "/owner/dispatch")
    for page in lists:
        shown = owner.get(page)
        (link,) = soup(shown).select(f"a[href='{look}']")
        assert link.text.startswith("Look at the finished piece first"), page
        assert "Mark as posted" not in shown.text, page
        assert f"/owner/dispatch?code={reference}" not in shown.text, page
    assert "are not in it" in owner.get("/owner/dispatch").text
    file = "/owner/dispatch/click-and-drop"
    _, fields = form_on(owner.get("/owner/dispatch"), file)
    assert owner.post(file, fields).status_code == 303, "nothing may go"
    keeps(bench, order)
    says(owner, bench, order)
    assert reference in owner.post(file, fields).text
    for page in lists:
        assert not soup(owner.get(page)).select(f"a[href='{look}']"), page


def test_looked_at_it_is_inspected_and_once_packed_it_goes(owner: Shopper, bench: Bench) -> None:
    asks(bench)
    order = made(bench, to=Action.FINISH)
    keeps(bench, order)
    assert says(owner, bench, order).status_code == 303
    assert bench.stages(order) == [Stage.INSPECTED]
    page = soup(owner.get(card(bench, order)))
    assert "It was looked at and is as approved (owner@example.com" in page.select_one("#finished").text
    bench.act(order, 1, Action.PACK)
    bench.post(order, 1)
    assert bench.stages(order) == [Stage.POSTED]
    assert (
        "finished piece 1: as approved"
        in owner.get(f"/owner/orders/{bench.harness.order(order).reference}").text
    )


def test_a_side_without_a_photograph_of_this_making_was_not_looked_at(owner: Shopper, bench: Bench) -> None:
    asks(bench)
    order = made(bench)
    answer = says(owner, bench, order)
    assert answer.status_code == 422
    assert "Please photograph each side first" in answer.text
    keeps(bench, order, making=2)
    assert says(owner, bench, order).status_code == 422
    with bench.harness.database.reading() as session:
        assert not finished_looks.looks_of(session, order)


def test_made_again_or_taken_back_to_the_machine_it_is_looked_at_again(owner: Shopper, bench: Bench) -> None:
    asks(bench)
    order = made(bench, to=Action.INSPECT)
    keeps(bench, order)
    says(owner, bench, order)
    bench.undo(order, 1)
    with bench.harness.database.reading() as session:
        assert not finished_looks.standing(session, order)
    says(owner, bench, order)
    with bench.harness.database.transaction() as session:
        finished_looks.act(session, order, 1, Action.REMAKE, actor=OWNER, reason=Remake.SLIP)
    bench.act(order, 1, *WORDS)
    with pytest.raises(NotAllowed, match=REFUSED):
        bench.post(order, 1)


def test_a_page_from_before_it_was_made_again_says_nothing(owner: Shopper, bench: Bench) -> None:
    asks(bench)
    order = made(bench)
    keeps(bench, order)
    says(owner, bench, order, making="2")
    says(owner, bench, order, wording="7")
    with bench.harness.database.reading() as session:
        assert not finished_looks.looks_of(session, order)


def test_a_rings_rim_is_looked_at_by_eye_and_ticked(owner: Shopper, bench: Bench) -> None:
    asks(bench)
    order = bench.paid(("two-rings", "Always both ways"), face="marcellus")
    bench.act(order, 1, *WORDS)
    page = soup(owner.get(card(bench, order)))
    assert "by eye, letter by letter" in page.select_one("#finished").text
    assert not page.select("#finished input[type=file]")
    assert says(owner, bench, order).status_code == 422
    (tick,) = page.select("#finished input[type=checkbox]")
    assert says(owner, bench, order, **{"by-eye": tick["value"]}).status_code == 303
    bench.post(order, 1)


def test_it_goes_without_a_look_only_with_a_name_and_a_reason_and_both_are_kept(
    owner: Shopper, bench: Bench
) -> None:
    asks(bench)
    order = made(bench)
    place = card(bench, order)
    for why in ("", "  "):
        answer = owner.send(place, f"{place}/look/without", {"why": why})
        assert answer.status_code == 422
        assert "why it is posted without that look" in reason_beside(answer, "why")
    assert owner.send(place, f"{place}/look/without", {"why": "My telephone is broken."}).status_code == 303
    bench.post(order, 1)
    reference = bench.harness.order(order).reference
    shown = owner.get(f"/owner/orders/{reference}").text
    assert "My telephone is broken." in shown
    assert "finished piece 1: posted without a look" in shown
    with bench.harness.database.reading() as session:
        kept = privacy.everything(session, bench.harness.services.vault, reference)
    assert [(one["by"], one["what"]) for one in kept["finished_looks"]] == [(OWNER, "posted without a look")]


def test_pieces_without_words_and_shops_that_do_not_ask_post_as_ever(bench: Bench) -> None:
    order = made(bench)
    bench.post(order, 1)
    asks(bench)
    bare = bench.paid(("petal", ""))
    bench.act(bare, 1, Action.CHECK, Action.PACK)
    bench.post(bare, 1)
    asks(bench, first=False)
    bench.post(made(bench), 1)


def test_a_wrong_letter_is_shown_large_and_said_beside_what_was_approved(
    owner: Shopper, bench: Bench
) -> None:
    order = made(bench, to=Action.FINISH)
    assert sends(owner, bench, order, jpeg("Wran")).status_code == 303
    place = card(bench, order)
    page = soup(owner.get(place)).select_one("#finished")
    assert "something differs" in page.text
    assert "Line 1, letter 3 from the left: differs" in page.select_one(".finished-close").text
    assert page.select(".finished-close image[transform^=matrix]")
    assert {"Line 1, letter 1 from the left: as approved"} <= {one.text for one in page.select("li")}
    assert "aid beside your own look" in page.text
    picture = owner.get(f"{place}/photographs/front.jpg")
    with Image.open(io.BytesIO(picture.data)) as seen:
        assert (seen.format, dict(seen.getexif())) == ("JPEG", {})
    assert picture.headers["Cache-Control"] == "private, no-store"


def test_what_is_no_photograph_is_refused_beside_its_field(owner: Shopper, bench: Bench) -> None:
    order = made(bench, to=Action.FINISH)
    for sent, said in ((b"", "choose the photograph"), (b"<svg/>", "could not be read")):
        answer = sends(owner, bench, order, sent)
        assert answer.status_code == 422
        assert said in reason_beside(answer, "photograph-front")
    with bench.harness.database.reading() as session:
        assert not session.scalars(select(OrderPhotograph)).all()


def test_nobody_but_the_owner_sees_it(app: Flask, owner: Shopper, bench: Bench) -> None:
    order = made(bench)
    keeps(bench, order)
    picture = f"{card(bench, order)}/photographs/front.jpg"
    assert owner.get(picture).data == b"\xff\xd8 pixels"
    assert Shopper(app).get(picture).status_code == 303
    assert Shopper(app).sign_in("finance").get(picture).status_code == 403
    assert owner.get(picture.replace("front", "back")).status_code == 404


def test_it_is_in_the_export_and_goes_with_the_order_and_from_every_copy(
    owner: Shopper, bench: Bench
) -> None:
    order = made(bench)
    keeps(bench, order)
    vault, reference = bench.harness.services.vault, bench.harness.order(order).reference
    with bench.harness.database.reading() as session:
        row = session.scalars(select(OrderPhotograph)).one()
        kept = privacy.everything(session, vault, reference)["photographs"]
        old = {column.name: getattr(row, column.name) for column in OrderPhotograph.__table__.columns}
    assert kept[0]["asked_for"]["verdict"] == "as approved"
    assert json.dumps(kept)
    change(bench, privacy.erase, vault, reference, actor=OWNER)
    assert owner.get(f"{card(bench, order)}/photographs/front.jpg").status_code == 404
    change(bench, lambda session: session.add(OrderPhotograph(**old)))
    assert erasures.catch_up(bench.harness.database, vault, afresh=True)
    with bench.harness.database.reading() as session:
        assert not session.scalars(select(OrderPhotograph)).all()


def test_it_goes_ninety_days_after_the_piece_arrived(bench: Bench, monkeypatch: pytest.MonkeyPatch) -> None:
    order = made(bench)
    keeps(bench, order)
    bench.post(order, 1)
    bench.act(order, 1, Action.DELIVER)
    with bench.harness.database.reading() as session:
        arrived = session.scalars(select(UnitStep.at).order_by(UnitStep.id.desc())).first()
    assert arrived is not None
    for days, gone in ((89, 0), (91, 1)):
        monkeypatch.setattr(clock, "now", lambda at=arrived + timedelta(days=days): at)
        assert change(bench, photograph_days.forget_old, bench.harness.services.vault) == gone


def test_a_buyer_who_asks_sees_the_photograph_once_it_was_looked_at_until_it_is_erased(
    app: Flask, owner: Shopper, bench: Bench
) -> None:
    asks(bench)
    order, buyer = made(bench), Shopper(app)
    with bench.harness.database.reading() as session:
        link = f"/orders/{with_link(session, order, bench.harness.services.secret_key)[1]}"
    picture, choice = f"{link}/finished-pieces/1/front.jpg", f"{link}/finished-pieces"
    keeps(bench, order)
    says(owner, bench, order)
    assert buyer.get(picture).status_code == 404, "nobody asked"
    assert "The buyer asked" not in owner.get(card(bench, order)).text
    assert buyer.send(link, choice, {"which": "yes"}).status_code == 303
    seen = buyer.get(picture)
    assert (seen.data, seen.headers["Cache-Control"]) == (b"\xff\xd8 pixels", "private, no-store")
    assert seen.headers["Referrer-Policy"] == "no-referrer"
    assert soup(buyer.get(link)).select_one(f"img[src='{picture}']")["alt"].startswith("Disc, front")
    assert "The buyer asked for a photograph." in owner.get(card(bench, order)).text
    assert buyer.get(picture.replace(link, f"{link}x")).status_code == 404
    with bench.harness.database.reading() as session:
        reference = bench.harness.order(order).reference
        kept = privacy.everything(session, bench.harness.services.vault, reference)
    assert kept["photograph_of_finished_piece"] == "wanted"
    buyer.send(link, choice, {"which": "no"})
    assert buyer.get(picture).status_code == 404
    buyer.send(link, choice, {"which": "yes"})
    change(bench, photograph_days.forget_asked, bench.harness.services.vault, order, actor="buyer")
    assert buyer.get(picture).status_code == 404
    assert not soup(buyer.get(link)).select(f"img[src='{picture}']")


@pytest.mark.parametrize("wanted", [True, False])
def test_the_e_mail_that_tells_of_its_post_says_where_the_photograph_is(
    app: Flask, owner: Shopper, bench: Bench, wanted: bool
) -> None:
    order = made(bench)
    change(bench, finished_pictures.choose, bench.harness.services.vault, order, wanted=wanted)
    keeps(bench, order)
    says(owner, bench, order)
    bench.post(order, 1)
    told = dict(emails(app, bench.harness, order))["posted"]
    assert isinstance(told, EmailMessage)
    plain = told.get_body(("plain",))
    assert plain
    assert ("photograph of your finished piece" in plain.get_content()) is wanted
    assert {part.get_content_type() for part in told.iter_attachments()} <= {"image/png"}


def test_no_photograph_is_shown_that_was_not_looked_at_or_is_of_an_earlier_making(
    owner: Shopper, bench: Bench
) -> None:
    asks(bench)
    order, vault = made(bench), bench.harness.services.vault
    change(bench, finished_pictures.choose, vault, order, wanted=True)
    keeps(bench, order, "differs")
    assert not change(bench, finished_pictures.pictures, vault, order)
    says(owner, bench, order)
    assert change(bench, finished_pictures.pictures, vault, order) == [(1, "front")]
    change(bench, finished_looks.act, order, 1, Action.REMAKE, actor=OWNER, reason=Remake.SLIP)
    assert not change(bench, finished_pictures.pictures, vault, order)


def test_a_new_photograph_takes_the_place_of_the_one_before(bench: Bench) -> None:
    order = made(bench)
    for verdict in ("differs", "as approved"):
        keeps(bench, order, verdict)
    with bench.harness.database.reading() as session:
        found = finished_photographs.found_on(session, bench.harness.services.vault, order, 1)
        assert len(session.scalars(select(OrderPhotograph)).all()) == 1
        assert not order_photographs.ids_of(session, order), "none is its buyer's"
    assert found["front"]["verdict"] == "as approved"


@pytest.mark.parametrize(
    ("second", "said"),
    [
        (("not seen", "--en"), "On the photographs together every letter is as approved."),
        (("not seen", "-r--"), "It cannot be told from these photographs together."),
        (("differs", "Wre-"), "On one of the photographs something differs"),
    ],
    ids=["between them", "a letter on neither", "another letter"],
)
def test_a_letter_that_light_hid_is_seen_on_a_second_photograph_of_its_side(
    owner: Shopper, bench: Bench, second: tuple[str, str], said: str
) -> None:
    order = made(bench)
    keeps(bench, order, "not seen", seen="Wr--")
    verdict, seen = second
    keeps(bench, order, verdict, seen=seen, one_more=True)
    page = soup(owner.get(card(bench, order)))
    assert said in page.select_one("#finished-front").text
    assert [title.text for title in page.select("#finished-front h4")] == ["Photograph 1", "Photograph 2"]
    for picture in page.select("#finished-front figure > img"):
        assert owner.get(str(picture["src"])).status_code == 200
    assert says(owner, bench, order).status_code == 303, "it is an aid beside her own look"


def test_a_side_has_four_photographs_at_most_and_a_new_beginning(owner: Shopper, bench: Bench) -> None:
    order = made(bench)
    for _ in range(finished_photographs.MOST):
        keeps(bench, order, one_more=True)
    place = card(bench, order)
    _, fields = form_on(owner.get(place), f"{place}/photographs")
    file = FileStorage(io.BytesIO(jpeg("Wren")), "IMG_0001.jpg")
    sent = {**fields, "one-more": "yes", "photograph": file}
    answer = owner.client.post(f"{place}/photographs", data=sent)
    assert answer.status_code == 422
    assert "Please begin anew" in reason_beside(answer, "photograph-front")
    keeps(bench, order)
    with bench.harness.database.reading() as session:
        assert len(session.scalars(select(OrderPhotograph)).all()) == 1


def test_it_is_usual_from_the_day_a_machine_is_named_and_the_owner_may_leave_it_out(
    owner: Shopper, bench: Bench
) -> None:
    fields = {"machine": "diamond", "jig_x": "0", "jig_y": "0", "angle": "0"}
    for asked_for, changes in ((True, {}), (False, {"look_first": None}), (False, {})):
        owner.send("/owner/machine", "/owner/machine", {**fields, **changes})
        with bench.harness.database.reading() as session:
            assert bench_profile.current(session).look_first is asked_for


def test_it_is_switched_on_where_the_machine_is_described(owner: Shopper, bench: Bench) -> None:
    fields = {"machine": "diamond", "jig_x": "0", "jig_y": "0", "angle": "0"}
    for ticked in ("y", None):
        owner.send("/owner/machine", "/owner/machine", {**fields, "look_first": ticked})
        with bench.harness.database.reading() as session:
            assert bench_profile.current(session).look_first is bool(ticked)
