"""The operations of the API: a request's parameters in, an object or a list out."""

import copy
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from tests.faults.stripe_server import after_sales, paying
from tests.faults.stripe_server.account import Account, Body, Refusal
from tests.faults.stripe_server.specification import Operation

Params = Mapping[str, Any]

KINDS = {
    "checkout/sessions": "checkout.session",
    "payment_intents": "payment_intent",
    "charges": "charge",
    "refunds": "refund",
    "disputes": "dispute",
    "balance_transactions": "balance_transaction",
    "payouts": "payout",
    "radar/early_fraud_warnings": "radar.early_fraud_warning",
}
FILTERS = ("payment_intent", "charge", "status", "source", "type", "currency")
FEWEST, MOST, USUAL = 1, 100, 10


def answer(account: Account, operation: Operation, path: str, params: Params, key: str | None) -> Body:
    """What Stripe answers. Raises Refusal."""
    _, template = operation
    if template == "/v1/balance":
        account.tick()
        found: Body = account.balance()
    elif operation in WRITES:
        found = WRITES[operation](account, path.split("/"), params, key)
    elif template.startswith("/v1/events"):
        found = (
            _event(account, path) if "{" in template else _list(list(reversed(account.events)), path, params)
        )
    else:
        found = _looked_up(account, template, path, params)
    return _expanded(account, copy.deepcopy(found), params.get("expand", []))


def _looked_up(account: Account, template: str, path: str, params: Params) -> Body:
    parts = path.removeprefix("/v1/").split("/")
    if template.endswith("/line_items"):
        return _list(account.items[account.get("checkout.session", parts[2])["id"]], path, params)
    if "{" in template:
        return account.get(KINDS["/".join(parts[:-1])], parts[-1])
    return _list(_filtered(account, KINDS["/".join(parts)], params), path, params)


def _filtered(account: Account, kind: str, params: Params) -> list[Body]:
    found = account.all(kind)
    for name in FILTERS:
        if name in params:
            found = [one for one in found if one.get(name) == params[name]]
    if "payout" in params:
        if not account.get("payout", params["payout"])["automatic"]:
            said = "Balance transaction history can only be filtered on automatic transfers, not manual."
            raise Refusal(400, said, param="payout")
        found = [one for one in found if account.paid_out.get(one["id"]) == params["payout"]]
    return found


def _list(found: Sequence[Body], path: str, params: Params) -> Body:
    """One page, newest first. Raises Refusal."""
    limit = params.get("limit", USUAL)
    if not FEWEST <= limit <= MOST:
        raise Refusal(400, "This value must be from 1 to 100.", param="limit")
    found = [one for one in found if _in_time(one, params.get("created"))]
    if "types" in params or "type" in params:
        wanted = params.get("types") or [params["type"]]
        found = [one for one in found if one["type"] in wanted]
    ids = [one["id"] for one in found]
    for name in ("starting_after", "ending_before"):
        if name in params and params[name] not in ids:
            raise Refusal(400, f"No such object: '{params[name]}'", code="resource_missing", param=name)
    if "starting_after" in params:
        found = found[ids.index(params["starting_after"]) + 1 :]
        more = len(found) > limit
    elif "ending_before" in params:
        found = found[: ids.index(params["ending_before"])]
        more, found = len(found) > limit, found[-limit:]
    else:
        more = len(found) > limit
    return {"object": "list", "url": path, "has_more": more, "data": list(found[:limit])}


def _in_time(one: Body, wanted: Any) -> bool:
    if wanted is None:
        return True
    at = one["created"]
    if isinstance(wanted, int):
        return bool(at == wanted)
    tests = {"gt": at.__gt__, "gte": at.__ge__, "lt": at.__lt__, "lte": at.__le__}
    return all(tests[name](bound) for name, bound in wanted.items())


def _expanded(account: Account, found: Body, paths: Sequence[str]) -> Body:
    """Ids replaced by what they name, along each path. Raises Refusal."""
    if len(paths) > 0 and any(path.count(".") > 3 for path in paths):  # the documentation's depth
        raise Refusal(400, "You cannot expand more than 4 levels of a property.", param="expand")
    for path in paths:
        _expand(account, found, path.split("."), path)
    return found


def _expand(account: Account, found: Any, path: Sequence[str], whole: str) -> None:
    if isinstance(found, list):
        for one in found:
            _expand(account, one, path, whole)
        return
    if not path or found is None:
        return
    name, *rest = path
    if name == "line_items" and found["object"] == "checkout.session":
        found[name] = _list(account.items[found["id"]], f"/v1/checkout/sessions/{found['id']}/line_items", {})
    if name not in found:
        raise Refusal(400, f"This property cannot be expanded ({whole}).", param="expand")
    if isinstance(found[name], str):
        if found[name] not in account.objects:
            raise Refusal(400, f"This property cannot be expanded ({whole}).", param="expand")
        found[name] = copy.deepcopy(account.objects[found[name]])
    _expand(account, found[name], rest, whole)


def _event(account: Account, path: str) -> Body:
    wanted = path.rsplit("/", 1)[1]
    for event in account.events:
        if event["id"] == wanted:
            return event
    raise Refusal(404, f"No such event: '{wanted}'", code="resource_missing", param="id")


def _changed_refund(account: Account, refund_id: str, params: Params) -> Body:
    made = account.get("refund", refund_id)
    made["metadata"] = {**made["metadata"], **params.get("metadata", {})}
    account.tell("refund.updated", made)
    return made


def _without(params: Params) -> Body:
    return {name: value for name, value in params.items() if name != "expand"}


Write = Callable[[Account, Sequence[str], Params, str | None], Body]
WRITES: dict[Operation, Write] = {
    ("post", "/v1/checkout/sessions"): lambda a, _path, params, _key: paying.open_session(a, dict(params)),
    ("post", "/v1/checkout/sessions/{session}/expire"): lambda a, path, _params, _key: paying.expire(
        a, path[4]
    ),
    ("post", "/v1/refunds"): lambda a, _path, params, key: after_sales.refund(a, key=key, **_without(params)),
    ("post", "/v1/refunds/{refund}"): lambda a, path, params, _key: _changed_refund(a, path[3], params),
    ("post", "/v1/refunds/{refund}/cancel"): lambda a, path, _params, _key: after_sales.cancel_refund(
        a, path[3]
    ),
}
