"""The owner's machine: written down once, and from then on every page, proof and file goes by it."""

import io
from decimal import Decimal

import ezdxf
import pytest

from shop import bench
from shop.application import create_app
from shop.bench import Profile
from shop.checkout.basket_contents import NO_LONGER_FITS
from shop.engraving import Tool
from shop.engraving.jig import Jig
from shop.owner.machine import FINEST
from shop.settings import Settings
from tests.engraving.files import bounds, read_dxf
from tests.harness import Harness
from tests.shopper import Shopper, form_on, reason_beside, soup, summary

FORM = {
    "machine": "diamond",
    "finest_line": "0,15",
    "x_height": "1.1",
    "jig_x": "40",
    "jig_y": "25.5",
    "angle": "90",
    "guide": "y",
}
DIAMOND = Tool("diamond", 0.15, 1.1)
LONG = "September 2018"
"""Fits a disc in letters of a laser, and not in those of a diamond."""


def profile(who: Shopper) -> Profile:
    with who.database.reading() as session:
        return bench.current(session)


def write_down(who: Shopper, **changes: str | None) -> None:
    answer = who.send("/owner/machine", "/owner/machine", {**FORM, **changes})
    assert answer.status_code == 303, summary(answer)


def test_the_owner_writes_the_machine_down_and_it_is_kept_with_name_and_day(owner: Shopper) -> None:
    page = owner.get("/owner/machine")
    assert "No machine is named yet" in page.text
    write_down(owner)
    assert profile(owner) == Profile(DIAMOND, Jig(40, 25.5, 90, guide=True), look_first=True)
    page = owner.get("/owner/machine")
    assert "No machine is named yet" not in page.text
    assert "The machine is saved" in page.text
    row = soup(page).select_one("#saved tbody tr") or soup(page).select("table")[-1].select_one("tbody tr")
    assert row is not None
    assert {"Diamond drag", "0.15 mm", "1.1 mm", "40, 25.5 mm; 90°", "yes", "owner@example.com"} <= {
        cell.text for cell in row.select("th, td")
    }
    _, filled_in = form_on(page, "/owner/machine")
    assert filled_in["finest_line"] == "0.15"
    assert filled_in["machine"] == "diamond"


def test_a_length_left_empty_is_what_is_usual_for_the_machine(owner: Shopper) -> None:
    write_down(owner, machine="fibre", finest_line="", x_height=" ", guide=None)
    assert profile(owner) == Profile(Tool("fibre", 0.05, 0.7), Jig(40, 25.5, 90), look_first=True)


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("machine", ""), ("machine", "hammer"), ("finest_line", "thin"), ("finest_line", "0"),
        ("finest_line", "0.31"), ("finest_line", "NaN"), ("x_height", "-1"), ("x_height", "1e9"),
        ("x_height", "Infinity"), ("jig_x", ""), ("jig_y", "2001"), ("angle", "361"), ("angle", "½"),
    ],
)  # fmt: skip
def test_what_no_machine_is_like_is_refused_beside_its_field(owner: Shopper, field: str, value: str) -> None:
    answer = owner.send("/owner/machine", "/owner/machine", {**FORM, field: value})
    assert answer.status_code == 422
    assert reason_beside(answer, field)
    assert profile(owner) == bench.NEW
    typed = form_on(answer, "/owner/machine")[1]
    assert typed["jig_x"] == ("" if field == "jig_x" else "40"), "what was typed is still there"


def test_every_bound_itself_may_be_written_down(owner: Shopper) -> None:
    for bound in FINEST:
        write_down(owner, finest_line=str(bound))
        assert Decimal(str(profile(owner).tool.finest_line_mm)) == bound


def test_each_face_is_shown_as_the_machine_makes_it(owner: Shopper) -> None:
    def faces() -> dict[str, list[str]]:
        rows = soup(owner.get("/owner/machine")).select("table")[0].select("tbody tr")
        return {row.select("th, td")[0].text: [cell.text for cell in row.select("td")] for row in rows}

    before = faces()
    assert before["Marcellus"][0] == "1.20"
    write_down(owner)
    after = faces()
    assert float(after["Marcellus"][1]) >= DIAMOND.x_height_mm
    assert all(float(row[2]) >= DIAMOND.finest_line_mm for row in after.values())


def preview(who: Shopper, words: str, face: str = "marcellus") -> str:
    return who.get(
        f"/engravings/preview.svg?piece=disc&side=front&face={face}&engraving-front-1={words}"
    ).text


def test_the_preview_shows_what_the_machine_makes_of_the_words(
    owner: Shopper, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("shop.catalogue.page_cache.FRESH_SECONDS", 0.0)
    fine = preview(owner, "Wren")
    write_down(owner)
    coarse = preview(owner, "Wren")
    thickened = 'class="words" fill="currentColor" stroke='
    assert thickened not in fine
    assert thickened in coarse
    assert "too long for the piece" not in fine
    assert "too long for the piece" in preview(owner, LONG)
    assert 'data-tool="diamond-0.15-1.1"' in owner.get("/pieces/disc").text


def test_another_host_follows_by_itself(
    owner: Shopper, settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("shop.catalogue.page_cache.FRESH_SECONDS", 0.0)  # a second that is over at once
    elsewhere = Shopper(create_app(settings))
    assert "data-tool" not in elsewhere.get("/pieces/disc").text
    write_down(owner)
    assert 'data-tool="diamond-0.15-1.1"' in elsewhere.get("/pieces/disc").text
    assert preview(elsewhere, "Wren") == preview(owner, "Wren")
    elsewhere.database.dispose()


def test_words_the_machine_is_too_coarse_for_are_refused_as_any_others(owner: Shopper) -> None:
    write_down(owner)
    answer = Shopper(owner.app).add(engraving_front_1=LONG)
    assert answer.status_code == 422
    assert "too long for the piece" in reason_beside(answer, "engraving-front-1")


def test_a_basket_from_before_is_drawn_for_the_machine_of_today(owner: Shopper) -> None:
    shopper = Shopper(owner.app)
    shopper.to_payment()
    before = soup(shopper.get("/basket")).select_one("main .line-proof svg")
    page = shopper.get("/checkout/payment")
    write_down(owner)
    after = soup(shopper.get("/basket")).select_one("main .line-proof svg")
    assert before is not None
    assert after is not None
    assert str(before) != str(after)
    _, agreed = form_on(page, "/checkout/payment")
    agreed["acknowledged"] = "y"
    answer = shopper.post("/checkout/payment", agreed)
    assert answer.status_code in {409, 422}, "it is not what was shown, so it is shown again"
    assert shopper.press_pay().status_code == 303


def test_a_basket_whose_words_no_longer_fit_says_so_with_the_usual_sentence(owner: Shopper) -> None:
    shopper = Shopper(owner.app)
    assert shopper.add(engraving_front_1=LONG).status_code == 303
    assert shopper.tell_details().status_code == 303
    write_down(owner)
    page = shopper.get("/basket")
    assert NO_LONGER_FITS.strip() in page.text
    assert "too long for the piece" in page.text
    assert LONG in page.text, "nothing the buyer wrote is lost"
    assert shopper.press_pay().status_code == 422


def test_an_order_is_cut_as_it_was_approved_whatever_machine_comes_later(
    owner: Shopper, engraved: str
) -> None:
    address = f"/owner/orders/{engraved}/lines/1/front.dxf"
    before = owner.get(address)
    assert before.status_code == 200
    write_down(owner, jig_x="0", jig_y="0", angle="0", guide=None)
    assert owner.get(address).data == before.data
    page = owner.get(f"/owner/orders/{engraved}").text
    assert "This is the drawing that was approved" in page
    assert "approved before a machine was named" in page


def test_an_order_says_which_machine_it_was_approved_for(owner: Shopper, harness: Harness) -> None:
    write_down(owner)
    shopper = Shopper(owner.app)
    shopper.to_payment()
    shopper.press_pay()
    harness.pays(1)
    harness.sync(1)
    address = f"/owner/orders/{harness.order(1).reference}"
    page = owner.get(address).text
    assert "Drawn for a diamond drag: lines of 0.15 mm, small letters of 1.1 mm." in page
    assert "Another machine" not in page
    write_down(owner, machine="fibre", finest_line="", x_height="")
    assert "Another machine is set now" in owner.get(address).text
    assert owner.get(f"{address}/lines/1/front.dxf").status_code == 200


def test_files_lie_where_the_jig_holds_the_piece_with_the_guide_if_it_is_wanted(
    owner: Shopper, engraved: str
) -> None:
    address = f"/owner/orders/{engraved}/lines/1/front.dxf"
    plain = bounds(read_dxf(owner.get(address).data).filled)
    write_down(owner)
    moved = read_dxf(owner.get(address).data)
    left, bottom, right, top = plain
    assert bounds(moved.filled) == pytest.approx([40 - top, 25.5 + left, 40 - bottom, 25.5 + right], abs=1e-3)
    assert bounds(moved.guide) == pytest.approx([32, 17.5, 48, 33.5], abs=0.01)
    document = ezdxf.read(io.StringIO(owner.get(address).text))
    assert not document.layers.get("GUIDE").dxf.plot
