"""The stand-in's API asked directly: refusals, keys, pages of lists, and time."""

import threading
from collections.abc import Callable
from typing import Any
from urllib.parse import urlencode

import pytest
from flask import Flask
from sqlalchemy import func, select
from werkzeug.test import Client, TestResponse

from shop.db import Database
from shop.payments.gateway import Gateway
from shop.payments.gateway_errors import CannotExpire
from shop.settings import PaymentMode
from shop.standin import idempotency
from shop.standin.application import create_standin
from shop.standin.config import Keys
from shop.standin.errors import StandInRefused
from shop.standin.models import StandinKey, StandinObject
from tests.engines import ONE_ENGINE
from tests.payments.conftest import Clock, Recorder, Visitor

Wanted = Callable[..., dict[str, Any]]


class Api:
    """Calls as any program could make them, well formed or not."""

    def __init__(self, wire: Recorder, keys: Keys) -> None:
        self.client = Client(wire)
        self.headers = {"Authorization": f"Bearer {keys.secret_key}"}

    def get(self, path: str, **query: Any) -> TestResponse:
        return self.client.get(f"/v1/{path}", query_string=urlencode(query), headers=self.headers)

    def post(self, path: str, fields: dict[str, Any], key: str | None = None) -> TestResponse:
        headers = self.headers | ({"Idempotency-Key": key} if key else {})
        return self.client.post(f"/v1/{path}", data=fields, headers=headers)


@pytest.fixture
def api(wire: Recorder, keys: Keys) -> Api:
    return Api(wire, keys)


@pytest.fixture
def form(time: Clock) -> dict[str, Any]:
    """The smallest session there is."""
    return {
        "mode": "payment",
        "success_url": "http://shop.example/thanks",
        "line_items[0][quantity]": 1,
        "line_items[0][price_data][currency]": "gbp",
        "line_items[0][price_data][unit_amount]": 8500,
        "line_items[0][price_data][product_data][name]": "Heart",
    }


def error(response: TestResponse) -> tuple[int, str | None, str | None]:
    said = response.json["error"]  # type: ignore[index]
    assert said["message"]
    return response.status_code, said.get("code"), said.get("param")


@ONE_ENGINE
def test_where_stripe_takes_the_payments_there_is_no_stand_in(database: Database) -> None:
    with pytest.raises(StandInRefused):
        create_standin(
            database,
            mode=PaymentMode.STRIPE,
            secret_key="sk_test_1",
            webhook_secret="whsec_1",
            site_url="http://shop.example",
            webhook_url="http://shop.example/webhooks/stripe",
            prefix="/stand-in",
        )


@ONE_ENGINE
@pytest.mark.parametrize("given", [None, "", "Bearer", "Bearer sk_test_wrong", "Basic c2s6", "Bearer é"])
def test_without_the_key_nothing_is_answered(standin: Flask, given: str | None) -> None:
    headers = {} if given is None else {"Authorization": given}
    for path in ("/v1/balance", "/v1/events", "/v1/nothing"):
        answer = standin.test_client().get(path, headers=headers)
        assert answer.status_code == (404 if path == "/v1/nothing" else 401)
        assert answer.json["error"]["type"] == "invalid_request_error"


@ONE_ENGINE
def test_an_address_stripe_does_not_know_is_not_found(api: Api) -> None:
    assert error(api.get("horses")) == (404, None, None)
    assert error(api.post("balance", {})) == (404, None, None)
    assert error(api.get("refunds/re_nothing")) == (404, "resource_missing", "refund")


@ONE_ENGINE
@pytest.mark.parametrize(
    ("change", "code", "param"),
    [
        ({"discount": "10"}, "parameter_unknown", "discount"),
        (
            {"line_items[0][price_data][colour]": "red"},
            "parameter_unknown",
            "line_items[0][price_data][colour]",
        ),
        ({"mode": None}, "parameter_missing", "mode"),
        ({"success_url": None}, "parameter_missing", "success_url"),
        ({"line_items[0][quantity]": None}, "parameter_missing", "line_items[0][quantity]"),
        ({"line_items[0][quantity]": 0}, "parameter_invalid_integer", "line_items[0][quantity]"),
        ({"line_items[0][quantity]": "1.5"}, "parameter_invalid_integer", "line_items[0][quantity]"),
        ({"line_items[0][price_data][currency]": "usd"}, None, "line_items[0][price_data][currency]"),
        (
            {"line_items[0][price_data][product_data][name]": ""},
            "parameter_invalid_empty",
            "line_items[0][price_data][product_data][name]",
        ),
        ({"line_items[0][price_data][unit_amount]": 29}, "amount_too_small", None),
        ({"client_reference_id": "x" * 201}, "parameter_invalid_string", "client_reference_id"),
        ({"customer_email": "nobody"}, "email_invalid", "customer_email"),
        ({"metadata[order]": "x" * 501}, None, "metadata[order]"),
        ({"metadata": "order"}, None, "metadata"),
        ({"adaptive_pricing[enabled]": "perhaps"}, None, "adaptive_pricing[enabled]"),
        ({"line_items": "one"}, None, "line_items"),
        ({"line_items[2][quantity]": 1}, None, "line_items"),
        ({"mode[x]": "1"}, None, "mode[x]"),
        ({"[mode]": "1"}, None, "[mode]"),
        ({"expand[0]": "colour"}, None, "expand"),
    ],
)
def test_a_request_stripe_would_refuse_is_refused(
    api: Api, form: dict[str, Any], change: dict[str, Any], code: str | None, param: str | None
) -> None:
    fields = {name: value for name, value in (form | change).items() if value is not None}
    assert error(api.post("checkout/sessions", fields)) == (400, code, param)
    assert api.get("checkout/sessions").json["data"] == []  # type: ignore[index]


@ONE_ENGINE
def test_bytes_that_are_no_text_are_refused(api: Api) -> None:
    answer = api.client.post("/v1/refunds", data=b"amount=%FF", headers=api.headers)
    assert error(answer)[0] == 400


@ONE_ENGINE
@pytest.mark.parametrize(("seconds", "status"), [(1799, 400), (1800, 200), (86_400, 200), (86_401, 400)])
def test_a_session_lives_from_half_an_hour_to_a_day(
    api: Api, form: dict[str, Any], time: Clock, seconds: int, status: int
) -> None:
    expires_at = int(time.now().timestamp()) + seconds
    assert api.post("checkout/sessions", form | {"expires_at": expires_at}).status_code == status


@ONE_ENGINE
def test_postage_as_a_shipping_option_is_part_of_the_total(api: Api, form: dict[str, Any]) -> None:
    option = "shipping_options[0][shipping_rate_data]"
    rate = {
        f"{option}[display_name]": "Post",
        f"{option}[type]": "fixed_amount",
        f"{option}[fixed_amount][amount]": 395,
        f"{option}[fixed_amount][currency]": "gbp",
    }
    made = api.post("checkout/sessions", form | rate).json
    assert made is not None
    assert (made["amount_subtotal"], made["amount_total"]) == (8500, 8895)
    assert made["shipping_cost"]["amount_total"] == 395


def test_the_buyers_address_is_not_kept(database: Database, gateway: Gateway, wanted: Wanted) -> None:
    gateway.create_session(wanted(), "order-1-session-1")
    with database.reading() as session:
        kept = [(row.body, row.kept) for row in session.scalars(select(StandinObject))]
        kept += [row.answer for row in session.scalars(select(StandinKey))]
    assert "buyer@shop.example" not in str(kept)


@ONE_ENGINE
def test_a_session_past_its_time_expires_by_itself(
    gateway: Gateway, wanted: Wanted, time: Clock, told: Callable[[], list[str]]
) -> None:
    made = gateway.create_session(wanted(), "order-1-session-1")
    time.pass_(minutes=30, seconds=59)
    assert gateway.session(made.id).status == "open"
    time.pass_(seconds=1)
    assert gateway.session(made.id).status == "expired"
    assert told() == ["checkout.session.expired"]
    with pytest.raises(CannotExpire):
        gateway.expire_session(made.id)


def test_an_expired_session_takes_its_declined_payment_with_it(
    gateway: Gateway, wanted: Wanted, tester: Visitor, told: Callable[[], list[str]]
) -> None:
    made = gateway.create_session(wanted(), "order-1-session-1")
    tester.choose(made.id, "declined")
    gateway.expire_session(made.id)
    assert gateway.snapshot([made.id]).payments[0].status == "canceled"
    assert told()[-2:] == ["payment_intent.canceled", "checkout.session.expired"]


def test_a_list_is_read_page_by_page_newest_first(api: Api, form: dict[str, Any]) -> None:
    made = [api.post("checkout/sessions", form).json["id"] for _ in range(5)][::-1]  # type: ignore[index]

    def page(**query: Any) -> tuple[list[int], bool]:
        found = api.get("checkout/sessions", **query).json
        assert found is not None
        return [made.index(row["id"]) for row in found["data"]], found["has_more"]

    assert page(limit=2) == ([0, 1], True)
    assert page(limit=2, starting_after=made[1]) == ([2, 3], True)
    assert page(limit=2, starting_after=made[3]) == ([4], False)
    assert page(limit=2, ending_before=made[3]) == ([1, 2], True)
    assert page() == ([0, 1, 2, 3, 4], False)
    assert error(api.get("checkout/sessions", starting_after="cs_nothing")) == (
        400,
        "resource_missing",
        "starting_after",
    )
    assert error(api.get("checkout/sessions", limit=101))[0] == 400
    assert error(api.get("checkout/sessions", limit=0))[0] == 400


def test_a_list_is_narrowed_by_what_stripe_narrows_it_by(
    api: Api, gateway: Gateway, wanted: Wanted, tester: Visitor, time: Clock
) -> None:
    first = gateway.create_session(wanted(), "order-1-session-1")
    time.pass_(minutes=1)
    second = gateway.create_session(wanted(), "order-2-session-1")
    tester.choose(first.id, "pays")
    intent = gateway.session(first.id).payment_intent or ""
    gateway.refund(intent, 100, "refund-1")

    def ids(path: str, **query: Any) -> list[str]:
        return [row["id"] for row in api.get(path, **query).json["data"]]  # type: ignore[index]

    now = int(time.now().timestamp())
    assert ids("checkout/sessions", payment_intent=intent) == [first.id]
    assert ids("checkout/sessions", status="open") == [second.id]
    assert ids("checkout/sessions", **{"created[lt]": now}) == [first.id]
    assert ids("checkout/sessions", created=now) == [second.id]
    assert ids("refunds", payment_intent="pi_other") == []
    assert len(ids("refunds", payment_intent=intent)) == len(ids("charges", payment_intent=intent)) == 1
    assert len(ids("balance_transactions", type="refund")) == 1
    assert len(ids("balance_transactions", source=ids("charges")[0])) == 1
    assert len(ids("events", type="refund.created")) == 1
    assert len(ids("events", **{"types[0]": "refund.created", "types[1]": "charge.succeeded"})) == 2
    assert error(api.get("refunds", colour="red")) == (400, "parameter_unknown", "colour")


@ONE_ENGINE
def test_the_same_key_for_another_request_is_an_idempotency_error(api: Api, form: dict[str, Any]) -> None:
    api.post("checkout/sessions", form, key="k")
    answer = api.post("checkout/sessions", form | {"client_reference_id": "PM-OTHER"}, key="k")
    assert answer.status_code == 400
    assert answer.json["error"]["type"] == "idempotency_error"  # type: ignore[index]
    assert error(api.post("checkout/sessions", form, key="k" * 256))[0] == 400


@ONE_ENGINE
def test_a_refusal_is_the_answer_to_its_key_too(
    api: Api, gateway: Gateway, wanted: Wanted, tester: Visitor
) -> None:
    made = gateway.create_session(wanted(), "order-1-session-1")
    tester.choose(made.id, "late")
    intent = gateway.session(made.id).payment_intent
    fields = {"payment_intent": intent, "amount": 100}
    first = api.post("refunds", fields, key="k")
    tester.post(f"/sessions/{made.id}/settlement", outcome="arrives")
    again = api.post("refunds", fields, key="k")
    assert (again.status_code, again.json) == (first.status_code, first.json) == (400, again.json)
    assert again.headers["Idempotent-Replayed"] == "true"
    assert api.post("refunds", fields, key="another").status_code == 200


@ONE_ENGINE
def test_a_key_is_forgotten_after_a_day(api: Api, form: dict[str, Any], time: Clock) -> None:
    form["expires_at"] = int(time.now().timestamp()) + 80_000
    first = api.post("checkout/sessions", form, key="k").json
    time.pass_(hours=24)
    assert api.post("checkout/sessions", form, key="k").json == first
    time.pass_(seconds=1)
    form["expires_at"] += 80_000
    assert api.post("checkout/sessions", form, key="k").status_code == 200


def test_a_key_whose_work_was_not_finished_is_in_use(
    database: Database, api: Api, form: dict[str, Any]
) -> None:
    api.post("checkout/sessions", form, key="k")
    with database.transaction() as session:
        session.get_one(StandinKey, "k").status = None
    assert error(api.post("checkout/sessions", form, key="k")) == (409, "idempotency_key_in_use", None)


def test_eight_at_once_with_one_key_make_one_session(
    database: Database, gateway: Gateway, wanted: Wanted
) -> None:
    request, found = wanted(), []
    together = threading.Barrier(8)

    def ask() -> None:
        together.wait()
        found.append(gateway.create_session(request, "order-1-session-1").id)

    threads = [threading.Thread(target=ask) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(found) == 8
    assert len(set(found)) == 1
    with database.reading() as session:
        assert session.scalar(select(func.count()).select_from(StandinObject)) == 1


def test_eight_refunds_at_once_never_give_back_more_than_was_paid(
    gateway: Gateway, wanted: Wanted, tester: Visitor
) -> None:
    made = gateway.create_session(wanted(), "order-1-session-1")
    tester.choose(made.id, "pays")
    intent = gateway.session(made.id).payment_intent or ""
    together, refused = threading.Barrier(8), []

    def give_back(n: int) -> None:
        together.wait()
        try:
            gateway.refund(intent, 8500, f"refund-{n}")
        except Exception as error:  # noqa: BLE001 - counted below
            refused.append(getattr(error, "code", error))

    threads = [threading.Thread(target=give_back, args=(n,)) for n in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert refused == ["amount_too_large"] * 5
    assert [one.amount for one in gateway.snapshot([made.id]).refunds] == [8500] * 3


@ONE_ENGINE
def test_a_refund_needs_one_payment_that_succeeded(
    api: Api, gateway: Gateway, wanted: Wanted, tester: Visitor
) -> None:
    made = gateway.create_session(wanted(), "order-1-session-1")
    tester.choose(made.id, "declined")
    intent = gateway.session(made.id).payment_intent
    charge = api.get("charges").json["data"][0]["id"]  # type: ignore[index]
    assert error(api.post("refunds", {}))[:2] == (400, "parameter_missing")
    assert error(api.post("refunds", {"payment_intent": intent, "charge": charge}))[0] == 400
    assert error(api.post("refunds", {"payment_intent": intent}))[0] == 400
    assert error(api.post("refunds", {"payment_intent": "pi_0"})) == (
        404,
        "resource_missing",
        "payment_intent",
    )
    assert error(api.post("refunds", {"charge": charge, "amount": 0}))[:2] == (
        400,
        "parameter_invalid_integer",
    )


@ONE_ENGINE
def test_a_refund_may_be_asked_for_by_charge_and_labelled_afterwards(
    api: Api, gateway: Gateway, wanted: Wanted, tester: Visitor
) -> None:
    made = gateway.create_session(wanted(), "order-1-session-1")
    tester.choose(made.id, "pays")
    charge = api.get("charges").json["data"][0]["id"]  # type: ignore[index]
    refund = api.post("refunds", {"charge": charge, "reason": "requested_by_customer"}).json
    assert refund is not None
    assert (refund["amount"], refund["reason"]) == (25595, "requested_by_customer")
    labelled = api.post(f"refunds/{refund['id']}", {"metadata[why]": "bench"}).json
    assert labelled == refund | {"metadata": {"why": "bench"}}
    assert error(api.post(f"refunds/{refund['id']}/cancel", {}))[0] == 400
    assert api.get(f"charges/{charge}").json["refunded"]  # type: ignore[index]


@ONE_ENGINE
def test_a_dispute_closed_by_the_shop_is_lost(
    api: Api, gateway: Gateway, wanted: Wanted, tester: Visitor
) -> None:
    made = gateway.create_session(wanted(), "order-1-session-1")
    tester.choose(made.id, "pays")
    tester.post(f"/payments/{gateway.session(made.id).payment_intent}/disputes")
    dispute = api.get("disputes").json["data"][0]["id"]  # type: ignore[index]
    assert api.post(f"disputes/{dispute}/close", {}).json["status"] == "lost"  # type: ignore[index]
    assert error(api.post(f"disputes/{dispute}/close", {}))[0] == 400
    refund = {"payment_intent": gateway.session(made.id).payment_intent}
    assert error(api.post("refunds", refund))[:2] == (400, "charge_disputed")


@ONE_ENGINE
def test_an_unforeseen_failure_is_answered_in_stripes_shape(
    standin: Flask, api: Api, form: dict[str, Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    def break_down(*_: Any) -> None:
        raise RuntimeError("buyer@shop.example")

    monkeypatch.setattr(idempotency, "settle", break_down)
    standin.testing = False
    answer = api.post("checkout/sessions", form, key="k")
    assert answer.status_code == 500
    assert answer.json["error"]["type"] == "api_error"  # type: ignore[index]
    assert "buyer" not in answer.text
    monkeypatch.undo()
    assert api.post("checkout/sessions", form, key="k").status_code == 200


@ONE_ENGINE
def test_a_closed_list_of_lines_is_read_page_by_page(api: Api, gateway: Gateway, wanted: Wanted) -> None:
    made = gateway.create_session(wanted(), "order-1-session-1")
    first = api.get(f"checkout/sessions/{made.id}/line_items", limit=2).json
    assert first is not None
    rest = api.get(f"checkout/sessions/{made.id}/line_items", starting_after=first["data"][1]["id"]).json
    assert rest is not None
    assert (first["has_more"], rest["has_more"]) == (True, False)
    assert [row["amount_total"] for row in first["data"] + rest["data"]] == [17000, 8200, 395]
