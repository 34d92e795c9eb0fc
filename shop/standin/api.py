"""Stripe's API over HTTP: who calls, what they ask, and the answer or refusal in Stripe's shape."""

import hmac
from collections.abc import Callable, Mapping
from http import HTTPStatus
from typing import Any

from flask import Blueprint, Response, current_app, jsonify, request
from sqlalchemy.orm import Session
from werkzeug.exceptions import HTTPException
from werkzeug.http import http_date

from shop import clock
from shop.standin import idempotency, paying, store
from shop.standin.config import standin
from shop.standin.errors import ApiError
from shop.standin.expanding import expanded
from shop.standin.operations import OPERATIONS, Call, Operation
from shop.standin.parameters import parsed

blueprint = Blueprint("api", __name__)


@blueprint.before_request
def _authenticate() -> None:
    given = request.headers.get("Authorization", "").encode()
    wanted = f"Bearer {standin().keys.secret_key}".encode()
    if not hmac.compare_digest(given, wanted):
        raise ApiError("Invalid API Key provided.", status=HTTPStatus.UNAUTHORIZED)


@blueprint.errorhandler(ApiError)
def _refuse(error: ApiError) -> Response:
    response = _response(error.body(), error.status)
    if error.status == HTTPStatus.UNAUTHORIZED:
        response.headers["WWW-Authenticate"] = 'Bearer realm="Stripe"'
    return response


@blueprint.errorhandler(Exception)
def _fail(error: Exception) -> Response:
    current_app.logger.error("the stand-in failed: %s", type(error).__name__)
    if current_app.testing and not isinstance(error, HTTPException):
        raise error
    status = (error.code if isinstance(error, HTTPException) else None) or 500
    failed = ApiError("An unexpected error occurred on the stand-in.", kind="api_error", status=status)
    return _response(failed.body(), failed.status)


def unknown_address() -> Response:
    """The answer for an address of the API that the stand-in does not know."""
    message = f"Unrecognized request URL ({request.method}: {request.path})."
    return _refuse(ApiError(message, status=HTTPStatus.NOT_FOUND))


def _serve(operation: Operation) -> Callable[..., Response]:
    def view(object_id: str = "") -> Response:
        raw = request.query_string if operation.method == "GET" else request.get_data()
        params = operation.takes(parsed(raw), "")
        if operation.expires_first:
            paying.expire_overdue(standin().database)
        if operation.method != "GET":
            return _change(operation, params, object_id)
        answer = _look(operation, params, object_id)
        if paying.is_overdue(answer[0]):
            paying.expire_overdue(standin().database)
            answer = _look(operation, params, object_id)
        return _response(*answer)

    return view


def _look(operation: Operation, params: dict[str, Any], object_id: str) -> idempotency.Answer:
    with standin().database.looking() as session:
        return _run(operation, session, params, object_id)


def _run(operation: Operation, session: Any, params: dict[str, Any], object_id: str) -> idempotency.Answer:
    asked = dict(params)
    expand = asked.pop("expand", [])
    call = Call(session=session, params=asked, path=request.path, id=object_id, pay_page=standin().pay_page)
    return expanded(session, dict(operation.run(call)), expand), HTTPStatus.OK


def _change(operation: Operation, params: dict[str, Any], object_id: str) -> Response:
    """Run an operation that changes something, once for its key; a refusal is kept as its answer too."""
    key, request_id = request.headers.get("Idempotency-Key"), store.new_id("req_")
    said = idempotency.fingerprint(standin().keys.secret_key, request.method, request.path, params)

    def do(session: Session) -> idempotency.Answer:
        session.info["standin.request"] = {"id": request_id, "idempotency_key": key}
        return _run(operation, session, params, object_id)

    answer, earlier = idempotency.once(standin().database, key, said, do)
    if earlier:
        return _response(*answer, {"Idempotency-Key": key or "", "Idempotent-Replayed": "true"})
    headers = {"Request-Id": request_id} | ({"Idempotency-Key": key} if key is not None else {})
    return _response(*answer, headers)


def _response(body: dict[str, Any], status: int, headers: Mapping[str, str] | None = None) -> Response:
    from shop.payments.stripe_client import API_VERSION  # noqa: PLC0415 - the SDK is loaded once it is asked

    response = jsonify(body)
    response.status_code = status
    response.headers["Request-Id"] = store.new_id("req_")
    response.headers["Stripe-Version"] = API_VERSION
    response.headers["Cache-Control"] = "no-store"
    response.headers["Date"] = http_date(clock.now())
    response.headers.update(headers or {})
    return response


for _operation in OPERATIONS:
    blueprint.add_url_rule(
        _operation.address.replace("{id}", "<object_id>"),
        endpoint=f"{_operation.method} {_operation.address}".replace(".", "-"),
        view_func=_serve(_operation),
        methods=[_operation.method],
    )
