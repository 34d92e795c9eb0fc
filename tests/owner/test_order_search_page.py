"""The owner looks for an order; what is typed stands in no address, and what is not allowed is said."""

import pytest

from shop.fulfilment.order_search import make_searchable
from tests.harness import Harness
from tests.shopper import Shopper, form_on, reason_beside, soup

PAGE = "/owner/orders/search"


def look(owner: Shopper, asked: str) -> list[str]:
    answer = owner.send(PAGE, PAGE, {"q": asked})
    assert answer.status_code == 200
    assert form_on(answer, PAGE)[1]["q"] == asked
    return [link.text for link in soup(answer).select("#found tbody a")]


def test_the_owner_finds_an_order_by_a_name(owner: Shopper, harness: Harness, paid: str) -> None:
    assert look(owner, "ada byron") == []
    make_searchable(harness.database, harness.services.vault)
    assert look(owner, "ada byron") == [paid]
    assert look(owner, paid) == [paid]
    assert look(owner, "nobody") == []
    assert soup(owner.get("/owner/orders")).select(f'a[href="{PAGE}"]')


@pytest.mark.parametrize("asked", ["", "  ", "x" * 101])
def test_what_is_nothing_or_too_long_is_refused_beside_its_field(owner: Shopper, asked: str) -> None:
    answer = owner.send(PAGE, PAGE, {"q": asked})
    assert answer.status_code == 422
    assert "Please type something" in reason_beside(answer, "q")


@pytest.mark.parametrize(
    "asked", ["'; DROP TABLE x --", "%", "_", "{{7*7}}", "\u202eabc", "a b c d e f g h i", "♥", "@", "-"]
)
def test_odd_words_find_nothing_and_break_nothing(owner: Shopper, paid: str, asked: str) -> None:
    assert look(owner, asked) == []
