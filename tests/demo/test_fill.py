"""Invented orders leave behind what real ones do, and are never taken for real ones."""

from dataclasses import replace
from pathlib import Path

import pytest
from sqlalchemy import func, select

from shop import migrations, stock, triggers
from shop.application import create_app
from shop.db import Database
from shop.dedications.keys import KeyStore
from shop.dedications.vault import Vault
from shop.demo import fill as filling
from shop.demo.mark import DemoOrders, is_demo
from shop.demo.rows import TABLES
from shop.fulfilment import queue
from shop.fulfilment.models import Unit, UnitStep
from shop.fulfilment.stages import Stage
from shop.giving import ledger, ledger_triggers, verification
from shop.giving.months import by_month, read_sums
from shop.orders import cutting, version_guards, wall
from shop.orders.models import Order, OrderLine
from shop.orders.states import State
from shop.orders.view import view
from shop.schema_checks import LedgerUnguarded
from shop.settings import Settings
from tests.demo.conftest import MANY, SOME, Demo, schema
from tests.keys import VAULT_KEY
from tests.pages.trader_file import name_trader

pytestmark = pytest.mark.slow


def test_the_ledger_of_invented_orders_is_sound_and_guarded(demo: Demo) -> None:
    with demo.place.database.reading() as session:
        assert verification.verify(session) == []
        assert triggers.missing(session.connection(), ledger_triggers.TRIGGERS) == []
        assert triggers.missing(session.connection(), version_guards.TRIGGERS) == []
        totals, months = ledger.totals(session, "live"), by_month(read_sums(session, "live"), "2000-01")
    assert totals.gross_pence > totals.reversed_pence > 0
    assert totals.remitted_pence > 0
    assert totals.held_pence > 0
    assert len(months) >= 60


def test_every_constraint_index_and_trigger_is_in_force_again(demo: Demo) -> None:
    assert len(demo.before) > 50
    assert schema(demo.place.database) == demo.before


def test_every_kind_of_row_is_there_and_every_state(demos: tuple[Demo, Demo]) -> None:
    for demo, orders in zip(demos, (SOME, MANY), strict=True):
        with demo.place.database.reading() as session:
            counts = {table.name: session.scalar(select(func.count()).select_from(table)) for table in TABLES}
            states = set(session.scalars(select(Order.state).distinct()))
        assert counts["order"] == orders
    assert all(counts.values())
    assert states == {
        State.PAID, State.EXPIRED, State.PART_REFUNDED, State.REFUNDED, State.DISPUTED, State.AWAITING,
    }  # fmt: skip


def test_its_counted_stock_agrees_with_its_rows(demo: Demo) -> None:
    with demo.place.database.reading() as session:
        assert stock.check(session) == []
        assert any(level.reserved for level in stock.levels(session).values())


def test_its_units_stand_where_their_steps_brought_them_and_some_are_at_the_bench(demo: Demo) -> None:
    with demo.place.database.reading() as session:
        stages = dict(session.execute(select(Unit.order_line_id, Unit.stage)).all())
        steps = select(UnitStep.order_line_id, UnitStep.came_to).order_by(UnitStep.id)
        latest = dict(session.execute(steps).all())
        orders = select(Order.id).where(Order.state.not_in({State.AWAITING, State.EXPIRED}))
        lines = set(session.scalars(select(OrderLine.id).where(OrderLine.order_id.in_(orders))))
        assert set(stages) == lines
        waiting = queue.counts(session, "live")
    assert {line: stages[line] for line in latest} == latest
    assert {Stage.POSTED, Stage.REFUNDED, Stage.TO_CHECK, Stage.CHECKED} <= set(stages.values())
    assert sum(waiting.values()) > 0


def test_its_words_open_and_would_be_cut_as_approved(demo: Demo) -> None:
    with demo.place.database.reading() as session:
        newest = cutting.open_orders(session, MANY - 30)
        assert len(newest) > 15
        for order in newest:
            opened = view(session, demo.place.vault, order)
            assert opened.contact is not None
            assert opened.contact["name"] == f"Demo buyer {order.id}"
            assert list(cutting.problems(session, demo.place.vault, order)) == []
        assert any(
            line.engraving for order in newest for line in view(session, demo.place.vault, order).lines
        )
        shown = wall.page(session, demo.place.vault, 1).entries
    assert shown
    assert shown[0].words.startswith("For demo order ")


def test_a_shop_that_takes_real_money_does_not_start_on_invented_orders(demo: Demo) -> None:
    assert is_demo(demo.place.database)
    assert demo.app.extensions["shop"].services.book == "live"
    name_trader(demo.settings.instance_dir)
    with pytest.raises(DemoOrders, match="invented"):
        create_app(replace(demo.settings, stripe_secret_key="sk_live_1", stripe_webhook_secret="whsec_1"))


def test_a_shop_does_not_start_where_filling_was_broken_off(settings: Settings, database: Database) -> None:
    vault = Vault(settings.vault_key, KeyStore(settings.key_store_url))
    place = filling.Place(database, vault, settings.secret_key, settings.site_url)

    def stop(_orders: int) -> None:
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        filling.fill(place, 20, stop)
    vault.keys.dispose()
    with pytest.raises(LedgerUnguarded, match="ledger_txn_no_update"):
        create_app(settings)


def test_a_database_that_holds_anything_is_not_filled(demo: Demo, database: Database) -> None:
    with pytest.raises(filling.NotEmpty):
        filling.refuse_full(replace(demo.place, database=database))
    assert not is_demo(database)


def test_the_command_fills_an_empty_place_once_and_never_beside_live_keys(
    tmp_path: Path,
) -> None:
    settings = Settings(
        database_url=f"sqlite:///{tmp_path / 'shop.db'}", secret_key="a secret for tests",
        vault_key=VAULT_KEY, instance_dir=tmp_path, site_url="http://localhost",
    )  # fmt: skip
    migrations.upgrade(Database(settings.database_url))
    app = create_app(settings)
    runner = app.test_cli_runner()
    first = runner.invoke(args=["demo", "fill", "--orders", "25"])
    assert first.exit_code == 0, first.output
    assert (tmp_path / "demo" / "shop.db").exists()
    assert (tmp_path / "demo" / "keys" / "keys.db").exists()
    again = runner.invoke(args=["demo", "fill", "--orders", "25"])
    assert (again.exit_code, "already" in again.output) == (1, True)
    live = replace(settings, stripe_secret_key="sk_live_1", stripe_webhook_secret="whsec_1")
    app.extensions["shop"] = replace(app.extensions["shop"], settings=live)
    live = runner.invoke(args=["demo", "fill", "--folder", str(tmp_path / "other")])
    assert (live.exit_code, "live keys" in live.output) == (1, True)
    assert not (tmp_path / "other").exists()
