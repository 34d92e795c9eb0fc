"""Files for the bench: the owner's alone, named without words, and never of a face that has changed."""

import io
from collections.abc import Callable

import ezdxf
import pytest
from sqlalchemy import select, update
from werkzeug.test import TestResponse

from shop.alerts import open_alerts
from shop.engraving import cut_check, outlines
from shop.engraving.outlines import CannotUnite
from shop.engraving.writers import FORMATS
from shop.orders.lifecycle import with_link
from shop.orders.models import Order, OrderLine
from shop.orders.view import view
from shop.privacy import erase
from tests.engraving import skia_union
from tests.harness import Harness
from tests.shopper import Shopper, soup


def file(who: Shopper, reference: str, name: str = "front.dxf", line: int | str = 1) -> TestResponse:
    return who.get(f"/owner/orders/{reference}/lines/{line}/{name}")


def test_every_side_is_offered_in_every_format(owner: Shopper, engraved: str) -> None:
    links = soup(owner.get(f"/owner/orders/{engraved}")).select(".bench-files a")
    assert len(links) == 2 * len(FORMATS)
    assert {"DXF of Front, piece 1", "PDF of Back, piece 1"} <= {link.text for link in links}
    for link in links:
        answer = owner.get(str(link["href"]))
        suffix = str(link["href"]).rpartition(".")[2]
        side = "front" if "/front." in str(link["href"]) else "back"
        assert answer.status_code == 200
        assert answer.mimetype == FORMATS[suffix].media_type
        assert answer.headers["Content-Disposition"] == f"attachment; filename={engraved}-1-{side}.{suffix}"
        assert answer.headers["Cache-Control"] == "no-store"
        assert b"Caoimhe" not in answer.data


def test_the_buyers_page_and_the_bench_name_the_same_proof(
    owner: Shopper, harness: Harness, engraved: str
) -> None:
    with harness.database.reading() as session:
        order = session.get_one(Order, 1)
        proof = view(session, harness.services.vault, order).lines[0].proof_number
        token = with_link(session, order.id, harness.services.secret_key)[1]
    assert len(proof) == 12
    assert f"proof {proof}" in owner.get(f"/owner/orders/{engraved}").text
    assert f"Its number is {proof}" in Shopper(owner.app).get(f"/orders/{token}").text


def test_the_file_is_of_that_side(owner: Shopper, engraved: str) -> None:
    front, back = (file(owner, engraved, f"{side}.dxf").text for side in ("front", "back"))
    assert front != back
    layers = {shape.dxf.layer for shape in ezdxf.read(io.StringIO(front)).modelspace()}
    assert layers == {"ENGRAVE"}


@pytest.mark.parametrize(
    ("name", "line"),
    [
        ("front.dwg", 1), ("side.dxf", 1), ("front.dxf", 2), ("front.dxf", 0), ("front.dxf", "x"),
        ("front", 1), ("front.", 1), ("front.dxf", 9**20),
    ],
)  # fmt: skip
def test_what_there_is_not_is_not_found(owner: Shopper, engraved: str, name: str, line: int | str) -> None:
    assert file(owner, engraved, name, line).status_code == 404


def test_nothing_without_words_can_be_cut(owner: Shopper, harness: Harness, paid: str, engraved: str) -> None:
    assert file(owner, paid).status_code == 404
    assert file(owner, "PM-0000-00").status_code == 404
    with harness.database.transaction() as session:
        erase(session, harness.services.vault, engraved, actor="test")
    assert file(owner, engraved).status_code == 404


def test_words_checked_with_another_version_of_the_face_are_refused(
    owner: Shopper, engraved: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("shop.engraving.faces._sha256", lambda *_: "0" * 64)
    answer = file(owner, engraved)
    assert answer.status_code == 409
    assert "looked at again" in answer.text
    page = owner.get(f"/owner/orders/{engraved}")
    assert "no longer the one that was approved" in page.text
    assert not soup(page).select(".bench-files")
    assert "Caoimhe" in page.text


def test_a_face_that_is_gone_leaves_the_words_on_the_bench(
    owner: Shopper, engraved: str, take_away_face: Callable[[str], object]
) -> None:
    take_away_face("marcellus")
    assert file(owner, engraved).status_code == 409
    page = owner.get(f"/owner/orders/{engraved}")
    assert page.status_code == 200
    assert "Caoimhe" in page.text


def alerts(harness: Harness) -> list[tuple[str, str]]:
    with harness.database.reading() as session:
        return [(alert.kind, alert.about) for alert in open_alerts(session)]


def test_letters_that_would_be_cut_otherwise_than_drawn_make_no_file_and_an_alert(
    owner: Shopper, harness: Harness, engraved: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    def gives_up(*_: object) -> None:
        raise CannotUnite

    monkeypatch.setattr(cut_check, "cut_sides", gives_up)
    answer = file(owner, engraved)
    assert answer.status_code == 409
    assert "by hand" in answer.text
    assert alerts(harness) == [("cut differs", engraved)]


@pytest.mark.parametrize("name", ["Henry", "Merike"])
def test_the_bench_gets_no_file_of_a_union_that_loses_ink(
    owner: Shopper, harness: Harness, monkeypatch: pytest.MonkeyPatch, name: str
) -> None:
    shopper = Shopper(owner.app)
    words = {"engraving_front_1": name, "engraving_front_2": "", "engraving_back_1": ""}
    assert shopper.add(**words, face="great-vibes").status_code == 303
    shopper.tell_details()
    assert shopper.press_pay().status_code == 303
    harness.pays(1)
    harness.sync(1)
    reference = harness.order(1).reference
    assert file(owner, reference).status_code == 200
    monkeypatch.setattr(outlines, "cut", skia_union.cut)
    for suffix in FORMATS:
        assert file(owner, reference, f"front.{suffix}").status_code == 409
    assert alerts(harness) == [("cut differs", reference)]


def test_the_bench_gets_no_file_of_other_outlines_than_those_that_were_approved(
    owner: Shopper, harness: Harness, engraved: str
) -> None:
    with harness.database.transaction() as session:
        session.execute(update(OrderLine).values(cut_digest="0" * 64))
    assert file(owner, engraved).status_code == 409
    assert alerts(harness) == [("cut changed", engraved)]


def test_an_order_from_before_outlines_had_a_digest_is_held_by_its_drawing_alone(
    owner: Shopper, harness: Harness, engraved: str
) -> None:
    with harness.database.transaction() as session:
        assert None not in session.scalars(select(OrderLine.cut_digest)).all()
        session.execute(update(OrderLine).values(cut_digest=None))
    assert file(owner, engraved).status_code == 200
    assert "before outlines were kept" in owner.get(f"/owner/orders/{engraved}").text
    assert alerts(harness) == []


def test_the_finance_lead_gets_no_file(owner: Shopper, engraved: str) -> None:
    assert file(Shopper(owner.app).sign_in("finance"), engraved).status_code == 403
    assert "/sign-in" in file(Shopper(owner.app), engraved).location
