"""The stand-in as a WSGI application of its own, to be mounted beside the shop under a prefix."""

import hashlib
import hmac
from collections.abc import Iterable
from http import HTTPStatus
from urllib.parse import urlsplit

from flask import Flask, Response, g, render_template, request
from flask.typing import ResponseReturnValue
from werkzeug.exceptions import HTTPException

from shop import web
from shop.db import Database
from shop.money import pounds_and_pence
from shop.settings import PaymentMode
from shop.standin import api, dashboard, pages
from shop.standin.config import Keys, StandIn
from shop.standin.errors import StandInRefused
from shop.web.url_rules import LateRule


def create_standin(
    database: Database,
    *,
    mode: PaymentMode,
    secret_key: str,
    webhook_secret: str,
    site_url: str,
    webhook_url: str,
    prefix: str,
) -> Flask:
    """Stripe's API at `/v1`, its payment pages at `/pay`, and a tester's dashboard at `/`, below `prefix`.

    `prefix` is where it is mounted on `site_url` ('/stand-in'), or empty for a server of its own. The set-up
    itself is at `app.extensions["standin"]`, for the worker that delivers events (`deliveries.work`).
    Raises StandInRefused where Stripe takes the payments.
    """
    if mode is not PaymentMode.STAND_IN:
        raise StandInRefused
    app = Flask("shop", template_folder="../templates", static_folder=None)
    app.config.update(
        SECRET_KEY=hmac.new(secret_key.encode(), b"stand-in forms", hashlib.sha256).hexdigest(),
        MAX_CONTENT_LENGTH=512 * 1024,
    )
    app.extensions["standin"] = StandIn(
        database=database,
        keys=Keys(secret_key=secret_key, webhook_secret=webhook_secret),
        pay_page=f"{site_url.rstrip('/')}{prefix.rstrip('/')}/pay",
        webhook_url=webhook_url,
    )
    _register(app)
    return app


def _register(app: Flask) -> None:
    app.url_rule_class = LateRule
    app.jinja_env.filters["pounds_and_pence"] = pounds_and_pence
    for part in (api, pages, dashboard):
        app.register_blueprint(part.blueprint)
    app.register_error_handler(HTTPException, _error)
    app.before_request(web.refuse_broken_addresses)
    app.after_request(_headers)


def _error(error: HTTPException) -> ResponseReturnValue:
    if request.path.startswith("/v1/") and error.code in {
        HTTPStatus.NOT_FOUND,
        HTTPStatus.METHOD_NOT_ALLOWED,
    }:
        return api.unknown_address()
    status = error.code or HTTPStatus.INTERNAL_SERVER_ERROR
    if status < HTTPStatus.BAD_REQUEST:
        return error
    return render_template("standin/error.html", said=error.description), status


def _headers(response: Response) -> Response:
    response.headers["Content-Security-Policy"] = (
        "default-src 'none'; style-src 'self'; img-src 'self'; font-src 'self'; "
        f"form-action {' '.join(_form_targets(g.get('leads_to', ())))}; "
        "base-uri 'none'; frame-ancestors 'none'"
    )
    response.headers["X-Content-Type-Options"] = "nosniff"
    response.headers["Referrer-Policy"] = "same-origin"
    response.headers.setdefault("Cache-Control", "no-store")
    return response


def _form_targets(addresses: Iterable[str | None]) -> list[str]:
    """Where a form may lead: browsers hold the redirect after it to this as well."""
    origins = {f"{parts.scheme}://{parts.netloc}" for parts in map(urlsplit, filter(None, addresses))}
    return ["'self'", *sorted(origins)]
