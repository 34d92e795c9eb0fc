"""What machines ask: is the process alive, and can it serve."""

from http import HTTPStatus

from flask import Blueprint, Response
from flask.typing import ResponseReturnValue
from sqlalchemy import Connection
from sqlalchemy.exc import SQLAlchemyError

from shop import migrations, schema_checks, web

blueprint = Blueprint("probes", __name__)


def _text(said: str, status: HTTPStatus = HTTPStatus.OK) -> Response:
    return Response(f"{said}\n", status=status, content_type="text/plain; charset=utf-8")


@blueprint.get("/healthz")
def alive() -> ResponseReturnValue:
    """200 as long as the process answers."""
    return _text("alive")


@blueprint.get("/readyz")
def ready() -> ResponseReturnValue:
    """200 when the database answers too, is migrated, and has its triggers; else 503."""
    try:
        with web.database().engine.connect() as connection:
            problem = _unready(connection)
    except SQLAlchemyError:
        problem = "the database does not answer"
    if problem:
        return _text(problem, HTTPStatus.SERVICE_UNAVAILABLE)
    return _text("ready")


def _unready(connection: Connection) -> str | None:
    if not migrations.is_current(connection):
        return "the database is not migrated"
    return "triggers are missing" if schema_checks.unguarded(connection) else None
