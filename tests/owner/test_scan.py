"""A ticket's code leads to its unit, however it was read, and moves nothing."""

import pytest

from shop.fulfilment import units
from shop.fulfilment.stages import Stage
from shop.fulfilment.ticket_codes import read_code, ticket_address, ticket_code
from shop.owner.scan import OLD, UNKNOWN
from tests.fulfilment.conftest import Bench
from tests.harness import Harness
from tests.shopper import Shopper, form_on, soup

SCAN = "/owner/bench/scan"
BARE = ("petal", "")


@pytest.fixture
def bench(harness: Harness) -> Bench:
    return Bench(harness)


def found(owner: Shopper, code: str) -> str:
    """Where a scanned code leads."""
    _, sent = form_on(owner.get("/owner/bench"), SCAN)
    assert list(sent) == ["code"]
    answer = owner.client.get(SCAN, query_string={"code": code})
    assert answer.status_code == 303
    return answer.location


@pytest.mark.parametrize(
    "scanned",
    ["{}", " {}\r\n", "https://shop.example/owner/bench/scan?code={}", "http://127.0.0.1:8000/x?code={}&y=1"],
)
@pytest.mark.parametrize("lower", [False, True])
def test_a_scanned_code_opens_its_unit(owner: Shopper, bench: Bench, scanned: str, lower: bool) -> None:
    order = bench.paid(BARE, BARE)
    code = ticket_code(bench.harness.order(order).reference, 2)
    line = bench.units(order)[2].order_line_id
    assert found(owner, scanned.format(code.lower() if lower else code)) == f"/owner/bench/units/{line}"
    assert bench.stages(order) == [Stage.TO_CHECK, Stage.TO_CHECK], "it was looked at, no more"


def test_a_reference_alone_opens_the_order(owner: Shopper, bench: Bench) -> None:
    reference = bench.harness.order(bench.paid(BARE)).reference
    assert found(owner, reference) == f"/owner/orders/{reference}"


@pytest.mark.parametrize(
    "code", ["", "x", "PM-2222-22-1", "PM-2222-22", "'; --", "9" * 5000, "http://[", "PM-٣٣٣٣-٣٣"]
)
def test_what_is_no_code_is_said(owner: Shopper, code: str) -> None:
    assert found(owner, code) == "/owner/bench"
    assert [notice.text.strip() for notice in soup(owner.get("/owner/bench")).select("[role=status]")] == [
        UNKNOWN
    ]


@pytest.mark.parametrize("number", [0, 99999, -1])
def test_a_code_names_a_unit_that_can_be(number: int) -> None:
    assert read_code(f"PM-7K3Q-2F-{number}") is None


def test_a_ticket_that_is_older_than_the_words_says_so(owner: Shopper, bench: Bench) -> None:
    order = bench.paid(("disc", "Wren"))
    reference = bench.harness.order(order).reference
    printed = ticket_address("https://shop.example", reference, 1, 1)
    assert OLD not in owner.get(found(owner, printed)).text
    with bench.harness.database.transaction() as session:
        units.units_of(session, order)[1].wording = 2
    assert OLD in owner.get(found(owner, printed)).text
    by_camera = owner.get(printed.removeprefix("https://shop.example"))
    assert OLD in owner.get(by_camera.location).text
    assert OLD not in owner.get(found(owner, ticket_address("https://shop.example", reference, 1, 2))).text
    assert OLD not in owner.get(found(owner, ticket_code(reference, 1))).text, "a typed code knows no wording"
