"""`create_app` wires everything: settings, database, payments, and a blueprint per topic."""

from functools import partial
from typing import Final

from flask import Flask
from sqlalchemy import inspect
from sqlalchemy.orm import Session
from werkzeug.middleware.dispatcher import DispatcherMiddleware
from werkzeug.middleware.proxy_fix import ProxyFix

from shop import cli, clock, erasures, migrations, probes, trader, web
from shop.accounts import routes as accounts
from shop.accounts import security_log
from shop.catalogue import page_cache
from shop.catalogue import routes as catalogue
from shop.catalogue.previews import DrawnAtOnce
from shop.checkout import basket_routes, find_routes, order_routes
from shop.checkout import routes as checkout
from shop.container import Container, container
from shop.db import Database
from shop.dedications.keys import KeyStore
from shop.dedications.vault import Vault
from shop.demo.mark import DemoOrders, is_demo
from shop.finance import remittances as finance_remittances
from shop.finance import routes as finance
from shop.giving import triggers
from shop.giving.models import LedgerTxn
from shop.giving.policies import policy_in_force, statement
from shop.journal import comment_routes, journal, owner_routes
from shop.journal import routes as journal_routes
from shop.orders import version_guards
from shop.owner import alerts as owner_alerts
from shop.owner import cutting as owner_cutting
from shop.owner import hand_drawings as owner_hand_drawings
from shop.owner import machine as owner_machine
from shop.owner import orders as owner_orders
from shop.owner import refunds as owner_refunds
from shop.owner import staff as owner_staff
from shop.owner import stock as owner_stock
from shop.owner import wall as owner_wall
from shop.pages import giving_page, layout_context, seo, styleguide, support, wall_page
from shop.pages import routes as pages
from shop.payments.gateway import Gateway
from shop.payments.gateway_errors import GatewayDown, GatewayRefused
from shop.payments.services import Services
from shop.payments.sync import StillMoving
from shop.payments.timeouts import limited_pages
from shop.settings import PaymentMode, Settings, from_environment
from shop.standin import deliveries
from shop.standin.application import create_standin
from shop.standin.config import StandIn, derived_keys
from shop.web import assets
from shop.webhooks import routes as webhooks

PAYMENTS_AWAY: Final = (
    "The payment service does not answer us as it should at the moment. Nothing was lost, and it is tried "
    "again by itself. Please come back in a few minutes."
)

STAND_IN: Final = "/stand-in"

TOPICS: Final = (
    probes,
    catalogue,
    basket_routes,
    checkout,
    order_routes,
    find_routes,
    webhooks,
    accounts,
    owner_alerts,
    owner_orders,
    owner_refunds,
    owner_cutting,
    owner_hand_drawings,
    owner_machine,
    owner_staff,
    owner_stock,
    owner_wall,
    owner_routes,
    finance,
    finance_remittances,
    journal_routes,
    comment_routes,
    pages,
    seo,
    styleguide,
    giving_page,
    wall_page,
)
"""The modules whose blueprints make up the site."""


class LedgerUnguarded(Exception):
    """The database lacks triggers that keep the ledger from being changed; the shop will not start."""

    def __init__(self, missing: list[str]) -> None:
        super().__init__(
            f"The donation ledger is not protected: {', '.join(missing)} missing or altered. "
            "Restore the database from a backup, or find out who changed it, before starting the shop."
        )
        self.missing = missing


class OrdersUnguarded(Exception):
    """The database lacks triggers that move an order's version; the shop will not start."""

    def __init__(self, missing: list[str]) -> None:
        super().__init__(
            f"Orders are not protected against being written to twice at once: {', '.join(missing)} missing "
            "or altered. Restore the database from a backup, or find out who changed it, before starting the "
            "shop."
        )
        self.missing = missing


def create_app(settings: Settings | None = None) -> Flask:
    """The shop as a WSGI application.

    Raises SettingsError when the environment cannot be used (SampleTrader among them: real payments, but the
    sample's name to take them), LedgerUnguarded or OrdersUnguarded when the database does not
    protect them, DemoOrders when live keys lead to invented orders, and OperationalError when there is no
    database.
    """
    settings = settings or from_environment()
    app = Flask(
        "shop",
        template_folder="../templates",
        static_folder="../static",
        instance_path=str(settings.instance_dir),
    )
    seller = trader.load(settings.instance_dir, livemode=settings.livemode)
    app.extensions["shop.support"] = _support(app, settings)
    database = Database(settings.database_url)
    refuse_unguarded(database)
    invented = is_demo(database)
    if invented and settings.livemode:
        database.dispose()
        raise DemoOrders
    app.wsgi_app = DrawnAtOnce(app, app.wsgi_app, settings)  # type: ignore[method-assign]
    if settings.proxies:
        hops = settings.proxies
        app.wsgi_app = ProxyFix(app.wsgi_app, x_for=hops, x_proto=hops, x_host=hops)  # type: ignore[method-assign]
    app.wsgi_app = limited_pages(app.wsgi_app)  # type: ignore[method-assign, assignment]
    gateway, standin = _gateway(app, settings, database)
    app.extensions["shop"] = Container(
        settings=settings,
        database=database,
        services=Services(
            database=database,
            gateway=gateway,
            vault=Vault(settings.vault_key, KeyStore(settings.key_store_url)),
            secret_key=settings.secret_key,
            site_url=settings.site_url,
            mode=settings.payment_mode,
            book="live" if settings.livemode or invented else "test",  # invented orders look like real ones
        ),
        trader=seller,
        statement=partial(_statement, livemode=settings.livemode),
        deliver=partial(deliveries.work, standin, deliveries.post_with_requests) if standin else None,
        standin=standin,
    )
    erasures.catch_up(database, container(app).services.vault)
    web.init_app(app)
    for away in (GatewayDown, GatewayRefused, StillMoving):
        app.register_error_handler(away, web.unavailable(PAYMENTS_AWAY))
    security_log.init()
    assets.init_app(app)
    page_cache.init_app(app)
    journal.init_app(app)
    giving_page.init_app(app)
    for topic in TOPICS:
        app.register_blueprint(topic.blueprint)
    web.open_to_servers(app, "webhooks.stripe")
    seo.init_app(app)
    layout_context.init_app(app)
    cli.register(app)
    return app


def _support(app: Flask, settings: Settings) -> tuple[support.Group, ...]:
    """Who helps, by the owner's file; by the one that came with the shop while that cannot be shown."""
    try:
        return support.load(settings.instance_dir)
    except support.SupportRefused as refused:
        web.leave_out(app, refused.file.name, [refused.what])
        return support.read(support.SAMPLE)


def refuse_unguarded(database: Database) -> None:
    """Raise LedgerUnguarded or OrdersUnguarded when there is a ledger, or are orders, without their guards.

    Those of the orders are looked for only when no migration waits, because a migration may bring them.
    """
    with database.engine.connect() as connection:
        there = inspect(connection).has_table(LedgerTxn.__tablename__)
        current = there and migrations.is_current(connection)
        wanted = triggers.TRIGGERS if current else triggers.PROTECTING
        of_ledger = triggers.missing(connection, wanted) if there else []
        of_orders = triggers.missing(connection, version_guards.TRIGGERS) if current else []
    if of_ledger or of_orders:
        database.dispose()
        raise LedgerUnguarded(of_ledger) if of_ledger else OrdersUnguarded(of_orders)


def _gateway(app: Flask, settings: Settings, database: Database) -> tuple[Gateway, StandIn | None]:
    """Stripe when its keys are set; otherwise the stand-in, mounted beside the shop."""
    if settings.stripe_secret_key and settings.stripe_webhook_secret:
        over_http = Gateway.over_http(
            settings.stripe_secret_key, settings.stripe_webhook_secret, settings.stripe_api_base
        )
        return over_http, None
    keys = derived_keys(settings.secret_key)
    standin = create_standin(
        database,
        mode=PaymentMode.STAND_IN,
        secret_key=keys.secret_key,
        webhook_secret=keys.webhook_secret,
        site_url=settings.site_url,
        webhook_url=f"{settings.site_url}/webhooks/stripe",
        prefix=STAND_IN,
    )
    app.wsgi_app = DispatcherMiddleware(app.wsgi_app, {STAND_IN: standin})  # type: ignore[method-assign]
    in_process = Gateway.in_process(standin, keys.secret_key, keys.webhook_secret)
    return in_process, standin.extensions["standin"]


def _statement(session: Session, *, livemode: bool) -> str | None:
    """What may be said of the donation now; with no policy in force, nothing.

    The sample policy speaks only while no real money moves.
    """
    policy = policy_in_force(session, clock.now(), samples=not livemode)
    return statement(policy) if policy else None
