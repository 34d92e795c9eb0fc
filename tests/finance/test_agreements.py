"""An agreement is written down whole before the site says a word of it, ended once, and never reworded."""

from collections.abc import Callable
from datetime import UTC, date, datetime

import pytest
from sqlalchemy import func, select
from werkzeug.test import TestResponse

from shop import clock
from shop.giving import agreements, remittances
from shop.giving.models import Agreement, Policy
from shop.giving.policies import policy_in_force, statement
from tests.harness import Harness
from tests.shopper import Shopper, form_on, reason_beside, soup, summary, title

PAGE = "/finance/agreements"
NEW = f"{PAGE}/new"
AGREED = {
    "charity_name": "PANDAS Foundation UK", "charity_description": "a perinatal mental-health charity",
    "charity_number": "1234567", "number_looked_up_on": "2031-03-02",
    "charity_url": "https://pandasfoundation.org.uk/", "amount": "6.00", "basis": "unit",
    "agreement_reference": "IR-PANDAS-2", "agreement_signed_on": "2031-03-03", "starts_on": "2031-04-01",
    "ends_on": "2032-03-31", "pay_within_days": "28", "clauses": "y",
}  # fmt: skip
"""Signed in March, from 1 April on. The number is invented."""


@pytest.fixture
def at(monkeypatch: pytest.MonkeyPatch) -> Callable[[int, int], None]:
    """Set the shop's clock to noon of a day of 2031."""

    def set_to(month: int, day: int) -> None:
        monkeypatch.setattr(clock, "now", lambda: datetime(2031, month, day, 12, tzinfo=UTC))

    return set_to


@pytest.fixture
def lead(finance: Shopper, at: Callable[[int, int], None]) -> Shopper:
    """The finance lead on 10 March 2031."""
    at(3, 10)
    return finance.sign_in("finance")


def enters(lead: Shopper, **changes: str) -> TestResponse:
    return lead.post(NEW, {**form_on(lead.get(NEW), NEW)[1], **AGREED, **changes})


def ends(lead: Shopper, address: str, on: str) -> TestResponse:
    return lead.post(f"{address}/end", {**form_on(lead.get(address), f"{address}/end")[1], "ends_on": on})


def count(lead: Shopper) -> int:
    """Agreements beside the sample."""
    with lead.database.reading() as session:
        noted = session.scalar(select(func.count()).select_from(Agreement))
        assert session.scalar(select(func.count()).select_from(Policy)) == 1 + (noted or 0)
    return noted or 0


def said_on(lead: Shopper, moment: datetime) -> str:
    with lead.database.reading() as session:
        policy = policy_in_force(session, moment, samples=False)
        return statement(policy) if policy else ""


def rows(lead: Shopper) -> list[list[str]]:
    found = soup(lead.get(PAGE)).select("#agreements tbody tr")
    return [[cell.text.strip() for cell in row.select("th, td")] for row in found]


def test_what_is_written_down_speaks_from_its_first_day_to_its_last(lead: Shopper) -> None:
    entered = enters(lead)
    assert entered.status_code == 303
    page = lead.get(entered.location)
    said = "£6 of the price of every piece goes to PANDAS Foundation UK (registered charity 1234567)"
    assert said in page.text
    assert "looked up by finance@example.com on 2 March 2031" in page.text
    assert all(clause in page.text for clause in agreements.CLAUSES.values())
    assert "by finance@example.com" in page.text
    assert rows(lead)[0] == [
        "IR-PANDAS-2", "PANDAS Foundation UK", "£6.00 for every piece", "1 Apr 2031", "31 Mar 2032",
        "To come",
    ]  # fmt: skip
    for moment, speaks in (
        (datetime(2031, 3, 31, 22, 59, tzinfo=UTC), False),
        (datetime(2031, 3, 31, 23, 0, tzinfo=UTC), True),  # midnight in London
        (datetime(2032, 3, 31, 22, 59, tzinfo=UTC), True),
        (datetime(2032, 3, 31, 23, 0, tzinfo=UTC), False),
    ):
        assert (said in said_on(lead, moment)) is speaks, moment


@pytest.mark.parametrize(("field", "wrong"), [
    ("charity_name", ""), ("charity_name", "x" * 121), ("charity_name", "PANDAS\u202ex"),
    ("charity_description", " "),
    ("charity_number", "12345"), ("charity_number", "\uff11149485"), ("charity_number", "1149485; DROP"),
    ("number_looked_up_on", ""), ("number_looked_up_on", "2031-03-11"),
    ("charity_url", "http://example.org/"), ("charity_url", "javascript:alert(1)"), ("charity_url", "https://x"),
    ("amount", ""), ("amount", "0"), ("amount", "-5"), ("amount", "5.001"), ("amount", "five"),
    ("amount", "500"), ("starts_on", "2131-04-01"), ("ends_on", "3027-03-31"),
    ("basis", ""), ("basis", "each"),
    ("agreement_reference", ""), ("agreement_reference", "=1+1"),
    ("agreement_reference", "SAMPLE-NOT-AN-AGREEMENT"),
    ("agreement_signed_on", ""), ("agreement_signed_on", "2031-03-11"), ("agreement_signed_on", "1031-03-01"),
    ("starts_on", ""), ("starts_on", "2031-03-09"), ("starts_on", "2031-02-30"),
    ("ends_on", "2031-03-31"),
    ("pay_within_days", "0"), ("pay_within_days", "367"), ("pay_within_days", "a month"),
    ("clauses", ""),
])  # fmt: skip
def test_what_is_no_whole_agreement_is_refused_beside_its_field_and_nothing_typed_is_lost(
    lead: Shopper, field: str, wrong: str
) -> None:
    answer = enters(lead, **{field: wrong})
    assert answer.status_code == 422
    assert title(answer).startswith("Error: ")
    assert summary(answer)[f"#{field}"] == reason_beside(answer, field)
    kept = form_on(answer, NEW)[1]
    for other, value in AGREED.items():
        if other != field:
            assert kept.get(other) == value, other
    assert count(lead) == 0


def test_one_that_overlaps_or_leaves_days_without_any_is_asked_about_and_no_moment_is_lost_between_two(
    lead: Shopper,
) -> None:
    enters(lead)
    changes = {"ends_on": "", "amount": "7.00", "agreement_reference": "IR-3"}
    for starts, said in (("2032-03-31", "overlaps with IR-PANDAS-2"), ("2032-04-02", "none is in force")):
        answer = enters(lead, starts_on=starts, **changes)
        assert answer.status_code == 422
        assert said in reason_beside(answer, "starts_on")
        assert form_on(answer, NEW)[0].select("[name=not_alone]")
        assert count(lead) == 1
    meant = enters(lead, starts_on="2032-04-02", not_alone="y", **changes)
    assert meant.status_code == 303
    assert lead.send(meant.location, f"{meant.location}/removal", {}).status_code == 303
    assert enters(lead, starts_on="2032-04-01", **changes).status_code == 303
    for moment, amount in (
        (datetime(2032, 3, 31, 22, 59, 59, tzinfo=UTC), "£6"),
        (datetime(2032, 3, 31, 23, 0, tzinfo=UTC), "£7"),
    ):
        assert f"{amount} of the price" in said_on(lead, moment)


def test_a_charity_that_takes_anothers_place_in_the_middle_of_a_year_leaves_no_day_without_a_promise(
    lead: Shopper,
) -> None:
    first = enters(lead, ends_on="").location
    other = {"charity_name": "Another Charity", "agreement_reference": "IR-NEXT", "amount": "7.00"}
    refused = enters(lead, starts_on="2031-07-15", ends_on="", **other)
    assert "overlaps with IR-PANDAS-2" in reason_beside(refused, "starts_on")
    assert ends(lead, first, "2031-07-14").status_code == 303
    assert enters(lead, starts_on="2031-07-15", ends_on="", **other).status_code == 303
    for moment, charity in (
        (datetime(2031, 7, 14, 22, 59, 59, tzinfo=UTC), "PANDAS Foundation UK"),
        (datetime(2031, 7, 14, 23, 0, tzinfo=UTC), "Another Charity"),
    ):
        assert charity in said_on(lead, moment)


def test_days_without_any_agreement_after_one_are_asked_about_as_well(lead: Shopper) -> None:
    enters(lead, ends_on="2031-05-31")
    meant = enters(lead, starts_on="2031-09-01", ends_on="", agreement_reference="IR-3", not_alone="y")
    assert meant.status_code == 303
    between = {"starts_on": "2031-06-01", "agreement_reference": "IR-4"}
    for last, gap in (
        ("2031-07-15", "From 16 July 2031 to 31 August 2031"),
        ("2031-08-30", "From 31 August"),
    ):
        refused = enters(lead, ends_on=last, **between)
        assert gap in reason_beside(refused, "starts_on")
        assert form_on(refused, NEW)[0].select("[name=not_alone]")
    assert enters(lead, ends_on="2031-08-31", **between).status_code == 303


def test_an_end_that_leaves_days_without_any_before_the_next_is_asked_about(lead: Shopper) -> None:
    address = enters(lead, ends_on="").location
    meant = enters(lead, starts_on="2031-09-01", ends_on="", agreement_reference="IR-3", not_alone="y")
    assert meant.status_code == 303
    refused = ends(lead, address, "2031-08-15")
    assert refused.status_code == 422
    assert "From 16 August 2031 to 31 August 2031 none is in force" in reason_beside(refused, "ends_on")
    form, sent = form_on(refused, f"{address}/end")
    assert form.select("[name=not_alone]")
    assert lead.post(f"{address}/end", {**sent, "not_alone": "y"}).status_code == 303
    assert ends(lead, meant.location, "2031-12-31").status_code == 303, "nothing follows: that is its end"


def test_it_is_ended_once_and_not_in_the_past(lead: Shopper, at: Callable[[int, int], None]) -> None:
    address = enters(lead, ends_on="").location
    for wrong in ("", "2031-03-31", "yesterday"):
        refused = ends(lead, address, wrong)
        assert refused.status_code == 422
        assert summary(refused) == {"#ends_on": reason_beside(refused, "ends_on")}
    at(5, 10)
    lead.sign_in("finance")
    assert ends(lead, address, "2031-05-09").status_code == 422
    form = form_on(lead.get(address), f"{address}/end")[1]
    for answered in (303, 422):
        assert lead.post(f"{address}/end", {**form, "ends_on": "2031-05-31"}).status_code == answered
    assert rows(lead)[0][4] == "31 May 2031"
    assert "End recorded" in lead.get(address).text
    assert said_on(lead, datetime(2031, 5, 31, 22, 59, tzinfo=UTC))
    assert not said_on(lead, datetime(2031, 5, 31, 23, 0, tzinfo=UTC))


@pytest.mark.parametrize("engine_name", ["sqlite", "postgresql"])
def test_one_that_was_used_stays_and_one_that_was_not_can_be_taken_back(
    lead: Shopper, harness: Harness, at: Callable[[int, int], None]
) -> None:
    mistake = enters(lead, agreement_reference="TYPED-TWICE").location
    assert lead.send(mistake, f"{mistake}/removal", {}).location == PAGE
    assert lead.get(mistake).status_code == 404
    address = enters(lead).location
    at(4, 2)
    lead.sign_in("finance")
    order = harness.place("petal")
    assert lead.send(address, f"{address}/removal", {}).location == address
    assert "Orders were placed under it" in lead.get(address).text
    harness.pays(order)
    harness.sync(order)
    assert "removal" not in lead.get(address).text
    assert count(lead) == 1


def test_the_sample_is_said_to_be_none_and_can_neither_be_ended_nor_removed(lead: Shopper) -> None:
    (link,) = soup(lead.get(PAGE)).select("#agreements tbody a")
    page = lead.get(str(link["href"]))
    assert "This is no agreement" in page.text
    assert not soup(page).select(f"main form[action^='{PAGE}']")


def test_a_payment_is_not_older_than_the_first_agreement_where_real_money_moves(lead: Shopper) -> None:
    policy = int(enters(lead, starts_on="2031-03-10").location.rpartition("/")[2])
    with lead.database.transaction() as session, pytest.raises(remittances.BeforeTheAgreement):
        remittances.record_remittance(
            session, book="live", policy_id=policy, amount_pence=500, paid_on=date(2031, 3, 9),
            bank_reference="POM", key="k", actor="finance", more_than_owed=True,
        )  # fmt: skip
