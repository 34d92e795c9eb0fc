"""A shop whose Stripe is the tests' own server, written from the specification, and what goes on there."""

from contextlib import suppress
from dataclasses import dataclass, replace

import pytest
from sqlalchemy import Connection, select, text
from sqlalchemy.exc import OperationalError

from shop import triggers
from shop.db import Database
from shop.giving import ledger_triggers
from shop.orders import version_guards
from shop.payments.services import Services
from shop.payments.sync import sync_order
from shop.reconciliation.difference_lists import Known, open_differences
from shop.reconciliation.models import DifferenceStep, ReconciliationRun
from shop.reconciliation.reconciling import go_on_if_due, reconcile
from shop.settings import PaymentMode
from tests.faults.stripe_server import after_sales, elsewhere, paying, payouts
from tests.faults.stripe_server.account import Account, Body
from tests.faults.stripe_server.server import StripeServer
from tests.faults.stripe_server.wire import gateway_to, without_pauses
from tests.harness import Harness, open_harness
from tests.payments.conftest import Clock


@dataclass
class AccountShop:
    """The shop, its account at Stripe, and the time of both."""

    harness: Harness
    server: StripeServer
    time: Clock

    @property
    def account(self) -> Account:
        return self.server.account

    @property
    def database(self) -> Database:
        return self.harness.database

    @property
    def services(self) -> Services:
        return self.harness.services

    def buys(self, *pieces: str, told: bool = True) -> int:
        """Somebody buys these; `told`: the shop hears of it. Gives the order."""
        order = self.harness.place(*pieces)
        paying.pay(self.account, self.harness.session_id(order))
        if told:
            sync_order(self.services, order)
        return order

    def charge(self, order: int) -> Body:
        """The charge that paid an order."""
        charge: Body = self.account.objects[self.account.objects[self.intent(order)]["latest_charge"]]
        return charge

    def intent(self, order: int) -> str:
        return str(self.account.objects[self.harness.session_id(order)]["payment_intent"])

    def reference(self, order: int) -> str:
        return self.harness.order(order).reference

    def refund(self, order: int, pence: int | None = None) -> Body:
        """From Stripe's dashboard."""
        return after_sales.refund(self.account, payment_intent=self.intent(order), amount=pence)

    def reconcile(self, *, whole: bool = False) -> list[str]:
        return reconcile(self.services, whole=whole)

    def nights(self, count: int = 1) -> None:
        """So many nights pass, in each of which the worker reconciles."""
        for _ in range(count):
            self.time.pass_(days=1)
            while go_on_if_due(self.services):
                pass

    def open(self) -> list[Known]:
        with self.database.reading() as session:
            return list(open_differences(session, self.services))

    def kinds(self) -> list[str]:
        return [known.difference.kind for known in self.open()]

    def steps(self) -> list[str]:
        """What became of differences, in order."""
        with self.database.reading() as session:
            return list(session.scalars(select(DifferenceStep.kind).order_by(DifferenceStep.id)))

    def runs(self) -> list[ReconciliationRun]:
        with self.database.reading() as session:
            return list(session.scalars(select(ReconciliationRun).order_by(ReconciliationRun.id)))

    def tamper(self, *statements: str, **values: object) -> None:
        """By raw SQL, past the triggers, which stand again afterwards."""
        with self.database.engine.connect() as connection:
            connection.exec_driver_sql("PRAGMA foreign_keys = OFF")
            for guards in (ledger_triggers.TRIGGERS, version_guards.TRIGGERS):
                _drop(connection, guards)
            for statement in statements:
                connection.execute(text(statement), values)
            for guards in (ledger_triggers.TRIGGERS, version_guards.TRIGGERS):
                triggers.install(connection, guards)
            connection.exec_driver_sql("PRAGMA foreign_keys = ON")
            connection.commit()


def a_busy_week(shop: AccountShop) -> dict[str, int]:
    """All that an account may see that is well: ours, another product's, other currencies, every payout."""
    orders = {name: shop.buys("disc", "petal") for name in ("kept", "partly", "fully", "disputed", "bounced")}
    candle = elsewhere.sell(shop.account, 1_200)
    elsewhere.sell(shop.account, 9_900, currency="usd")
    elsewhere.bill(shop.account, 700)
    elsewhere.contribute(shop.account, 50)
    elsewhere.top_up(shop.account, 5_000)
    shop.time.pass_(days=4)
    payouts.fail(shop.account, payouts.pay_out(shop.account)["id"])
    elsewhere.give_back(shop.account, candle, 200)
    shop.refund(orders["partly"], shop.harness.price_of("petal"))
    shop.refund(orders["fully"])
    failing = shop.refund(orders["bounced"])
    taken = after_sales.dispute(shop.account, shop.intent(orders["disputed"]), 5_000)
    shop.time.pass_(days=4)
    after_sales.fail_refund(shop.account, failing["id"])
    after_sales.close_dispute(shop.account, taken["id"], won=False)
    payouts.pay_out(shop.account)  # what came back goes out with it
    payouts.pay_out(shop.account, currency="usd")
    orders["by hand"] = shop.buys("petal")
    shop.time.pass_(days=4)
    payouts.withdraw(shop.account)
    orders["late"] = _late(shop)
    shop.time.pass_(days=4)
    with suppress(Exception):
        payouts.pay_out(shop.account, arrives=False)
    return orders


def _late(shop: AccountShop) -> int:
    """An order whose money moves only days after it was paid."""
    shop.account.moves_after = 3 * 86_400
    order = shop.buys("petal")
    shop.account.moves_after = 0
    return order


def open_account_shop(database: Database, time: Clock, monkeypatch: pytest.MonkeyPatch) -> AccountShop:
    """A furnished database and an empty account."""
    without_pauses(monkeypatch)
    server = StripeServer()
    server.account.clock = time.now
    harness = open_harness(database)
    harness.services = replace(harness.services, gateway=gateway_to(server), mode=PaymentMode.STRIPE)
    for piece in ("disc", "petal"):
        harness.set_stock(piece, 30)
    return AccountShop(harness, server, time)


def _drop(connection: Connection, guards: triggers.Triggers) -> None:
    for trigger in guards["sqlite"]:
        with suppress(OperationalError):
            connection.exec_driver_sql(f"DROP TRIGGER {trigger.name}")
