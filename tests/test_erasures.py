"""Gone stays gone: what was erased or withdrawn comes back with no copy of the database."""

import json
import shutil
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from threading import Barrier

import pytest
from flask import Flask
from sqlalchemy import NullPool, create_engine, make_url, select, text, update

from shop import clock, erasures, privacy
from shop.accounts import staff
from shop.application import create_app
from shop.catalogue import snapshot
from shop.dedications.gone_names import order_name
from shop.dedications.models import SealedText
from shop.journal.models import Comment
from shop.orders import wall
from shop.orders.lifecycle import history, with_link
from shop.orders.models import Order
from shop.orders.placing import place
from shop.settings import Settings
from shop.worker import Worker
from tests.accounts.conftest import hash_of
from tests.accounts.helpers import EMAIL, PASSWORD, sign_in
from tests.harness import quoted
from tests.shopper import DETAILS, Shopper, harness_of, soup
from tests.test_cli import run

MARK = "Qanary"
SHARED = {"dedication": f"{MARK} sang", "wall": "1", "wall-name": f"{MARK}s"}


@pytest.fixture
def engine_name(request: pytest.FixtureRequest) -> str:
    """The commands for copies are SQLite's; what PostgreSQL's own tools bring back is tried by name."""
    return str(getattr(request, "param", "sqlite"))


@pytest.fixture
def order(app: Flask) -> Order:
    """A paid order, each word of it a mark; its dedication is shared."""
    buyer, harness = Shopper(app), harness_of(app)
    buyer.add(
        "disc", **{"engraving-front-1": MARK, "engraving-front-2": "", "engraving-back-1": ""}, **SHARED
    )
    marked = dict.fromkeys(("name", "line1", "line2", "town", "gift_message"), MARK)
    buyer.tell_details(**(DETAILS | marked | {"email": f"{MARK}@example.com"}))
    assert buyer.press_pay().status_code == 303
    with harness.database.reading() as session:
        (order,) = session.scalars(select(Order))
    harness.pays(order.id)
    harness.sync(order.id)
    return order


@pytest.fixture
def owner(app: Flask) -> Shopper:
    return Shopper(app).sign_in("owner")


def link(app: Flask, order: Order) -> str:
    harness = harness_of(app)
    with harness.database.reading() as session:
        return f"/orders/{with_link(session, order.id, harness.services.secret_key)[1]}"


def press(who: Shopper, page: str, ending: str, **fields: str) -> None:
    """Press the first button whose form's action ends like this and whose hidden fields are these."""
    for form in soup(who.get(page)).select("main form"):
        sent = {str(field["name"]): str(field["value"]) for field in form.select("input[name]")}
        if str(form["action"]).endswith(ending) and fields.items() <= sent.items():
            assert who.post(str(form["action"]), sent).status_code == 303
            return
    raise AssertionError(f"no such button on {page}")


def restarted(settings: Settings) -> Flask:
    app = create_app(settings)
    app.testing = True
    return app


def test_words_withdrawn_after_a_backup_are_not_on_the_wall_of_the_restored_shop(
    app: Flask, order: Order, owner: Shopper, settings: Settings, tmp_path: Path
) -> None:
    press(owner, "/owner/wall", "/decisions", to="shown")
    assert MARK in owner.get("/wall").text
    assert run(app, "backup", str(tmp_path / "b.db")).exit_code == 0
    press(Shopper(app), link(app, order), "/withdrawal")
    assert run(app, "restore", str(tmp_path / "b.db"), "--yes-replace").exit_code == 0
    again = restarted(settings)
    assert MARK not in Shopper(again).get("/wall").text
    listed = Shopper(again).sign_in("owner").get("/owner/wall")
    assert listed.status_code == 200
    assert not soup(listed).select("form[action$='/decisions']"), "nor can they be put there"
    again.extensions["shop"].database.dispose()


def test_who_was_dismissed_or_has_another_password_since_a_backup_comes_in_by_no_restored_copy(
    app: Flask, tmp_path: Path
) -> None:
    with harness_of(app).database.transaction() as session:
        account, link = staff.add_account(session, EMAIL, "finance")
        account.password_hash = hash_of(PASSWORD)
    left = app.test_client()
    assert sign_in(left, EMAIL).status_code == 303
    assert run(app, "backup", str(tmp_path / "b.db")).exit_code == 0
    assert run(app, "accounts", "dismiss", EMAIL).exit_code == 0
    said = run(app, "restore", str(tmp_path / "b.db"), "--yes-replace").output
    assert "No password opens any more" in said
    assert left.get("/finance/").status_code == 303
    assert sign_in(app.test_client(), EMAIL).status_code == 422
    assert app.test_client().get(f"/sign-in/link/{link}").status_code != 200


@pytest.mark.parametrize("engine_name", ["sqlite", "postgresql"], indirect=True)
def test_a_copy_brought_back_by_other_tools_is_closed_by_a_command(app: Flask, owner: Shopper) -> None:
    assert owner.get("/owner/orders").status_code == 200
    assert run(app, "accounts", "renew").output.endswith(
        "1 accounts need a new link: `accounts add`, or `accounts first-owner`.\n"
    )
    assert owner.get("/owner/orders").status_code == 303
    assert "/sign-in/link/" in run(app, "accounts", "first-owner").output
    assert owner.sign_in("owner").get("/owner/orders").status_code == 200


def test_an_order_erased_after_a_backup_is_erased_in_the_restored_shop(
    app: Flask, order: Order, settings: Settings, tmp_path: Path
) -> None:
    page = link(app, order)
    assert MARK in Shopper(app).get(page).text
    assert run(app, "backup", str(tmp_path / "b.db")).exit_code == 0
    assert run(app, "privacy", "erase", order.reference).exit_code == 0
    restored = run(app, "restore", str(tmp_path / "b.db"), "--yes-replace")
    assert "What was erased or withdrawn since is so again: 1." in restored.output
    with harness_of(app).database.reading() as session:
        assert session.scalars(select(SealedText)).all() == [], "before anything is started again"
    again = restarted(settings)
    exported = run(again, "privacy", "export", order.reference).output
    assert json.loads(exported)["contact"] is None
    assert MARK not in exported
    assert Shopper(again).get(page).status_code == 404
    again.extensions["shop"].database.dispose()


POST = "/journal/both-ways"


def commented(app: Flask, owner: Shopper) -> str:
    """A comment is written and shown; gives its writer's own page."""
    said = {"name": MARK, "email": f"{MARK}@example.com", "words": f"{MARK} wrote"}
    page = Shopper(app).send(POST, f"{POST}/comments", said).location
    press(owner, "/owner/comments", "/decisions", decision="shown")
    assert MARK in owner.get(POST).text
    return str(page)


def kept_in(folder: Path, *sealed: bytes) -> bool:
    """Whether any of it can be read in a database of the folder, or in a log beside one."""
    files = [file.read_bytes() for file in folder.rglob("*.db*")]
    return any(part in file for part in sealed for file in files)


def test_what_the_command_erases_is_in_no_file_any_more(app: Flask, order: Order, tmp_path: Path) -> None:
    with harness_of(app).database.reading() as session:
        sealed = [bytes(row) for row in session.scalars(select(SealedText.ciphertext))]
    assert kept_in(tmp_path, *sealed)
    assert run(app, "privacy", "erase", order.reference).exit_code == 0
    assert not kept_in(tmp_path, *sealed)


@pytest.mark.parametrize("whose", ["the writer's", "the owner's"])
def test_a_comment_that_is_taken_away_is_in_no_file_any_more(
    app: Flask, owner: Shopper, tmp_path: Path, whose: str
) -> None:
    page = commented(app, owner)
    with harness_of(app).database.reading() as session:
        sealed = [bytes(row) for row in session.scalars(select(Comment.sealed)) if row]
    assert kept_in(tmp_path, *sealed)
    if whose == "the writer's":
        press(Shopper(app), page, "/removal")
    else:
        form = soup(owner.get("/owner/comments?all=1")).select_one("main form[action$='/decisions']")
        assert form is not None
        assert (
            owner.send("/owner/comments?all=1", str(form["action"]), {"decision": "removed"}).status_code
            == 303
        )
    assert not kept_in(tmp_path, *sealed)


def test_a_comment_withdrawn_after_a_backup_is_in_no_page_of_the_restored_shop(
    app: Flask, owner: Shopper, settings: Settings, tmp_path: Path
) -> None:
    page = commented(app, owner)
    report = f"{POST}/comments/1/report"
    assert Shopper(app).send(report, report, {"note": f"{MARK} reported"}).status_code == 200
    assert run(app, "backup", str(tmp_path / "b.db")).exit_code == 0
    assert MARK.encode() not in (tmp_path / "b.db").read_bytes(), "nor can a stolen copy be read"
    press(Shopper(app), page, "/removal")
    assert run(app, "restore", str(tmp_path / "b.db"), "--yes-replace").exit_code == 0
    again = restarted(settings)
    for address in (POST, page, "/owner/comments?all=1"):
        assert MARK not in owner.get(address).text
        assert MARK not in Shopper(again).sign_in("owner", "another@example.com").get(address).text
    again.extensions["shop"].database.dispose()


def test_an_e_mail_whose_month_was_over_is_erased_in_the_restored_shop_and_the_words_stay(
    app: Flask, owner: Shopper, settings: Settings, tmp_path: Path
) -> None:
    commented(app, owner)
    assert run(app, "backup", str(tmp_path / "b.db")).exit_code == 0
    with app.extensions["shop"].database.transaction() as session:
        session.execute(update(Comment).values(decided_at=clock.now() - timedelta(days=31)))
    Worker(app).step()
    assert run(app, "restore", str(tmp_path / "b.db"), "--yes-replace").exit_code == 0
    again = restarted(settings)
    with again.extensions["shop"].database.reading() as session:
        assert session.scalars(select(Comment.email_sealed)).all() == [None]
    assert f"{MARK} wrote" in Shopper(again).get(POST).text
    again.extensions["shop"].database.dispose()


@pytest.mark.parametrize("engine_name", ["sqlite", "postgresql"], indirect=True)
def test_a_copy_put_in_place_by_another_tool_is_told_before_the_first_page(
    app: Flask,
    order: Order,
    owner: Shopper,
    settings: Settings,
    database_url: str,
    request: pytest.FixtureRequest,
) -> None:
    press(owner, "/owner/wall", "/decisions", to="shown")
    wall_key = harness_of(app).services.vault.keys.all_ids()
    copy = copied(database_url, request)
    harness_of(app).services.database.dispose()  # PostgreSQL copies only what nobody is connected to
    press(Shopper(app), link(app, order), "/withdrawal")
    assert run(app, "privacy", "erase", order.reference).exit_code == 0
    assert len(wall_key) == 2
    assert harness_of(app).services.vault.keys.all_ids() == []
    again = restarted(replace(settings, database_url=copy))
    database = again.extensions["shop"].database
    with database.reading() as session:
        assert wall.states(session, order.id) == {}
        assert session.scalars(select(SealedText)).all() == []
        kinds = [event.kind for event in history(session, order.id)]
    assert kinds[-1] == "erased"
    assert MARK not in Shopper(again).get("/wall").text
    database.dispose()


def copied(database_url: str, request: pytest.FixtureRequest) -> str:
    """The database as it is now, copied file by file, as a snapshot of the disk would."""
    if database_url.startswith("sqlite"):
        file = Path(database_url.removeprefix("sqlite:///"))
        for end in ("", "-wal"):
            shutil.copy(f"{file}{end}", f"{file.with_name('copy.db')}{end}")
        return f"sqlite:///{file.with_name('copy.db')}"
    url = make_url(database_url)
    server, copy = request.getfixturevalue("postgres_server"), f"{url.database}_copy"
    admin = create_engine(server, isolation_level="AUTOCOMMIT", poolclass=NullPool)
    with admin.connect() as connection:
        others = "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = :name"
        connection.execute(text(others), {"name": url.database})
        connection.execute(text(f"CREATE DATABASE {copy} TEMPLATE {url.database}"))
    return url.set(database=copy).render_as_string(hide_password=False)


@pytest.mark.parametrize("by", ["command", "worker"])
def test_an_erased_orders_emails_go_where_they_were_written_as_files(
    app: Flask, order: Order, tmp_path: Path, by: str
) -> None:
    worker = Worker(app)
    while worker._send_email():
        pass
    emails = list((tmp_path / "mail").iterdir())
    assert any(MARK.encode() in email.read_bytes() for email in emails)
    if by == "command":
        assert run(app, "privacy", "erase", order.reference).exit_code == 0
    else:
        with app.extensions["shop"].database.transaction() as session:
            privacy.erase(session, harness_of(app).services.vault, order.reference, actor="test")
        worker.next_sweep = None
        worker.step()
    assert not [file for file in tmp_path.rglob("*") if file.is_file() and MARK.encode() in file.read_bytes()]


def test_an_erasure_that_was_killed_half_way_shows_nothing_and_is_finished_by_the_worker(
    app: Flask, order: Order
) -> None:
    """The key is destroyed first: whatever happens then, the words are gone."""
    page, harness = link(app, order), harness_of(app)
    with suppress(KeyboardInterrupt), harness.database.transaction() as session:
        privacy.erase(session, harness.services.vault, order.reference, actor="test")
        raise KeyboardInterrupt
    assert Shopper(app).get(page).status_code == 200
    assert MARK not in Shopper(app).get(page).text
    assert MARK not in run(app, "privacy", "export", order.reference).output
    Worker(app).step()
    assert Shopper(app).get(page).status_code == 404
    with harness.database.reading() as session:
        assert [event.kind for event in history(session, order.id)].count("erased") == 1


def test_an_order_that_was_killed_half_way_leaves_a_key_to_nothing_that_goes_by_itself(
    app: Flask, monkeypatch: pytest.MonkeyPatch
) -> None:
    harness = harness_of(app)
    draft = harness.draft("petal")
    with suppress(KeyboardInterrupt), harness.database.transaction() as session:
        place(session, harness.services, draft, quoted(snapshot.load(session), draft), buyer_hash="b")
        raise KeyboardInterrupt
    keys = harness.services.vault.keys
    assert len(keys.all_ids()) == 1
    for days, left in ((0, 1), (34, 1), (36, 0)):
        monkeypatch.setattr(clock, "now", lambda days=days: datetime.now(UTC) + timedelta(days=days))
        Worker(app).step()
        assert len(keys.all_ids()) == left


@pytest.mark.parametrize("engine_name", ["sqlite", "postgresql"], indirect=True)
def test_processes_that_start_together_on_a_restored_copy_tell_it_once(app: Flask, order: Order) -> None:
    harness, start = harness_of(app), Barrier(6)
    harness.services.vault.destroy([], [order_name(order.reference), *map(str, range(200))])

    def begin(_number: int) -> int:
        start.wait(30)
        return erasures.catch_up(harness.database, harness.services.vault)

    with ThreadPoolExecutor(6) as pool:
        assert sum(pool.map(begin, range(6))) == 1
    with harness.database.reading() as session:
        assert [event.kind for event in history(session, order.id)].count("erased") == 1
