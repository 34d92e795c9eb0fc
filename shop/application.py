"""`create_app` wires everything: settings, database, payments, and a blueprint per topic."""

from functools import partial
from typing import Final
from wsgiref.types import WSGIApplication

from flask import Flask
from sqlalchemy.orm import Session
from werkzeug.middleware.dispatcher import DispatcherMiddleware
from werkzeug.middleware.proxy_fix import ProxyFix

from shop import cli, clock, erasures, probes, trader, web
from shop.accounts import passkey_routes, security_log
from shop.accounts import routes as accounts
from shop.catalogue import page_cache, previews, share_cards
from shop.catalogue import routes as catalogue
from shop.charity import entrance
from shop.checkout import (
    another_routes,
    artwork_routes,
    back_in_stock_routes,
    basket_link_routes,
    basket_routes,
    claim_routes,
    email_choice_routes,
    find_routes,
    finished_picture_routes,
    gift_routes,
    kept_routes,
    late_routes,
    order_routes,
    question_routes,
    send_back_routes,
    stock_request_routes,
    thanks_routes,
    upload_routes,
)
from shop.checkout import routes as checkout
from shop.container import Container
from shop.corrections import buyer_routes as corrections
from shop.corrections import by_telephone, cancel_routes, email_routes, supplement_routes
from shop.db import Database
from shop.dedications.keys import KeyStore
from shop.dedications.vault import Vault
from shop.finance import finance_office
from shop.fulfilment import backlog
from shop.giving.policies import policy_in_force, statement
from shop.journal import comment_routes, journal, owner_routes
from shop.journal import routes as journal_routes
from shop.opening import book_in_use, open_database
from shop.owner import workshop
from shop.pages import (
    giving_check,
    giving_page,
    layout_context,
    log_routes,
    seo,
    speculation,
    styleguide,
    support,
    wall_page,
)
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
from shop.telephone import caller_claims, caller_emails, caller_orders
from shop.transparency.giving_log import GivingLog
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
    share_cards,
    basket_routes,
    checkout,
    order_routes,
    late_routes,
    corrections,
    cancel_routes,
    by_telephone,
    supplement_routes,
    email_routes,
    another_routes,
    artwork_routes,
    gift_routes,
    claim_routes,
    question_routes,
    email_choice_routes,
    finished_picture_routes,
    send_back_routes,
    find_routes,
    back_in_stock_routes,
    stock_request_routes,
    kept_routes,
    basket_link_routes,
    upload_routes,
    caller_orders,
    caller_claims,
    caller_emails,
    thanks_routes,
    webhooks,
    accounts,
    passkey_routes,
    owner_routes,
    *finance_office.TOPICS,
    journal_routes,
    comment_routes,
    pages,
    seo,
    speculation,
    styleguide,
    giving_page,
    log_routes,
    giving_check,
    wall_page,
    *workshop.TOPICS,
    *entrance.TOPICS,
)
"""The modules whose blueprints make up the site."""


def create_app(settings: Settings | None = None) -> Flask:
    """The shop as a WSGI application.

    Raises SettingsError when the environment cannot be used (SampleTrader among them: real payments, but the
    sample's name to take them), and what `open_database` raises.
    """
    settings = settings or from_environment()
    kept = str(settings.instance_dir)
    app = Flask("shop", template_folder="../templates", static_folder="../static", instance_path=kept)
    seller = trader.load(settings.instance_dir, livemode=settings.livemode)
    app.extensions["shop.support"] = _support(app, settings)
    database = open_database(settings)
    _wrap(app, settings)
    app.extensions["shop"] = shared = _container(app, settings, database, seller)
    erasures.catch_up(database, shared.services.vault)
    _register(app)
    return app


def _wrap(app: Flask, settings: Settings) -> None:
    """What stands before every request."""

    def trusted(behind: WSGIApplication) -> WSGIApplication:
        hops = settings.proxies
        return ProxyFix(behind, x_for=hops, x_proto=hops, x_host=hops) if hops else behind

    previews.init_app(app, settings, trusted)
    app.wsgi_app = limited_pages(app.wsgi_app)  # type: ignore[method-assign, assignment]


def _container(app: Flask, settings: Settings, database: Database, seller: trader.Trader) -> Container:
    gateway, standin = _gateway(app, settings, database)
    services = _services(settings, database, gateway)
    return Container(
        settings=settings,
        database=database,
        services=services,
        trader=seller,
        statement=partial(_statement, livemode=settings.livemode),
        plan=partial(backlog.plan, book=services.book),
        deliver=partial(deliveries.work, standin, deliveries.post_with_requests) if standin else None,
        standin=standin,
    )


def _services(settings: Settings, database: Database, gateway: Gateway) -> Services:
    vault, book = Vault(settings.vault_key, KeyStore(settings.key_store_url)), book_in_use(settings, database)
    return Services(
        database=database,
        gateway=gateway,
        vault=vault,
        secret_key=settings.secret_key,
        site_url=settings.site_url,
        mode=settings.payment_mode,
        book=book,
        giving_log=partial(GivingLog.of, settings, database, vault, book),
    )


def _register(app: Flask) -> None:
    """Everything that answers: error pages, what all pages share, the topics, the commands."""
    web.init_app(app)
    for away in (GatewayDown, GatewayRefused, StillMoving):
        app.register_error_handler(away, web.unavailable(PAYMENTS_AWAY))
    security_log.init()
    for part in (assets, page_cache, journal, giving_page):
        part.init_app(app)
    for topic in TOPICS:
        app.register_blueprint(topic.blueprint)
    web.open_to_servers(app, "webhooks.stripe")
    seo.init_app(app)
    layout_context.init_app(app)
    cli.register(app)


def _support(app: Flask, settings: Settings) -> tuple[support.Group, ...]:
    """Who helps, by the owner's file; by the one that came with the shop while that cannot be shown."""
    try:
        return support.load(settings.instance_dir)
    except support.SupportRefused as refused:
        web.leave_out(app, refused.file.name, [refused.what])
        return support.read(support.SAMPLE)


def _gateway(app: Flask, settings: Settings, database: Database) -> tuple[Gateway, StandIn | None]:
    """Stripe when its keys are set; otherwise the stand-in, mounted beside the shop."""
    if settings.stripe_secret_key and settings.stripe_webhook_secret:
        secrets = (settings.stripe_secret_key, settings.stripe_webhook_secret)
        return Gateway.over_http(*secrets, settings.stripe_api_base), None
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
