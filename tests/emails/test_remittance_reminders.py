"""Finance and owners are e-mailed what is due to the charity: once before, then each week that it is late."""

from datetime import UTC, datetime

import pytest
from flask import Flask, render_template
from sqlalchemy import select

from shop import clock
from shop.accounts import staff
from shop.accounts.models import Account, Role
from shop.db import Database
from shop.emails.owner_emails import tell_owners
from shop.emails.remittance_reminders import remind
from shop.giving import ledger
from shop.giving.ledger import Fact, Facts, Standing, UnitTarget
from shop.giving.models import Policy
from shop.worker import Worker
from tests.emails.test_owner_emails import SITE, Post

FACT = Fact(datetime(2031, 6, 4, 11, tzinfo=UTC), "worker", "evt_1")


@pytest.fixture
def engine_name() -> str:
    return "sqlite"


@pytest.fixture
def staffed(database: Database, monkeypatch: pytest.MonkeyPatch) -> Database:
    """A real gift of 4 June, and those who work here."""
    monkeypatch.setattr(clock, "now", lambda: FACT.event_at)
    with database.transaction() as session:
        for role in ("owner", "finance"):
            staff.add_account(session, f"{role}@example.com", role)
        staff.add_account(session, "gone@example.com", "finance")
        session.add(Account(email="charity@example.com", role=Role.CHARITY, created_at=clock.now()))
        staff.disable(session, "gone@example.com")
        policy = session.scalars(select(Policy)).one()
        facts = Facts(given=FACT, held=FACT, restored=FACT, ended=FACT)
        gift = UnitTarget(
            unit=1, sku="HEART-SILVER-18", amount_pence=500, policy_id=policy.id,
            standing=Standing.ACCRUED, facts=facts,
        )  # fmt: skip
        ledger.bring_to(session, book="live", order_reference="PM-1", units=[gift])
    return database


def test_everybody_who_can_write_it_down_is_told_in_the_morning_and_once(
    app: Flask, staffed: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    post = Post()

    def goes_round(month: int, day: int, hour: int) -> int:
        monkeypatch.setattr(clock, "now", lambda: datetime(2031, month, day, hour, tzinfo=UTC))
        before = len(post.took)
        with app.test_request_context():
            for _ in range(2):
                remind(staffed, render_template, "live", SITE)
                assert not remind(staffed, render_template, "test", SITE)
                tell_owners(staffed, render_template, post, SITE, "shop@example.com")
        return len(post.took) - before

    rounds = [(6, 24, 12), (6, 25, 5), (6, 25, 6), (6, 26, 6), (7, 3, 6), (7, 9, 6), (7, 10, 6)]
    assert [goes_round(*at) for at in rounds] == [0, 0, 2, 0, 2, 0, 2]
    assert {message["To"] for message in post.took} == {"owner@example.com", "finance@example.com"}
    before, late = post.took[0], post.took[2]
    assert before["Subject"] == "A payment to the charity is due by 2 July 2031"
    assert (
        "£5.00 is to reach PANDAS Foundation UK by 2 July 2031. It is owed since 4 June 2031." in post.said[0]
    )
    assert "June 2031: 1 x £5.00" in post.said[0]
    assert f"{SITE}/finance/remittances" in post.said[0]
    assert late["Subject"] == "A payment to the charity is late since 2 July 2031"
    assert "£5.00 should have reached PANDAS Foundation UK by now" in post.said[2]


def test_the_worker_looks_for_it(app: Flask) -> None:
    names = [task.name for lane in Worker(app).work for task in lane]
    assert "what is due" in names
