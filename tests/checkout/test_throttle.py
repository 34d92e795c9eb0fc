"""One network can have only so much drawn and cut for baskets; nothing that was written is lost by it."""

import pytest
from bs4 import Tag
from flask import Flask
from werkzeug.test import TestResponse

from shop.checkout import basket_store
from shop.checkout.throttle import DRAWING
from shop.network import SITE, Allowance
from tests.shopper import Shopper, controls, soup

NEVER = 1e-9


@pytest.fixture
def allowance(monkeypatch: pytest.MonkeyPatch) -> Allowance:
    """A third of a second of CPU time, which does not come back."""
    little = Allowance(0.3, NEVER)
    monkeypatch.setattr("shop.checkout.throttle.DRAWING", little)
    return little


def words(number: int) -> dict[str, str]:
    name = "".join("abcdefghij"[int(digit)] for digit in f"{number:04}")
    return {"engraving_front_1": f"W{name}", "engraving_back_1": f"S{name}", "face": "great-vibes"}


def waiting_form(answer: TestResponse) -> Tag:
    form = soup(answer).select_one("main form")
    assert form is not None
    return form


def test_a_flood_of_new_words_costs_no_more_than_its_allowance(
    shopper: Shopper, allowance: Allowance
) -> None:
    statuses = []
    for number in range(60):
        statuses.append(shopper.add(**words(number)).status_code)
        shopper.client.delete_cookie("basket")
    assert set(statuses) == {303, 429}
    assert statuses == sorted(statuses)


@pytest.mark.parametrize("test", ["one", "the next"])
def test_no_test_waits_for_what_another_had_drawn(shopper: Shopper, test: str) -> None:
    assert shopper.add(**words(1)).status_code == 303
    DRAWING.charge("127.0.0.1", 100)
    assert shopper.add(**words(2)).status_code == 429


def test_another_network_of_the_same_site_waits_once_the_site_has_used_up_its_own(
    shopper: Shopper, allowance: Allowance
) -> None:
    shopper.client.environ_base["REMOTE_ADDR"] = "2001:db8:1:1::1"
    allowance.charge("2001:db8:1:2::1", 0.3 * (SITE - 1))
    assert shopper.add(**words(1)).status_code == 303
    allowance.charge("2001:db8:1:2::1", 0.3)
    assert shopper.add(**words(2)).status_code == 429


def test_words_that_must_wait_are_kept_and_sent_once_more(shopper: Shopper, allowance: Allowance) -> None:
    allowance.charge("127.0.0.1", 1.0)
    answer = shopper.add(**words(1), dedication="For you,\nalways <3")
    assert (answer.status_code, shopper.lines()) == (429, [])
    assert int(answer.headers["Retry-After"]) > 0
    assert "For you,\nalways <3" in [found.text for found in soup(answer).select("main dd")]
    allowance.charge("127.0.0.1", -2.0)
    form = waiting_form(answer)
    assert shopper.post(str(form["action"]), controls(form)).status_code == 303
    (line,) = shopper.lines()
    kept = soup(shopper.get(f"/basket/lines/{line}"))
    assert [
        kept.select_one(f"[name={name}]")["value"] for name in ("engraving-front-1", "engraving-back-1")
    ] == [  # type: ignore[index]
        "Waaab",
        "Saaab",
    ]
    assert kept.select_one("[name=dedication]").text.strip() == "For you,\nalways <3"  # type: ignore[union-attr]


def test_looking_at_and_changing_a_line_and_the_button_that_only_shows_wait_too(
    shopper: Shopper, allowance: Allowance
) -> None:
    assert shopper.add(**words(1)).status_code == 303
    (line,) = shopper.lines()
    address = f"/basket/lines/{line}"
    shown = shopper.get(address)
    allowance.charge("127.0.0.1", 1.0)
    sent = controls(soup(shown).select_one(f"form[action='{address}']"))  # type: ignore[arg-type]
    assert shopper.post(address, sent).status_code == 429
    assert shopper.get(address).status_code == 429
    sent["preview"] = "1"
    assert shopper.post("/basket/lines", sent).status_code == 429
    assert shopper.get("/basket").status_code == 200
    assert shopper.send("/basket", f"{address}/removal").status_code == 303


def test_another_network_is_not_asked_to_wait(app: Flask, allowance: Allowance) -> None:
    allowance.charge("127.0.0.2", 9.0)
    assert Shopper(app).add(**words(1)).status_code == 303


def test_whoever_fills_a_basket_never_meets_the_limit(
    shopper: Shopper, monkeypatch: pytest.MonkeyPatch
) -> None:
    stands = Allowance(10.0, 0.5, lambda: 0.0)  # time stands still, so nothing comes back
    monkeypatch.setattr("shop.checkout.throttle.DRAWING", stands)
    for number in range(basket_store.MOST_LINES):
        assert shopper.add(**words(number)).status_code == 303
