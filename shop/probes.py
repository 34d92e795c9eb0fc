"""What machines ask: is the process alive, can it serve, and where may a crawler go."""

from http import HTTPStatus
from typing import Final

from flask import Blueprint, Response
from flask.typing import ResponseReturnValue
from sqlalchemy import Connection
from sqlalchemy.exc import SQLAlchemyError

from shop import migrations, web
from shop.giving import triggers

blueprint = Blueprint("probes", __name__)

PRIVATE: Final = ("/basket", "/checkout", "/orders/", "/sign-in", "/owner/", "/finance/")
"""Pages of one visitor, or of the people who work here."""


def _text(said: str, status: HTTPStatus = HTTPStatus.OK) -> Response:
    return Response(f"{said}\n", status=status, content_type="text/plain; charset=utf-8")


@blueprint.get("/healthz")
def alive() -> ResponseReturnValue:
    """200 as long as the process answers."""
    return _text("alive")


@blueprint.get("/readyz")
def ready() -> ResponseReturnValue:
    """200 when the database answers too, is migrated, and guards the ledger; else 503."""
    try:
        with web.database().engine.connect() as connection:
            problem = _unready(connection)
    except SQLAlchemyError:
        problem = "the database does not answer"
    if problem:
        return _text(problem, HTTPStatus.SERVICE_UNAVAILABLE)
    return _text("ready")


def _unready(connection: Connection) -> str | None:
    if migrations.pending(connection):
        return "the database is not migrated"
    return "the ledger's guards are missing" if triggers.missing(connection) else None


@blueprint.get("/robots.txt")
def robots() -> ResponseReturnValue:
    """Everything public may be read by anyone."""
    return _text("\n".join(["User-agent: *", *(f"Disallow: {path}" for path in PRIVATE)]))
