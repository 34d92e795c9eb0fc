"""Putting whole objects where an answer has only their ids (docs.stripe.com/api/expanding_objects)."""

from typing import Any, Final

from sqlalchemy import BindParameter, bindparam, or_, select
from sqlalchemy.orm import Session

from shop.standin import store
from shop.standin.errors import ApiError
from shop.standin.models import StandinObject

FIRST_LINES: Final = 10
_WANTED: Final[BindParameter[str]] = bindparam("wanted")
_BODIES: Final = select(StandinObject.id, StandinObject.body).where(
    or_(
        StandinObject.id == _WANTED,
        (StandinObject.payment_intent == _WANTED) & (StandinObject.kind == "charge"),
    )
)
"""An object, and of a payment its charges with it: one of them is asked for next."""


def expanded(session: Session, body: dict[str, Any], paths: list[str]) -> dict[str, Any]:
    """The answer with ids replaced by their objects where asked (docs.stripe.com/api/expanding_objects)."""
    known: dict[str, Any] = {}
    for path in paths:
        body = _expand(session, body, path.split("."), path, known)
    return body


def _expand(session: Session, body: Any, parts: list[str], path: str, known: dict[str, Any]) -> Any:
    """The same for one path; `known` are the bodies that were read, by id."""
    name, rest = parts[0], parts[1:]
    if not isinstance(body, dict):
        raise ApiError(f"This property cannot be expanded ({path}).", param="expand")
    if body.get("object") == "list" and name == "data":
        return body | {
            "data": [_expand(session, one, rest, path, known) for one in body["data"]]
            if rest
            else body["data"]
        }
    if body.get("object") == "checkout.session" and name == "line_items":
        return body | {name: _lines(session, body["id"])}
    if name not in body:
        raise ApiError(f"This property cannot be expanded ({path}).", param="expand")
    value = body[name]
    if isinstance(value, str):
        if value not in known:
            rows = session.connection().execute(_BODIES, {"wanted": value})
            known.update({row.id: row.body for row in rows})
        if value not in known:
            raise ApiError(f"This property cannot be expanded ({path}).", param="expand")
        value = known[value]
    if rest and value is not None:
        value = _expand(session, value, rest, path, known)
    return body | {name: value}


def _lines(session: Session, session_id: str) -> dict[str, Any]:
    items = store.find(session, "checkout.session", session_id).kept["items"]
    url = f"/v1/checkout/sessions/{session_id}/line_items"
    return {"object": "list", "url": url, "has_more": len(items) > FIRST_LINES, "data": items[:FIRST_LINES]}
