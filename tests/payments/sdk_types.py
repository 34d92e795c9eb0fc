"""Stripe's objects and parameters as the installed SDK's own classes describe them.

The SDK is made from Stripe's specification: what its annotations forbid, Stripe neither sends nor takes.
"""

import inspect
import sys
import types
import typing
from decimal import Decimal
from typing import Any, ForwardRef, Literal, NotRequired, Union, get_args, get_origin
from urllib.parse import parse_qsl, urlsplit

import stripe
from stripe import StripeObject
from stripe._stripe_object import UntypedStripeObject
from typing_extensions import get_type_hints, is_typeddict

RESOURCES: dict[str, type[StripeObject]] = {
    "checkout.session": stripe.checkout.Session,
    "payment_intent": stripe.PaymentIntent,
    "charge": stripe.Charge,
    "refund": stripe.Refund,
    "dispute": stripe.Dispute,
    "balance_transaction": stripe.BalanceTransaction,
    "payout": stripe.Payout,
    "review": stripe.Review,
    "radar.early_fraud_warning": stripe.radar.EarlyFraudWarning,
    "event": stripe.Event,
    "item": stripe.LineItem,
    "price": stripe.Price,
    "balance": stripe.Balance,
}
PARAMS: dict[tuple[str, str], Any] = {
    ("POST", "/v1/checkout/sessions"): stripe.params.checkout.SessionCreateParams,
    ("GET", "/v1/checkout/sessions"): stripe.params.checkout.SessionListParams,
    ("GET", "/v1/checkout/sessions/*"): stripe.params.checkout.SessionRetrieveParams,
    ("POST", "/v1/checkout/sessions/*/expire"): stripe.params.checkout.SessionExpireParams,
    ("GET", "/v1/checkout/sessions/*/line_items"): stripe.params.checkout.SessionListLineItemsParams,
    ("GET", "/v1/payment_intents"): stripe.params.PaymentIntentListParams,
    ("GET", "/v1/payment_intents/*"): stripe.params.PaymentIntentRetrieveParams,
    ("GET", "/v1/charges"): stripe.params.ChargeListParams,
    ("GET", "/v1/charges/*"): stripe.params.ChargeRetrieveParams,
    ("POST", "/v1/refunds"): stripe.params.RefundCreateParams,
    ("GET", "/v1/refunds"): stripe.params.RefundListParams,
    ("GET", "/v1/refunds/*"): stripe.params.RefundRetrieveParams,
    ("POST", "/v1/refunds/*"): stripe.params.RefundModifyParams,
    ("POST", "/v1/refunds/*/cancel"): stripe.params.RefundCancelParams,
    ("GET", "/v1/disputes"): stripe.params.DisputeListParams,
    ("GET", "/v1/disputes/*"): stripe.params.DisputeRetrieveParams,
    ("POST", "/v1/disputes/*/close"): stripe.params.DisputeCloseParams,
    ("GET", "/v1/balance_transactions"): stripe.params.BalanceTransactionListParams,
    ("GET", "/v1/balance_transactions/*"): stripe.params.BalanceTransactionRetrieveParams,
    ("GET", "/v1/payouts"): stripe.params.PayoutListParams,
    ("GET", "/v1/payouts/*"): stripe.params.PayoutRetrieveParams,
    ("GET", "/v1/reviews"): stripe.params.ReviewListParams,
    ("GET", "/v1/reviews/*"): stripe.params.ReviewRetrieveParams,
    ("POST", "/v1/reviews/*/approve"): stripe.params.ReviewApproveParams,
    ("GET", "/v1/radar/early_fraud_warnings"): stripe.params.radar.EarlyFraudWarningListParams,
    ("GET", "/v1/radar/early_fraud_warnings/*"): stripe.params.radar.EarlyFraudWarningRetrieveParams,
    ("GET", "/v1/events"): stripe.params.EventListParams,
    ("GET", "/v1/events/*"): stripe.params.EventRetrieveParams,
    ("GET", "/v1/balance"): stripe.params.BalanceRetrieveParams,
}
OPTIONS = set(stripe.RequestOptions.__annotations__)


def answer_problems(answer: Any, path: str = "") -> list[str]:
    """Where an answer of the API is not what the SDK's class for it says."""
    if "error" in answer:
        return _object(answer["error"], stripe.ErrorObject, "error")
    if answer["object"] == "list":
        return [problem for at, one in enumerate(answer["data"]) for problem in answer_problems(one, f"{at}")]
    return _object(answer, RESOURCES[answer["object"]], path or answer["object"])


def event_problems(event: dict[str, Any]) -> list[str]:
    """The same for an event and for what it tells of; its type must be one that Stripe sends."""
    known = typing.get_args(_inner(_hints(stripe.params.WebhookEndpointCreateParams)["enabled_events"]))
    problems = answer_problems(event) + answer_problems(event["data"]["object"])
    return problems if event["type"] in known else [*problems, f"{event['type']} is no event of Stripe"]


def request_problems(method: str, url: str, body: str) -> list[str]:
    """Where a request is not what the SDK's parameters for the operation say."""
    parts = urlsplit(url)
    path = parts.path[parts.path.index("/v1/") :]
    pieces = [
        "*" if "_" in piece and any(letter.isupper() or letter.isdigit() for letter in piece) else piece
        for piece in path.split("/")
    ]
    return _params(_nested(parts.query if method == "GET" else body), PARAMS[method, "/".join(pieces)], "")


def _object(value: Any, cls: type[StripeObject], path: str) -> list[str]:
    if not isinstance(value, dict):
        return [f"{path}: {value!r} is no {cls.__name__}"]
    fields = {
        name: note
        for name, note in inspect.get_annotations(cls).items()
        if get_origin(note) is not typing.ClassVar and not name.startswith("_")
    }
    problems = [f"{path}.{name} is not known" for name in value if name not in fields]
    for name, note in fields.items():
        if name in value:
            problems += _match(value[name], note, f"{path}.{name}", cls.__module__)
        elif type(None) not in get_args(note):
            problems.append(f"{path}.{name} is missing")
    return problems


def _match(value: Any, note: Any, path: str, module: str) -> list[str]:
    if isinstance(note, (str, ForwardRef)):
        note = _named(note if isinstance(note, str) else note.__forward_arg__, module)
    origin = get_origin(note)
    if origin in {Union, types.UnionType}:
        return _any_of(value, get_args(note), path, module)
    if origin in {list, stripe.ListObject}:
        return _all(value, origin, get_args(note)[0], path, module)
    if isinstance(note, type) and issubclass(note, StripeObject) and note is not UntypedStripeObject:
        return _object(value, note, path)
    return [] if _plain(value, note, origin) else [f"{path}: {value!r} is no {note}"]


def _plain(value: Any, note: Any, origin: Any) -> bool:
    if note is Any:
        return True
    if origin is Literal:
        return value in get_args(note)
    if note is UntypedStripeObject or origin in {UntypedStripeObject, dict}:
        return isinstance(value, dict)
    wanted = {Decimal: str, float: (int, float)}.get(note, note)
    return isinstance(value, wanted) and (note is bool or not isinstance(value, bool))


def _all(value: Any, origin: Any, note: Any, path: str, module: str) -> list[str]:
    if origin is stripe.ListObject:
        if not isinstance(value, dict) or set(value) != {"object", "url", "has_more", "data"}:
            return [f"{path}: {value!r} has not a list's fields"]
        value = value["data"]
    if not isinstance(value, list):
        return [f"{path}: {value!r} is no list"]
    return [p for at, one in enumerate(value) for p in _match(one, note, f"{path}.{at}", module)]


def _any_of(value: Any, notes: tuple[Any, ...], path: str, module: str) -> list[str]:
    if value is None:
        return [] if type(None) in notes else [f"{path} is null"]
    notes = tuple(note for note in notes if note is not type(None))
    literals = [note for note in notes if get_origin(note) is Literal]
    if literals and isinstance(value, str):  # the SDK lets other text pass, for values of the future
        notes = tuple(literals)
    tried = [_match(value, note, path, module) for note in notes]
    return min(tried, key=len)


def _named(name: str, module: str) -> Any:
    """The class that an annotation names; the SDK imports most of them for type checkers only."""
    if "[" in name or "|" in name:
        names = {**vars(typing), **vars(sys.modules[module])}
        return eval(name, names, _Lazy())  # the SDK's own annotations
    found = getattr(sys.modules[module], name, None) or getattr(stripe, name, None)
    return found if found is not None else Any


class _Lazy(dict[str, Any]):
    """The SDK's classes, which it imports when they are first asked for."""

    def __missing__(self, name: str) -> Any:
        found = getattr(stripe, name, None)
        if found is None:
            raise KeyError(name)
        return found


def _nested(form: str) -> dict[str, Any]:
    root: dict[str, Any] = {}
    for key, value in parse_qsl(form, keep_blank_values=True, strict_parsing=bool(form)):
        *path, last = [part.rstrip("]") for part in key.split("[")]
        inner = root
        for part in path:
            inner = inner.setdefault(part, {})
        inner[last] = value
    return root


def _params(value: dict[str, Any], cls: Any, path: str) -> list[str]:
    hints = _hints(cls)
    problems = [f"{path}{name} is not known" for name in value if name not in hints]
    for name, note in hints.items():
        if name in value:
            problems += _param(value[name], _inner(note), f"{path}{name}")
        elif get_origin(note) is not NotRequired:
            problems.append(f"{path}{name} is missing")
    return problems


def _hints(cls: Any) -> dict[str, Any]:
    """The parameters a TypedDict names, without the SDK's own options, which travel as headers."""
    own = {name: note for name, note in cls.__annotations__.items() if name not in OPTIONS}
    holder = type("Holder", (), {"__annotations__": own, "__module__": cls.__module__})
    return get_type_hints(holder, include_extras=True)


def _inner(note: Any) -> Any:
    return get_args(note)[0] if get_origin(note) in {NotRequired, list} else note


def _param(value: Any, note: Any, path: str) -> list[str]:
    origin = get_origin(note)
    if origin in {Union, types.UnionType}:
        notes = [one for one in get_args(note) if get_origin(one) is Literal and isinstance(value, str)]
        return min((_param(value, one, path) for one in notes or get_args(note)), key=len)
    if origin is Literal:
        return [] if value in get_args(note) else [f"{path}: {value!r} is not one of {get_args(note)}"]
    if origin is list:
        if not isinstance(value, dict) or list(value) != [str(at) for at in range(len(value))]:
            return [f"{path}: {value!r} is no list"]
        return [p for at, one in value.items() for p in _param(one, get_args(note)[0], f"{path}.{at}")]
    if origin is dict:
        fits = isinstance(value, dict) and all(isinstance(one, str) for one in value.values())
    elif is_typeddict(note):
        return _params(value, note, f"{path}.") if isinstance(value, dict) else [f"{path}: {value!r}"]
    elif note is int:
        fits = isinstance(value, str) and value.lstrip("-").isdecimal()
    elif note is bool:
        fits = value in {"true", "false"}
    else:
        fits = isinstance(value, str) and note is str
    return [] if fits else [f"{path}: {value!r} is no {note}"]
