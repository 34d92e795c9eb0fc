import subprocess
import sys
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from pathlib import Path
from threading import Barrier

import pytest
from flask import Flask
from sqlalchemy import bindparam, func, inspect, select, text, update

from shop import clock
from shop.accounts import passwords, rate_limit
from shop.accounts.models import Account, SignInAttempt
from shop.db import Database
from shop.network import SITE
from tests.accounts.helpers import EMAIL, sign_in
from tests.engines import ONE_ENGINE
from tests.processes import all_at_once

SECRET = "a secret for tests"


def allowed(database: Database, email: str = EMAIL, address: str = "192.0.2.1") -> bool:
    try:
        with database.transaction() as session:
            rate_limit.allow_try(session, email=email, address=address, secret=SECRET)
    except rate_limit.TooManyTries:
        return False
    return True


def pass_time(database: Database, by: timedelta) -> None:
    with database.transaction() as session:
        rows = session.execute(select(SignInAttempt.key, SignInAttempt.slot, SignInAttempt.at)).all()
        earlier = (
            update(SignInAttempt)
            .where(SignInAttempt.key == bindparam("of"), SignInAttempt.slot == bindparam("its"))
            .values(at=bindparam("then"))
        )
        moved = [{"of": key, "its": slot, "then": at - by} for key, slot, at in rows]
        if moved:
            session.connection().execute(earlier, moved)


@ONE_ENGINE
def test_an_address_has_five_tries_a_minute_whomever_they_are_for(database: Database) -> None:
    tries = [allowed(database, email=f"p{number}@example.com") for number in range(8)]
    assert tries == [True] * 5 + [False] * 3
    assert allowed(database, email="p9@example.com", address="192.0.2.2")


@ONE_ENGINE
def test_whoever_holds_a_whole_site_of_ipv6_has_the_tries_of_a_few_networks(database: Database) -> None:
    near = [allowed(database, address=f"2001:db8:1:1::{number}") for number in range(8)]
    assert near.count(True) == rate_limit.TRIES
    site = [allowed(database, address=f"2001:db8:1:{number + 2:x}::1") for number in range(60)]
    assert site.count(True) == rate_limit.TRIES * (SITE - 1)
    assert allowed(database, address="2001:db8:2::1"), "nor are the tries at the account used up by it"


@ONE_ENGINE
def test_whoever_waits_a_minute_may_try_again_and_is_told_how_long(database: Database) -> None:
    assert all(allowed(database) for _ in range(3))
    pass_time(database, timedelta(seconds=40))
    assert all(allowed(database) for _ in range(2))
    with pytest.raises(rate_limit.TooManyTries) as refused, database.transaction() as session:
        rate_limit.allow_try(session, email=EMAIL, address="192.0.2.1", secret=SECRET)
    assert 10 <= refused.value.retry_after <= 20
    pass_time(database, timedelta(seconds=21))
    assert [allowed(database) for _ in range(4)] == [True] * 3 + [False], "two of the five are 21 s old"


@ONE_ENGINE
def test_a_refused_try_does_not_prolong_the_wait(database: Database) -> None:
    assert [allowed(database) for _ in range(25)].count(True) == 5
    pass_time(database, timedelta(seconds=61))
    assert allowed(database)


@ONE_ENGINE
def test_a_host_with_a_fast_clock_gets_no_more_tries(
    database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert all(allowed(database) for _ in range(5))
    monkeypatch.setattr(clock, "now", lambda: datetime.now(UTC) + timedelta(minutes=20))
    assert not allowed(database)


@pytest.mark.parametrize(
    ("one", "other", "same"),
    [
        ("2001:db8:1:2::1", "2001:db8:1:2:ffff::9", True),
        ("2001:db8:1:2::1", "2001:db8:1:3::1", False),
        ("::ffff:192.0.2.1", "192.0.2.1", True),
        ("192.0.2.1", "192.0.2.2", False),
        ("not an address", "not an address", True),
    ],
)
def test_an_ipv6_network_counts_as_one_address(one: str, other: str, same: bool) -> None:
    assert (rate_limit.network(one) == rate_limit.network(other)) is same


def test_the_table_of_tries_names_nobody(database: Database) -> None:
    allowed(database)
    with database.reading() as session:
        held = [str(value) for row in session.execute(text("SELECT * FROM sign_in_attempt")) for value in row]
    assert len(held) == 2 * 3
    assert not any(EMAIL in value or "192.0.2.1" in value for value in held)
    assert {column["name"] for column in inspect(database.engine).get_columns("sign_in_attempt")} == {
        "key",
        "slot",
        "at",
    }


def test_old_tries_are_forgotten_and_those_that_count_are_not(database: Database) -> None:
    allowed(database, email="old@example.com", address="192.0.2.9")
    pass_time(database, timedelta(hours=2))
    assert all(allowed(database) for _ in range(5))
    with database.transaction() as session:
        assert rate_limit.forget_tries(session) == 2
        assert session.execute(select(func.count()).select_from(SignInAttempt)).scalar_one() == 10, (
            "five of the address, five of the e-mail"
        )
    assert not allowed(database)


def test_of_sixty_wrong_passwords_in_four_threads_five_reach_the_hash(
    app: Flask, owner: Account, monkeypatch: pytest.MonkeyPatch
) -> None:
    checked = []
    verify = passwords.verify
    monkeypatch.setattr(
        passwords, "verify", lambda password, kept: checked.append(kept) or verify(password, kept)
    )
    start = Barrier(4)

    def attack(_: int) -> Counter[int]:
        browser = app.test_client()
        start.wait()
        return Counter(sign_in(browser, password="not the password").status_code for _ in range(15))

    with ThreadPoolExecutor(4) as pool:
        seen = sum(pool.map(attack, range(4)), Counter())
    assert seen == {422: 5, 429: 55}
    assert len(checked) == 5


def test_of_sixty_wrong_passwords_from_two_processes_five_reach_the_hash(
    database: Database, database_url: str, owner: Account, tmp_path: Path
) -> None:
    program = [
        sys.executable,
        str(Path(__file__).with_name("attacker.py")),
        database_url,
        "15",
        str(tmp_path),
    ]
    processes = [
        subprocess.Popen(program, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) for _ in range(2)
    ]
    seen: Counter[int] = Counter()
    for said in all_at_once(processes, seconds=50):
        for line in said.splitlines():
            status, count = map(int, line.split())
            seen[status] += count
    assert seen == {422: 5, 429: 55}
