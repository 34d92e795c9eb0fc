"""The owner's alerts are the first thing seen until they are seen to."""

import pytest

from shop.alerts import AlertKind, raise_alert
from tests.shopper import Shopper, soup


def test_an_alert_is_seen_first_and_put_away_with_one_press(owner: Shopper) -> None:
    assert "Alerts" not in soup(owner.get("/owner/")).main.text  # type: ignore[union-attr]
    with owner.database.transaction() as session:
        raise_alert(session, AlertKind.CUT_CHANGED, "PM-7K3Q-2F", "Piece 1.")
    assert soup(owner.get("/owner/")).select('main a[href="/owner/alerts"]')
    assert "Alerts (1)" in owner.get("/owner/stock").text
    page = owner.get("/owner/alerts")
    assert "no longer be cut as it was approved" in page.text
    assert soup(page).select('main a[href="/owner/orders/PM-7K3Q-2F"]')
    assert owner.send("/owner/alerts", "/owner/alerts/1/acknowledgement").status_code == 303
    shown = owner.get("/owner/alerts")
    assert "Nothing needs you" in shown.text
    assert "owner@example.com" in shown.text
    assert "Alerts (1)" not in shown.text
    assert not soup(owner.get("/owner/")).select('main a[href="/owner/alerts"]')


def test_the_finance_lead_is_shown_no_alert(owner: Shopper) -> None:
    with owner.database.transaction() as session:
        raise_alert(session, AlertKind.CUT_CHANGED, "PM-7K3Q-2F")
    lead = Shopper(owner.app).sign_in("finance")
    assert "Alerts" not in lead.get("/finance/").text


@pytest.mark.parametrize("more", ["", ", piece 2"])
def test_an_alert_about_an_order_or_a_piece_of_it_leads_to_the_orders_page(
    owner: Shopper, paid: str, more: str
) -> None:
    with owner.database.transaction() as session:
        raise_alert(session, AlertKind.TO_BE_DRAWN, f"{paid}{more}")
    (link,) = soup(owner.get("/owner/alerts")).select("main a[href^='/owner/orders/']")
    assert link.text == f"{paid}{more}"
    assert paid in owner.get(str(link["href"])).text
    owner.send("/owner/alerts", "/owner/alerts/1/acknowledgement")
    (seen,) = soup(owner.get("/owner/alerts")).select("main a[href^='/owner/orders/']")
    assert seen["href"] == link["href"]
