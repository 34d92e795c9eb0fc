"""No page and no sweep does more, or reads a whole table, because there are more orders."""

import json
import re
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import text

from shop import alerts, erasures
from shop.demo.rows import TABLES
from shop.fulfilment import parcels
from shop.giving.models import LedgerEntry, LedgerTxn
from shop.mail import outbox
from shop.payments.sweep import _next, _overdue, _unanswered, _unfinished
from shop.webhooks import inbox
from tests.demo.conftest import Demo
from tests.heard import heard
from tests.shopper import Shopper

pytestmark = pytest.mark.slow

BIG = {table.name for table in (*TABLES, LedgerTxn.__table__, LedgerEntry.__table__)} - {"wall_entry"}

PAGES = (
    "/owner/", "/owner/today/to-check", "/owner/today/late", "/owner/today/on-hold",
    "/owner/orders", "/owner/orders?state=all", "/owner/orders?before={reference}",
    "/owner/orders/{reference}", "/owner/orders?state=paid",
    "/owner/orders?state=refunded&before={reference}", "/owner/orders?stage=to+check",
    "/owner/orders?stage=posted&book=live", "/owner/orders?stage=on+hold",
    "/owner/orders?from=2024-01-01&to=2024-12-31&words=yes",
    "/owner/orders?gift=yes", "/owner/orders?via=telephone", "/owner/payment-links",
    "/owner/bench", "/owner/dispatch", "/owner/sales", "/owner/stock/count",
    "/owner/alerts", "/owner/stock", "/owner/wall", "/owner/staff", "/owner/machine", "/owner/days",
    "/finance/",
    "/finance/?before=50", "/finance/?from=2024-01-01&to=2024-01-31", "/finance/remittances",
    "/finance/remittances?before=400", "/giving", "/giving/months.csv", "/wall",
)  # fmt: skip


def reads_all_of(demo: Demo, statements: list[tuple[str, Any]]) -> list[str]:
    """The statements that read the whole of a big table, with their plans."""
    engine = demo.place.database.engine
    sqlite = engine.dialect.name == "sqlite"
    bad = []
    with engine.connect() as connection:
        if not sqlite:
            connection.execute(text("SET enable_seqscan = off"))  # then one is planned only where it must be
        for statement, parameters in statements:
            if not statement.lstrip().upper().startswith(("SELECT", "UPDATE", "DELETE", "WITH")):
                continue
            plan = (
                _sqlite(connection, statement, parameters)
                if sqlite
                else _postgresql(connection, statement, parameters)
            )
            bad += [f"{statement}\n{plan}"] if plan else []
    return bad


def _sqlite(connection: Any, statement: str, parameters: Any) -> str:
    rows = [row[-1] for row in connection.exec_driver_sql(f"EXPLAIN QUERY PLAN {statement}", parameters)]
    whole = [found.group(1) for row in rows if (found := re.match(r"SCAN (\w+)", row))]
    named = {alias: table for table, alias in re.findall(r'"?(\w+)"? AS (\w+)', statement)}
    walks = "LIMIT" in statement.upper() and not any("TEMP B-TREE" in row for row in rows)
    return "" if walks else "\n".join(rows) if BIG & {named.get(name, name) for name in whole} else ""


def _postgresql(connection: Any, statement: str, parameters: Any) -> str:
    (plan,) = connection.exec_driver_sql(f"EXPLAIN (FORMAT JSON) {statement}", parameters).scalar_one()
    found = json.dumps(plan, indent=1)
    whole = re.findall(r'"Node Type": "Seq Scan"[^}]*?"Relation Name": "(\w+)"', found)
    return found if BIG & set(whole) else ""


def test_a_statement_that_reads_everything_is_noticed(demo: Demo) -> None:
    """Or the tests below could not fail."""
    engine = demo.place.database.engine
    for statement in (
        """SELECT count(*) FROM "order" WHERE goods_pence > 5""",
        "SELECT sum(quantity) FROM stock_movement",
    ):
        assert reads_all_of(demo, [(statement, ())]) != [], (engine, statement)
    assert reads_all_of(demo, [("""SELECT id FROM "order" ORDER BY placed_at LIMIT 5""", ())]) == []


def visitor(demo: Demo) -> Shopper:
    shopper = Shopper(demo.app)
    return shopper.sign_in("owner")


AN_ORDER = """
    SELECT reference FROM "order" JOIN unit ON unit.order_id = "order".id
    WHERE "order".state = 'paid' AND unit.stage = 'to check' ORDER BY "order".id LIMIT 1
"""


def reference(demo: Demo) -> str:
    """An order that stands as far as the other demo's: what else its page asks for depends on that."""
    with demo.place.database.reading() as session:
        return str(session.execute(text(AN_ORDER)).scalar_one())


@pytest.mark.parametrize("page", PAGES)
def test_a_page_asks_the_database_no_more_and_never_for_everything(
    demos: tuple[Demo, Demo], page: str
) -> None:
    asked = []
    for demo in demos:
        shopper, address = visitor(demo), page.format(reference=reference(demo))
        shopper.get(address)
        with heard(demo.app.extensions["shop"].database.engine) as statements:
            assert shopper.get(address).status_code == 200
        asked.append(len(statements))
        assert reads_all_of(demo, statements) == []
    assert asked[1] <= asked[0] + 1, "a page of more rows may look for one thing more"


@pytest.mark.parametrize("demos", ["sqlite"], indirect=True)
def test_parcels_without_a_number_are_looked_for_among_those_of_the_last_fortnight(demo: Demo) -> None:
    """And not among all that were ever posted, which took six times as long with 100,000 orders."""
    with demo.place.database.reading() as session:
        with heard(demo.place.database.engine) as statements:
            parcels.without_number(session, "live")
        statement, parameters = statements[-1]
        plan = session.connection().exec_driver_sql(f"EXPLAIN QUERY PLAN {statement}", parameters)
        assert "ix_unit_step_at" in " ".join(row[-1] for row in plan)


SWEEPS: dict[str, Callable[[Demo], object]] = {
    "payments not answered": lambda demo: _unanswered(demo.app.extensions["shop"].services),
    "payment pages overdue": lambda demo: _overdue(demo.app.extensions["shop"].services),
    "payments and refunds under way": lambda demo: _unfinished(demo.app.extensions["shop"].services),
    "a batch of a round": lambda demo: _next(demo.app.extensions["shop"].services, None, timedelta(days=180)),
    "an e-mail to send": lambda demo: _read(demo, outbox.any_due),
    "news to act on": lambda demo: inbox.claim(demo.app.extensions["shop"].database),
    "alerts": lambda demo: _read(demo, alerts.count_open),
    "e-mails of erased orders": lambda demo: erasures.forget_email_files(
        demo.app.extensions["shop"].database, demo.settings.instance_dir
    ),
}


def _read(demo: Demo, ask: Callable[[Any], object]) -> object:
    with demo.app.extensions["shop"].database.reading() as session:
        return ask(session)


@pytest.mark.parametrize("sweep", SWEEPS)
def test_no_sweep_reads_everything(demo: Demo, sweep: str) -> None:
    with heard(demo.app.extensions["shop"].database.engine) as statements:
        SWEEPS[sweep](demo)
    assert statements
    assert reads_all_of(demo, statements) == []
