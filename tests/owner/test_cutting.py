"""Files for the bench: the owner's alone, named without words, and never of a face that has changed."""

import io

import ezdxf
import pytest
from werkzeug.test import TestResponse

from shop.engraving import FACES
from shop.engraving.outlines import CannotUnite
from shop.engraving.writers import FORMATS
from shop.orders.lifecycle import link_token
from shop.orders.models import Order
from shop.orders.privacy import erase
from shop.orders.view import view
from tests.shopper import Shopper, soup
from tests.trade import Trade


@pytest.fixture
def engraved(owner: Shopper, trade: Trade) -> str:
    """The reference of a paid order of a disc with words on both sides."""
    her = Shopper(owner.app)
    her.to_payment()
    her.press_pay()
    trade.pays(1)
    trade.looks(1)
    return trade.order(1).reference


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


def test_her_page_and_the_bench_name_the_same_proof(owner: Shopper, trade: Trade, engraved: str) -> None:
    with trade.database.reading() as session:
        order = session.get_one(Order, 1)
        proof = view(session, trade.services.vault, order).lines[0].proof_number
        token = link_token(session, order.id, trade.services.secret_key)
    assert len(proof) == 12
    assert f"proof {proof}" in owner.get(f"/owner/orders/{engraved}").text
    assert f"Proof {proof}" in Shopper(owner.app).get(f"/orders/{token}").text


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


def test_nothing_without_words_can_be_cut(owner: Shopper, trade: Trade, paid: str, engraved: str) -> None:
    assert file(owner, paid).status_code == 404
    assert file(owner, "PM-0000-00").status_code == 404
    with trade.database.transaction() as session:
        erase(session, trade.services.vault, engraved, actor="test")
    assert file(owner, engraved).status_code == 404


def test_words_checked_with_another_version_of_the_face_are_refused(
    owner: Shopper, engraved: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("shop.engraving.faces._sha256", lambda _: "0" * 64)
    answer = file(owner, engraved)
    assert answer.status_code == 409
    assert "looked at again" in answer.text
    page = owner.get(f"/owner/orders/{engraved}")
    assert "no longer the one that was approved" in page.text
    assert not soup(page).select(".bench-files")
    assert "Caoimhe" in page.text


def test_a_face_that_is_gone_leaves_the_words_on_the_bench(
    owner: Shopper, engraved: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delitem(FACES, "marcellus")  # type: ignore[arg-type]
    assert file(owner, engraved).status_code == 409
    page = owner.get(f"/owner/orders/{engraved}")
    assert page.status_code == 200
    assert "Caoimhe" in page.text


def test_letters_that_cannot_be_united_are_said_to_be_so(
    owner: Shopper, engraved: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    def gives_up(*_: object) -> None:
        raise CannotUnite

    monkeypatch.setattr("shop.owner.cutting.cut_sides", gives_up)
    answer = file(owner, engraved)
    assert answer.status_code == 409
    assert "by hand" in answer.text


def test_the_finance_lead_gets_no_file(owner: Shopper, engraved: str) -> None:
    assert file(Shopper(owner.app).sign_in("finance"), engraved).status_code == 403
    assert "/sign-in" in file(Shopper(owner.app), engraved).location
