from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shop.money import NotAnAmount, pounds, pounds_and_pence, read_pounds


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


@given(st.integers(0, 10**9 - 1))
def test_an_amount_read_back_is_the_amount(pence: int) -> None:
    assert read_pounds(pounds(pence)) == read_pounds(pounds_and_pence(pence)) == pence


@pytest.mark.parametrize("typed", ["12", " 12.00 ", "£12", "£ 12.00"])
def test_an_amount_is_read_as_people_type_it(typed: str) -> None:
    assert read_pounds(typed) == 1200


@pytest.mark.parametrize(
    "typed", ["", "-5", "12.5", "12.505", "1,50", "12,00", "1e3", "٣", "12 34", "NaN", "9" * 5000, "£"]
)
def test_nothing_else_is_an_amount_and_nothing_is_rounded(typed: str) -> None:
    with pytest.raises(NotAnAmount):
        read_pounds(typed)
