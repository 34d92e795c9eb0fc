from typing import Any

import pytest

from shop.payments.session_request import TooManyLines, plain_name, session_request
from shop.standin import idempotency

POST = ("Tracked post", 395)


def asked(lines: list[tuple[str, int, int]], postage: tuple[str, int] = POST) -> dict[str, Any]:
    return session_request(
        reference="PM-7K3Q-2F",
        email="buyer@shop.example",
        lines=lines,
        postage=postage,
        success_url="http://shop.example/thanks?session={CHECKOUT_SESSION_ID}",
        cancel_url="http://shop.example/basket",
        expires_at=1_800_000_000,
    )


def total(request: dict[str, Any]) -> int:
    return sum(line["quantity"] * line["price_data"]["unit_amount"] for line in request["line_items"])


def test_the_total_is_the_lines_and_the_postage_to_the_penny() -> None:
    assert total(asked([("Heart", 8501, 2), ("Thread", 8200, 1)])) == 2 * 8501 + 8200 + 395


def test_free_postage_is_no_line() -> None:
    assert len(asked([("Heart", 8500, 1)], ("Post", 0))["line_items"]) == 1


def test_equal_lines_become_one() -> None:
    request = asked([("Heart", 8500, 1), ("Heart", 8500, 2), ("Heart", 9500, 1)])
    assert [line["quantity"] for line in request["line_items"]] == [3, 1, 1]


def test_nothing_but_the_reference_and_which_attempt_it_is_is_written_on_the_payment() -> None:
    request = asked([("Heart", 8500, 1)])
    assert request["metadata"] == {"order": "PM-7K3Q-2F", "attempt": "1"}
    assert request["payment_intent_data"]["metadata"] == {"order": "PM-7K3Q-2F"}
    assert request["client_reference_id"] == "PM-7K3Q-2F"
    assert "description" not in request["payment_intent_data"]


def test_an_order_of_more_lines_than_a_page_shows_is_refused() -> None:
    assert len(asked([(f"Piece {n}", 8500, 1) for n in range(99)])["line_items"]) == 100
    with pytest.raises(TooManyLines) as refused:
        asked([(f"Piece {n}", 8500, 1) for n in range(100)])
    assert refused.value.lines == 101


@pytest.mark.parametrize(
    ("name", "plain"),
    [
        ("Two Rings\n18 inches", "Two Rings 18 inches"),
        ("Heart\x00\u202e, gold", "Heart , gold"),
        ("  ", "Necklace"),
        ("\ud800", "Necklace"),
        ("Niamh’s piece – 16″", "Niamh’s piece – 16″"),
        ("é" * 300, "é" * 250),
    ],
)
def test_a_name_is_one_line_of_printable_text(name: str, plain: str) -> None:
    assert plain_name(name) == plain


def test_a_request_cannot_be_guessed_from_what_the_stand_in_remembers_of_it() -> None:
    """It names the buyer's e-mail: without the secret, which is in no database, no guess can be tested."""
    asked = ("POST", "/v1/checkout/sessions", {"customer_email": "ada@example.com"})
    assert idempotency.fingerprint("one", *asked) == idempotency.fingerprint("one", *asked)
    assert idempotency.fingerprint("one", *asked) != idempotency.fingerprint("another", *asked)
