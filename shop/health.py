"""/healthz: the process answers. /readyz: so does the database, migrated, with its guards in place."""

from http import HTTPStatus

from flask import Blueprint
from flask.typing import ResponseReturnValue
from sqlalchemy.exc import SQLAlchemyError

from shop import migrations, web
from shop.giving import triggers

blueprint = Blueprint("health", __name__)


@blueprint.get("/healthz")
def alive() -> ResponseReturnValue:
    """Whether this process answers at all."""
    return {"status": "ok"}


@blueprint.get("/readyz")
def ready() -> ResponseReturnValue:
    """Whether it may be sent visitors."""
    try:
        with web.database().engine.connect() as connection:
            problem = "migrations pending" if migrations.pending(connection) else None
            if problem is None and triggers.missing(connection):
                problem = "ledger guards missing"
    except SQLAlchemyError:
        problem = "database unavailable"
    if problem:
        return {"status": problem}, HTTPStatus.SERVICE_UNAVAILABLE
    return {"status": "ok"}
