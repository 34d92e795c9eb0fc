from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from threading import Barrier

import pytest
from sqlalchemy import func, inspect, select, text

from shop.accounts import sessions, sign_in_links, staff, tokens
from shop.accounts.models import Account, OpenedBy, SignInLink, StaffSession
from shop.db import Database
from tests.accounts.helpers import EMAIL
from tests.engines import ONE_ENGINE

MINUTE = timedelta(minutes=1)


def add(database: Database, email: str = EMAIL, role: str = "owner") -> tuple[Account, str]:
    with database.transaction() as session:
        return staff.add_account(session, email, role)


def use(database: Database, link: str, instead_of: str | None = None) -> str:
    with database.transaction() as session:
        return staff.use_link(session, link, instead_of=instead_of)


def who(database: Database, token: str) -> str | None:
    with database.reading() as session:
        found = sessions.account_for(session, token)
        return found.email if found else None


@ONE_ENGINE
def test_an_account_is_kept_under_one_spelling_of_its_email(database: Database) -> None:
    first, _ = add(database, "  Melissa@InRemembrance.co.uk ")
    second, _ = add(database)
    assert first.id == second.id
    assert first.email == EMAIL
    assert first.password_hash is None


@ONE_ENGINE
@pytest.mark.parametrize("email", ["", "melissa", "melissa@", "a b@example.com", "x@example.com\nBcc: y"])
def test_what_cannot_be_an_email_gets_no_account(database: Database, email: str) -> None:
    with pytest.raises(staff.NotAnEmail, match="like name@example"):
        add(database, email)


@ONE_ENGINE
def test_the_same_email_again_gives_a_fresh_link_and_ends_the_one_before(database: Database) -> None:
    _, first = add(database)
    _, second = add(database)
    with pytest.raises(sign_in_links.LinkSpent):
        use(database, first)
    assert who(database, use(database, second)) == EMAIL


@ONE_ENGINE
def test_a_role_is_not_changed_by_adding_again(database: Database) -> None:
    _, link = add(database)
    with pytest.raises(staff.RoleDiffers, match="role owner") as refused:
        add(database, role="finance")
    assert refused.value.role == "owner"
    assert who(database, use(database, link)) == EMAIL


@ONE_ENGINE
def test_there_is_no_third_role(database: Database) -> None:
    with pytest.raises(ValueError, match="admin"):
        add(database, role="admin")


def test_a_new_shop_has_a_link_for_its_first_owner_until_one_has_a_password(database: Database) -> None:
    def first() -> str | None:
        with database.transaction() as session:
            return staff.first_owner_link(session)

    add(database, "books@example.com", "finance")
    link = first()
    assert link
    assert who(database, use(database, link)) == staff.FIRST_OWNER
    account, _ = add(database, staff.FIRST_OWNER)
    with database.transaction() as session:
        staff.set_password(session, account.id, "hash")
    assert first() is None
    with database.transaction() as session:
        staff.disable(session, staff.FIRST_OWNER)
    add(database)
    link = first()
    assert link
    assert who(database, use(database, link)) == EMAIL, "the owner there is, without a password yet"


def test_accounts_added_at_the_same_moment_are_one(database: Database) -> None:
    start = Barrier(6)

    def one(_: int) -> int:
        start.wait()
        return add(database)[0].id

    with ThreadPoolExecutor(6) as pool:
        assert len(set(pool.map(one, range(6)))) == 1
    with database.reading() as session:
        live = select(func.count()).select_from(SignInLink).where(SignInLink.used_at.is_(None))
        assert session.execute(live).scalar_one() == 1


def test_a_link_opens_one_session_only(database: Database) -> None:
    _, link = add(database)
    start = Barrier(8)

    def open_it(_: int) -> str | None:
        start.wait()
        try:
            return use(database, link)
        except sign_in_links.LinkSpent:
            return None

    with ThreadPoolExecutor(8) as pool:
        opened = [token for token in pool.map(open_it, range(8)) if token]
    assert len(opened) == 1
    assert who(database, opened[0]) == EMAIL


@ONE_ENGINE
def test_looking_at_a_link_does_not_use_it_up(database: Database) -> None:
    _, link = add(database)
    for _ in range(3):
        with database.reading() as session:
            assert staff.link_is_good(session, link)
    use(database, link)
    with database.reading() as session:
        assert not staff.link_is_good(session, link)


@ONE_ENGINE
def test_a_link_lasts_a_day(database: Database, later) -> None:
    _, link = add(database)
    later(timedelta(hours=24) - MINUTE)
    with database.reading() as session:
        assert staff.link_is_good(session, link)
    later(timedelta(hours=24) + MINUTE)
    with pytest.raises(sign_in_links.LinkSpent):
        use(database, link)


@ONE_ENGINE
def test_an_invented_link_opens_nothing(database: Database) -> None:
    add(database)
    for invented in ("", "x", tokens.fresh(), "ü" * 40):
        with pytest.raises(sign_in_links.LinkSpent):
            use(database, invented)


def test_the_database_never_holds_a_token(database: Database) -> None:
    _, link = add(database)
    token = use(database, link)
    held = []
    with database.reading() as session:
        for table in inspect(database.engine).get_table_names():
            held += [str(value) for row in session.execute(text(f'SELECT * FROM "{table}"')) for value in row]
    assert tokens.digest(token) in held
    assert not any(secret in value for secret in (link, token) for value in held)


def test_a_token_is_of_256_random_bits() -> None:
    made = {tokens.fresh() for _ in range(100)}
    assert len(made) == 100
    assert all(len(token) == 43 for token in made)


@ONE_ENGINE
def test_signing_in_ends_the_session_the_browser_had(database: Database) -> None:
    account, link = add(database)
    first = use(database, link)
    with database.transaction() as session:
        second = staff.use_link(session, sign_in_links.mint_link(session, account.id), instead_of=first)
    assert first != second
    assert who(database, first) is None
    assert who(database, second) == EMAIL


@ONE_ENGINE
def test_a_session_ends_after_half_a_day_of_nothing(database: Database, later) -> None:
    token = use(database, add(database)[1])
    later(timedelta(hours=12) - MINUTE)
    assert who(database, token) == EMAIL
    later(timedelta(hours=12) + MINUTE)
    assert who(database, token) is None


@ONE_ENGINE
def test_a_session_ends_after_a_week_however_busy_it_was(database: Database, later) -> None:
    token = use(database, add(database)[1])
    for hours in range(10, 24 * 7, 10):
        later(timedelta(hours=hours))
        assert who(database, token) == EMAIL
        with database.transaction() as session:
            sessions.mark_seen(session, token)
    later(timedelta(days=7) + MINUTE)
    assert who(database, token) is None


def test_a_signed_out_session_is_not_woken_by_being_seen(database: Database) -> None:
    token = use(database, add(database)[1])
    with database.transaction() as session:
        sessions.sign_out(session, token)
        sessions.mark_seen(session, token)
    assert who(database, token) is None


@ONE_ENGINE
def test_a_disabled_account_is_closed_at_once_everywhere(database: Database) -> None:
    account, link = add(database)
    token = use(database, link)
    with database.transaction() as session:
        session.get_one(Account, account.id).password_hash = "kept"
        waiting = sign_in_links.mint_link(session, account.id)
    with database.transaction() as session:
        assert staff.disable(session, EMAIL.upper())
        assert not staff.disable(session, EMAIL)
        assert not staff.disable(session, "nobody@example.com")
    assert who(database, token) is None
    with pytest.raises(sign_in_links.LinkSpent):
        use(database, waiting)
    with database.transaction() as session:
        assert staff.credentials(session, EMAIL) == staff.Credentials()
        assert staff.set_password(session, account.id, "new") is None


def test_adding_a_disabled_account_opens_it_again_by_link_only(database: Database) -> None:
    _, link = add(database)
    before = use(database, link)
    with database.transaction() as session:
        staff.disable(session, EMAIL)
    account, fresh = add(database)
    assert account.password_hash is None
    assert who(database, before) is None
    assert who(database, use(database, fresh)) == EMAIL


def test_a_password_set_meanwhile_stops_a_sign_in_with_the_old_one(database: Database) -> None:
    account, _ = add(database)
    with database.transaction() as session:
        staff.set_password(session, account.id, "old hash")
    with database.transaction() as session:
        proven = staff.credentials(session, EMAIL)
        staff.set_password(session, account.id, "new hash")
    with database.transaction() as session:
        assert staff.sign_in(session, proven) is None
        assert staff.sign_in(session, staff.Credentials()) is None
        assert staff.sign_in(session, staff.Credentials(account.id, "new hash"))


@ONE_ENGINE
def test_a_new_password_ends_every_other_session_and_link(database: Database) -> None:
    account, link = add(database)
    elsewhere = use(database, link)
    with database.transaction() as session:
        waiting = sign_in_links.mint_link(session, account.id)
        token = staff.set_password(session, account.id, "hash")
    assert token is not None
    assert who(database, elsewhere) is None
    assert who(database, token) == EMAIL
    with pytest.raises(sign_in_links.LinkSpent):
        use(database, waiting)


@ONE_ENGINE
def test_the_old_password_may_be_left_out_only_just_after_a_link(database: Database, later) -> None:
    account, link = add(database)
    token = use(database, link)

    def may(token: str) -> bool:
        with database.reading() as session:
            found = sessions.signed_in(session, token)
            assert found is not None
            return found.may_set_password

    later(timedelta(hours=2))
    assert may(token), "there is no password yet"
    later(timedelta(0))
    with database.transaction() as session:
        by_password = staff.set_password(session, account.id, "hash") or ""
        by_link = staff.use_link(session, sign_in_links.mint_link(session, account.id))
    assert not may(by_password)
    assert may(by_link)
    later(timedelta(hours=2))
    assert not may(by_link)


def test_what_has_ended_is_forgotten_and_what_has_not_is_kept(database: Database, later) -> None:
    account, link = add(database)
    ended, live = use(database, link), ""
    with database.transaction() as session:
        sessions.sign_out(session, ended)
        live = sessions.open_session(session, account.id, OpenedBy.LINK)
        waiting = sign_in_links.mint_link(session, account.id)
        sessions.forget_sessions(session)
        staff.forget_spent(session)
    with database.reading() as session:
        assert session.scalars(select(StaffSession.token_hash)).all() == [tokens.digest(live)]
        assert session.scalars(select(SignInLink.token_hash)).all() == [tokens.digest(waiting)]
    later(timedelta(days=8))
    with database.transaction() as session:
        sessions.forget_sessions(session)
        staff.forget_spent(session)
        assert session.scalars(select(StaffSession.token_hash)).all() == []
        assert session.scalars(select(SignInLink.token_hash)).all() == []


@ONE_ENGINE
def test_times_are_kept_in_utc(database: Database) -> None:
    account, _ = add(database)
    assert abs(account.created_at - datetime.now(UTC)) < MINUTE
