"""Nothing is sold that cannot be cut: what would not come out as drawn is refused beside its field."""

import pytest
from flask import Flask

from shop.alerts import Alert, open_alerts
from shop.db import Database
from shop.engraving import cut_check, outlines
from tests.engraving import skia_union
from tests.shopper import Shopper, form_on, reason_beside, summary

SAID = "did not come out exactly as they are drawn"


@pytest.fixture
def lossy(monkeypatch: pytest.MonkeyPatch) -> None:
    """The union that lost ink is back, and this process remembers no drawing."""
    monkeypatch.setattr(outlines, "cut", skia_union.cut)
    monkeypatch.setattr(cut_check, "passed", cut_check._Passed())


def alerts(database: Database) -> list[Alert]:
    with database.reading() as session:
        return list(open_alerts(session))


def words(name: str) -> dict[str, str]:
    return {"engraving_front_1": name, "engraving_front_2": "", "engraving_back_1": "", "face": "great-vibes"}


@pytest.mark.usefixtures("lossy")
@pytest.mark.parametrize("name", ["Henry", "Merike"])
def test_words_that_would_lose_ink_are_refused_beside_their_field_and_nothing_is_lost(
    shopper: Shopper, name: str
) -> None:
    answer = shopper.add(**words(name))
    assert answer.status_code == 422
    assert SAID in reason_beside(answer, "engraving-front-1")
    sent = form_on(answer, "/basket/lines")[1]
    assert (sent["engraving-front-1"], sent["face"]) == (name, "great-vibes")
    assert sent["dedication"].startswith("For you,")
    assert shopper.lines() == []
    (alert,) = alerts(shopper.database)
    assert (alert.kind, alert.about) == ("cut differs", "Great Vibes, Disc, front")
    assert name not in alert.about + alert.detail
    assert "mm² of ink" in alert.detail


@pytest.mark.usefixtures("lossy")
def test_a_side_that_comes_out_as_drawn_is_sold(shopper: Shopper) -> None:
    assert shopper.add(**words("Jack")).status_code == 303
    assert alerts(shopper.database) == []


def test_a_changed_line_goes_through_the_same_gate(shopper: Shopper, request: pytest.FixtureRequest) -> None:
    assert shopper.add(**words("Wren")).status_code == 303
    (line,) = shopper.lines()
    address = f"/basket/lines/{line}"
    request.getfixturevalue("lossy")
    answer = shopper.send(address, address, {"engraving-front-1": "Henry"})
    assert answer.status_code == 422
    assert SAID in reason_beside(answer, "engraving-front-1")
    assert form_on(shopper.get(address), address)[1]["engraving-front-1"] == "Wren"


def test_what_lay_in_the_basket_before_is_stopped_at_the_last_look(
    shopper: Shopper, app: Flask, request: pytest.FixtureRequest
) -> None:
    assert shopper.add(**words("Henry")).status_code == 303
    assert shopper.tell_details().status_code == 303
    (line,) = shopper.lines()
    assert summary(shopper.get("/checkout/payment")) == {}
    request.getfixturevalue("lossy")
    shown = summary(shopper.get("/checkout/payment"))
    assert [*shown] == [f"#line-{line}"]
    assert SAID in shown[f"#line-{line}"]
    answer = shopper.press_pay()
    assert answer.status_code == 422
    assert SAID in summary(answer)[f"#line-{line}"]
    with shopper.database.reading() as session:
        assert session.connection().exec_driver_sql('SELECT count(*) FROM "order"').scalar_one() == 0
    assert len(alerts(app.extensions["shop"].database)) == 1


@pytest.mark.usefixtures("lossy")
def test_typing_is_never_kept_waiting_by_the_gate(shopper: Shopper, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(cut_check, "cut_sides", lambda *_: pytest.fail("cut while typing"))
    asked = "/engravings/preview.svg?piece=disc&side=front&face=great-vibes&engraving-front-1=Henry"
    assert shopper.get(asked).status_code == 200
    assert shopper.get("/pieces/disc").status_code == 200
