"""The charity's people are e-mailed once, the day after, that a payment waits for their confirmation."""

import secrets
from collections.abc import Callable
from datetime import UTC, datetime

import pytest
from flask import Flask, render_template
from sqlalchemy import select

from shop import backup, clock
from shop.accounts import charity_people, staff
from shop.accounts.models import Passkey
from shop.confirmations.models import PaymentConfirmation
from shop.db import Database
from shop.emails.confirmation_emails import ask
from shop.emails.owner_emails import tell_owners
from shop.giving import remittances
from shop.giving.models import Policy
from shop.transparency.announcements import announce
from shop.worker import Worker
from tests.emails.test_owner_emails import SITE, Post

PANDAS = "PANDAS Foundation UK"
SECRET = "0" * 32


@pytest.fixture
def engine_name() -> str:
    return "sqlite"


@pytest.fixture
def at(monkeypatch: pytest.MonkeyPatch) -> Callable[[int, int, int], None]:
    """Set the shop's clock to an hour, in UTC, of a day of 2031."""
    return lambda month, day, hour: monkeypatch.setattr(
        clock, "now", lambda: datetime(2031, month, day, hour, tzinfo=UTC)
    )


@pytest.fixture
def joined(database: Database, at: Callable[[int, int, int], None]) -> Database:
    """Two of the charity have joined, one was only invited, one belongs to another charity."""
    at(7, 1, 9)
    with database.transaction() as session:
        staff.add_account(session, "finance@example.com", "finance")
    for name, charity in (("jo", PANDAS), ("kit", PANDAS), ("lee", PANDAS), ("mo", "Another charity")):
        invite(database, name, charity)
        if name != "lee":
            joins(database, name)
    return database


def invite(database: Database, name: str, charity: str) -> None:
    with database.transaction() as session:
        charity_people.invite(session, f"{name}@charity.example", charity, by="finance 1", secret=SECRET)


def joins(database: Database, name: str) -> None:
    with database.transaction() as session:
        people = {person.account.email: person.account.id for person in charity_people.listed(session)}
        account, raw = people[f"{name}@charity.example"], name.encode()
        made = {"name": "key", "sign_count": 0, "made_at": clock.now()}
        session.add(Passkey(account_id=account, credential_id=raw, public_key=raw, spki=raw, **made))


def pays(database: Database, reference: str) -> int:
    with database.transaction() as session:
        made = remittances.record_remittance(
            session, book="live", policy_id=session.scalars(select(Policy.id)).one(), amount_pence=123_456,
            paid_on=clock.today(), bank_reference=reference, key=secrets.token_hex(8), actor="finance 1",
            more_than_owed=True,
        )  # fmt: skip
        return made.seq


@pytest.fixture
def goes_round(app: Flask, joined: Database) -> Callable[[], Post]:
    """What the worker does, twice; gives what was sent."""

    def go() -> Post:
        post = Post()
        with app.test_request_context():
            for _ in range(2):
                ask(joined, render_template, "live", SITE)
                assert not ask(joined, render_template, "test", SITE)
                tell_owners(joined, render_template, post, SITE, "shop@example.com")
        return post

    return go


def test_those_who_joined_are_told_once_and_in_the_morning_and_no_amount_is_in_it(
    joined: Database, at: Callable[[int, int, int], None], goes_round: Callable[[], Post]
) -> None:
    seq = pays(joined, "POM JUNE")
    assert goes_round().took == [], "on the day it was typed it may still be put right"
    at(7, 2, 5)
    assert goes_round().took == [], "nobody is woken"
    at(7, 2, 6)
    post = goes_round()
    assert sorted(message["To"] for message in post.took) == ["jo@charity.example", "kit@charity.example"]
    assert post.took[0]["Subject"] == "Something to confirm, from In Remembrance"
    assert f"We paid {PANDAS} on 1 July 2031." in post.said[0]
    assert f"{SITE}/charity/payments/{seq}" in post.said[0]
    assert "1,234" not in post.took[0].as_string()
    at(7, 3, 6)
    assert goes_round().took == []


def test_of_several_payments_one_e_mail_tells_and_of_what_was_undone_or_confirmed_none(
    joined: Database, at: Callable[[int, int, int], None], goes_round: Callable[[], Post]
) -> None:
    undone, confirmed = pays(joined, "WRONG"), pays(joined, "SEEN")
    with joined.transaction() as session:
        remittances.undo_remittance(session, undone, reason="typed twice", actor="finance 1")
        told = announce(session, "confirmation", {"entry": "0"}, book="live")
        session.add(
            PaymentConfirmation(
                payment_seq=confirmed, fingerprint="f" * 64, spki=b"", checkpoint="", authenticator_data=b"",
                client_data=b"", signature=b"", confirmed_at=clock.now(), confirmed_by="charity 2",
                announcement_id=told.id,
            )
        )  # fmt: skip
    at(7, 2, 9)
    assert goes_round().took == []
    pays(joined, "POM 1")
    at(7, 4, 9)
    pays(joined, "POM 2")
    at(7, 5, 9)
    post = goes_round()
    said = f"2 payments to {PANDAS} wait for your confirmation, made on 2 July 2031, 4 July 2031."
    assert [said in text for text in post.said] == [True, True], "one e-mail to each of the two"


def test_what_waits_in_a_copy_that_was_brought_back_is_never_told(
    joined: Database, at: Callable[[int, int, int], None], goes_round: Callable[[], Post], app: Flask
) -> None:
    pays(joined, "POM JUNE")
    at(7, 2, 9)
    with app.test_request_context():
        assert ask(joined, render_template, "live", SITE)
    pays(joined, "POM JULY")
    with joined.transaction() as session:
        backup.drop_unsent(session)
    at(7, 3, 9)
    assert goes_round().took == []


def test_whoever_joins_later_is_told_of_what_waits_then(
    joined: Database, at: Callable[[int, int, int], None], goes_round: Callable[[], Post]
) -> None:
    with joined.transaction() as session:
        for person in charity_people.listed(session):
            if person.passkeys:
                charity_people.remove(session, person.account.id)
    pays(joined, "POM 1")
    pays(joined, "POM 2")
    at(7, 2, 9)
    assert goes_round().took == []
    joins(joined, "lee")
    post = goes_round()
    assert [message["To"] for message in post.took] == ["lee@charity.example"]
    assert f"2 payments to {PANDAS} wait for your confirmation, made on 1 July 2031." in post.said[0]
    assert f"{SITE}/charity/payments\n" in post.said[0]


def test_the_worker_looks_for_it(app: Flask) -> None:
    assert "to be confirmed" in [task.name for lane in Worker(app).work for task in lane]
