"""Quarters and years on a page and as data, of closed months and of those that are open."""

import csv
import json
from collections.abc import Callable
from datetime import date
from pathlib import Path

import pytest
from werkzeug.test import TestResponse

from shop.exports import FORMATS
from shop.giving.models import Policy
from shop.giving.policies import SAMPLE_AGREEMENT
from shop.trader import SAMPLE, TraderIncomplete, read
from tests.finance.test_evidence_pages import at, sells
from tests.finance.test_months import close, rows
from tests.finance.test_remittances import pay
from tests.harness import Harness
from tests.shopper import Shopper, controls, soup

__all__ = ["at"]
PAGE = "/finance/periods"

At = Callable[[int, int], None]


def test_a_quarter_adds_up_its_months_and_says_how_firm_it_is(
    finance: Shopper, harness: Harness, at: At
) -> None:
    at(5, 20)
    assert "Nothing was booked yet" in finance.get(f"{PAGE}/quarter").text
    sells(harness, "disc", "petal")
    at(6, 20)
    sells(harness, "petal")
    pay(finance, amount="10.00", paid_on="2031-06-20")
    assert rows(finance, f"{PAGE}/quarter", "periods") == [
        ["April to June 2031", "£0.00", "£15.00", "£0.00", "£10.00", "£5.00", "£0.00", "Under way"]
    ]
    at(7, 3)
    sells(harness, "petal")
    assert rows(finance, f"{PAGE}/quarter", "periods")[1][-1] == "Over; May 2031 is not closed"
    assert close(finance, "2031-05").status_code == close(finance, "2031-06").status_code == 303
    quarters = rows(finance, f"{PAGE}/quarter", "periods")
    assert [(row[0], row[1], row[-1]) for row in quarters] == [
        ("July to September 2031", "£5.00", "Under way"), ("April to June 2031", "£0.00", "Closed"),
    ]  # fmt: skip
    page = f"{PAGE}/quarter/2031-04"
    assert rows(finance, page, "statement")[-2] == ["Owed at the end", "£5.00"]
    assert rows(finance, page, "gifts")[0][1:] == ["£5.00", "3", "0", "£15.00"]
    assert len(saved(finance, page, "csv").text.splitlines()) == 1 + 3 + 1, "three gifts and a payment"
    told = json.loads(finance.get(f"{page}/statement.json").data)
    assert [row[0] for row in rows(finance, page, "months")] == ["May 2031", "June 2031"]
    for month, digest in told["months"].items():
        assert (
            digest is None if month == "2031-04" else digest in finance.get(f"/finance/months/{month}").text
        )
    assert told["figures"]["accrued_pence"] == 1500


def saved(finance: Shopper, page: str, kind: str) -> TestResponse:
    """What the form on a period's page gives."""
    form = soup(finance.get(page)).select_one("form.filters")
    assert form
    return finance.client.get(str(form["action"]), query_string={**controls(form), "format": kind})


@pytest.mark.parametrize("kind", FORMATS)
def test_the_year_of_an_agreement_comes_in_every_format_with_its_charitys_postings_alone(
    finance: Shopper, harness: Harness, at: At, kind: str
) -> None:
    at(5, 20)
    sells(harness, "petal")
    with harness.database.transaction() as session:
        other = Policy(
            charity_name="Another Charity", charity_description="a charity", charity_url="https://c.example/",
            amount_pence=700, basis="unit", agreement_reference=SAMPLE_AGREEMENT,
            agreement_signed_on=date(2031, 5, 1), starts_on=date(2031, 5, 1),
        )  # fmt: skip
        session.add(other)
    at(5, 21)
    sells(harness, "petal")
    years = [str(link["href"]) for link in soup(finance.get(f"{PAGE}/agreement-year")).select("#periods a")]
    for year, charity in zip(years, ("Another Charity", "PANDAS Foundation UK"), strict=True):
        file = saved(finance, year, kind)
        assert file.status_code == 200
        assert file.data or kind == "freeagent-bank", "only payments stand in that, and none was made"
        if kind == "csv":
            assert [row["charity"] for row in csv.DictReader(file.text.splitlines())] == [charity]
        if kind == "hledger":
            assert ("£7.00" in file.text or "7.00" in file.text) is (charity == "Another Charity")


def test_years_and_months_are_one_tap_away(finance: Shopper, harness: Harness, at: At) -> None:
    at(5, 20)
    sells(harness, "petal")
    links = [str(link["href"]) for link in soup(finance.get("/finance/months")).select(".choices a")]
    kinds = ("quarter", "financial-year", "agreement-year")
    assert links == ["/finance/months", *(f"{PAGE}/{kind}" for kind in kinds)]
    assert rows(finance, f"{PAGE}/financial-year", "periods")[0][0] == "April 2031 to March 2032"
    (link,) = soup(finance.get(f"{PAGE}/agreement-year")).select("#periods tbody a")
    assert link.text == "January to December 2031, SAMPLE-NOT-AN-AGREEMENT"
    assert "figures of PANDAS Foundation UK" in finance.get(str(link["href"])).text
    file = str(link["href"]).replace("?", "/statement.json?")
    assert json.loads(finance.get(file).data)["charity_name"] == "PANDAS Foundation UK"


@pytest.mark.parametrize(
    "address",
    ["week", "quarter/2031-05", "quarter/x", "agreement-year/2031-01", "quarter/2031-04?agreement=1"],
)
def test_what_is_no_period_is_not_found(finance: Shopper, harness: Harness, at: At, address: str) -> None:
    at(5, 20)
    sells(harness, "petal")
    assert finance.get(f"{PAGE}/{address}").status_code == 404


def test_the_business_says_when_its_year_begins(tmp_path: Path) -> None:
    sample, own = SAMPLE.read_text(encoding="utf-8"), tmp_path / "trader.toml"
    own.write_text(sample.replace('"April"', '"October"'), encoding="utf-8")
    assert read(own).financial_year_month == 10
    own.write_text(sample.replace('"April"', '"Michaelmas"'), encoding="utf-8")
    with pytest.raises(TraderIncomplete, match="must be a month"):
        read(own)
