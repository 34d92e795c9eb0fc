"""The finance lead looks at a month, closes it, and finds it the same for good."""

import hashlib
from collections.abc import Callable
from datetime import UTC, datetime

import pytest
from werkzeug.test import TestResponse

from shop import clock
from tests.harness import Harness
from tests.shopper import Shopper, form_on, soup, title

PAGE = "/finance/months"


@pytest.fixture
def at(monkeypatch: pytest.MonkeyPatch) -> Callable[[int, int], None]:
    """Set the shop's clock to noon of a day of 2031."""

    def set_to(month: int, day: int) -> None:
        monkeypatch.setattr(clock, "now", lambda: datetime(2031, month, day, 12, tzinfo=UTC))

    return set_to


def sells(harness: Harness, *pieces: str) -> int:
    order = harness.place(*pieces)
    harness.pays(order)
    harness.sync(order)
    return order


def rows(finance: Shopper, address: str, table: str) -> list[list[str]]:
    found = soup(finance.get(address)).select(f"#{table} tbody tr")
    return [[cell.text.strip() for cell in row.select("th, td")] for row in found]


def close(finance: Shopper, month: str, **changes: str) -> TestResponse:
    sent = form_on(finance.get(f"{PAGE}/{month}"), f"{PAGE}/{month}/close")[1]
    return finance.post(f"{PAGE}/{month}/close", {**sent, **changes})


def test_a_month_is_looked_at_closed_and_the_same_for_good(
    finance: Shopper, harness: Harness, at: Callable[[int, int], None]
) -> None:
    at(6, 20)
    order = sells(harness, "disc", "petal")
    finance.sign_in("finance")
    assert rows(finance, PAGE, "months") == [
        ["June 2031", "£10.00", "£0.00", "£0.00", "£10.00", "£0.00", "Under way"]
    ]
    assert "Close June" not in finance.get(f"{PAGE}/2031-06").text
    at(7, 3)
    finance.sign_in("finance")
    sells(harness, "petal")
    assert "June 2031 is over" in finance.get(PAGE).text
    before = rows(finance, f"{PAGE}/2031-06", "statement")
    assert before[-2:] == [["Owed at the end", "£10.00"], ["Held in disputes at the end", "£0.00"]]
    assert rows(finance, f"{PAGE}/2031-06", "gifts")[0][1:] == ["£5.00", "2", "0", "£10.00"]
    frozen = {
        term.text: term.find_next("dd").text
        for term in soup(finance.get(f"{PAGE}/2031-06")).select("form dt")
    }
    assert frozen["Postings"] == "2, of both books; the last is No. 2"
    assert frozen["Test orders"] == "£10.00 owed, £0.00 held"
    assert "July 2031" in frozen["What comes later"]
    assert close(finance, "2031-06").location == f"{PAGE}/2031-06"
    closed = finance.get(f"{PAGE}/2031-06")
    assert "June 2031 is closed." in closed.text
    assert frozen["SHA-256 of it all"] in closed.text
    file = finance.get(f"{PAGE}/2031-06/statement.json")
    assert hashlib.sha256(file.data).hexdigest() in closed.text
    harness.refunds(order, harness.price_of("petal"))
    harness.sync(order)
    assert rows(finance, f"{PAGE}/2031-06", "statement") == before
    assert finance.get(f"{PAGE}/2031-06/statement.json").data == file.data
    months = rows(finance, PAGE, "months")
    assert [(row[0], row[2], row[-1]) for row in months] == [
        ("July 2031", "£5.00", "Under way"),
        ("June 2031", "£0.00", "Closed 3 Jul 2031"),
    ]


def test_a_closed_month_leads_to_the_one_that_is_to_be_closed_next(
    finance: Shopper, harness: Harness, at: Callable[[int, int], None]
) -> None:
    at(6, 20)
    sells(harness, "petal")
    at(8, 3)
    finance.sign_in("finance")
    close(finance, "2031-06")
    (link,) = soup(finance.get(f"{PAGE}/2031-06")).find_all("a", string="Look at it, and close it.")
    close(finance, str(link["href"]).rpartition("/")[2])
    assert "Look at it, and close it." not in finance.get(f"{PAGE}/2031-06").text


def test_what_is_not_this_months_turn_or_has_changed_is_said_and_nothing_is_closed(
    finance: Shopper, harness: Harness, at: Callable[[int, int], None]
) -> None:
    at(5, 20)
    sells(harness, "disc")
    at(6, 20)
    sells(harness, "petal")
    at(7, 3)
    finance.sign_in("finance")
    form = form_on(finance.get(f"{PAGE}/2031-05"), f"{PAGE}/2031-05/close")[1]
    for month, answered in (("2031-06", 409), ("2031-07", 409), ("2031-08", 404), ("2031-04", 404)):
        assert finance.post(f"{PAGE}/{month}/close", form).status_code == answered
    changed = close(finance, "2031-05", seen="0" * 64)
    assert changed.status_code == 409
    assert title(changed).startswith("Error: ")
    assert "look at it again" in changed.text
    for answered in (303, 409):
        assert finance.post(f"{PAGE}/2031-05/close", form).status_code == answered
    assert "June 2031 is over" in finance.get(PAGE).text


@pytest.mark.parametrize(
    "month", ["2031-13", "2031-00", "31-06", "2031-6", "9999-12", "0001-01", "x", "\uff12\uff1031-06"]
)
def test_what_is_no_month_of_the_ledger_is_not_found(finance: Shopper, paid: str, month: str) -> None:
    assert finance.get(f"{PAGE}/{month}").status_code == 404
    assert finance.get(f"{PAGE}/{month}/statement.json").status_code == 404


def test_the_files_of_a_month_hold_what_its_statement_says(
    finance: Shopper, harness: Harness, at: Callable[[int, int], None]
) -> None:
    at(6, 30)
    sells(harness, "disc", "petal")
    at(7, 1)
    sells(harness, "petal")
    finance.sign_in("finance")
    address = f"{PAGE}/2031-06/file"
    offered = form_on(finance.get(f"{PAGE}/2031-06"), address)[1]
    assert set(offered) == {"format"}
    lines = {kind: len(finance.get(f"{address}?format={kind}").text.splitlines()) for kind in ("json", "csv")}
    assert lines == {"json": 2, "csv": 3}
    for other in ("2031-13/file?format=csv", "0000-01/file?format=csv", "2031-06/file?format=doc"):
        assert finance.get(f"{PAGE}/{other}").status_code == 404
