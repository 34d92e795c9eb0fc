"""The workshop's navigation: one row for a phone, and everything at most two taps away."""

from shop.alerts import AlertKind, raise_alert
from tests.shopper import Shopper, soup

EVERYWHERE = {
    "/owner/", "/owner/bench", "/owner/dispatch", "/owner/orders", "/owner/alerts", "/owner/stock",
    "/owner/days", "/owner/emails", "/owner/comments", "/owner/wall", "/owner/machine", "/owner/staff",
    "/finance/", "/finance/agreements", "/finance/months", "/finance/remittances",
    "/finance/money", "/finance/evidence", "/finance/charity", "/finance/reconciliation",
    "/sign-in/passkeys",
}  # fmt: skip


def row(owner: Shopper, page: str) -> list[str]:
    return [link.text for link in soup(owner.get(page)).select(".workshop-nav > ul a")]


def test_everything_is_there_on_every_page_and_once(owner: Shopper) -> None:
    for page in EVERYWHERE:
        nav = soup(owner.get(page)).select_one("nav[aria-label=Workshop]")
        links = [str(link["href"]) for link in nav.select("a")]
        assert (set(links), len(links)) == (EVERYWHERE, len(EVERYWHERE))
        assert [link["href"] for link in nav.select("[aria-current=page]")] == [page]
        assert nav.select_one("details form[action='/sign-out']")


def test_the_row_holds_what_is_opened_daily_what_is_open_now_and_alerts_that_wait(owner: Shopper) -> None:
    daily = ["Today", "Bench", "Posting", "Orders"]
    assert row(owner, "/owner/bench") == daily
    assert row(owner, "/owner/stock") == [*daily, "Stock"]
    with owner.database.transaction() as session:
        raise_alert(session, AlertKind.CUT_CHANGED, "PM-7K3Q-2F")
    assert row(owner, "/owner/stock") == [*daily, "Alerts (1)"]


def test_the_finance_lead_has_pages_about_money_and_passkeys_and_no_more(owner: Shopper) -> None:
    lead = Shopper(owner.app).sign_in("finance")
    daily = ["Ledger", "Months", "Money", "Payments"]
    assert row(lead, "/finance/") == daily
    assert row(lead, "/finance/evidence") == [*daily, "Evidence"]
    nav = soup(lead.get("/finance/")).select_one("nav[aria-label=Workshop]")
    assert {str(link["href"]) for link in nav.select("a")} == {
        page for page in EVERYWHERE if page.startswith(("/finance", "/sign-in"))
    }
    assert nav.select_one("details form[action='/sign-out']")
