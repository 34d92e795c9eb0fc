from datetime import UTC, date, datetime

import pytest
from sqlalchemy import func, select, text
from sqlalchemy.exc import IntegrityError

from shop.db import Database
from shop.giving import policies
from shop.giving.models import Policy
from tests.engines import ONE_ENGINE

NOON = datetime(2026, 6, 15, 12, tzinfo=UTC)


def add(database: Database, **changed: object) -> Policy:
    facts: dict[str, object] = {
        "charity_name": "PANDAS Foundation UK",
        "charity_description": "a perinatal mental-health charity",
        "charity_url": "https://example.org/",
        "amount_pence": 500,
        "basis": "unit",
        "agreement_reference": "AG-1",
        "agreement_signed_on": date(2026, 5, 1),
        "starts_on": date(2026, 6, 1),
        "ends_on": date(2026, 6, 30),
    }
    with database.transaction() as session:
        policy = Policy(**(facts | changed))
        session.add(policy)
    return policy


def in_force(database: Database, on: datetime = NOON, *, samples: bool = True) -> Policy | None:
    with database.reading() as session:
        return policies.policy_in_force(session, on, samples=samples)


@ONE_ENGINE
def test_a_signed_policy_is_in_force_between_its_days(database: Database) -> None:
    policy = add(database)
    found = in_force(database)
    assert found is not None
    assert found.id == policy.id


@ONE_ENGINE
@pytest.mark.parametrize(
    ("moment", "expected"),
    [
        (datetime(2026, 5, 31, 22, 59, tzinfo=UTC), False),
        (datetime(2026, 5, 31, 23, 0, tzinfo=UTC), True),  # midnight in London
        (datetime(2026, 6, 30, 22, 59, tzinfo=UTC), True),
        (datetime(2026, 6, 30, 23, 0, tzinfo=UTC), False),  # midnight in London
        (datetime(2026, 7, 1, 0, 0, tzinfo=UTC), False),
    ],
)
def test_nothing_is_claimed_before_the_first_day_or_after_the_last(
    database: Database, moment: datetime, expected: bool
) -> None:
    add(database)
    assert (in_force(database, moment) is not None) is expected


@ONE_ENGINE
@pytest.mark.parametrize(
    "lacking",
    [
        {"agreement_reference": None},
        {"agreement_reference": "  "},
        {"agreement_signed_on": None},
        {"agreement_signed_on": date(2026, 6, 16)},
    ],
    ids=["no reference", "blank reference", "not signed", "signed tomorrow"],
)
def test_without_a_signed_agreement_nothing_is_claimed(
    database: Database, lacking: dict[str, object]
) -> None:
    add(database, **lacking)
    assert in_force(database) is None


@ONE_ENGINE
@pytest.mark.parametrize("lacking", [{"agreement_reference": " "}, {"agreement_signed_on": None}])
def test_no_statement_can_be_made_of_an_unsigned_policy(
    database: Database, lacking: dict[str, object]
) -> None:
    policy = add(database, **lacking)
    with pytest.raises(policies.NoAgreement) as refused:
        policies.statement(policy)
    assert refused.value.policy_id == policy.id


@ONE_ENGINE
def test_an_empty_shop_claims_nothing(database: Database) -> None:
    assert in_force(database) is None


@ONE_ENGINE
def test_a_policy_without_an_end_stays_in_force(database: Database) -> None:
    add(database, ends_on=None)
    assert in_force(database, datetime(2036, 1, 1, tzinfo=UTC)) is not None


@ONE_ENGINE
def test_of_two_policies_the_later_start_holds(database: Database) -> None:
    later = add(database, amount_pence=600, starts_on=date(2026, 6, 10))
    add(database)
    found = in_force(database)
    assert found is not None
    assert found.id == later.id


@ONE_ENGINE
def test_the_statement_names_the_charity_the_amount_and_the_basis(database: Database) -> None:
    assert policies.statement(add(database)) == (
        "£5 of the price of every piece goes to PANDAS Foundation UK, a perinatal mental-health charity."
    )


@ONE_ENGINE
def test_a_promise_in_former_words_keeps_them(database: Database) -> None:
    assert policies.statement(add(database, statement_version=1)) == (
        "We give £5 of the price of every piece sold to PANDAS Foundation UK,"
        " a perinatal mental-health charity. It is part of the price: nothing is added to what you pay."
        " If a piece is refunded, its £5 is not given."
    )


@ONE_ENGINE
def test_the_statement_follows_the_row(database: Database) -> None:
    policy = add(database, amount_pence=750, basis="order", charity_name="Another", charity_number="12345")
    said = policies.statement(policy)
    assert said.startswith("£7.50 of the price of every order goes to Another (registered charity 12345), ")
    assert "PANDAS" not in said


def test_the_sample_policy_is_loaded_once_and_says_that_it_is_a_sample(database: Database) -> None:
    for _ in range(2):
        with database.transaction() as session:
            policy = policies.load_sample_policy(session)
    with database.reading() as session:
        assert session.scalar(select(func.count()).select_from(Policy)) == 1
    assert (policy.charity_name, policy.amount_pence, policy.basis) == ("PANDAS Foundation UK", 500, "unit")
    assert policy.charity_number is None
    assert "SAMPLE" in str(policy.agreement_reference)
    assert "baby" not in policies.statement(policy)
    assert "loss" not in policies.statement(policy)


@ONE_ENGINE
def test_the_sample_policy_is_left_out_where_real_money_moves(database: Database) -> None:
    with database.transaction() as session:
        policies.load_sample_policy(session)
    assert in_force(database) is not None
    assert in_force(database, samples=False) is None
    real = add(database)
    found = in_force(database, samples=False)
    assert found is not None
    assert found.id == real.id


def test_the_digest_changes_with_every_column_but_the_end(database: Database) -> None:
    before = policies.digest(add(database))
    with database.transaction() as session:
        policy = session.scalars(select(Policy)).one()
        policy.ends_on = None
        assert policies.digest(policy) == before
        others = {column.name for column in Policy.__table__.columns} - {"ends_on"}
        for name in sorted(others):
            kept = getattr(policy, name)
            setattr(policy, name, date(2027, 1, 1) if isinstance(kept, date) else 77)
            assert policies.digest(policy) != before, name
            setattr(policy, name, kept)


def test_an_amount_is_more_than_nothing(database: Database) -> None:
    add(database)
    with pytest.raises(IntegrityError), database.transaction() as session:
        session.execute(text("UPDATE policy SET amount_pence = 0"))
