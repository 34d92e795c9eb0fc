"""What must be in place before the shop opens."""

import dataclasses

import pytest
from flask import Flask
from sqlalchemy import text

from shop.application import LedgerUnguarded, create_app
from shop.db import Database
from shop.giving.triggers import TRIGGERS, Trigger
from shop.settings import Settings
from shop.sql import is_sqlite
from shop.trader import SampleTrader
from tests.pages.owner import name_trader


def drop(database: Database, trigger: Trigger) -> None:
    """Take one guard away, as somebody with every right could."""
    with database.transaction() as session:
        on = "" if is_sqlite(session) else f" ON {trigger.table}"
        session.execute(text(f"DROP TRIGGER {trigger.name}{on}"))


def guards(database: Database) -> list[Trigger]:
    return TRIGGERS[database.engine.dialect.name]


def test_a_missing_guard_of_the_ledger_stops_the_start_and_is_named(
    settings: Settings, database: Database
) -> None:
    gone = guards(database)[3]
    drop(database, gone)
    with pytest.raises(LedgerUnguarded, match=gone.name) as refused:
        create_app(settings)
    assert refused.value.missing == [gone.name]


def test_a_guard_that_goes_missing_later_takes_the_shop_out_of_service(
    app: Flask, database: Database
) -> None:
    assert app.test_client().get("/readyz").status_code == 200
    drop(database, guards(database)[0])
    assert app.test_client().get("/readyz").status_code == 503


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
