"""Keeping and finding the stand-in's objects."""

import operator
import secrets
import string
from collections.abc import Mapping
from typing import Any, Final

from sqlalchemy import Select, bindparam, select
from sqlalchemy.orm import Session

from shop import clock
from shop.sql import keep_new
from shop.standin.errors import ApiError, missing
from shop.standin.models import StandinObject

JSON = dict[str, Any]
LETTERS: Final = string.ascii_letters + string.digits
_AS_LETTERS: Final = bytes(ord(LETTERS[byte % len(LETTERS)]) for byte in range(256))
PREFIXES: Final = {
    "checkout.session": "cs_test_",
    "payment_intent": "pi_",
    "charge": "ch_",
    "refund": "re_",
    "dispute": "dp_",
    "balance_transaction": "txn_",
    "payout": "po_",
    "review": "prv_",
    "radar.early_fraud_warning": "issfr_",
}
MADE: Final = "standin.made"
COMPARED: Final = {"gt": operator.gt, "gte": operator.ge, "lt": operator.lt, "lte": operator.le}


def new_id(prefix: str) -> str:
    """An id as long and as hard to guess as Stripe's."""
    length = 58 if prefix == "cs_test_" else 24
    return prefix + secrets.token_bytes(length).translate(_AS_LETTERS).decode()


def seconds_now() -> int:
    """This moment in seconds since 1970."""
    return int(clock.now().timestamp())


def put(
    session: Session,
    body: JSON,
    *,
    payment_intent: str | None = None,
    charge: str | None = None,
    source: str | None = None,
    kept: JSON | None = None,
) -> StandinObject:
    """Keep a new object; within `events.at_once` at its end."""
    row = StandinObject(
        id=body["id"],
        kind=body["object"],
        created=body["created"],
        status=body.get("status"),
        payment_intent=payment_intent,
        charge=charge,
        source=source,
        due_at=_due_at(body),
        body=body,
        kept=kept or {},
    )
    made: list[StandinObject] | None = session.info.get(MADE)
    if made is None:
        keep_new(session, row)
    else:
        made.append(row)
    return row


def change(row: StandinObject, **fields: Any) -> JSON:
    """Change an object and give what those fields were before, as an event's `previous_attributes`."""
    before = {name: row.body.get(name) for name, value in fields.items() if row.body.get(name) != value}
    row.body = {**row.body, **fields}
    row.status = row.body.get("status")
    row.due_at = _due_at(row.body)
    if row.kind == "checkout.session":
        row.payment_intent = row.body["payment_intent"]
    return before


def _due_at(body: JSON) -> int | None:
    """When an open session expires, pending money becomes available or a payout arrives; else None."""
    match body:
        case {"object": "checkout.session", "status": "open", "expires_at": moment}:
            return int(moment)
        case {"object": "balance_transaction", "status": "pending", "available_on": moment}:
            return int(moment)
        case {"object": "payout", "status": "in_transit", "arrival_date": moment}:
            return int(moment)
    return None


_FIND: Final = select(StandinObject).where(
    StandinObject.kind == bindparam("kind"), StandinObject.id == bindparam("wanted")
)
_LOCKED: Final = _FIND.with_for_update().execution_options(populate_existing=True)


def find(session: Session, kind: str, wanted: str, param: str = "id") -> StandinObject:
    """The object of that kind and id. Raises ApiError (404)."""
    row = session.scalar(_FIND, {"kind": kind, "wanted": wanted})
    if row is None:
        raise missing(kind, wanted, param)
    return row


def locked(session: Session, kind: str, wanted: str, param: str = "id") -> StandinObject:
    """The same, read afresh and held until the transaction ends: two changes come one after the other.

    The order of locking is session, then payment intent, then everything that hangs on the intent.
    """
    row = session.scalar(_LOCKED, {"kind": kind, "wanted": wanted})
    if row is None:
        raise missing(kind, wanted, param)
    return row


def listed(session: Session, kind: str, params: Mapping[str, Any], url: str) -> JSON:
    """A page of objects, newest first, as Stripe's lists are (docs.stripe.com/api/pagination)."""
    query = select(StandinObject).filter_by(kind=kind)
    for name in ("payment_intent", "charge", "status", "source", "payout"):
        if name in params:
            query = query.filter_by(**{name: params[name]})
    if "type" in params:
        query = query.where(StandinObject.body["type"].as_string() == params["type"])
    for bound, value in params.get("created", {}).items():
        query = query.where(COMPARED[bound](StandinObject.created, value))
    return paged(session, query, StandinObject, params, url)


def paged(session: Session, query: Select[Any], table: Any, params: Mapping[str, Any], url: str) -> JSON:
    """One page of a query over a table with `number`, `id` and `body`. ApiError for an unknown cursor."""
    limit = params.get("limit", 10)
    backwards = "ending_before" in params
    for name in ("starting_after", "ending_before"):
        if name in params:
            at = session.scalar(select(table.number).filter_by(id=params[name]))
            if at is None:
                raise ApiError(f"No such object: '{params[name]}'", code="resource_missing", param=name)
            query = query.where(table.number > at if backwards else table.number < at)
    order = table.number.asc() if backwards else table.number.desc()
    rows = list(session.scalars(query.order_by(order).limit(limit + 1)))
    data = [dict(row.body) for row in rows[:limit]]
    return {
        "object": "list",
        "url": url,
        "has_more": len(rows) > limit,
        "data": data[::-1] if backwards else data,
    }
