"""What must be in place before the shop opens."""

import dataclasses

import pytest
from flask import Flask, url_for
from sqlalchemy import text
from werkzeug.exceptions import NotFound

from shop.application import create_app
from shop.catalogue import version_triggers
from shop.confirmations import confirmation_guards
from shop.db import Database
from shop.giving import ledger_triggers
from shop.orders import version_guards
from shop.schema_checks import (
    CatalogueUnguarded,
    ConfirmationsUnguarded,
    LedgerUnguarded,
    LogUnguarded,
    OrdersUnguarded,
    Unguarded,
)
from shop.settings import Settings
from shop.sql import is_sqlite
from shop.trader import SampleTrader
from shop.transparency import log_triggers
from shop.triggers import Trigger, Triggers
from shop.web.url_rules import LateRule
from tests.pages.trader_file import name_trader

GUARDED: dict[str, tuple[type[Unguarded], Triggers]] = {
    "ledger": (LedgerUnguarded, ledger_triggers.TRIGGERS),
    "log": (LogUnguarded, log_triggers.TRIGGERS),
    "confirmations": (ConfirmationsUnguarded, confirmation_guards.TRIGGERS),
    "orders": (OrdersUnguarded, version_guards.TRIGGERS),
    "catalogue": (CatalogueUnguarded, version_triggers.TRIGGERS),
}


def drop(database: Database, trigger: Trigger) -> None:
    """Take one guard away, as somebody with every right could."""
    with database.transaction() as session:
        on = "" if is_sqlite(session) else f' ON "{trigger.table}"'
        session.execute(text(f"DROP TRIGGER {trigger.name}{on}"))


@pytest.mark.parametrize("what", GUARDED)
def test_a_missing_guard_stops_the_start_and_is_named(
    settings: Settings, database: Database, what: str
) -> None:
    refusal, triggers = GUARDED[what]
    gone = triggers[database.engine.dialect.name][3]
    drop(database, gone)
    with pytest.raises(refusal, match=gone.name) as refused:
        create_app(settings)
    assert refused.value.missing == [gone.name]


@pytest.mark.parametrize("what", GUARDED)
def test_a_guard_that_goes_missing_later_takes_the_shop_out_of_service(
    app: Flask, database: Database, what: str
) -> None:
    assert app.test_client().get("/readyz").status_code == 200
    drop(database, GUARDED[what][1][database.engine.dialect.name][0])
    assert app.test_client().get("/readyz").status_code == 503


@pytest.mark.parametrize("what", GUARDED)
def test_a_guard_that_was_weakened_stops_the_start_too(
    settings: Settings, database: Database, what: str
) -> None:
    refusal, triggers = GUARDED[what]
    weak = triggers[database.engine.dialect.name][0]
    with database.transaction() as session:
        if is_sqlite(session):
            session.execute(text(f"DROP TRIGGER {weak.name}"))
            session.execute(text(f"CREATE TRIGGER {weak.name} AFTER INSERT ON basket BEGIN SELECT 1; END"))
        else:
            session.execute(text(f'ALTER TABLE "{weak.table}" DISABLE TRIGGER {weak.name}'))
    with pytest.raises(refusal, match=weak.name):
        create_app(settings)


@pytest.fixture
def settings(settings: Settings) -> Settings:
    """An owner who has said who sells."""
    name_trader(settings.instance_dir)
    return settings


def test_the_banner_says_test_payments_unless_real_money_moves(
    settings: Settings, database: Database
) -> None:
    stripe = {"stripe_webhook_secret": "whsec_1", "stripe_api_base": "http://127.0.0.1:1"}
    for key, banner in ((None, True), ("sk_test_1", True), ("sk_live_1", False)):
        keys = {"stripe_secret_key": key, **stripe} if key else {}
        app = create_app(dataclasses.replace(settings, **keys))
        assert ("Test payments" in app.test_client().get("/").text) is banner, key
        app.extensions["shop"].database.dispose()


def test_a_live_shop_makes_no_charity_claim_on_a_sample_agreement(
    settings: Settings, database: Database
) -> None:
    live = dataclasses.replace(settings, stripe_secret_key="sk_live_1", stripe_webhook_secret="whsec_1")
    for chosen, claims in ((settings, True), (live, False)):
        app = create_app(chosen)
        for path in ("/", "/pieces", "/pieces/disc"):
            assert ("PANDAS" in app.test_client().get(path).text) is claims, path
        app.extensions["shop"].database.dispose()


def test_a_live_shop_does_not_open_in_the_name_of_the_sample(settings: Settings, database: Database) -> None:
    live = dataclasses.replace(settings, stripe_secret_key="sk_live_1", stripe_webhook_secret="whsec_1")
    (settings.instance_dir / "trader.toml").unlink()
    with pytest.raises(SampleTrader, match=r"trader\.toml"):
        create_app(live)
    name_trader(settings.instance_dir, sample="true")
    with pytest.raises(SampleTrader):
        create_app(live)
    name_trader(settings.instance_dir)
    app = create_app(live)
    assert "Wren Hall" in app.test_client().get("/contact").text
    assert app.test_client().get("/styleguide").status_code == 404
    assert app.test_client().get("/styleguide/errors/404").status_code == 404
    app.extensions["shop"].database.dispose()


def test_how_an_address_is_written_is_made_out_once_somebody_asks_for_it() -> None:
    """Made for every rule at the start, in two kinds, it took a tenth of it."""
    plain = Flask("one more", static_folder=None)
    plain.url_rule_class = LateRule
    plain.add_url_rule("/one-more/<slug>", "one more", str)
    (rule,) = plain.url_map.iter_rules()
    at_first = vars(rule)["_build_unknown"]
    with plain.test_request_context():
        for _ in range(2):
            assert url_for("one more", slug="a heart") == "/one-more/a%20heart"
            assert url_for("one more", slug="heart", gift="yes") == "/one-more/heart?gift=yes"
    assert vars(rule)["_build_unknown"] != at_first
    assert rule.build({"slug": "disc", "gift": "yes"}, append_unknown=False) == ("", "/one-more/disc")


def test_the_tests_shops_have_the_addresses_that_blueprints_give_one_by_one(app: Flask) -> None:
    assert app.url_rule_class is LateRule
    (together,) = create_app.__globals__["TOPICS"]
    by_themselves = Flask("shop", static_folder=app.static_folder)
    for blueprint in together.blueprint._blueprints:
        by_themselves.register_blueprint(blueprint)
    for name in ("view_functions", "blueprints", "error_handler_spec"):
        theirs, ours = (set(getattr(one, name)) - {None} for one in (by_themselves, app))
        assert theirs == ours, name
    assert {(str(one), one.endpoint) for one in by_themselves.url_map.iter_rules()} == {
        (str(one), one.endpoint) for one in app.url_map.iter_rules()
    }
    app.add_url_rule("/one-more", "one more", str)
    adapter = app.url_map.bind("localhost")
    assert adapter.match("/one-more") == ("one more", {})
    assert adapter.match("/basket")[0] == by_themselves.url_map.bind("localhost").match("/basket")[0]
    with pytest.raises(NotFound):
        by_themselves.url_map.bind("localhost").match("/one-more")
