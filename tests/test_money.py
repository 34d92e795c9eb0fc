from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shop.money import pounds, pounds_and_pence


@pytest.mark.parametrize(("pence", "short", "long"), [
    (0, "£0", "£0.00"),
    (1, "£0.01", "£0.01"),
    (500, "£5", "£5.00"),
    (8550, "£85.50", "£85.50"),
    (-500, "-£5", "-£5.00"),
    (-1, "-£0.01", "-£0.01"),
    (123456700, "£1,234,567", "£1,234,567.00"),
])  # fmt: skip
def test_pence_read_as_people_write_them(pence: int, short: str, long: str) -> None:
    assert (pounds(pence), pounds_and_pence(pence)) == (short, long)


@given(st.integers(-(10**15), 10**15))
def test_no_penny_is_lost_in_writing(pence: int) -> None:
    for written in (pounds(pence), pounds_and_pence(pence)):
        assert Decimal(written.replace("£", "").replace(",", "")) * 100 == pence
