"""Finance and owner see whether all of the money agrees, and say why where it does not."""

from datetime import timedelta

import pytest
from flask import Flask

from shop import clock
from shop.payments.gateway_errors import GatewayDown
from shop.reconciliation.reconciling import go_on_if_due, reconcile
from tests.harness import Harness
from tests.payments.webhook_client import hooked
from tests.reconciliation.helpers import plant_a_penny
from tests.shopper import Shopper, form_on, soup

HERE = "/finance/reconciliation"


def lead(who: Shopper) -> str:
    return " ".join(soup(who.get(HERE)).select_one("p.lead").get_text().split())  # type: ignore[union-attr]


def token(who: Shopper) -> str:
    return str(form_on(who.get(HERE), f"{HERE}/runs")[1]["csrf_token"])


def test_the_page_says_whether_all_of_the_money_agrees(
    app: Flask, finance: Shopper, harness: Harness, paid: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert lead(finance) == "Nothing was compared yet."
    reconcile(harness.services)
    assert lead(finance).startswith("All of the money agrees, looked at ")
    later = clock.now() + timedelta(days=3)
    monkeypatch.setattr(clock, "now", lambda: later)
    assert lead(Shopper(app).sign_in("finance")).startswith("Nothing was compared since ")


def test_a_difference_is_explained_once_with_a_reason_by_somebody(
    finance: Shopper, harness: Harness, paid: str
) -> None:
    said = plant_a_penny(harness.services)
    assert lead(finance).startswith("1 thing does not agree, looked at ")
    page = finance.get(HERE).text
    assert said in page
    assert f"/finance/money/orders/{paid}" in page
    form = f"{HERE}/1/explanation"
    for nothing in ("", "  ", "no", "x" * 1001, "\u0000 because"):
        refused = finance.send(f"{HERE}/1", form, {"why": nothing})
        assert refused.status_code == 422
        assert "Error:" in refused.text
    assert finance.send(f"{HERE}/1", form, {"why": "<b>Typed</b> by hand"}).status_code == 303
    page = finance.get(HERE).text
    assert "All of the money agrees" in page
    assert "&lt;b&gt;Typed&lt;/b&gt; by hand (finance@example.com)" in page
    assert 'name="why"' not in finance.get(f"{HERE}/1").text
    again = finance.post(form, {"why": "Once more", "csrf_token": token(finance)})
    assert (again.status_code, "needs no explaining any more" in again.text) == (409, True)
    assert reconcile(harness.services) == []
    assert finance.get(f"{HERE}/99").status_code == 404


def test_pressed_twice_it_is_one_run_and_loading_the_page_again_shows_how_far_it_is(
    finance: Shopper, harness: Harness, paid: str
) -> None:
    for _ in range(2):
        assert finance.send(HERE, f"{HERE}/runs", {}).status_code == 303
    page = finance.get(HERE).text
    assert "Comparing now" in page
    assert "Step 1 of 11: reading what is new at Stripe." in page

    def busy(*_: object, **__: object) -> None:
        raise GatewayDown("RateLimitError", 429)

    stuck = hooked(harness.services, some_moves=busy)
    while go_on_if_due(stuck):
        pass
    page = finance.get(HERE).text
    assert "Not finished" in page
    assert "Stripe asks us to wait (too many requests)." in page
    finance.send(HERE, f"{HERE}/runs", {})
    while go_on_if_due(harness.services):
        pass
    assert "Comparing now" not in finance.get(HERE).text
    assert finance.get(HERE).text.count("All agrees") == 1


def test_the_owner_is_led_to_the_order_and_to_the_page_from_an_alert(
    app: Flask, harness: Harness, paid: str
) -> None:
    plant_a_penny(harness.services)
    owner = Shopper(app).sign_in("owner")
    assert f"/owner/orders/{paid}" in owner.get(HERE).text
    assert HERE in owner.get("/owner/alerts").text
